// An item's parameters as a checked intent, for both operations that write.

import {
	amountsByName,
	labelsOf,
	modelOfAmounts,
	readFieldAmounts,
	whichOnes,
	type FieldAmount,
} from '../balance/amounts';
import type { BalanceModel } from '../balance/fields';
import { amountUnits, readAmount, type AmountUnit, type Sign } from '../balance/money';
import { ownerKeyOf, type Owner } from '../balance/owner';
import { paymentOf } from './preview';
import { invalidInput } from '../outcome/inputFailures';
import type { WriteRequest } from '../pass/item';
import type { Subject } from '../outcome/subject';
import { optionTable, readOptions, type OptionName, type Options } from '../operations/options';
import { isRecord, Refusal, quoteValue } from '../text/refusal';
import type { RawParameters } from '../operations/operation';
import type { Failure } from '../outcome/failure';

/** An item's parameters, checked. */
export interface WriteIntent {
	readonly subject: Subject;
	readonly owner: Owner;
	readonly ownerKey: string;
	readonly model: BalanceModel;
	readonly amounts: readonly FieldAmount[];
	readonly options: Options;
}

interface Collection {
	readonly parameter: string;
	readonly label: string;
	readonly sign: Sign;
	readonly options: readonly OptionName[];
}

/** The options that every write with amounts has. */
export const writeOptions = [
	'currency',
	'dryRun',
	'includeTotalDue',
	'maxAmount',
	'maxConcurrency',
	'onDifference',
	'onlyIf',
	'output',
	'outputFields',
	'reference',
	'retryFor',
	'timeout',
] as const satisfies readonly OptionName[];

/** Checks everything that can be checked without asking Zoo. */
export function readIntent(
	raw: RawParameters,
	owner: Owner | Refusal,
	item: number,
	collection: Collection,
): WriteIntent | Failure {
	const options = readOptions(raw['options'], collection.options);
	const amounts = readAmounts(raw, collection);
	// Whatever is refused, the rest is named, so that an audit finds the payment.
	const subject: Subject = {
		item,
		...(!(options instanceof Refusal) && options.dryRun && { dryRun: true }),
		...(!(owner instanceof Refusal) && { owner }),
		...(!(amounts instanceof Refusal) && { asked: amountsByName(amounts) }),
		...referenceIn(raw['options']),
	};
	if (owner instanceof Refusal) return invalidInput(subject, owner);
	if (options instanceof Refusal) return invalidInput(subject, options);
	if (amounts instanceof Refusal) return invalidInput(subject, amounts);
	const model = modelOfAmounts(amounts);
	const stray = strayFrom(model, options) ?? savedFor(raw['balanceModel'], model);
	if (stray) return invalidInput(subject, stray);
	return { subject, owner, ownerKey: ownerKeyOf(owner), model, amounts, options: inModel(options, model) };
}

function readAmounts(raw: RawParameters, { label, parameter, sign }: Collection): FieldAmount[] | Refusal {
	const unit = readUnit(raw['amountUnit']);
	if (unit instanceof Refusal) return unit;
	return readFieldAmounts(label, raw[parameter], (field, value) => readAmount(field, value, unit, sign));
}

/** Why what 'Only If Balance Is' expects does not go with the amounts. */
function strayFrom({ fields, label }: BalanceModel, { onlyIf = [] }: Options): Refusal | undefined {
	const strays = onlyIf.map(({ field }) => field).filter((field) => !fields.includes(field));
	if (strays.length === 0) return undefined;
	return new Refusal(
		`'${optionTable.onlyIf.label}' has ${labelsOf(strays)}, but what is to be written are ${label}`,
		whichOnes(),
	);
}

/** A node of version 1 had a parameter for the model, and wrote nothing of another one. */
function savedFor(name: unknown, model: BalanceModel): Refusal | undefined {
	if (name === undefined || name === model.name) return undefined;
	const what = `This node was made when it had a 'Balance Model', which does not go with its amounts: ${quoteValue(name)}`;
	return new Refusal(
		what,
		`Put a new Zoo Billing node in its place, with ${labelsOf(model.fields)} only where Zoo has them.`,
	);
}

/** Documented balances have their total due without being asked. */
export function inModel(options: Options, { totalDueOnRequest }: BalanceModel): Options {
	return totalDueOnRequest ? options : { ...options, includeTotalDue: false };
}

/** The payment reference, where there is a good one among whatever options. */
function referenceIn(options: unknown): Pick<Subject, 'reference'> {
	const { label, read } = optionTable.reference;
	const reference = isRecord(options) ? read(label, options['reference']) : undefined;
	return typeof reference === 'string' ? { reference } : {};
}

function readUnit(value: unknown): AmountUnit | Refusal {
	if (value === 'usd' || value === 'cents') return value;
	const names = Object.keys(amountUnits).join(', ');
	return new Refusal(`'Amounts In' is none of its choices: ${quoteValue(value)}`, `Give one of: ${names}.`);
}

/** The amount above 'Max Amount', if any. */
export function aboveMaximum(amounts: readonly FieldAmount[], { maxAmount }: Options): Refusal | undefined {
	const above = maxAmount && amounts.find(({ amount }) => maxAmount.isBelow(amount.absolute()));
	if (!above) return undefined;
	const { label } = optionTable.maxAmount;
	return new Refusal(
		`'${above.field.label}' is above '${label}': ${above.amount.toString()} USD`,
		`Give at most ${maxAmount.toString()} US dollars, or raise '${label}'.`,
	);
}

/** What the intent asks for, to be compared with what an earlier pass has begun. */
export function requestOf({ ownerKey, model, amounts, options, subject }: WriteIntent, adds: boolean): WriteRequest {
	const { onlyIf = [], creditMultiplier } = options;
	const payment = paymentOf(ownerKey, model, amounts);
	const asked = [ownerKey, model.name, amountsByName(amounts)];
	const text = JSON.stringify([adds, ...asked, amountsByName(onlyIf), creditMultiplier, subject.reference]);
	return { fingerprint: text, adds, payment };
}

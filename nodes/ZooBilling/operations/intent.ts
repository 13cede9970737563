// An item's parameters as a checked intent, for both operations that write.

import { amountsByName, readFieldAmounts, type FieldAmount } from '../balance/amounts';
import { allModels, balanceModels, type BalanceModel } from '../balance/fields';
import { amountUnits, readAmount, type AmountUnit, type Sign } from '../balance/money';
import { laneOf, type Owner } from '../balance/owner';
import type { Failure } from '../failures/failure';
import { invalidInput } from '../failures/input';
import type { Asked } from '../item';
import type { Subject } from '../subject';
import { optionTable, readOptions, type OptionName, type Options } from '../options';
import { isRecord, Refusal, shown } from '../refusal';
import type { RawParameters } from './operation';

/** An item's parameters, checked. */
export interface WriteIntent {
	readonly subject: Subject;
	readonly owner: Owner;
	readonly laneKey: string;
	readonly model: BalanceModel;
	readonly amounts: readonly FieldAmount[];
	readonly options: Options;
}

interface Collection {
	readonly parameter: string;
	readonly label: string;
	readonly sign: Sign;
	readonly options: (model: BalanceModel) => readonly OptionName[];
}

/** The options that every write has. */
export function writeOptions(model: BalanceModel | undefined): OptionName[] {
	const always = [
		'currency',
		'dryRun',
		'maxAmount',
		'maxConcurrency',
		'onDifference',
		'onlyIf',
		'output',
		'outputFields',
		'reference',
		'retryFor',
		'timeout',
	] as const;
	return model?.totalDueOnRequest ? [...always, 'includeTotalDue'] : [...always];
}

/** Checks everything that can be checked without asking Zoo. */
export function readIntent(
	raw: RawParameters,
	owner: Owner | Refusal,
	item: number,
	collection: Collection,
): WriteIntent | Failure {
	const model = readModel(raw['balanceModel']);
	const unit = readUnit(raw['amountUnit']);
	const options = model instanceof Refusal ? model : readOptions(raw['options'], collection.options(model), model);
	const amounts = readAmounts(raw, model, unit, collection);
	// Whatever is refused, the rest is named, so that an audit finds the payment.
	const subject: Subject = {
		item,
		...(!(options instanceof Refusal) && options.dryRun && { dryRun: true }),
		...(!(owner instanceof Refusal) && { owner }),
		...(!(amounts instanceof Refusal) && { asked: amountsByName(amounts) }),
		...referenceIn(raw['options']),
	};
	if (owner instanceof Refusal) return invalidInput(subject, owner);
	if (model instanceof Refusal) return invalidInput(subject, model);
	if (options instanceof Refusal) return invalidInput(subject, options);
	if (amounts instanceof Refusal) return invalidInput(subject, amounts);
	return { subject, owner, laneKey: laneOf(owner), model, amounts, options };
}

function readAmounts(
	raw: RawParameters,
	model: BalanceModel | Refusal,
	unit: AmountUnit | Refusal,
	{ label, parameter, sign }: Collection,
): FieldAmount[] | Refusal {
	if (model instanceof Refusal) return model;
	if (unit instanceof Refusal) return unit;
	return readFieldAmounts(label, raw[parameter], model, (field, value) => readAmount(field, value, unit, sign));
}

/** The payment reference, where there is a good one among whatever options. */
function referenceIn(options: unknown): Pick<Subject, 'reference'> {
	const { label, read } = optionTable.reference;
	const reference = isRecord(options) ? read(label, options['reference']) : undefined;
	return typeof reference === 'string' ? { reference } : {};
}

function readModel(value: unknown): BalanceModel | Refusal {
	const model = value === undefined ? balanceModels.prePay : allModels.find(({ name }) => name === value);
	const names = allModels.map(({ name }) => name).join(', ');
	return model ?? new Refusal(`'Balance Model' is none of its choices: ${shown(value)}`, `Give one of: ${names}.`);
}

function readUnit(value: unknown): AmountUnit | Refusal {
	if (value === 'usd' || value === 'cents') return value;
	const names = Object.keys(amountUnits).join(', ');
	return new Refusal(`'Amounts In' is none of its choices: ${shown(value)}`, `Give one of: ${names}.`);
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
export function askedBy({ laneKey, model, amounts, options, subject }: WriteIntent, adds: boolean): Asked {
	const { onlyIf = [], creditMultiplier } = options;
	const payment = JSON.stringify([laneKey, model.name, amountsByName(amounts)]);
	const text = JSON.stringify([adds, payment, amountsByName(onlyIf), creditMultiplier, subject.reference]);
	return { text, adds, payment };
}

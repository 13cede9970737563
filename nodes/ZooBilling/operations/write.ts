// What both writing operations share: the check of an item, the look before a write, and the confirmation after it.

import { amountsByName, readFieldAmounts, type FieldAmount } from '../balance/amounts';
import { amountIn, compare, holds } from '../balance/confirm';
import { allModels, balanceModels, type BalanceModel } from '../balance/fields';
import { amountUnits, readAmount, type AmountUnit, type Sign } from '../balance/money';
import { identityOf, laneOf, type Owner } from '../balance/owner';
import type { Reply } from '../balance/reply';
import type { Confirmation } from '../balance/written';
import { optionTable, readOptions, type OptionName, type Options } from '../options';
import { balanceOutput, replyHints } from '../output';
import { isRecord, Refusal, shown } from '../refusal';
import type { Exchange, Write, WriteEnd } from '../zoo/exchange';
import {
	alreadyWritten,
	changedMeanwhile,
	conditionNotMet,
	different,
	Failure,
	invalidInput,
	noBalance,
	notApplied,
	notConfirmed,
	notRead,
	otherModel,
	outcomeUnknown,
	stillInDoubt,
	type Subject,
} from '../zoo/failure';
import { readBalance, writeBalance } from '../zoo/request';
import type { Done, Lane, LedgerEntry, RawParameters, Result, Session } from './operation';

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
		'reference',
		'retryFor',
		'timeout',
	] as const;
	return model?.totalDueOnRequest ? [...always, 'includeTotalDue'] : [...always];
}

/** Checks everything that can be checked without asking Zoo. */
export function readWriteIntent(
	raw: RawParameters,
	owner: Owner | Refusal,
	item: number,
	{ parameter, label, sign, options }: Collection,
): WriteIntent | Failure {
	const model = readModel(raw['balanceModel']);
	const unit = readUnit(raw['amountUnit']);
	const chosen = model instanceof Refusal ? model : readOptions(raw['options'], options(model), model);
	const amounts =
		model instanceof Refusal
			? model
			: unit instanceof Refusal
				? unit
				: readFieldAmounts(label, raw[parameter], model, (field, value) => readAmount(field, value, unit, sign));
	// Whatever is refused, the rest is named, so that an audit finds the payment.
	const subject: Subject = {
		item,
		...(!(chosen instanceof Refusal) && chosen.dryRun && { dryRun: true }),
		...(!(owner instanceof Refusal) && { owner }),
		...(!(amounts instanceof Refusal) && { asked: amountsByName(amounts) }),
		...referenceIn(raw['options']),
	};
	if (owner instanceof Refusal) return invalidInput(subject, owner);
	if (model instanceof Refusal) return invalidInput(subject, model);
	if (chosen instanceof Refusal) return invalidInput(subject, chosen);
	if (unit instanceof Refusal) return invalidInput(subject, unit);
	if (amounts instanceof Refusal) return invalidInput(subject, amounts);
	return { subject, owner, laneKey: laneOf(owner), model, amounts, options: chosen };
}

/** The payment reference, where there is a good one among whatever options. */
function referenceIn(options: unknown): Pick<Subject, 'reference'> {
	const { label, read } = optionTable.reference;
	const reference = isRecord(options) ? read(label, options['reference']) : undefined;
	return typeof reference === 'string' ? { reference } : {};
}

function readModel(value: unknown): BalanceModel | Refusal {
	const model = value === undefined ? balanceModels.prePay : allModels.find(({ name }) => name === value);
	return (
		model ??
		new Refusal(
			`'Balance Model' is none of its choices: ${shown(value)}`,
			`Give one of: ${allModels.map(({ name }) => name).join(', ')}.`,
		)
	);
}

function readUnit(value: unknown): AmountUnit | Refusal {
	if (value === 'usd' || value === 'cents') return value;
	return new Refusal(
		`'Amounts In' is none of its choices: ${shown(value)}`,
		`Give one of: ${Object.keys(amountUnits).join(', ')}.`,
	);
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

/** The balance before a write, in a dry run with the changes that earlier items would have made. */
export async function look(
	{ exchange, lane }: Session,
	{ subject, owner, model, options }: WriteIntent,
): Promise<Reply | Failure> {
	const answer = await exchange.readBalance(readBalance(owner, options.includeTotalDue));
	if (answer.kind !== 'answered') return notRead(subject, answer, exchange, 'notSent');
	const { reply } = answer;
	if (reply.model && reply.model !== model && !model.fields.some((field) => amountIn(reply.balance, field))) {
		return otherModel(subject, model, reply.model, undefined, answer, exchange);
	}
	if (!reply.model) return noBalance(subject, answer, 'notSent');
	const balance = { ...reply.balance, ...(options.dryRun && textsOf(lane.preview)) };
	const found = options.onlyIf && unexpected(options.onlyIf, balance);
	return found && found.length > 0 ? conditionNotMet(subject, found) : { ...reply, balance };
}

function textsOf(preview: Lane['preview']): Record<string, string> {
	return Object.fromEntries([...preview].map(([name, amount]) => [name, amount.toString()]));
}

function unexpected(
	expected: readonly FieldAmount[],
	balance: Record<string, unknown>,
): Array<{ field: string; asked: string; got: string }> {
	return expected
		.filter((each) => !holds(balance, [each]))
		.map(({ field, amount }) => ({
			field: field.wire,
			asked: amount.toString(),
			got: amountIn(balance, field)?.toString() ?? 'no amount',
		}));
}

/** What a dry run puts out: the request that would be sent, and per field from → to. */
export function preview(
	{ lane }: Session,
	intent: WriteIntent,
	before: Reply,
	target: readonly FieldAmount[],
	more: Record<string, unknown> = {},
): Done {
	const { owner, subject } = intent;
	const changes = target.map(
		({ field, amount }) =>
			[field.wire, { from: amountIn(before.balance, field)?.toString() ?? null, to: amount.toString() }] as const,
	);
	for (const { field, amount } of target) lane.preview.set(field.wire, amount);
	const json = {
		dryRun: true,
		...identityOf(owner),
		reference: subject.reference ?? null,
		request: target.length === 0 ? null : requests(intent, target).put,
		changes: Object.fromEntries(changes),
		...more,
	};
	return { json, hints: [], shapes: replyHints(before), wrote: false };
}

/** How an item is to be written. */
interface Plan extends Omit<Write, 'put' | 'readBack'> {
	/** As the ledger keeps it; undefined where a second pass may simply write again. */
	readonly entry: LedgerEntry | undefined;
	/** What to do when the outcome is unknown. */
	readonly advice: string;
	/** Properties of the item beside the confirmation. */
	readonly more?: (reply: Reply) => Record<string, unknown>;
}

/** Sends the target, and says what became of it. The ledger knows of it before the first attempt. */
export async function carryOut(
	session: Session,
	intent: WriteIntent,
	target: readonly FieldAmount[],
	{ entry, advice, more, ...rules }: Plan,
): Promise<Result> {
	const { exchange, ledger } = session;
	const { subject, options } = intent;
	if (entry) ledger?.note(subject.item, entry);
	const end = await exchange.write({ ...requests(intent, target), ...rules });
	if (end.kind === 'answered') {
		const result = conclude(session, intent, target, end, more);
		if (entry) ledger?.note(subject.item, { ...entry, result: plain(result) });
		return result;
	}
	const sight = {
		...(entry?.before && { before: entry.before }),
		target: amountsByName(target),
		now: sightOf(end.seen, [...target, ...(options.onlyIf ?? [])]),
	};
	if (end.doubt) return outcomeUnknown(subject, end.last, advice, exchange, sight);
	if (entry) ledger?.note(subject.item, undefined);
	return end.moved || !end.last ? changedMeanwhile(subject, exchange, sight) : notApplied(subject, end.last, exchange);
}

function requests(
	{ owner, model, options }: WriteIntent,
	target: readonly FieldAmount[],
): Pick<Write, 'put' | 'readBack'> {
	return {
		put: writeBalance(owner, model, target, options.includeTotalDue),
		readBack: readBalance(owner, options.includeTotalDue),
	};
}

type Answered = Extract<WriteEnd, { kind: 'answered' }>;

/** From Zoo's answer to a confirmed item. */
function conclude(
	{ exchange }: Session,
	intent: WriteIntent,
	target: readonly FieldAmount[],
	{ answer, by }: Answered,
	more: Plan['more'] = () => ({}),
): Result {
	const { subject, model, options } = intent;
	const { reply } = answer;
	const comparison = compare(target, reply.balance, model);
	const { missing, differences, rounded } = comparison;
	if (missing.length > 0) {
		const wrongModel = reply.model && reply.model !== model;
		return wrongModel
			? otherModel(subject, model, reply.model, comparison, answer, exchange)
			: notConfirmed(subject, comparison, answer, exchange);
	}
	if (differences.length > 0 && options.onDifference === 'fail')
		return different(subject, comparison, answer, exchange);
	const status = differences.length > 0 ? 'different' : 'confirmed';
	const confirmation = confirm(intent, exchange, {
		status,
		by,
		rounded,
		differences: [...differences],
		callId: answer.callId ?? null,
		asked: amountsByName(target),
	});
	return {
		json: { ...balanceOutput(intent.owner, reply, options.output), ...more(reply), confirmation },
		hints: differences.map(({ field, asked, got }) => `${field}: asked ${asked}, Zoo has ${got}`),
		shapes: replyHints(reply),
		wrote: true,
	};
}

/** What an earlier try of this execution has made of the item; undefined when it is to be taken up again. */
export function settledBefore(
	{ intent, result, ...entry }: LedgerEntry,
	mark: string,
	{ exchange }: Session,
	subject: Subject,
): Result | undefined {
	if (result) return intent === mark ? remembered(result) : alreadyWritten(subject);
	return intent !== mark || subject.dryRun ? stillInDoubt(subject, entry, exchange) : undefined;
}

/** A result as it was stored with the execution. */
export function remembered(result: NonNullable<LedgerEntry['result']>): Result {
	if ('json' in result)
		return { json: result.json, hints: ['written in an earlier try of this execution, and not again'], wrote: true };
	return new Failure(result.source, result.what, result.next, result.details);
}

/** Without class and methods, as it is stored with the execution. */
function plain(result: Result): NonNullable<LedgerEntry['result']> {
	if (!(result instanceof Failure)) return { json: result.json };
	const { source, what, next, details } = result;
	return { source, what, next, details };
}

/** The amounts as they were last read back, for a failure's text; empty when they could not be read. */
function sightOf(seen: Reply | undefined, target: readonly FieldAmount[]): Record<string, string> {
	return seen
		? Object.fromEntries(
				target.map(({ field }) => [field.wire, amountIn(seen.balance, field)?.toString() ?? 'no amount']),
			)
		: {};
}

type Known = Pick<Confirmation, 'status' | 'by' | 'rounded' | 'differences' | 'callId' | 'asked'>;

/** The record of what became of a write, for later steps and audits. */
export function confirm(
	{ owner, subject }: WriteIntent,
	exchange: Exchange,
	{ status, by, rounded, asked, differences, callId }: Known,
): Confirmation {
	const { attempts, firstWrittenAt } = exchange;
	return {
		status,
		by,
		rounded,
		...identityOf(owner),
		asked,
		differences,
		attempts,
		callId,
		sentAt: firstWrittenAt === undefined ? null : isoTime(firstWrittenAt),
		confirmedAt: isoTime(exchange.now()),
		reference: subject.reference ?? null,
	};
}

function isoTime(milliseconds: number): string {
	return new Date(milliseconds).toISOString();
}

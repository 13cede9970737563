// What is said of a write's end: a confirmed item, or why it is none.

import { amountsByName, type FieldAmount } from '../balance/amounts';
import { amountIn, compare, unexpected, type Difference } from '../balance/confirm';
import type { BalanceField } from '../balance/fields';
import { identityOf } from '../balance/owner';
import { targetOf, type Preview } from './preview';
import type { Reply } from '../balance/reply';
import type { Confirmation } from '../outcome/written';
import { conditionNotMet, otherModel, otherModelAnswered } from '../outcome/inputFailures';
import { notApplied } from '../outcome/wireFailures';
import { changedMeanwhile, different, notConfirmed, outcomeUnknown, type Sight } from '../outcome/writeFailures';
import type { ItemSession } from '../pass/item';
import type { Result } from '../outcome/result';
import type { Subject } from '../outcome/subject';
import { balanceOutput, replyHints } from '../outcome/output';
import type { RequestSession } from '../zoo/session';
import type { NoAnswer, InDoubt } from '../zoo/retry';
import type { End, NotApplied } from './protocol';
import type { WriteIntent } from './intent';
import { type Failure, isFailure } from '../outcome/failure';
import type { WriteRecord } from '../records/record';

/** How an operation that writes differs from the others. */
export interface Kind {
	readonly adds: boolean;
	/** What is said of a write that was there, or cannot be told, before anything was sent: of a stored preview. */
	readonly unsent?: (subject: Subject, sight: Sight) => Failure;
	/** Whether Zoo's answer says enough to tell what stands there now; one that does not is no answer. */
	readonly isEnough: (reply: Reply, target: readonly FieldAmount[]) => boolean;
	/** Properties of the item beside the confirmation. `now`: the balance after the write. */
	readonly more?: (intent: WriteIntent, preview: Preview, now: Reply['balance']) => Record<string, unknown>;
}

/** A write that is ready to be sent. */
export interface Ready {
	readonly intent: WriteIntent;
	readonly kind: Kind;
	readonly record: WriteRecord;
	/** What an earlier pass, or another execution, has left open. */
	readonly inDoubt: InDoubt;
}

/** What came of a write, for its item. */
export function report(session: ItemSession, ready: Ready, end: End): Result {
	if (end.kind === 'answered') return conclude(session, ready, end);
	if (end.kind === 'notApplied') return unwritten(session, ready, end);
	const { intent, kind, record } = ready;
	const { last, seen, isAmbiguous } = end;
	const sight = sightOf(intent, record.preview, seen);
	if (kind.unsent && seen && !last && session.exchange.attempts === 0) return kind.unsent(intent.subject, sight);
	return outcomeUnknown(intent.subject, { sight, adds: kind.adds, last, isAmbiguous }, session.exchange);
}

/** From Zoo's answer to a confirmed item. */
function conclude(session: ItemSession, ready: Ready, { answer, by }: Extract<End, { kind: 'answered' }>): Result {
	const { intent, kind, record } = ready;
	const { subject, model, options } = intent;
	const { reply } = answer;
	const target = targetOf(record.preview);
	const comparison = compare(target, reply.balance, model);
	const { missing, differences, rounded } = comparison;
	const answered = { reported: answer, attempts: session.exchange.attempts };
	if (missing.length > 0) {
		if (!reply.model || reply.model === model) return notConfirmed(subject, comparison, answered);
		return otherModelAnswered(subject, { chosen: model, shown: reply.model }, comparison, answered);
	}
	if (differences.length > 0 && options.onDifference === 'fail') return different(subject, comparison, answered);
	const known: Known = {
		status: statusOf(ready, differences.length > 0, session.exchange),
		by,
		rounded,
		differences: [...differences],
		callId: answer.callId ?? null,
		asked: amountsByName(target),
	};
	const hints = hintOf(differences);
	const more = kind.more?.(intent, record.preview, reply.balance) ?? {};
	const confirmation = confirm(intent, session.exchange, known);
	const json = balanceOutput(intent.owner, reply, options.output, { confirmation, ...more });
	return { kind: 'success', json, hints, shapes: replyHints(reply), wrote: true };
}

function hintOf(differences: readonly Difference[]): string[] {
	if (differences.length === 0) return [];
	const list = differences.map(({ field, asked, got }) => `${field}: asked ${asked}, Zoo has ${got}`);
	return [`${list.join('; ')}; compare with what Zoo has billed before you write again`];
}

/** A stored preview that was found to be there is not this run's doing. */
function statusOf({ kind }: Ready, isDifferent: boolean, { attempts }: RequestSession): Confirmation['status'] {
	if (kind.unsent && attempts === 0) return 'alreadyThere';
	return isDifferent ? 'different' : 'confirmed';
}

function unwritten({ exchange }: ItemSession, { intent, record }: Ready, end: NotApplied): Failure {
	const { subject, model, options } = intent;
	const { why, last, seen } = end;
	if (seen && why === 'conditionNotMet') {
		return conditionNotMet(subject, unexpected(options.onlyIf ?? [], seen.balance), exchange);
	}
	if (why === 'changedMeanwhile' || !last) return changed(exchange, intent, sightOf(intent, record.preview, seen));
	if (!seen || last.kind === 'notSent') return notApplied(subject, last, exchange);
	const models = { chosen: model, shown: seen.model ?? model };
	if (models.shown !== model) return otherModel(subject, models, last, exchange);
	return notApplied(subject, ofKnownOwner(last), exchange);
}

/** Where a balance was read, a 404 to the write was about the call, not about the owner. */
function ofKnownOwner(last: NoAnswer): NoAnswer {
	return last.status === 404 ? { ...last, endpoint: 'absent' } : last;
}

function changed({ attempts }: RequestSession, { subject }: WriteIntent, sight: Sight): Failure {
	return changedMeanwhile(subject, { outcome: attempts > 0 ? 'notApplied' : 'notSent', attempts }, sight);
}

/** The amounts as they were last read back, for a failure's text; none when they could not be read. */
export function sightOf({ options, model }: WriteIntent, { from, to }: Preview, seen: Reply | undefined): Sight {
	const conditions = amountsByName(options.onlyIf ?? []);
	const fields = model.fields.filter(({ wire }) => wire in to || wire in conditions);
	const now = seen ? fields.map((field) => [field.wire, amountText(seen, field)] as const) : [];
	return { before: from, target: to, now: Object.fromEntries(now) };
}

function amountText({ balance }: Reply, field: BalanceField): string {
	return amountIn(balance, field)?.toString() ?? 'no amount';
}

type Known = Pick<Confirmation, 'status' | 'by' | 'rounded' | 'differences' | 'callId' | 'asked'>;

/** The record of what became of a write, for later steps and audits. */
function confirm({ owner, subject }: WriteIntent, exchange: RequestSession, known: Known): Confirmation {
	const { attempts, firstWrittenAt } = exchange;
	const { status, by, rounded, asked, differences, callId } = known;
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

/** A change of nothing writes nothing; the item shows the balance that was read. */
export function unchanged(
	{ exchange, begin: note }: ItemSession,
	intent: WriteIntent,
	before: Reply,
	{ preview, more = {} }: { readonly preview: Preview; readonly more?: Record<string, unknown> },
): Result {
	// Noted like a write, so that no later pass judges it by what stands there then.
	const record = note(preview);
	if (isFailure(record)) return record;
	const asked = Object.fromEntries(intent.amounts.map(({ field }) => [field.wire, amountText(before, field)]));
	const known: Known = { status: 'unchanged', by: 'readBack', rounded: false, differences: [], callId: null, asked };
	const confirmation = confirm(intent, exchange, known);
	const json = balanceOutput(intent.owner, before, intent.options.output, { confirmation, ...more });
	return { kind: 'success', json, hints: [], shapes: replyHints(before), wrote: false };
}

// What both writing operations share: the look before a write, the dry run, the sending, and what is said of its end.

import { amountsByName, type FieldAmount } from '../balance/amounts';
import { amountIn, compare, unexpected } from '../balance/confirm';
import type { BalanceField } from '../balance/fields';
import { identityOf } from '../balance/owner';
import { lookedUp, targetOf, type Preview } from '../balance/preview';
import type { Reply } from '../balance/reply';
import { standing, type Doubt } from '../balance/standing';
import type { Confirmation } from '../balance/written';
import { Failure } from '../failures/failure';
import { conditionNotMet, otherModel, otherModelAnswered } from '../failures/input';
import { noBalance, notApplied, notLooked } from '../failures/wire';
import { changedMeanwhile, different, notConfirmed, outcomeUnknown, type Sight } from '../failures/write';
import type { Done, Lane, Page, Result, Session, Subject } from '../item';
import { balanceOutput, replyHints } from '../output';
import type { Exchange, Flaw } from '../zoo/exchange';
import { readBalance, writeBalance } from '../zoo/request';
import type { NoAnswer } from '../zoo/retry';
import { Sending, type End, type NotApplied, type Write } from '../zoo/sending';
import type { WriteIntent } from './intent';
import { stored } from './storedPreview';

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

/** The key of an owner in this process: an organization or user at one host. */
export function ownerKey({ host }: Pick<Session, 'host'>, laneKey: string): string {
	return host + laneKey;
}

/** The balance before a write, in a dry run with the changes that earlier items would have made. */
export async function look(session: Session, intent: WriteIntent): Promise<Reply | Failure> {
	const { exchange, lane } = session;
	const { subject, owner, model, options } = intent;
	const request = readBalance(owner, options.includeTotalDue);
	const answer = await exchange.readBalance(request, isStale(session, intent));
	if (answer.kind !== 'answered') return notLooked(subject, answer, exchange);
	const { reply } = answer;
	if (reply.model && reply.model !== model && !model.fields.some((field) => amountIn(reply.balance, field))) {
		return otherModel(subject, { chosen: model, shown: reply.model }, answer, exchange);
	}
	if (!reply.model) return noBalance(subject, answer, 'notSent');
	const balance = { ...reply.balance, ...(options.dryRun && textsOf(lane.preview)) };
	const found = unexpected(options.onlyIf ?? [], balance);
	return found.length > 0 ? conditionNotMet(subject, found, exchange) : { ...reply, balance };
}

function textsOf(preview: Lane['preview']): Record<string, string> {
	return Object.fromEntries([...preview].map(([name, amount]) => [name, amount.toString()]));
}

function isStale(session: Session, { laneKey }: WriteIntent): Flaw {
	const key = ownerKey(session, laneKey);
	return (reply) =>
		session.register.isFresh(key, reply.balance.updated_at, session.exchange.now())
			? undefined
			: { cause: 'Zoo answered with an older balance than it has shown before', stale: true };
}

/** What the write is decided to be. `before`: the look that it is built on; undefined for a plain update. */
export function previewOf(
	{ host }: Session,
	{ owner, model, subject, amounts }: WriteIntent,
	target: readonly FieldAmount[],
	before: Reply | undefined,
): Preview {
	return {
		host,
		resource: owner.kind.name,
		ownerId: owner.id ?? '',
		...(owner.email !== undefined && { email: owner.email }),
		balanceModel: model.name,
		...(before && lookedUp(before, model, amounts)),
		to: amountsByName(target),
		...(subject.reference !== undefined && { reference: subject.reference }),
	};
}

/** What a dry run puts out: the request that would be sent, and per field from → to. */
export function show(
	session: Session,
	intent: WriteIntent,
	before: Reply,
	{ preview, more = {} }: { readonly preview: Preview; readonly more?: Record<string, unknown> },
): Done {
	const { owner, subject } = intent;
	const target = targetOf(preview);
	for (const { field, amount } of target) session.lane.preview.set(field.wire, amount);
	const changes = target.map(({ field, amount }) => {
		const from = amountIn(before.balance, field)?.toString() ?? null;
		return [field.wire, { from, to: amount.toString() }] as const;
	});
	const json = {
		dryRun: true,
		...identityOf(owner),
		reference: subject.reference ?? null,
		preview: target.length === 0 ? null : stored(preview, session),
		request: target.length === 0 ? null : writeBalance(owner, intent.model, target, intent.options.includeTotalDue),
		changes: Object.fromEntries(changes),
		...more,
	};
	return { json, hints: [], shapes: replyHints(before), wrote: false };
}

/** A write that is ready to be sent. */
export interface Ready {
	readonly intent: WriteIntent;
	readonly kind: Kind;
	readonly page: Page;
	/** What an earlier pass has left. */
	readonly doubt: Doubt;
}

/** Sends a preview, and says what became of it. The journal knows of it before the first attempt. */
export async function begin(session: Session, intent: WriteIntent, kind: Kind, preview: Preview): Promise<Result> {
	const page = session.begin(preview);
	return page instanceof Failure ? page : await send(session, { intent, kind, page, doubt: 'none' });
}

/** Sends a preview that may have been sent by another execution before. */
export async function beginInDoubt(
	session: Session,
	intent: WriteIntent,
	kind: Kind,
	preview: Preview,
): Promise<Result> {
	session.register.isFresh(ownerKey(session, intent.laneKey), preview.updatedAt, session.exchange.now());
	const page = session.begin(preview);
	return page instanceof Failure ? page : await send(session, { intent, kind, page, doubt: 'perhaps' });
}

/** Takes up what an earlier pass has left in doubt. */
export async function resume(session: Session, intent: WriteIntent, kind: Kind, page: Page): Promise<Result> {
	// The process that looked may have been another one.
	session.register.isFresh(ownerKey(session, intent.laneKey), page.preview.updatedAt, session.exchange.now());
	return await send(session, { intent, kind, page, doubt: page.doubt ?? 'perhaps' });
}

async function send(session: Session, ready: Ready): Promise<Result> {
	const sending = new Sending(session.exchange, writeOf(session, ready), ready.doubt);
	const end = await sending.run();
	const { openUntil } = sending;
	if (openUntil !== undefined) session.register.noteOpen(keyOf(session, ready), ready.page.id, openUntil);
	if (end.kind === 'answered') return conclude(session, ready, end);
	if (end.kind === 'notApplied') return unwritten(session, ready, end);
	session.leave(end.doubt);
	const { intent, kind, page } = ready;
	const sight = sightOf(intent, page.preview, end.seen);
	if (kind.unsent && end.seen && !end.last) return kind.unsent(intent.subject, sight);
	return outcomeUnknown(
		intent.subject,
		{ sight, adds: kind.adds, last: end.last, isAmbiguous: end.isAmbiguous },
		session.exchange,
	);
}

function keyOf(session: Session, { intent }: Ready): string {
	return ownerKey(session, intent.laneKey);
}

function writeOf(session: Session, ready: Ready): Write {
	const { intent, kind, page } = ready;
	const { owner, model, options } = intent;
	const key = keyOf(session, ready);
	const target = targetOf(page.preview);
	const tooLittle: Flaw = (reply) =>
		kind.isEnough(reply, target) ? undefined : { cause: 'Zoo answered, but without the amounts that were written' };
	const stale = isStale(session, intent);
	return {
		put: writeBalance(owner, model, target, options.includeTotalDue),
		readBack: readBalance(owner, options.includeTotalDue),
		builtOnLook: page.preview.from !== undefined,
		flawOfAnswer: (reply) => {
			// Nothing that is older than the answer to a write may be believed later.
			session.register.isFresh(key, reply.balance.updated_at, session.exchange.now());
			return tooLittle(reply);
		},
		flawOfLook: (reply) => tooLittle(reply) ?? stale(reply),
		standing: (seen, doubt) => {
			const otherWriter = session.register.otherWriterSince(page.mark, key, page.id);
			return standing(page.preview, seen, { doubt, otherWriter, conditions: options.onlyIf ?? [] });
		},
		mayBeApplied: () => session.register.noteWrite(key, page.id),
	};
}

function unwritten({ exchange }: Session, { intent, page }: Ready, end: NotApplied): Failure {
	const { subject, model, options } = intent;
	const { why, last, seen } = end;
	if (seen && why === 'conditionNotMet') {
		return conditionNotMet(subject, unexpected(options.onlyIf ?? [], seen.balance), exchange);
	}
	if (why === 'void' || !last) return changed(exchange, intent, sightOf(intent, page.preview, seen));
	if (!seen || last.kind === 'unsent') return notApplied(subject, last, exchange);
	const models = { chosen: model, shown: seen.model ?? model };
	if (models.shown !== model) return otherModel(subject, models, last, exchange);
	return notApplied(subject, ofKnownOwner(last), exchange);
}

/** Where a balance was read, a 404 to the write was about the call, not about the owner. */
function ofKnownOwner(last: NoAnswer): NoAnswer {
	return last.status === 404 ? { ...last, endpoint: 'absent' } : last;
}

function changed({ attempts }: Exchange, { subject }: WriteIntent, sight: Sight): Failure {
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

/** From Zoo's answer to a confirmed item. */
function conclude(session: Session, ready: Ready, { answer, by }: Extract<End, { kind: 'answered' }>): Result {
	const { intent, kind, page } = ready;
	const { subject, model, options } = intent;
	const { reply } = answer;
	const target = targetOf(page.preview);
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
	const hints = differences.map(({ field, asked, got }) => `${field}: asked ${asked}, Zoo has ${got}`);
	const more = kind.more?.(intent, page.preview, reply.balance) ?? {};
	const confirmation = confirm(intent, session.exchange, known);
	const json = { ...balanceOutput(intent.owner, reply, options.output), ...more, confirmation };
	return { json, hints, shapes: replyHints(reply), wrote: true };
}

/** A stored preview that was found to be there is not this run's doing. */
function statusOf({ kind }: Ready, isDifferent: boolean, { attempts }: Exchange): Confirmation['status'] {
	if (kind.unsent && attempts === 0) return 'alreadyThere';
	return isDifferent ? 'different' : 'confirmed';
}

type Known = Pick<Confirmation, 'status' | 'by' | 'rounded' | 'differences' | 'callId' | 'asked'>;

/** The record of what became of a write, for later steps and audits. */
export function confirm({ owner, subject }: WriteIntent, exchange: Exchange, known: Known): Confirmation {
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
	{ exchange, begin: note }: Session,
	intent: WriteIntent,
	before: Reply,
	{ preview, more = {} }: { readonly preview: Preview; readonly more?: Record<string, unknown> },
): Result {
	// Noted like a write, so that no later pass judges it by what stands there then.
	const page = note(preview);
	if (page instanceof Failure) return page;
	const asked = Object.fromEntries(intent.amounts.map(({ field }) => [field.wire, amountText(before, field)]));
	const known = { status: 'unchanged', by: 'readBack', rounded: false, differences: [], callId: null, asked } as const;
	const confirmation = confirm(intent, exchange, { ...known, differences: [] });
	const json = { ...balanceOutput(intent.owner, before, intent.options.output), ...more, confirmation };
	return { json, hints: [], shapes: replyHints(before), wrote: false };
}

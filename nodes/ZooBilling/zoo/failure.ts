// Every failure that the node can report, made in one place: what happened, what to do next, and facts to act on.

import type { BalanceField, BalanceModel } from '../balance/fields';
import type { Comparison } from '../balance/confirm';
import { identityOf, type Owner } from '../balance/owner';
import type { Refusal } from '../refusal';
import type { Exchange, NoAnswer, Unsent } from './exchange';
import type { Presence } from './presence';
import type { Reported } from './retry';

/** What a failure leaves at Zoo. */
export type Outcome = 'notSent' | 'notApplied' | 'notConfirmed' | 'different' | 'unknown' | 'notRead';

/** One word for a workflow to branch on; the README lists them. */
export type Reason =
	| 'invalidInput'
	| 'credentialUnusable'
	| 'tokenRefused'
	| 'employeeTokenNeeded'
	| 'ownerUnknown'
	| 'endpointMissing'
	| 'ownerOrEndpointUnknown'
	| 'refusedByZoo'
	| 'unreachable'
	| 'unavailable'
	| 'unreadableReply'
	| 'otherBalanceModel'
	| 'amountMissing'
	| 'conditionNotMet'
	| 'alreadyAdjusted'
	| 'referenceRepeated'
	| 'belowZero'
	| 'tooLarge'
	| 'changedMeanwhile'
	| 'different'
	| 'notConfirmed'
	| 'outcomeUnknown'
	| 'unforeseen'
	| 'blockedByEarlierItem'
	| 'stopped'
	| 'canceled'
	| 'heldBack';

/** What a failure is about. */
export interface Subject {
	readonly item: number;
	readonly owner?: Owner;
	/** Wire names and amounts that were to be written. */
	readonly asked?: Readonly<Record<string, string>>;
	readonly reference?: string;
	/** Whether nothing would have been written anyway. */
	readonly dryRun?: boolean;
}

/** The facts of a failure, as a later step gets them. */
export interface FailureDetails {
	readonly reason: Reason;
	readonly outcome: Outcome;
	readonly item: number;
	readonly orgId?: string;
	readonly userId?: string;
	/** The e-mail address that the workflow named the user by. */
	readonly userEmail?: string;
	readonly asked?: Readonly<Record<string, string>>;
	readonly reference?: string;
	readonly dryRun?: boolean;
	readonly httpStatus?: number;
	readonly zooMessage?: string;
	readonly errorCode?: string;
	readonly requestId?: string;
	readonly callId?: string;
	readonly attempts?: number;
	/** More that belongs to the reason, such as the differences. */
	readonly [more: string]: unknown;
}

export class Failure {
	constructor(
		/** `input`: the workflow has to change; `service`: Zoo said or did something. */
		readonly source: 'input' | 'service',
		/** One line, ending in `[item N]`. */
		readonly what: string,
		/** What to do next, and the facts. */
		readonly next: string,
		readonly details: FailureDetails,
	) {}
}

/** What is known of the attempts when something did not work. */
type Tries = Pick<Exchange, 'attempts' | 'askedToWait'>;

type Tried = Exclude<NoAnswer, Unsent>;

interface Told {
	readonly reason: Reason;
	readonly outcome: Outcome;
	readonly what: string;
	readonly next: string;
	readonly source?: 'input' | 'service';
	readonly reported?: Reported | undefined;
	readonly attempts?: number;
	readonly more?: Readonly<Record<string, unknown>>;
}

function failure(
	subject: Subject,
	{ reason, outcome, what, next, source = 'service', reported, attempts, more }: Told,
): Failure {
	const { owner, item, asked, reference, dryRun } = subject;
	const { zoo = {}, status, callId } = reported ?? {};
	const known = {
		...(owner && identityOf(owner)),
		asked,
		reference,
		dryRun: outcome === 'notSent' ? dryRun : undefined,
		httpStatus: status,
		zooMessage: zoo.message,
		errorCode: zoo.errorCode,
		requestId: zoo.requestId,
		callId,
		attempts: attempts === 0 ? undefined : attempts,
		...more,
	};
	const details = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
	const text = [next, ...factsOf(subject, reported)].join(' ');
	return new Failure(source, `${what} [item ${item}]`, text, { reason, outcome, item, ...details });
}

function factsOf({ owner, asked, reference }: Subject, reported: Reported | undefined): string[] {
	const { zoo = {}, status, callId } = reported ?? {};
	const marks = [
		status !== undefined && `HTTP ${status}`,
		zoo.errorCode !== undefined && `code ${zoo.errorCode}`,
		zoo.requestId !== undefined && `request ${zoo.requestId}`,
		callId !== undefined && `call ${callId}`,
	].filter((mark) => mark !== false);
	const said = zoo.message === undefined ? 'Zoo’s reply' : `Zoo said: “${zoo.message}”`;
	return [
		...(owner?.id === undefined ? [] : [`${owner.kind.idLabel}: ${owner.id}.`]),
		...(owner?.email === undefined ? [] : [`Email: ${owner.email}.`]),
		...(asked === undefined ? [] : [`Asked: ${listed(asked)}.`]),
		...(reference === undefined ? [] : [`Payment Reference: ${reference}.`]),
		...(marks.length === 0 ? [] : [`${said} (${marks.join(', ')}).`]),
	];
}

/** `pre_pay_cash_remaining 50.00, …` */
export function listed(amounts: Readonly<Record<string, string>>): string {
	return Object.entries(amounts)
		.map(([name, amount]) => `${name} ${amount}`)
		.join(', ');
}

const NOTHING_SENT = 'Nothing was sent for this item.';
const SAFE = 'The balance was not changed, so trying again is safe.';

/** A parameter, option or credential that cannot be used. */
export function invalidInput(subject: Subject, refusal: Refusal, reason: Reason = 'invalidInput'): Failure {
	return failure(subject, {
		reason,
		outcome: 'notSent',
		source: 'input',
		what: refusal.what,
		next: `${refusal.next} ${NOTHING_SENT}`,
	});
}

/** Something could not be read. `outcome`: `notRead` for a read, `notSent` when a write had to look first. */
export function notRead(subject: Subject, last: NoAnswer, tries: Tries, outcome: 'notRead' | 'notSent'): Failure {
	if (last.kind === 'unsent') return notSent(subject, last.why, tries);
	if (outcome === 'notRead')
		return turnedDown(subject, last, tries, outcome, `Nothing was read: ${last.cause}`, 'Reading again is safe.');
	return turnedDown(
		subject,
		last,
		tries,
		outcome,
		`The balance was not read: ${last.cause}`,
		`The balance has to be read before it is written. ${SAFE}`,
	);
}

/** A write that surely was not applied. */
export function notApplied(subject: Subject, last: NoAnswer, tries: Tries): Failure {
	if (last.kind === 'unsent') return notSent(subject, last.why, tries);
	const count = tries.attempts > 1 ? ` (${tries.attempts} attempts)` : '';
	return turnedDown(subject, last, tries, 'notApplied', `The balance was not changed: ${last.cause}${count}`, SAFE);
}

function turnedDown(
	subject: Subject,
	last: Tried,
	tries: Tries,
	outcome: Outcome,
	what: string,
	safe: string,
): Failure {
	const meaning = last.kind === 'refused' ? meaningOf(last, subject) : undefined;
	const reason = meaning?.reason ?? reasonOf(last.status);
	const next = `${waitAsked(tries)}${meaning?.next ?? ''}${safe}`;
	return failure(subject, {
		reason,
		outcome,
		what: meaning?.what ?? what,
		next,
		reported: last,
		attempts: tries.attempts,
	});
}

function reasonOf(status: number | undefined): Reason {
	if (status === undefined || (status >= 300 && status < 400)) return 'unreachable';
	return status < 300 ? 'unreadableReply' : 'unavailable';
}

function waitAsked({ askedToWait }: Tries): string {
	return askedToWait === undefined
		? ''
		: `Zoo asked to wait ${Math.ceil(askedToWait / 1000)} seconds; try again after that. `;
}

/** What a final no means, and what to do about it. */
function meaningOf(
	{ status = 0, zoo, endpoint }: Reported,
	{ owner }: Subject,
): { reason: Reason; what?: string; next: string } {
	const byId = owner !== undefined && (owner.id ?? owner.email) !== undefined;
	const rights = !byId
		? ''
		: `Balances by ID need the token of a Zoo employee; 'Get Own ${owner.kind.label} Balance' works with any valid token. `;
	if (status === 401 || (status === 400 && /authenticat/i.test(zoo?.message ?? ''))) {
		return {
			reason: 'tokenRefused',
			what: 'Zoo did not accept the API token',
			next: `Check 'API Token' and 'Base URL' in the Zoo API credential. ${rights}`,
		};
	}
	if (status === 403)
		return {
			reason: byId ? 'employeeTokenNeeded' : 'tokenRefused',
			what: 'The API token has no right to do this',
			next: `Use another Zoo API credential. ${rights}`,
		};
	if (status === 404 && owner) return notFound(owner, byId, endpoint);
	if (status < 400) return { reason: 'unreachable', next: `Check 'Base URL' in the Zoo API credential. ` };
	return {
		reason: 'refusedByZoo',
		next: "Zoo would refuse the same request again: change what it objects to; if it does not know the fields, that is 'Balance Model'. ",
	};
}

/** A 404: the owner is unknown, or the host has no such endpoint; where nobody could tell which, both are said. */
function notFound(
	{ kind: { noun, idLabel } }: Owner,
	byId: boolean,
	endpoint: Presence = 'unclear',
): { reason: Reason; what: string; next: string } {
	const check = byId
		? `Check '${idLabel}', and 'Base URL' in the credential. `
		: `Check that the token’s user has an ${noun}, and 'Base URL' in the credential. `;
	const withdrawn = 'Zoo has withdrawn this call, and nothing but another host or an update of this node helps. ';
	const meanings = {
		there: {
			reason: 'ownerUnknown',
			what: `Zoo does not know this ${noun}`,
			next: check,
		},
		absent: {
			reason: 'endpointMissing',
			what: 'This Zoo host has no such endpoint (any more)',
			next: `It is not about this ${noun}. If 'Base URL' in the credential is right, ${withdrawn}`,
		},
		unclear: {
			reason: 'ownerOrEndpointUnknown',
			what: `Zoo does not know this ${noun}, or this host has no such endpoint (any more)`,
			next: `${check}If both are right, ${withdrawn}`,
		},
	} as const satisfies Record<Presence, unknown>;
	return meanings[endpoint];
}

const unsentBecause = {
	canceled: {
		reason: 'canceled',
		cause: 'the execution was canceled',
		next: 'Run the workflow again for the items that are left.',
	},
	stopped: {
		reason: 'stopped',
		cause: 'another item did not go through',
		next: 'Correct that item, then run the workflow again for the items that are left.',
	},
	held: { reason: 'heldBack', cause: 'Zoo asked all requests to wait', next: 'Try again later.' },
} as const;

/** An item whose turn never came, or did not come again. */
export function notSent(subject: Subject, why: Unsent['why'], tries: Tries): Failure {
	const { reason, cause, next } = unsentBecause[why];
	if (tries.attempts === 0)
		return failure(subject, {
			reason,
			outcome: 'notSent',
			what: `Not sent, because ${cause}`,
			next: `${waitAsked(tries)}${next} ${NOTHING_SENT}`,
		});
	return failure(subject, {
		reason,
		outcome: 'notApplied',
		what: `Not sent again, because ${cause}`,
		next: `${waitAsked(tries)}${next} ${SAFE}`,
		attempts: tries.attempts,
	});
}

/** Something in the node itself that nobody foresaw. */
export function unforeseen(subject: Subject, tries: Tries): Failure {
	const sent = tries.attempts > 0;
	return failure(subject, {
		reason: 'unforeseen',
		outcome: sent ? 'unknown' : 'notSent',
		what: 'The node met something that it was not made for',
		next: `Please report it to the makers of this node. ${sent ? 'The write may have been applied: read the balance before anything else.' : NOTHING_SENT}`,
		attempts: tries.attempts,
	});
}

/** A later item for an owner whose balance is in doubt. `earlier`: such as `item 0`. */
export function blocked(subject: Subject, earlier: string): Failure {
	return failure(subject, {
		reason: 'blockedByEarlierItem',
		outcome: 'notSent',
		what: `Not sent, because the outcome of ${earlier} for the same ${subject.owner?.kind.noun ?? 'owner'} is unknown`,
		next: `Clear up ${earlier} first; then run this item again. ${NOTHING_SENT}`,
		more: { blockedBy: /^item \d+$/.test(earlier) ? Number(earlier.slice(5)) : earlier },
	});
}

/** The amounts that tell whether a write was applied, by wire name. */
export interface Sight {
	readonly before?: Readonly<Record<string, string>>;
	readonly target: Readonly<Record<string, string>>;
	/** As last read back; empty when that was not possible. */
	readonly now: Readonly<Record<string, string>>;
}

/** A write that may have been applied, now or later. `advice`: how to tell and what to do then. */
export function outcomeUnknown(
	subject: Subject,
	last: NoAnswer | undefined,
	advice: string,
	tries: Tries,
	sight: Sight,
): Failure {
	return failure(subject, {
		reason: 'outcomeUnknown',
		outcome: 'unknown',
		what: `The outcome is unknown: ${causeOf(last)}`,
		next: `${waitAsked(tries)}${advice} ${sightText(sight)}.`,
		reported: last?.kind === 'unsent' ? undefined : last,
		attempts: tries.attempts,
		more: { ...sight },
	});
}

export const adjustAdvice =
	'Read the balance before anything else: if it shows the target, the adjustment was applied and must not run again; if it still shows the amounts before after a few minutes, it was not, and running this item again is right.';

export const updateAdvice =
	'Read the balance first: if it shows the target, the write was applied. If it does not, running this item again sets the same amounts; look whether somebody else has changed them since.';

/** A write that an earlier try of this execution sent and nothing confirmed, when the item cannot be taken up again. `before`: of an adjustment. */
export function stillInDoubt(subject: Subject, { before, target }: Omit<Sight, 'now'>, tries: Tries): Failure {
	return outcomeUnknown(subject, undefined, before ? adjustAdvice : updateAdvice, tries, {
		...(before && { before }),
		target,
		now: {},
	});
}

function causeOf(last: NoAnswer | undefined): string {
	if (last === undefined) return 'an earlier attempt in this execution got no answer';
	return last.kind === 'unsent' ? unsentBecause[last.why].cause : last.cause;
}

function sightText({ before, target, now }: Sight): string {
	const seen = Object.keys(now).length === 0 ? 'it could not be read back' : `when last read back: ${listed(now)}`;
	const sentence = [...(before ? [`before: ${listed(before)}`] : []), `target: ${listed(target)}`, seen].join('; ');
	return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Somebody else changed the balance while a write that surely was not applied waited for another attempt. */
export function changedMeanwhile(subject: Subject, tries: Tries, sight: Sight): Failure {
	return failure(subject, {
		reason: 'changedMeanwhile',
		outcome: 'notApplied',
		what: 'The balance changed before the write could be sent again',
		next: `${sightText(sight)}. Nothing of this write was applied, so trying again is safe.`,
		attempts: tries.attempts,
		more: { ...sight },
	});
}

/** The reply has the amounts of the other balance model. `comparison`: with what was written; undefined when nothing was. */
export function otherModel(
	subject: Subject,
	chosen: BalanceModel,
	shownModel: BalanceModel,
	comparison: Comparison | undefined,
	reported: Reported,
	tries: Tries,
): Failure {
	const sent = comparison ? comparisonText(comparison) : NOTHING_SENT;
	return failure(subject, {
		reason: 'otherBalanceModel',
		outcome: comparison ? 'notConfirmed' : 'notSent',
		what: `This Zoo API speaks another balance model than '${chosen.label}'`,
		next: `Set 'Balance Model' to '${shownModel.label}'. ${sent}`,
		reported,
		attempts: tries.attempts,
		...(comparison && { more: comparisonFacts(comparison) }),
	});
}

/** Zoo answered a write, but not with every amount that was written. */
export function notConfirmed(subject: Subject, comparison: Comparison, reported: Reported, tries: Tries): Failure {
	return failure(subject, {
		reason: 'notConfirmed',
		outcome: 'notConfirmed',
		what: `Zoo answered, but the reply does not confirm ${quoted(comparison.missing)}`,
		next: `Read the balance to see what stands there before you rely on this write. ${comparisonText(comparison)}`,
		reported,
		attempts: tries.attempts,
		more: comparisonFacts(comparison),
	});
}

function comparisonText({ missing, confirmed, differences }: Comparison): string {
	const others = [
		...(confirmed.length > 0 ? [`Confirmed: ${confirmed.join(', ')}.`] : []),
		...differences.map(({ field, asked, got }) => `Different: ${field} asked ${asked}, got ${got}.`),
	];
	return [`Not confirmed: ${missing.map((field) => field.wire).join(', ')}.`, ...others].join(' ');
}

function comparisonFacts({ missing, confirmed, differences }: Comparison): Record<string, unknown> {
	return { notConfirmed: missing.map((field) => field.wire), confirmed, differences };
}

/** Zoo's balance is another than the one asked for, and the workflow wants that to count. */
export function different(
	subject: Subject,
	{ confirmed, differences }: Comparison,
	reported: Reported,
	tries: Tries,
): Failure {
	const list = differences.map(({ field, asked, got }) => `${field} asked ${asked}, got ${got}`).join('; ');
	return failure(subject, {
		reason: 'different',
		outcome: 'different',
		what: 'Zoo applied the write, but its balance is another than the one asked for',
		next: `Compare: ${list}. Zoo or somebody else may have changed it; read the balance before you write again.`,
		reported,
		attempts: tries.attempts,
		more: { confirmed, differences },
	});
}

/** An item that was written in an earlier try of this execution, when its parameters were others. */
export function alreadyWritten(subject: Subject): Failure {
	return failure(subject, {
		reason: 'alreadyAdjusted',
		outcome: 'notSent',
		source: 'input',
		what: 'This item was written with other parameters in an earlier try of this execution',
		next: 'Read the balance to see what was applied, and start a new execution for what is missing. Nothing was sent for it this time.',
	});
}

/** A payment reference that an earlier item of this execution has used. */
export function referenceRepeated(subject: Subject, earlier: string): Failure {
	return failure(subject, {
		reason: 'referenceRepeated',
		outcome: 'notSent',
		source: 'input',
		what: `'Payment Reference' was used by ${earlier} in this execution`,
		next: `One payment is added once. Remove the repeated item, or give each payment a reference of its own. ${NOTHING_SENT}`,
	});
}

/** A field that the operation builds on is not in the balance that was read. */
export function amountMissing(subject: Subject, missing: readonly BalanceField[]): Failure {
	return failure(subject, {
		reason: 'amountMissing',
		outcome: 'notSent',
		what: `The balance that was read has no amount for ${quoted(missing)}`,
		next: `A missing amount is never taken as 0. Check 'Balance Model', and read the balance to see what Zoo has. ${NOTHING_SENT}`,
	});
}

/** A reply to a read that holds no amount of any balance model. `outcome`: `notSent` when a write had to look first. */
export function noBalance(subject: Subject, reported: Reported, outcome: 'notRead' | 'notSent'): Failure {
	return failure(subject, {
		reason: 'unreadableReply',
		outcome,
		what: 'Zoo answered, but without any amount of a balance',
		next: `Check 'Base URL' in the Zoo API credential. ${outcome === 'notRead' ? 'Reading again is safe.' : NOTHING_SENT}`,
		reported,
	});
}

/** A reply to a read that is not what was asked for. `what`: what it lacks, such as `a list of invoices`. */
export function unreadable(subject: Subject, what: string, reported: Reported): Failure {
	const { outcome, safe } = readingFor(subject);
	return failure(subject, {
		reason: 'unreadableReply',
		outcome,
		what: `Zoo answered, but without ${what}`,
		next: `Check 'Base URL' in the Zoo API credential. ${safe}`,
		reported,
	});
}

/** A user who could not be looked up by e-mail address. */
export function notLookedUp(subject: Subject, last: NoAnswer, tries: Tries): Failure {
	if (last.kind === 'unsent') return notSent(subject, last.why, tries);
	const { outcome, safe } = readingFor(subject);
	return turnedDown(subject, last, tries, outcome, `The user was not looked up: ${last.cause}`, safe);
}

/** What a read that fails leaves of its item: nothing read, or nothing sent where it came before a write. */
function readingFor({ asked }: Subject): { outcome: 'notRead' | 'notSent'; safe: string } {
	return asked === undefined
		? { outcome: 'notRead', safe: 'Reading again is safe.' }
		: { outcome: 'notSent', safe: NOTHING_SENT };
}

/** What 'Only If Balance Is' expected is not what was read. */
export function conditionNotMet(subject: Subject, differences: Comparison['differences']): Failure {
	const list = differences.map(({ field, asked, got }) => `${field} expected ${asked}, found ${got}`).join('; ');
	return failure(subject, {
		reason: 'conditionNotMet',
		outcome: 'notSent',
		what: "The balance is not what 'Only If Balance Is' expects",
		next: `Found: ${list}. Read the balance again and decide anew. ${NOTHING_SENT}`,
		more: { differences },
	});
}

/** An adjustment whose result cannot be written. `sums`: per field before, change and result. */
export function outOfRange(subject: Subject, reason: 'belowZero' | 'tooLarge', sums: string): Failure {
	return failure(subject, {
		reason,
		outcome: 'notSent',
		source: 'input',
		what:
			reason === 'belowZero'
				? 'The adjustment would take the balance below zero'
				: 'The adjustment would make the balance too large',
		next: `${sums}. Change the amount. ${NOTHING_SENT}`,
	});
}

function quoted(fields: readonly BalanceField[]): string {
	return fields.map((field) => `'${field.label}'`).join(', ');
}

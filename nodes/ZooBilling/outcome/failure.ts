// A failure of an item: what happened, what to do next, and facts to act on.

import { identityOf } from '../balance/owner';
import type { Subject } from './subject';
import { sanitize } from '../text/words';
import type { Reported } from '../zoo/retry';

/** What a failure leaves at Zoo. */
export type Outcome = 'notSent' | 'notApplied' | 'notConfirmed' | 'different' | 'written' | 'unknown' | 'notRead';

/** One word for a workflow to branch on; the documentation lists them. */
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
	| 'staleReply'
	| 'otherBalanceModel'
	| 'amountMissing'
	| 'conditionNotMet'
	| 'alreadyWritten'
	| 'memoryUnreadable'
	| 'referenceRepeated'
	| 'referenceInDoubt'
	| 'belowZero'
	| 'tooLarge'
	| 'changedMeanwhile'
	| 'alreadyThere'
	| 'previewExpired'
	| 'different'
	| 'notConfirmed'
	| 'outcomeUnknown'
	| 'unforeseen'
	| 'blockedByEarlierItem'
	| 'overtaken'
	| 'stopped'
	| 'canceled'
	| 'heldBack';

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

export interface Failure {
	readonly kind: 'failure';
	/** `input`: the workflow has to change; `service`: Zoo said or did something. */
	readonly source: 'input' | 'service';
	/** One line, ending in `[item N]`. */
	readonly what: string;
	/** What to do next, and the facts. */
	readonly next: string;
	readonly details: FailureDetails;
}

/** Whether what should have come about is a failure instead. */
export function isFailure(value: unknown): value is Failure {
	return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'failure';
}

/** The same failure, said of another item. */
export function ofItem({ what, details, ...rest }: Failure, item: number): Failure {
	return { ...rest, what: what.replace(/ \[item \d+\]$/, ` [item ${item}]`), details: { ...details, item } };
}

/** What is known of the attempts when something did not work. */
export interface Tries {
	/** Writes that were sent. */
	readonly attempts: number;
	/** The wait that Zoo asked for last, in milliseconds. */
	readonly askedToWait: number | undefined;
	/** Whether any request was sent, reads included. */
	readonly hasSent: boolean;
}

export interface Told {
	readonly reason: Reason;
	readonly outcome: Outcome;
	readonly what: string;
	readonly next: string;
	readonly source?: 'input' | 'service';
	readonly reported?: Reported | undefined;
	readonly attempts?: number;
	readonly more?: Readonly<Record<string, unknown>>;
}

export const NOTHING_SENT = 'Nothing was sent for this item.';
export const NOTHING_WRITTEN = 'Nothing was written for this item.';
export const SAFE = 'The balance was not changed, so trying again is safe.';

export function failure(subject: Subject, told: Told): Failure {
	const { reason, outcome, what, next, source = 'service', reported, attempts, more } = told;
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
	return {
		kind: 'failure',
		source,
		what: `${what} [item ${item}]`,
		next: text,
		details: { reason, outcome, item, ...details },
	};
}

function factsOf({ owner, asked, reference }: Subject, reported: Reported | undefined): string[] {
	return [
		...(owner?.id === undefined ? [] : [`${owner.kind.idLabel}: ${owner.id}.`]),
		...(owner?.email === undefined ? [] : [`Email: ${sanitize(owner.email)}.`]),
		...(asked === undefined ? [] : [`Asked: ${listed(asked)}.`]),
		...(reference === undefined ? [] : [`Payment Reference: ${sanitize(reference, 100)}.`]),
		...saidBy(reported),
	];
}

function saidBy({ zoo = {}, status, callId }: Reported = {}): string[] {
	const marks = [
		status !== undefined && `HTTP ${status}`,
		zoo.errorCode !== undefined && `code ${zoo.errorCode}`,
		zoo.requestId !== undefined && `request ${zoo.requestId}`,
		callId !== undefined && `call ${callId}`,
	].filter((mark) => mark !== false);
	if (marks.length === 0) return [];
	const said = zoo.message === undefined ? 'Zoo’s reply' : `Zoo said: “${zoo.message}”`;
	return [`${said} (${marks.join(', ')}).`];
}

/** `pre_pay_cash_remaining 50.00, …` */
export function listed(amounts: Readonly<Record<string, string>>): string {
	return Object.entries(amounts)
		.map(([name, amount]) => `${name} ${amount}`)
		.join(', ');
}

/** What something unforeseen leaves, and what to say of it. */
const left = {
	unknown: 'The write may have been applied: read the balance before anything else.',
	notRead: 'Reading again is safe.',
	notSent: NOTHING_WRITTEN,
} as const;

/** Something in the node itself that nobody foresaw. `cause`: what was thrown. */
export function unforeseen(subject: Subject, cause: unknown, outcome: keyof typeof left, tries: Tries): Failure {
	const text = sanitize(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
	return failure(subject, {
		reason: 'unforeseen',
		outcome,
		what: 'The node met something that it was not made for',
		next: `Please report it to the makers of this node, with this: ${text}. ${left[outcome]}`,
		attempts: tries.attempts,
		more: { cause: text },
	});
}

/** The part of the node that executes is missing or does not start. `cause`: what was thrown. */
export function notLoaded(subject: Subject, cause: unknown): Failure {
	const text = sanitize(cause instanceof Error ? cause.message : String(cause));
	return failure(subject, {
		reason: 'unforeseen',
		outcome: 'notSent',
		what: 'A part of this node could not be loaded',
		next: `Install the package again, and restart n8n. It was told: ${text}. ${NOTHING_SENT}`,
		more: { cause: text },
	});
}

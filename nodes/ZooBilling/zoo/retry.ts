// What an attempt's outcome means, and whether and when to send again: pure decisions.

import { sanitize } from '../text/words';

/** What came of one attempt on the wire. */
export type Sent = Response | NoResponse;

interface Response {
	readonly kind: 'response';
	readonly status: number;
	readonly text: string;
	readonly retryAfter?: string;
	readonly callId?: string;
	readonly location?: string;
}

/** No complete reply. */
interface NoResponse {
	readonly kind: 'noResponse';
	/** Whether Zoo may have received the request. */
	readonly inDoubt: Exclude<InDoubt, 'rejected'>;
	/** Whether it may be sent again. */
	readonly again: boolean;
	readonly cause: string;
	/** What a person can do about it. */
	readonly next?: string;
}

export interface ZooWords {
	readonly message?: string;
	readonly errorCode?: string;
	readonly requestId?: string;
}

/** May a write have been applied? Said of one attempt, and of all attempts at a write so far. */
export type InDoubt =
	/** It was not applied, or nothing was sent. */
	| 'no'
	/** Somebody said no: Zoo, or a gateway that may have passed it on before. */
	| 'rejected'
	/** It may have been applied, now or later. */
	| 'maybeApplied';

/** A 2xx reply with a JSON object. */
export interface Answer {
	readonly kind: 'answered';
	readonly json: Record<string, unknown>;
	readonly status: number;
	readonly callId?: string;
}

export interface NoAnswer extends Reported {
	readonly kind: 'unanswered';
	readonly inDoubt: InDoubt;
	/** Whether sending again could help, and does no harm. */
	readonly again: boolean;
	readonly cause: string;
	/** What a person can do about it, where there is something. */
	readonly next?: string;
	/** Whether Zoo asked everybody to wait. */
	readonly holdsAll?: true;
	/** Whether Zoo answered with an older balance than it has shown before. */
	readonly stale?: true;
	/** Milliseconds that Zoo asked to wait. */
	readonly askedMs?: number;
}

export type AttemptResult = Answer | NoAnswer;

/** Whether the host has an endpoint. */
export type Presence = 'there' | 'absent' | 'unclear';

/** What Zoo said along with an outcome. */
export interface Reported {
	readonly status?: number;
	readonly callId?: string;
	readonly zoo?: ZooWords;
	/** Of a 404: whether the host has the endpoint at all. */
	readonly endpoint?: Presence;
}

type Meaning = Pick<NoAnswer, 'inDoubt' | 'again' | 'holdsAll'>;

const PERHAPS: Meaning = { inDoubt: 'maybeApplied', again: true };
const PERHAPS_FINAL: Meaning = { inDoubt: 'maybeApplied', again: false };
const CLAIM: Meaning = { inDoubt: 'rejected', again: false };
const ASKED_TO_WAIT: Meaning = { inDoubt: 'rejected', again: true, holdsAll: true };
const NOT_LET_IN: Meaning = { inDoubt: 'no', again: false };

/** By RFC 9110 §15 and RFC 6585 §4; proxies answer 502 and 504 while Zoo works on. */
const meanings: ReadonlyMap<number, Meaning> = new Map([
	// See Other is what a server answers when it has done the work.
	[303, PERHAPS_FINAL],
	[401, NOT_LET_IN],
	[403, NOT_LET_IN],
	[408, PERHAPS],
	[429, ASKED_TO_WAIT],
	[500, PERHAPS],
	[502, PERHAPS],
	[503, PERHAPS],
	[504, PERHAPS],
]);

function meaningOf(status: number, asked: boolean): Meaning {
	// A proxy that has given up waiting for Zoo may say 503 with a wait as well.
	if (status === 503 && asked) return { ...PERHAPS, holdsAll: true };
	// Nobody knows what stands behind a 524 or its like.
	return meanings.get(status) ?? (status >= 300 && status < 500 ? CLAIM : PERHAPS_FINAL);
}

/**
 * `readJson`: the JSON object in a text, or undefined. `now`: milliseconds since the epoch, for dates in Retry-After.
 */
export function judge(
	sent: Sent,
	readJson: (text: string) => Record<string, unknown> | undefined,
	now: number,
): AttemptResult {
	if (sent.kind === 'noResponse') {
		const { inDoubt, again, cause, next } = sent;
		return { kind: 'unanswered', inDoubt, again, cause, ...(next !== undefined && { next }) };
	}
	const { status, text, callId } = sent;
	const json = readJson(text);
	const reported = { status, ...(callId !== undefined && { callId }) };
	if (status < 200 || status >= 300) return { ...refused(sent, json, now), ...reported };
	if (json) return { kind: 'answered', json, ...reported };
	const cause = `Zoo answered ${status}, but its reply cannot be read`;
	return { kind: 'unanswered', ...PERHAPS, cause, ...reported };
}

function refused(
	{ status, retryAfter, location }: Response,
	json: Record<string, unknown> | undefined,
	now: number,
): NoAnswer {
	const askedMs = readRetryAfter(retryAfter, now);
	return {
		kind: 'unanswered',
		...meaningOf(status, askedMs !== undefined),
		cause: causeOf(status, location),
		...(json && { zoo: wordsIn(json) }),
		...(askedMs !== undefined && { askedMs }),
	};
}

/** Not Modified is no redirect. */
function causeOf(status: number, location: string | undefined): string {
	if (status < 300 || status >= 400 || status === 304) return `Zoo answered ${status}`;
	const where = location === undefined ? '' : ` to ${location}`;
	return `Zoo answered ${status}, a redirect${where}, which is not followed so that the token goes to no other host`;
}

/** Whether an answer is Zoo's own error document, with both properties that those have, and no gateway's page. */
export function isZoosOwn({ zoo }: Reported): boolean {
	return zoo?.message !== undefined && zoo.requestId !== undefined;
}

/** Zoo's error bodies: `{ message, request_id, error_code? }`. */
function wordsIn(json: Record<string, unknown>): ZooWords {
	const word = (name: string, longest: number) => {
		const value = json[name];
		return (typeof value === 'string' && sanitize(value, longest)) || undefined;
	};
	const message = word('message', 300);
	const errorCode = word('error_code', 100);
	const requestId = word('request_id', 100);
	return {
		...(message !== undefined && { message }),
		...(errorCode !== undefined && { errorCode }),
		...(requestId !== undefined && { requestId }),
	};
}

// The three forms of an HTTP-date (RFC 9110 §5.6.7); anything else would be Date.parse's guess.
const httpDates = [
	/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
	/^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
	/^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/** Milliseconds to wait by RFC 9110 §10.2.3 (seconds or an HTTP-date); undefined when absent or unreadable. */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
	const text = value?.trim() ?? '';
	if (/^\d+$/.test(text)) return Number(text) * 1000;
	if (!httpDates.some((form) => form.test(text))) return undefined;
	const date = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const FIRST_BACKOFF = 500;
const LONGEST_BACKOFF = 20_000;

/**
 * The wait before the next attempt, in milliseconds: what Zoo asked for, or exponential backoff with full jitter. It
 * is not
 * to be begun (`again: false`) when it would end later than the item may be retried.
 * `failures`: attempts that went wrong, from 1. `elapsed`, `retryFor`: milliseconds since and from the item's first
 * send.
 */
export function nextStep(
	failures: number,
	askedMs: number | undefined,
	{ elapsed, retryFor, random }: { elapsed: number; retryFor: number; random: () => number },
): { readonly wait: number; readonly again: boolean } {
	// Full jitter, so that items that went wrong together do not come back together.
	const backoff = random() * Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (failures - 1));
	// A Retry-After of 0, or of a moment that has passed, must not become a tight loop.
	const wait = askedMs || backoff;
	return { wait, again: retryFor > 0 && elapsed + wait <= retryFor };
}

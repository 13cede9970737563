// What an attempt's outcome means, and whether and when to send again: pure decisions.

import type { Presence } from './presence';

/** What came of one attempt on the wire. */
export type Sent =
	| {
			readonly kind: 'reply';
			readonly status: number;
			readonly text: string;
			readonly retryAfter?: string;
			readonly callId?: string;
			readonly location?: string;
	  }
	/** No complete reply. `reached`: whether Zoo may have received the request. */
	| {
			readonly kind: 'silence';
			readonly reached: 'no' | 'perhaps';
			/** Whether it may be sent again. */ readonly again: boolean;
			readonly cause: string;
	  };

export interface ZooWords {
	readonly message?: string;
	readonly errorCode?: string;
	readonly requestId?: string;
}

export type Verdict =
	/** A 2xx reply with a JSON object. */
	| { readonly kind: 'answered'; readonly json: Record<string, unknown>; readonly callId?: string }
	/** Zoo surely did not apply it; `holdsAll`: Zoo asked everybody to wait. */
	| ({
			readonly kind: 'notApplied';
			readonly cause: string;
			readonly holdsAll: boolean;
			readonly askedMs?: number;
	  } & Reported)
	/** Zoo may have applied it, now or later; `final`: it is not to be sent again all the same. */
	| ({
			readonly kind: 'perhapsApplied';
			readonly cause: string;
			readonly final?: true;
			readonly askedMs?: number;
	  } & Reported)
	/** A final no; sending again would not change it. */
	| ({ readonly kind: 'refused'; readonly cause: string } & Reported);

/** What Zoo said along with an outcome. */
export interface Reported {
	readonly status?: number;
	readonly callId?: string;
	readonly zoo?: ZooWords;
	/** Of a 404: whether the host has the endpoint at all. */
	readonly endpoint?: Presence;
}

/** The statuses after which a write may have been applied (RFC 9110 §15; proxies answer 502 and 504 while Zoo works on). */
const perhapsAppliedStatuses = [408, 500, 502, 503, 504];

/** `readJson`: the JSON object in a text, or undefined. `now`: milliseconds, for dates in Retry-After. */
export function judge(
	sent: Sent,
	readJson: (text: string) => Record<string, unknown> | undefined,
	now: number,
): Verdict {
	if (sent.kind === 'silence') {
		if (sent.reached === 'perhaps')
			return { kind: 'perhapsApplied', cause: sent.cause, ...(!sent.again && { final: true as const }) };
		return sent.again
			? { kind: 'notApplied', cause: sent.cause, holdsAll: false }
			: { kind: 'refused', cause: sent.cause };
	}
	const { status, text } = sent;
	const json = readJson(text);
	const reported = { status, ...(sent.callId !== undefined && { callId: sent.callId }) };
	if (status >= 200 && status < 300) {
		if (json) return { kind: 'answered', json, ...reported };
		return { kind: 'perhapsApplied', cause: `Zoo answered ${status}, but its reply cannot be read`, ...reported };
	}
	const zoo = json && wordsIn(json);
	const told = { ...reported, ...(zoo && { zoo }) };
	const cause = `Zoo answered ${status}`;
	if (status >= 300 && status < 400) {
		const redirected = { cause: redirect(status, sent.location), ...told };
		// See Other is what a server answers when it has done the work (RFC 9110 §15.4.4).
		return status === 303 ? { kind: 'perhapsApplied', final: true, ...redirected } : { kind: 'refused', ...redirected };
	}
	const askedMs = readRetryAfter(sent.retryAfter, now);
	const asked = askedMs !== undefined && { askedMs };
	if (status === 429 || (status === 503 && asked))
		return { kind: 'notApplied', cause, holdsAll: true, ...asked, ...told };
	if (perhapsAppliedStatuses.includes(status)) return { kind: 'perhapsApplied', cause, ...asked, ...told };
	// Not sent again, but nobody knows what stands behind a 524 or its like.
	if (status >= 500) return { kind: 'perhapsApplied', final: true, cause, ...told };
	return { kind: 'refused', cause, ...told };
}

function redirect(status: number, location: string | undefined): string {
	return `Zoo answered ${status}, a redirect${location === undefined ? '' : ` to ${location}`}, which is not followed so that the token goes to no other host`;
}

/** Zoo's error bodies: `{ message, request_id, error_code? }`. */
function wordsIn(json: Record<string, unknown>): ZooWords {
	const word = (value: unknown, longest: number) =>
		typeof value === 'string' && value !== '' ? value.slice(0, longest) : undefined;
	const message = word(json['message'], 300);
	const errorCode = word(json['error_code'], 100);
	const requestId = word(json['request_id'], 100);
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
 * The wait before the next attempt, in milliseconds: what Zoo asked for, or exponential backoff with full jitter. It is not
 * to be begun (`again: false`) when it would end later than the item may be retried.
 * `failures`: attempts that went wrong, from 1. `elapsed`, `retryFor`: milliseconds since and from the item's first send.
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

// What can become of a request: whether Zoo applies it, when, and what comes back.

import type { Dice } from './dice';

/** What comes of a request on the wire. */
export type Wire =
	| {
			readonly kind: 'reply';
			readonly status: number;
			readonly text: string;
			readonly retryAfter?: string;
			readonly callId?: string;
	  }
	| { readonly kind: 'broken'; readonly code: string }
	/** Until whoever asks lets go: nothing comes, or the beginning of a reply. */
	| { readonly kind: 'hangs' }
	| { readonly kind: 'trickles' };

/** How hard a world is on its writes. */
export interface Weather {
	/** Shares of writes and looks that do not go well. */
	readonly writes: number;
	readonly looks: number;
	/** Share of looks that show what stood there some seconds ago. */
	readonly stale: number;
	/** Whether writes may land later than the rules allow for. */
	readonly tooLate: boolean;
}

export type Landing =
	| 'never'
	/** Before the answer. */
	| 'first'
	/** Up to ten seconds after the attempt has ended. */
	| 'late'
	| 'tooLate';

export interface Fate {
	readonly lands: Landing;
	readonly answer: Answer;
}

export type Answer =
	| 'ok'
	/** A 2xx that nobody can read, and one without any amount. */
	| 'unreadable'
	| 'bare'
	| 'refused'
	| 'certificate'
	| 'timeout'
	| 'reset'
	| 'trickle'
	| Refusal;

/** A status with Zoo's own words, or with a gateway's page. */
export interface Refusal {
	readonly status: number;
	readonly isZoos: boolean;
	/** Seconds. */
	readonly retryAfter?: number;
}

const LANDINGS: ReadonlyArray<readonly [number, Landing]> = [
	[3, 'never'],
	[4, 'first'],
	[3, 'late'],
];

/** Seconds that Retry-After asks for. */
const WAITS = [0, 1, 3, 20, 90];

export function fateOfWrite(dice: Dice, weather: Weather): Fate {
	if (!dice.roll(weather.writes)) return { lands: 'first', answer: 'ok' };
	const kind = dice.weigh([
		[2, 'away'],
		[2, 'notLetIn'],
		[6, 'claim'],
		[10, 'perhaps'],
		[4, 'perhapsFinal'],
	] as const);
	if (kind === 'away')
		return {
			lands: 'never',
			answer: dice.weigh([
				[4, 'refused'],
				[1, 'certificate'],
			] as const),
		};
	if (kind === 'notLetIn') return { lands: 'never', answer: { status: dice.pick([401, 403]), isZoos: dice.roll(0.5) } };
	if (kind === 'claim') return claim(dice);
	const lands = weather.tooLate && dice.roll(0.2) ? 'tooLate' : dice.weigh(LANDINGS);
	const answer = kind === 'perhaps' ? perhaps(dice) : perhapsFinal(dice);
	return { lands, answer };
}

function claim(dice: Dice): Fate {
	const status = dice.pick([302, 400, 404, 409, 422, 429, 429]);
	const isZoos = dice.roll(0.4);
	const retryAfter = status === 429 && dice.roll(0.7) ? { retryAfter: dice.pick(WAITS) } : {};
	const answer = { status, isZoos, ...retryAfter };
	return { lands: !isZoos && dice.roll(0.5) ? 'first' : 'never', answer };
}

function perhaps(dice: Dice): Answer {
	const status = () => ({ status: dice.pick([408, 500, 502, 503, 504]), isZoos: dice.roll(0.3) });
	// Whoever answers it may have passed the write on.
	const overloaded = () => ({ status: 503, isZoos: dice.roll(0.3), retryAfter: dice.pick(WAITS) });
	return dice.weigh<Answer>([
		[3, 'timeout'],
		[3, 'reset'],
		[1, 'unreadable'],
		[1, 'bare'],
		[3, status()],
		[2, overloaded()],
	]);
}

function perhapsFinal(dice: Dice): Answer {
	return dice.weigh<Answer>([
		[1, 'trickle'],
		[2, { status: dice.pick([303, 501, 524]), isZoos: false }],
	]);
}

export function fateOfLook(dice: Dice, weather: Weather): Answer {
	if (!dice.roll(weather.looks)) return 'ok';
	return dice.weigh<Answer>([
		[3, 'timeout'],
		[3, 'reset'],
		[2, 'refused'],
		[1, 'certificate'],
		[1, 'trickle'],
		[1, 'unreadable'],
		[1, 'bare'],
		[4, { status: dice.pick([500, 502, 503, 504, 408, 520]), isZoos: dice.roll(0.5) }],
		[2, { status: dice.pick([429, 503]), isZoos: dice.roll(0.5), retryAfter: dice.pick(WAITS) }],
		[1, { status: dice.pick([400, 401, 403, 404, 302]), isZoos: dice.roll(0.5) }],
	]);
}

/** Milliseconds that an answer takes. */
export function delayOf(answer: Answer, timeout: number, dice: Dice): number {
	if (answer === 'timeout') return timeout;
	if (answer === 'trickle') return timeout - 100;
	return Math.min(
		timeout - 1,
		dice.weigh([
			[6, dice.between(5, 200)],
			[1, dice.between(200, 8000)],
		]),
	);
}

const SILENCES = {
	refused: { kind: 'broken', code: 'ECONNREFUSED' },
	certificate: { kind: 'broken', code: 'CERT_HAS_EXPIRED' },
	timeout: { kind: 'hangs' },
	reset: { kind: 'broken', code: 'ECONNRESET' },
	trickle: { kind: 'trickles' },
} as const satisfies Record<string, Wire>;

/** An answer that holds no balance; undefined for one that does. */
export function wordless(answer: Answer): Wire | undefined {
	if (typeof answer === 'object') return refusalOf(answer);
	if (answer === 'unreadable') return { kind: 'reply', status: 200, text: '<html>Please wait' };
	if (answer === 'bare') return { kind: 'reply', status: 200, text: '{"ok":true}' };
	if (answer === 'ok') return undefined;
	return SILENCES[answer];
}

function refusalOf({ status, isZoos, retryAfter }: Refusal): Wire {
	const text = isZoos ? '{"message":"No.","request_id":"r-1","error_code":"no"}' : '<html>No.';
	return { kind: 'reply', status, text, ...(retryAfter !== undefined && { retryAfter: String(retryAfter) }) };
}

export function nameOf(answer: Answer): string {
	if (typeof answer !== 'object') return answer;
	const { status, isZoos, retryAfter } = answer;
	return `${status}${isZoos ? ' in Zoo’s words' : ''}${retryAfter === undefined ? '' : `, wait ${retryAfter} s`}`;
}

/** Whether an attempt is over only when whoever waits for it lets go. */
export function isLeftOpen(answer: Answer): boolean {
	return answer === 'timeout' || answer === 'trickle';
}

/** Whether an attempt must not be sent again, by the table of the rules. */
export function isFinal(answer: Answer): boolean {
	if (typeof answer !== 'object') return answer === 'certificate' || answer === 'trickle';
	return ![408, 429, 500, 502, 503, 504].includes(answer.status);
}

/** Whether an answer leaves open whether the write was applied: nobody has said yes or no. */
export function isOpen(answer: Answer): boolean {
	if (typeof answer !== 'object') return !['ok', 'refused', 'certificate'].includes(answer);
	return [303, 408].includes(answer.status) || answer.status >= 500;
}

// Chance that can be repeated: seeded random numbers, and random faults of every kind.

import type { Applied, Fault } from '../zoo-api/faults';

/** Numbers from 0 to 1 that follow from the seed alone (mulberry32 by Tommy Ettinger, public domain). */
export function seeded(seed: number): () => number {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** One number from several, so that chance does not hang on the order in which owners come along. */
export function seedFrom(...numbers: readonly number[]): number {
	return numbers.reduce((seed, number) => Math.imul(seed ^ number, 0x01000193) + 0x9e3779b9, 0x811c9dc5) | 0;
}

export function pick<T>(random: () => number, choices: readonly [T, ...T[]]): T {
	return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

type Maker = (random: () => number) => Fault;

const answers =
	(status: number): Maker =>
	() => ({ kind: 'status', status });
const asksToWait =
	(status: number): Maker =>
	(random) => ({
		kind: 'status',
		status,
		headers: { 'Retry-After': pick(random, ['0', '1', '2', new Date(Date.now() + 2000).toUTCString()]) },
	});

/** After these the write may have been applied. */
const perhaps: readonly [Maker, ...Maker[]] = [
	() => ({ kind: 'resetBeforeHeaders' }),
	() => ({ kind: 'resetMidBody' }),
	...[408, 500, 502, 503, 504].map(answers),
	() => ({ kind: 'brokenJson' }),
	() => ({ kind: 'htmlPage' }),
	() => ({ kind: 'htmlPage', status: 502 }),
	() => ({ kind: 'body', text: '' }),
];
/** After these it surely was not, and sending again may help. */
const sure: readonly [Maker, ...Maker[]] = [
	answers(429),
	asksToWait(429),
	asksToWait(503),
	() => ({ kind: 'status', status: 503, headers: { 'Retry-After': '1' } }),
];
/** Sending again would not help. */
const final: readonly [Maker, ...Maker[]] = [
	answers(401),
	answers(403),
	answers(404),
	answers(422),
	() => ({ kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }),
];
/** These last until the client's time-out. */
const slow: readonly [Maker, ...Maker[]] = [() => ({ kind: 'hang' }), () => ({ kind: 'stallMidBody' })];

const ways: readonly [Applied, ...Applied[]] = [true, false, 'late'];

/** `slowShare`: of all faults, those that take a whole time-out. Late writes happen when the client has let go. */
export function randomFault(random: () => number, slowShare: number): Fault {
	if (random() < slowShare) return { ...pick(random, slow)(random), applied: pick(random, ways) };
	const share = random();
	if (share < 0.7) return { ...pick(random, perhaps)(random), applied: pick(random, ways) };
	return pick(random, share < 0.95 ? sure : final)(random);
}

/** A fault that leaves it open whether the write was applied. `applied`: whether it really was. */
export function randomLoss(random: () => number, applied: Applied): Fault {
	return { ...pick(random, perhaps)(random), applied, ...(applied === 'late' && { lateByMs: Infinity }) };
}

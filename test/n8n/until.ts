/** Waiting for a condition that can only be asked for, not listened to. */
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/** Resolves with the first answer that is not undefined; what keeps it from answering is shown if time runs out. */
export async function until<T>(what: string, withinMs: number, ask: () => Promise<T | undefined>): Promise<T> {
	const deadline = Date.now() + withinMs;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined) return answer;
		if (Date.now() > deadline) throw new Error(`Gave up waiting after ${withinMs / 1000} s until ${what}`);
		await sleep(POLL_MS);
	}
}

// Clocks for the node under test, one for each run: its waits take no real time, or last until a test moves the clock.

import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as realTurn, setTimeout as realSleep } from 'node:timers/promises';

interface Sleeper {
	readonly until: number;
	readonly wake: () => void;
}

const realNow = Date.now.bind(Date);
const realTicks = performance.now.bind(performance);
const clockOfRun = new AsyncLocalStorage<FakeClock>();

/** How long a test waits, in real time, for something that has to happen. */
const PATIENCE_MS = 5000;

export class FakeClock {
	/** Every wait that was begun, in milliseconds. */
	readonly waits: number[] = [];
	/** Whether an abort signal ends a wait. */
	heedsSignals = true;
	private readonly start = realNow();
	private ahead = 0;
	private sleepers: Sleeper[] = [];

	/**
	 * `moves`: the clock jumps to the end of the shortest wait as soon as everything else that can run at once has run.
	 * `ticks`: real time counts as well, for attempts that really last; otherwise a slow machine makes no difference.
	 */
	constructor(
		private readonly moves: 'by itself' | 'by hand' = 'by itself',
		private readonly ticks: 'ticks' | 'stands still' = 'stands still',
	) {}

	/** Runs `work` by this clock: its `Date.now()`, the node's waits, and a stand-in that is started in it. */
	async run<Result>(work: () => Promise<Result>): Promise<Result> {
		return await clockOfRun.run(this, work);
	}

	now(): number {
		return (this.ticks === 'ticks' ? realNow() : this.start) + this.ahead;
	}

	get sleeping(): number {
		return this.sleepers.length;
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		if (this.heedsSignals && signal?.aborted) throw new Error('The wait was aborted');
		// No wait, but a turn of the event loop, whatever the clock says.
		if (ms === 0) {
			await realTurn();
			return;
		}
		this.waits.push(ms);
		await new Promise<void>((wake, fail) => {
			const sleeper = { until: this.now() + ms, wake };
			this.sleepers.push(sleeper);
			const abort = () => {
				if (this.forget(sleeper)) fail(new Error('The wait was aborted'));
			};
			if (this.heedsSignals) signal?.addEventListener('abort', abort, { once: true });
			if (this.moves === 'by itself') setImmediate(() => this.jump());
		});
	}

	/** Resolves when so many waits are under way. */
	async asleep(count: number): Promise<void> {
		await until(
			() => this.sleeping === count,
			() => `${this.sleeping} waits are under way, not ${count}`,
		);
	}

	/** Moves the clock and ends the waits that are over by then. */
	advance(ms: number): void {
		this.ahead += ms;
		for (const sleeper of this.sleepers.filter(({ until: end }) => end <= this.now()))
			if (this.forget(sleeper)) sleeper.wake();
	}

	private jump(): void {
		const [next] = this.sleepers.toSorted((one, other) => one.until - other.until);
		if (next) this.advance(Math.max(0, next.until - this.now()));
	}

	private forget(sleeper: Sleeper): boolean {
		const before = this.sleepers.length;
		this.sleepers = this.sleepers.filter((each) => each !== sleeper);
		return this.sleepers.length < before;
	}
}

/** Resolves when `condition` holds; it is looked at again and again, in real time. */
export async function until(condition: () => boolean, complaint: () => string): Promise<void> {
	const end = realNow() + PATIENCE_MS;
	while (!condition()) {
		if (realNow() > end) throw new Error(complaint());
		await realSleep(1);
	}
}

/** In place of n8n-workflow's: by the clock of the run, or really where there is none. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
	const clock = clockOfRun.getStore();
	await (clock ? clock.sleep(ms, signal) : realSleep(ms, undefined, signal && { signal }));
}

/** For the whole test file: `Date.now()` and `performance.now()` are those of the run's clock. The file mocks `sleep` itself, since such mocks are hoisted per file. */
export function useFakeClocks(): void {
	beforeAll(() => {
		jest.spyOn(Date, 'now').mockImplementation(() => clockOfRun.getStore()?.now() ?? realNow());
		jest.spyOn(performance, 'now').mockImplementation(() => clockOfRun.getStore()?.now() ?? realTicks());
	});
	afterAll(() => {
		jest.restoreAllMocks();
	});
}

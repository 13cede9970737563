// Clocks for the node under test, one for each run: its waits take no real time, or last until a test moves the clock; an
// attempt lasts until the stand-in says that nothing comes.

import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ClientRequest } from 'node:http';
import { setImmediate as realTurn, setTimeout as realSleep } from 'node:timers/promises';

interface Sleeper {
	readonly until: number;
	readonly wake: () => void;
}

/** An attempt of the node, from its `AbortSignal.timeout()` on. */
interface Attempt {
	readonly clock: FakeClock;
	readonly until: number;
	readonly end: () => void;
}

const realNow = Date.now.bind(Date);
const realTimeout = AbortSignal.timeout.bind(AbortSignal);
const realTicks = performance.now.bind(performance);
const clockOfRun = new AsyncLocalStorage<FakeClock>();
const attemptOfRequest = new AsyncLocalStorage<Attempt>();
const underWay = new Map<ClientRequest, Attempt>();

/** How long a test waits, in real time, for something that has to happen. */
const PATIENCE_MS = 5000;

export class FakeClock {
	/** Every wait that was begun, in milliseconds. */
	readonly waits: number[] = [];
	/** Whether an abort signal ends a wait. */
	heedsSignals = true;
	private readonly start = realNow();
	private readonly startTicks = Math.round(realTicks());
	private ahead = 0;
	private sleepers: Sleeper[] = [];

	/** By itself it jumps to the end of the shortest wait as soon as everything else that can run at once has run, and to that of an attempt that gets no answer. */
	constructor(readonly moves: 'by itself' | 'by hand' = 'by itself') {}

	/** Runs `work` by this clock: its `Date.now()`, the node's waits, and a stand-in that is started in it. */
	async run<Result>(work: () => Promise<Result>): Promise<Result> {
		return await clockOfRun.run(this, work);
	}

	now(): number {
		return this.start + this.ahead;
	}

	/** For `performance.now()`, by which Node's own timers go as well. */
	ticks(): number {
		return this.startTicks + this.ahead;
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
			// In whole milliseconds, as real timers go, so that what has passed adds up exactly.
			const sleeper = { until: this.now() + Math.ceil(ms), wake };
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

	/** In place of `AbortSignal.timeout()`: for the attempt that begins here, whose request follows. */
	timeout(ms: number): AbortSignal {
		const controller = new AbortController();
		attemptOfRequest.enterWith({ clock: this, until: this.now() + ms, end: () => controller.abort() });
		return controller.signal;
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

/**
 * For a stand-in that sends nothing for so long to the client at this port: its attempt's clock moves on, at most to the
 * end of the attempt's time, which then is over. False where no clock moves by itself: the time really has to pass.
 */
export function passTime(port: number | undefined, ms: number): boolean {
	const [, attempt] = [...underWay].find(([{ socket }]) => port !== undefined && socket?.localPort === port) ?? [];
	if (attempt?.clock.moves !== 'by itself') return false;
	const left = Math.max(0, attempt.until - attempt.clock.now());
	attempt.clock.advance(Math.min(ms, left));
	if (ms >= left) attempt.end();
	return true;
}

function noteRequest(message: unknown): void {
	const attempt = attemptOfRequest.getStore();
	if (!attempt || !isStart(message)) return;
	const { request } = message;
	underWay.set(request, attempt);
	request.once('close', () => underWay.delete(request));
}

function isStart(message: unknown): message is { request: ClientRequest } {
	return (
		typeof message === 'object' && message !== null && 'request' in message && message.request instanceof ClientRequest
	);
}

/** In place of n8n-workflow's: by the clock of the run, or really where there is none. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
	const clock = clockOfRun.getStore();
	await (clock ? clock.sleep(ms, signal) : realSleep(ms, undefined, signal && { signal }));
}

/** For the whole test file: `Date.now()`, `performance.now()` and `AbortSignal.timeout()` go by the run's clock. */
export function useFakeClocks(): void {
	beforeAll(() => {
		jest.spyOn(Date, 'now').mockImplementation(() => clockOfRun.getStore()?.now() ?? realNow());
		jest.spyOn(performance, 'now').mockImplementation(() => clockOfRun.getStore()?.ticks() ?? realTicks());
		jest
			.spyOn(AbortSignal, 'timeout')
			.mockImplementation((ms) => clockOfRun.getStore()?.timeout(ms) ?? realTimeout(ms));
		subscribe('http.client.request.start', noteRequest);
	});
	afterAll(() => {
		unsubscribe('http.client.request.start', noteRequest);
		jest.restoreAllMocks();
	});
}

// One item's conversation with Zoo: single attempts, the waits between them, and reading until it works, under one
// deadline.

import { readJsonObject, readReply, type Reply } from '../balance/reply';
import type { ZooRequest } from './request';
import { judge, nextStep, type Answer, type NoAnswer, type Presence, type Sent, type AttemptResult } from './retry';

/** What an attempt needs from the world outside; tests bring their own. */
export interface Environment {
	/** Sends once; `timeout` in whole milliseconds. */
	readonly send: (request: ZooRequest, timeout: number) => Promise<Sent>;
	/** Whether the host has the endpoint of a request that was answered with 404. */
	readonly presence: (request: ZooRequest) => Promise<Presence>;
	/** Milliseconds since the epoch, for people. */
	readonly now: () => number;
	/** Milliseconds of a clock that is never set, for deadlines. */
	readonly ticks: () => number;
	/** Resolves after the wait or as soon as the execution is canceled. */
	readonly pause: (ms: number) => Promise<void>;
	readonly canceled: () => boolean;
	/** For how many milliseconds a host that nothing reaches is tried again; without it as long as any other. */
	readonly patience?: number;
	readonly random: () => number;
}

/** What all items of one execution share. */
export interface Cooldown {
	/** The tick at which the pass began, and the time in milliseconds since the epoch. */
	readonly begunAt: number;
	readonly begunOn: number;
	/** Nothing is sent before this tick. */
	until: number;
	/** Whether it was Zoo that named this moment. */
	byZoo: boolean;
	/** Set by the first failure when the workflow stops on failures: items that have not begun stay unsent. */
	stopped: boolean;
}

/** Why something was not sent. */
export interface NotSent {
	readonly kind: 'notSent';
	readonly why: 'canceled' | 'stopped' | 'held' | 'expired';
}

/** Anything but an answer. */
export type Unanswered = NoAnswer | NotSent;

export type BalanceAnswer = Answer & { readonly reply: Reply };

/** Why a balance is no answer to what was asked, though Zoo sent one; undefined when it is. */
export type ReasonToReject = (reply: Reply) => Pick<NoAnswer, 'cause' | 'stale'> | undefined;

/** How long an item waits at least for its first send while Zoo asks everybody to wait. */
const FIRST_PATIENCE = 60_000;

/** In milliseconds. */
export interface Limits {
	/** Per attempt. */
	readonly timeout: number;
	/** From the item's first send. */
	readonly retryFor: number;
	/** From the beginning of the pass: after that no write is sent. */
	readonly validFor?: number;
}

/** The attempts at one write in earlier passes. */
export interface Attempts {
	readonly count: number;
	/** Milliseconds since the epoch. */
	readonly firstAt: number;
}

export class RequestSession {
	/** Writes sent in this pass. */
	sent = 0;
	/** Milliseconds since the epoch of the first write, in whichever pass; undefined until then. */
	firstWrittenAt: number | undefined;
	/** The wait that Zoo asked for last, in milliseconds. */
	askedToWait: number | undefined;
	private begun: number | undefined;
	private failures = 0;

	constructor(
		private readonly world: Environment,
		private readonly cooldown: Cooldown,
		private readonly limits: Limits,
		private readonly earlier?: Attempts,
	) {
		this.firstWrittenAt = earlier?.firstAt;
	}

	/** Writes sent in all passes. */
	get attempts(): number {
		return this.sent + (this.earlier?.count ?? 0);
	}

	/** To be kept for later passes; undefined where nothing was sent. */
	get sentSoFar(): Attempts | undefined {
		const { attempts: count, firstWrittenAt: firstAt } = this;
		return firstAt === undefined ? undefined : { count, firstAt };
	}

	now(): number {
		return this.world.now();
	}

	/** By a clock that is never set, in milliseconds. */
	ticks(): number {
		return this.world.ticks();
	}

	get hasSent(): boolean {
		return this.begun !== undefined;
	}

	/** Whether Zoo has asked everybody to wait, and the wait is not over. */
	get isCoolingDown(): boolean {
		return this.cooldown.until > this.world.ticks();
	}

	/** Whether an attempt may still begin: none does later than the item's first one and the time for retries. */
	get hasTime(): boolean {
		return this.elapsed() <= this.limits.retryFor;
	}

	/** Reads any JSON object, as often as it takes: reading changes nothing. */
	async read(request: ZooRequest): Promise<Answer | Unanswered> {
		return await this.persist(async () => await this.attempt(request));
	}

	/** Reads a balance as often as it takes. */
	async readBalance(request: ZooRequest, flaw: ReasonToReject): Promise<BalanceAnswer | Unanswered> {
		return await this.persist(async () => await this.attemptBalance(request, flaw));
	}

	/** Reads a balance at once, even while Zoo asks all to wait, and again only where it was an old one. */
	async readAtOnce(request: ZooRequest, flaw: ReasonToReject): Promise<BalanceAnswer | Unanswered> {
		if (this.world.canceled()) return { kind: 'notSent', why: 'canceled' };
		const look = balanceIn(await this.send(request), flaw);
		if (look.kind === 'answered') return look;
		if (look.holdsAll && look.askedMs !== undefined) {
			this.askedToWait = look.askedMs;
			this.holdAll(look.askedMs, true);
		}
		const asked = this.askedToWait;
		const wait = look.stale ? this.waitAfter(look) : undefined;
		this.askedToWait ??= asked;
		if (wait === undefined) return look;
		await this.pause(wait);
		return await this.readBalance(request, flaw);
	}

	/** One attempt to write, once the way is free. */
	async write(request: ZooRequest, flaw: ReasonToReject): Promise<BalanceAnswer | Unanswered> {
		return await this.attemptBalance(request, flaw);
	}

	/** Waits while Zoo has asked everybody to; says why the item must not be sent at all. */
	async awaitCooldown(method: ZooRequest['method']): Promise<NotSent | undefined> {
		for (;;) {
			const why = this.obstacle(method);
			if (why) return { kind: 'notSent', why };
			const held = this.cooldown.until - this.world.ticks();
			if (held <= 0) return undefined;
			if (this.elapsed() + held > this.patience) {
				this.askedToWait = this.cooldown.byZoo ? held : undefined;
				return { kind: 'notSent', why: 'held' };
			}
			await this.pause(held);
		}
	}

	private obstacle(method: ZooRequest['method']): NotSent['why'] | undefined {
		if (this.world.canceled()) return 'canceled';
		const begun = method === 'PUT' ? this.sent > 0 : this.hasSent;
		if (this.cooldown.stopped && !begun) return 'stopped';
		return method === 'PUT' && this.isExpired ? 'expired' : undefined;
	}

	/** How long a wait may be that Zoo asks everybody for, in milliseconds since the first send. */
	private get patience(): number {
		const { retryFor } = this.limits;
		return this.hasSent ? retryFor : Math.max(FIRST_PATIENCE, retryFor);
	}

	/**
	 * Milliseconds to wait before the next attempt; undefined when there must not be one. Takes note of what Zoo asked
	 * for.
	 */
	waitAfter(verdict: Unanswered): number | undefined {
		if (verdict.kind === 'notSent') return undefined;
		const { askedMs } = verdict;
		this.askedToWait = askedMs;
		this.failures += 1;
		const { random, patience = Infinity } = this.world;
		const isUnreached = verdict.inDoubt === 'no' && verdict.status === undefined;
		const retryFor = isUnreached ? Math.min(patience, this.limits.retryFor) : this.limits.retryFor;
		const { wait, again } = nextStep(this.failures, askedMs, { elapsed: this.elapsed(), retryFor, random });
		if (verdict.holdsAll) this.holdAll(wait, wait === askedMs);
		return verdict.again && again ? wait : undefined;
	}

	async pause(ms: number): Promise<void> {
		await this.world.pause(ms);
	}

	private async persist<Read extends Answer>(attempt: () => Promise<Read | Unanswered>): Promise<Read | Unanswered> {
		for (;;) {
			const answer = await attempt();
			if (answer.kind === 'answered') return answer;
			const wait = this.waitAfter(answer);
			if (wait === undefined) return answer;
			await this.pause(wait);
		}
	}

	private async attemptBalance(request: ZooRequest, flaw: ReasonToReject): Promise<BalanceAnswer | Unanswered> {
		const answer = await this.attempt(request);
		return answer.kind === 'notSent' ? answer : balanceIn(answer, flaw);
	}

	private async attempt(request: ZooRequest): Promise<AttemptResult | NotSent> {
		return (await this.awaitCooldown(request.method)) ?? (await this.send(request));
	}

	private async send(request: ZooRequest): Promise<AttemptResult> {
		this.begun ??= this.world.ticks();
		if (request.method === 'PUT') {
			this.sent += 1;
			this.firstWrittenAt ??= this.now();
		}
		const verdict = judge(await this.world.send(request, this.limits.timeout), readJsonObject, this.now());
		if (verdict.kind !== 'unanswered' || request.method !== 'GET') return verdict;
		if (isRelayed(verdict.status)) return { ...verdict, again: true };
		// After a write nothing may come before the look, and that tells as much.
		if (verdict.status !== 404 || this.world.canceled()) return verdict;
		return { ...verdict, endpoint: await this.world.presence(request) };
	}

	private holdAll(wait: number, byZoo: boolean): void {
		const until = this.world.ticks() + wait;
		if (until <= this.cooldown.until) return;
		this.cooldown.until = until;
		this.cooldown.byZoo = byZoo;
	}

	/** By either clock: the one that is never set stands still while a machine sleeps. */
	private get isExpired(): boolean {
		const { validFor = Infinity } = this.limits;
		const { begunAt, begunOn } = this.cooldown;
		return this.world.ticks() - begunAt >= validFor || this.world.now() - begunOn >= validFor;
	}

	private elapsed(): number {
		return this.begun === undefined ? 0 : this.world.ticks() - this.begun;
	}
}

/** What a relay such as Cloudflare says when it has not got Zoo's answer: reading again changes nothing. */
function isRelayed(status = 0): boolean {
	return status >= 520 && status <= 524;
}

function balanceIn(verdict: AttemptResult, flaw: ReasonToReject): BalanceAnswer | NoAnswer {
	if (verdict.kind === 'unanswered') return verdict;
	const reply = readReply(verdict.json);
	const found = flaw(reply);
	if (!found) return { ...verdict, reply };
	const { status, callId } = verdict;
	return {
		kind: 'unanswered',
		inDoubt: 'maybeApplied',
		again: true,
		status,
		...(callId !== undefined && { callId }),
		...found,
	};
}

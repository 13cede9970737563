// One item's conversation with Zoo: attempts, waits and reading back, under one deadline and one set of rules for all items.

import { readJsonObject, readReply, type Reply } from '../balance/reply';
import type { Presence } from './presence';
import type { ZooRequest } from './request';
import { judge, nextStep, type Sent, type Verdict } from './retry';

/** What an attempt needs from the world outside; tests bring their own. */
export interface World {
	readonly send: (request: ZooRequest, timeout: number) => Promise<Sent>;
	/** Whether the host has the endpoint of a request that was answered with 404. */
	readonly presence: (request: ZooRequest) => Promise<Presence>;
	readonly now: () => number;
	/** Resolves after the wait or as soon as the execution is canceled. */
	readonly pause: (ms: number) => Promise<void>;
	readonly canceled: () => boolean;
	readonly random: () => number;
}

/** What all items of one execution share. */
export interface Traffic {
	/** Nothing is sent before this moment, because Zoo asked to wait. */
	heldUntil: number;
	/** Set by the first failure when the workflow stops on failures: items that have not begun stay unsent. */
	stopped: boolean;
}

/** Why something was not sent. */
export type Unsent = { readonly kind: 'unsent'; readonly why: 'canceled' | 'stopped' | 'held' };

export type Answer = Extract<Verdict, { kind: 'answered' }>;
export type BalanceAnswer = Answer & { readonly reply: Reply };
export type NoAnswer = Exclude<Verdict, Answer> | Unsent;

/** What a balance that was read back says of a write: it is there, it is not and may be sent again, or something else is there. */
export type Standing = 'there' | 'resend' | 'moved';

export interface Write {
	readonly put: ZooRequest;
	readonly readBack: ZooRequest;
	/** Whether a balance says enough to tell; one that does not is no answer. */
	readonly settles: (reply: Reply) => boolean;
	/** `doubt`: whether an attempt may have been applied, so that what is there may be this write's doing. */
	readonly standing: (reply: Reply, doubt: boolean) => Standing;
	/** Read back before every resend, even after an attempt that surely was not applied, and after a wait that Zoo asked everybody for. */
	readonly lookBeforeResend: boolean;
	/** An earlier pass sent this write already, and nothing confirmed it. */
	readonly inDoubt: boolean;
}

/** How a write ended. `doubt`: an attempt may have been applied, now or later, and nothing has confirmed it. */
export type WriteEnd =
	| { readonly kind: 'answered'; readonly by: 'reply' | 'readBack'; readonly answer: BalanceAnswer }
	/** `last`: what the last attempt came to; `seen`: the balance as last read back; `moved`: it is not what the write built on. */
	| {
			readonly kind: 'givenUp';
			readonly doubt: boolean;
			readonly moved: boolean;
			readonly last?: NoAnswer;
			readonly seen?: Reply;
	  };

/** How long an item waits at least for its first send while Zoo asks everybody to wait. */
const FIRST_PATIENCE = 60_000;

export class Exchange {
	/** Writes sent so far. */
	attempts = 0;
	/** Milliseconds since the epoch; undefined until something was sent. */
	firstSentAt: number | undefined;
	/** The same of the first write. */
	firstWrittenAt: number | undefined;
	/** The wait that Zoo asked for last, in milliseconds. */
	askedToWait: number | undefined;
	private failures = 0;

	/** `timeout` per attempt and `retryFor` from the first send, both in milliseconds. */
	constructor(
		private readonly world: World,
		private readonly traffic: Traffic,
		private readonly limits: { readonly timeout: number; readonly retryFor: number },
	) {}

	now(): number {
		return this.world.now();
	}

	/** Reads any JSON object. */
	async read(request: ZooRequest): Promise<Answer | NoAnswer> {
		return await this.persist(async () => await this.attempt(request));
	}

	async readBalance(request: ZooRequest, settles: Write['settles'] = () => true): Promise<BalanceAnswer | NoAnswer> {
		return await this.persist(async () => await this.attemptBalance(request, settles));
	}

	/**
	 * Writes until Zoo answers or there is nothing left to try. After an attempt that may have been applied, the balance
	 * is read back before anything is sent again, and once more when the time is up.
	 */
	async write({ put, readBack, settles, standing, lookBeforeResend, inDoubt }: Write): Promise<WriteEnd> {
		let doubt = inDoubt;
		let again = true;
		let last: NoAnswer | undefined;
		for (;;) {
			if (doubt || (lookBeforeResend && (last || this.isHeld()))) {
				const look: BalanceAnswer | NoAnswer = again
					? await this.readBalance(readBack, settles)
					: await this.lastLook(readBack, settles);
				if (look.kind !== 'answered') return { kind: 'givenUp', doubt, moved: false, last: last ?? look };
				const is = standing(look.reply, doubt);
				if (is === 'there') return { kind: 'answered', by: 'readBack', answer: look };
				if (is === 'moved' || !again)
					return { kind: 'givenUp', doubt, moved: is === 'moved', ...(last && { last }), seen: look.reply };
				// What was read is old again by the time that this wait is over.
				if (lookBeforeResend && this.isHeld()) continue;
			}
			const answer = await this.attemptBalance(put, settles);
			if (answer.kind === 'answered') return { kind: 'answered', by: 'reply', answer };
			last = answer;
			doubt ||= last.kind === 'perhapsApplied';
			again = await this.waited(last);
			if (!again && !doubt) return { kind: 'givenUp', doubt, moved: false, last };
		}
	}

	/** Reads once, when the time is up; a wait that Zoo asks everybody for counts all the same. */
	private async lastLook(request: ZooRequest, settles: Write['settles']): Promise<BalanceAnswer | NoAnswer> {
		const look = await this.attemptBalance(request, settles);
		if (look.kind === 'notApplied' && look.holdsAll) {
			this.askedToWait = look.askedMs;
			this.holdAll(look.askedMs ?? 0);
		}
		return look;
	}

	/** Reads as often as it takes: reading changes nothing. */
	private async persist<Read extends Answer>(attempt: () => Promise<Read | NoAnswer>): Promise<Read | NoAnswer> {
		for (;;) {
			const answer = await attempt();
			if (answer.kind === 'answered' || !(await this.waited(answer))) return answer;
		}
	}

	private async attemptBalance(request: ZooRequest, settles: Write['settles']): Promise<BalanceAnswer | NoAnswer> {
		const answer = await this.attempt(request);
		if (answer.kind !== 'answered') return answer;
		const reply = readReply(answer.json);
		if (settles(reply)) return { ...answer, reply };
		const { json: _, kind: __, ...reported } = answer;
		return { ...reported, kind: 'perhapsApplied', cause: 'Zoo answered, but without the amounts that were written' };
	}

	/** One request, once the way is free. */
	private async attempt(request: ZooRequest): Promise<Answer | NoAnswer> {
		const obstacle = await this.passGate(request.method);
		if (obstacle) return obstacle;
		this.firstSentAt ??= this.now();
		if (request.method === 'PUT') {
			this.attempts += 1;
			this.firstWrittenAt ??= this.now();
		}
		const verdict = judge(await this.world.send(request, this.limits.timeout), readJsonObject, this.now());
		if (verdict.kind !== 'refused' || verdict.status !== 404 || this.world.canceled()) return verdict;
		return { ...verdict, endpoint: await this.world.presence(request) };
	}

	/** Waits while Zoo has asked everybody to; says why the item must not be sent at all. */
	private async passGate(method: ZooRequest['method']): Promise<Unsent | undefined> {
		for (;;) {
			if (this.world.canceled()) return { kind: 'unsent', why: 'canceled' };
			const begun = method === 'PUT' ? this.attempts > 0 : this.firstSentAt !== undefined;
			if (this.traffic.stopped && !begun) return { kind: 'unsent', why: 'stopped' };
			const held = this.traffic.heldUntil - this.now();
			if (held <= 0) return undefined;
			const patience =
				this.firstSentAt === undefined ? Math.max(FIRST_PATIENCE, this.limits.retryFor) : this.limits.retryFor;
			if (this.elapsed() + held > patience) {
				this.askedToWait = held;
				return { kind: 'unsent', why: 'held' };
			}
			await this.world.pause(held);
		}
	}

	/** Waits before the next attempt; false when there must not be one. */
	private async waited(verdict: NoAnswer): Promise<boolean> {
		this.askedToWait = verdict.kind === 'unsent' ? this.askedToWait : undefined;
		if (verdict.kind !== 'notApplied' && verdict.kind !== 'perhapsApplied') return false;
		if (verdict.kind === 'perhapsApplied' && verdict.final) return false;
		this.failures += 1;
		const { askedMs } = verdict;
		const { wait, again } = nextStep(this.failures, askedMs, {
			elapsed: this.elapsed(),
			retryFor: this.limits.retryFor,
			random: this.world.random,
		});
		this.askedToWait = askedMs;
		if (verdict.kind === 'notApplied' && verdict.holdsAll) this.holdAll(wait);
		if (!again) return false;
		await this.world.pause(wait);
		return true;
	}

	private holdAll(wait: number): void {
		this.traffic.heldUntil = Math.max(this.traffic.heldUntil, this.now() + wait);
	}

	private isHeld(): boolean {
		return this.traffic.heldUntil > this.now();
	}

	private elapsed(): number {
		return this.firstSentAt === undefined ? 0 : this.now() - this.firstSentAt;
	}
}

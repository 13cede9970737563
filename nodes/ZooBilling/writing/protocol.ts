// One write under way: it is sent, looked for and sent again by the rules, until it is known what became of it or
// nothing is left to try.

import type { Reply } from '../balance/reply';
import type { Decision } from './decision';
import type { BalanceAnswer, RequestSession, ReasonToReject, Unanswered } from '../zoo/session';
import type { ZooRequest } from '../zoo/request';
import { isZoosOwn, type NoAnswer, type Reported, type InDoubt } from '../zoo/retry';

export interface Write {
	readonly put: ZooRequest;
	readonly readBack: ZooRequest;
	/**
	 * Whether it was built on a look, as every adjustment is; else it is a plain update, which sets whatever was there.
	 */
	readonly builtOnLook: boolean;
	/** Why Zoo's answer to the write is none. */
	readonly rejectAnswer: ReasonToReject;
	/** Why a look is no look. */
	readonly rejectReadBack: ReasonToReject;
	/** What a look says of the write. */
	readonly decide: (readBack: Reply, inDoubt: InDoubt) => Decision;
	/** Called after every attempt that may have been applied. */
	readonly mayBeApplied: (isAnswered: boolean) => void;
}

/** How a write ended. `last`: what the last attempt came to; `seen`: the balance as last looked up. */
export type End =
	| { readonly kind: 'answered'; readonly by: 'reply' | 'readBack'; readonly answer: BalanceAnswer }
	| NotApplied
	| {
			readonly kind: 'unknown';
			readonly inDoubt: Exclude<InDoubt, 'no'>;
			readonly last?: Unanswered;
			readonly seen?: Reply;
			/** Whether a look has told that it cannot tell. */
			readonly isAmbiguous: boolean;
	  };

export interface NotApplied {
	readonly kind: 'notApplied';
	/** Zoo or the network turned it away; or the balance is not any more what it was built on. */
	readonly why: 'turnedAway' | 'changedMeanwhile' | 'conditionNotMet';
	readonly last?: Unanswered;
	readonly seen?: Reply;
}

/**
 * How long an attempt that got no answer may still land, in milliseconds; only after that a look can show that it was
 * not applied.
 */
const SETTLE_TIME = 10_000;

/** `barred`: it must not be sent, but may have been before. */
type Seen = End | 'send' | 'barred';

function endIn(seen: Seen): End | undefined {
	return typeof seen === 'object' ? seen : undefined;
}

export class WriteProtocol {
	/** Until this tick an attempt may still land on whatever is written next; undefined where none is left open. */
	inFlightUntil: number | undefined;
	private last: Unanswered | undefined;
	private seen: Reply | undefined;
	/** What was answered each time that somebody said no, as long as no look has settled it. */
	private rejections: Reported[];
	/** Whether an earlier pass has made attempts. */
	private readonly isResumed: boolean;
	/** Set while 'Only If Balance Is' keeps it from being sent again. */
	private barred = false;

	/** `inDoubt`: what an earlier pass has left. */
	constructor(
		private readonly exchange: RequestSession,
		private readonly write: Write,
		private inDoubt: InDoubt,
	) {
		this.isResumed = inDoubt !== 'no';
		// What was answered then is not known any more, and so never believed.
		this.rejections = inDoubt === 'rejected' ? [{}] : [];
	}

	async run(): Promise<End> {
		let lookFirst = this.inDoubt !== 'no';
		for (;;) {
			const end = lookFirst ? await this.lookAndSee() : 'send';
			if (end !== 'send') return end;
			if (this.write.builtOnLook && this.exchange.isCoolingDown) {
				// What was looked up is old by the time that this wait is over.
				const obstacle = await this.exchange.awaitCooldown('PUT');
				if (obstacle) return await this.givenUp(obstacle);
				lookFirst = true;
				continue;
			}
			const answer = await this.attempt();
			if (answer) return answer;
			lookFirst = this.write.builtOnLook || this.inDoubt === 'maybeApplied';
		}
	}

	/** Sends once, and waits for the next time; an end when there is none. */
	private async attempt(): Promise<End | undefined> {
		const answer = await this.put();
		if (answer.kind === 'notSent') return await this.givenUp(answer);
		if (answer.kind === 'answered') return { kind: 'answered', by: 'reply', answer };
		this.note(answer);
		const wait = this.exchange.waitAfter(answer);
		// A plain update that is about to be sent again sets the same amounts whatever stands there.
		const end = this.inDoubt === 'rejected' && this.write.builtOnLook ? await this.readBackAfterRejection() : undefined;
		if (end) return end;
		if (wait === undefined) return await this.lastWord();
		await this.exchange.pause(wait);
		// A wait can end late.
		return this.exchange.hasTime ? undefined : await this.lastWord();
	}

	private async put(): Promise<BalanceAnswer | Unanswered> {
		let mayBeApplied = true;
		let isAnswered = false;
		try {
			const answer = await this.exchange.write(this.write.put, this.write.rejectAnswer);
			isAnswered = answer.kind === 'answered';
			mayBeApplied = isAnswered || (answer.kind === 'unanswered' && answer.inDoubt !== 'no');
			return answer;
		} finally {
			if (mayBeApplied) this.write.mayBeApplied(isAnswered);
		}
	}

	private note(answer: NoAnswer): void {
		this.last = answer;
		if (answer.inDoubt === 'maybeApplied') {
			this.inFlightUntil = this.exchange.ticks() + SETTLE_TIME;
		}
		if (answer.inDoubt === 'no' || this.inDoubt === 'maybeApplied') return;
		this.inDoubt = answer.inDoubt;
		if (answer.inDoubt === 'rejected') this.rejections.push(answer);
	}

	/** Before it is sent, or sent again: as often as it takes. */
	private async lookAndSee(): Promise<End | 'send'> {
		const look = await this.exchange.readBalance(this.write.readBack, this.write.rejectReadBack);
		if (look.kind !== 'answered') return await this.givenUp(this.last ?? look);
		const seen = this.see(look);
		if (typeof seen === 'object') return seen;
		const late = this.exchange.sent > 0 && !this.exchange.hasTime;
		return late || seen !== 'send' ? await this.lastWord() : seen;
	}

	/** Somebody said no: Zoo, or a gateway after Zoo had applied it. */
	private async readBackAfterRejection(): Promise<End | undefined> {
		const look = await this.exchange.readAtOnce(this.write.readBack, this.write.rejectReadBack);
		if (look.kind === 'answered') return endIn(this.see(look));
		const { status, endpoint }: Reported = look.kind === 'unanswered' ? look : {};
		// Reading and writing are one endpoint.
		if (endpoint && this.last?.kind === 'unanswered') this.last = { ...this.last, endpoint };
		const isBelieved = (claim: Reported) => isZoosOwn(claim) || (status !== undefined && claim.status === status);
		if (this.rejections.length > 0 && this.rejections.every(isBelieved)) this.settleRejections();
		return undefined;
	}

	/** What a look makes of the write: an end, or leave to send. What is not understood is unknown. */
	private see(answer: BalanceAnswer): Seen {
		this.seen = answer.reply;
		switch (this.write.decide(answer.reply, this.inDoubt)) {
			case 'confirm':
				// What stands there now and did not before can only be the one attempt's doing.
				if (this.isAlone) this.inFlightUntil = undefined;
				return { kind: 'answered', by: 'readBack', answer };
			case 'send':
				return this.opened(false);
			case 'conditionNotMet':
				return this.opened(true);
			case 'changedMeanwhile':
				this.opened(false);
				return this.notApplied('changedMeanwhile');
			default:
				return this.unknown(true);
		}
	}

	/** Nothing that was sent can have been applied, as far as this look can tell. */
	private opened(barred: boolean): Seen {
		if (this.inDoubt === 'rejected') this.settleRejections();
		this.barred = barred;
		if (!barred) return 'send';
		return this.inDoubt === 'no' ? this.notApplied('conditionNotMet') : 'barred';
	}

	private get isAlone(): boolean {
		return this.write.builtOnLook && !this.isResumed && this.exchange.sent === 1;
	}

	private settleRejections(): void {
		this.inDoubt = 'no';
		this.rejections = [];
	}

	/** When nothing more is sent. */
	private async lastWord(): Promise<End> {
		if (this.inDoubt !== 'maybeApplied') return await this.givenUp(this.last);
		const end = await this.lastReadBack();
		if (end || !this.write.builtOnLook) return end ?? this.unknown();
		await this.exchange.pause(SETTLE_TIME);
		return (await this.lastReadBack()) ?? this.notApplied(this.barred ? 'conditionNotMet' : 'turnedAway');
	}

	private async lastReadBack(): Promise<End | undefined> {
		const look = await this.exchange.readAtOnce(this.write.readBack, this.write.rejectReadBack);
		return look.kind === 'answered' ? endIn(this.see(look)) : this.unknown();
	}

	private async givenUp(last: Unanswered | undefined): Promise<End> {
		this.last = last ?? this.last;
		const end =
			this.inDoubt === 'rejected' && !this.write.builtOnLook ? await this.readBackAfterRejection() : undefined;
		if (end) return end;
		return this.inDoubt === 'no' ? this.notApplied('turnedAway') : this.unknown();
	}

	private notApplied(why: NotApplied['why']): NotApplied {
		return { kind: 'notApplied', why, ...(this.last && { last: this.last }), ...(this.seen && { seen: this.seen }) };
	}

	private unknown(isAmbiguous = false): End {
		const inDoubt = this.inDoubt === 'no' ? 'maybeApplied' : this.inDoubt;
		const { last, seen } = this;
		return { kind: 'unknown', inDoubt, isAmbiguous, ...(last && { last }), ...(seen && { seen }) };
	}
}

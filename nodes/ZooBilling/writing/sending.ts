// One write under way: it is sent, looked for and sent again by the rules, until it is known what became of it or
// nothing is left to try.

import type { Reply } from '../balance/reply';
import type { Doubt, Standing } from './standing';
import type { BalanceAnswer, Exchange, Flaw, Untaken } from '../zoo/exchange';
import type { ZooRequest } from '../zoo/request';
import { isZoosOwn, type NoAnswer, type Reported } from '../zoo/retry';

export interface Write {
	readonly put: ZooRequest;
	readonly readBack: ZooRequest;
	/**
	 * Whether it was built on a look, as every adjustment is; else it is a plain update, which sets whatever was there.
	 */
	readonly builtOnLook: boolean;
	/** Why Zoo's answer to the write is none. */
	readonly flawOfAnswer: Flaw;
	/** Why a look is no look. */
	readonly flawOfLook: Flaw;
	/** What a look says of the write. */
	readonly standing: (look: Reply, doubt: Doubt) => Standing;
	/** Called after every attempt that may have been applied. */
	readonly mayBeApplied: (isAnswered: boolean) => void;
}

/** How a write ended. `last`: what the last attempt came to; `seen`: the balance as last looked up. */
export type End =
	| { readonly kind: 'answered'; readonly by: 'reply' | 'readBack'; readonly answer: BalanceAnswer }
	| NotApplied
	| {
			readonly kind: 'unknown';
			readonly doubt: Exclude<Doubt, 'none'>;
			readonly last?: Untaken;
			readonly seen?: Reply;
			/** Whether a look has told that it cannot tell. */
			readonly isAmbiguous: boolean;
	  };

export interface NotApplied {
	readonly kind: 'notApplied';
	/** Zoo or the network turned it away; or the balance is not any more what it was built on. */
	readonly why: 'turnedAway' | 'void' | 'conditionNotMet';
	readonly last?: Untaken;
	readonly seen?: Reply;
}

/**
 * How long an attempt that got no answer may still land, in milliseconds; only after that a look can show that it was
 * not applied.
 */
const REST = 10_000;

/** `barred`: it must not be sent, but may have been before. */
type Seen = End | 'send' | 'barred';

function endIn(seen: Seen): End | undefined {
	return typeof seen === 'object' ? seen : undefined;
}

export class Sending {
	/** Until this tick an attempt may still land on whatever is written next; undefined where none is left open. */
	openUntil: number | undefined;
	private last: Untaken | undefined;
	private seen: Reply | undefined;
	/** What was answered each time that somebody said no, as long as no look has settled it. */
	private claims: Reported[];
	/** Whether an earlier pass has made attempts. */
	private readonly isResumed: boolean;
	/** Set while 'Only If Balance Is' keeps it from being sent again. */
	private barred = false;

	/** `doubt`: what an earlier pass has left. */
	constructor(
		private readonly exchange: Exchange,
		private readonly write: Write,
		private doubt: Doubt,
	) {
		this.isResumed = doubt !== 'none';
		// What was answered then is not known any more, and so never believed.
		this.claims = doubt === 'claim' ? [{}] : [];
	}

	async run(): Promise<End> {
		let lookFirst = this.doubt !== 'none';
		for (;;) {
			const end = lookFirst ? await this.lookAndSee() : 'send';
			if (end !== 'send') return end;
			if (this.write.builtOnLook && this.exchange.isHeld) {
				// What was looked up is old by the time that this wait is over.
				const obstacle = await this.exchange.passGate('PUT');
				if (obstacle) return await this.givenUp(obstacle);
				lookFirst = true;
				continue;
			}
			const answer = await this.attempt();
			if (answer) return answer;
			lookFirst = this.write.builtOnLook || this.doubt === 'perhaps';
		}
	}

	/** Sends once, and waits for the next time; an end when there is none. */
	private async attempt(): Promise<End | undefined> {
		const answer = await this.put();
		if (answer.kind === 'unsent') return await this.givenUp(answer);
		if (answer.kind === 'answered') return { kind: 'answered', by: 'reply', answer };
		this.note(answer);
		const wait = this.exchange.waitAfter(answer);
		// A plain update that is about to be sent again sets the same amounts whatever stands there.
		const end = this.doubt === 'claim' && this.write.builtOnLook ? await this.lookAtClaim() : undefined;
		if (end) return end;
		if (wait === undefined) return await this.lastWord();
		await this.exchange.pause(wait);
		// A wait can end late.
		return this.exchange.hasTime ? undefined : await this.lastWord();
	}

	private async put(): Promise<BalanceAnswer | Untaken> {
		let mayBeApplied = true;
		let isAnswered = false;
		try {
			const answer = await this.exchange.write(this.write.put, this.write.flawOfAnswer);
			isAnswered = answer.kind === 'answered';
			mayBeApplied = isAnswered || (answer.kind === 'unanswered' && answer.proves !== 'notApplied');
			return answer;
		} finally {
			if (mayBeApplied) this.write.mayBeApplied(isAnswered);
		}
	}

	private note(answer: NoAnswer): void {
		this.last = answer;
		if (answer.proves === 'perhaps') {
			this.openUntil = this.exchange.ticks() + REST;
		}
		if (answer.proves === 'notApplied' || this.doubt === 'perhaps') return;
		this.doubt = answer.proves;
		if (answer.proves === 'claim') this.claims.push(answer);
	}

	/** Before it is sent, or sent again: as often as it takes. */
	private async lookAndSee(): Promise<End | 'send'> {
		const look = await this.exchange.readBalance(this.write.readBack, this.write.flawOfLook);
		if (look.kind !== 'answered') return await this.givenUp(this.last ?? look);
		const seen = this.see(look);
		if (typeof seen === 'object') return seen;
		const late = this.exchange.sent > 0 && !this.exchange.hasTime;
		return late || seen !== 'send' ? await this.lastWord() : seen;
	}

	/** Somebody said no: Zoo, or a gateway after Zoo had applied it. */
	private async lookAtClaim(): Promise<End | undefined> {
		const look = await this.exchange.readAtOnce(this.write.readBack, this.write.flawOfLook);
		if (look.kind === 'answered') return endIn(this.see(look));
		const { status, endpoint }: Reported = look.kind === 'unanswered' ? look : {};
		// Reading and writing are one endpoint.
		if (endpoint && this.last?.kind === 'unanswered') this.last = { ...this.last, endpoint };
		const isBelieved = (claim: Reported) => isZoosOwn(claim) || (status !== undefined && claim.status === status);
		if (this.claims.length > 0 && this.claims.every(isBelieved)) this.settleClaims();
		return undefined;
	}

	/** What a look makes of the write: an end, or leave to send. What is not understood is unknown. */
	private see(answer: BalanceAnswer): Seen {
		this.seen = answer.reply;
		switch (this.write.standing(answer.reply, this.doubt)) {
			case 'applied':
				// What stands there now and did not before can only be the one attempt's doing.
				if (this.isAlone) this.openUntil = undefined;
				return { kind: 'answered', by: 'readBack', answer };
			case 'send':
			case 'notApplied':
				return this.opened(false);
			case 'conditionNotMet':
				return this.opened(true);
			case 'void':
				this.opened(false);
				return this.notApplied('void');
			default:
				return this.unknown(true);
		}
	}

	/** Nothing that was sent can have been applied, as far as this look can tell. */
	private opened(barred: boolean): Seen {
		if (this.doubt === 'claim') this.settleClaims();
		this.barred = barred;
		if (!barred) return 'send';
		return this.doubt === 'none' ? this.notApplied('conditionNotMet') : 'barred';
	}

	private get isAlone(): boolean {
		return this.write.builtOnLook && !this.isResumed && this.exchange.sent === 1;
	}

	private settleClaims(): void {
		this.doubt = 'none';
		this.claims = [];
	}

	/** When nothing more is sent. */
	private async lastWord(): Promise<End> {
		if (this.doubt !== 'perhaps') return await this.givenUp(this.last);
		const end = await this.lastLook();
		if (end || !this.write.builtOnLook) return end ?? this.unknown();
		await this.exchange.pause(REST);
		return (await this.lastLook()) ?? this.notApplied(this.barred ? 'conditionNotMet' : 'turnedAway');
	}

	private async lastLook(): Promise<End | undefined> {
		const look = await this.exchange.readAtOnce(this.write.readBack, this.write.flawOfLook);
		return look.kind === 'answered' ? endIn(this.see(look)) : this.unknown();
	}

	private async givenUp(last: Untaken | undefined): Promise<End> {
		this.last = last ?? this.last;
		const end = this.doubt === 'claim' && !this.write.builtOnLook ? await this.lookAtClaim() : undefined;
		if (end) return end;
		return this.doubt === 'none' ? this.notApplied('turnedAway') : this.unknown();
	}

	private notApplied(why: NotApplied['why']): NotApplied {
		return { kind: 'notApplied', why, ...(this.last && { last: this.last }), ...(this.seen && { seen: this.seen }) };
	}

	private unknown(isAmbiguous = false): End {
		const doubt = this.doubt === 'none' ? 'perhaps' : this.doubt;
		const { last, seen } = this;
		return { kind: 'unknown', doubt, isAmbiguous, ...(last && { last }), ...(seen && { seen }) };
	}
}

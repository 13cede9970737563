// The simulated Zoo: balances with their whole history, behind a network that loses, delays and lies.

import type { Account, Attempt, Chronicle, Pass, Version, Writer } from './chronicle';
import type { Dice } from './dice';
import {
	delayOf,
	fateOfLook,
	fateOfWrite,
	isFinal,
	isLeftOpen,
	isOpen,
	nameOf,
	wordless,
	type Answer,
	type Landing,
	type Weather,
	type Wire,
} from './fates';
import { listed, textOf, unitsIn, type Amounts } from './money';

export interface ZooRules {
	readonly model: 'prePay' | 'apiCredits';
	/** What a whole credit is worth, in units; undefined: amounts are kept to the cent. */
	readonly credit: number | undefined;
	/** Zoo keeps no more than this, in units, and says so. */
	readonly cap: number | undefined;
	/** How exact `updated_at` is; absent in some replies. */
	readonly moments: 'micro' | 'milli' | 'absent';
	readonly weather: Weather;
}

export const FIELDS = {
	prePay: ['monthly_credits_remaining', 'pre_pay_cash_remaining', 'pre_pay_credits_remaining'],
	apiCredits: ['monthly_api_credits_remaining_monetary_value', 'stable_api_credits_remaining_monetary_value'],
} as const;

const START = Date.UTC(2026, 0, 1);
/** How old a stale look is at most, in milliseconds. */
const LAG = 4000;
/** How late a write may land by the rules, in milliseconds, so that it is over before the look after the rest. */
const LATE = 9900;
const REST = 10_000;

export class Zoo {
	private readonly seen = new Map<string, number>();

	constructor(
		private readonly rules: ZooRules,
		private readonly chronicle: Chronicle,
		private readonly dice: Dice,
	) {}

	/** Milliseconds since the epoch. */
	now(): number {
		return START + this.chronicle.clock.time;
	}

	/** Changes a balance and its `updated_at`. */
	change(account: Account, amounts: Amounts, by: Attempt | string): number {
		const before = current(account);
		const rounded = Object.entries(amounts).map(([name, units]) => [name, this.rounded(units)] as const);
		const { time } = this.chronicle.clock;
		const step = this.rules.moments === 'milli' ? 1000 : 1;
		const moment = Math.max(Math.floor((time * 1000) / step) * step, before.moment + step);
		const after: Version = { at: time, amounts: { ...before.amounts, ...Object.fromEntries(rounded) }, moment, by };
		account.versions.push(after);
		const who = typeof by === 'string' ? by : `the PUT of ${by.writer.name}`;
		this.chronicle.tell(`    Zoo: ${account.name} is ${listed(after.amounts)} by ${who}`);
		return account.versions.length - 1;
	}

	async write(account: Account, attempt: Attempt, timeout: number): Promise<Wire> {
		const { dice, chronicle } = this;
		const fate = fateOfWrite(dice, this.rules.weather);
		const takes = delayOf(fate.answer, timeout, dice);
		const arrival = dice.between(0, takes);
		// Today's API ignores fields that it does not know.
		const asked = this.known(attempt.asked);
		const { clock } = chronicle;
		const landing = landingOf(fate.lands, { arrival, takes, dice });
		if (landing !== undefined && Object.keys(asked).length > 0) {
			clock.in(landing, () => {
				attempt.applied.push(this.change(account, asked, attempt));
				if (isTooLate(current(account))) attempt.writer.excuses.add('tooLate');
			});
		}
		await clock.sleep(takes);
		const isHeard = attempt.endedAt === undefined;
		if (!isLeftOpen(fate.answer)) attempt.endedAt ??= clock.time;
		attempt.isFinal = isFinal(fate.answer);
		attempt.isOpen = isOpen(fate.answer);
		attempt.answer = nameOf(fate.answer);
		attempt.isConfirmed = isHeard && fate.answer === 'ok';
		chronicle.tell(
			`  ${attempt.writer.name}: PUT → ${attempt.answer}${fate.lands === 'first' ? '' : `, lands ${fate.lands}`}`,
		);
		this.noteWait(attempt.pass, fate.answer);
		return wordless(fate.answer) ?? this.reply(account, this.versionAfter(attempt), attempt.pass);
	}

	/** Zoo answers with what it has written, or with what stands there by then. */
	private versionAfter({ account, applied, writer }: Attempt): Version {
		const written = account.versions[applied.at(-1) ?? -1];
		if (written && this.dice.roll(0.7)) return written;
		if (written && written !== current(account)) writer.excuses.add('raced');
		return current(account);
	}

	async look(account: Account, timeout: number, { writer, pass }: { writer: Writer; pass: Pass }): Promise<Wire> {
		const { dice, chronicle } = this;
		const answer = this.lookAfter(writer);
		const takes = delayOf(answer, timeout, dice);
		await chronicle.clock.sleep(takes);
		this.noteWait(pass, answer);
		const without = wordless(answer);
		if (without) {
			chronicle.tell(`  ${writer.name}: GET → ${nameOf(answer)}`);
			return without;
		}
		const version = this.versionFor(account);
		const shown = account.versions[version] ?? current(account);
		const isStale = shown !== current(account);
		const newest = this.seen.get(seenKey(pass, account)) ?? 0;
		const isTold = this.rules.moments !== 'absent' && shown.moment < newest;
		if (isStale && !isTold) writer.excuses.add('staleLook');
		if (!isTold && pass.canceledAt === undefined) writer.look = { account, version };
		chronicle.tell(
			`  ${writer.name}: GET → ${listed(shown.amounts)}${isStale ? ` (stale${isTold ? '' : ', and nothing tells'})` : ''}`,
		);
		return this.reply(account, shown, pass);
	}

	/** A gateway that has said no to a write may say so again to the look after it; the rules believe it then. */
	private lookAfter(writer: Writer): Answer {
		const answer = fateOfLook(this.dice, this.rules.weather);
		const isRepeated = ({ applied, answer: claim }: Attempt) =>
			typeof answer === 'object' && applied.length > 0 && claim.startsWith(String(answer.status));
		if (writer.attempts.some(isRepeated)) {
			writer.excuses.add('believedClaim');
		}
		return answer;
	}

	private noteWait(pass: Pass, answer: Answer): void {
		if (typeof answer !== 'object' || !answer.retryAfter || ![429, 503].includes(answer.status)) return;
		pass.heldUntil = Math.max(pass.heldUntil, this.chronicle.clock.time + answer.retryAfter * 1000);
	}

	private versionFor({ versions }: Account): number {
		const { dice, chronicle } = this;
		const last = versions.length - 1;
		if (!dice.roll(this.rules.weather.stale)) return last;
		const at = chronicle.clock.time - dice.between(0, LAG);
		const index = versions.findLastIndex((version) => version.at <= at);
		return index < 0 ? last : index;
	}

	private known(asked: Amounts): Amounts {
		const names: readonly string[] = FIELDS[this.rules.model];
		return Object.fromEntries(Object.entries(asked).filter(([name]) => names.includes(name)));
	}

	private rounded(units: number): number {
		const { credit = 1, cap = Infinity } = this.rules;
		return Math.floor(Math.min(units, cap) / credit) * credit;
	}

	private reply(account: Account, version: Version, pass: Pass): Wire {
		const key = seenKey(pass, account);
		// What arrives after a cancellation is not seen any more.
		if (pass.canceledAt === undefined) this.seen.set(key, Math.max(version.moment, this.seen.get(key) ?? 0));
		const { model, credit, moments } = this.rules;
		const amounts = Object.entries(version.amounts).flatMap(([name, units]) => {
			const text = textOf(units);
			if (model === 'prePay') return [`"${name}":"${text}"`];
			const count = credit === undefined ? [] : [`"${name.replace('_monetary_value', '')}":${units / credit}`];
			return [`"${name}":${text}`, ...count];
		});
		const updated = moments === 'absent' ? [] : [`"updated_at":"${momentText(version.moment)}"`];
		return {
			kind: 'reply',
			status: 200,
			text: `{${[...amounts, ...updated].join(',')}}`,
			callId: `call-${account.versions.length}`,
		};
	}
}

/** Whether it came of an attempt after all the time in which that may land by the rules. */
export function isTooLate({ by, at }: Version): boolean {
	return typeof by !== 'string' && at > (by.endedAt ?? at) + REST;
}

export function current({ versions }: Account): Version {
	const version = versions.at(-1);
	if (!version) throw new RangeError('An account begins with a balance');
	return version;
}

/** The amounts in a request's body. */
export function askedIn({ body = '{}' }: { readonly body?: string }): Amounts {
	const json: unknown = JSON.parse(body);
	if (typeof json !== 'object' || json === null) return {};
	return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, unitsIn(String(value))]));
}

/** Milliseconds from the sending until a write is applied; undefined when it never is. */
function landingOf(
	lands: Landing,
	{ arrival, takes, dice }: { arrival: number; takes: number; dice: Dice },
): number | undefined {
	if (lands === 'never') return undefined;
	if (lands === 'first') return arrival;
	return takes + (lands === 'late' ? dice.between(0, LATE) : dice.between(LATE + 200, 300_000));
}

function momentText(micro: number): string {
	const milli = new Date(START + Math.floor(micro / 1000)).toISOString().slice(0, -1);
	return `${milli}${String(micro % 1000).padStart(3, '0')}Z`;
}

function seenKey({ process }: Pass, { host, path }: Account): string {
	return `${process} ${host}${path}`;
}

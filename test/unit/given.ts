// Values that several unit tests start from: owners, fields, amounts, replies, and a world with a scripted wire and a clock of its own.

import type { FieldAmount } from '../../nodes/ZooBilling/balance/amounts';
import { balanceModels, type BalanceField } from '../../nodes/ZooBilling/balance/fields';
import { Usd } from '../../nodes/ZooBilling/balance/money';
import { ownerKinds, type Owner } from '../../nodes/ZooBilling/balance/owner';
import type { Cooldown, Environment } from '../../nodes/ZooBilling/zoo/session';
import type { Connection } from '../../nodes/ZooBilling/zoo/transport';
import type { ZooRequest } from '../../nodes/ZooBilling/zoo/request';
import type { Presence, Sent } from '../../nodes/ZooBilling/zoo/retry';
import type { FailureDetails, Failure } from '../../nodes/ZooBilling/outcome/failure';

export const ORG_ID = '6075f6e9-c871-4f0f-930b-439bb777cd26';
export const USER_ID = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';

export const org: Owner = { kind: ownerKinds.org, id: ORG_ID };
export const user: Owner = { kind: ownerKinds.user, id: USER_ID };
export const ownOrg: Owner = { kind: ownerKinds.org, id: undefined };

export const { prePay, apiCredits } = balanceModels;
export const [monthly, cash, credits] = prePay.fields;
export const [monthlyApi, stableApi] = apiCredits.fields;

export function amountOf(field: BalanceField, digits: string): FieldAmount {
	return { field, amount: Usd.of(digits) };
}

export type Reply = Extract<Sent, { kind: 'response' }>;

export function replied(status: number, body: Record<string, unknown> | string = {}, more: Partial<Reply> = {}): Reply {
	return { kind: 'response', status, text: typeof body === 'string' ? body : JSON.stringify(body), ...more };
}

/** With the document that all of Zoo's refusals have. */
export function refusedByZoo(status: number): Reply {
	return replied(status, { message: 'no', request_id: 'req-1' });
}

export const timedOut: Sent = {
	kind: 'noResponse',
	inDoubt: 'maybeApplied',
	again: true,
	cause: 'no reply came within the time-out',
};
export const refusedConnection: Sent = {
	kind: 'noResponse',
	inDoubt: 'no',
	again: true,
	cause: 'the connection was refused',
};
export const badCertificate: Sent = {
	kind: 'noResponse',
	inDoubt: 'no',
	again: false,
	cause: 'the host’s certificate was not accepted',
};

/** As a dry run puts it out that would add 5.00 to 10.00. */
export const dryRunPreview = {
	id: 'process-1',
	madeAt: '2026-11-23T16:27:13Z',
	orgId: ORG_ID,
	host: 'api.zoo.dev',
	resource: 'org',
	balanceModel: 'prePay',
	from: { pre_pay_cash_remaining: '10.00' },
	to: { pre_pay_cash_remaining: '15.00' },
	updatedAt: '2026-11-23T16:27:13Z',
};

/** Nobody has asked anybody to wait or to stop. */
export function freeTraffic(): Cooldown {
	return { begunAt: 0, begunOn: START, until: 0, byZoo: false, stopped: false };
}

/** A cooldown that Zoo has asked for, for so many milliseconds from the start of a scene. */
export function heldFor(until: number): Cooldown {
	return { ...freeTraffic(), until, byZoo: true };
}

/** What answers a request; `after`: what else happens meanwhile. */
export type Turn = Sent | ((request: ZooRequest, world: ScriptedWorld) => Sent);

/** When a scripted world begins: later than any balance in it. */
export const START = Date.UTC(2026, 11, 1);

const never = new Promise<void>(() => undefined);

/** Answers requests in turn, counts milliseconds only where something takes time, and writes down all that happens. */
export class ScriptedWorld implements Environment {
	/** Requests and waits in order, such as `PUT`, `wait 500`. */
	readonly log: string[] = [];
	readonly requests: ZooRequest[] = [];
	readonly timeouts: number[] = [];
	time: number;
	/** How far the clock for people has been set forward, in milliseconds; deadlines must not care. */
	clockSetBy = 0;
	stopPressed = false;
	/** Milliseconds that each request takes. */
	latency = 0;
	/** What `random` yields. */
	chance = 1;
	/** Whether the host has the endpoints that are answered with 404. */
	endpoints: Presence = 'there';
	/** What else happens when a wait ends. */
	onPause: (ms: number) => void = () => undefined;

	constructor(
		private readonly turns: Turn[],
		private readonly start = START,
	) {
		this.time = start;
	}

	now = (): number => this.time + this.clockSetBy;
	/** From 0, so that a deadline by the wrong one of the two clocks is far off. */
	ticks = (): number => this.time - this.start;
	presence = async (): Promise<Presence> => await Promise.resolve(this.endpoints);
	canceled = (): boolean => this.stopPressed;
	random = (): number => this.chance;

	send = async (request: ZooRequest, timeout: number): Promise<Sent> => {
		const turn = this.turns.shift();
		if (!turn) throw new RangeError(`Nothing is scripted for ${request.method} after ${this.log.join(', ')}`);
		this.log.push(request.method);
		this.requests.push(request);
		this.timeouts.push(timeout);
		this.time += this.latency;
		return await Promise.resolve(typeof turn === 'function' ? turn(request, this) : turn);
	};

	pause = async (ms: number): Promise<void> => {
		if (ms === 0) return;
		this.log.push(`wait ${ms}`);
		this.time += ms;
		this.onPause(ms);
		await Promise.resolve();
	};

	/** This world as a credential leads to it, which nobody cancels. */
	connection(host: string): Connection {
		const { send, presence, now, ticks, pause, canceled, random } = this;
		const address = { origin: `https://${host}`, host };
		return {
			begunAt: ticks(),
			begunOn: now(),
			send,
			presence,
			now,
			ticks,
			pause,
			canceled,
			random,
			...address,
			cancel: never,
		};
	}

	/** Turns that nobody asked for. */
	get left(): number {
		return this.turns.length;
	}
}

/** A failure of these facts. */
export function failureOf(source: Failure['source'], what: string, next: string, details: FailureDetails): Failure {
	return { kind: 'failure', source, what, next, details };
}

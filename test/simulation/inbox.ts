// The payment inbox around the node, as its table and its workflow have it: claim with a lease, preview, keep, apply, record.

import type { Kept } from './chronicle';
import { Execution, type Run } from './engine';
import { HOSTS, type ExecutionPlan, type InboxPlan, type ItemPlan, type NodePlan, type RawParameters } from './plan';
import { Crash, type Process, type Surroundings } from './process';
import { hasFailed, reasonOf, type Result } from './said';

/** In milliseconds. */
const EVERY = 5000;
const REST = 60_000;
const LONGEST = 4 * 3_600_000;

/** A payment, as a row of the table. */
export interface Row {
	readonly name: string;
	readonly account: number;
	readonly amount: string;
	status: 'due' | 'working' | 'done' | 'person';
	claims: number;
	attempts: number;
	leaseUntil: number;
	notBefore: number;
	openUntil: number;
	/** What was decided, stored before anything is sent. */
	preview: Kept | undefined;
	/** Of the balance that was seen after it was added, as Zoo says. */
	updatedAt: string;
}

/** A row as whoever has claimed it was given it. */
interface Claim {
	readonly row: Row;
	readonly claims: number;
	readonly kept: Kept | undefined;
	readonly sentBefore: 'no' | 'perhaps';
	/** Milliseconds for sending, counted from when the database was asked. */
	readonly sendWithin: number;
	readonly askedAt: number;
}

export class Inbox {
	readonly rows: readonly Row[];
	private readonly lease: number;

	constructor(
		readonly plan: InboxPlan,
		private readonly world: Surroundings,
	) {
		this.lease = plan.lease * 1000;
		this.rows = plan.payments.map(({ account, amount, at }, index) => ({
			name: `payment ${index}`,
			account,
			amount,
			status: 'due',
			claims: 0,
			attempts: 0,
			leaseUntil: 0,
			notBefore: at,
			openUntil: 0,
			preview: undefined,
			updatedAt: '',
		}));
	}

	get isOver(): boolean {
		return this.now > LONGEST || this.nextAt === Infinity;
	}

	/** When there may be something to claim; never, where all is done or waits for a person. */
	get nextAt(): number {
		const times = this.rows.map((row) => {
			const { status, leaseUntil, notBefore } = row;
			if (status === 'working') return leaseUntil;
			return status === 'due' && !this.isClosed(row) ? notBefore : Infinity;
		});
		return Math.min(...times);
	}

	/** A person has to decide on another payment first. */
	private isClosed({ account }: Row): boolean {
		return this.rows.some((row) => row.account === account && row.status === 'person' && row.preview);
	}

	private get now(): number {
		return this.world.chronicle.clock.time;
	}

	/** Those whose lease has run out; else the oldest due one of each account that has nothing open. */
	claim(askedAt: number): Claim[] {
		const lapsed = this.rows.filter(({ status, leaseUntil }) => status === 'working' && leaseUntil < this.now);
		const taken = lapsed.length > 0 ? lapsed : this.rows.filter((row) => this.isFree(row));
		return taken.map((row) => {
			Object.assign(row, { status: 'working', claims: row.claims + 1, leaseUntil: this.now + this.lease });
			return this.claimOf(row, askedAt, row.preview ? 'perhaps' : 'no');
		});
	}

	private isFree(row: Row): boolean {
		const others = this.rows.filter(({ account }) => account === row.account);
		return (
			others.find(({ status }) => status === 'due') === row &&
			row.notBefore <= this.now &&
			!this.isClosed(row) &&
			!others.some(({ status }) => status === 'working') &&
			!others.some(({ openUntil }) => openUntil > this.now)
		);
	}

	private claimOf(row: Row, askedAt: number, sentBefore: Claim['sentBefore']): Claim {
		const sendWithin = row.leaseUntil - this.now - this.lease / 4;
		return { row, claims: row.claims, kept: row.preview, sentBefore, sendWithin, askedAt };
	}

	/** Only for whoever holds the row, and only while the lease lasts. */
	keep({ row, claims }: Claim, kept: Kept, askedAt: number): Claim[] {
		if (!this.isHeld(row, claims) || row.preview || row.leaseUntil <= this.now) return [];
		const { chronicle } = this.world;
		const others = this.rows.filter(({ account }) => account === row.account);
		if (others.some(({ updatedAt }) => isOlder(kept, updatedAt))) {
			const became = judgedUnsent(row, 'staleReply');
			chronicle.tell(`Inbox: ${row.name} is ${became}, its preview is older than an earlier payment`);
			this.become(row, became, 'staleReply');
			return [];
		}
		row.preview = kept;
		return [this.claimOf(row, askedAt, 'no')];
	}

	record({ row, claims, sentBefore }: Claim, result: Result): void {
		const { chronicle } = this.world;
		if (!this.isHeld(row, claims)) {
			chronicle.tell(`Inbox: ${row.name} is recorded too late`);
			return;
		}
		const became = this.judged(row, result, sentBefore === 'perhaps' && row.preview !== undefined);
		chronicle.tell(`Inbox: ${row.name} is ${became}`);
		if (became !== 'done') {
			this.become(row, became, reasonOf(result));
			return;
		}
		const json = hasFailed(result) ? {} : result.json;
		const { updated_at: updatedAt = '' } = json;
		Object.assign(row, { status: 'done', openUntil: attemptsOf(json) > 1 ? this.now + 10_000 : 0, updatedAt });
	}

	private become(row: Row, became: 'again' | 'rest' | 'person', reason: string): void {
		const counts = !['heldBack', 'blockedByEarlierItem', 'canceled', 'changedMeanwhile'].includes(reason);
		if (became === 'person') row.status = 'person';
		else if (became === 'again') {
			const wait = Math.min(900_000, 3000 * 2 ** row.attempts);
			const ofBalance = reason === 'changedMeanwhile' ? 0 : 1000;
			const notBefore = this.now + (counts ? wait : ofBalance);
			Object.assign(row, { status: 'due', preview: undefined, attempts: row.attempts + Number(counts), notBefore });
		} else {
			const rest = reason === 'blockedByEarlierItem' ? 1000 : REST * 2 ** Math.min(row.attempts, 4);
			Object.assign(row, { attempts: row.attempts + 1, leaseUntil: this.now + rest });
		}
	}

	private judged(row: Row, result: Result, mayHaveBeenSent: boolean): 'done' | 'again' | 'rest' | 'person' {
		const reason = reasonOf(result);
		if (!hasFailed(result)) return isOf(row, result.json) ? 'done' : 'person';
		const { outcome } = result.details;
		if (outcome === 'unknown' && reason === 'outcomeUnknown') return 'rest';
		if (outcome !== 'notSent' && outcome !== 'notApplied') return 'person';
		if (!mayHaveBeenSent) return judgedUnsent(row, reason);
		const tries = patience(reason);
		return tries !== undefined && row.attempts >= Math.max(tries, 8) ? 'person' : 'rest';
	}

	private isHeld({ status, claims }: Row, claimed: number): boolean {
		return status === 'working' && claims === claimed;
	}
}

function judgedUnsent({ attempts }: Row, reason: string): 'again' | 'person' {
	const tries = patience(reason);
	return tries !== undefined && attempts >= tries ? 'person' : 'again';
}

const PATIENCE: Readonly<Record<string, number>> = {
	...Object.fromEntries(
		[
			'unreachable',
			'unavailable',
			'unreadableReply',
			'tokenRefused',
			'employeeTokenNeeded',
			'credentialUnusable',
			'otherBalanceModel',
			'endpointMissing',
			'heldBack',
			'blockedByEarlierItem',
			'canceled',
			'stopped',
			'changedMeanwhile',
			'previewExpired',
		].map((reason) => [reason, Infinity]),
	),
	staleReply: 8,
	refusedByZoo: 5,
	ownerUnknown: 5,
	ownerOrEndpointUnknown: 5,
	amountMissing: 5,
	unforeseen: 5,
};

/** How many tries a payment gets that was not sent; undefined: as many as it takes. What is not named gets none. */
function patience(reason: string): number | undefined {
	const tries = PATIENCE[reason] ?? 0;
	return tries === Infinity ? undefined : tries;
}

/** A confirmation that names the payment, in words that the table knows. */
function isOf({ name }: Row, { confirmation }: Readonly<Record<string, unknown>>): boolean {
	if (typeof confirmation !== 'object' || confirmation === null) return false;
	if (!('status' in confirmation) || !('reference' in confirmation)) return false;
	return ['confirmed', 'alreadyThere'].includes(String(confirmation.status)) && confirmation.reference === name;
}

/** Zoo's times have one length, so that their texts compare as they do. */
function isOlder({ preview }: Kept, updatedAt: string): boolean {
	return typeof preview['updatedAt'] === 'string' && preview['updatedAt'] < updatedAt;
}

function attemptsOf({ confirmation }: Readonly<Record<string, unknown>>): number {
	return typeof confirmation === 'object' && confirmation !== null && 'attempts' in confirmation
		? Number(confirmation.attempts)
		: 0;
}

const NOTHING: ExecutionPlan = {
	startsAt: 0,
	nodes: [],
	retries: 0,
	retriesElsewhere: false,
	startsElsewhere: false,
	keepsContext: true,
	edit: 'items',
	isDamaged: false,
	cancelAfter: undefined,
	crashAtStep: undefined,
};

/** A worker process that executes the workflow again and again, and is started anew when it has died. */
export class Worker {
	private process: Process;
	private rounds = 0;

	constructor(
		private readonly number: number,
		private readonly inbox: Inbox,
		private readonly world: Surroundings,
		private readonly newProcess: () => Process,
	) {
		this.process = newProcess();
	}

	async run(): Promise<void> {
		const { chronicle, dice } = this.world;
		await chronicle.clock.sleep(dice.between(0, EVERY));
		while (!this.inbox.isOver) {
			if (this.process.hasCrashed) {
				await chronicle.clock.sleep(dice.pick([1000, 60_000, 300_000]));
				this.process = this.newProcess();
			}
			await this.round().catch(ofDead);
			// The rounds in which there is nothing to claim tell nothing.
			const { nextAt } = this.inbox;
			const wait = nextAt === Infinity ? 0 : nextAt - chronicle.clock.time;
			await chronicle.clock.sleep(EVERY * Math.max(1, Math.ceil(wait / EVERY)));
		}
	}

	/** One execution. */
	private async round(): Promise<void> {
		const { chronicle, dice } = this.world;
		const askedAt = chronicle.clock.time;
		const claimed = this.inbox.claim(askedAt);
		if (claimed.length === 0) return;
		if (dice.roll(5 * this.inbox.plan.trouble)) this.process.stepsLeft = dice.whole(1, 12);
		this.rounds += 1;
		const number = 100 * this.number + this.rounds;
		const execution = new Execution(number, NOTHING, this.world, this.newProcess, this.process);
		chronicle.tell(`Execution ${number} claims ${claimed.map(({ row }) => row.name).join(', ')}`);
		await this.database();
		const ready = await this.preview(execution, claimed);
		await this.apply(execution, [...claimed.filter(({ kept }) => kept), ...ready]);
	}

	/** The answer of a database may be long in coming, or the whole machine stand still. */
	private async database(): Promise<void> {
		const { chronicle, dice } = this.world;
		this.process.step();
		const standsStill = dice.roll(this.inbox.plan.trouble);
		await chronicle.clock.sleep(standsStill ? dice.pick([50_000, 150_000, 400_000]) : dice.between(1, 50));
		if (this.process.hasCrashed) throw new Crash();
	}

	/** Dry runs, and what of them is kept. */
	private async preview(execution: Execution, claimed: readonly Claim[]): Promise<Claim[]> {
		const { chronicle } = this.world;
		const fresh = claimed.filter(({ kept }) => !kept);
		if (fresh.length === 0) return [];
		const items = fresh.map(({ row }) => itemOf(row, this.rawOf(row)));
		const results = await this.runNode(execution, 'adjustBalance', { items });
		const ready: Claim[] = [];
		for (const [index, claim] of fresh.entries()) {
			const result = results[index];
			await this.database();
			if (!result) continue;
			const kept = chronicle.kept.find(({ json }) => !hasFailed(result) && json === JSON.stringify(result.json));
			if (kept) ready.push(...this.inbox.keep(claim, kept, chronicle.clock.time));
			else this.inbox.record(claim, result);
		}
		await this.database();
		return ready;
	}

	private async apply(execution: Execution, claims: readonly Claim[]): Promise<void> {
		const { time } = this.world.chronicle.clock;
		if (claims.length === 0) return;
		const items = claims.map(({ row, sendWithin, askedAt }) => {
			const validFor = Math.max(0, (sendWithin - (time - askedAt)) / 1000);
			const options = { onDifference: 'fail', retryFor: 5, timeout: 10, validFor };
			return { ...itemOf(row, { options }), applies: { nth: 0, sentBefore: 'no', isText: false } as const };
		});
		const given = claims.flatMap(({ row, kept, sentBefore }) =>
			kept ? [{ kept, sentBefore, payment: row.name }] : [],
		);
		const results = await this.runNode(execution, 'applyPreview', { items, given });
		for (const [index, claim] of claims.entries()) {
			const result = results[index];
			await this.database();
			if (result) this.inbox.record(claim, result);
		}
	}

	private async runNode(
		execution: Execution,
		operation: NodePlan['operation'],
		{ items, given }: Pick<Run, 'items' | 'given'>,
	): Promise<readonly Result[]> {
		const name = `${operation} of worker ${this.number}, round ${this.rounds}`;
		const node: NodePlan = {
			name,
			operation,
			baseUrl: HOSTS[0][0],
			isTool: false,
			runs: [],
			continueOnFail: true,
			tries: 1,
			waitBetweenTries: 0,
		};
		const results = await execution.runOnce({ node, items, number: 0, place: name, ...(given && { given }) });
		if (this.process.hasCrashed) throw new Crash();
		return results;
	}

	private rawOf({ amount, name }: Row): RawParameters {
		const { model } = this.world;
		const field = model === 'prePay' ? 'prePayCashRemaining' : 'stableApiCreditsRemainingMonetaryValue';
		return {
			balanceModel: model,
			amountUnit: 'usd',
			adjustFields: { [field]: amount },
			options: { dryRun: true, reference: name, retryFor: 5, timeout: 10 },
		};
	}
}

function itemOf({ account }: Row, raw: RawParameters): ItemPlan {
	return { raw, changed: undefined, account, changedAccount: account, isLoud: false };
}

function ofDead(reason: unknown): void {
	if (!(reason instanceof Crash)) throw reason;
}

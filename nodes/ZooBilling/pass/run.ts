// One pass over an execution's items, free of n8n: checked items in, one result per item out, in input order.

import { Failure, unforeseen } from '../outcome/failure';
import { invalidInput } from '../outcome/inputFailures';
import { blocked, stillInDoubt } from '../outcome/memoryFailures';
import { notSent } from '../outcome/wireFailures';
import type { Lane, Page, Session, Task } from './item';
import type { Result } from '../outcome/result';
import type { Journal, Plan, Planned } from '../records/journal';
import { optionDefaults } from '../operations/options';
import { Refusal } from '../text/refusal';
import { resolveOwners } from './resolve';
import { exclusively, runInLanes, takingTurns, type Turn } from './schedule';
import { Exchange, type Traffic } from '../zoo/exchange';
import type { Connection } from '../zoo/transport';

export interface Pass {
	/** What to send with, or why that is not to be had. */
	readonly zoo: Connection | Refusal;
	/** Whether the first failure keeps all items that have not begun from being sent. */
	readonly stopOnFailure: boolean;
	readonly journal: Journal;
}

interface Setting extends Pass {
	readonly zoo: Connection;
	readonly traffic: Traffic;
	readonly maxConcurrency: number;
}

/**
 * Recalls what earlier passes have made of the items, and runs the rest; with `stopOnFailure`, nothing if one is
 * refused.
 */
export async function runPass(checks: Iterable<Task | Failure>, pass: Pass): Promise<Result[]> {
	const { zoo, journal } = pass;
	if (zoo instanceof Refusal) {
		const refused = Array.from(checks, (task) =>
			task instanceof Failure ? task : invalidInput(task.subject, zoo, 'credentialUnusable'),
		);
		return plan(refused, journal).map(unsent);
	}
	const [plans, setting] = await prepare([...checks], { ...pass, zoo });
	const isRefused = plans.some((each) => 'result' in each && each.result instanceof Failure);
	return pass.stopOnFailure && isRefused ? plans.map(unsent) : await runItems(plans, setting);
}

/** In a function of its own: who waits for the items to run must not hold all of them. */
async function prepare(
	checked: ReadonlyArray<Task | Failure>,
	pass: Pass & Pick<Setting, 'zoo'>,
): Promise<[Plan[], Setting]> {
	const first = checked.find((task): task is Task => !(task instanceof Failure));
	const { maxConcurrency } = first?.options ?? optionDefaults;
	const { begunAt, begunOn } = pass.zoo;
	const traffic: Traffic = { begunAt, begunOn, heldUntil: 0, heldByZoo: false, stopped: false };
	const setting: Setting = { ...pass, traffic, maxConcurrency };
	return [plan(await resolve(checked, setting), pass.journal), setting];
}

/** Two items of a pass with one payment reference are told apart before either is sent. */
function plan(checked: ReadonlyArray<Task | Failure>, journal: Journal): Plan[] {
	const users = new Map<string, Task>();
	return checked.map((task) => journal.recall(task, task instanceof Failure ? undefined : earlierUser(task, users)));
}

/** The earlier item of the pass that has the same payment reference, in words. `users`: the first one of each. */
function earlierUser(task: Task, users: Map<string, Task>): string | undefined {
	const { reference } = task.subject;
	if (!task.writes?.adds || reference === undefined) return undefined;
	const user = users.get(reference);
	if (!user) users.set(reference, task);
	return user && !isSamePreview(task, user) ? `item ${user.subject.item}` : undefined;
}

/** With every owner by ID, unless one refused item keeps all of them from being sent. */
async function resolve(
	checked: ReadonlyArray<Task | Failure>,
	{ zoo, traffic, maxConcurrency, stopOnFailure }: Setting,
): Promise<ReadonlyArray<Task | Failure>> {
	if (stopOnFailure && checked.some((task) => task instanceof Failure)) return checked;
	return await resolveOwners(checked, ({ options }) => new Exchange(zoo, traffic, options), maxConcurrency);
}

/** What an item comes to that is held back because another one was refused before anything was sent. */
function unsent(plan: Plan): Result {
	if ('result' in plan) return plan.result;
	const { task, resumed } = plan;
	const { subject } = task;
	if (resumed) return stillInDoubt(resumed, subject.item);
	return notSent(subject, 'stopped', { attempts: 0, askedToWait: undefined, hasSent: false });
}

/** Takes the plans out of their list, so that each is let go once it has run. */
async function runItems(plans: Plan[], setting: Setting): Promise<Result[]> {
	const itsTurn = takingTurns(async () => await setting.zoo.pause(0));
	const turns = plans.splice(0).map((plan): Turn<Lane, Result> => {
		if ('result' in plan) return { key: undefined, run: async () => await Promise.resolve(plan.result) };
		const run = async (lane: Lane) => {
			await itsTurn();
			return await runTask(plan, lane, setting);
		};
		// What an earlier pass has left in doubt is settled first: anything written before it could pass for it.
		return { key: plan.task.laneKey, first: plan.resumed !== undefined, run };
	});
	return await runInLanes(turns, setting.maxConcurrency, () => ({ preview: new Map() }));
}

async function runTask(plan: Planned, lane: Lane, setting: Setting): Promise<Result> {
	const { zoo, stopOnFailure, traffic } = setting;
	const { task } = plan;
	const work = async () => await runAlone(plan, lane, setting);
	const result = task.writes ? await exclusively(keyOf(task, zoo), work, zoo.cancel) : await work();
	if (result instanceof Failure && stopOnFailure) traffic.stopped = true;
	// A preview counts on what stood before the write.
	if (task.writes) lane.preview.clear();
	return result;
}

/** While nobody else in this process writes to the owner. */
async function runAlone(planned: Planned, lane: Lane, setting: Setting): Promise<Result> {
	const { journal } = setting;
	const { task } = planned;
	const known = journal.known(task, planned.resumed);
	const refused = admit(task, known, journal);
	if (refused) return refused;
	if (known) journal.takeUp(task, known);
	// Before anything is waited for: another owner's item with the same reference may run at the same time.
	const letGo = journal.reserve(task);
	try {
		return await runAdmitted({ task, ...(known && { resumed: known }) }, lane, setting);
	} finally {
		letGo();
	}
}

/** What an item comes to whose turn has come, and that must not be sent. `known`: what is known of its payment. */
function admit(task: Task, known: Page | undefined, journal: Journal): Result | undefined {
	const { subject, laneKey } = task;
	if (known?.state === 'settled') return journal.returned(task, known);
	const doubt = laneKey === undefined ? undefined : journal.doubtOf(task, known);
	if (doubt !== undefined) return known ? stillInDoubt(known, subject.item) : blocked(subject, doubt);
	return known ? undefined : journal.refusedByName(task);
}

async function runAdmitted(
	{ task, resumed }: Planned,
	lane: Lane,
	{ journal, zoo, traffic }: Setting,
): Promise<Result> {
	const { subject } = task;
	const { register } = journal;
	const exchange = new Exchange(zoo, traffic, task.options, resumed?.sent);
	if (task.writes) await rest(register.openUntil(keyOf(task, zoo), resumed?.id), zoo);
	const left: Left = { isBegun: resumed !== undefined };
	const session = { exchange, lane, host: zoo.host, register, ...noting(task, journal, left) };
	// Whatever is thrown in here must not end the other items, some of which may be on their way.
	const result = await task.run(session, resumed).catch((error: unknown) => {
		const unwritten = task.laneKey === undefined ? 'notRead' : 'notSent';
		return unforeseen(subject, error, left.isBegun ? 'unknown' : unwritten, exchange);
	});
	journal.end(subject.item, result, { doubt: left.doubt, sent: exchange.sentSoFar });
	return result;
}

function keyOf({ laneKey = '' }: Task, { host }: Connection): string {
	return host + laneKey;
}

/** Another item's attempt that got no answer could still land on this one's. */
async function rest(until: number, zoo: Connection): Promise<void> {
	const left = until - zoo.ticks();
	if (left > 0) await zoo.pause(left);
}

/** What an item's run leaves behind. */
interface Left {
	isBegun: boolean;
	doubt?: Page['doubt'];
}

function noting(task: Task, journal: Journal, left: Left): Pick<Session, 'begin' | 'leave'> {
	return {
		begin: (preview) => {
			left.isBegun = true;
			return journal.begin(task, preview);
		},
		leave: (doubt) => {
			left.doubt = doubt;
		},
	};
}

/** A preview that comes twice is one payment, which the second one does not repeat but share. */
function isSamePreview({ writes }: Task, other: Task): boolean {
	return writes?.applies !== undefined && writes.text === other.writes?.text;
}

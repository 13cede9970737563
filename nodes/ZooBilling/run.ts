// One pass over an execution's items, free of n8n: checked items in, one result per item out, in input order.

import { Failure, unforeseen } from './failures/failure';
import { invalidInput } from './failures/input';
import { blocked, referenceRepeated, stillInDoubt } from './failures/memory';
import { notSent } from './failures/wire';
import type { Lane, Page, Session, Task } from './item';
import type { Result } from './result';
import type { Journal, Plan, Planned } from './journal';
import { optionDefaults } from './options';
import { addedBefore, reserve, settle } from './payments';
import { Refusal } from './refusal';
import { resolveOwners } from './resolve';
import { exclusively, runInLanes, takingTurns, type Turn } from './schedule';
import { Exchange, type Traffic } from './zoo/exchange';
import type { Connection } from './zoo/transport';

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
	const traffic: Traffic = { begunAt: pass.zoo.begunAt, heldUntil: 0, heldByZoo: false, stopped: false };
	const setting: Setting = { ...pass, traffic, maxConcurrency };
	return [plan(await resolve(checked, setting), pass.journal), setting];
}

function plan(checked: ReadonlyArray<Task | Failure>, journal: Journal): Plan[] {
	return refuseRepeats(checked, journal).map((task) => journal.recall(task));
}

/** With every owner by ID, unless one refused item keeps all of them from being sent. */
async function resolve(
	checked: ReadonlyArray<Task | Failure>,
	{ zoo, traffic, maxConcurrency, stopOnFailure }: Setting,
): Promise<ReadonlyArray<Task | Failure>> {
	if (stopOnFailure && checked.some((task) => task instanceof Failure)) return checked;
	return await resolveOwners(checked, ({ options }) => new Exchange(zoo, traffic, options), maxConcurrency);
}

/** Refuses a payment reference that an earlier item, node or run of the same execution has used. */
function refuseRepeats(checked: ReadonlyArray<Task | Failure>, journal: Journal): Array<Task | Failure> {
	const users = new Map<string, number>();
	return checked.map((task, item) => {
		const reference = task instanceof Failure || !task.writes?.adds ? undefined : task.subject.reference;
		if (task instanceof Failure || reference === undefined || task.options.repeatedReference === 'returnFirst')
			return task;
		const earlier = users.get(reference);
		const user = earlier === undefined ? journal.userOf(reference, item) : `item ${earlier}`;
		users.set(reference, earlier ?? item);
		return user === undefined ? task : referenceRepeated(task.subject, user);
	});
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
	const exchange = new Exchange(zoo, traffic, task.options, plan.resumed?.sent);
	const work = async () => await runAlone(plan, lane, exchange, setting);
	const result = task.writes ? await exclusively(keyOf(task, zoo), work, zoo.cancel) : await work();
	if (result instanceof Failure && stopOnFailure) traffic.stopped = true;
	// A preview counts on what stood before the write.
	if (task.writes) lane.preview.clear();
	return result;
}

/** While nobody else in this process writes to the owner. */
async function runAlone(
	{ task, resumed }: Planned,
	lane: Lane,
	exchange: Exchange,
	{ journal, zoo }: Setting,
): Promise<Result> {
	const { subject } = task;
	const doubt = task.laneKey === undefined ? undefined : journal.doubtOf(task);
	if (doubt !== undefined) return resumed ? stillInDoubt(resumed, subject.item) : blocked(subject, doubt);
	const { register } = journal;
	const before = resumed ? undefined : addedBefore(task, zoo.host, register);
	if (before) return before;
	// Before anything is waited for: another owner's item with the same reference may run at the same time.
	reserve(task, zoo.host, register);
	if (task.writes) await rest(register.openUntil(keyOf(task, zoo), resumed?.id), zoo);
	const left: Left = { isBegun: resumed !== undefined };
	const session = { exchange, lane, host: zoo.host, register, ...noting(task, journal, left) };
	// Whatever is thrown in here must not end the other items, some of which may be on their way.
	const result = await task.run(session, resumed).catch((error: unknown) => {
		const unwritten = task.laneKey === undefined ? 'notRead' : 'notSent';
		return unforeseen(subject, error, left.isBegun ? 'unknown' : unwritten, exchange);
	});
	journal.end(subject.item, result, { doubt: left.doubt, sent: exchange.sentSoFar });
	settle(task, result, zoo.host, register);
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

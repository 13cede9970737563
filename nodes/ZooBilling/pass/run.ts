// One pass over an execution's items, free of n8n: checked items in, one result per item out, in input order.

import { ownerAtHost } from '../balance/owner';
import { unforeseen, type Failure, isFailure } from '../outcome/failure';
import { invalidInput } from '../outcome/inputFailures';
import { stillInDoubt } from '../outcome/memoryFailures';
import { notSent } from '../outcome/wireFailures';
import type { Lane, ItemSession, Task } from './item';
import type { Result } from '../outcome/result';
import { optionDefaults } from '../operations/options';
import { Refusal } from '../text/refusal';
import { resolveOwners } from './resolve';
import { withLock, runJobs, takingTurns, type Job } from './schedule';
import { RequestSession, type Cooldown } from '../zoo/session';
import type { Connection } from '../zoo/transport';
import { type LeftOpen, attemptsAt } from '../records/record';
import type { ExecutionScope } from '../records/executionScope';
import { admit, admitLocked, type Admission, type Admitted } from '../records/gate';

export interface Pass {
	/** What to send with, or why that is not to be had. */
	readonly zoo: Connection | Refusal;
	/** Whether the first failure keeps all items that have not begun from being sent. */
	readonly stopOnFailure: boolean;
	readonly execution: ExecutionScope;
}

interface Setting extends Pass {
	readonly zoo: Connection;
	readonly cooldown: Cooldown;
	readonly maxConcurrency: number;
}

/**
 * Recalls what earlier passes have made of the items, and runs the rest; with `stopOnFailure`, nothing if one is
 * refused.
 */
export async function runPass(checks: Iterable<Task | Failure>, pass: Pass): Promise<Result[]> {
	const { zoo, execution } = pass;
	if (zoo instanceof Refusal) {
		const refused = Array.from(checks, (task) =>
			isFailure(task) ? task : invalidInput(task.subject, zoo, 'credentialUnusable'),
		);
		return admitAll(refused, execution).map(unsent);
	}
	const [plans, setting] = await prepare([...checks], { ...pass, zoo });
	const isRefused = plans.some((each) => 'result' in each && isFailure(each.result));
	return pass.stopOnFailure && isRefused ? plans.map(unsent) : await runItems(plans, setting);
}

/** In a function of its own: who waits for the items to run must not hold all of them. */
async function prepare(
	checked: ReadonlyArray<Task | Failure>,
	pass: Pass & Pick<Setting, 'zoo'>,
): Promise<[Admission[], Setting]> {
	const first = checked.find((task): task is Task => !isFailure(task));
	const { maxConcurrency } = first?.options ?? optionDefaults;
	const { begunAt, begunOn } = pass.zoo;
	const cooldown: Cooldown = { begunAt, begunOn, until: 0, byZoo: false, stopped: false };
	const setting: Setting = { ...pass, cooldown, maxConcurrency };
	return [admitAll(await resolve(checked, setting), pass.execution), setting];
}

/** Two items of a pass with one payment reference are told apart before either is sent. */
function admitAll(checked: ReadonlyArray<Task | Failure>, execution: ExecutionScope): Admission[] {
	const users = new Map<string, Task>();
	return checked.map((task) => admit(execution, task, isFailure(task) ? undefined : earlierUser(task, users)));
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
	{ zoo, cooldown, maxConcurrency, stopOnFailure }: Setting,
): Promise<ReadonlyArray<Task | Failure>> {
	if (stopOnFailure && checked.some((task) => isFailure(task))) return checked;
	return await resolveOwners(checked, ({ options }) => new RequestSession(zoo, cooldown, options), maxConcurrency);
}

/** What an item comes to that is held back because another one was refused before anything was sent. */
function unsent(admission: Admission): Result {
	if ('result' in admission) return admission.result;
	const { task, resumed } = admission;
	const { subject } = task;
	if (resumed) return stillInDoubt(resumed, subject.item);
	return notSent(subject, 'stopped', { attempts: 0, askedToWait: undefined, hasSent: false });
}

/** Takes the plans out of their list, so that each is let go once it has run. */
async function runItems(admissions: Admission[], setting: Setting): Promise<Result[]> {
	const itsTurn = takingTurns(async () => await setting.zoo.pause(0));
	const turns = admissions.splice(0).map((plan): Job<Lane, Result> => {
		if ('result' in plan) return { key: undefined, run: async () => await Promise.resolve(plan.result) };
		const run = async (lane: Lane) => {
			await itsTurn();
			return await runTask(plan, lane, setting);
		};
		// What an earlier pass has left in doubt is settled first: anything written before it could pass for it.
		return { key: plan.task.ownerKey, first: plan.resumed !== undefined, run };
	});
	return await runJobs(turns, setting.maxConcurrency, () => ({ preview: new Map() }));
}

async function runTask(plan: Admitted, lane: Lane, setting: Setting): Promise<Result> {
	const { zoo, stopOnFailure, cooldown } = setting;
	const { task } = plan;
	const work = async () => await runAlone(plan, lane, setting);
	const result = task.writes ? await withLock(ownerAtHost(zoo.host, task.ownerKey), work, zoo.cancel) : await work();
	if (isFailure(result) && stopOnFailure) cooldown.stopped = true;
	// A preview counts on what stood before the write.
	if (task.writes) lane.preview.clear();
	return result;
}

/** While nobody else in this process writes to the owner. */
async function runAlone({ task, resumed }: Admitted, lane: Lane, setting: Setting): Promise<Result> {
	const { execution } = setting;
	const admission = admitLocked(execution, task, resumed);
	if ('result' in admission) return admission.result;
	if (admission.resumed) execution.takeUp(task, admission.resumed);
	// Before anything is waited for: another owner's item with the same reference may run at the same time.
	const letGo = execution.reserve(task);
	try {
		return await runAdmitted(admission, lane, setting);
	} finally {
		letGo();
	}
}

async function runAdmitted(
	{ task, resumed }: Admitted,
	lane: Lane,
	{ execution, zoo, cooldown }: Setting,
): Promise<Result> {
	const { subject } = task;
	const { registry } = execution;
	const exchange = new RequestSession(zoo, cooldown, task.options, resumed && attemptsAt(resumed));
	if (task.writes) await settle(registry.inFlightUntil(ownerAtHost(zoo.host, task.ownerKey), resumed?.id), zoo);
	const left: Left = { isBegun: resumed !== undefined };
	const session = { exchange, lane, host: zoo.host, registry, ...noting(task, execution, left) };
	// Whatever is thrown in here must not end the other items, some of which may be on their way.
	const result = await task.run(session, resumed).catch((error: unknown) => {
		const unwritten = task.ownerKey === undefined ? 'notRead' : 'notSent';
		return unforeseen(subject, error, left.isBegun ? 'unknown' : unwritten, exchange);
	});
	execution.end(subject.item, result, left.open, exchange.sentSoFar);
	return result;
}

/** Another item's attempt that got no answer could still land on this one's. */
async function settle(until: number, zoo: Connection): Promise<void> {
	const left = until - zoo.ticks();
	if (left > 0) await zoo.pause(left);
}

/** What an item's run leaves behind. */
interface Left {
	isBegun: boolean;
	open?: LeftOpen;
}

function noting(task: Task, execution: ExecutionScope, left: Left): Pick<ItemSession, 'begin' | 'leave'> {
	return {
		begin: (preview) => {
			left.isBegun = true;
			return execution.begin(task, preview);
		},
		leave: (open) => {
			left.open = open;
		},
	};
}

/** A preview that comes twice is one payment, which the second one does not repeat but share. */
function isSamePreview({ writes }: Task, other: Task): boolean {
	return writes?.applies !== undefined && writes.fingerprint === other.writes?.fingerprint;
}

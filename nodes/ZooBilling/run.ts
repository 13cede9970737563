// One execution of the node, free of n8n: checked items in, one result per item out, in input order.

import { laneOf } from './balance/owner';
import { remembered } from './operations/write';
import type { Lane, Ledger, LedgerEntry, Result, Task } from './operations/operation';
import { exclusively, runInLanes, type Turn } from './schedule';
import { Exchange, type Traffic } from './zoo/exchange';
import {
	alreadyWritten,
	blocked,
	Failure,
	notSent,
	referenceRepeated,
	stillInDoubt,
	unforeseen,
	type Outcome,
	type Subject,
} from './zoo/failure';
import type { Connection } from './zoo/transport';

export interface Setting {
	readonly zoo: Connection;
	readonly maxConcurrency: number;
	/** Whether the first failure keeps all items that have not begun from being sent. */
	readonly stopOnFailure: boolean;
	readonly ledger: Ledger | undefined;
}

/** Refuses a payment reference that an earlier item, or an earlier run in the same execution, has used; `ledger`: where operations add, else undefined. */
export function refuseRepeats(
	checked: ReadonlyArray<Task | Failure>,
	ledger: Ledger | undefined,
): Array<Task | Failure> {
	const users = new Map<string, number>();
	return checked.map((task, item) => {
		const reference = task instanceof Failure || !task.onceOnly ? undefined : task.subject.reference;
		if (task instanceof Failure || reference === undefined) return task;
		const earlier = users.get(reference);
		const user = earlier === undefined ? ledger?.usedBy(reference, item) : `item ${earlier}`;
		users.set(reference, earlier ?? item);
		return user === undefined ? task : referenceRepeated(task.subject, user);
	});
}

/** What an item comes to that is held back because another one was refused before anything was sent. */
export function notBegun(task: Task | Failure, ledger: Ledger | undefined): Result {
	return task instanceof Failure ? task : (earlier(task, ledger) ?? notSent(task.subject, 'stopped', untried));
}

const untried = { attempts: 0, askedToWait: undefined };

/** An item that is refused now, though an earlier try of this execution has sent it: written, or in doubt where nothing confirmed it. */
export function refusedInDoubt(task: Task | Failure, ledger: Ledger | undefined): Task | Failure {
	if (!(task instanceof Failure)) return task;
	const subject = { item: task.details.item };
	const entry = ledger?.recall(subject.item);
	if (!entry) return task;
	return entry.result ? alreadyWritten({ ...subject, owner: entry.owner }) : inDoubt(subject, entry);
}

/** What an earlier try of this execution has made of an item that cannot be taken up now: its result, or doubt. */
export function earlier({ subject, laneKey = '' }: Task, ledger: Ledger | undefined): Result | undefined {
	const entry = ledger?.recall(subject.item);
	if (entry) return entry.result ? remembered(entry.result) : inDoubt(subject, entry);
	return ledger?.leftInDoubt(laneKey, subject.item)
		? stillInDoubt(subject, { target: subject.asked ?? {} }, untried)
		: undefined;
}

function inDoubt(subject: Subject, entry: LedgerEntry): Failure {
	const { owner, reference } = entry;
	return stillInDoubt({ ...subject, owner, ...(reference !== undefined && { reference }) }, entry, untried);
}

export async function runItems(checked: ReadonlyArray<Task | Failure>, setting: Setting): Promise<Result[]> {
	const traffic: Traffic = { heldUntil: 0, stopped: false };
	const doubts = doubtsOfRefused(checked, setting.ledger);
	const execution = { ...setting, traffic, doubts };
	const turns = checked.map((task): Turn<Lane, Result> => {
		if (task instanceof Failure) return { key: undefined, run: async () => await Promise.resolve(task) };
		// What an earlier pass has begun is settled first: anything written before it could pass for it.
		const first = begunBefore(task, setting);
		return { key: task.laneKey, first, run: async (lane) => await runTask(task, lane, execution) };
	});
	return await runInLanes(turns, setting.maxConcurrency, () => ({ preview: new Map() }));
}

/** Items of unknown outcome by the key of their owner's lane. */
type Doubts = Map<string, number>;

/** Of items that an earlier try of this execution has sent, and that are refused now. */
function doubtsOfRefused(checked: ReadonlyArray<Task | Failure>, ledger: Ledger | undefined): Doubts {
	const doubts: Doubts = new Map();
	for (const task of checked) {
		const entry =
			task instanceof Failure && task.details.outcome === 'unknown' ? ledger?.recall(task.details.item) : undefined;
		if (entry && task instanceof Failure) doubts.set(laneOf(entry.owner), task.details.item);
	}
	return doubts;
}

/** Whether an earlier pass of this execution has done the item, or has sent it with an unknown outcome. */
function begunBefore({ subject }: Task, { ledger }: Setting): boolean {
	return ledger?.recall(subject.item) !== undefined;
}

async function runTask(
	task: Task,
	lane: Lane,
	setting: Setting & { readonly traffic: Traffic; readonly doubts: Doubts },
): Promise<Result> {
	const { zoo, stopOnFailure, ledger, traffic, doubts } = setting;
	const { laneKey = '' } = task;
	const { item } = task.subject;
	const { timeout, retryFor } = task.options;
	const exchange = new Exchange(zoo, traffic, { timeout, retryFor });
	const work = async (): Promise<Result> => {
		const doubt = doubts.get(laneKey);
		const blocker = doubt === undefined ? ledger?.doubtOf(laneKey) : `item ${doubt}`;
		if (blocker !== undefined && !begunBefore(task, setting))
			return earlier(task, ledger) ?? blocked(task.subject, blocker);
		// Whatever is thrown in here must not end the other items, some of which may be on their way.
		const result = await task.run({ exchange, lane, ledger }).catch(() => unforeseen(task.subject, exchange));
		const unknown = result instanceof Failure && result.details.outcome === 'unknown';
		if (unknown) doubts.set(laneKey, item);
		if (task.writes) ledger?.noteDoubt(laneKey, item, unknown);
		return result;
	};
	// A doubt is noted before anybody else gets at the owner, such as another call of the same tool.
	const result = task.writes ? await exclusively(zoo.origin + laneKey, work, zoo.cancel) : await work();
	if (result instanceof Failure && stopOnFailure) traffic.stopped = true;
	// A preview counts on what stood before the write.
	if (task.writes) lane.preview.clear();
	return result;
}

/** What became of all items, for the one failure that a stopped workflow shows; a single item needs no such sum. */
export function tally(results: readonly Result[]): string {
	if (results.length < 2) return '';
	const groups = new Map<string, number[]>();
	results.forEach((result, item) => {
		const group = groupOf(result);
		const items = groups.get(group);
		if (items) items.push(item);
		else groups.set(group, [item]);
	});
	const parts = [...groups].map(([group, items]) => `${items.length} ${group} (item ${ranges(items)})`);
	return `Of ${results.length} items: ${parts.join(', ')}.`;
}

function groupOf(result: Result): string {
	if (!(result instanceof Failure)) return result.wrote ? 'written' : 'done without writing';
	const groups: Record<Outcome, string> = {
		unknown: 'of unknown outcome',
		different: 'written with a difference',
		notConfirmed: 'not confirmed',
		notApplied: 'not written',
		notRead: 'not read',
		notSent: 'not sent',
	};
	return groups[result.details.outcome];
}

const MOST_RANGES = 10;

/** `0–3, 5, 8–9` */
function ranges(items: readonly number[]): string {
	const found: Array<[number, number]> = [];
	for (const item of items) {
		const last = found.at(-1);
		if (last && item === last[1] + 1) last[1] = item;
		else found.push([item, item]);
	}
	const texts = found.slice(0, MOST_RANGES).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
	return texts.join(', ') + (found.length > MOST_RANGES ? ', …' : '');
}

// Sees the node's items while they run: whose requests they send, by which record, and what came of them.

import { AsyncLocalStorage } from 'node:async_hooks';

import type { Chronicle, Writer } from './chronicle';
import { writing } from './process';
import type { Page, Session, Task, Watched } from './program';
import { hasFailed, reasonOf, type Result } from './said';
import { isUnknown } from './rules/sending';

/** One run of `execute()` that is under way. */
export interface Open {
	readonly writers: readonly Writer[];
	readonly chronicle: Chronicle;
	/** What the node has come to, item by item. */
	results: readonly Result[];
}

export const passing = new AsyncLocalStorage<Open>();

export const watched: Watched = async (checks, run) => {
	const open = passing.getStore();
	if (!open) throw new RangeError('Nobody has begun this pass');
	const results = await run(tasksOf(checks, open));
	open.results = results;
	return results;
};

function* tasksOf(
	checks: Parameters<Watched>[0],
	{ writers, chronicle }: Open,
): ReturnType<typeof Array.prototype.values> {
	let item = 0;
	for (const task of checks) {
		const writer = writers[item];
		yield 'run' in task && writer ? watch(task, writer, chronicle) : task;
		item += 1;
	}
}

function watch(task: Task, writer: Writer, chronicle: Chronicle): Task {
	const run = async (session: Session, resumed?: Page): Promise<Result> => {
		writer.look = undefined;
		if (resumed) takeUp(writer, resumed, chronicle);
		const begin: Session['begin'] = (preview) => {
			const page = session.begin(preview);
			if (!('details' in page)) noteBegun(writer, { ...page, preview });
			return page;
		};
		const result = await writing.run(writer, async () => await task.run({ ...session, begin }, resumed));
		settle(writer, result, chronicle);
		return result;
	};
	return { ...task, run };
}

/** Of the same item, or whichever else has begun it. */
function takeUp(writer: Writer, { id, preview }: Page, chronicle: Chronicle): void {
	if (writer.page === id && writer.begunAs !== writer.asks) {
		chronicle.breaks('what asks for something else now is not taken up again', writer.name);
	}
	for (const other of chronicle.writers) {
		if (other === writer || other.page !== id) continue;
		other.isInDoubt = false;
		if (other.isLost) writer.excuses.add('crash');
	}
	noteBegun(writer, { id, preview });
}

/** Its parameters may be others later. */
function noteBegun(writer: Writer, { id, preview }: Pick<Page, 'id' | 'preview'>): void {
	const { given, payment, reference, asks } = writer;
	Object.assign(writer, { preview, page: id, begunAs: asks, begunFor: { given, payment, reference } });
}

/** What stands there by nobody's doing here closes the owner to nobody. */
function settle(writer: Writer, result: Result, { writers, clock: { time: now } }: Chronicle): void {
	const isInDoubt = isUnknown(result) && reasonOf(result) !== 'alreadyThere';
	if (isInDoubt && !writer.isInDoubt) writer.doubtSince = now;
	writer.isInDoubt = isInDoubt;
	if (isInDoubt) return;
	for (const other of writers) if (other.page === writer.page && other.page !== undefined) other.isInDoubt = false;
}

/** Whether n8n repeats a run with it: one that threw, and one whose first item has failed. */
export function isFailed(result: Result | undefined): boolean {
	return result !== undefined && hasFailed(result);
}

// An item's write across passes, nodes and tool calls of one execution: the only memory of writes.
//
// A page is begun before the first attempt. Then it is settled (Zoo answered), in doubt (nobody knows), or gone (not
// applied).
// n8n stores the pages with the execution, runs the node again for Retry On Fail and Retry execution, and so hands
// them back.

import { laneOf } from './balance/owner';
import { ownerOf, type Preview } from './balance/preview';
import { Failure } from './failures/failure';
import { alreadyWritten, memoryUnreadable, overtaken, referenceRepeated, stillInDoubt } from './failures/memory';
import type { Page, Task } from './item';
import type { Done, FailureFacts, Result } from './result';
import type { Register } from './register';
import { isStored, nothingStored, type Position, type Stored } from './stored';

/** Which run of which node it is, and at which host the owners are. */
export interface Place {
	readonly nodeId: string;
	readonly nodeName: string;
	/** How often the node ran before in this execution; undefined for a call of a tool, which n8n does not count. */
	readonly run: number | undefined;
	/** Empty when the credential could not be opened. */
	readonly host: string;
}

/** What the journal says of an item before it runs: run it, take it up again, or there is a result already. */
export type Plan = Planned | { readonly result: Result };

export interface Planned {
	readonly task: Task;
	readonly resumed?: Page;
}

/** What the attempts at a write have left open. */
interface Left {
	readonly doubt?: Page['doubt'];
	readonly sent?: Page['sent'];
}

/** Pages in doubt, by owner and place; it follows from what is stored, and is shared by all calls of one execution. */
type Doubts = Map<string, Map<string, Doubtful>>;

interface Doubtful extends Position {
	readonly page: Page;
}

const doubtsOfExecution = new WeakMap<Stored, Doubts>();

/** `context`: what n8n keeps for all nodes of an execution, as plain data. */
export function openJournal(context: Record<string, unknown>, place: Place, register: Register): Journal {
	const found = (context['zooBilling'] ??= nothingStored());
	return new Journal(isStored(found) ? found : undefined, place, register);
}

export class Journal {
	private readonly stored: Stored;
	/** Whether what was found is not understood. */
	private readonly isLost: boolean;
	private readonly doubts: Doubts;
	private readonly run: string;
	private readonly isTool: boolean;
	private readonly host: string;
	/** The last item of each owner that an earlier pass of this run has sent. */
	private readonly latest = new Map<string, number>();

	constructor(
		found: Stored | undefined,
		{ nodeId, nodeName, run, host }: Place,
		readonly register: Register,
	) {
		const stored = found ?? nothingStored();
		this.stored = stored;
		this.isLost = found === undefined;
		this.isTool = run === undefined;
		this.host = host;
		const { calls } = stored.nodes[nodeId] ?? { calls: 0 };
		stored.nodes[nodeId] = { name: nodeName, calls: this.isTool ? calls + 1 : calls };
		this.run = JSON.stringify([nodeId, run ?? `call ${calls}`]);
		this.doubts = doubtsOfExecution.get(stored) ?? doubtsIn(stored);
		doubtsOfExecution.set(stored, this.doubts);
		for (const [item, { preview }] of Object.entries(this.pages)) {
			// Keys that are numbers come in ascending order.
			this.latest.set(ownerKeyOf(preview), Number(item));
		}
	}

	/** The one question for each item and pass. */
	recall(checked: Task | Failure): Plan {
		const item = checked instanceof Failure ? checked.details.item : checked.subject.item;
		const page = this.pages[item] ?? this.takeOver(checked);
		if (!page) return this.fresh(checked);
		const task = checked instanceof Failure || !this.isSame(checked, page) ? undefined : checked;
		if (page.state !== 'settled') return task ? { task, resumed: page } : { result: stillInDoubt(page, item) };
		// What was found as it should be was not written: an item that asks for something else now begins anew.
		return task || hasWritten(page) ? { result: settled(page, item, task !== undefined) } : this.fresh(checked);
	}

	/** Who has used a payment reference before in this execution, in words. */
	userOf(reference: string, item: number): string | undefined {
		const user = this.stored.references[referenceKey(reference)];
		return !user || (user.run === this.run && user.item === item) ? undefined : this.nameOf(user);
	}

	/** Another item whose outcome for the same owner is unknown, in words. */
	doubtOf(task: Task): string | undefined {
		const { item } = task.subject;
		const other = this.doubtsOn(task).find((doubt) => doubt.run !== this.run || doubt.item !== item);
		return other && this.nameOf(other);
	}

	/** Notes what is about to be sent; refuses a payment reference that was used meanwhile. */
	begin({ subject, writes }: Task, preview: Preview): Page | Failure {
		const { item } = subject;
		const { text = '', adds = false } = writes ?? {};
		const { reference } = preview;
		const user = adds && reference !== undefined ? this.userOf(reference, item) : undefined;
		if (user !== undefined) return referenceRepeated(subject, user);
		const page: Page = {
			id: this.register.newId(),
			asks: text,
			adds,
			preview,
			mark: this.register.mark(),
			state: 'begun',
		};
		this.put(item, page);
		if (adds && reference !== undefined) this.stored.references[referenceKey(reference)] = { run: this.run, item };
		this.register.keep(ownerKeyOf(preview), page.id);
		return page;
	}

	/** Notes what came of an item that was begun or taken up again, and what its attempts have left open. */
	end(item: number, result: Result, left: Left = {}): void {
		const page = this.pages[item];
		if (!page) return;
		if (isUnknown(result)) this.keepInDoubt(item, page, { doubt: left.doubt ?? 'perhaps', sent: left.sent });
		else if (isSettled(result)) this.settle(item, page, result);
		else this.forget(item, page);
	}

	/** Forgets a run that n8n will not repeat, but for its doubts and its payment references. */
	close(): void {
		const doubts = Object.entries(this.pages).filter(([, { state }]) => state !== 'settled');
		if (doubts.length > 0) this.stored.runs[this.run] = Object.fromEntries(doubts);
		else delete this.stored.runs[this.run];
	}

	private get pages(): Record<string, Page> {
		return this.stored.runs[this.run] ?? {};
	}

	private put(item: number, page: Page): void {
		(this.stored.runs[this.run] ??= {})[item] = page;
	}

	private fresh(checked: Task | Failure): Plan {
		if (checked instanceof Failure) return { result: checked };
		const { subject, laneKey, writes } = checked;
		if (this.isLost && writes) return { result: memoryUnreadable(subject) };
		const later = writes?.adds === false ? this.latest.get(this.host + (laneKey ?? '')) : undefined;
		if (later === undefined || later <= subject.item) return { task: checked };
		return { result: overtaken(subject, later) };
	}

	private isSame({ writes }: Task, { asks, preview }: Page): boolean {
		return writes?.text === asks && preview.host === this.host;
	}

	/**
	 * n8n repeats a tool's call as a new one: an update that asks for what another call has left in doubt goes on with
	 * that.
	 */
	private takeOver(checked: Task | Failure): Page | undefined {
		if (!this.isTool || checked instanceof Failure || checked.writes?.adds !== false) return undefined;
		const { subject } = checked;
		const left = this.doubtsOn(checked).find(({ page }) => this.isSame(checked, page));
		if (!left) return undefined;
		delete this.stored.runs[left.run]?.[left.item];
		this.doubts.get(ownerKeyOf(left.page.preview))?.delete(placeKey(left));
		this.keepInDoubt(subject.item, left.page);
		return left.page;
	}

	private doubtsOn({ laneKey }: Task): Doubtful[] {
		return [...(this.doubts.get(this.host + (laneKey ?? ''))?.values() ?? [])];
	}

	private keepInDoubt(item: number, page: Page, { doubt, sent }: Left = page): void {
		const kept: Page = { ...page, state: 'doubt', ...(doubt && { doubt }), ...(sent && { sent }) };
		this.put(item, kept);
		noteDoubt(this.doubts, { run: this.run, item, page: kept });
	}

	private settle(item: number, page: Page, result: Result): void {
		this.release(item, page);
		const { id, asks, adds, preview, mark } = page;
		// Written out, because V8 would give each copy of a page a shape of its own, as large as the page.
		this.put(item, { id, asks, adds, preview, mark, state: 'settled', result: kept(result) });
		if (!(result instanceof Failure) && !result.wrote) this.freeReference(page);
	}

	private forget(item: number, page: Page): void {
		this.release(item, page);
		delete this.pages[item];
		this.freeReference(page);
	}

	private freeReference(page: Page): void {
		const { reference } = page.preview;
		if (page.adds && reference !== undefined) delete this.stored.references[referenceKey(reference)];
	}

	private release(item: number, page: Page): void {
		const owner = ownerKeyOf(page.preview);
		this.register.release(owner, page.id);
		const doubts = this.doubts.get(owner);
		doubts?.delete(placeKey({ run: this.run, item }));
		if (doubts?.size === 0) this.doubts.delete(owner);
	}

	/** `item 3`, `item 3 of run 1`, `item 3 of run 0 of 'Add Cash'` */
	private nameOf({ run, item }: Position): string {
		if (run === this.run) return `item ${item}`;
		const [nodeId, number] = runIn(run);
		const name = `item ${item} of ${typeof number === 'number' ? `run ${number}` : number}`;
		if (nodeId === runIn(this.run)[0]) return name;
		return `${name} of '${this.stored.nodes[nodeId]?.name ?? 'another node'}'`;
	}
}

/** The key of the owner that a preview is about: an organization or user at one host. */
function ownerKeyOf(preview: Preview): string {
	return preview.host + laneOf(ownerOf(preview));
}

/** Keeps a reference such as `__proto__` an ordinary key. */
function referenceKey(reference: string): string {
	return `reference ${reference}`;
}

function placeKey({ run, item }: Position): string {
	return `${run} ${item}`;
}

/** A node's ID, and the number of its run or the name of a tool's call. */
function runIn(run: string): readonly [nodeId: string, number: number | string] {
	const parts: unknown = JSON.parse(run);
	const at = (index: number): unknown => (Array.isArray(parts) ? parts[index] : undefined);
	const number = at(1);
	return [String(at(0)), typeof number === 'number' ? number : String(number)];
}

/** What n8n has stored of a run that broke off is in doubt, even where it was only begun. */
function doubtsIn({ runs }: Stored): Doubts {
	const doubts: Doubts = new Map();
	for (const [run, pages] of Object.entries(runs)) {
		for (const [item, page] of Object.entries(pages)) {
			if (page.state !== 'settled') noteDoubt(doubts, { run, item: Number(item), page });
		}
	}
	return doubts;
}

function noteDoubt(doubts: Doubts, doubt: Doubtful): void {
	const owner = ownerKeyOf(doubt.page.preview);
	const ofOwner = doubts.get(owner) ?? new Map<string, Doubtful>();
	doubts.set(owner, ofOwner.set(placeKey(doubt), doubt));
}

function isUnknown(result: Result): boolean {
	return result instanceof Failure && result.details.outcome === 'unknown';
}

/** Whether Zoo has answered the write, well or not. */
function isSettled(result: Result): boolean {
	if (!(result instanceof Failure)) return true;
	return result.details.outcome === 'different' || result.details.outcome === 'notConfirmed';
}

/** What an earlier try has made of an item. `same`: whether it asks for the same now. */
function settled(page: Page, item: number, same: boolean): Result {
	const { result } = page;
	if (result && !('json' in result)) return new Failure(result.source, result.what, result.next, result.details);
	if (!result || !same) return alreadyWritten(page, item);
	if (!result.wrote) return result;
	return { ...result, hints: ['written in an earlier try of this execution, and not again'] };
}

function hasWritten({ result }: Page): boolean {
	return !result || !('json' in result) || result.wrote;
}

/** As small as it can be, because n8n stores it with the execution. */
function kept(result: Result): Done | FailureFacts {
	if (!(result instanceof Failure)) return { json: result.json, hints: [], wrote: result.wrote };
	const { source, what, next, details } = result;
	return { source, what, next, details };
}

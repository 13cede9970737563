// An item's write across passes, nodes and tool calls of one execution.
//
// A page is begun before the first attempt. Then it is settled (Zoo answered), in doubt (nobody knows), or gone (not
// applied).
// n8n stores the pages with the execution, runs the node again for Retry On Fail and Retry execution, and so hands
// them back. What this process knows of the same payments by now, from whichever execution, counts more.

import { laneOf } from '../balance/owner';
import { ownerOf, paymentIn, type Preview } from '../writing/preview';
import { Failure, ofItem } from '../outcome/failure';
import {
	alreadyWritten,
	memoryUnreadable,
	overtaken,
	previewRepeated,
	referenceInDoubt,
	referenceRepeated,
	referenceTaken,
	stillInDoubt,
} from '../outcome/memoryFailures';
import type { Asked, Page, Task } from '../pass/item';
import { previewName, referenceName } from './records';
import type { Done, FailureFacts, Result } from '../outcome/result';
import type { Register } from './register';
import type { Subject } from '../outcome/subject';
import { isStored, nothingStored, type Position, type Stored, type TakenUp } from './stored';

/** Which run of which node it is, and at which host the owners are. */
export interface Place {
	/** n8n's own key of a node, which stays when the node is cut and pasted. */
	readonly nodeName: string;
	/** How often the node ran before in this execution; undefined for a call of a tool, which n8n does not count. */
	readonly run: number | undefined;
	/** Empty when the credential could not be opened. */
	readonly host: string;
	/** The execution's ID, where n8n keeps nothing between its nodes. */
	readonly execution?: string | undefined;
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

/** Pages in doubt, by owner and ID; it follows from what is stored, and is shared by all calls of one execution. */
type Doubts = Map<string, Map<string, Doubtful>>;

interface Doubtful extends Position {
	readonly page: Page;
}

const doubtsOfExecution = new WeakMap<Stored, Doubts>();

/** `context`: what n8n keeps for all nodes of an execution, as plain data. */
export function openJournal(context: Record<string, unknown>, place: Place, register: Register): Journal {
	const { execution } = place;
	const found = (context['zooBilling'] ??=
		execution === undefined ? nothingStored() : register.executions.notesOf(execution));
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
		{ nodeName, run, host }: Place,
		readonly register: Register,
	) {
		const stored = found ?? nothingStored();
		this.stored = stored;
		this.isLost = found === undefined;
		this.isTool = run === undefined;
		this.host = host;
		const calls = stored.calls[callsKey(nodeName)] ?? 0;
		if (this.isTool) stored.calls[callsKey(nodeName)] = calls + 1;
		this.run = JSON.stringify([nodeName, run ?? `call ${calls}`]);
		this.doubts = doubtsOfExecution.get(stored) ?? doubtsIn(stored);
		doubtsOfExecution.set(stored, this.doubts);
		for (const [item, page] of Object.entries(this.pages)) {
			// Keys that are numbers come in ascending order.
			if ('preview' in page && !page.taken) this.latest.set(ownerKeyOf(page.preview), Number(item));
		}
	}

	/**
	 * The one question for each item and pass. `earlier`: the item of this pass that has the same payment reference, in
	 * words.
	 */
	recall(checked: Task | Failure, earlier?: string): Plan {
		const item = checked instanceof Failure ? checked.details.item : checked.subject.item;
		const page = this.pageAt(item);
		if (!page) return this.fresh(checked, earlier);
		const task = checked instanceof Failure || !this.isSame(checked, page) ? undefined : checked;
		if (page.state !== 'settled') return task ? { task, resumed: page } : { result: stillInDoubt(page, item) };
		// What was found as it should be was not written: an item that asks for something else now begins anew.
		const isKept = task !== undefined || hasWritten(page);
		return isKept ? { result: settled(page, item, task !== undefined) } : this.fresh(checked, earlier);
	}

	/**
	 * What is known of an item's payment when its turn has come: settled or in doubt, by whatever hand. `resumed`: what
	 * was in doubt when the pass began.
	 */
	known(task: Task, resumed: Page | undefined): Page | undefined {
		const known = this.knownToProcess(task);
		const isOwn = resumed !== undefined && this.pageAt(task.subject.item)?.id === resumed.id;
		// What has been added is not added again, whatever else of this execution may have added it as well.
		if (known?.state === 'settled' && !isOwn) return known;
		if (resumed) return this.register.records.get(resumed.id) ?? resumed;
		return this.repeatedIn(task)?.page ?? known;
	}

	/** Why an item must not run that asks for one payment under the reference of another one. */
	refusedByName(task: Task): Failure | undefined {
		const name = task.writes?.applies === undefined ? this.nameOnce(task) : undefined;
		if (name === undefined) return undefined;
		const { records } = this.register;
		const isTaken = records.under(name).some((page) => !isSamePayment(task, page));
		return isTaken || records.isReserved(name, task.writes?.payment ?? '') ? referenceTaken(task.subject) : undefined;
	}

	/** Holds the reference of a payment while it is under way. Returns what lets it go. */
	reserve({ subject: { reference }, writes }: Task): () => void {
		const name = writes?.adds && reference !== undefined ? referenceName(this.host, reference) : undefined;
		return this.register.records.reserve(name, writes?.payment ?? '');
	}

	/** What an item gets whose payment was settled before its turn came. */
	returned(task: Task, page: Page): Result {
		const { subject, writes } = task;
		const { item } = subject;
		const result = again(page, item);
		if (this.pageAt(item)?.id === page.id) return result;
		if (this.nameOnce(task) === undefined) {
			const user = this.userOf(page.preview.reference ?? '', item);
			return user === undefined ? alreadyWritten(page, item) : referenceRepeated(subject, user);
		}
		this.noteTaken(item, { ...page, asks: writes?.text ?? page.asks }, result);
		return result;
	}

	/** Another record whose outcome for the same owner is unknown, in words. */
	doubtOf({ subject: { item }, laneKey }: Task, own?: Page): string | undefined {
		const here = this.pageAt(item)?.id;
		const other = this.doubtsOn(laneKey).find(({ page: { id } }) => id !== own?.id && id !== here);
		return other && this.nameOf(other);
	}

	/** Notes that an item goes on with what another one has left in doubt. */
	takeUp({ subject: { item }, writes }: Task, page: Page): void {
		const home = this.doubts.get(ownerKeyOf(page.preview))?.get(page.id);
		if (home?.run === this.run && home.item === item) return;
		const asks = writes?.text ?? page.asks;
		if (home) this.put(item, { asks, of: { run: home.run, item: home.item } });
		else {
			this.keepInDoubt({ run: this.run, item }, { ...page, asks });
			this.claim(item, page);
			this.register.keep(ownerKeyOf(page.preview), page.id);
		}
	}

	/** Notes what is about to be sent; refuses what was used meanwhile. */
	begin({ subject, writes }: Task, preview: Preview): Page | Failure {
		const { item } = subject;
		const { text = '', adds = false, applies, perhaps } = writes ?? {};
		const page: Page = {
			id: this.register.newId(),
			asks: text,
			adds,
			...(applies !== undefined && { applies }),
			preview,
			// Whoever has written since the dry run may be who has made it look sent.
			mark: perhaps && applies !== undefined ? this.register.markOf(applies) : this.register.mark(),
			state: 'begun',
		};
		const refused = this.refusedAs(page, subject);
		if (refused) return refused;
		this.put(item, page);
		this.claim(item, page);
		this.register.keep(ownerKeyOf(preview), page.id);
		return page;
	}

	/** Notes what came of an item that was begun or taken up again, and what its attempts have left open. */
	end(item: number, result: Result, left: Left = {}): void {
		const home = this.homeOf(item);
		const page = this.pageIn(home);
		if (!page) return;
		if (isUnknown(result)) this.keepInDoubt(home, page, { doubt: left.doubt ?? 'perhaps', sent: left.sent });
		else if (isSettled(result)) this.settle(home, page, result);
		else this.forget(item, home, page);
	}

	/** Forgets a run that n8n will not repeat, but for its doubts and the names of its payments. */
	close(): void {
		const isOpen = (page: Page | TakenUp) => 'state' in page && page.state !== 'settled';
		const doubts = Object.entries(this.pages).filter(([, page]) => isOpen(page));
		for (const page of Object.values(this.pages)) if ('of' in page) this.clear(page.of);
		if (doubts.length > 0) this.stored.runs[this.run] = Object.fromEntries(doubts);
		else delete this.stored.runs[this.run];
	}

	private get pages(): Record<string, Page | TakenUp> {
		return this.stored.runs[this.run] ?? {};
	}

	private put(item: number, page: Page | TakenUp): void {
		this.putAt({ run: this.run, item }, page);
	}

	private putAt({ run, item }: Position, page: Page | TakenUp): void {
		(this.stored.runs[run] ??= {})[item] = page;
	}

	/** Where the page of an item is: in its own place, or where it was begun. */
	private homeOf(item: number): Position {
		const entry = this.pages[item];
		return entry && 'of' in entry ? entry.of : { run: this.run, item };
	}

	private pageIn({ run, item }: Position): Page | undefined {
		const entry = this.stored.runs[run]?.[item];
		return entry && 'preview' in entry ? entry : undefined;
	}

	/** What is known of an item by now; another execution of this process may have settled it. */
	private pageAt(item: number): Page | undefined {
		const entry = this.pages[item];
		if (!entry) return undefined;
		const page = this.newest(this.homeOf(item));
		return page && 'of' in entry ? { ...page, asks: entry.asks } : page;
	}

	private newest(home: Position): Page | undefined {
		const page = this.pageIn(home);
		const known = page && page.state !== 'settled' ? this.register.records.get(page.id) : undefined;
		if (!page || !known) return page;
		const newest: Page = { ...known, asks: page.asks };
		if (newest.state === 'settled') this.release(newest);
		this.putAt(home, newest);
		return newest;
	}

	private fresh(checked: Task | Failure, earlier: string | undefined): Plan {
		if (checked instanceof Failure) return { result: checked };
		const { subject, laneKey, writes } = checked;
		if (this.isLost && writes) return { result: memoryUnreadable(subject) };
		const repeated = this.repeatedBy(checked, earlier);
		if (repeated) return repeated;
		const later = writes?.adds === false ? this.latest.get(this.host + (laneKey ?? '')) : undefined;
		if (later === undefined || later <= subject.item) return { task: checked };
		return { result: overtaken(subject, later) };
	}

	/** What an item comes to that repeats what an earlier item, node, run or call of this execution has added. */
	private repeatedBy(task: Task, earlier: string | undefined): Plan | undefined {
		const { subject } = task;
		const doubt = this.repeatedIn(task);
		const isEarlier = earlier !== undefined && task.options.repeatedReference !== 'returnFirst';
		if (doubt && !isEarlier) return { task, resumed: doubt.page };
		const user = isEarlier ? earlier : this.refusingUser(task);
		if (user === undefined) return undefined;
		// Nobody knows whether it was added, whoever may not repeat it.
		const known = doubt?.page ?? this.knownToProcess(task);
		const isOpen = known !== undefined && known.state !== 'settled';
		return { result: isOpen ? referenceInDoubt(subject) : referenceRepeated(subject, user) };
	}

	/** Who has used the reference of an item that must not repeat it, in words. */
	private refusingUser({ subject: { item, reference }, options, writes }: Task): string | undefined {
		const isFirstReturned = options.repeatedReference === 'returnFirst';
		if (!writes?.adds || reference === undefined || isFirstReturned) return undefined;
		// The very preview that is to be applied gets its first result.
		const isApplied = writes.applies !== undefined && this.isOne(previewKey(writes.applies), referenceKey(reference));
		return isApplied ? undefined : this.userOf(reference, item);
	}

	/** Whether two names lead to one place. */
	private isOne(key: string, other: string): boolean {
		const [one, two] = [this.stored.names[key], this.stored.names[other]];
		return one !== undefined && one.run === two?.run && one.item === two.item;
	}

	private isSame({ writes }: Task, { asks, preview }: Page): boolean {
		return writes?.text === asks && preview.host === this.host;
	}

	/** What is in doubt in this execution, and is what this item asks for. */
	private repeatedIn(task: Task): Doubtful | undefined {
		const { writes, laneKey } = task;
		return writes && this.doubtsOn(laneKey).find(({ page }) => this.isRepeated(task, writes, page));
	}

	private isRepeated({ subject }: Task, writes: Asked, page: Page): boolean {
		if (page.preview.host !== this.host || writes.adds !== page.adds) return false;
		// n8n repeats a tool's call as a new one.
		if (!writes.adds) return this.isTool && writes.text === page.asks;
		if (page.applies !== undefined && writes.text === previewName(page.applies, page.preview)) return true;
		const { reference } = page.preview;
		const isNamed = reference !== undefined && reference === subject.reference;
		return isNamed && writes.payment === paymentIn(page.preview);
	}

	/** A payment that was added in this process, or may have been, and that the item asks for once. */
	private knownToProcess(task: Task): Page | undefined {
		const name = this.nameOnce(task);
		if (name === undefined) return undefined;
		const same = this.register.records.under(name).filter((page) => isSamePayment(task, page));
		return same.find(({ state }) => state === 'settled') ?? same[0];
	}

	/** Under which name an item's payment is to be added once in this process. */
	private nameOnce({ subject: { reference }, options, writes }: Task): string | undefined {
		if (writes?.applies !== undefined) return writes.text;
		const isOnce = writes?.adds && options.repeatedReference === 'returnFirst';
		return isOnce && reference !== undefined ? referenceName(this.host, reference) : undefined;
	}

	private doubtsOn(laneKey: string | undefined): Doubtful[] {
		const doubts = this.doubts.get(this.host + (laneKey ?? ''));
		// Another execution of this process may have settled some.
		for (const doubt of doubts?.values() ?? []) this.newest(doubt);
		return [...(this.doubts.get(this.host + (laneKey ?? ''))?.values() ?? [])];
	}

	/** Who has used a payment reference before in this execution, in words. */
	userOf(reference: string, item: number): string | undefined {
		return this.otherAt(referenceKey(reference), item);
	}

	private otherAt(key: string, item: number): string | undefined {
		const user = this.stored.names[key];
		const home = this.homeOf(item);
		return !user || (user.run === home.run && user.item === home.item) ? undefined : this.nameOf(user);
	}

	/** Why a page is not begun: one of its names is used. */
	private refusedAs({ applies, adds, preview: { reference } }: Page, subject: Subject): Failure | undefined {
		const { item } = subject;
		const applier = applies === undefined ? undefined : this.otherAt(previewKey(applies), item);
		if (applier !== undefined) return previewRepeated(subject, applier);
		const user = adds && reference !== undefined ? this.userOf(reference, item) : undefined;
		return user === undefined ? undefined : referenceRepeated(subject, user);
	}

	/** Lets the names of a page lead to it, where they lead to no other. */
	private claim(item: number, page: Page): void {
		for (const key of keysOf(page)) this.stored.names[key] ??= { run: this.run, item };
	}

	private keepInDoubt(home: Position, page: Page, { doubt, sent }: Left = page): void {
		const kept: Page = { ...page, state: 'doubt', doubt: doubt ?? 'perhaps', ...(sent && { sent }) };
		this.putAt(home, kept);
		noteDoubt(this.doubts, { ...home, page: kept });
		this.register.records.note(kept);
	}

	private settle(home: Position, page: Page, result: Result): void {
		this.release(page);
		const { id, asks, adds, applies, preview, mark } = page;
		// Written out, because V8 would give each copy of a page a shape of its own, as large as the page.
		const settled: Page =
			applies === undefined
				? { id, asks, adds, preview, mark, state: 'settled', result: kept(result) }
				: { id, asks, adds, applies, preview, mark, state: 'settled', result: kept(result) };
		this.putAt(home, settled);
		if (hasWritten(settled)) this.register.records.note(settled);
		else this.free(home, page);
	}

	/** Notes the result of another one's record at an item, which so gets it again when only this execution is left. */
	private noteTaken(item: number, page: Page, result: Result): void {
		this.put(item, { ...page, taken: true, result: kept(result) });
		this.claim(item, page);
	}

	private forget(item: number, home: Position, page: Page): void {
		this.release(page);
		delete this.pages[item];
		delete this.stored.runs[home.run]?.[home.item];
		this.free(home, page);
	}

	/** Forgets a page that was settled elsewhere than where it was begun. */
	private clear(home: Position): void {
		if (this.pageIn(home)?.state === 'settled') delete this.stored.runs[home.run]?.[home.item];
	}

	/** Lets others use the names of a payment of which nothing was written. */
	private free(home: Position, page: Page): void {
		this.register.records.drop(page);
		for (const key of keysOf(page)) {
			const user = this.stored.names[key];
			if (user?.run === home.run && user.item === home.item) delete this.stored.names[key];
		}
	}

	private release({ id, preview }: Page): void {
		const owner = ownerKeyOf(preview);
		this.register.release(owner, id);
		const doubts = this.doubts.get(owner);
		doubts?.delete(id);
		if (doubts?.size === 0) this.doubts.delete(owner);
	}

	/** `item 3`, `item 3 of run 1`, `item 3 of run 0 of 'Add Cash'` */
	private nameOf({ run, item }: Position): string {
		if (run === this.run) return `item ${item}`;
		const [nodeName, number] = runIn(run);
		const name = `item ${item} of ${typeof number === 'number' ? `run ${number}` : number}`;
		return nodeName === runIn(this.run)[0] ? name : `${name} of '${nodeName}'`;
	}
}

/** The key of the owner that a preview is about: an organization or user at one host. */
function ownerKeyOf(preview: Preview): string {
	return preview.host + laneOf(ownerOf(preview));
}

/** What a page is found by in its execution, beside its place. */
function keysOf({ adds, applies, preview: { reference } }: Page): string[] {
	return [
		...(applies === undefined ? [] : [previewKey(applies)]),
		...(adds && reference !== undefined ? [referenceKey(reference)] : []),
	];
}

/** Keeps a reference such as `__proto__` an ordinary key. */
function referenceKey(reference: string): string {
	return `reference ${reference}`;
}

function previewKey(id: string): string {
	return `preview ${id}`;
}

function callsKey(nodeName: string): string {
	return `of ${nodeName}`;
}

/** A node's name, and the number of its run or the name of a tool's call. */
function runIn(run: string): readonly [nodeName: string, number: number | string] {
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
			if ('state' in page && page.state !== 'settled') noteDoubt(doubts, { run, item: Number(item), page });
		}
	}
	return doubts;
}

function noteDoubt(doubts: Doubts, doubt: Doubtful): void {
	const owner = ownerKeyOf(doubt.page.preview);
	const ofOwner = doubts.get(owner) ?? new Map<string, Doubtful>();
	doubts.set(owner, ofOwner.set(doubt.page.id, doubt));
}

function isSamePayment({ writes }: Task, page: Page): boolean {
	if (page.applies !== undefined && writes?.text === previewName(page.applies, page.preview)) return true;
	return writes?.applies === undefined && writes?.payment === paymentIn(page.preview);
}

function isUnknown(result: Result): boolean {
	return result instanceof Failure && result.details.outcome === 'unknown';
}

/** Whether Zoo has answered the write, well or not. */
function isSettled(result: Result): boolean {
	if (!(result instanceof Failure)) return true;
	return result.details.outcome === 'different' || result.details.outcome === 'notConfirmed';
}

const WRITTEN_EARLIER =
	'written in an earlier try of this execution, and not again; its confirmation says what came of it';

/** What an earlier try has made of an item. `same`: whether it asks for the same now. */
function settled(page: Page, item: number, same: boolean): Result {
	const { result } = page;
	if (result && !('json' in result)) return failureOf(result);
	if (!result || !same) return alreadyWritten(page, item);
	if (!result.wrote) return result;
	return { ...result, hints: [WRITTEN_EARLIER] };
}

function hasWritten({ result, taken }: Page): boolean {
	return taken === true || !result || !('json' in result) || result.wrote;
}

const ADDED_BEFORE =
	"added before in this n8n process, and not again; a different payment needs a 'Payment Reference' of its own";
const APPLIED_BEFORE = 'applied before in this n8n process, and not again; a further change needs a preview of its own';

/** What a payment came to, for another item that stands for it. */
function again(page: Page, item: number): Result {
	const { result, applies } = page;
	if (!result) return alreadyWritten(page, item);
	if (!('json' in result)) return ofItem(failureOf(result), item);
	return { ...result, hints: [applies === undefined ? ADDED_BEFORE : APPLIED_BEFORE], wrote: false };
}

function failureOf({ source, what, next, details }: FailureFacts): Failure {
	return new Failure(source, what, next, details);
}

/** As small as it can be, because n8n stores it with the execution. */
function kept(result: Result): Done | FailureFacts {
	if (!(result instanceof Failure)) return { json: result.json, hints: [], wrote: result.wrote };
	const { source, what, next, details } = result;
	return { source, what, next, details };
}

// What one execution remembers of its writes, for all its nodes: n8n stores it as plain data and hands it back when it
// runs a node again. What this process knows of the same payments by now, from whichever execution, counts more.

import { ownerAtHost } from '../balance/owner';
import { previewRepeated, referenceRepeated } from '../outcome/memoryFailures';
import type { Result } from '../outcome/result';
import type { Subject } from '../outcome/subject';
import type { Task } from '../pass/item';
import type { Preview } from '../writing/preview';
import type { Attempts } from '../zoo/session';
import type { OwnerRegistry } from './ownerRegistry';
import {
	attemptsAt,
	namesInExecution,
	ownerAtHostIn,
	previewKey,
	referenceKey,
	type WriteRecord,
	type LeftOpen,
	referenceName,
	hasWritten,
	leftOpenBy,
} from './record';
import { isStored, nothingStored, type Position, type Stored, type TakenUp } from './stored';
import type { Failure } from '../outcome/failure';

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

/** Where the records in doubt are, by owner and ID; it follows from what is stored, and all calls of one share it. */
type InDoubtByOwner = Map<string, Map<string, Position>>;

const inDoubtIn = new WeakMap<Stored, InDoubtByOwner>();

/** `context`: what n8n keeps for all nodes of an execution, as plain data. */
export function openExecution(context: Record<string, unknown>, place: Place, registry: OwnerRegistry): ExecutionScope {
	const { execution } = place;
	const found = (context['zooBilling'] ??=
		execution === undefined ? nothingStored() : registry.executions.notesOf(execution));
	return new ExecutionScope(isStored(found) ? found : undefined, place, registry);
}

export class ExecutionScope {
	/** Whether what was found is not understood. */
	readonly isLost: boolean;
	readonly isTool: boolean;
	readonly host: string;
	private readonly stored: Stored;
	private readonly inDoubt: InDoubtByOwner;
	private readonly run: string;
	/** The last item of each owner that an earlier pass of this run has sent. */
	private readonly latest = new Map<string, number>();

	constructor(
		found: Stored | undefined,
		{ nodeName, run, host }: Place,
		readonly registry: OwnerRegistry,
	) {
		const stored = found ?? nothingStored();
		this.stored = stored;
		this.isLost = found === undefined;
		this.isTool = run === undefined;
		this.host = host;
		const calls = stored.calls[callsKey(nodeName)] ?? 0;
		if (this.isTool) stored.calls[callsKey(nodeName)] = calls + 1;
		this.run = JSON.stringify([nodeName, run ?? `call ${calls}`]);
		this.inDoubt = inDoubtIn.get(stored) ?? foundInDoubt(stored);
		inDoubtIn.set(stored, this.inDoubt);
		for (const [item, entry] of Object.entries(this.entries)) {
			// Keys that are numbers come in ascending order.
			if ('preview' in entry && !entry.taken) this.latest.set(ownerAtHostIn(entry.preview), Number(item));
		}
	}

	/** Takes over what other executions of this process have settled of an item and of its owner's doubts. */
	catchUp(item: number, ownerKey: string | undefined): void {
		this.renew(this.homeOf(item));
		for (const home of this.homesInDoubt(ownerKey)) this.renew(home);
	}

	/** What is known of an item by now, with what the item asked for. */
	recordAt(item: number): WriteRecord | undefined {
		const entry = this.entries[item];
		const record = this.recordIn(this.homeOf(item));
		return record && entry && 'of' in entry ? { ...record, fingerprint: entry.fingerprint } : record;
	}

	inDoubtOf(ownerKey: string | undefined): WriteRecord[] {
		return this.homesInDoubt(ownerKey).flatMap((home) => this.recordIn(home) ?? []);
	}

	/** Another record whose outcome for the same owner is unknown, in words. */
	otherInDoubt({ subject: { item }, ownerKey }: Task, own?: WriteRecord): string | undefined {
		const here = this.recordAt(item)?.id;
		const other = this.homesInDoubt(ownerKey).find((home) => {
			const id = this.recordIn(home)?.id;
			return id !== own?.id && id !== here;
		});
		return other && this.nameOf(other);
	}

	/** The last item of an owner that an earlier pass has sent. */
	latestOf(ownerKey: string | undefined): number | undefined {
		return this.latest.get(ownerAtHost(this.host, ownerKey));
	}

	/** Who has used a payment reference before in this execution, in words. */
	userOf(reference: string, item: number): string | undefined {
		return this.otherAt(referenceKey(reference), item);
	}

	/** Whether two names lead to one record. */
	isOne(key: string, other: string): boolean {
		const [one, two] = [this.stored.names[key], this.stored.names[other]];
		return one !== undefined && two !== undefined && isSamePlace(one, two);
	}

	/** Holds the reference of a payment while it is under way. Returns what lets it go. */
	reserve({ subject: { reference }, writes }: Task): () => void {
		const name = writes?.adds && reference !== undefined ? referenceName(this.host, reference) : undefined;
		return this.registry.payments.reserve(name, writes?.payment ?? '');
	}

	/** Notes that an item goes on with what another one has left in doubt. */
	takeUp({ subject: { item }, writes }: Task, record: WriteRecord): void {
		const home = this.inDoubt.get(ownerAtHostIn(record.preview))?.get(record.id);
		const here = { run: this.run, item };
		if (home && isSamePlace(home, here)) return;
		const fingerprint = writes?.fingerprint ?? record.fingerprint;
		if (home) {
			this.put(here, { fingerprint, of: { run: home.run, item: home.item } });
			return;
		}
		this.keepInDoubt(here, { ...record, fingerprint });
		this.claim(item, record);
		this.registry.keep(ownerAtHostIn(record.preview), record.id);
	}

	/** Notes what is about to be sent; refuses what was used meanwhile. */
	begin({ subject, writes }: Task, preview: Preview): WriteRecord | Failure {
		const { item } = subject;
		const { fingerprint = '', adds = false, applies, perhaps } = writes ?? {};
		const record: WriteRecord = {
			id: this.registry.newId(),
			fingerprint,
			adds,
			...(applies !== undefined && { applies }),
			preview,
			// Whoever has written since the dry run may be who has made it look sent.
			startedAt: perhaps && applies !== undefined ? this.registry.timeOf(applies) : this.registry.time(),
			state: 'inProgress',
		};
		const refused = this.refusedAs(record, subject);
		if (refused) return refused;
		this.put({ run: this.run, item }, record);
		this.claim(item, record);
		this.registry.keep(ownerAtHostIn(preview), record.id);
		return record;
	}

	/** Notes what came of an item that was begun or taken up again, and what its attempts have left open. */
	end(item: number, result: Result, left?: LeftOpen, attempts?: Attempts): void {
		const home = this.homeOf(item);
		const record = this.recordIn(home);
		if (!record) return;
		if (isUnknown(result)) this.keepInDoubt(home, record, left ?? 'maybeApplied', attempts);
		else if (isAnswered(result)) this.complete(home, record, result);
		else this.forget(item, home, record);
	}

	/** Notes the result of another one's record at an item, which so gets it again when only this execution is left. */
	noteTaken(item: number, record: WriteRecord & { readonly state: 'completed' }, result: Result): void {
		this.put({ run: this.run, item }, { ...record, taken: true, result: small(result) });
		this.claim(item, record);
	}

	/** Forgets a run that n8n will not repeat, but for its doubts and the names of its payments. */
	close(): void {
		for (const entry of Object.values(this.entries)) if ('of' in entry) this.clear(entry.of);
		const open = Object.entries(this.entries).filter(([, entry]) => isOpen(entry));
		if (open.length > 0) this.stored.runs[this.run] = Object.fromEntries(open);
		else delete this.stored.runs[this.run];
	}

	private get entries(): Record<string, WriteRecord | TakenUp> {
		return this.stored.runs[this.run] ?? {};
	}

	private put({ run, item }: Position, entry: WriteRecord | TakenUp): void {
		(this.stored.runs[run] ??= {})[item] = entry;
	}

	/** Where the record of an item is: in its own place, or where it was begun. */
	private homeOf(item: number): Position {
		const entry = this.entries[item];
		return entry && 'of' in entry ? entry.of : { run: this.run, item };
	}

	private recordIn({ run, item }: Position): WriteRecord | undefined {
		const entry = this.stored.runs[run]?.[item];
		return entry && 'preview' in entry ? entry : undefined;
	}

	private renew(home: Position): void {
		const record = this.recordIn(home);
		const known = record && isOpen(record) ? this.registry.payments.get(record.id) : undefined;
		if (!record || !known) return;
		if (known.state === 'completed') this.release(record);
		this.put(home, { ...known, fingerprint: record.fingerprint });
	}

	private homesInDoubt(ownerKey: string | undefined): Position[] {
		return [...(this.inDoubt.get(ownerAtHost(this.host, ownerKey))?.values() ?? [])];
	}

	private otherAt(key: string, item: number): string | undefined {
		const user = this.stored.names[key];
		return !user || isSamePlace(user, this.homeOf(item)) ? undefined : this.nameOf(user);
	}

	/** Why a record is not begun: one of its names is used. */
	private refusedAs({ applies, adds, preview: { reference } }: WriteRecord, subject: Subject): Failure | undefined {
		const { item } = subject;
		const applier = applies === undefined ? undefined : this.otherAt(previewKey(applies), item);
		if (applier !== undefined) return previewRepeated(subject, applier);
		const user = adds && reference !== undefined ? this.userOf(reference, item) : undefined;
		return user === undefined ? undefined : referenceRepeated(subject, user);
	}

	/** Lets the names of a record lead to it, where they lead to no other. */
	private claim(item: number, record: WriteRecord): void {
		for (const key of namesInExecution(record)) this.stored.names[key] ??= { run: this.run, item };
	}

	private keepInDoubt(
		home: Position,
		record: WriteRecord,
		left = leftOpenBy(record),
		attempts = attemptsAt(record),
	): void {
		const { id, fingerprint, adds, applies, taken, preview, startedAt } = record;
		const kept: WriteRecord = {
			id,
			fingerprint,
			adds,
			...(applies !== undefined && { applies }),
			...(taken && { taken }),
			preview,
			startedAt,
			state: 'inDoubt',
			inDoubt: left,
			...(attempts && { attempts }),
		};
		this.put(home, kept);
		noteInDoubt(this.inDoubt, kept, home);
		this.registry.payments.note(kept);
	}

	private complete(home: Position, record: WriteRecord, result: Result): void {
		this.release(record);
		const { id, fingerprint, adds, applies, preview, startedAt } = record;
		// Written out, because V8 would give each copy of a record a shape of its own, as large as the record.
		const completed: WriteRecord =
			applies === undefined
				? { id, fingerprint, adds, preview, startedAt, state: 'completed', result: small(result) }
				: { id, fingerprint, adds, applies, preview, startedAt, state: 'completed', result: small(result) };
		this.put(home, completed);
		if (hasWritten(completed)) this.registry.payments.note(completed);
		else this.free(home, record);
	}

	private forget(item: number, home: Position, record: WriteRecord): void {
		this.release(record);
		delete this.entries[item];
		delete this.stored.runs[home.run]?.[home.item];
		this.free(home, record);
	}

	/** Forgets a record that was completed elsewhere than where it was begun. */
	private clear(home: Position): void {
		if (this.recordIn(home)?.state === 'completed') delete this.stored.runs[home.run]?.[home.item];
	}

	/** Lets others use the names of a payment of which nothing was written. */
	private free(home: Position, record: WriteRecord): void {
		this.registry.payments.drop(record);
		for (const key of namesInExecution(record)) {
			const user = this.stored.names[key];
			if (user && isSamePlace(user, home)) delete this.stored.names[key];
		}
	}

	private release({ id, preview }: WriteRecord): void {
		const owner = ownerAtHostIn(preview);
		this.registry.release(owner, id);
		const ofOwner = this.inDoubt.get(owner);
		ofOwner?.delete(id);
		if (ofOwner?.size === 0) this.inDoubt.delete(owner);
	}

	/** `item 3`, `item 3 of run 1`, `item 3 of run 0 of 'Add Cash'` */
	private nameOf({ run, item }: Position): string {
		if (run === this.run) return `item ${item}`;
		const [nodeName, number] = runIn(run);
		const name = `item ${item} of ${typeof number === 'number' ? `run ${number}` : number}`;
		return nodeName === runIn(this.run)[0] ? name : `${name} of '${nodeName}'`;
	}
}

function callsKey(nodeName: string): string {
	return `of ${nodeName}`;
}

function isSamePlace(one: Position, other: Position): boolean {
	return one.run === other.run && one.item === other.item;
}

/** Whether nobody knows yet what came of it. */
function isOpen(entry: WriteRecord | TakenUp): boolean {
	return 'state' in entry && entry.state !== 'completed';
}

/** A node's name, and the number of its run or the name of a tool's call. */
function runIn(run: string): readonly [nodeName: string, number: number | string] {
	const parts: unknown = JSON.parse(run);
	const at = (index: number): unknown => (Array.isArray(parts) ? parts[index] : undefined);
	const number = at(1);
	return [String(at(0)), typeof number === 'number' ? number : String(number)];
}

/** What n8n has stored of a run that broke off is in doubt, even where it was only begun. */
function foundInDoubt({ runs }: Stored): InDoubtByOwner {
	const found: InDoubtByOwner = new Map();
	for (const [run, entries] of Object.entries(runs)) {
		for (const [item, entry] of Object.entries(entries)) {
			if ('state' in entry && entry.state !== 'completed') noteInDoubt(found, entry, { run, item: Number(item) });
		}
	}
	return found;
}

function noteInDoubt(inDoubt: InDoubtByOwner, { id, preview }: WriteRecord, { run, item }: Position): void {
	const owner = ownerAtHostIn(preview);
	const ofOwner = inDoubt.get(owner) ?? new Map<string, Position>();
	inDoubt.set(owner, ofOwner.set(id, { run, item }));
}

function isUnknown(result: Result): boolean {
	return result.kind === 'failure' && result.details.outcome === 'unknown';
}

/** Whether Zoo has answered the write, well or not. */
function isAnswered(result: Result): boolean {
	if (result.kind === 'success') return true;
	return result.details.outcome === 'different' || result.details.outcome === 'notConfirmed';
}

/** As small as it can be, because n8n stores it with the execution. */
function small(result: Result): Result {
	return result.kind === 'failure' ? result : { kind: 'success', json: result.json, hints: [], wrote: result.wrote };
}

// The payments that were added in this process, or may have been: one record each, found under each of its names.

import { namesInProcess, type WriteRecord } from './record';

/** Completed records; those in doubt are beside them. */
const MOST = 10_000;

export class ProcessScope {
	/** Never forgotten: what begins anew beside a payment in doubt may add it twice. */
	private readonly inDoubt = new Map<string, WriteRecord>();
	/** The one that was noted last stands last. */
	private readonly completed = new Map<string, WriteRecord>();
	/** The IDs of records by name. */
	private readonly named = new Map<string, Set<string>>();
	/** Payments that are under way, by name. */
	private readonly reserved = new Map<string, Set<{ readonly payment: string }>>();

	constructor(private readonly most = MOST) {}

	/** What is known of a record by now. */
	get(id: string): WriteRecord | undefined {
		return this.completed.get(id) ?? this.inDoubt.get(id);
	}

	under(name: string): WriteRecord[] {
		return [...(this.named.get(name) ?? [])].flatMap((id) => this.get(id) ?? []);
	}

	/** Keeps what is known of a payment, if it has a name. */
	note(record: WriteRecord): void {
		const names = namesInProcess(record);
		// Whoever was canceled while another completed it knows less.
		if (names.length === 0 || (record.state !== 'completed' && this.completed.has(record.id))) return;
		this.drop(record);
		(record.state === 'completed' ? this.completed : this.inDoubt).set(record.id, record);
		for (const name of names) this.named.set(name, (this.named.get(name) ?? new Set()).add(record.id));
		const [oldest] = this.completed.size > this.most ? this.completed.values() : [];
		if (oldest) this.drop(oldest);
	}

	/** Forgets a payment of which nothing was applied. */
	drop(record: WriteRecord): void {
		this.completed.delete(record.id);
		this.inDoubt.delete(record.id);
		for (const name of namesInProcess(record)) {
			const ids = this.named.get(name);
			ids?.delete(record.id);
			if (ids?.size === 0) this.named.delete(name);
		}
	}

	/** Holds a name while its payment is under way. Returns what lets it go. */
	reserve(name: string | undefined, payment: string): () => void {
		if (name === undefined) return () => undefined;
		const holder = { payment };
		this.reserved.set(name, (this.reserved.get(name) ?? new Set()).add(holder));
		return () => {
			const holders = this.reserved.get(name);
			holders?.delete(holder);
			if (holders?.size === 0) this.reserved.delete(name);
		};
	}

	/** Whether another payment under this name is under way. */
	isReserved(name: string, payment: string): boolean {
		return [...(this.reserved.get(name) ?? [])].some((holder) => holder.payment !== payment);
	}
}

// The payments that were added in this process, or may have been: one record each, found under each of its names.

import type { Preview } from '../writing/preview';
import type { Page } from '../pass/item';

/** Settled records; those in doubt are beside them. */
const MOST = 10_000;

export class Records {
	/** Never forgotten: what begins anew beside a payment in doubt may add it twice. */
	private readonly inDoubt = new Map<string, Page>();
	/** The one that was noted last stands last. */
	private readonly settled = new Map<string, Page>();
	/** The IDs of records by name. */
	private readonly named = new Map<string, Set<string>>();
	/** Payments that are under way, by name. */
	private readonly reserved = new Map<string, Set<{ readonly payment: string }>>();

	constructor(private readonly most = MOST) {}

	/** What is known of a record by now. */
	get(id: string): Page | undefined {
		return this.settled.get(id) ?? this.inDoubt.get(id);
	}

	under(name: string): Page[] {
		return [...(this.named.get(name) ?? [])].flatMap((id) => this.get(id) ?? []);
	}

	/** Keeps what is known of a payment, if it has a name. */
	note(page: Page): void {
		const names = namesOf(page);
		// Whoever was canceled while another settled it knows less.
		if (names.length === 0 || (page.state !== 'settled' && this.settled.has(page.id))) return;
		this.drop(page);
		(page.state === 'settled' ? this.settled : this.inDoubt).set(page.id, page);
		for (const name of names) this.named.set(name, (this.named.get(name) ?? new Set()).add(page.id));
		const [oldest] = this.settled.size > this.most ? this.settled.values() : [];
		if (oldest) this.drop(oldest);
	}

	/** Forgets a payment of which nothing was applied. */
	drop(page: Page): void {
		this.settled.delete(page.id);
		this.inDoubt.delete(page.id);
		for (const name of namesOf(page)) {
			const ids = this.named.get(name);
			ids?.delete(page.id);
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

/** Under which this process finds a payment, whoever repeats it. */
function namesOf({ adds, applies, preview }: Page): string[] {
	const { host, reference } = preview;
	return [
		...(applies === undefined ? [] : [previewName(applies, preview)]),
		...(adds && reference !== undefined ? [referenceName(host, reference)] : []),
	];
}

export function referenceName(host: string, reference: string): string {
	return `reference ${host} ${reference}`;
}

/** With all that it holds; an address only says how the owner was named. */
export function previewName(id: string, preview: Preview): string {
	return `preview ${JSON.stringify([id, { ...preview, email: undefined }])}`;
}

// What this process knows of each owner at Zoo: the newest balance it has seen, and who has written since when.

import { isEarlier, readMoment, type Moment } from '../balance/moment';
import { Executions } from './executions';
import { Records } from './records';

/** A point in the register's history, to ask later what has happened since; another process goes by Zoo's dates. */
export interface Mark {
	readonly process: string;
	readonly at: number;
}

/** `moment`: of the balance that it has made, where Zoo has answered with one. */
interface Written {
	readonly at: number;
	readonly by: string;
	readonly moment: Moment | undefined;
}

interface Entry {
	/** Writes before this point are forgotten. */
	readonly known: number;
	/** The latest write, and before it the latest one by anybody else. */
	writes: readonly Written[];
	newest: Moment | undefined;
	/** The page whose attempt may still land, and until which tick. */
	open: { readonly by: string; readonly until: number } | undefined;
	/** Those for whose sake the entry is kept. */
	readonly pages: Set<string>;
}

const MOST_OWNERS = 10_000;
/** Milliseconds; no two clocks that are kept differ by so much. */
const DAY = 86_400_000;

/** One in a process. `random`: numbers from 0 to 1; `most`: how many owners are remembered beside those in doubt. */
export class Register {
	/** Payments that were added, or may have been. */
	readonly records = new Records();
	/** Notes of executions of which n8n keeps none. */
	readonly executions = new Executions();
	private readonly process: string;
	private readonly kept = new Map<string, Entry>();
	private readonly recent = new Map<string, Entry>();
	private now = 0;
	/** Since then no owner has been forgotten. */
	private forgotten = 0;

	constructor(
		random: () => number = Math.random,
		private readonly most = MOST_OWNERS,
	) {
		this.process = `${random().toString(36).slice(2)}${random().toString(36).slice(2)}`;
	}

	/** Names a page, in whichever process it was made. */
	newId(): string {
		this.now += 1;
		return `${this.process}-${this.now}`;
	}

	mark(): Mark {
		return { process: this.process, at: this.now };
	}

	/** When an ID was given. What is none of this process is a mark of another one. */
	markOf(id: string): Mark {
		const at = id.startsWith(`${this.process}-`) ? Number(id.slice(this.process.length + 1)) : Number.NaN;
		return Number.isSafeInteger(at) && at <= this.now ? { process: this.process, at } : { process: id, at: 0 };
	}

	/** Notes a write that may have been applied. `by`: the page's ID, so that its own writes never count as another's. */
	noteWrite(owner: string, by: string, isAnswered = false): void {
		const entry = this.entryOf(owner);
		this.now += 1;
		const moment = isAnswered ? entry.newest : undefined;
		entry.writes = [...entry.writes.filter((write) => write.by !== by).slice(-1), { at: this.now, by, moment }];
	}

	/** Notes that an attempt of the page may still land until this tick, whatever becomes known of it. */
	noteOpen(owner: string, by: string, until: number): void {
		this.entryOf(owner).open = { by, until };
	}

	/** Until which tick an attempt of another page may still land on what is written now. */
	openUntil(owner: string, page: string | undefined): number {
		const { open } = this.kept.get(owner) ?? this.recent.get(owner) ?? {};
		return open && open.by !== page ? open.until : -Infinity;
	}

	/**
	 * Whether anybody but `page` has, or may have, written to the owner in this process since `mark`. `looked`: the
	 * `updated_at` of the balance then, by which a mark of another process is compared.
	 */
	otherWriterSince({ process, at }: Mark, owner: string, page: string, looked?: unknown): boolean {
		const entry = this.kept.get(owner) ?? this.recent.get(owner);
		if (process !== this.process)
			return entry?.writes.some((write) => write.by !== page && !isSeen(write, looked)) ?? false;
		if (!entry) return at < this.forgotten;
		return at < entry.known || entry.writes.some((write) => write.at > at && write.by !== page);
	}

	/** Keeps the owner as long as any page of it is under way or in doubt. */
	keep(owner: string, page: string): void {
		const entry = this.entryOf(owner);
		this.recent.delete(owner);
		this.kept.set(owner, entry);
		entry.pages.add(page);
	}

	release(owner: string, page: string): void {
		const entry = this.kept.get(owner);
		if (!entry?.pages.delete(page) || entry.pages.size > 0) return;
		this.kept.delete(owner);
		this.recent.set(owner, entry);
		this.trim();
	}

	/**
	 * Takes note of a balance's `updated_at`; false when it is older than one that Zoo has shown before. Without one, or
	 * with one that is far ahead, it is no evidence. `now`: milliseconds since the epoch.
	 */
	isFresh(owner: string, updatedAt: unknown, now: number): boolean {
		const moment = readMoment(updatedAt);
		// One reply with a wild date would close the owner to adjustments for good.
		if (!moment || moment.seconds > now + DAY) return true;
		const entry = this.entryOf(owner);
		if (entry.newest && isEarlier(moment, entry.newest)) return false;
		entry.newest = moment;
		return true;
	}

	private entryOf(owner: string): Entry {
		const kept = this.kept.get(owner);
		if (kept) return kept;
		const entry = this.recent.get(owner) ?? {
			known: this.now,
			writes: [],
			newest: undefined,
			open: undefined,
			pages: new Set(),
		};
		// The one that was used last stands last.
		this.recent.delete(owner);
		this.recent.set(owner, entry);
		this.trim();
		return entry;
	}

	private trim(): void {
		for (const oldest of this.recent.keys()) {
			if (this.recent.size <= this.most) return;
			this.recent.delete(oldest);
			this.forgotten = this.now;
		}
	}
}

/** Whether whoever looked has seen the balance that a write has made. */
function isSeen({ moment }: Written, looked: unknown): boolean {
	const then = readMoment(looked);
	return moment !== undefined && then !== undefined && !isEarlier(then, moment);
}

/** Of this process. */
export const register = new Register();

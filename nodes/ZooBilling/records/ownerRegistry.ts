// What this process knows of each owner at Zoo: the newest balance it has seen, and who has written since when.

import { isEarlier, readMoment, type Moment } from '../balance/moment';
import { Executions } from './executions';
import { ProcessScope } from './processScope';

/** A point in the registry's history, to ask later what has happened since; another process goes by Zoo's dates. */
export interface LogicalTime {
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
	/** The record whose attempt may still land, and until which tick. */
	open: { readonly by: string; readonly until: number } | undefined;
	/** Those for whose sake the entry is kept. */
	readonly records: Set<string>;
}

const MOST_OWNERS = 10_000;
/** Milliseconds; no two clocks that are kept differ by so much. */
const DAY = 86_400_000;

/** One in a process. `random`: numbers from 0 to 1; `most`: how many owners are remembered beside those in doubt. */
export class OwnerRegistry {
	/** Payments that were added, or may have been. */
	readonly payments = new ProcessScope();
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

	/** Names a record, in whichever process it was made. */
	newId(): string {
		this.now += 1;
		return `${this.process}-${this.now}`;
	}

	time(): LogicalTime {
		return { process: this.process, at: this.now };
	}

	/** When an ID was given. What is none of this process is a time of another one. */
	timeOf(id: string): LogicalTime {
		const at = id.startsWith(`${this.process}-`) ? Number(id.slice(this.process.length + 1)) : Number.NaN;
		return Number.isSafeInteger(at) && at <= this.now ? { process: this.process, at } : { process: id, at: 0 };
	}

	/** Notes a write that may have been applied. `by`: the record's ID, since its own writes never count as another's. */
	noteWrite(owner: string, by: string, isAnswered = false): void {
		const entry = this.entryOf(owner);
		this.now += 1;
		const moment = isAnswered ? entry.newest : undefined;
		entry.writes = [...entry.writes.filter((write) => write.by !== by).slice(-1), { at: this.now, by, moment }];
	}

	/** Notes that an attempt of the record may still land until this tick, whatever becomes known of it. */
	noteInFlight(owner: string, by: string, until: number): void {
		this.entryOf(owner).open = { by, until };
	}

	/** Until which tick an attempt of another record may still land on what is written now. */
	inFlightUntil(owner: string, record: string | undefined): number {
		const { open } = this.kept.get(owner) ?? this.recent.get(owner) ?? {};
		return open && open.by !== record ? open.until : -Infinity;
	}

	/**
	 * Whether anybody but `record` has, or may have, written to the owner in this process since that time. `looked`: the
	 * `updated_at` of the balance then, by which a time of another process is compared.
	 */
	concurrentWriterSince({ process, at }: LogicalTime, owner: string, record: string, looked?: unknown): boolean {
		const entry = this.kept.get(owner) ?? this.recent.get(owner);
		if (process !== this.process)
			return entry?.writes.some((write) => write.by !== record && !isSeen(write, looked)) ?? false;
		if (!entry) return at < this.forgotten;
		return at < entry.known || entry.writes.some((write) => write.at > at && write.by !== record);
	}

	/** Keeps the owner as long as any record of it is under way or in doubt. */
	keep(owner: string, record: string): void {
		const entry = this.entryOf(owner);
		this.recent.delete(owner);
		this.kept.set(owner, entry);
		entry.records.add(record);
	}

	release(owner: string, record: string): void {
		const entry = this.kept.get(owner);
		if (!entry?.records.delete(record) || entry.records.size > 0) return;
		this.kept.delete(owner);
		this.recent.set(owner, entry);
		this.trim();
	}

	/**
	 * Takes note of a balance's `updated_at`; false when it is older than one that Zoo has shown before. Without one, or
	 * with one that is far ahead, it is no evidence. `now`: milliseconds since the epoch.
	 */
	observe(owner: string, updatedAt: unknown, now: number): boolean {
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
			records: new Set(),
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
export const ownerRegistry = new OwnerRegistry();

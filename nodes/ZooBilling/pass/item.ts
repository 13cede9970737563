// What runs: an item's task, and what it gets to run with.

import type { Usd } from '../balance/money';
import type { Preview } from '../writing/preview';
import type { Options } from '../operations/options';
import type { OwnerRegistry } from '../records/ownerRegistry';
import type { Result } from '../outcome/result';
import type { Subject } from '../outcome/subject';
import type { RequestSession } from '../zoo/session';
import type { Failure } from '../outcome/failure';
import type { WriteRecord, LeftOpen } from '../records/record';

/** A checked item, ready to run. */
export interface Task {
	readonly subject: Subject;
	readonly options: Options;
	/** Items of one owner by ID wait for each other; undefined for others. */
	readonly ownerKey?: string;
	/** What it may write; undefined for reads and dry runs. */
	readonly writes?: WriteRequest;
	/** Where the owner is named by an e-mail address: it, and the task for the user with this lower-case UUID. */
	readonly named?: { readonly email: string; readonly as: (id: string) => Task | Failure };
	/** `resumed`: what an earlier pass has left in doubt of the same item. */
	readonly run: (session: ItemSession, resumed?: WriteRecord) => Promise<Result>;
}

/** What a write asks for, to be compared between passes. */
export interface WriteRequest {
	/** Operation, owner, amounts and reference as one text. */
	readonly fingerprint: string;
	/** Whether doing it twice adds twice, so that a payment reference may be used only once. */
	readonly adds: boolean;
	/** Owner, balance model and what is added alone; see `paymentIn`. */
	readonly payment: string;
	/** The ID of the stored preview that it applies; the text is then the preview's name. */
	readonly applies?: string;
	/** Whether that may have been sent before, by whomever. */
	readonly perhaps?: boolean;
}

/** What the items of one owner share in one execution. */
export interface Lane {
	/** Amounts that a dry run has come to, by wire name. */
	readonly preview: Map<string, Usd>;
}

/** What a task gets to run with. */
export interface ItemSession {
	readonly exchange: RequestSession;
	readonly lane: Lane;
	readonly host: string;
	/** Of this process. */
	readonly registry: OwnerRegistry;
	/** Where the preview of this item's write is noted before its first attempt. */
	readonly begin: (preview: Preview) => WriteRecord | Failure;
	/** Notes what the attempts at it have left open. */
	readonly leave: (left: LeftOpen) => void;
}

// What runs: an item's task, what it gets to run with, and what the journal keeps of its write.

import type { Usd } from '../balance/money';
import type { Preview } from '../writing/preview';
import type { Doubt } from '../writing/standing';
import type { Failure } from '../outcome/failure';
import type { Options } from '../operations/options';
import type { Mark, Register } from '../records/register';
import type { Done, FailureFacts, Result } from '../outcome/result';
import type { Subject } from '../outcome/subject';
import type { Attempts, Exchange } from '../zoo/exchange';

/** A checked item, ready to run. */
export interface Task {
	readonly subject: Subject;
	readonly options: Options;
	/** Items of one owner by ID wait for each other; undefined for others. */
	readonly laneKey?: string;
	/** What it may write; undefined for reads and dry runs. */
	readonly writes?: Asked;
	/** Where the owner is named by an e-mail address: it, and the task for the user with this lower-case UUID. */
	readonly named?: { readonly email: string; readonly as: (id: string) => Task | Failure };
	/** `resumed`: what an earlier pass has left in doubt of the same item. */
	readonly run: (session: Session, resumed?: Page) => Promise<Result>;
}

/** What a write asks for, to be compared between passes. */
export interface Asked {
	/** Operation, owner, amounts and reference as one text. */
	readonly text: string;
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
export interface Session {
	readonly exchange: Exchange;
	readonly lane: Lane;
	readonly host: string;
	/** Of this process. */
	readonly register: Register;
	/** Where the preview of this item's write is noted before its first attempt. */
	readonly begin: (preview: Preview) => Page | Failure;
	/** Notes what the attempts at it have left open. */
	readonly leave: (doubt: Page['doubt']) => void;
}

/**
 * What is known of one payment, or of one update: plain data, which n8n stores with the execution. A payment has one,
 * whoever takes it up.
 */
export interface Page {
	/** The same in whichever execution and process. */
	readonly id: string;
	readonly asks: string;
	readonly adds: boolean;
	/** The ID of the stored preview that it is. */
	readonly applies?: string;
	/** Whether another item has written it, whose result this one got. */
	readonly taken?: true;
	readonly preview: Preview;
	/** When it was begun. */
	readonly mark: Mark;
	readonly state: 'begun' | 'doubt' | 'settled';
	/** Of a page in doubt. */
	readonly doubt?: Exclude<Doubt, 'none'>;
	/** Of a page in doubt: the attempts so far. */
	readonly sent?: Attempts;
	/** What came of it, once Zoo has answered. */
	readonly result?: Done | FailureFacts;
}

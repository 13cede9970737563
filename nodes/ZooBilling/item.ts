// What everything here speaks of: an item's subject, its task, and what came of it.

import type { Usd } from './balance/money';
import type { Owner } from './balance/owner';
import type { Preview } from './balance/preview';
import type { Doubt } from './balance/standing';
import type { Failure } from './failures/failure';
import type { Options } from './options';
import type { Mark, Register } from './register';
import type { Attempts, Exchange } from './zoo/exchange';

/** What an item is about, as far as it is known. */
export interface Subject {
	readonly item: number;
	readonly owner?: Owner;
	/** Wire names and amounts that were to be written or added. */
	readonly asked?: Readonly<Record<string, string>>;
	readonly reference?: string;
	/** Whether nothing would have been written anyway. */
	readonly dryRun?: boolean;
}

/** An item that went well. */
export interface Done {
	readonly json: Readonly<Record<string, unknown>>;
	/** Come out instead of `json`, each as an item, where one item in gives many or none. */
	readonly items?: ReadonlyArray<Readonly<Record<string, unknown>>>;
	/** What a person should know of it: half-sentences without the item's number. */
	readonly hints: readonly string[];
	/** The same of fields of an unknown shape, which matter less than any hint. */
	readonly shapes?: readonly string[];
	readonly wrote: boolean;
}

export type Result = Done | Failure;

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
	/** Owner, balance model and amounts alone. */
	readonly payment: string;
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

/** What the journal holds of one item's write: plain data, which n8n stores with the execution. */
export interface Page {
	/** Names the page to the register. */
	readonly id: string;
	readonly asks: string;
	readonly adds: boolean;
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

/** A failure without its class, as it is stored. */
export type FailureFacts = Pick<Failure, 'source' | 'what' | 'next' | 'details'>;

// What every operation is made of: its place in the editor, the check of an item, and the run of a checked item.

import type * as z from 'zod/v4-mini';

import type { BalanceModel } from '../balance/fields';
import type { Usd } from '../balance/money';
import type { Owner, OwnerKind } from '../balance/owner';
import type { OptionName, Options } from '../options';
import type { Exchange } from '../zoo/exchange';
import type { Failure, Subject } from '../zoo/failure';

/** Parameters of one item as n8n hands them over: nothing is known of their types yet. */
export type RawParameters = Readonly<Record<string, unknown>>;

/** What the items of one owner share in one execution. */
export interface Lane {
	/** Amounts that a dry run has come to, by wire name. */
	readonly preview: Map<string, Usd>;
}

/** What this execution has written or begun to write, kept where a second pass of the node finds it. */
export interface Ledger {
	recall(item: number): LedgerEntry | undefined;
	note(item: number, entry: LedgerEntry | undefined): void;
	/** The item of an earlier run of this node that has used a payment reference. */
	usedBy(reference: string, item: number): string | undefined;
	/** The item of an earlier run whose outcome is unknown, by the key of its owner's lane. */
	doubtOf(laneKey: string): string | undefined;
	/** Whether an earlier pass of this run has left the item's write in doubt. */
	leftInDoubt(laneKey: string, item: number): boolean;
	/** Whether the item's outcome is unknown now. */
	noteDoubt(laneKey: string, item: number, unknown: boolean): void;
}

export interface LedgerEntry {
	/** Owner, changes and reference as one text. */
	readonly intent: string;
	readonly owner: Owner;
	readonly reference?: string;
	/** Of an adjustment: the amounts as they were before, by wire name. */
	readonly before?: Readonly<Record<string, string>>;
	/** The sums that were to stand there. */
	readonly target: Readonly<Record<string, string>>;
	/** What came of it, once Zoo has answered. */
	readonly result?:
		{ readonly json: Readonly<Record<string, unknown>> } | Pick<Failure, 'source' | 'what' | 'next' | 'details'>;
}

export interface Session {
	readonly exchange: Exchange;
	readonly lane: Lane;
	readonly ledger: Ledger | undefined;
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
	/** Items with the same key wait for each other. */
	readonly laneKey?: string;
	/** Whether a payment reference may only be used once, because doing it twice adds twice. */
	readonly onceOnly?: boolean;
	/** Whether it may write, and so excludes other writers of this process. */
	readonly writes: boolean;
	/** Where the owner is named by an e-mail address: it, and the task for the user whose address it is (a lower-case UUID). */
	readonly named?: { readonly email: string; readonly as: (id: string) => Task | Failure };
	readonly run: (session: Session) => Promise<Result>;
}

export interface Operation {
	/** The value of 'Operation' that workflows store. */
	readonly name: string;
	readonly label: (kind: OwnerKind) => string;
	readonly action: (kind: OwnerKind) => string;
	readonly description: (kind: OwnerKind) => string;
	/** A sentence above the fields. */
	readonly notice?: (kind: OwnerKind) => string;
	/** Whether doing it twice adds twice, so that the execution has to remember what was done. */
	readonly adds?: boolean;
	/** What it reads when that is not the balance: the path behind the owner's, such as `/payment`, and what an item holds. */
	readonly endpoint?: { readonly path: string; readonly reply: () => z.ZodMiniType };
	/** Whether the owner is given by ID; otherwise it is the token's own. */
	readonly byId: boolean;
	/** Whether it puts out many items, all or up to a limit. */
	readonly lists?: boolean;
	/** The collection of amounts, for operations that write. */
	readonly amounts?: {
		readonly parameter: 'updateFields' | 'adjustFields';
		readonly label: string;
		readonly describe: (meaning: string) => string;
	};
	readonly options: (model: BalanceModel | undefined) => readonly OptionName[];
	readonly prepare: (raw: RawParameters, kind: OwnerKind, item: number) => Task | Failure;
}

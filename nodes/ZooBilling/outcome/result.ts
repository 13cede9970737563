// What came of an item.

import type { Failure } from './failure';

/** An item that went well. */
export interface Success {
	readonly kind: 'success';
	readonly json: Readonly<Record<string, unknown>>;
	/** Come out instead of `json`, each as an item, where one item in gives many or none. */
	readonly items?: ReadonlyArray<Readonly<Record<string, unknown>>>;
	/** What a person should know of it: half-sentences without the item's number. */
	readonly hints: readonly string[];
	/** The same of fields of an unknown shape, which matter less than any hint. */
	readonly shapes?: readonly string[];
	readonly wrote: boolean;
}

export type Result = Success | Failure;

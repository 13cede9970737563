// What every operation is made of: its place in the editor, and the check of an item.

import type * as z from 'zod/v4-mini';

import type { OwnerKind } from '../balance/owner';
import type { Task } from '../pass/item';
import type { OptionName } from './options';
import type { Failure } from '../outcome/failure';

/** Parameters of one item as n8n hands them over: nothing is known of their types yet. */
export type RawParameters = Readonly<Record<string, unknown>>;

/** Whose token an operation takes. */
export type Token = 'any' | 'admin' | 'employee';

export interface Operation {
	/** The value of 'Operation' that workflows store. */
	readonly name: string;
	readonly label: (kind: OwnerKind) => string;
	readonly action: (kind: OwnerKind) => string;
	/** What it does; the editor puts in front of it whose token it takes. */
	readonly description: (kind: OwnerKind) => string;
	readonly token: (kind: OwnerKind) => Token;
	/** A sentence above the fields. */
	readonly notice?: (kind: OwnerKind) => string;
	/** Whether doing it twice adds twice. */
	readonly adds?: boolean;
	/**
	 * What it reads when that is not the balance: the path behind the owner's, such as `/payment`, and what an item
	 * holds.
	 */
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
	/** Whether it applies a stored preview, which says whose balance is meant and what is to be written. */
	readonly preview?: true;
	/** The options that it takes; any other is refused. */
	readonly options: readonly OptionName[];
	readonly prepare: (raw: RawParameters, kind: OwnerKind, item: number) => Task | Failure;
}

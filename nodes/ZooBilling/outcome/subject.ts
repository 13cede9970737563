// What an item is about.

import type { Owner } from '../balance/owner';

/** What an item is about, as far as it is known. */
export interface Subject {
	readonly item: number;
	readonly owner?: Owner;
	/** Wire names and amounts that were to be written or added. */
	readonly asked?: Readonly<Record<string, string>>;
	readonly reference?: string;
	/** Whether nothing would have been written anyway. */
	readonly dryRun?: boolean;
	/** Whether Zoo lets only an admin of the token's organization do it. */
	readonly needsAdmin?: boolean;
}

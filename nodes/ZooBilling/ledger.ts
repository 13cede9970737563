// The memory of adjustments in one execution: n8n keeps it across Retry On Fail, which runs the whole node again.

import { isRecord } from './refusal';
import type { Ledger, LedgerEntry } from './operations/operation';

/** The part of n8n's node context that is ours; it is stored with the execution, so it holds plain data. */
interface Pages {
	/** By run and item, for the time of a run. */
	entries: Record<string, LedgerEntry>;
	/** Payment references that were, or may have been, applied, by run and item. */
	references: Record<string, string>;
}

export interface OpenLedger extends Ledger {
	/** Forgets a run that n8n will not repeat. */
	close(): void;
}

/** `context`: what n8n keeps for a node for the length of an execution. `run`: how often the node ran before in this execution. */
export function openLedger(context: Record<string, unknown>, run: number): OpenLedger {
	const pages: Pages = isPages(context['adjustments']) ? context['adjustments'] : { entries: {}, references: {} };
	context['adjustments'] = pages;
	const key = (item: number) => `run ${run}, item ${item}`;
	return {
		recall: (item) => pages.entries[key(item)],
		note(item, entry) {
			const noted = pages.entries[key(item)]?.reference;
			if (noted !== undefined) delete pages.references[pageOf(noted)];
			delete pages.entries[key(item)];
			if (!entry) return;
			pages.entries[key(item)] = entry;
			if (entry.reference !== undefined) pages.references[pageOf(entry.reference)] = key(item);
		},
		usedBy(reference, item) {
			const user = pages.references[pageOf(reference)];
			return user === key(item) ? undefined : user;
		},
		close() {
			for (const each of Object.keys(pages.entries)) if (each.startsWith(`run ${run}, `)) delete pages.entries[each];
		},
	};
}

/** Keeps a reference such as `__proto__` an ordinary key. */
function pageOf(reference: string): string {
	return `reference ${reference}`;
}

function isPages(value: unknown): value is Pages {
	return isRecord(value) && isRecord(value['entries']) && isRecord(value['references']);
}

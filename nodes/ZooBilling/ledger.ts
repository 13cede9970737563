// The memory of writes in one execution, above all of adjustments: n8n keeps it across Retry On Fail, which runs the whole node again.

import { isRecord } from './refusal';
import type { Ledger, LedgerEntry } from './operations/operation';

/** The part of n8n's node context that is ours; it is stored with the execution, so it holds plain data. */
interface Pages {
	/** By run and item, for the time of a run. */
	entries: Record<string, LedgerEntry>;
	/** Payment references that were, or may have been, applied, by run and item. */
	references: Record<string, string>;
	/** Items of unknown outcome, by the key of their owner's lane. */
	doubts: Record<string, readonly string[]>;
	/** How many calls of a tool there were. */
	calls: number;
}

export interface OpenLedger extends Ledger {
	/** Forgets a run that n8n will not repeat. */
	close(): void;
}

/**
 * `context`: what n8n keeps for a node for the length of an execution. `run`: how often the node ran before in this
 * execution; a call of a tool has no such number, is never run again, and is counted here.
 */
export function openLedger(context: Record<string, unknown>, run: number | undefined): OpenLedger {
	const pages: Pages = isPages(context['adjustments'])
		? context['adjustments']
		: { entries: {}, references: {}, doubts: {}, calls: 0 };
	context['adjustments'] = pages;
	const name = run === undefined ? `call ${pages.calls++}` : `run ${run}`;
	const key = (item: number) => `${name}, item ${item}`;
	const mine = (noted: string) => noted.startsWith(`${name}, `);
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
		doubtOf(laneKey) {
			return pages.doubts[laneKey]?.find((doubt) => !mine(doubt));
		},
		leftInDoubt: (laneKey, item) => pages.doubts[laneKey]?.includes(key(item)) ?? false,
		noteDoubt(laneKey, item, unknown) {
			const others = (pages.doubts[laneKey] ?? []).filter((doubt) => doubt !== key(item));
			if (unknown || others.length > 0) pages.doubts[laneKey] = unknown ? [...others, key(item)] : others;
			else delete pages.doubts[laneKey];
		},
		close() {
			for (const each of Object.keys(pages.entries).filter(mine)) delete pages.entries[each];
		},
	};
}

/** Keeps a reference such as `__proto__` an ordinary key. */
function pageOf(reference: string): string {
	return `reference ${reference}`;
}

function isPages(value: unknown): value is Pages {
	return (
		isRecord(value) &&
		isRecord(value['entries']) &&
		isRecord(value['references']) &&
		isRecord(value['doubts']) &&
		typeof value['calls'] === 'number'
	);
}

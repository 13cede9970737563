// What became of all items, in one sentence, for the one failure that a stopped workflow shows.

import { type Outcome, isFailure } from './failure';
import type { Result } from './result';

const groups: Readonly<Record<Outcome, string>> = {
	unknown: 'of unknown outcome',
	different: 'written with a difference',
	notConfirmed: 'not confirmed',
	notApplied: 'not written',
	notRead: 'not read',
	notSent: 'not sent',
	written: 'written earlier',
};

/** A single item needs no such sum. */
export function tally(results: readonly Result[]): string {
	if (results.length < 2) return '';
	const found = new Map<string, number[]>();
	results.forEach((result, item) => {
		const group = groupOf(result);
		const items = found.get(group);
		if (items) items.push(item);
		else found.set(group, [item]);
	});
	const parts = [...found].map(([group, items]) => `${items.length} ${group} (item ${ranges(items)})`);
	return `Of ${results.length} items: ${parts.join(', ')}.`;
}

function groupOf(result: Result): string {
	if (isFailure(result)) return groups[result.details.outcome];
	return result.wrote ? 'written' : 'done without writing';
}

const MOST_RANGES = 10;

/** `0–3, 5, 8–9` */
function ranges(items: readonly number[]): string {
	const found: Array<[number, number]> = [];
	for (const item of items) {
		const last = found.at(-1);
		if (last && item === last[1] + 1) last[1] = item;
		else found.push([item, item]);
	}
	const texts = found.slice(0, MOST_RANGES).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
	return texts.join(', ') + (found.length > MOST_RANGES ? ', …' : '');
}

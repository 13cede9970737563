// A value that cannot be used, as a value: what is wrong with it and what to do next.

import { plainCopy } from './words';

export class Refusal {
	constructor(
		readonly what: string,
		readonly next: string,
	) {}
}

const LONGEST_SHOWN = 80;
/** Beyond these, printing a bigint takes more than linear time. */
const LARGEST_BITS = 256;
const NO_TEXT = 'a value that has no text form';

/** A value as a message shows it: text in quotes, anything else as JSON, both cut to a readable length. */
export function quoteValue(value: unknown): string {
	return plainCopy(readable(value), LONGEST_SHOWN);
}

function readable(value: unknown): string {
	if (Object.is(value, -0)) return '-0';
	if (typeof value === 'bigint' && BigInt.asIntN(LARGEST_BITS, value) !== value) return NO_TEXT;
	if (typeof value === 'string') return JSON.stringify(value.slice(0, 2 * LONGEST_SHOWN));
	if (typeof value !== 'object' || value === null) return String(value);
	try {
		const json: unknown = JSON.stringify(value);
		return typeof json === 'string' ? json : NO_TEXT;
	} catch {
		return NO_TEXT;
	}
}

/** What an expression makes of nothing when it joins it with a text. */
export function isNothing(text: string): boolean {
	return ['undefined', 'null', 'NaN', '[object Object]'].includes(text);
}

/** A keyed record, as opposed to null, an array or a Date. */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

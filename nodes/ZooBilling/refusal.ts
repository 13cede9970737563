// A value that cannot be used, as a value: what is wrong with it and what to do next.

export class Refusal {
	constructor(
		readonly what: string,
		readonly next: string,
	) {}
}

const LONGEST_SHOWN = 80;

/** A value as a message shows it: text in quotes, anything else as JSON, both cut to a readable length. */
export function shown(value: unknown): string {
	const text = readable(value);
	return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

function readable(value: unknown): string {
	if (Object.is(value, -0)) return '-0';
	if (typeof value === 'string' || (typeof value === 'object' && value !== null)) {
		try {
			const json: unknown = JSON.stringify(value);
			return typeof json === 'string' ? json : 'an object that has no text form';
		} catch {
			return 'an object that has no text form';
		}
	}
	return String(value);
}

/** A keyed record, as opposed to null, an array or a Date. */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

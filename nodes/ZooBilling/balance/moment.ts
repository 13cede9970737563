// Points in time as Zoo writes them, compared with all their digits: two balances can be a microsecond apart.

/** An ISO 8601 date and time in a reply; undefined when it is absent or no such text. */
export interface Moment {
	/** Milliseconds since the epoch, whole seconds only. */
	readonly seconds: number;
	/** Twenty digits behind the seconds, for comparing as text. */
	readonly fraction: string;
}

const LONGEST_FRACTION = 20;
const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,20}))?(Z|[+-]\d\d:\d\d)$/i;

export function readMoment(value: unknown): Moment | undefined {
	const [, whole = '', fraction = '', zone = ''] = (typeof value === 'string' && form.exec(value)) || [];
	const seconds = Date.parse(`${whole}${zone}`.toUpperCase());
	return Number.isNaN(seconds) ? undefined : { seconds, fraction: fraction.padEnd(LONGEST_FRACTION, '0') };
}

export function isEarlier(one: Moment, other: Moment): boolean {
	return one.seconds === other.seconds ? one.fraction < other.fraction : one.seconds < other.seconds;
}

// What the node has said of an item, read as plain data: no class of its own, so that each process may bring its own.

/** An item that went well. */
export interface Done {
	readonly json: Readonly<Record<string, unknown>>;
	readonly wrote: boolean;
}

export interface Refused {
	/** One line, ending in `[item N]`. */
	readonly what: string;
	readonly details: Details;
}

export interface Details {
	readonly reason: string;
	readonly outcome: string;
	readonly item: number;
	readonly attempts?: number;
	readonly [more: string]: unknown;
}

export type Result = Done | Refused;

export function hasFailed(result: Result): result is Refused {
	return 'details' in result;
}

/** What a write was decided to be, as far as the rules look at it. */
export interface Preview {
	readonly ownerId: string;
	readonly from?: Readonly<Record<string, string>>;
	readonly to: Readonly<Record<string, string>>;
	readonly reference?: string;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function reasonOf(result: Result): string {
	return hasFailed(result) ? result.details.reason : statusOf(result.json);
}

function statusOf({ confirmation, dryRun }: Readonly<Record<string, unknown>>): string {
	if (dryRun === true) return 'dryRun';
	return isRecord(confirmation) ? String(confirmation['status']) : 'read';
}

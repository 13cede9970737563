// The least time that an item can take, however well work and waiting overlap.

export interface Floor {
	/** Milliseconds of processor time per item: to check it, and all in all. All are checked before the first is sent. */
	readonly check: number;
	readonly processor: number;
}

/** Milliseconds per item. `lanes`: how many items are under way at a time. */
export function floorOf({ check, processor }: Floor, latencyMs: number, lanes: number): number {
	return check + Math.max(processor - check, latencyMs / lanes);
}

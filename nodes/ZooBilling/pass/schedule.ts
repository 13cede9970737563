// Which item may run when: items of one owner one after another in input order, different owners side by side.

export interface Job<Lane, Result> {
	/** Items with the same key share a lane; undefined: the item has a lane to itself. */
	readonly key: string | undefined;
	/** Goes before the other turns of its lane. */
	readonly first?: boolean;
	readonly run: (lane: Lane) => Promise<Result>;
}

/**
 * Runs every turn, at most `limit` lanes at a time; results are in the order of the turns. Each is taken out of the
 * list when it begins, so that nothing of it stays behind. `openLane`: what the turns of a lane share.
 */
export async function runJobs<Lane, Result>(
	turns: Array<Job<Lane, Result> | undefined>,
	limit: number,
	openLane: () => Lane,
): Promise<Result[]> {
	const lanes = new Map<string | number, number[]>();
	for (const first of [true, false]) {
		turns.forEach((turn, index) => {
			if ((turn?.first ?? false) !== first) return;
			const lane = lanes.get(turn?.key ?? index);
			if (lane) lane.push(index);
			else lanes.set(turn?.key ?? index, [index]);
		});
	}
	const results = new Array<Result>(turns.length);
	const waiting = lanes.entries();
	const work = async () => {
		for (const [key, indexes] of waiting) {
			lanes.delete(key);
			const lane = openLane();
			for (const index of indexes) {
				const turn = turns[index];
				turns[index] = undefined;
				if (turn) results[index] = await turn.run(lane);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, lanes.size) }, work));
	return results;
}

/** How many begin in one turn of the event loop: with one, an API that answers at once would wait for us. */
const IN_ONE_TURN = 3;

/**
 * Who awaits the returned function goes on with few others, in a turn of the event loop of their own. What begins in
 * one turn is sent at its end: fifty that go on together would work one after another, and then all wait at once.
 */
export function takingTurns(nextTurn: () => Promise<void>): () => Promise<void> {
	let begun = 0;
	let turn = Promise.resolve();
	return async () => {
		if (begun > 0 && begun % IN_ONE_TURN === 0) turn = turn.then(nextTurn);
		begun += 1;
		await turn;
	};
}

/** Who holds a key, and everybody who waits for it, in this process. */
const tails = new Map<string, Promise<unknown>>();

/**
 * Runs `work` when all earlier work for the key has ended, across all executions of this process, or as soon as
 * `canceled`
 * resolves, for work that then only says so.
 */
export async function withLock<Result>(
	key: string,
	work: () => Promise<Result>,
	canceled: Promise<void>,
): Promise<Result> {
	const before = tails.get(key);
	const mine = before === undefined ? work() : Promise.race([before, canceled]).then(work);
	// What went wrong with one does not concern the next.
	// It keeps no result, or a key that is never idle would keep all of them.
	const tail: Promise<void> = Promise.allSettled([before, mine]).then(() => {
		if (tails.get(key) === tail) tails.delete(key);
	});
	tails.set(key, tail);
	return await mine;
}

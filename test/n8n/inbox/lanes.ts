/** So many things at a time, each as soon as one before it is done. */
export async function inLanes<T>(lanes: number, things: Iterable<T>, work: (thing: T) => Promise<void>): Promise<void> {
	const waiting = [...things];
	const lane = async () => {
		for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) await work(thing);
	};
	await Promise.all(Array.from({ length: lanes }, lane));
}

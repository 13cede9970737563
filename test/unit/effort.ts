// What work costs, whatever else the machine does meanwhile.

/** `effort`: milliseconds of the processor; a busy machine lets work wait, but does not make it more. */
export function effortOf<Result>(work: () => Result): { effort: number; result: Result } {
	const before = process.cpuUsage();
	const result = work();
	const { user, system } = process.cpuUsage(before);
	return { effort: (user + system) / 1000, result };
}

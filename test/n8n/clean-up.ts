/** What has to be undone at the end, and making sure that it is: after success, failure and Ctrl-C alike. */

type Step = () => Promise<void> | void;

export class CleanUp {
	private readonly steps: Step[] = [];
	private over = false;
	private running: Promise<void> | undefined;

	/** Steps run last first. One that comes too late, because an interrupted start went on, runs at once. */
	async later(step: Step): Promise<void> {
		if (this.over) await step();
		else this.steps.push(step);
	}

	/** A step that fails does not keep the others from running. Whoever asks while it runs waits for the same end. */
	async run(): Promise<void> {
		this.running ??= this.runSteps();
		await this.running;
	}

	private async runSteps(): Promise<void> {
		this.over = true;
		const failures: unknown[] = [];
		for (let step = this.steps.pop(); step; step = this.steps.pop()) {
			try {
				await step();
			} catch (failure) {
				failures.push(failure);
			}
		}
		if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be cleaned up');
	}
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const ORPHANED_POLL_MS = 500;

/** Resolves when this process is asked to end, which it then no longer does by itself. */
export function interruption(): Promise<void> {
	const parent = process.ppid;
	return new Promise((resolve) => {
		for (const signal of SIGNALS) process.on(signal, () => resolve());
		// A killed `npm run` does not pass the signal on through the shell between it and this process.
		setInterval(() => {
			if (process.ppid !== parent) resolve();
		}, ORPHANED_POLL_MS).unref();
	});
}

/** Runs a whole program, cleans up, and ends the process: 0, 1 after a failure, 130 when interrupted. */
export async function runProgram(work: (cleanUp: CleanUp) => Promise<void>): Promise<never> {
	const cleanUp = new CleanUp();
	const interrupted = interruption().then(() => 130);
	let exitCode: number;
	try {
		exitCode = await Promise.race([interrupted, work(cleanUp).then(() => 0)]);
	} catch (failure) {
		exitCode = complain(failure);
	}
	await cleanUp.run().catch((failure: unknown) => {
		exitCode = complain(failure);
	});
	process.exit(exitCode);
}

function complain(failure: unknown): number {
	const failures = failure instanceof AggregateError ? failure.errors : [failure];
	for (const one of failures)
		process.stderr.write(`${one instanceof Error ? (one.stack ?? one.message) : String(one)}\n`);
	return 1;
}

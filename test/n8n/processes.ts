/** Child processes, each leading a group of its own, so that it can be ended with all that it started. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import type { CleanUp } from './clean-up';

export interface Command {
	readonly file: string;
	readonly args: readonly string[];
	readonly cwd?: string;
	/** This process's own environment by default. */
	readonly env?: NodeJS.ProcessEnv;
	/** The number of the user and group to run as; this process's own by default. */
	readonly account?: number;
}

/** How long a group may take to end by itself after SIGTERM. */
const GRACE_MS = 10_000;
/** After SIGKILL only the system's own bookkeeping is left to wait for. */
const REAPING_MS = 2_000;
const POLL_MS = 50;
const KEPT_OUTPUT = 200_000;

export class ProcessGroup {
	/** The latest of what it printed: to its standard output, and to both streams together. */
	stdout = '';
	output = '';
	readonly ended: Promise<void>;
	private readonly child: ChildProcess;

	private constructor({ file, args, cwd, env, account }: Command) {
		const as = account === undefined ? {} : { uid: account, gid: account };
		this.child = spawn(file, args, { cwd, env, ...as, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
		const { stdout, stderr } = this.child;
		for (const stream of [stdout, stderr]) {
			stream?.setEncoding('utf8').on('data', (text: string) => {
				this.output = latestOf(this.output + text);
				if (stream === stdout) this.stdout = latestOf(this.stdout + text);
			});
		}
		this.ended = once(this.child, 'close').then(() => undefined);
		// Whoever waits for the end learns of a failed start; nobody has to.
		this.ended.catch(() => undefined);
	}

	static async start(command: Command, cleanUp: CleanUp): Promise<ProcessGroup> {
		const group = new ProcessGroup(command);
		await cleanUp.later(async () => await group.end());
		await Promise.race([once(group.child, 'spawn'), group.ended]);
		return group;
	}

	get pid(): number | undefined {
		return this.child.pid;
	}

	get running(): boolean {
		return this.child.exitCode === null && this.child.signalCode === null;
	}

	get exitCode(): number | null {
		return this.child.exitCode;
	}

	lastLines(count = 20): string {
		return this.output.trimEnd().split('\n').slice(-count).join('\n');
	}

	/** Asks the whole group to end, insists after a while, and resolves when nothing of it is left. */
	async end(): Promise<void> {
		if (!this.signal('SIGTERM')) return;
		if (await this.gone(GRACE_MS)) return;
		this.signal('SIGKILL');
		await this.gone(REAPING_MS);
	}

	/** Ends it as a crash would: at once, without a chance to tidy up. */
	async kill(): Promise<void> {
		this.signal('SIGKILL');
		await this.gone(REAPING_MS);
	}

	/** Stops it in its tracks, as a machine that is overloaded or suspended does, until `resume`. */
	pause(): void {
		this.signal('SIGSTOP');
	}

	resume(): void {
		this.signal('SIGCONT');
	}

	private async gone(withinMs: number): Promise<boolean> {
		const deadline = Date.now() + withinMs;
		while (this.signal(0)) {
			if (Date.now() > deadline) return false;
			await sleep(POLL_MS);
		}
		return true;
	}

	/** False when no process of the group is left. */
	private signal(signal: NodeJS.Signals | 0): boolean {
		if (this.child.pid === undefined) return false;
		try {
			return process.kill(-this.child.pid, signal);
		} catch {
			return false;
		}
	}
}

function latestOf(text: string): string {
	return text.slice(-KEPT_OUTPUT);
}

/** Resolves with its standard output once it has ended well; otherwise the failure shows its last lines. */
export async function runToEnd(command: Command, cleanUp: CleanUp): Promise<string> {
	const group = await ProcessGroup.start(command, cleanUp);
	await group.ended;
	if (group.exitCode === 0) return group.stdout;
	const how = group.exitCode === null ? 'was ended' : `ended with ${group.exitCode}`;
	throw new Error(`${command.file} ${command.args.join(' ')} ${how}:\n${group.lastLines()}`);
}

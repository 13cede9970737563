/** One worker of an n8n in queue mode, in a home of its own, as on a machine of its own. */
import type { CleanUp } from '../clean-up';
import { freePorts } from '../free-ports';
import { Home } from '../home';
import { environmentOf, n8nCommand } from '../n8n';
import { installTarball } from '../package-under-test';
import { ProcessGroup } from '../processes';
import { until } from '../until';

const START_MS = 120_000;

export interface WorkerSettings {
	readonly tarball: string;
	/** The same as the main process has: mode, database, queue. */
	readonly environment: Readonly<Record<string, string>>;
	/** How many executions it runs at a time. */
	readonly concurrency: number;
}

export class Worker {
	private constructor(private readonly group: ProcessGroup) {}

	/** Resolves when it takes executions. */
	static async start({ tarball, environment, concurrency }: WorkerSettings, cleanUp: CleanUp): Promise<Worker> {
		const home = await Home.make(cleanUp);
		await installTarball(tarball, home.n8nFolder, cleanUp);
		const [port = 0, brokerPort = 0] = await freePorts(2);
		const own = {
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
			N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		};
		const command = n8nCommand(home, ['worker', `--concurrency=${concurrency}`], {
			...environmentOf(home),
			...environment,
			...own,
		});
		const group = await ProcessGroup.start(command, cleanUp);
		await until('a worker is ready', START_MS, async () => {
			if (!group.running) throw new Error(`A worker ended before it was ready:\n${group.lastLines()}`);
			return (await isReady(`http://127.0.0.1:${port}/healthz/readiness`)) ? true : undefined;
		});
		return new Worker(group);
	}

	/** The IDs of the executions that it has begun, by its log. */
	get begun(): string[] {
		return [...this.group.output.matchAll(/Worker started execution (\d+)/g)].map(([, id = '']) => id);
	}

	get running(): boolean {
		return this.group.running;
	}

	/** The latest of what it logged. */
	get log(): string {
		return this.group.output;
	}

	get pid(): number {
		return this.group.pid ?? 0;
	}

	/** As by a deployment: it may finish what it has begun. */
	async end(): Promise<void> {
		await this.group.end();
	}

	pause(): void {
		this.group.pause();
	}

	resume(): void {
		this.group.resume();
	}

	/** As by a crash. */
	async kill(): Promise<void> {
		await this.group.kill();
	}
}

async function isReady(url: string): Promise<boolean> {
	return await fetch(url).then(
		({ ok }) => ok,
		() => false,
	);
}

/** A real n8n in a throw-away home, with the packed project installed in it, on a free port of loopback. */
import { delimiter, dirname } from 'node:path';

import type { CleanUp } from './clean-up';
import { freePorts } from './free-ports';
import { Home } from './home';
import { N8N_SCRIPT, NODE } from './install';
import { installTarball } from './package-under-test';
import { ProcessGroup, runToEnd, type Command } from './processes';
import { Rest } from './rest';
import { until } from './until';

export interface N8nSettings {
	/** A new one by default. */
	readonly home?: Home;
	/** The packed community package. */
	readonly tarball: string;
	/** Any free one by default. */
	readonly port?: number;
	/** Replaces or adds to n8n's settings. */
	readonly environment?: Readonly<Record<string, string>>;
	/** What Node itself is told, such as `--inspect`; what n8n starts does not hear it. */
	readonly nodeFlags?: readonly string[];
	/** Done to the folder of the installed package before n8n loads it. */
	readonly prepare?: (packageFolder: string) => Promise<void>;
}

/** A small machine that is busy with something else may need this long. */
const START_MS = 120_000;

/** No calls to n8n's own servers, no notices, no questions; and an end that does not drag on. */
const QUIET = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	// A list fetched from n8n's servers at every start; an assistant that needs a paid key and hides the workflows.
	N8N_DISABLED_MODULES: 'mcp-registry,instance-ai',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '5',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_PYTHON_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
};

export class N8n {
	readonly rest: Rest;
	private process: ProcessGroup | undefined;

	private constructor(
		readonly home: Home,
		private readonly environment: NodeJS.ProcessEnv,
		private readonly nodeFlags: readonly string[],
		private readonly cleanUp: CleanUp,
	) {
		this.rest = new Rest(`http://127.0.0.1:${environment['N8N_PORT']}`);
	}

	/** Resolves when it answers, has an owner, and `rest` is logged in. */
	static async start(settings: N8nSettings, cleanUp: CleanUp): Promise<N8n> {
		const home = settings.home ?? (await Home.make(cleanUp));
		const packageFolder = await installTarball(settings.tarball, home.n8nFolder, cleanUp);
		await settings.prepare?.(packageFolder);
		const [port = 0, brokerPort = 0] = await freePorts(2);
		const n8n = new N8n(
			home,
			{
				...environmentOf(home),
				N8N_PORT: String(settings.port ?? port),
				N8N_RUNNERS_BROKER_PORT: String(brokerPort),
				...settings.environment,
			},
			settings.nodeFlags ?? [],
			cleanUp,
		);
		await n8n.launch();
		await n8n.rest.setUpOwner();
		return n8n;
	}

	get url(): string {
		return this.rest.url;
	}

	/** Undefined when it does not run. */
	get pid(): number | undefined {
		return this.process?.running ? this.process.pid : undefined;
	}

	/** The latest of what n8n logged. */
	get log(): string {
		return this.process?.output ?? '';
	}

	/** Starts it in its home; after stop() again, with everything that was saved. */
	async launch(): Promise<void> {
		const command = this.command([]);
		const started = await ProcessGroup.start({ ...command, args: [...this.nodeFlags, ...command.args] }, this.cleanUp);
		this.process = started;
		await until('n8n answers', START_MS, async () => {
			if (!started.running) throw new Error(`n8n ended before it answered:\n${started.lastLines()}`);
			return (await answersJson(`${this.url}/rest/credentials`)) ? true : undefined;
		});
	}

	/** Resolves when it ends, for whatever reason. */
	async ended(): Promise<void> {
		await this.process?.ended;
	}

	async stop(): Promise<void> {
		await this.process?.end();
	}

	/** As by a crash. */
	async kill(): Promise<void> {
		await this.process?.kill();
	}

	/** Runs one of n8n's commands, such as `import:workflow`, in the same home; resolves with what it printed. */
	async commandLine(args: readonly string[]): Promise<string> {
		return await runToEnd(this.command(args), this.cleanUp);
	}

	private command(args: readonly string[]): Command {
		return n8nCommand(this.home, args, this.environment);
	}
}

export function n8nCommand(home: Home, args: readonly string[], environment: NodeJS.ProcessEnv): Command {
	return { file: NODE, args: [N8N_SCRIPT, ...args], cwd: home.folder, env: environment };
}

/** Nothing of the developer's own environment, where settings of another n8n may lie about. */
export function environmentOf(home: Home): NodeJS.ProcessEnv {
	return {
		...QUIET,
		DB_TYPE: 'sqlite',
		HOME: home.folder,
		N8N_ENCRYPTION_KEY: 'a key for a throw-away home',
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_SECURE_COOKIE: 'false',
		N8N_USER_FOLDER: home.folder,
		PATH: [dirname(NODE), process.env['PATH']].join(delimiter),
		TMPDIR: home.temporary,
		TZ: 'UTC',
	};
}

/** While it starts, n8n answers everything with 200 and a line of text, and its settings before anything else. */
async function answersJson(url: string): Promise<boolean> {
	try {
		const { headers } = await fetch(url);
		return headers.get('content-type')?.startsWith('application/json') ?? false;
	} catch {
		return false;
	}
}

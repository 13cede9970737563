/** Installs the real n8n beside the project, once: run on its own before anything here that uses it. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { runProgram, type CleanUp } from './clean-up';
import { runToEnd, type Command } from './processes';

interface Step {
	readonly name: string;
	/** For the line of progress: what happens, and how long it takes on a small machine. */
	readonly line: string;
	readonly command: () => Command;
	/** What to do if it fails. */
	readonly advice: string;
}

const FOLDER = __dirname;
const MODULES = join(FOLDER, 'node_modules');
const NODE_PACKAGE = join(MODULES, `node-linux-${process.arch}`);

/** The Node that n8n runs on; the project itself may run on an older one. */
export const NODE = join(NODE_PACKAGE, 'bin', 'node');
/** The script that is n8n's command line. */
export const N8N_SCRIPT = join(MODULES, 'n8n', 'bin', 'n8n');

/** In this order; a step that is done anew makes those after it be done anew. */
const STEPS: readonly Step[] = [
	{
		name: 'packages',
		line: 'Installing n8n, its Node and the browser driver (about 4 minutes, 3 GB)',
		command: () => npm(['ci', '--ignore-scripts', '--loglevel=error']),
		advice: 'Run the same command again when the package registry can be reached.',
	},
	{
		name: 'database-driver',
		line: 'Building the driver of its database (about 1 minute)',
		// The only package whose install script is needed; a full install runs others that cannot succeed.
		command: () =>
			npm(['rebuild', 'sqlite3', '--ignore-scripts=false', '--loglevel=error'], {
				PATH: [join(NODE_PACKAGE, 'bin'), process.env['PATH']].join(delimiter),
				npm_config_nodedir: NODE_PACKAGE,
			}),
		advice: 'It needs a compiler: apt-get install build-essential python3',
	},
];

/** Tells of each step on its own line before and after it. */
async function install(report: (line: string) => void, cleanUp: CleanUp): Promise<void> {
	if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
		throw new Error(
			`The real n8n is set up for Linux on x64 or arm64 only, not ${process.platform} on ${process.arch}.`,
		);
	}
	const wanted = await fingerprint();
	const firstToDo = await firstNotDone(wanted);
	await Promise.all(STEPS.slice(firstToDo).map(async ({ name }) => await rm(stampOf(name), { force: true })));
	for (const [index, step] of STEPS.entries()) {
		const line = `[${index + 1}/${STEPS.length}] ${step.line}`;
		if (index < firstToDo) report(`${line}: done before`);
		else await take(step, line, report, cleanUp);
		if (index >= firstToDo) await writeFile(stampOf(step.name), wanted);
	}
}

async function take(step: Step, line: string, report: (line: string) => void, cleanUp: CleanUp): Promise<void> {
	report(`${line} …`);
	const startedAt = Date.now();
	try {
		await runToEnd(step.command(), cleanUp);
	} catch (failure) {
		throw new Error(`${failure instanceof Error ? failure.message : String(failure)}\n${step.advice}`);
	}
	report(`${line}: done in ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

async function firstNotDone(wanted: string): Promise<number> {
	for (const [index, { name }] of STEPS.entries()) {
		const stamp = stampOf(name);
		if (!existsSync(stamp) || (await readFile(stamp, 'utf8')) !== wanted) return index;
	}
	return STEPS.length;
}

/** What is installed follows from these two files alone. */
async function fingerprint(): Promise<string> {
	const hash = createHash('sha256');
	for (const name of ['package.json', 'package-lock.json']) hash.update(await readFile(join(FOLDER, name)));
	return hash.digest('hex');
}

/** Inside node_modules, so that whoever deletes that folder deletes the stamps too. */
function stampOf(step: string): string {
	return join(MODULES, `.done-${step}`);
}

function npm(args: readonly string[], env: NodeJS.ProcessEnv = {}): Command {
	return { file: 'npm', args, cwd: FOLDER, env: { ...process.env, ...env } };
}

if (require.main === module) {
	void runProgram(async (cleanUp) => {
		await install((line) => process.stdout.write(`${line}\n`), cleanUp);
	});
}

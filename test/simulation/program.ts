// The node as it ships, once for each process of a world: bundled from its sources, with modules, clock, chance and n8n of its own.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

import { build, type Plugin } from 'esbuild';

import type { Fault } from './faults';
import * as n8n from './n8n-workflow';
import type { NodeContext } from './n8n';
import type { Preview, Result } from './said';

const root = path.resolve('nodes/ZooBilling');
/** What only computes: evaluated once for all processes, since it takes longest. */
const PURE = 'balance';

/** What a process has of the world outside. */
export interface Outside {
	/** Milliseconds of a clock that is never set, and since the epoch. */
	readonly ticks: () => number;
	readonly now: () => number;
	readonly random: () => number;
	readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
	readonly abortAfter: (milliseconds: number) => AbortSignal;
	readonly watched: Watched;
}

/** A task of the node, as far as it is looked at. */
export interface Task {
	readonly run: (session: Session, resumed?: Page) => Promise<Result>;
}

export interface Session {
	readonly begin: (preview: Page['preview']) => Page | Refusal;
}

interface Refusal {
	readonly details: unknown;
}

export interface Page {
	readonly id: string;
	readonly asks: string;
	readonly preview: Preview;
}

/** Stands around the run of a pass: sees its checked items and its results. */
export type Watched = (
	checks: Iterable<Task | Refusal>,
	run: (checks: Iterable<Task | Refusal>) => Promise<Result[]>,
) => Promise<Result[]>;

export interface Item {
	readonly json: Readonly<Record<string, unknown>>;
	readonly pairedItem: { readonly item: number };
}

export interface Program {
	readonly execute: (context: NodeContext) => Promise<Item[][]>;
}

/** Starts a process. */
export type Start = (outside: Outside) => Program;

interface Bundles {
	readonly pure: Compiled;
	readonly rest: Compiled;
}

interface Module {
	exports: Record<string, unknown>;
}

type Compiled = (
	require: (name: string) => unknown,
	module: Module,
	exports: Module['exports'],
	globals: Readonly<Record<(typeof GLOBALS)[number], unknown>>,
) => void;

const GLOBALS = ['performance', 'Date', 'Math', 'AbortSignal', 'Uint8Array'] as const;

/** Beside all modules: whoever judges mutants loads those anew for each of them. */
const BUILT = Symbol.for('bundles of the simulated node');

let asItIs: Promise<Start> | undefined;

/** The node as its sources are. */
export async function program(): Promise<Start> {
	asItIs ??= once().then(started);
	return await asItIs;
}

export async function programWith(fault: Fault): Promise<Start> {
	return started(await bundle(fault));
}

function started(bundles: Bundles): Start {
	const pure = evaluated(bundles.pure, (name) => requireOf(name), globalsOf());
	return (outside) => {
		const given: Record<string, unknown> = {
			'n8n-workflow': { ...n8n, sleep: outside.sleep },
			world: { watched: outside.watched },
		};
		const require = (name: string) => given[name] ?? pure[name] ?? requireOf(name);
		const { execute } = evaluated(bundles.rest, require, globalsOf(outside));
		if (typeof execute !== 'function') throw new TypeError('The program has no execute()');
		return { execute: async (context) => (await execute(context)) as Item[][] };
	};
}

const requireOf = createRequire(path.join(root, 'execution.ts'));

async function once(): Promise<Bundles> {
	const known = Reflect.get(globalThis, BUILT) as Promise<Bundles> | undefined;
	const bundles = known ?? bundle();
	Reflect.set(globalThis, BUILT, bundles);
	return await bundles;
}

function evaluated(
	compiled: Compiled,
	require: (name: string) => unknown,
	globals: Parameters<Compiled>[3],
): Record<string, unknown> {
	const module: Module = { exports: {} };
	compiled(require, module, module.exports, globals);
	return module.exports;
}

function globalsOf(outside?: Outside): Parameters<Compiled>[3] {
	if (!outside) return { performance, Date, Math, AbortSignal, Uint8Array };
	const { now } = outside;
	class WorldDate extends Date {
		static override now = now;
	}
	const chance = Object.create(Math, { random: { value: outside.random } }) as unknown;
	return {
		performance: { now: outside.ticks },
		Date: WorldDate,
		Math: chance,
		AbortSignal: { timeout: outside.abortAfter },
		Uint8Array,
	};
}

async function bundle(fault?: Fault): Promise<Bundles> {
	const plugins = fault ? [planting(fault)] : [];
	const options = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' } as const;
	const allOf = (files: readonly string[]) => ({
		...options,
		stdin: { contents: files.map(exported).join('\n'), resolveDir: root, loader: 'ts' as const },
		plugins,
	});
	const { metafile } = await build({ ...allOf([`${PURE}/reply`]), metafile: true, write: false });
	const files = Object.keys(metafile.inputs)
		.map((file) => path.relative(root, path.resolve(file)).replace(/\.ts$/, ''))
		.filter((file) => !file.startsWith('..'));
	const pure = await build({ ...allOf(files), write: false });
	const rest = await build({
		...options,
		entryPoints: [path.join(root, 'execution.ts')],
		external: ['n8n-workflow', 'world'],
		plugins: [watching(), ...plugins, sharing(files)],
		write: false,
	});
	return { pure: compiled(pure.outputFiles[0]?.text), rest: compiled(rest.outputFiles[0]?.text) };
}

function exported(file: string): string {
	return `export * as ${JSON.stringify(file)} from './${file}';`;
}

function compiled(text = ''): Compiled {
	const run = vm.compileFunction(text, ['require', 'module', 'exports', ...GLOBALS]) as (...given: unknown[]) => void;
	return (require, module, exports, globals) => {
		run(require, module, exports, ...GLOBALS.map((name) => globals[name]));
	};
}

/** Leaves out what is shared by all processes. */
function sharing(files: readonly string[]): Plugin {
	return {
		name: 'shared',
		setup: (bundle) => {
			bundle.onResolve({ filter: /^\./ }, ({ resolveDir, path: wanted }) => {
				const file = path.relative(root, path.resolve(resolveDir, wanted)).replace(/\.js$/, '');
				return files.includes(file) ? { path: file, external: true } : undefined;
			});
		},
	};
}

/** Puts the world between what n8n hands over and the pass over the items. */
function watching(): Plugin {
	const execution = path.join(root, 'execution.ts');
	return {
		name: 'watched',
		setup: (bundle) => {
			bundle.onResolve({ filter: /\/run$/ }, ({ importer, resolveDir, path: wanted }) =>
				importer === execution ? { path: path.resolve(resolveDir, wanted), namespace: 'watched' } : undefined,
			);
			bundle.onLoad({ filter: /.*/, namespace: 'watched' }, ({ path: run }) => ({
				contents: watchedRun(run),
				resolveDir: root,
				loader: 'ts',
			}));
		},
	};
}

function watchedRun(file: string): string {
	return `
		import { runPass as run } from ${JSON.stringify(file)};
		import { watched } from 'world';
		export const runPass = async (checks, pass) => await watched(checks, async (tasks) => await run(tasks, pass));`;
}

/** A fault in place of what is right. */
function planting(fault: Fault): Plugin {
	const changes = [fault, ...(fault.also ? [fault.also] : [])];
	return {
		name: 'fault',
		setup: (bundle) => {
			bundle.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
				const change = changes.find(({ file }) => loaded === path.join(root, file));
				return change && { contents: changed(readFileSync(loaded, 'utf8'), change), loader: 'ts' };
			});
		},
	};
}

function changed(text: string, { file, from, to }: Omit<Fault, 'name'>): string {
	if (text.split(from).length !== 2) throw new Error(`${file} has this not exactly once: ${from}`);
	return text.replace(from, () => to);
}

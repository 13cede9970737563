/** The benchmark: this project's node beside what else could do its work, in the real n8n and in-process; writes docs/benchmarks.md. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { floorOf, type Floor } from '../../../bench/floor';
import { contestants as inProcessContestants, measureInProcess, profileInProcess } from '../../../bench/in-process';
import { markdownTable, spreadOf, spreadText, type Spread } from '../../../bench/statistics';
import { ITEMS as ARRIVALS, trace } from '../../../bench/trace';
import { atOnce, type Latency } from '../../../bench/zoo-server';
import { optionDefaults } from '../../../nodes/ZooBilling/operations/options';
import { runProgram } from '../clean-up';
import { NODE } from '../install';
import type { N8n } from '../n8n';
import { PROJECT } from '../package-under-test';
import { cold, peak, type Runner } from './fresh';
import { measure, ROOMY_HEAP, startBenchN8n, type Scenario } from './real';
import { contestants, PASSED_ON } from './workflows';

/** `--quick` measures the same with fewer rounds and items, to see that it works. */
const quick = process.argv.includes('--quick');
/** `--only=own,load` measures and prints these sections, and writes nothing. */
const only = process.argv
	.find((each) => each.startsWith('--only='))
	?.slice('--only='.length)
	.split(',');
const rounds = quick ? 1 : 3;
const some = quick ? 100 : 1_000;
const many = quick ? 200 : 5_000;
const veryMany = quick ? [200, 500] : [20_000, 50_000];
/** Megabytes, as a small container gives it. */
const SMALL_HEAP = 512;
const loads = quick ? 5 : 20;
const { maxConcurrency: lanes } = optionDefaults;

const constant = (mean: number): Latency => ({ mean, varies: false });
const varying = (mean: number): Latency => ({ mean, varies: true });

/** Those at 0 ms come first: the floors of the others follow from them. */
const scenarios: readonly Scenario[] = [
	...[atOnce, constant(100), varying(100)].flatMap((latency) =>
		([1, 3] as const).map((expressions) => ({ items: some, latency, expressions, lanes, rounds })),
	),
	{ items: some, latency: varying(20), expressions: 1, lanes, rounds },
	{ items: some, latency: varying(100), expressions: 1, lanes: 100, rounds },
	{ items: some / 10, latency: atOnce, expressions: 1, lanes, rounds },
];

const built = join(PROJECT, 'dist/nodes/ZooBilling');
const startedAt = Date.now();

void runProgram(async (cleanUp) => {
	let started: Promise<N8n> | undefined;
	const n8n = async () => await (started ??= startBenchN8n(cleanUp));
	const sections: Record<string, () => string | Promise<string>> = {
		head,
		real: async () => await realSection(await n8n()),
		cold: async () => await coldSection(await n8n()),
		memory: async () => await memorySection(await n8n(), await startBenchN8n(cleanUp, SMALL_HEAP)),
		'in-process': inProcessSection,
		trace: traceSection,
		profile: profileSection,
		own: ownCostSection,
		load: loadSection,
	};
	let page = '';
	for (const [name, measureIt] of Object.entries(sections)) {
		if (only && !only.includes(name)) continue;
		const text = `${await measureIt()}\n\n`;
		process.stdout.write(text);
		page += text;
		report(`${Math.round((Date.now() - startedAt) / 1000)} s so far`);
	}
	if (!quick && !only) writeFileSync(join(PROJECT, 'docs/benchmarks.md'), `${page.trimEnd()}\n`);
});

function report(line: string): void {
	process.stderr.write(`${line}\n`);
}

function head(): string {
	const row = [
		`${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
		process.version,
		versionOf('test/n8n/node_modules/n8n/package.json'),
		execFileSync(NODE, ['--version'], { encoding: 'utf8' }).trim(),
		versionOf('package.json'),
		new Date().toISOString().slice(0, 10),
	];
	return section(
		'# Benchmarks',
		'Written by `npm run prove -- bench`, one run, contestants in turn. Figures are milliseconds per item: median (least–most) over the rounds, a dash where no run ended as it should. They hold for this machine on that day; the ratios are what travels.',
		`The *floor* is the least that this node could take with work and waiting overlapping entirely: the time to check an item, as all are checked before the first is sent, and the larger of two, the rest of its time against an API that answers at once (which is processor time), and the API’s mean latency divided by the ${lanes} items that are under way at a time. Against an API that answers at once the time is its own floor.`,
		markdownTable(['Machine', 'Node.js', 'n8n', 'n8n’s Node.js', 'Node', 'Date'], [row]),
	);
}

async function realSection(n8n: N8n): Promise<string> {
	const floors = new Map<number, Floor>();
	const rows: string[][] = [];
	for (const scenario of scenarios) {
		const { items, expressions, latency } = scenario;
		const figures = await measure(n8n, scenario, report);
		const spreads = contestants.map((contestant) => spreadOf(figures[contestant]));
		const [http = Number.NaN, bare = Number.NaN, ours = Number.NaN] = spreads.map(({ median }) => median);
		if (latency.mean === 0 && !floors.has(expressions))
			floors.set(expressions, { check: spreadOf(figures.check).median, processor: ours });
		const floor = floorFor(floors.get(expressions), latency, scenario.lanes);
		const row = [
			items,
			latencyText(latency),
			expressions,
			scenario.lanes,
			...spreads.map((spread) => spreadText(spread)),
		];
		rows.push([...row.map(String), ratio(ours, http), ratio(ours, bare), figure(floor), ratio(ours, floor)]);
		report(rows.at(-1)?.join(' | ') ?? '');
	}
	const ratios = ['Zoo Billing ÷ HTTP Request', 'Zoo Billing ÷ bare loop', 'Floor', 'Zoo Billing ÷ floor'];
	return section(
		'## In the real n8n',
		'Node time as n8n reports it, in an n8n that has run before, one organization per item. *HTTP Request* is n8n’s own node with the same credential, body and items (it sends everything at once, so its time hardly depends on the latency); *bare loop* is a loop over n8n’s HTTP helper with the credential passed on, that checks nothing; *Zoo Billing* checks, orders and confirms. *At a time* is how many requests these two have open. A latency from … to … varies evenly from request to request.',
		markdownTable(['Items', 'API latency', 'Expressions per item', 'At a time', ...contestants, ...ratios], rows),
	);
}

async function coldSection(n8n: N8n): Promise<string> {
	const latency = varying(100);
	const works = ([1, 3] as const).flatMap((expressions) =>
		(['HTTP Request', 'Zoo Billing'] as const).map((runner) => ({ runner, items: some, expressions, lanes, latency })),
	);
	const spreads = (await cold(n8n, works, rounds, report)).map(spreadOf);
	const rows = [1, 3].map((expressions, index) => {
		const [http, ours] = spreads.slice(2 * index);
		const texts = [http, ours].map((spread) => (spread ? spreadText(spread) : '–'));
		return [String(expressions), ...texts, ratio(ours?.median, http?.median)];
	});
	return section(
		'## In an n8n that has just been started',
		`${some} items by \`n8n execute\`, which compiles everything anew each time; the API takes ${latencyText(latency)}.`,
		markdownTable(['Expressions per item', 'HTTP Request', 'Zoo Billing', 'Zoo Billing ÷ HTTP Request'], rows),
	);
}

async function memorySection(roomy: N8n, small: N8n): Promise<string> {
	await small.stop();
	const rows: string[][] = [];
	const [fewest = 0] = veryMany;
	const runs = veryMany.map((items) => ({ items, n8n: roomy, heap: ROOMY_HEAP }));
	for (const { items, n8n, heap } of [...runs, { items: fewest, n8n: small, heap: SMALL_HEAP }]) {
		const work = { items, expressions: 1, lanes, latency: atOnce } as const;
		const of = async (runner: Runner) => await peak(n8n, { ...work, runner }, report);
		const peaks = [await of(PASSED_ON), await of('HTTP Request'), await of('Zoo Billing')];
		const [alone, http, ours] = peaks.map((run) => (run?.held ?? Number.NaN) / 2 ** 20);
		const sizes = [alone, http, ours, over(http, alone), over(ours, alone)];
		const [, httpTook, oursTook] = peaks.map((run) => run?.took);
		const row = [String(items), String(heap), ...sizes.map((size) => figure(size, 0))];
		rows.push([...row, figure(httpTook), figure(oursTook)]);
		report(rows.at(-1)?.join(' | ') ?? '');
	}
	const sizes = [
		'Items alone',
		'HTTP Request',
		'Zoo Billing',
		'HTTP Request above items alone',
		'Zoo Billing above it',
	];
	const names = ['Items', 'Heap', ...sizes, 'HTTP Request: ms per item', 'Zoo Billing: ms per item'];
	return section(
		'## Very many items',
		`The most memory that the process of a freshly started n8n ever held, up to when it has stored the execution, in MB, and the milliseconds per item. *Items alone*: a node that passes them on stands where the others do. With a heap of ${ROOMY_HEAP} MB most of it is what requests have left behind and Node.js has not cleared away yet; with ${SMALL_HEAP} MB it has to. What the node itself keeps stands under *Our own code*.`,
		markdownTable(names, rows),
	);
}

async function inProcessSection(): Promise<string> {
	let zero: Floor | undefined;
	const rows: string[][] = [];
	for (const latency of [atOnce, varying(20), constant(100), varying(100)]) {
		const figures = await measureInProcess(some, latency, rounds);
		const spreads = inProcessContestants.map((contestant) => spreadOf(figures[contestant]));
		const [, bare = Number.NaN, ours = Number.NaN] = spreads.map(({ median }) => median);
		zero ??= { check: spreadOf(figures.check).median, processor: ours };
		const floor = floorFor(zero, latency, lanes);
		const texts = [String(some), latencyText(latency), ...spreads.map((spread) => spreadText(spread))];
		rows.push([...texts, ratio(ours, bare), figure(floor), ratio(ours, floor)]);
	}
	const ratios = ['Zoo Billing ÷ bare loop', 'Floor', 'Zoo Billing ÷ floor'];
	return section(
		'## In-process',
		`n8n-core in a plain Node.js process, one expression per item; *undici* sends the same requests without n8n, ${lanes} at a time over connections that stay open, as the floor of the wire.`,
		markdownTable(['Items', 'API latency', ...inProcessContestants, ...ratios], rows),
	);
}

async function traceSection(): Promise<string> {
	const rows: string[][] = [];
	for (const latency of [constant(100), varying(100)]) rows.push([latencyText(latency), ...(await trace(latency))]);
	return section(
		'## When requests arrive',
		`The requests of ${ARRIVALS} items at the API, in-process, ${lanes} at a time, counted in each 10 ms. Lanes that marched in step would show ${lanes} at one moment, and then nothing until all are answered.`,
		markdownTable(
			['API latency', 'Most in 10 ms', 'Time without any', 'In each 10 ms, from the middle of the run'],
			rows,
		),
	);
}

async function profileSection(): Promise<string> {
	const [one, three] = [await profileInProcess(many, 1), await profileInProcess(many, 3)];
	const sum = (shares: ReadonlyMap<string, number>) => [...shares.values()].reduce((total, took) => total + took, 0);
	const owners = [...new Set([...one.keys(), ...three.keys()])];
	const rows = owners.map((owner) => [owner, figure(one.get(owner) ?? 0, 3), figure(three.get(owner) ?? 0, 3)]);
	return section(
		'## Where an item’s time goes',
		`Processor time in milliseconds per item, from a sampling profile of this node in-process, ${many} items on loopback, by whose code spends it; waiting is left out. What this has led to: the credential is opened once for all items, where n8n would decrypt it for each request; each parameter is read once; a reply is parsed once, into the balance that is judged and put out; the schemas are built on their first use. What is left is n8n’s and Node.js’s own, and cannot be had for less through n8n’s helper, which opens a new connection for each request.`,
		markdownTable(
			['Whose code', 'One expression', 'Three expressions'],
			[...rows, ['all', figure(sum(one), 3), figure(sum(three), 3)]],
		),
	);
}

/** In processes of their own, whose memory nothing else has filled. */
function ownCostSection(): string {
	const run = (...args: string[]) =>
		execFileSync(process.execPath, ['--import', 'tsx', ...args], { cwd: PROJECT, encoding: 'utf8' }).trimEnd();
	return section(
		'## Our own code',
		'Processor time for everything but n8n and its HTTP helper, which answer at once here: parameters, checks, request, reply, confirmation, item.',
		run('bench/own-cost.ts', String(some), String(many)),
		'The memory that is in use after a collection, in bytes per item: with the last request, and when all is done and only the items that come out are left.',
		run('--expose-gc', 'bench/memory.ts', String(4 * many)),
	);
}

/** Each in a process of its own, with n8n-workflow loaded before. */
function loadSection(): string {
	const [node, execution] = ['ZooBilling.node.js', 'execution.js'].map((name) => {
		const file = join(built, name);
		return `${Math.round(statSync(file).size / 1000)} kB: ${spreadText(timeToRequire(file), 1)} ms`;
	});
	return section(
		'## Loading',
		`What n8n requires when it starts (${node ?? ''}), and what waits for the first execution (${execution ?? ''}), each in ${loads} fresh processes.`,
	);
}

function timeToRequire(file: string): Spread {
	const script = `require('n8n-workflow'); const start = performance.now(); require(${JSON.stringify(file)}); console.log(performance.now() - start)`;
	const run = () => Number(execFileSync(process.execPath, ['-e', script], { cwd: PROJECT, encoding: 'utf8' }));
	return spreadOf(Array.from({ length: loads }, run));
}

function section(...parts: readonly string[]): string {
	return parts.join('\n\n');
}

function floorFor(floor: Floor | undefined, latency: Latency, lanesThere: number): number {
	return floor ? floorOf(floor, latency.mean, lanesThere) : Number.NaN;
}

function latencyText({ mean, varies }: Latency): string {
	return varies ? `${mean / 2} to ${mean * 1.5} ms` : `${mean} ms`;
}

function figure(value = Number.NaN, digits = 2): string {
	return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

function ratio(one = Number.NaN, other = Number.NaN): string {
	return figure(one / other);
}

function over(one = Number.NaN, other = Number.NaN): number {
	return one - other;
}

function versionOf(path: string): string {
	const { version } = JSON.parse(readFileSync(join(PROJECT, path), 'utf8'));
	return String(version);
}

/** The benchmark: this project's node beside what else could do its work, in the real n8n and in-process; writes docs/benchmarks.md. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { optionDefaults } from '../../../nodes/ZooBilling/options';
import { contestants as inProcessContestants, measureInProcess, profileInProcess } from '../../../bench/in-process';
import { markdownTable, spreadOf, spreadText } from '../../../bench/statistics';
import { runProgram } from '../clean-up';
import { NODE } from '../install';
import { PROJECT } from '../package-under-test';
import { contestants, measure, startBenchN8n, type Figures, type Scenario } from './real';

/** `--quick` measures the same with fewer rounds and items, to see that it works. */
const quick = process.argv.includes('--quick');
const rounds = quick ? 2 : 5;
const many = quick ? 2_000 : 10_000;
const { maxConcurrency: concurrency } = optionDefaults;

const scenarios: Scenario[] = [
	...[0, 20, 100].flatMap((latencyMs) =>
		([1, 3] as const).map((expressions) => ({ items: 1_000, latencyMs, expressions, concurrency, rounds })),
	),
	...[25, 100].map((other) => ({ items: 1_000, latencyMs: 100, expressions: 1, concurrency: other, rounds }) as const),
	{ items: 100, latencyMs: 0, expressions: 1, concurrency, rounds },
	{ items: many, latencyMs: 0, expressions: 1, concurrency, rounds: quick ? 1 : 3 },
];

const nodeFile = join(PROJECT, 'dist/nodes/ZooBilling/ZooBilling.node.js');

void runProgram(async (cleanUp) => {
	const report = (line: string) => process.stderr.write(`${line}\n`);
	const n8n = await startBenchN8n(cleanUp);
	const real: string[][] = [];
	for (const scenario of scenarios) real.push(rowOf(scenario, await measure(n8n.rest, scenario, report)));
	await n8n.stop();
	const parts = [
		'# Benchmarks',
		'Written by `npm run bench`, one run, contestants in turn. Figures are milliseconds per item: median (least–most) over the rounds. They hold for this machine on that day; the ratios are what travels.',
		markdownTable(
			['Machine', 'Node.js', 'n8n', 'n8n’s Node.js', 'Node', 'Date'],
			[
				[
					machine(),
					process.version,
					versionOf('test/n8n/node_modules/n8n/package.json'),
					execFileSync(NODE, ['--version'], { encoding: 'utf8' }).trim(),
					versionOf('package.json'),
					new Date().toISOString().slice(0, 10),
				],
			],
		),
		'## In the real n8n',
		`Node time as n8n reports it, one organization per item. *HTTP Request* is n8n’s own node with the same credential, body and items (it sends everything at once, so its time hardly depends on the latency); *bare loop* is a loop over n8n’s HTTP helper with the credential passed on, that checks nothing; *Zoo Billing* checks, orders and confirms. *At a time* is how many requests these two have open, ${concurrency} by default: against an API that takes 100 ms, that alone is ${100 / concurrency} ms an item.`,
		markdownTable(
			[
				'Items',
				'API latency',
				'Expressions per item',
				'At a time',
				...contestants,
				'Zoo Billing ÷ HTTP Request',
				'Zoo Billing ÷ bare loop',
			],
			real,
		),
		'## In-process',
		`n8n-core in a plain Node.js process, one expression per item; *undici* sends the same requests without n8n, ${concurrency} at a time over connections that stay open, as the floor of the wire.`,
		markdownTable(['Items', 'API latency', ...inProcessContestants, 'Zoo Billing ÷ bare loop'], await inProcessRows()),
		'## Where an item’s time goes',
		'Processor time in milliseconds per item, from a sampling profile of this node in-process, 10,000 items on loopback, by whose code spends it; waiting is left out. What this has led to: the credential is opened once for all items, where n8n would decrypt it for each request; each parameter is read once; a reply is parsed once, into the balance that is judged and put out; the schemas are built on their first use. What is left is n8n’s and Node.js’s own, and cannot be had for less through n8n’s helper, which opens a new connection for each request.',
		await profileTable(),
		'## Our own code',
		'Everything but n8n and its HTTP helper, which answer at once here: parameters, checks, request, reply, confirmation, item.',
		ownCost(),
		`## Loading\n\nRequiring the node’s file (${Math.round(statSync(nodeFile).size / 1000)} kB) takes ${spreadText(spreadOf(loadTimes()), 1)} ms.`,
	];
	const page = `${parts.join('\n\n')}\n`;
	process.stdout.write(page);
	if (quick) return;
	mkdirSync(join(PROJECT, 'docs'), { recursive: true });
	writeFileSync(join(PROJECT, 'docs/benchmarks.md'), page);
});

function rowOf({ items, latencyMs, expressions, concurrency }: Scenario, figures: Figures): string[] {
	const spreads = contestants.map((contestant) => spreadOf(figures[contestant]));
	const [http, bare, ours] = spreads.map(({ median }) => median);
	return [
		String(items),
		`${latencyMs} ms`,
		String(expressions),
		String(concurrency),
		...spreads.map((spread) => spreadText(spread)),
		ratio(ours, http),
		ratio(ours, bare),
	];
}

function ratio(one = Number.NaN, other = Number.NaN): string {
	return (one / other).toFixed(2);
}

async function inProcessRows(): Promise<string[][]> {
	const rows: string[][] = [];
	for (const [items, latencyMs] of [
		[1_000, 0],
		[1_000, 20],
		[1_000, 100],
		[many, 0],
	] as const) {
		const figures = await measureInProcess(items, latencyMs, quick ? 2 : 5);
		const spreads = inProcessContestants.map((contestant) => spreadOf(figures[contestant]));
		rows.push([
			String(items),
			`${latencyMs} ms`,
			...spreads.map((spread) => spreadText(spread)),
			ratio(spreads[2]?.median, spreads[1]?.median),
		]);
	}
	return rows;
}

async function profileTable(): Promise<string> {
	const [one, three] = [await profileInProcess(many, 1), await profileInProcess(many, 3)];
	const cell = (took = 0) => took.toFixed(3);
	const total = (shares: ReadonlyMap<string, number>) =>
		cell([...shares.values()].reduce((sum, took) => sum + took, 0));
	const rows = [...new Set([...one.keys(), ...three.keys()])].map((owner) => [
		owner,
		cell(one.get(owner)),
		cell(three.get(owner)),
	]);
	return markdownTable(
		['Whose code', 'One expression', 'Three expressions'],
		[...rows, ['all', total(one), total(three)]],
	);
}

/** In a process of its own, whose memory nothing else has filled. */
function ownCost(): string {
	return execFileSync(process.execPath, ['--import', 'tsx', 'bench/own-cost.ts', '1000', String(many)], {
		cwd: PROJECT,
		encoding: 'utf8',
	}).trimEnd();
}

/** Each in a process of its own, with n8n-workflow loaded before. */
function loadTimes(): number[] {
	const script = `require('n8n-workflow'); const start = performance.now(); require(${JSON.stringify(nodeFile)}); console.log(performance.now() - start)`;
	return Array.from({ length: 9 }, () =>
		Number(execFileSync(process.execPath, ['-e', script], { cwd: PROJECT, encoding: 'utf8' })),
	);
}

function machine(): string {
	return `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

function versionOf(path: string): string {
	const { version } = JSON.parse(readFileSync(join(PROJECT, path), 'utf8'));
	return String(version);
}

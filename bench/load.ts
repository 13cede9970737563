// Very many items in one execution: the time per item and the memory of the process that runs n8n's engine, which should both grow no faster than the items.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { runNode } from '../test/engine/harness';
import { EMPLOYEE_TOKEN } from '../test/zoo-api/tokens';
import { markdownTable } from './statistics';
import { update } from './update';
import { atOnce, orgId, startZooServer } from './zoo-server';

const SIZES = [1_000, 10_000, 50_000];
/** At 50,000 items each organization has five, which wait for each other. */
const ORGANIZATIONS = 10_000;

interface Load {
	readonly items: number;
	/** Milliseconds. */
	readonly nodeTime: number;
	/** Bytes: the process before the run, its peak, and the heap after the run with all items still held. */
	readonly before: number;
	readonly peak: number;
	readonly heldBefore: number;
	readonly heldAfter: number;
}

/** Runs the built node once in this process. */
async function measure(url: string, count: number): Promise<Load> {
	await run(url, 50);
	const heldBefore = heapInUse();
	const before = process.memoryUsage().rss;
	const { nodeTime, output, status } = await run(url, count);
	const [done = []] = output;
	const confirmed = done.filter(({ json }) => 'confirmation' in json).length;
	if (status !== 'success' || confirmed !== count)
		throw new Error(`The run ended as ${status} with ${confirmed} confirmed items`);
	const heldAfter = heapInUse();
	// In kilobytes, from the operating system.
	const peak = process.resourceUsage().maxRSS * 1024;
	return { items: done.length, nodeTime, before, peak, heldBefore, heldAfter };
}

async function run(url: string, count: number) {
	const items = Array.from({ length: count }, (_, index) => ({
		orgId: orgId(index % ORGANIZATIONS),
		amount: `${index}.00`,
	}));
	const parameters = { ...update, updateFields: { prePayCashRemaining: '={{ $json.amount }}' } };
	return await runNode({ parameters, items, credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: url } });
}

function heapInUse(): number {
	if (!global.gc) throw new Error('Node was started without --expose-gc');
	global.gc();
	return process.memoryUsage().heapUsed;
}

/** Each size in a process of its own: a peak never falls again. */
async function inOwnProcess(url: string, count: number): Promise<Load> {
	const { stdout } = await promisify(execFile)(process.execPath, [
		'--expose-gc',
		'--import',
		'tsx',
		__filename,
		url,
		String(count),
	]);
	return JSON.parse(stdout) as Load;
}

function row({ items, nodeTime, before, peak, heldBefore, heldAfter }: Load): string[] {
	const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
	return [
		items.toLocaleString('en'),
		(nodeTime / 1000).toFixed(1),
		(nodeTime / items).toFixed(2),
		megabytes(before),
		megabytes(peak),
		((peak - before) / items / 1024).toFixed(1),
		((heldAfter - heldBefore) / items / 1024).toFixed(1),
	];
}

async function main(): Promise<void> {
	const [, , url, count] = process.argv;
	if (url !== undefined) {
		process.stdout.write(JSON.stringify(await measure(url, Number(count))));
		return;
	}
	const zoo = await startZooServer(ORGANIZATIONS, atOnce);
	try {
		const rows = [];
		for (const size of SIZES) rows.push(row(await inOwnProcess(zoo.url, size)));
		const head = [
			'Items',
			'Node time (s)',
			'ms per item',
			'Process before (MB)',
			'Peak (MB)',
			'Peak growth per item (kB)',
			'Held per item (kB)',
		];
		process.stdout.write(`${markdownTable(head, rows)}\n`);
	} finally {
		zoo.stop();
	}
}

// n8n 1 leaves a timer behind.
void main().then(() => process.exit());

// What our own code holds in memory per item while an execution runs, and after it: what is left with the last request, and with the items that come out.

import { loadPackage } from '../test/engine/harness';
import { instantContext } from './own-cost';
import { markdownTable } from './statistics';

function heapInUse(): number {
	if (!global.gc) throw new Error('Node was started without --expose-gc');
	global.gc();
	return process.memoryUsage().heapUsed;
}

/** Bytes per item. */
async function held(items: number): Promise<{ readonly atLastRequest: number; readonly after: number }> {
	const node = (await loadPackage(process.argv[3])).nodeType('zooBilling');
	let atLast = 0;
	const context = instantContext(items, (request) => {
		if (request === items) atLast = heapInUse();
	});
	const before = heapInUse();
	const output = await node.execute?.call(context);
	const after = heapInUse();
	if (!Array.isArray(output) || output[0]?.length !== items) throw new Error('The node did not put out every item');
	return { atLastRequest: (atLast - before) / items, after: (after - before) / items };
}

async function main(): Promise<void> {
	const items = Number(process.argv[2]);
	await held(items / 10);
	const rows = [];
	for (let round = 0; round < 3; round++) {
		const { atLastRequest, after } = await held(items);
		rows.push([items, atLastRequest.toFixed(0), after.toFixed(0)].map(String));
	}
	process.stdout.write(`${markdownTable(['Items', 'At the last request (bytes per item)', 'Afterwards'], rows)}\n`);
}

if (require.main === module) void main().then(() => process.exit());

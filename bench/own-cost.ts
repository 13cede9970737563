// What our own code costs per item: the built node with a context that answers at once, so that n8n and the wire cost next to nothing.

import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { loadPackage } from '../test/engine/harness';
import { DOCUMENTED_REPLY } from '../test/zoo-api/documented';
import { markdownTable, spreadOf, spreadText } from './statistics';
import { update } from './update';
import { orgId } from './zoo-server';

interface Timing {
	readonly items: number;
	/** Milliseconds of processor time: items that take turns also wait, for requests that cost nothing here. */
	readonly perItem: number;
}

/** Runs the node once over that many items. */
async function ownCost(items: number): Promise<Timing> {
	const node = (await loadPackage()).nodeType('zooBilling');
	const context = instantContext(items);
	const before = process.cpuUsage();
	const output = await node.execute?.call(context);
	const { user, system } = process.cpuUsage(before);
	const perItem = (user + system) / 1000 / items;
	if (!Array.isArray(output) || output[0]?.length !== items) throw new Error('The node did not put out every item');
	if (output[0].some(({ json }) => 'error' in json)) throw new Error('The node did not confirm every item');
	return { items, perItem };
}

/** `onRequest`: called before each reply. */
export function instantContext(
	count: number,
	onRequest: (request: number) => void = () => undefined,
): IExecuteFunctions {
	let requests = 0;
	const reply = Buffer.from(
		DOCUMENTED_REPLY.replace(/"pre_pay_cash_remaining": "[\d.]+"/, '"pre_pay_cash_remaining": "50.00"'),
	);
	const input = Array.from({ length: count }, (_, item) => ({ json: { item } }));
	const parameters = (item: number): IDataObject => ({ ...update, orgId: orgId(item) });
	const node = {
		id: '1',
		name: 'Zoo Billing',
		type: 'n8n-nodes-zoo-billing.zooBilling',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const kept = {};
	const { signal } = new AbortController();
	// Each request of the execution listens to it.
	setMaxListeners(0, signal);
	const context = {
		getContext: () => kept,
		getWorkflowDataProxy: () => ({ $runIndex: 0 }),
		getInputData: () => input,
		getNode: () => node,
		getNodeParameter: (name: string, item: number) => parameters(item)[name],
		continueOnFail: () => false,
		getCredentials: async () => await Promise.resolve({ apiToken: 'none', baseUrl: 'https://zoo.example' }),
		getExecutionCancelSignal: () => signal,
		getMode: () => 'trigger',
		addExecutionHints: () => undefined,
		helpers: {
			httpRequestWithAuthentication: async () => {
				onRequest((requests += 1));
				return await Promise.resolve({
					statusCode: 200,
					headers: { 'x-api-call-id': 'call' },
					body: Readable.from([reply]),
				});
			},
		},
	};
	return context as unknown as IExecuteFunctions;
}

/** Rows of items and time per item, in turn, so that a machine that changes its speed does so for all sizes. */
async function main(): Promise<void> {
	const sizes = process.argv.slice(2).map(Number);
	const figures = sizes.map((): number[] => []);
	for (let round = -1; round < 15; round++) {
		for (const [index, items] of sizes.entries()) {
			const { perItem } = await ownCost(items);
			// The first round warms up.
			if (round >= 0) figures[index]?.push(perItem);
		}
	}
	const rows = sizes.map((items, index) => [String(items), spreadText(spreadOf(figures[index] ?? []), 3)]);
	process.stdout.write(`${markdownTable(['Items', 'ms per item'], rows)}\n`);
}

if (require.main === module) void main().then(() => process.exit());

// What our own code costs per item: the built node with a context that answers at once, so that n8n and the wire cost next to nothing.

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { loadPackage } from '../test/engine/harness';
import { DOCUMENTED_REPLY } from '../test/zoo-api/documented';

interface Timing {
	readonly items: number;
	/** Milliseconds. */
	readonly perItem: number;
}

/** Runs the node once over that many items and returns the time per item, in milliseconds. */
export async function ownCost(items: number): Promise<Timing> {
	const node = (await loadPackage()).nodeType('zooBilling');
	const context = instantContext(items);
	const start = performance.now();
	const output = await node.execute?.call(context);
	const perItem = (performance.now() - start) / items;
	if (!Array.isArray(output) || output[0]?.length !== items) throw new Error('The node did not put out every item');
	if (output[0].some(({ json }) => 'error' in json)) throw new Error('The node did not confirm every item');
	return { items, perItem };
}

function instantContext(count: number): IExecuteFunctions {
	const reply = DOCUMENTED_REPLY.replace(/"pre_pay_cash_remaining": "[\d.]+"/, '"pre_pay_cash_remaining": "50.00"');
	const input = Array.from({ length: count }, (_, item) => ({ json: { item } }));
	const parameters = (item: number): IDataObject => ({
		resource: 'org',
		operation: 'updateBalance',
		orgId: `00000000-0000-4000-8000-${String(item).padStart(12, '0')}`,
		balanceModel: 'prePay',
		amountUnit: 'usd',
		updateFields: { prePayCashRemaining: '50.00' },
		options: {},
	});
	const node = { id: '1', name: 'Zoo Billing', type: 'n8n-nodes-zoo-billing.zooBilling', typeVersion: 1, position: [0, 0], parameters: {} };
	const context = {
		getInputData: () => input,
		getNode: () => node,
		getNodeParameter: (name: string, item: number) => parameters(item)[name],
		continueOnFail: () => false,
		getCredentials: async () => await Promise.resolve({ apiToken: 'none', baseUrl: 'https://zoo.example' }),
		getExecutionCancelSignal: () => undefined,
		addExecutionHints: () => undefined,
		helpers: { httpRequestWithAuthentication: async () => await Promise.resolve({ statusCode: 200, headers: { 'x-api-call-id': 'call' }, body: reply }) },
	};
	return context as unknown as IExecuteFunctions;
}

async function main(): Promise<void> {
	await ownCost(2_000);
	for (const items of [1_000, 10_000, 50_000]) {
		const rounds = [];
		for (let round = 0; round < 7; round++) rounds.push((await ownCost(items)).perItem);
		rounds.sort((one, other) => one - other);
		console.log(`${items} items: ${rounds[3]?.toFixed(4)} ms each (${rounds[0]?.toFixed(4)}–${rounds[6]?.toFixed(4)})`);
	}
}

if (require.main === module) void main().then(() => process.exit());

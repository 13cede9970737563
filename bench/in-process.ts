// Node times in n8n's engine inside this process, and what the same requests cost without n8n.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Agent, request } from 'undici';

import { optionDefaults } from '../nodes/ZooBilling/operations/options';
import { loadPackage, runNode } from '../test/engine/harness';
import { EMPLOYEE_TOKEN } from '../test/zoo-api/tokens';
import { profile } from './profile';
import { update } from './update';
import { atOnce, orgId, startZooServer, type Latency } from './zoo-server';

export const contestants = ['undici', 'bare loop', 'Zoo Billing'] as const;
type Contestant = (typeof contestants)[number];
const runners = [...contestants, 'check'] as const;

const root = join(__dirname, '..');
const { maxConcurrency: concurrency } = optionDefaults;

/** Milliseconds per item, one figure a round; the check is our node's, without sending anything. */
export async function measureInProcess(
	items: number,
	latency: Latency,
	rounds: number,
): Promise<Record<Contestant | 'check', number[]>> {
	const zoo = await startZooServer(items, latency);
	// Below node_modules, where the copied credential finds n8n-workflow.
	const cache = join(root, 'node_modules/.cache');
	mkdirSync(cache, { recursive: true });
	const folder = mkdtempSync(join(cache, 'bare-loop-'));
	try {
		const bare = await loadPackage(bareLoopPackage(folder));
		const figures: Record<Contestant | 'check', number[]> = {
			undici: [],
			'bare loop': [],
			'Zoo Billing': [],
			check: [],
		};
		for (let round = -1; round < rounds; round++) {
			const took = {
				undici: await throughUndici(zoo.url, items),
				'bare loop': await throughEngine(zoo.url, itemsOf(items), bareLoop, { tested: bare }),
				'Zoo Billing': await throughEngine(zoo.url, itemsOf(items), update),
				check: await throughEngine(zoo.url, [...itemsOf(items - 1), { orgId: 'none' }], update),
			};
			// The first round warms everybody up.
			if (round >= 0) for (const runner of runners) figures[runner].push(took[runner] / items);
		}
		return figures;
	} finally {
		zoo.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Milliseconds of processor time per item in this node, by whose code spends it. */
export async function profileInProcess(items: number, expressions: 1 | 3): Promise<ReadonlyMap<string, number>> {
	const zoo = await startZooServer(items, atOnce);
	try {
		const run = async () =>
			await throughEngine(
				zoo.url,
				itemsOf(items),
				expressions === 1 ? update : { ...update, updateFields: threeExpressions },
			);
		await run();
		return new Map([...(await profile(run))].map(([owner, took]) => [owner, took / items]));
	} finally {
		zoo.stop();
	}
}

const threeExpressions = { prePayCashRemaining: '={{ $json.cash }}', prePayCreditsRemaining: '={{ $json.credits }}' };

const bareLoop = { orgId: '={{ $json.orgId }}', cash: '50.00', credits: '', concurrency: String(concurrency) };

function itemsOf(count: number): Array<{ orgId: string }> {
	return Array.from({ length: count }, (_, index) => ({ orgId: orgId(index), cash: '50.00', credits: '1.00' }));
}

/** The node's time in milliseconds. An item whose ID is none keeps all from being sent, which has to be so. */
async function throughEngine(
	baseUrl: string,
	items: Array<{ orgId: string }>,
	parameters: Parameters<typeof runNode>[0]['parameters'],
	more: Partial<Parameters<typeof runNode>[0]> = {},
): Promise<number> {
	const credential = { apiToken: EMPLOYEE_TOKEN, baseUrl };
	const { nodeTime, output, status } = await runNode({ parameters, items, credential, ...more });
	const wanted = items.at(-1)?.orgId === 'none' ? 0 : items.length;
	if ((output[0]?.length ?? 0) !== wanted || status !== (wanted === 0 ? 'error' : 'success'))
		throw new Error(`The run ended as ${status}`);
	return nodeTime;
}

/** As many at a time, and a connection for each request, as n8n's helper has it. */
async function throughUndici(url: string, count: number): Promise<number> {
	const dispatcher = new Agent({ connections: concurrency, pipelining: 0 });
	const start = performance.now();
	let next = 0;
	const work = async () => {
		while (next < count) {
			const { statusCode, body } = await request(`${url}/orgs/${orgId(next++)}/payment/balance`, {
				method: 'PUT',
				dispatcher,
				headers: { authorization: `Bearer ${EMPLOYEE_TOKEN}`, 'content-type': 'application/json' },
				body: '{"pre_pay_cash_remaining":"50.00"}',
			});
			const text = await body.text();
			if (statusCode !== 200 || !text.includes('50.00')) throw new Error(`Zoo answered ${statusCode}`);
		}
	};
	await Promise.all(Array.from({ length: concurrency }, work));
	const took = performance.now() - start;
	await dispatcher.close();
	return took;
}

/** The bare loop under the name that the harness runs, with the same credential type. */
function bareLoopPackage(folder: string): string {
	mkdirSync(join(folder, 'dist'));
	cpSync(join(root, 'dist/credentials'), join(folder, 'dist'), { recursive: true });
	cpSync(join(root, 'dist/icons'), join(folder, 'icons'), { recursive: true });
	cpSync(join(root, 'test/n8n/bench/nodes/BareLoop.node.js'), join(folder, 'dist/BareLoop.js'));
	writeFileSync(
		join(folder, 'dist/ZooBilling.node.js'),
		"const { BareLoop } = require('./BareLoop.js');\nexports.ZooBilling = class { constructor() { const node = new BareLoop(); node.description.name = 'zooBilling'; return node; } };\n",
	);
	writeFileSync(
		join(folder, 'package.json'),
		JSON.stringify({
			name: 'n8n-nodes-bare-loop',
			version: '1.0.0',
			n8n: { nodes: ['dist/ZooBilling.node.js'], credentials: ['dist/ZooApi.credentials.js'] },
		}),
	);
	return folder;
}

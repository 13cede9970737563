/** Node times in the real n8n: the HTTP Request node, a bare loop over n8n's HTTP helper, and this project's node, in turn. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { z } from 'zod';

import { optionDefaults } from '../../../nodes/ZooBilling/options';
import { startZooServer } from '../../../bench/zoo-server';
import { EMPLOYEE_TOKEN } from '../../zoo-api/tokens';
import type { CleanUp } from '../clean-up';
import { Home } from '../home';
import { N8n } from '../n8n';
import { packProject } from '../package-under-test';
import type { Rest } from '../rest';
import { until } from '../until';

export const contestants = ['HTTP Request', 'bare loop', 'Zoo Billing'] as const;
export type Contestant = (typeof contestants)[number];

export interface Scenario {
	readonly items: number;
	/** What the stand-in takes for a request. */
	readonly latencyMs: number;
	readonly expressions: 1 | 3;
	/** Requests at a time, of all but the HTTP Request node. */
	readonly concurrency: number;
	readonly rounds: number;
}

/** Milliseconds per item, one figure a round. */
export type Figures = Record<Contestant, number[]>;

export async function startBenchN8n(cleanUp: CleanUp): Promise<N8n> {
	const home = await Home.make(cleanUp);
	const tarball = await packProject(home.temporary, cleanUp);
	const environment = {
		N8N_CUSTOM_EXTENSIONS: join(__dirname, 'nodes'),
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		NODE_OPTIONS: '--max-old-space-size=6144',
	};
	return await N8n.start({ home, tarball, environment }, cleanUp);
}

/** Alternates the contestants and their order, so that a machine that changes its speed does so for all of them. */
export async function measure(rest: Rest, scenario: Scenario, report: (line: string) => void): Promise<Figures> {
	const { items, latencyMs, rounds } = scenario;
	const zoo = await startZooServer(items, latencyMs);
	try {
		const credential = {
			id: await rest.addCredential({
				name: `Zoo ${randomUUID()}`,
				type: 'zooApi',
				data: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			}),
			name: 'Zoo',
		};
		const figures: Figures = { 'HTTP Request': [], 'bare loop': [], 'Zoo Billing': [] };
		const workflows = new Map<Contestant, string>();
		for (const contestant of contestants)
			workflows.set(
				contestant,
				await rest.addWorkflow(workflowOf(contestant, { zooApi: credential }, zoo.url, scenario)),
			);
		for (let round = -1; round < rounds; round++) {
			for (const contestant of turned(contestants, round)) {
				const took = await nodeTime(rest, workflows.get(contestant) ?? '', items);
				// The first round warms everybody up.
				if (round >= 0) figures[contestant].push(took / items);
				report(
					`${contestant}, ${items} items, ${latencyMs} ms, round ${round}: ${(took / items).toFixed(3)} ms an item`,
				);
			}
		}
		return figures;
	} finally {
		zoo.stop();
	}
}

function turned<T>(list: readonly T[], by: number): T[] {
	const start = (by + list.length) % list.length;
	return [...list.slice(start), ...list.slice(0, start)];
}

function workflowOf(
	contestant: Contestant,
	credentials: unknown,
	url: string,
	{ items: count, expressions, concurrency }: Scenario,
) {
	const several = expressions === 3;
	const cash = several ? '={{ $json.cash }}' : '50.00';
	const credits = several ? '={{ $json.credits }}' : '';
	const nodes: Record<Contestant, object> = {
		'HTTP Request': {
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: {
				method: 'PUT',
				url: `=${url}/orgs/{{ $json.orgId }}/payment/balance`,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'zooApi',
				sendBody: true,
				bodyParameters: {
					parameters: [
						{ name: 'pre_pay_cash_remaining', value: cash },
						...(several ? [{ name: 'pre_pay_credits_remaining', value: credits }] : []),
					],
				},
				options: {},
			},
		},
		'bare loop': {
			type: 'CUSTOM.bareLoop',
			typeVersion: 1,
			parameters: { orgId: '={{ $json.orgId }}', cash, credits, concurrency: String(concurrency) },
		},
		'Zoo Billing': {
			type: 'n8n-nodes-zoo-billing.zooBilling',
			typeVersion: 1,
			parameters: {
				resource: 'org',
				operation: 'updateBalance',
				orgId: '={{ $json.orgId }}',
				balanceModel: 'prePay',
				amountUnit: 'usd',
				updateFields: { prePayCashRemaining: cash, ...(several && { prePayCreditsRemaining: credits }) },
				options: concurrency === optionDefaults.maxConcurrency ? {} : { maxConcurrency: concurrency },
			},
		},
	};
	const at = (x: number) => ({ id: randomUUID(), position: [x, 0] });
	return {
		name: `Bench ${contestant} ${randomUUID()}`,
		nodes: [
			{ ...at(0), name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} },
			{ ...at(200), name: 'Items', type: 'CUSTOM.items', typeVersion: 1, parameters: { count } },
			{ ...at(400), name: MEASURED, ...nodes[contestant], credentials },
		],
		connections: {
			Start: { main: [[{ node: 'Items', type: 'main', index: 0 }]] },
			Items: { main: [[{ node: MEASURED, type: 'main', index: 0 }]] },
		},
		settings: {},
	};
}

const MEASURED = 'Measured';
const started = z.object({ executionId: z.string() });
const state = z.object({ status: z.string(), data: z.string() }).optional();
const runs = z.object({
	resultData: z.object({
		runData: z.record(
			z.array(
				z.object({
					executionTime: z.number(),
					data: z.object({ main: z.array(z.array(z.object({ json: z.record(z.unknown()) }))) }).optional(),
				}),
			),
		),
	}),
});
const LONGEST_MS = 300_000;

/** What n8n says the node took, in milliseconds; refuses to count a run that did not write every item. */
async function nodeTime(rest: Rest, workflowId: string, items: number): Promise<number> {
	const { executionId } = started.parse(
		await rest.send('POST', `/workflows/${workflowId}/run`, { triggerToStartFrom: { name: 'Start' } }),
	);
	const stored = await until(`execution ${executionId} is over`, LONGEST_MS, async () => {
		// While it stores ten thousand items, n8n may let a connection go.
		const now = state.parse(await rest.send('GET', `/executions/${executionId}`).catch(() => undefined));
		return now && ['success', 'error', 'crashed', 'canceled'].includes(now.status) ? now : undefined;
	});
	const { parse } = await import('flatted');
	const [run] = runs.parse(parse(stored.data)).resultData.runData[MEASURED] ?? [];
	const written = run?.data?.main[0]?.filter(({ json }) => json['pre_pay_cash_remaining'] === '50.00').length;
	if (stored.status !== 'success' || !run || written !== items)
		throw new Error(
			`Execution ${executionId} ended as ${stored.status} with ${written ?? 0} of ${items} items written`,
		);
	return run.executionTime;
}

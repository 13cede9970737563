/** Node times in one real n8n that stays up: the HTTP Request node, a bare loop over n8n's HTTP helper, and our node, in turn. */
import { join } from 'node:path';

import { z } from 'zod';

import { startZooServer, type Latency } from '../../../bench/zoo-server';
import type { CleanUp } from '../clean-up';
import { Home } from '../home';
import { N8n } from '../n8n';
import { packProject } from '../package-under-test';
import { until } from '../until';
import { addCredential, contestants, MEASURED, workflowOf, type Contestant, type Work } from './workflows';

export interface Scenario extends Work {
	readonly latency: Latency;
	readonly rounds: number;
}

/** Milliseconds per item, one figure a round; the check is our node's, without sending anything. */
export type Figures = Record<Contestant | 'check', number[]>;

export const ROOMY_HEAP = 6144;

/** `heap`: megabytes that n8n may use; with more of them it collects its garbage later. */
export async function startBenchN8n(cleanUp: CleanUp, heap = ROOMY_HEAP): Promise<N8n> {
	const home = await Home.make(cleanUp);
	const tarball = await packProject(home.temporary, cleanUp);
	const environment = {
		N8N_CUSTOM_EXTENSIONS: join(__dirname, 'nodes'),
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		NODE_OPTIONS: `--max-old-space-size=${heap}`,
	};
	return await N8n.start({ home, tarball, environment }, cleanUp);
}

/**
 * Alternates the contestants and their order, so that a machine that changes its speed does so for all of them.
 * A run that does not end as it should is reported and has no figure.
 */
export async function measure(n8n: N8n, scenario: Scenario, report: (line: string) => void): Promise<Figures> {
	const zoo = await startZooServer(scenario.items, scenario.latency);
	const figures: Figures = { 'HTTP Request': [], 'bare loop': [], 'Zoo Billing': [], check: [] };
	try {
		const workflows = await addWorkflows(n8n, scenario, zoo.url);
		for (let round = 0; round < scenario.rounds; round++) {
			for (const [runner, id] of turned(workflows, round)) {
				const took = await nodeTime(n8n, id, runner === 'check' ? 0 : scenario.items).catch((failure: unknown) => {
					report(`${runner}: no figure, ${String(failure)}`);
				});
				if (took !== undefined) figures[runner].push(took / scenario.items);
			}
		}
		return figures;
	} finally {
		zoo.stop();
	}
}

async function addWorkflows(n8n: N8n, scenario: Scenario, url: string): Promise<Array<[Contestant | 'check', string]>> {
	const credentials = await addCredential(n8n.rest, url);
	const file = join(n8n.home.temporary, 'stopwatch.json');
	const setting = { url, credentials, file };
	const added: Array<[Contestant | 'check', string]> = [];
	for (const contestant of contestants)
		added.push([contestant, await n8n.rest.addWorkflow(workflowOf(contestant, scenario, setting))]);
	const spoilt = workflowOf('Zoo Billing', scenario, { ...setting, spoilLast: true });
	return [...added, ['check', await n8n.rest.addWorkflow(spoilt)]];
}

function turned<T>(list: readonly T[], by: number): T[] {
	const start = by % list.length;
	return [...list.slice(start), ...list.slice(0, start)];
}

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
const LONGEST_MS = 120_000;

/** What n8n says the node took, in milliseconds; refuses to count a run that did not write as many items as it should. */
async function nodeTime({ rest }: N8n, workflowId: string, items: number): Promise<number> {
	const { executionId } = started.parse(
		await rest.send('POST', `/workflows/${workflowId}/run`, { triggerToStartFrom: { name: 'Start' } }),
	);
	const stored = await until(`execution ${executionId} is over`, LONGEST_MS, async () => {
		// While it stores very many items, n8n may let a connection go.
		const now = state.parse(await rest.send('GET', `/executions/${executionId}`).catch(() => undefined));
		return now && ['success', 'error', 'crashed', 'canceled'].includes(now.status) ? now : undefined;
	});
	const { parse } = await import('flatted');
	const [run] = runs.parse(parse(stored.data)).resultData.runData[MEASURED] ?? [];
	const written = run?.data?.main[0]?.filter(({ json }) => json['pre_pay_cash_remaining'] === '50.00').length ?? 0;
	if (!run || written !== items || stored.status !== (items === 0 ? 'error' : 'success'))
		throw new Error(`execution ${executionId} ended as ${stored.status} with ${written} of ${items} items written`);
	return run.executionTime;
}

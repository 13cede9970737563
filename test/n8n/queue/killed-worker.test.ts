/** 500 calls while one of two workers is killed and replaced: what was sent is what stands there, or n8n says that it failed. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';

import type { Rest, Workflow } from '../rest';
import { until } from '../until';
import type { Cluster } from './cluster';
import type { Worker } from './worker';

const ORGS = 100;
const CALLS = 500;
/** Sent while both workers, and then only one, are there; the rest when the new one is. */
const FIRST_CALLS = 350;
const KILL_AFTER_WRITES = 100;
/** Callers at a time. */
const CALLERS = 10;
const SETTLED_MS = 180_000;

interface Call {
	readonly mark: string;
	readonly org: string;
	/** No two calls send the same. */
	readonly amount: string;
}

export function aKilledWorker(cluster: () => Cluster, workers: Worker[]): void {
	it(`loses nothing silently in ${CALLS} calls while a worker is killed and replaced`, async (test) => {
		const { main, zoo, credentials, addWorker } = cluster();
		const orgs = Array.from({ length: ORGS }, () => randomUUID());
		for (const org of orgs) zoo.setBalance('org', org);
		const calls = Array.from({ length: CALLS }, (_, index): Call => ({
			mark: `call-${index}-`,
			org: orgs[index % ORGS] ?? '',
			amount: `${index + 1}.00`,
		}));
		const workflow = await main.rest.addWorkflow(setBalance(credentials['zooApi']));
		await main.rest.activate(workflow);

		const before = await main.rest.newestExecution();
		const requestsBefore = zoo.requests.length;
		const first = send(main.url, calls.slice(0, FIRST_CALLS));
		await until(
			'writes are under way',
			SETTLED_MS,
			async () => await Promise.resolve(zoo.requests.length - requestsBefore >= KILL_AFTER_WRITES ? true : undefined),
		);
		const [victim] = workers.splice(0, 1);
		await victim?.kill();
		const replacement = await addWorker();
		workers.push(replacement);
		await first;
		await send(main.url, calls.slice(FIRST_CALLS));

		const outcomes = await outcomesAfter(before, main.rest);
		// One that ended with its worker no longer tells which call it was for, so the successful ones have to be about all the others.
		const succeeded = new Set(outcomes.filter(({ status }) => status === 'success').map(({ text }) => markIn(text)));
		const failed = outcomes.filter(({ status }) => status !== 'success');
		assert.equal(succeeded.size + failed.length, CALLS);
		const written = new Set(
			zoo.requests
				.slice(requestsBefore)
				.filter(({ method }) => method === 'PUT')
				.map(({ body }) => amountIn(body)),
		);
		const lost = calls.filter(({ amount }) => !written.has(amount));
		for (const { mark } of lost)
			assert.equal(succeeded.has(mark), false, `${mark} was not written, but its execution succeeded`);
		for (const org of orgs) {
			const sent = calls.filter((call) => call.org === org);
			const amount = zoo.amountsOf('org', org)['pre_pay_cash_remaining'] ?? '';
			const initial = amount === '0.00' && sent.every((call) => lost.includes(call));
			assert.ok(initial || sent.some((call) => call.amount === amount), `${org} has ${amount}`);
		}
		assert.ok(
			(victim?.begun.length ?? 0) > 0 && replacement.begun.length > 0,
			'Both the killed worker and its replacement have worked',
		);
		test.diagnostic(
			`${CALLS} calls: ${CALLS - failed.length} executions succeeded, ${failed.length} failed; ${CALLS - lost.length} amounts were written; the killed worker had begun ${victim?.begun.length} executions, its replacement ${replacement.begun.length}`,
		);
	});
}

function setBalance(zooApi: unknown): Workflow {
	const path = 'set-balance';
	const webhook = {
		name: 'Call',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2.1,
		position: [0, 0],
		webhookId: path,
		parameters: { httpMethod: 'POST', path, options: {} },
	};
	const parameters = {
		operation: 'updateBalance',
		orgId: '={{ $json.body.org }}',
		updateFields: { prePayCashRemaining: '={{ $json.body.amount }}' },
		options: { output: 'amounts' },
	};
	const zoo = {
		name: 'Set Org Balance',
		type: 'n8n-nodes-zoo-billing.zooBilling',
		typeVersion: 2,
		position: [224, 0],
		parameters,
		credentials: { zooApi },
	};
	return {
		name: 'Set balances',
		nodes: [webhook, zoo],
		connections: { Call: { main: [[{ node: zoo.name, type: 'main', index: 0 }]] } },
	};
}

/** Of the executions after `before`, asked for one by one: n8n's list may leave some out while they overlap. */
async function outcomesAfter(before: number, rest: Rest): Promise<Array<{ status: string; text: string }>> {
	const outcomes = [];
	for (let id = before + 1; id <= before + CALLS; id += 1) outcomes.push(await rest.outcomeOf(String(id), SETTLED_MS));
	return outcomes;
}

/** Every call is answered as soon as it is queued. */
async function send(n8n: string, calls: readonly Call[]): Promise<void> {
	const waiting = [...calls];
	const caller = async () => {
		for (let call = waiting.shift(); call; call = waiting.shift()) {
			const response = await fetch(`${n8n}/webhook/set-balance`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(call),
			});
			assert.equal(response.status, 200);
			await response.text();
		}
	};
	await Promise.all(Array.from({ length: CALLERS }, caller));
}

function markIn(text: string): string {
	return /call-\d+-/.exec(text)?.[0] ?? '';
}

function amountIn(body: string): string {
	return /"pre_pay_cash_remaining":"([\d.]+)"/.exec(body)?.[1] ?? '';
}

/** What the inbox costs: payments a second beside the example without it, and a backlog of due payments. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { openToDeliveries } from '../stripe';
import { completed, readExample } from '../examples';
import { until } from '../until';
import { completedEvent } from '../../stripe-api/objects';
import type { Worker } from '../queue/worker';
import type { Flow } from './flow';
import { inLanes } from './lanes';

/** How many deliveries are open at a time. */
const AT_ONCE = 25;
const WITHIN_MS = 300_000;

/** Seconds for that many payments of as many organizations, from the first delivery to the last record. */
export async function throughTheInbox(flow: Flow, payments: number): Promise<number> {
	const events = Array.from({ length: payments }, (_, index) => {
		const organization = flow.addOrganization();
		return completedEvent(flow.pay({ payment: `pi_cost_${index}_${Date.now()}`, organization, amount: 100 }));
	});
	const startedAt = Date.now();
	await inLanes(AT_ONCE, events, async (event) => {
		const { status } = await flow.deliveries.attempt(event);
		if (status !== 200) flow.deliveries.send(event);
	});
	await flow.settled(WITHIN_MS);
	return (Date.now() - startedAt) / 1000;
}

/** The same through the example that needs no database, to the last write. */
export async function withoutIt(
	{ cluster: { main, zoo, stripe, credentials } }: Flow,
	payments: number,
): Promise<number> {
	const direct = await readExample('1-top-up-org-balance-from-stripe-checkout.json');
	const example = openToDeliveries(direct, 'cost', stripe);
	const workflow = await main.rest.addWorkflow(completed(example, credentials));
	await main.rest.activate(workflow);
	const first = randomUUID();
	const owners = Array.from({ length: payments }, () => randomUUID());
	for (const owner of [first, ...owners]) zoo.setBalance('org', owner, { pre_pay_cash_remaining: '0.00' });
	const pay = async (organization: string) => {
		const payment = `pi_direct_${organization.replaceAll('-', '')}`;
		const event = stripe.complete({ payment, organization, amount: 100 });
		await fetch(`${main.url}/webhook/cost`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(event),
		}).then(async (response) => await response.text());
	};
	const allPaid = async (some: readonly string[]) =>
		await until('all payments are added', WITHIN_MS, async () => {
			const paid = (owner: string) => zoo.amountsOf('org', owner)['pre_pay_cash_remaining'] === '1.00';
			return await Promise.resolve(some.every(paid) ? true : undefined);
		});
	// n8n begins the list of payments seen with the first one, and lets others at the same moment fail.
	await pay(first);
	await allPaid([first]);
	const startedAt = Date.now();
	await inLanes(AT_ONCE, owners, pay);
	await allPaid(owners);
	const took = (Date.now() - startedAt) / 1000;
	await main.rest.deactivate(workflow);
	return took;
}

export interface BacklogCost {
	readonly seconds: number;
	/** CPU time of all of PostgreSQL's processes together. */
	readonly databaseSeconds: number;
	/** CPU time of n8n: the main process and the workers. */
	readonly n8nSeconds: number;
	/** The most that a worker has held, in MB, and what it held before. */
	readonly before: number;
	readonly most: number;
}

/** Payments that have piled up while nobody applied them. */
export async function backlog(flow: Flow, workers: readonly Worker[], payments: number): Promise<BacklogCost> {
	const { main, postgres } = flow.cluster;
	const organizations = payments / 10;
	await main.rest.deactivate(flow.workflows.apply);
	const owners = Array.from({ length: organizations }, () => flow.addOrganization());
	for (let index = 0; index < payments; index += 1) {
		const session = flow.pay({
			payment: `pi_pile_${index}`,
			organization: owners[index % organizations] ?? '',
			amount: 1,
		});
		await flow.table.takeCheckout(session);
	}
	const n8n = [main.pid ?? 0, ...workers.map(({ pid }) => pid)];
	const cpu = async (pids: readonly number[]) =>
		(await Promise.all(pids.map(cpuSeconds))).reduce((sum, one) => sum + one, 0);
	const memory = async (what: string) =>
		Math.max(...(await Promise.all(workers.map(async ({ pid }) => await megabytes(pid, what)))));
	const before = await memory('VmRSS');
	const [database, own] = [await cpu([postgres.pid]), await cpu(n8n)];
	const startedAt = Date.now();
	await main.rest.activate(flow.workflows.apply);
	await flow.settled(WITHIN_MS * 2);
	const seconds = (Date.now() - startedAt) / 1000;
	return {
		seconds,
		databaseSeconds: (await cpu([postgres.pid])) - database,
		n8nSeconds: (await cpu(n8n)) - own,
		before,
		most: await memory('VmHWM'),
	};
}

/** Of a process: what it holds (VmRSS), or the most that it has held (VmHWM). */
async function megabytes(pid: number, what: string): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	const [, kilobytes = ''] = new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(status) ?? [];
	return Math.round(Number(kilobytes) / 1024);
}

/** Of a process and of the children that it has waited for and has now, in hundredths as Linux counts them. */
async function cpuSeconds(pid: number): Promise<number> {
	const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
	const ticks = await Promise.all(
		[pid, ...children].map(async (one) => {
			const stat = await readFile(`/proc/${one}/stat`, 'utf8').catch(() => '');
			const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
			const [user = 0, system = 0, reapedUser = 0, reapedSystem = 0] = fields.slice(11, 15).map(Number);
			return user + system + reapedUser + reapedSystem;
		}),
	);
	return ticks.reduce((sum, one) => sum + one, 0) / 100;
}

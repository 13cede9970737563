/** Hundreds of payments while Zoo stumbles, workers die or stand still, and the database cuts its connections; from one seed. */
import { setTimeout as sleep } from 'node:timers/promises';

import { pick, seeded } from '../../engine/random-faults';
import type { Applied, Fault } from '../../zoo-api/faults';
import type { Worker } from '../queue/worker';
import type { Flow } from './flow';

export interface Weather {
	readonly seed: number;
	readonly payments: number;
	readonly organizations: number;
	/** How many times a worker is killed and replaced. */
	readonly kills: number;
	/** Also: both at once, one that stands still beyond its lease, cut connections, and the main process killed. */
	readonly worst: boolean;
}

/** Of Zoo's requests. */
const FAULTY_SHARE = 0.1;
/** The shortest lease that there is. */
export const STORM_SETTINGS = { lease_seconds: 80, rest_seconds: 3 };
const STANDS_STILL_MS = 86_000;
const BURST = 25;
/** Of the payments. */
const LOST_SHARE = 0.02;
const LOOKED_AFTER_EACH_MS = 500;
const SETTLED_MS = 600_000;

export interface Blown {
	/** From the first delivery to the last record. */
	readonly seconds: number;
	/** Payments that Stripe told nobody of, which only the reconciliation can find. */
	readonly lost: number;
	/** Payments that a worker had in hand while it stood still. */
	readonly held: number;
}

export async function storm(flow: Flow, workers: Worker[], weather: Weather): Promise<Blown> {
	const random = seeded(weather.seed);
	const organizations = Array.from({ length: weather.organizations }, () => flow.addOrganization());
	const { zoo } = flow.cluster;
	zoo.onRequest = () => (random() < FAULTY_SHARE ? faultOf(random) : undefined);
	let lost = 0;
	const startedAt = Date.now();
	const over = new AbortController();
	const supervised = keepUp(flow, workers, over.signal);
	const mischief = makeMischief(flow, workers, weather);
	for (let index = 0; index < weather.payments; index += 1) {
		const organization = organizations[Math.floor(random() * organizations.length)] ?? '';
		const amount = 1 + Math.floor(random() * 10_000);
		const session = flow.pay({ payment: `pi_${weather.seed}_${index}`, organization, amount });
		const deliveries = random() < 1 / 3 ? pick(random, [2, 3]) : 1;
		if (random() < LOST_SHARE) lost += 1;
		else flow.deliver(session, deliveries);
		if (index % BURST < BURST - 1) continue;
		await sleep(200 + random() * 1_000);
		await flow.deliveries.fewUnderWay();
	}
	const held = await Promise.race([mischief, supervised.then(() => 0)]);
	// Zoo recovers in the end; what it has done by then it has done.
	await flow.deliveries.settled();
	zoo.clearFaults();
	await flow.settled(SETTLED_MS);
	await flow.reconcile();
	await flow.settled(SETTLED_MS);
	await zoo.lateWritesApplied();
	over.abort();
	await supervised;
	return { seconds: (Date.now() - startedAt) / 1000, lost, held };
}

/** As whatever runs n8n does: a process that ends by itself, as it may when its database cuts it off, is started again. */
async function keepUp({ cluster: { main, addWorker } }: Flow, workers: Worker[], over: AbortSignal): Promise<void> {
	while (!over.aborted) {
		if (main.pid === undefined) {
			process.stdout.write(`  n8n’s main process ended, and is started again: ${lastLine(main.log)}\n`);
			await main.launch();
		}
		const ended = workers.find(({ running }) => !running);
		if (ended) {
			process.stdout.write(`  a worker ended, and is started again: ${lastLine(ended.log)}\n`);
			workers.splice(workers.indexOf(ended), 1);
			workers.push(await addWorker());
		}
		await sleep(LOOKED_AFTER_EACH_MS, undefined, { signal: over }).catch(() => undefined);
	}
}

function lastLine(log: string): string {
	return log.trimEnd().split('\n').slice(-2).join(' ').slice(0, 300);
}

/** One after the other, as payments come in and are settled: an own share of the way each. Returns how many stood still. */
async function makeMischief(flow: Flow, workers: Worker[], { kills, worst, seed, payments }: Weather): Promise<number> {
	const reached = async (share: number) => {
		for (;;) {
			const { rows } = await flow.table.client.query<{ steps: number }>(
				"SELECT (count(*) + count(*) FILTER (WHERE status IN ('done', 'person')))::integer AS steps FROM zoo_inbox.payment WHERE payment LIKE $1",
				[`pi\\_${seed}\\_%`],
			);
			if ((rows[0]?.steps ?? 0) >= share * payments * 2) return;
			await sleep(100);
		}
	};
	for (let kill = 0; kill < kills; kill += 1) {
		await reached((kill + 0.5) / (kills + 2));
		await replace(flow, workers, 1);
	}
	if (!worst) return 0;
	await reached((kills + 0.5) / (kills + 2));
	const held = await standStill(flow, workers);
	await cutConnections(flow);
	await flow.cluster.main.kill();
	await reached((kills + 1) / (kills + 2));
	await replace(flow, workers, workers.length);
	return held;
}

async function replace(flow: Flow, workers: Worker[], count: number): Promise<void> {
	const victims = workers.splice(0, count);
	await Promise.all(victims.map(async (victim) => await victim.kill()));
	workers.push(...(await Promise.all(victims.map(async () => await flow.cluster.addWorker()))));
}

/**
 * The worker that has just asked for a balance, before it gets the answer: what it was about to send lies there beyond its lease.
 * Returns how many payments it had in hand.
 */
async function standStill({ cluster, table }: Flow, workers: readonly Worker[]): Promise<number> {
	const { owner } = await cluster.zoo.nextRequest({ method: 'GET' });
	for (const worker of workers) worker.pause();
	const { rows } = await table.client.query<{ holder: string; held: number }>(
		`SELECT holder, count(*)::integer AS held FROM zoo_inbox.payment WHERE status = 'working' AND holder =
			(SELECT holder FROM zoo_inbox.payment WHERE status = 'working' AND owner = $1) GROUP BY holder`,
		[owner?.id],
	);
	const [{ holder, held } = { holder: '', held: 0 }] = rows;
	const victim = workers.find(({ begun }) => begun.includes(holder.replace('execution ', '')));
	for (const worker of workers) if (worker !== victim) worker.resume();
	await sleep(STANDS_STILL_MS);
	victim?.resume();
	return victim ? held : 0;
}

async function cutConnections({ table }: Flow): Promise<void> {
	await table.client.query(
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
	);
}

function faultOf(random: () => number): Fault {
	const applied = pick<Applied>(random, [true, false, 'late']);
	return pick<Fault>(random, [
		{ kind: 'status', status: pick(random, [500, 502, 503, 504]), applied },
		{ kind: 'status', status: 429, headers: { 'retry-after': '1' } },
		{ kind: 'resetBeforeHeaders', applied: true },
		{ kind: 'resetBeforeHeaders', applied },
		{ kind: 'resetMidBody', applied: true },
		{ kind: 'hang', applied },
	]);
}

/** `npm run test:inbox`: the long form of the payment inbox's proof in queue mode; prints its figures and fails when one is wrong. */
import { parseArgs } from 'node:util';

import { CleanUp, runProgram } from '../clean-up';
import { startCluster } from '../queue/cluster';
import type { Worker } from '../queue/worker';
import { deliverAllAgain, retryFailed } from './aftermath';
import { Billing } from './billing';
import { backlog, throughTheInbox, withoutIt } from './cost';
import { Flow } from './flow';
import { differentAtOnce, sameAtOnce } from './rounds';
import { storm, STORM_SETTINGS } from './storm';
import type { Row } from './table';

const LATENCY_MS = 100;

const { values: asked } = parseArgs({
	options: {
		only: { type: 'string', default: 'rounds,storms,billing,cost' },
		rounds: { type: 'string', default: '100' },
		seeds: { type: 'string', default: '1,2,3,4,5' },
		payments: { type: 'string', default: '500' },
		backlog: { type: 'string', default: '10000' },
	},
});

const rounds = Number(asked.rounds);
const payments = Number(asked.payments);
let wrong = 0;

function say(line: string, right = true): void {
	if (!right) wrong += 1;
	process.stdout.write(`${right ? ' ' : '✖'} ${line}\n`);
}

const parts: Readonly<Record<string, (cleanUp: CleanUp) => Promise<void>>> = {
	rounds: async (cleanUp) =>
		await inCluster(2, {}, cleanUp, async (flow, workers) => {
			const different = await differentAtOnce(flow, rounds, 'two');
			say(`two workers, two payments at one moment: ${different} of ${rounds} rounds right`, different === rounds);
			const same = await sameAtOnce(flow, rounds);
			say(`two workers, one payment two and three times: ${same} of ${rounds} rounds right`, same === rounds);
			workers.push(await flow.cluster.addWorker());
			const fewer = Math.ceil(rounds / 5);
			const onThree = await differentAtOnce(flow, fewer, 'three');
			say(`three workers, two payments at one moment: ${onThree} of ${fewer} rounds right`, onThree === fewer);
		}),
	storms: async (cleanUp) => {
		for (const [index, seed] of asked.seeds.split(',').map(Number).entries()) {
			await inCluster(2, STORM_SETTINGS, cleanUp, async (flow, workers) => {
				await oneStorm(flow, workers, seed);
				if (index < 2) await theAftermath(flow);
			});
		}
	},
	billing: async (cleanUp) => await inCluster(2, STORM_SETTINGS, cleanUp, billedAllTheWhile),
	cost: async (cleanUp) => await inCluster(2, {}, cleanUp, whatItCosts),
};

async function oneStorm(flow: Flow, workers: Worker[], seed: number): Promise<void> {
	const took = await storm(flow, workers, { seed, payments, organizations: payments / 10, kills: 5, worst: true });
	const cases = await flow.check();
	const { attempts, failed } = flow.deliveries.count;
	say(
		`storm ${seed}: ${payments} payments in ${took} s, ${attempts} deliveries, ${failed} of them unanswered; every balance right, ${cases.length} for a person`,
	);
	tellOf(cases);
}

async function theAftermath(flow: Flow): Promise<void> {
	const before = flow.balances();
	const retried = await retryFailed(flow);
	await deliverAllAgain(flow);
	const same = flow.balances() === before;
	say(`${retried} failed executions retried, everything delivered again and reconciled: balances unchanged`, same);
}

async function billedAllTheWhile(flow: Flow, workers: Worker[]): Promise<void> {
	const owners = Array.from({ length: 50 }, () => flow.addOrganization());
	const billing = new Billing(flow.cluster.zoo, owners, 2_000);
	for (let index = 0; index < 1_000; index += 1) {
		const organization = owners[index % owners.length] ?? '';
		flow.deliver(flow.pay({ payment: `pi_billed_${index}`, organization, amount: 500 }));
		if (index % 25 === 24) await flow.deliveries.settled();
		if (index === 300 || index === 600) await redeploy(flow, workers);
	}
	await flow.settled(400_000);
	await billing.end();
	const rows = await flow.table.rows();
	const cases = rows.filter(({ status }) => status === 'person');
	const done = rows.filter(({ status }) => status === 'done').length;
	const again = rows.filter(({ history }) => history.some(({ what }) => what === 'due again')).length;
	const billed = [...billing.taken.values()].reduce((sum, one) => sum + one, 0);
	const left = owners.reduce((sum, owner) => sum + flow.cashOf(owner), 0n);
	const overwritten = left - (10_000n * BigInt(owners.length) + 500n * BigInt(done) - BigInt(billed));
	say(
		`billed all the while, two deployments: ${done} of 1000 added, ${again} of them looked at again, ${cases.length} for a person; ${overwritten} of ${billed} billed cents overwritten`,
	);
	tellOf(cases);
}

async function whatItCosts(flow: Flow): Promise<void> {
	for (let run = 1; run <= 3; run += 1) {
		const direct = await withoutIt(flow, payments);
		const inbox = await throughTheInbox(flow, payments);
		const ratio = (direct / inbox).toFixed(2);
		say(`${payments} payments of as many organizations: ${inbox} s through the inbox, ${direct} s without: ${ratio} ×`);
	}
	const due = Number(asked.backlog);
	const { seconds, databaseSeconds } = await backlog(flow, due, due / 10);
	const each = ((seconds * 1000) / due).toFixed(1);
	say(
		`${due} due payments of ${due / 10} organizations: ${seconds} s, ${each} ms each; PostgreSQL took ${databaseSeconds} s of CPU`,
	);
}

function tellOf(cases: readonly Row[]): void {
	for (const { payment, why } of cases) say(`  ${payment}: ${why}`);
}

/** A cluster of its own, gone when the work is done. */
async function inCluster(
	count: number,
	settings: Readonly<Record<string, unknown>>,
	cleanUp: CleanUp,
	work: (flow: Flow, workers: Worker[]) => Promise<void>,
): Promise<void> {
	const own = new CleanUp();
	await cleanUp.later(async () => await own.run());
	const cluster = await startCluster(LATENCY_MS, own);
	const workers = await Promise.all(Array.from({ length: count }, async () => await cluster.addWorker()));
	await work(await Flow.open(cluster, settings, own), workers);
	await own.run();
}

/** One worker after the other is asked to end, and replaced. */
async function redeploy(flow: Flow, workers: Worker[]): Promise<void> {
	for (const old of workers.splice(0)) {
		workers.push(await flow.cluster.addWorker());
		await old.end();
	}
}

void runProgram(async (cleanUp) => {
	for (const name of asked.only.split(',')) {
		const part = parts[name];
		if (!part) throw new Error(`There is no part '${name}': ${Object.keys(parts).join(', ')}`);
		await part(cleanUp);
	}
	if (wrong > 0) throw new Error(`${wrong} of these are wrong`);
});

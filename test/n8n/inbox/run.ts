/** `npm run prove -- inbox`: the long form of the payment inbox's proof in queue mode; prints its figures and fails when one is wrong. */
import { parseArgs } from 'node:util';

import { CleanUp, runProgram } from '../clean-up';
import { startCluster } from '../queue/cluster';
import type { Worker } from '../queue/worker';
import { deliverAllAgain, retryFailed, runFinishedAgain } from './aftermath';
import { Billing } from './billing';
import { backlog, throughTheInbox, withoutIt } from './cost';
import { ExampleFlow } from './example';
import { Flow, type FlowSettings } from './flow';
import { differentAtOnce, sameAtOnce } from './rounds';
import { storm, STORM_SETTINGS } from './storm';
import type { Row } from './table';

const LATENCY_MS = 100;

const { values: asked } = parseArgs({
	options: {
		only: { type: 'string', default: 'rounds,example,storms,billing,cost,backlog' },
		rounds: { type: 'string', default: '100' },
		seeds: { type: 'string', default: '1,2,3,4,5' },
		payments: { type: 'string', default: '500' },
		/** How many of the seeds are followed by retries, second runs and second deliveries. */
		again: { type: 'string', default: '2' },
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
		await inCluster({ appliers: 2 }, cleanUp, async (flow, workers) => {
			const different = await differentAtOnce(flow, rounds, 'two');
			say(`two workers, two payments at one moment: ${different} of ${rounds} rounds right`, different === rounds);
			const same = await sameAtOnce(flow, rounds);
			say(`two workers, one payment two and three times: ${same} of ${rounds} rounds right`, same === rounds);
			workers.push(await flow.cluster.addWorker());
			const fewer = Math.ceil(rounds / 5);
			const onThree = await differentAtOnce(flow, fewer, 'three');
			say(`three workers, two payments at one moment: ${onThree} of ${fewer} rounds right`, onThree === fewer);
			await flow.check();
		}),
	example: async (cleanUp) => {
		const flow = await ExampleFlow.open(LATENCY_MS, cleanUp);
		const name = 'example 1 in one process, without a database';
		const first = await flow.firstAtOnce(10);
		const retried = `${first.said.length} failed (${first.said[0]}) and were retried`;
		say(`${name}, the first 10 payments at one moment: ${retried}; ${first.right} of 10 right`, first.right === 10);
		const different = await flow.differentAtOnce(rounds);
		say(`${name}, two payments at one moment: ${different} of ${rounds} rounds right`, different === rounds);
		const same = await flow.sameAtOnce(rounds);
		say(`${name}, one payment two and three times: ${same} of ${rounds} rounds right`, same === rounds);
		const { right, all } = await flow.againAtOnce();
		const failed = await flow.failures();
		say(`${name}, everything delivered again: ${right} of ${all} balances right`, right === all);
		say(`${name}: ${failed} executions failed`, failed === first.said.length);
	},
	storms: async (cleanUp) => {
		for (const [index, seed] of asked.seeds.split(',').map(Number).entries()) {
			const again = index < Number(asked.again);
			await inCluster({ settings: STORM_SETTINGS, keepFinished: again }, cleanUp, async (flow, workers) => {
				await oneStorm(flow, workers, seed);
				if (again) await theAftermath(flow);
			});
		}
	},
	billing: async (cleanUp) => await inCluster({ settings: STORM_SETTINGS }, cleanUp, billedAllTheWhile),
	cost: async (cleanUp) => await inCluster({}, cleanUp, sideBySide),
	backlog: async (cleanUp) => await inCluster({}, cleanUp, whatHasPiledUp),
};

async function oneStorm(flow: Flow, workers: Worker[], seed: number): Promise<void> {
	const organizations = payments / 10;
	const { seconds, lost, held } = await storm(flow, workers, { seed, payments, organizations, kills: 5, worst: true });
	const cases = await flow.check();
	const { attempts, failed } = flow.deliveries.count;
	say(
		`storm ${seed}: ${payments} payments in ${seconds} s, ${attempts} deliveries, ${failed} of them unanswered, ${lost} payments never delivered, ${held} in the hands of a worker that stood still; every balance right, ${cases.length} for a person`,
	);
	tellOf(cases);
}

async function theAftermath(flow: Flow): Promise<void> {
	const before = flow.balances();
	const retried = await retryFailed(flow);
	const rerun = await runFinishedAgain(flow);
	await deliverAllAgain(flow);
	const same = flow.balances() === before;
	say(
		`${retried} failed executions retried, ${rerun} finished ones run again, everything delivered again and reconciled: balances ${same ? 'unchanged' : 'CHANGED'}`,
		same,
	);
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

async function sideBySide(flow: Flow): Promise<void> {
	for (let run = 1; run <= 3; run += 1) {
		const direct = await withoutIt(flow, payments);
		const inbox = await throughTheInbox(flow, payments);
		const ratio = (direct / inbox).toFixed(2);
		say(`${payments} payments of as many organizations: ${inbox} s through the inbox, ${direct} s without: ${ratio} ×`);
	}
}

async function whatHasPiledUp(flow: Flow, workers: Worker[]): Promise<void> {
	const due = Number(asked.backlog);
	const { seconds, databaseSeconds, n8nSeconds, before, most } = await backlog(flow, workers, due);
	await flow.check();
	const each = ((seconds * 1000) / due).toFixed(1);
	const share = ((100 * databaseSeconds) / (databaseSeconds + n8nSeconds)).toFixed(0);
	say(
		`${due} due payments of ${due / 10} organizations: ${seconds} s, ${each} ms each; a worker held ${before} MB before and ${most} MB at most; PostgreSQL took ${databaseSeconds.toFixed(1)} s of CPU and n8n ${n8nSeconds.toFixed(1)}, ${share} % of both`,
	);
}

function tellOf(cases: readonly Row[]): void {
	for (const { payment, why } of cases) say(`  ${payment}: ${why}`);
}

/** A cluster of two workers, gone when the work is done. */
async function inCluster(
	settings: FlowSettings,
	cleanUp: CleanUp,
	work: (flow: Flow, workers: Worker[]) => Promise<void>,
): Promise<void> {
	const own = new CleanUp();
	await cleanUp.later(async () => await own.run());
	const cluster = await startCluster(LATENCY_MS, own);
	const workers = await Promise.all([cluster.addWorker(), cluster.addWorker()]);
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

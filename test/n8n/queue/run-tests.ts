/** `npm run test:queue`: the node in n8n's queue mode, with workers that share nothing but database and queue. */
import { after, before, describe } from 'node:test';

import { CleanUp, interruption } from '../clean-up';
import { startCluster, type Cluster } from './cluster';
import { thePaymentInbox } from './inbox.test';
import { aKilledWorker } from './killed-worker.test';
import { simultaneousDeliveries } from './simultaneous.test';
import type { Worker } from './worker';

/** About what Zoo takes, so that a killed worker has requests under way. */
const LATENCY_MS = 100;

const cleanUp = new CleanUp();

void interruption().then(async () => {
	await cleanUp.run();
	process.exit(130);
});

describe('n8n in queue mode', { timeout: 1_800_000 }, () => {
	const workers: Worker[] = [];
	let started: Cluster | undefined;
	const cluster = (): Cluster => {
		if (!started) throw new Error('n8n has not started');
		return started;
	};
	before(async () => {
		started = await startCluster(LATENCY_MS, cleanUp);
		workers.push(...(await Promise.all([started.addWorker(), started.addWorker()])));
	});
	after(async () => await cleanUp.run());

	simultaneousDeliveries(cluster);
	aKilledWorker(cluster, workers);
	// Last: its sweeps are executions too, and the others count theirs.
	thePaymentInbox(cluster, workers, cleanUp);
});

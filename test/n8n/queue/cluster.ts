/** n8n in queue mode: PostgreSQL, Redis, one main process that takes the calls, and workers that execute. */
import { startZooApi, type ZooApi } from '../../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../../zoo-api/tokens';
import type { CleanUp } from '../clean-up';
import type { Credentials } from '../examples';
import { Home } from '../home';
import { N8n } from '../n8n';
import { packProject } from '../package-under-test';
import { STRIPE_KEY, StripeApi } from '../stripe';
import { startPostgres, type Postgres } from '../postgres';
import { startRedis } from './redis';
import { Worker } from './worker';

/** A worker that is gone is noticed within seconds, and what it lost within a minute instead of three hours. */
const IMPATIENT = {
	N8N_EXECUTIONS_QUEUE_RECOVERY_INTERVAL: '1',
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

const CONCURRENCY = 5;

export interface Cluster {
	readonly main: N8n;
	readonly zoo: ZooApi;
	readonly postgres: Postgres;
	readonly credentials: Credentials;
	readonly stripe: StripeApi;
	readonly addWorker: () => Promise<Worker>;
}

/** Without workers: add some. `latencyMs`: how long the stand-in takes for each answer. */
export async function startCluster(latencyMs: number, cleanUp: CleanUp): Promise<Cluster> {
	const zoo = await startZooApi({ latencyMs });
	await cleanUp.later(async () => await zoo.close());
	const home = await Home.make(cleanUp);
	const [tarball, postgres, queue] = await Promise.all([
		packProject(home.folder, cleanUp),
		startPostgres(cleanUp),
		startRedis(cleanUp),
	]);
	const environment = { EXECUTIONS_MODE: 'queue', ...IMPATIENT, ...databaseSettings(postgres), ...queue };
	const main = await N8n.start({ home, tarball, environment }, cleanUp);
	const stripe = await StripeApi.start(cleanUp);
	const name = 'Zoo stand-in';
	const id = await main.rest.addCredential({
		name,
		type: 'zooApi',
		data: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
	});
	const stripeName = 'Stripe stand-in';
	const stripeId = await main.rest.addCredential({
		name: stripeName,
		type: 'stripeApi',
		data: { secretKey: STRIPE_KEY },
	});
	const credentials = { zooApi: { id, name }, stripeApi: { id: stripeId, name: stripeName } };
	const addWorker = async () => await Worker.start({ tarball, environment, concurrency: CONCURRENCY }, cleanUp);
	return { main, zoo, postgres, stripe, credentials, addWorker };
}

/** n8n's settings for its own database. */
function databaseSettings({ host, port, user, password, database }: Postgres): Record<string, string> {
	return {
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_DATABASE: database,
		DB_POSTGRESDB_HOST: host,
		DB_POSTGRESDB_PASSWORD: password,
		DB_POSTGRESDB_PORT: String(port),
		DB_POSTGRESDB_USER: user,
	};
}

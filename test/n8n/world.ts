/** What all end-to-end tests share: one n8n with the packed node, a stand-in for Zoo, credentials, and the examples. */
import type { BalanceModel } from '../zoo-api/balances';
import { setSampleBalances } from '../zoo-api/samples';
import { startZooApi, type ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import type { CleanUp } from './clean-up';
import type { Credentials } from './examples';
import { Home } from './home';
import { N8n } from './n8n';
import { packProject } from './package-under-test';
import type { Rest } from './rest';
import { startScriptedModel, type ScriptedModel } from './scripted-model';
import { STRIPE_KEY, StripeApi } from './stripe';

/** What callers of the webhooks send. */
export const WEBHOOK_KEY = { name: 'X-Webhook-Key', value: 'a long random value' } as const;

export interface World {
	readonly cleanUp: CleanUp;
	/** The packed node. */
	readonly tarball: string;
	readonly n8n: N8n;
	readonly rest: Rest;
	readonly zoo: ZooApi;
	readonly model: ScriptedModel;
	readonly stripe: StripeApi;
	readonly credentials: Credentials;
}

export async function startWorld(cleanUp: CleanUp): Promise<World> {
	const home = await Home.make(cleanUp);
	const zoo = await startZooApi();
	await cleanUp.later(async () => await zoo.close());
	const model = await startScriptedModel(cleanUp);
	const stripe = await StripeApi.start(cleanUp);
	const tarball = await packProject(home.folder, cleanUp);
	const n8n = await N8n.start({ home, tarball }, cleanUp);
	const credentials = await addCredentials(n8n.rest, zoo, model);
	return { cleanUp, tarball, n8n, rest: n8n.rest, zoo, model, stripe, credentials };
}

/** One more stand-in for Zoo, with a balance model and a credential of its own. */
export async function standIn(
	{ rest, cleanUp }: World,
	model: BalanceModel,
	credential: string,
): Promise<{ zoo: ZooApi; credential: string }> {
	const zoo = await startZooApi({ model });
	await cleanUp.later(async () => await zoo.close());
	setSampleBalances(zoo, model);
	await rest.addCredential({ name: credential, type: 'zooApi', data: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url } });
	return { zoo, credential };
}

async function addCredentials(rest: Rest, zoo: ZooApi, model: ScriptedModel): Promise<Credentials> {
	const all = [
		{ name: 'Zoo stand-in', type: 'zooApi', data: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url } },
		{ name: 'Callers of the webhook', type: 'httpHeaderAuth', data: WEBHOOK_KEY },
		{ name: 'Stripe stand-in', type: 'stripeApi', data: { secretKey: STRIPE_KEY } },
		{ name: 'Scripted model', type: 'openAiApi', data: { apiKey: 'none', url: model.url } },
	];
	const added = all.map(
		async (credential) =>
			[credential.type, { id: await rest.addCredential(credential), name: credential.name }] as const,
	);
	return Object.fromEntries(await Promise.all(added));
}

/** The payment inbox as its users set it up: the workflows of examples/ imported, given credentials and settings, set up, published. */
import { z } from 'zod';

import { EMPLOYEE_TOKEN } from '../../zoo-api/tokens';
import { SIGNING_SECRET, STRIPE_KEY } from '../../stripe-api/server';
import {
	completed,
	readExample,
	withParameters,
	type CredentialInUse,
	type Credentials,
	type Example,
} from '../examples';
import type { Postgres } from '../postgres';
import type { Rest } from '../rest';
import { NO_LIMIT } from './table';

export const INBOX = {
	setUp: '6-payment-inbox-1-set-up.json',
	take: '6-payment-inbox-2-take-payments.json',
	apply: '6-payment-inbox-3-apply.json',
	reconcile: '6-payment-inbox-4-reconcile.json',
	watch: '6-payment-inbox-5-watch.json',
	look: '6-payment-inbox-6-look.json',
} as const;

export type Part = keyof typeof INBOX;

export const WEBHOOK_PATH = 'zoo-payment-inbox';
const STRIPE = 'https://api.stripe.com';

const parameters = z.record(z.unknown());
const assigned = z.object({
	assignments: z.object({ assignments: z.array(z.object({ name: z.string() }).passthrough()) }),
});

export interface Surroundings {
	readonly rest: Rest;
	readonly postgres: Postgres;
	readonly stripe: { readonly url: string };
	readonly zoo: { readonly url: string };
	/** Changes to the settings of *Set up*, by their names there. */
	readonly settings?: Readonly<Record<string, unknown>>;
	readonly errorWorkflow?: string;
	/** Whether executions that end well are stored, other than in the files. */
	readonly keepFinished?: boolean;
}

/** Imports all, executes *Set up*, and publishes the others. Returns the workflows' IDs. */
export async function openInbox(around: Surroundings): Promise<Record<Part, string>> {
	const { rest } = around;
	const ids = await importInbox(around);
	const { status, failure } = await rest.execute(ids.setUp, 'Set Up by Hand');
	if (status !== 'success') throw new Error(`The inbox was not set up: ${failure?.message}`);
	await resume(around.postgres);
	for (const part of ['apply', 'reconcile', 'watch', 'take'] as const) await rest.activate(ids[part]);
	return ids;
}

export async function importInbox(around: Surroundings): Promise<Record<Part, string>> {
	const credentials = await addCredentials(around);
	const add = async (part: Part): Promise<string> => {
		const file = pointedAt(around.stripe.url, await readExample(INBOX[part]));
		const kept = { ...file.settings, saveDataSuccessExecution: 'all' };
		const example = around.keepFinished ? { ...file, settings: kept } : file;
		const workflow =
			part === 'setUp' ? withSettings(example, { who: 'Ada', ...NO_LIMIT, ...around.settings }) : example;
		return await around.rest.addWorkflow(completed(workflow, credentials, around.errorWorkflow));
	};
	return {
		setUp: await add('setUp'),
		take: await add('take'),
		apply: await add('apply'),
		reconcile: await add('reconcile'),
		watch: await add('watch'),
		look: await add('look'),
	};
}

/** A new inbox begins paused. */
async function resume(postgres: Postgres): Promise<void> {
	const client = await postgres.connect();
	await client.query("SELECT zoo_inbox.resume('Ada', 'it is set up')");
	await client.end();
}

async function addCredentials({ rest, postgres, zoo }: Surroundings): Promise<Credentials> {
	const { host, port, user, password, database } = postgres;
	const all = [
		{
			name: 'Payment inbox',
			type: 'postgres',
			data: { host, port, user, password, database, ssl: 'disable', maxConnections: 20 },
		},
		{ name: 'Stripe stand-in', type: 'stripeApi', data: { secretKey: STRIPE_KEY } },
		{ name: 'Stripe stand-in: signing secret', type: 'crypto', data: { hmacSecret: SIGNING_SECRET } },
		{ name: 'Zoo stand-in', type: 'zooApi', data: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url } },
	];
	const entries: Array<readonly [string, CredentialInUse]> = [];
	for (const one of all) entries.push([one.type, { id: await rest.addCredential(one), name: one.name }]);
	return Object.fromEntries(entries);
}

/** The one place where a stand-in differs from Stripe itself. */
function pointedAt(stripe: string, example: Example): Example {
	const nodes = example.nodes.map((node) => ({
		...node,
		parameters: parameters.parse(JSON.parse(JSON.stringify(node.parameters).replaceAll(STRIPE, stripe))),
	}));
	return { ...example, nodes };
}

function withSettings(example: Example, changes: Readonly<Record<string, unknown>>): Example {
	const settings = example.nodes.find(({ name }) => name === 'Settings');
	const { assignments } = assigned.parse(settings?.parameters);
	const changed = assignments.assignments.map((one) =>
		one.name in changes ? { ...one, value: String(changes[one.name]) } : one,
	);
	return withParameters(example, { Settings: { assignments: { assignments: changed } } });
}

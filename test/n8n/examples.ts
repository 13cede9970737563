/** The workflows of examples/, imported into an n8n with what a file cannot carry: credentials and each other's IDs. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { PROJECT } from './package-under-test';
import type { Rest, Workflow } from './rest';

export interface CredentialInUse {
	readonly id: string;
	readonly name: string;
}

/** By the credential's type. */
export type Credentials = Readonly<Record<string, CredentialInUse>>;

export const EXAMPLES = join(PROJECT, 'examples');

/** The workflow that the others name as their error workflow. */
export const COMPANION = '1-report-failed-executions.json';

const node = z.object({ name: z.string(), type: z.string(), parameters: z.record(z.unknown()) }).passthrough();
const workflow = z
	.object({
		name: z.string(),
		nodes: z.array(node),
		connections: z.record(z.unknown()),
		settings: z.record(z.unknown()).default({}),
	})
	.passthrough();

export type Example = z.infer<typeof workflow>;

/** Which of the node types in the examples takes which of the credentials given. */
const TAKES: Readonly<Record<string, string>> = {
	'n8n-nodes-zoo-billing.zooBilling': 'zooApi',
	'n8n-nodes-zoo-billing.zooBillingTool': 'zooApi',
	'n8n-nodes-base.crypto': 'crypto',
	'n8n-nodes-base.httpRequest': 'stripeApi',
	'n8n-nodes-base.postgres': 'postgres',
	'n8n-nodes-base.stripeTrigger': 'stripeApi',
	'n8n-nodes-base.webhook': 'httpHeaderAuth',
	'@n8n/n8n-nodes-langchain.lmChatOpenAi': 'openAiApi',
};

export async function exampleFiles(): Promise<string[]> {
	const names = await readdir(EXAMPLES);
	return names.filter((name) => name.endsWith('.json')).sort();
}

export async function readExample(file: string): Promise<Example> {
	return workflow.parse(JSON.parse(await readFile(join(EXAMPLES, file), 'utf8')));
}

/** What a reader does after the import: picks the credential in each node, and the error workflow in the settings. */
export function completed(example: Example, credentials: Credentials, errorWorkflow?: string): Workflow {
	const nodes = example.nodes.map((one) => {
		const type = TAKES[one.type];
		const credential = type && credentials[type];
		return credential ? { ...one, credentials: { [type]: credential } } : one;
	});
	return {
		...example,
		nodes,
		settings: { ...example.settings, ...(errorWorkflow !== undefined && { errorWorkflow }) },
	};
}

/** The same with other values for some parameters, by the node's name. */
export function withParameters(
	example: Example,
	changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Example {
	const nodes = example.nodes.map((one) => ({ ...one, parameters: { ...one.parameters, ...changes[one.name] } }));
	return { ...example, nodes };
}

/** All but the payment inbox, which needs more than credentials. Returns the IDs by file name. */
export async function importExamples(rest: Rest, credentials: Credentials): Promise<Map<string, string>> {
	const companion = await rest.addWorkflow(await readExample(COMPANION));
	const ids = new Map([[COMPANION, companion]]);
	for (const file of (await exampleFiles()).filter((name) => name !== COMPANION && !name.startsWith('6-'))) {
		ids.set(file, await rest.addWorkflow(completed(await readExample(file), credentials, companion)));
	}
	return ids;
}

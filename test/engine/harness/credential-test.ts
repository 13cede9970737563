/** Tests a credential as n8n does behind its Test button: the request that the credential type describes. */
import { ExecuteContext, RoutingNode } from 'n8n-core';
import {
	createEmptyRunExecutionData,
	Workflow,
	type ICredentialType,
	type INode,
	type INodeType,
	type INodeTypes,
} from 'n8n-workflow';

import { CREDENTIAL_ID, CREDENTIAL_NAME, OneCredential } from './credential';
import { additionalDataFor } from './execution';
import { loadPackage, type LoadedPackage } from './package';

export interface CredentialTestRun {
	readonly credential: { readonly apiToken: string; readonly baseUrl: string };
	readonly tested?: LoadedPackage;
}

export interface CredentialTestResult {
	readonly ok: boolean;
	/** What the user reads where it is not ok. */
	readonly message: string;
}

export async function testCredential({ credential, tested }: CredentialTestRun): Promise<CredentialTestResult> {
	const loaded = tested ?? (await loadPackage());
	const type = loaded.credentialType('zooApi');
	try {
		await request(type, { ...credential });
		return { ok: true, message: 'Connection successful!' };
	} catch (error) {
		return { ok: false, message: ruleFor(type, error) ?? shownMessage(error) };
	}
}

/** n8n makes of the test a declarative node with a single hidden field that carries the request. */
async function request(type: ICredentialType, data: Record<string, string>): Promise<void> {
	if (!type.test) throw new Error('The credential type has no test');
	const nodeType = carrier(type, type.test.request);
	const nodeTypes: INodeTypes = {
		getByName: () => nodeType,
		getByNameAndVersion: () => nodeType,
		getKnownTypes: () => ({}),
	};
	const nodes = [carrierNode(type)];
	const workflow = new Workflow({ nodes, connections: {}, active: false, nodeTypes });
	const node = workflow.getNode('Temp-Node');
	if (!node) throw new Error('The workflow lost its node');
	const context = new ExecuteContext(
		workflow,
		node,
		additionalDataFor({ nodes, connections: {}, credentialsHelper: new OneCredential(type, data) }),
		'internal',
		createEmptyRunExecutionData(),
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node, data: {}, source: null },
		[],
	);
	const decrypted = { id: CREDENTIAL_ID, name: CREDENTIAL_NAME, type: type.name, data };
	await new RoutingNode(context, nodeType, decrypted).runNode();
}

function carrier(type: ICredentialType, request: NonNullable<ICredentialType['test']>['request']): INodeType {
	return {
		description: {
			displayName: 'Carrier',
			name: 'carrier',
			group: ['transform'],
			version: 1,
			description: 'Carries the request of a credential test',
			defaults: { name: 'Carrier' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: type.name, required: true }],
			properties: [{ displayName: 'Temp', name: 'temp', type: 'string', default: '', routing: { request } }],
		},
	};
}

function carrierNode(type: ICredentialType): INode {
	return {
		id: 'temp',
		name: 'Temp-Node',
		type: 'carrier',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		credentials: { [type.name]: { id: CREDENTIAL_ID, name: CREDENTIAL_NAME } },
	};
}

/** What the credential type says of the status that was answered. */
function ruleFor({ test }: ICredentialType, error: unknown): string | undefined {
	const status = propertyOf(propertyOf(propertyOf(error, 'cause'), 'response'), 'status');
	for (const rule of test?.rules ?? []) {
		if (rule.type === 'responseCode' && rule.properties.value === status) return rule.properties.message;
	}
	return undefined;
}

/** A status's own text, else the network's code, else the message: what n8n's server picks. */
function shownMessage(error: unknown): string {
	const cause = propertyOf(error, 'cause');
	const response = propertyOf(cause, 'response');
	const shown = response
		? propertyOf(response, 'statusText') || `Received HTTP status code: ${String(propertyOf(response, 'status'))}`
		: propertyOf(cause, 'code') || propertyOf(error, 'message');
	return String(shown);
}

function propertyOf(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

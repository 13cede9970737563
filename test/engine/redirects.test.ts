// Another node that uses the credential, such as HTTP Request: n8n follows redirects for it, but the token stays with Zoo.

import { ExecuteContext } from 'n8n-core';
import {
	createEmptyRunExecutionData,
	Workflow,
	type IExecuteFunctions,
	type INode,
	type INodeTypes,
} from 'n8n-workflow';

import type { ZooApi } from '../zoo-api/server';
import { MEMBER_TOKEN } from '../zoo-api/tokens';
import { CREDENTIAL_ID, CREDENTIAL_NAME, OneCredential } from './harness/credential';
import { additionalDataFor } from './harness/execution';
import { loadPackage } from './harness/package';
import { SinkNode } from './harness/stub-nodes';
import { startZooApi } from '../zoo-api/server';

let zoo: ZooApi;
let elsewhere: ZooApi;
beforeEach(async () => {
	zoo = await startZooApi();
	elsewhere = await startZooApi();
});
afterEach(async () => {
	await zoo.close();
	await elsewhere.close();
});

/** The context of a node that is not ours, with our credential. */
async function otherNode(): Promise<IExecuteFunctions> {
	const type = (await loadPackage()).credentialType('zooApi');
	const node: INode = {
		id: 'other',
		name: 'Other Node',
		type: 'test.sink',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		credentials: { zooApi: { id: CREDENTIAL_ID, name: CREDENTIAL_NAME } },
	};
	const sink = new SinkNode();
	const nodeTypes: INodeTypes = {
		getByName: () => sink,
		getByNameAndVersion: () => sink,
		getKnownTypes: () => ({}),
	};
	const context: unknown = new ExecuteContext(
		new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes }),
		node,
		additionalDataFor({
			nodes: [node],
			connections: {},
			credentialsHelper: new OneCredential(type, { apiToken: MEMBER_TOKEN, baseUrl: zoo.url }),
		}),
		'internal',
		createEmptyRunExecutionData(),
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node, data: {}, source: null },
		[],
	);
	// Two packages of n8n disagree on the type of a workflow's name.
	return context as IExecuteFunctions;
}

const data = () => ({
	credentialsDecrypted: {
		id: CREDENTIAL_ID,
		name: CREDENTIAL_NAME,
		type: 'zooApi',
		data: { apiToken: MEMBER_TOKEN, baseUrl: zoo.url },
	},
});

/** n8n's own nodes still use what it asks others not to. */
interface OlderHelpers {
	requestWithAuthentication(this: IExecuteFunctions, type: string, request: object, more: object): Promise<unknown>;
}

const olderHelpers = ({ helpers }: IExecuteFunctions): OlderHelpers => helpers;

const ways: Record<string, (context: IExecuteFunctions, url: string) => Promise<unknown>> = {
	'the helper of today': async (context, url) =>
		await context.helpers.httpRequestWithAuthentication.call(context, 'zooApi', { url }, data()),
	'the helper of the HTTP Request node': async (context, url) =>
		await olderHelpers(context).requestWithAuthentication.call(
			context,
			'zooApi',
			{ uri: url, method: 'GET', followAllRedirects: true, json: true },
			data(),
		),
};

describe.each(Object.entries(ways))('by %s', (_, request) => {
	it('is taken to another host without the token', async () => {
		zoo.failNext({ kind: 'redirect', status: 302, location: `${elsewhere.url}/user` });
		await request(await otherNode(), `${zoo.url}/user`).catch(() => undefined);
		expect(zoo.requests[0]?.headers['authorization']).toBe(`Bearer ${MEMBER_TOKEN}`);
		expect(elsewhere.requests.map(({ target }) => target)).toContain('/user');
		expect(JSON.stringify(elsewhere.requests)).not.toContain(MEMBER_TOKEN);
	});

	it('is taken to another page of Zoo with the token', async () => {
		zoo.failNext({ kind: 'redirect', status: 302, location: '/user' });
		await request(await otherNode(), `${zoo.url}/user`);
		expect(zoo.requests.map(({ headers }) => headers['authorization'])).toEqual(
			Array(2).fill(`Bearer ${MEMBER_TOKEN}`),
		);
	});
});

/** Development: a source file that is saved reaches the open editor and the next execution, and a debugger knows its lines. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, it, type TestContext } from 'node:test';

import type { Page } from 'playwright-core';

import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { logIn, startBrowser } from './browser';
import type { CleanUp } from './clean-up';
import { Debugger } from './debugger';
import { Editor } from './editor';
import type { CredentialInUse } from './examples';
import { freePorts } from './free-ports';
import { Home } from './home';
import { hotReload } from './hot-reload';
import { N8n } from './n8n';
import { PROJECT } from './package-under-test';
import type { Workflow } from './rest';
import { until } from './until';
import type { World } from './world';

const WITHIN_MS = 5_000;
/** The editor reads all of n8n's nodes again, which takes it four seconds or more on two cores. */
const IN_THE_EDITOR_MS = 10_000;
const NODE = 'Zoo Billing';
const OWNER_FILE = 'nodes/ZooBilling/balance/owner.ts';
const NODE_FILE = 'nodes/ZooBilling/ZooBilling.node.ts';

export function aSavedSource(world: () => World): void {
	let sources: string;
	let n8n: N8n;
	let inspector: string;
	let workflowId: string;
	let page: Page;

	const messageOf = async () => (await n8n.rest.execute(workflowId, 'Start')).failure?.message ?? '';
	const bundle = () =>
		join(n8n.home.n8nFolder, 'nodes/node_modules/n8n-nodes-zoo-billing/dist/nodes/ZooBilling/ZooBilling.node.js');

	before(async () => {
		const { cleanUp, tarball, zoo } = world();
		sources = await copyOfSources(cleanUp);
		inspector = `127.0.0.1:${String((await freePorts(1))[0])}`;
		const reload = hotReload(sources, () => undefined, cleanUp);
		const settings = { home: await Home.make(cleanUp), tarball, ...reload, nodeFlags: [`--inspect=${inspector}`] };
		n8n = await N8n.start(settings, cleanUp);
		const data = { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url };
		const id = await n8n.rest.addCredential({ name: 'Zoo stand-in', type: 'zooApi', data });
		workflowId = await n8n.rest.addWorkflow(refusedWorkflow({ id, name: 'Zoo stand-in' }));
		page = await logIn(await startBrowser(cleanUp), n8n.url, 'light');
	});

	it('reaches the open editor within ten seconds', async (test) => {
		const editor = new Editor(page);
		await editor.openWorkflow(workflowId);
		await editor.openNode(NODE);
		await page.getByText('Organization ID', { exact: true }).waitFor();
		const tookMs = await save(join(sources, OWNER_FILE), "'Organization ID'", "'Organization Number'", async () => {
			await page.getByText('Organization Number', { exact: true }).waitFor();
		});
		judge(test, tookMs, IN_THE_EDITOR_MS);
	});

	it('reaches the next execution within five seconds', async (test) => {
		assert.match(await messageOf(), /'Organization Number' is not a UUID/);
		const tookMs = await save(join(sources, OWNER_FILE), "'is not a UUID'", "'is no ID at all'", async () => {
			await until(
				'the message is the new one',
				30_000,
				async () => /is no ID at all/.test(await messageOf()) || undefined,
			);
		});
		judge(test, tookMs);
	});

	it('stops a debugger at a line of a .ts file, and names it in a stack trace', async () => {
		const file = join(sources, NODE_FILE);
		const lines = (await readFile(file, 'utf8')).split('\n');
		const line = lines.findIndex((text) => text.includes('async execute(')) + 2;
		const attached = await Debugger.attach(inspector, world().cleanUp);
		const stop = await attached.stopAt({ file, line }, bundle(), messageOf);
		assert.deepEqual(stop.place, { file, line });
		assert.match(stop.stack, new RegExp(`${NODE_FILE}:${line}:`));
	});
}

/** The test writes into it. */
async function copyOfSources(cleanUp: CleanUp): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'zoo-billing-sources-'));
	await cleanUp.later(async () => await rm(folder, { recursive: true, force: true }));
	const copied = ['nodes', 'credentials', 'tsconfig.json'];
	await Promise.all(copied.map(async (name) => await cp(join(PROJECT, name), join(folder, name), { recursive: true })));
	await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
	return folder;
}

/** Milliseconds from the file on disk until it is seen. */
async function save(file: string, before: string, after: string, seen: () => Promise<void>): Promise<number> {
	const text = await readFile(file, 'utf8');
	assert.ok(text.includes(before), `${file} does not have ${before}`);
	await writeFile(file, text.replaceAll(before, after));
	const savedAt = performance.now();
	await seen();
	return performance.now() - savedAt;
}

function judge(test: TestContext, tookMs: number, withinMs = WITHIN_MS): void {
	test.diagnostic(`seen ${(tookMs / 1000).toFixed(1)} s after it was saved`);
	assert.ok(tookMs < withinMs, `it took ${Math.round(tookMs)} ms`);
}

function refusedWorkflow(zooApi: CredentialInUse): Workflow {
	const parameters = { operation: 'updateBalance', orgId: 'acme', updateFields: { prePayCashRemaining: '1.00' } };
	const type = 'n8n-nodes-zoo-billing.zooBilling';
	return {
		name: 'An organization that is none',
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			{ name: NODE, type, typeVersion: 2, position: [224, 0], parameters, credentials: { zooApi } },
		],
		connections: { Start: { main: [[{ node: NODE, type: 'main', index: 0 }]] } },
	};
}

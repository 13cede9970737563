/** The node in n8n's editor by clicks and keys: README's first workflow, each option, each choice forth and back. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, it } from 'node:test';

import type { Page } from 'playwright-core';
import { z } from 'zod';

import { optionDefaults, optionTable } from '../../nodes/ZooBilling/operations/options';
import type { BalanceModel } from '../zoo-api/balances';
import { SAMPLE_ORGS } from '../zoo-api/samples';
import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { logIn, startBrowser } from './browser';
import { Editor, NodeDetails } from './editor';
import { freePorts } from './free-ports';
import { PROJECT } from './package-under-test';
import { until } from './until';
import { standIn, type World } from './world';

const [ACME] = SAMPLE_ORGS;
const NODE = 'Zoo Billing';
const TYPE = 'n8n-nodes-zoo-billing.zooBilling';
/** n8n saves by itself some seconds after a change. */
const SAVED_MS = 30_000;

const savedWorkflow = z.object({
	nodes: z.array(z.object({ name: z.string(), type: z.string(), parameters: z.record(z.unknown()) })),
});
type Parameters = Readonly<Record<string, unknown>>;

export function byHand(world: () => World): void {
	let page: Page;
	before(async () => {
		const { cleanUp, n8n } = world();
		page = await logIn(await startBrowser(cleanUp), n8n.url, 'light');
	});

	theFirstWorkflow(world, () => page);
	theOptions(world, () => page);
	theChoices(world, () => page);
	aRefusedConnection(world, () => page);
}

interface Hand {
	readonly editor: Editor;
	readonly details: NodeDetails;
	readonly zoo: ZooApi;
	readonly credential: string;
	readonly amount: Amount;
}

interface Amount {
	readonly model: BalanceModel;
	readonly label: string;
	readonly parameter: string;
	readonly wire: string;
}

const AMOUNTS: readonly Amount[] = [
	{ model: 'prePay', label: 'Pre-Pay Cash', parameter: 'prePayCashRemaining', wire: 'pre_pay_cash_remaining' },
	{
		model: 'apiCredits',
		label: 'API Credits (Stable)',
		parameter: 'stableApiCreditsRemainingMonetaryValue',
		wire: 'stable_api_credits_remaining_monetary_value',
	},
];

const amountOf = ({ zoo, amount }: Hand) => zoo.amountsOf('org', ACME.id)[amount.wire];

/** What a reader does for each step of README's first workflow, by its whole text. */
const STEPS: ReadonlyArray<readonly [string, (hand: Hand) => Promise<void>]> = [
	[
		'Add a *Manual Trigger*.',
		async ({ editor }) => {
			await editor.newWorkflow();
			await editor.addManualTrigger();
		},
	],
	[
		'Add **Zoo Billing** behind it with the action *Get own org balance* (where your user belongs to no organization: *Get own user balance*).',
		async ({ editor }) => {
			await editor.addNode('zoo', NODE, 'Get own org balance');
		},
	],
	['Choose the credential.', async ({ details, credential }) => await details.chooseCredential(credential)],
	[
		'Execute. The item shows what is left.',
		async ({ details, amount }) => {
			assert.equal(await details.execute(), 'success');
			await details.outputShows(amount.wire);
		},
	],
	[
		'Put an *Edit Fields* node in between, with `organization` (its ID), `cash` (`50.00`) and `payment` (`pi_test_1`).',
		async ({ editor, details }) => {
			await details.close();
			const fields = await editor.insertNode('edit fields', 'Edit Fields');
			await fields.addField('organization', ACME.id);
			await fields.addField('cash', '50.00');
			await fields.addField('payment', 'pi_test_1');
			await fields.close();
		},
	],
	[
		'Change the operation to **Adjust Org Balance**.',
		async ({ editor, details }) => {
			await editor.openNode('Get own org balance');
			await details.choose('operation', 'Adjust Org Balance');
		},
	],
	['Drag `organization` into *Organization ID*.', async ({ details }) => await details.drag('organization', 'orgId')],
	[
		'Add *Amounts to Add → API Credits (Stable)*, or *Pre-Pay Cash* where step 4 showed names with `pre_pay`, and drag `cash` into it. [Why there are two kinds](docs/balance-models.md).',
		async ({ details, amount }) => {
			await details.add('Add Amount', amount.label);
			await details.drag('cash', amount.parameter);
		},
	],
	[
		'With *Pre-Pay Cash*, add *Options → Credit Multiplier* `1`: bills are paid from credits, and each dollar of cash then adds a dollar of them.',
		async ({ details, amount }) => {
			if (amount.model !== 'prePay') return;
			await details.add('Add Option', 'Credit Multiplier');
			await details.fill('creditMultiplier', '1');
		},
	],
	[
		'Add *Options → Payment Reference*, and drag `payment` into it.',
		async ({ details }) => {
			await details.add('Add Option', 'Payment Reference');
			await details.drag('payment', 'reference');
		},
	],
	[
		'Add *Options → Dry Run*, which is on once it is there.',
		async ({ details }) => await details.add('Add Option', 'Dry Run'),
	],
	[
		'Execute. The item shows each amount from → to, and nothing was written.',
		async (hand) => {
			assert.equal(await hand.details.execute(), 'success');
			for (const text of ['from', 'to', '150.00']) await hand.details.outputShows(text);
			assert.equal(amountOf(hand), '100.00');
			assert.deepEqual(writesOf(hand.zoo), []);
		},
	],
	['Remove *Dry Run*.', async ({ details }) => await details.remove('dryRun')],
	[
		'Execute. The item carries a `confirmation`. **This changes a real balance, and executing it again adds again.**',
		async (hand) => {
			assert.equal(await hand.details.execute(), 'success');
			await hand.details.outputShows('confirmation');
			assert.equal(amountOf(hand), '150.00');
			assert.equal(writesOf(hand.zoo).length, 1);
		},
	],
];

function theFirstWorkflow(world: () => World, page: () => Page): void {
	it('README: the steps of the first workflow are those that are taken here', async () => {
		assert.deepEqual(
			await stepsOfReadme(),
			STEPS.map(([text]) => text),
		);
	});

	for (const amount of AMOUNTS)
		it(`README: the first workflow writes nothing before Dry Run is removed, and then once (${amount.label})`, async () => {
			const { zoo, credential } = await standIn(world(), amount.model, `Zoo with ${amount.model}`);
			const hand = { editor: new Editor(page()), details: new NodeDetails(page()), zoo, credential, amount };

			for (const [, take] of STEPS) await take(hand);

			for (const name of ['orgId', 'confirmation']) await isInView(hand.details, name);
			await hand.details.showOutputAs('Schema');
			for (const name of ['orgId', 'confirmation']) await isInView(hand.details, name);
		});
}

async function stepsOfReadme(): Promise<string[]> {
	const text = await readFile(join(PROJECT, 'README.md'), 'utf8');
	const section = text.slice(text.indexOf('## First workflow'), text.indexOf('## Which setup'));
	return [...section.matchAll(/^\d+\. (.*)$/gm)].map(([, step = '']) => step);
}

function writesOf(zoo: ZooApi): unknown[] {
	return zoo.requests.filter(({ method }) => method !== 'GET');
}

/** Whoever looks at the output sees the name without scrolling. */
async function isInView(details: NodeDetails, name: string): Promise<void> {
	await details.outputShows(name);
	const shown = details.output.getByText(name, { exact: true }).filter({ visible: true }).first();
	const [box, panel] = [await shown.boundingBox(), await details.output.boundingBox()];
	assert.ok(box && panel, name);
	assert.ok(box.x + box.width <= panel.x + panel.width, `${name} is beside the panel`);
	assert.ok(box.y + box.height <= panel.y + panel.height, `${name} is below the panel`);
}

/** What n8n stores of an option when somebody adds it and does nothing else. */
const ADDED: Parameters = {
	creditMultiplier: '',
	currency: '',
	dryRun: true,
	includeTotalDue: true,
	maxAmount: '',
	maxConcurrency: optionDefaults.maxConcurrency,
	onDifference: 'fail',
	onlyIf: {},
	output: 'amounts',
	reference: '',
	repeatedReference: 'returnFirst',
	retryFor: optionDefaults.retryFor / 1000,
	timeout: optionDefaults.timeout / 1000,
	validFor: 60,
};

function theOptions(world: () => World, page: () => Page): void {
	it('options: each that is added does what its name says', async () => {
		const editor = new Editor(page());
		await editor.newWorkflow();
		await editor.addManualTrigger();
		const details = await editor.addNode('zoo', NODE, 'Adjust org balance');
		for (const [name, { label }] of Object.entries(optionTable))
			if (name in ADDED) await details.add('Add Option', label);

		const stored = await savedWith(world(), editor, ({ options }) => sizeOf(options) === sizeOf(ADDED));
		assert.deepEqual(stored['options'], ADDED);
	});
}

/** All that decides whether and how much is written, each other than what holds without it. */
const SET: Parameters = {
	resource: 'org',
	orgId: { __rl: true, mode: 'id', value: ACME.id },
	amountUnit: 'cents',
	updateFields: { prePayCashRemaining: '5000' },
	adjustFields: { prePayCashRemaining: '5000' },
	preview: '={{ $json.preview }}',
	sentBefore: 'perhaps',
	options: {
		...ADDED,
		creditMultiplier: '1.25',
		currency: 'usd',
		maxAmount: '500.00',
		maxConcurrency: 3,
		onlyIf: { prePayCashRemaining: '10.00' },
		reference: 'pi_1',
		retryFor: 5,
		timeout: 10,
	},
};

interface Choice {
	readonly parameter: string;
	readonly label: string;
	readonly value: string;
}
const operation = (value: string, label: string): Choice => ({ parameter: 'operation', label, value });
const ADJUST = operation('adjustBalance', 'Adjust Org Balance');
const UPDATE = operation('updateBalance', 'Update Org Balance');
const APPLY = operation('applyPreview', 'Apply Org Balance Preview');
const GET = operation('getBalance', 'Get Org Balance');
const OTHERS = [
	operation('getOwnBalance', 'Get Own Org Balance'),
	operation('getInvoices', 'Get Many Invoices'),
	operation('getSubscription', 'Get Subscription'),
];
const USER = { parameter: 'resource', label: 'User', value: 'user' };
const ORG = { parameter: 'resource', label: 'Org', value: 'org' };
const DOLLARS = { parameter: 'amountUnit', label: 'US Dollars', value: 'usd' };
const CENTS = { parameter: 'amountUnit', label: 'Cents', value: 'cents' };

/** Where somebody starts, and the ways forth and back. */
const WAYS: ReadonlyArray<readonly [Choice, ReadonlyArray<readonly [Choice, Choice]>]> = [
	[
		ADJUST,
		[
			...[GET, UPDATE, APPLY, ...OTHERS].map((there) => [there, ADJUST] as const),
			[USER, ORG] as const,
			[DOLLARS, CENTS] as const,
		],
	],
	[UPDATE, [...[GET, APPLY].map((there) => [there, UPDATE] as const), [DOLLARS, CENTS] as const]],
	[APPLY, [[GET, APPLY] as const, [USER, ORG] as const]],
];
/** What a parameter is where n8n stores none, because it is the default. */
const WITHOUT: Parameters = { resource: 'org', operation: 'updateBalance', amountUnit: 'usd' };
/** Without these nothing can be sent. */
const NEEDED = ['updateFields', 'adjustFields', 'preview', 'sentBefore', 'orgId'];

function theChoices(world: () => World, page: () => Page): void {
	for (const [start, ways] of WAYS)
		it(`choices: ${start.label} loses nothing that decides a write by going forth and back`, async () => {
			const editor = new Editor(page());
			await editor.newWorkflow();
			await editor.paste(aloneWith({ ...SET, operation: start.value }));
			const details = await editor.openNode(NODE);
			const before = await savedWith(world(), editor, () => true);

			for (const [there, back] of ways) {
				await details.choose(there.parameter, there.label);
				const away = await savedWith(world(), editor, isChosen(there));
				assert.deepEqual(away['options'], before['options'], `${start.label} → ${there.label}`);
				await details.choose(back.parameter, back.label);
				const after = await savedWith(world(), editor, isChosen(back));
				keeps(before, after, `${start.label} → ${there.label} → ${back.label}`);
			}
		});
}

function isChosen({ parameter, value }: Choice): (stored: Parameters) => boolean {
	return (stored) => (stored[parameter] ?? WITHOUT[parameter]) === value;
}

function keeps(before: Parameters, after: Parameters, way: string): void {
	for (const name of ['options', 'amountUnit']) assert.deepEqual(after[name], before[name], `${way}: ${name}`);
	for (const name of NEEDED) {
		const value = JSON.stringify(after[name] ?? '');
		const isEmpty = ['', '{}', '""'].includes(value) || value.includes('"value":""');
		assert.ok(isEmpty || value === JSON.stringify(before[name]), `${way}: ${name} became ${value}`);
	}
}

function aloneWith(parameters: Parameters): object {
	const node = { id: 'b3c3b1b0-0000-4000-8000-000000000001', name: NODE, type: TYPE, typeVersion: 2 };
	return { nodes: [{ ...node, position: [0, 0], parameters }], connections: {} };
}

/** The parameters of the workflow's node as n8n has saved them, once they are as described. */
async function savedWith(
	{ rest }: World,
	editor: Editor,
	isSo: (parameters: Parameters) => boolean,
): Promise<Parameters> {
	const id = await editor.workflowId();
	return await until('n8n has saved the node', SAVED_MS, async () => {
		const { nodes } = savedWorkflow.parse(await savedOrNone(rest, id));
		const parameters = nodes.find(({ type }) => type === TYPE)?.parameters;
		return parameters && isSo(parameters) ? parameters : undefined;
	});
}

/** Until n8n has saved a workflow for the first time, it knows of none. */
async function savedOrNone(rest: World['rest'], id: string): Promise<unknown> {
	return await rest.send('GET', `/workflows/${id}`).catch(() => ({ nodes: [] }));
}

function sizeOf(value: unknown): number {
	return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

function aRefusedConnection(world: () => World, page: () => Page): void {
	it('a refused connection: the panel soon names the host and what to do next', async () => {
		const [port] = await freePorts(1);
		const credential = 'Nobody listens';
		const data = { apiToken: EMPLOYEE_TOKEN, baseUrl: `http://127.0.0.1:${port}` };
		await world().rest.addCredential({ name: credential, type: 'zooApi', data });
		const editor = new Editor(page());
		await editor.newWorkflow();
		await editor.addManualTrigger();
		const details = await editor.addNode('zoo', NODE, 'Get own org balance');
		await details.chooseCredential(credential);

		const startedAt = Date.now();
		assert.equal(await details.execute(), 'danger');
		assert.ok(Date.now() - startedAt < 10_000, `${Date.now() - startedAt} ms`);
		await details.outputShows(`127.0.0.1:${port}`);
		await details.outputShows(/Base URL/);
	});
}

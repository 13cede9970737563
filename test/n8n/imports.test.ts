/** The examples in n8n's editor by clicks and keys: each imported in both ways, then set up as its note says. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import type { Page } from 'playwright-core';
import { z } from 'zod';

import type { BalanceModel } from '../zoo-api/balances';
import { SAMPLE_ORGS } from '../zoo-api/samples';
import type { ZooApi } from '../zoo-api/server';
import { logIn, startBrowser } from './browser';
import { Editor, type NodeDetails } from './editor';
import { EXAMPLES, exampleFiles, readExample, type Example } from './examples';
import { until } from './until';
import { standIn, type World } from './world';

const [ACME] = SAMPLE_ORGS;
const TYPE = 'n8n-nodes-zoo-billing.zooBilling';
/** n8n saves by itself some seconds after a change. */
const SAVED_MS = 30_000;
/** What holds where n8n stores nothing. */
const WITHOUT = { operation: 'updateBalance', options: {}, readOptions: {} };
const STABLE = 'stableApiCreditsRemainingMonetaryValue';
const MONTHLY = 'monthlyApiCreditsRemainingMonetaryValue';

const savedWorkflow = z.object({
	nodes: z.array(
		z.object({
			name: z.string(),
			type: z.string(),
			parameters: z.record(z.unknown()),
			credentials: z.object({ zooApi: z.object({ name: z.string() }).optional() }).optional(),
		}),
	),
});
type SavedNode = z.infer<typeof savedWorkflow>['nodes'][number];
type Parameters = Readonly<Record<string, unknown>>;

interface SetUp {
	readonly file: string;
	readonly model: BalanceModel;
	/** Of the example's note: whoever changes it has to change what is clicked here. */
	readonly says: readonly string[];
	/** Beside the choice of the credential, by the node's name. */
	readonly clicks: Readonly<Record<string, (details: NodeDetails) => Promise<void>>>;
	/** What these lead to: with undefined for what is gone. */
	readonly changes: Readonly<Record<string, (parameters: Parameters) => Parameters>>;
	readonly tried?: (world: World, editor: Editor, zoo: ZooApi) => Promise<void>;
}

const SET_UPS: readonly SetUp[] = [
	{
		file: '1-top-up-org-balance-from-stripe-checkout.json',
		model: 'apiCredits',
		says: ['give the amount to *API Credits (Stable)* instead of *Pre-Pay Cash*, and remove *Credit Multiplier*'],
		clicks: {
			'Add Payment to Org Balance': async (details) => {
				await replaceAmount(details, 'prePayCashRemaining', 'API Credits (Stable)', STABLE);
				await details.remove('creditMultiplier');
			},
		},
		changes: {
			'Add Payment to Org Balance': ({ adjustFields, options, ...rest }) => ({
				...rest,
				adjustFields: renamed(adjustFields, { prePayCashRemaining: STABLE }),
				options: without(options, 'creditMultiplier'),
			}),
		},
		tried: async (_, editor, zoo) => {
			const details = await editor.openNode('Add Payment to Org Balance');
			await details.add('Add Option', 'Dry Run');
			await details.close();
			await editor.execute();
			assert.deepEqual(writesOf(zoo), []);
			assert.ok(zoo.requests.length > 0);
		},
	},
	{
		file: '2-set-org-balance-from-a-webhook.json',
		model: 'apiCredits',
		says: ['use *API Credits (Monthly)* and *API Credits (Stable)* in place of the fields that are there'],
		clicks: {
			'Set Org Balance': async (details) => {
				await replaceAmount(details, 'prePayCashRemaining', 'API Credits (Stable)', STABLE);
				await replaceAmount(details, 'prePayCreditsRemaining', 'API Credits (Monthly)', MONTHLY);
			},
		},
		changes: {
			'Set Org Balance': ({ updateFields, ...rest }) => ({
				...rest,
				updateFields: renamed(updateFields, { prePayCashRemaining: STABLE, prePayCreditsRemaining: MONTHLY }),
			}),
		},
	},
	{
		file: '3-set-monthly-credits-when-zoo-renews-them.json',
		model: 'apiCredits',
		says: ['give the amount to *API Credits (Monthly)* instead of *Monthly Credits (Pre-Pay)*'],
		clicks: {
			'Set Monthly Credits': async (details) =>
				await replaceAmount(details, 'monthlyCreditsRemaining', 'API Credits (Monthly)', MONTHLY),
		},
		changes: {
			'Set Monthly Credits': ({ updateFields, ...rest }) => ({
				...rest,
				updateFields: renamed(updateFields, { monthlyCreditsRemaining: MONTHLY }),
			}),
		},
	},
	{
		file: '4-warn-when-credits-run-low.json',
		model: 'prePay',
		says: ['Choose your Zoo API credential in *Read Own Balance*'],
		clicks: {},
		changes: {},
		tried: async (_, editor) => {
			const details = await editor.openNode('Read Own Balance');
			assert.equal(await details.execute(), 'success');
			await details.outputShows('monthly_credits_remaining');
			await details.close();
		},
	},
	{
		file: '5-let-an-agent-preview-and-a-person-approve.json',
		model: 'apiCredits',
		says: [
			'use *API Credits (Stable)* in *Preview Cash Adjustment* instead of *Pre-Pay Cash*, and let the model fill it',
		],
		clicks: {
			'Preview Cash Adjustment': async (details) => {
				await details.add('Add Amount', 'API Credits (Stable)');
				await details.letModelFill(STABLE);
				await details.remove('prePayCashRemaining');
			},
		},
		changes: {
			'Preview Cash Adjustment': (parameters) => ({
				...parameters,
				adjustFields: {
					[STABLE]: "={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('API_Credits__Stable_', ``, 'string') }}",
				},
			}),
		},
		tried: anAgentAsksFirst,
	},
	{
		file: '6-payment-inbox-3-apply.json',
		model: 'prePay',
		says: ['your Zoo API credential (the token of a Zoo employee) in the eight Zoo nodes'],
		clicks: {},
		changes: {},
	},
];

export function theImports(world: () => World): void {
	let page: Page;
	before(async () => {
		const { cleanUp, n8n } = world();
		page = await logIn(await startBrowser(cleanUp), n8n.url, 'light');
		await new Editor(page).newWorkflow();
	});
	let isFirst = true;
	const onEmptyCanvas = async () => {
		const editor = new Editor(page);
		if (!isFirst) await editor.nextWorkflow();
		isFirst = false;
		return editor;
	};

	it('each example keeps all that its Zoo nodes say, imported as a file and pasted', async () => {
		for (const file of await exampleFiles())
			for (const [way, take] of Object.entries({ file: takeFile, paste: takeText })) {
				const editor = await onEmptyCanvas();
				await take(editor, file);
				const example = await readExample(file);
				assert.deepEqual(
					(await savedNodes(world(), editor)).map(withoutCredential),
					example.nodes.flatMap(summary).map(withoutCredential),
					`${file} by ${way}`,
				);
			}
	});

	for (const setUp of SET_UPS)
		it(`${setUp.file}, set up as its note says, keeps what keeps money safe`, async () => {
			const example = await readExample(setUp.file);
			const { zoo, credential } = await standIn(world(), setUp.model, `For example ${setUp.file.charAt(0)}`);
			const wanted = example.nodes.flatMap(summary).map(({ name, parameters }) => ({
				name,
				parameters: setUp.changes[name]?.(parameters) ?? parameters,
				credential,
			}));
			for (const step of setUp.says) assert.ok(JSON.stringify(example.nodes).includes(step), step);

			const editor = await onEmptyCanvas();
			await takeText(editor, setUp.file);
			await editor.zoomToFit();
			for (const { name } of wanted) {
				const details = await editor.openNode(name);
				await details.chooseCredential(credential);
				await setUp.clicks[name]?.(details);
				await details.close();
			}

			await savesAs(world(), editor, wanted);
			await setUp.tried?.(world(), editor, zoo);
		});
}

async function takeFile(editor: Editor, file: string): Promise<void> {
	const { nodes } = await readExample(file);
	const saved = editor.saved(nodes.length);
	await editor.importFile(join(EXAMPLES, file));
	await saved;
}

async function takeText(editor: Editor, file: string): Promise<void> {
	const example = await readExample(file);
	const saved = editor.saved(example.nodes.length);
	await editor.paste(example);
	await saved;
}

/** With its expression, as somebody copies it. */
async function replaceAmount(details: NodeDetails, from: string, label: string, to: string): Promise<void> {
	await details.add('Add Amount', label);
	await details.copyExpression(from, to);
	await details.remove(from);
}

/** What the model asks for is previewed, and a person is asked. */
async function anAgentAsksFirst({ model }: World, editor: Editor, zoo: ZooApi): Promise<void> {
	const stable = () => zoo.amountsOf('org', ACME.id)['stable_api_credits_remaining_monetary_value'];
	const details = await editor.openNode('Chat Model');
	await details.chooseCredential('Scripted model');
	await details.close();
	const input = { organization: ACME.id, API_Credits__Stable_: '25.00' };
	model.willSay([{ tool: 'Preview_Cash_Adjustment', input }], 'Please decide below.');

	await editor.say(`Add 25 dollars of pre-pay cash to organization ${ACME.id}.`);
	const chat = editor.page.getByTestId('canvas-chat');
	await chat.getByText('from 100.00 to 125.00 US dollars').waitFor();
	await chat.getByText('Apply', { exact: true }).waitFor();
	assert.deepEqual([writesOf(zoo), stable()], [[], '100.00']);
}

function writesOf(zoo: ZooApi): unknown[] {
	return zoo.requests.filter(({ method }) => method !== 'GET');
}

interface Summary {
	readonly name: string;
	readonly parameters: Parameters;
	readonly credential: string | undefined;
}

/** Of a Zoo node, in the file or as n8n has saved it; of another node nothing. */
function summary({ name, type, parameters, credentials }: Example['nodes'][number] | SavedNode): Summary[] {
	if (!type.startsWith(TYPE)) return [];
	const { zooApi } = z.object({ zooApi: z.object({ name: z.string() }).optional() }).parse(credentials ?? {});
	return [{ name, parameters: { ...WITHOUT, ...parameters }, credential: zooApi?.name }];
}

/** n8n chooses the only credential that fits by itself. */
function withoutCredential({ name, parameters }: Summary): Omit<Summary, 'credential'> {
	return { name, parameters };
}

async function savedNodes({ rest }: World, editor: Editor): Promise<Summary[]> {
	const { nodes } = savedWorkflow.parse(await rest.send('GET', `/workflows/${await editor.workflowId()}`));
	return nodes.flatMap(summary);
}

/** Once n8n has saved the last click; what differs if it never does. */
async function savesAs(world: World, editor: Editor, wanted: readonly Summary[]): Promise<void> {
	const isSaved = async () => (isDeepStrictEqual(await savedNodes(world, editor), wanted) ? true : undefined);
	await until('n8n has saved what was set up', SAVED_MS, isSaved).catch(() => undefined);
	assert.deepEqual(await savedNodes(world, editor), wanted);
}

function renamed(collection: unknown, names: Readonly<Record<string, string>>): Parameters {
	return Object.fromEntries(Object.entries(collection ?? {}).map(([name, value]) => [names[name] ?? name, value]));
}

function without(collection: unknown, gone: string): Parameters {
	return Object.fromEntries(Object.entries(collection ?? {}).filter(([name]) => name !== gone));
}

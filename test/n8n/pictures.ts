/**
 * `npm run docs:pictures`: the node, the canvas of each example and the payment inbox in n8n's editor, light and dark, made anew in
 * docs/images. With `-- examples`, `-- node` or `-- inbox` only those, with `-- examples dark` only in one theme.
 */
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

import type { Browser, Locator, Page, PageScreenshotOptions } from 'playwright-core';
import { z } from 'zod';

import { SAMPLE_ORGS, setSampleBalances } from '../zoo-api/samples';
import { logIn, startBrowser, type Theme } from './browser';
import { runProgram, type CleanUp } from './clean-up';
import { Editor } from './editor';
import { completed, exampleFiles, readExample, type Example } from './examples';
import { payOnce, takeInboxPictures } from './inbox/pictures';
import { PROJECT } from './package-under-test';
import type { Workflow } from './rest';
import { startWorld, type World } from './world';

const IMAGES = join(PROJECT, 'docs', 'images');
const [ACME] = SAMPLE_ORGS;
const THEMES = ['light', 'dark'] as const;
/** As n8n names them. */
const START = 'When clicking ‘Execute workflow’';
const NODE = 'Adjust org balance';
/** As the README's first workflow has it before it writes. */
const FIRST_WORKFLOW = {
	operation: 'adjustBalance',
	adjustFields: { prePayCashRemaining: '={{ $json.cash }}' },
	options: { creditMultiplier: '1', reference: '={{ $json.payment }}', dryRun: true },
};
/** As it has it when it writes. */
const SETTING = { ...FIRST_WORKFLOW, options: { creditMultiplier: '1', reference: '={{ $json.payment }}' } };
/** High enough for all fields at once. */
const WINDOW = { width: 1500, height: 1200 };
/** The chat takes a share of it. */
const CHAT_WINDOW = { width: 1700, height: 2000 };
/** What stands beside and above the canvas, and some room. */
const AROUND_CANVAS = { width: 360, height: 320 };

/** What floats over the parts that are pictured. */
const UNWANTED = `
	.el-notification, [data-test-id^="floating-node"], [data-test-id="canvas-controls"], .vue-flow__minimap,
	[data-test-id="canvas-execution-buttons"], [class*="_executionButtons_"], [class*="_bottomMenu_"],
	[class*="controlsWrapper"], [data-test-id="canvas-chat-button"] { display: none !important }
`;

type Clip = NonNullable<PageScreenshotOptions['clip']>;
type Take = (name: string, clip: Clip) => Promise<void>;

async function main(cleanUp: CleanUp): Promise<void> {
	const [, , only, oneTheme] = process.argv;
	const isAsked = (part: string) => only === undefined || only === part;
	const themes = THEMES.filter((theme) => oneTheme === undefined || oneTheme === theme);
	await mkdir(IMAGES, { recursive: true });
	const world = await startWorld(cleanUp);
	const browser = await startBrowser(cleanUp);
	for (const theme of themes) {
		const page = await logIn(browser, world.n8n.url, theme);
		const take = taking(page, theme);
		if (isAsked('node')) await pictureNode(world, page, take);
		if (isAsked('examples')) await pictureExamples(world, page, take);
		if (isAsked('examples')) await pictureApproval(world, page, take);
		await page.context().close();
	}
	if (isAsked('inbox')) await pictureInbox(world, browser, themes);
}

/** Comes last: its workflows would stand in the others' pictures. */
async function pictureInbox(world: World, browser: Browser, themes: readonly Theme[]): Promise<void> {
	setSampleBalances(world.zoo);
	const inbox = await payOnce(world);
	for (const theme of themes) {
		const page = await logIn(browser, world.n8n.url, theme);
		await page.setViewportSize(WINDOW);
		const take = taking(page, theme);
		await takeInboxPictures(page, inbox, async (name, what, height) => {
			const clip = await around(what, height === undefined ? 40 : 0);
			await take(name, { ...clip, ...(height !== undefined && { height }) });
		});
		await page.context().close();
	}
}

function taking(page: Page, theme: Theme): Take {
	return async (name, clip) => {
		const path = join(IMAGES, `${name}-${theme}.png`);
		await page.screenshot({ path, clip, animations: 'disabled', style: UNWANTED });
		process.stdout.write(`${relative(PROJECT, path)}\n`);
	};
}

async function pictureNode({ rest, zoo, credentials }: World, page: Page, take: Take): Promise<void> {
	setSampleBalances(zoo);
	await page.setViewportSize(WINDOW);
	const open = async (cash: string, parameters: object) => {
		const editor = new Editor(page);
		await editor.openWorkflow(await rest.addWorkflow(pictured(cash, parameters, credentials['zooApi'])));
		return editor;
	};

	const first = await (await open('50.00', FIRST_WORKFLOW)).openNode(NODE);
	await first.execute();
	await take('fields', await around(page.getByTestId('node-parameters')));

	const editor = await open('50.00', SETTING);
	const details = await editor.openNode(NODE);
	await details.execute();
	await details.showOutputAs('Schema');
	await details.outputShows('confirmation');
	await take('output', { ...(await around(details.output)), height: 780 });
	await details.close();
	await take('workflow', await around(page.getByTestId('canvas-node'), 80));

	const refused = await (await open('1,000', SETTING)).openNode(NODE);
	await refused.execute();
	await refused.outputShows(/Nothing was sent/);
	await take('refusal', { ...(await around(refused.output)), height: 300 });
}

/** Each as wide as its workflow, so that the notes can be read. */
async function pictureExamples(world: World, page: Page, take: Take): Promise<void> {
	for (const file of await exampleFiles()) {
		if (file.startsWith('6-')) continue;
		const example = await readExample(file);
		await page.setViewportSize(windowFor(example));
		const editor = new Editor(page);
		await editor.openWorkflow(await world.rest.addWorkflow(completed(example, world.credentials)));
		await editor.zoomToFit();
		await take(pictureOf(file), await around(page.locator('.vue-flow__node'), 24));
	}
}

/** What the person sees who decides on the agent's preview. */
async function pictureApproval({ rest, zoo, model, credentials }: World, page: Page, take: Take): Promise<void> {
	setSampleBalances(zoo);
	await page.setViewportSize(CHAT_WINDOW);
	const [file = ''] = (await exampleFiles()).filter((name) => name.startsWith('5-'));
	const editor = new Editor(page);
	await editor.openWorkflow(await rest.addWorkflow(completed(await readExample(file), credentials)));
	model.willSay(
		[{ tool: 'Preview_Cash_Adjustment', input: { organization: ACME.id, amount: '25.00' } }],
		'That would make it 125.00 US dollars of pre-pay cash. Please decide below.',
	);
	await editor.say(`Add 25 dollars of pre-pay cash to organization ${ACME.id}.`);
	const chat = page.getByTestId('canvas-chat');
	await chat.getByText('Decline', { exact: true }).waitFor({ timeout: 60_000 });
	await take('approval', await around(chat));
}

/** Such as `example-1`; the one beside it has a word of its own. */
function pictureOf(file: string): string {
	return file.startsWith('1-report') ? 'example-1-report' : `example-${file.charAt(0)}`;
}

function windowFor({ nodes }: Example): { width: number; height: number } {
	const right = nodes.map((node) => placeOf(node).x + placeOf(node).width);
	const left = nodes.map((node) => placeOf(node).x);
	const bottom = nodes.map((node) => placeOf(node).y + placeOf(node).height);
	const top = nodes.map((node) => placeOf(node).y);
	return {
		width: Math.max(...right) - Math.min(...left) + AROUND_CANVAS.width,
		height: Math.max(...bottom) - Math.min(...top) + AROUND_CANVAS.height,
	};
}

/** Notes say how large they are. */
function placeOf({ position, parameters }: Example['nodes'][number]): Clip {
	const [x, y] = z.tuple([z.number(), z.number()]).parse(position);
	const { width, height } = z
		.object({ width: z.number().default(96), height: z.number().default(96) })
		.parse(parameters);
	return { x, y, width, height };
}

/** The part of the window that holds all of these. */
async function around(what: Locator, margin = 0): Promise<Clip> {
	const boxes = (await Promise.all((await what.all()).map(async (one) => await one.boundingBox()))).filter(
		(box) => box !== null,
	);
	const x = Math.min(...boxes.map((box) => box.x)) - margin;
	const y = Math.min(...boxes.map((box) => box.y)) - margin;
	const right = Math.max(...boxes.map((box) => box.x + box.width)) + margin;
	const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + margin;
	return { x, y, width: right - x, height: bottom - y };
}

/** The README's first workflow with the values of its steps. */
function pictured(cash: string, parameters: object, zooApi: unknown): Workflow {
	const place = (name: string, type: string, typeVersion: number, x: number, set: object, more: object = {}) => ({
		name,
		type,
		typeVersion,
		position: [x, 0],
		parameters: set,
		...more,
	});
	const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	const fields = { organization: ACME.id, cash, payment: 'pi_test_1' };
	const assignments = Object.entries(fields).map(([name, value]) => ({ id: name, name, type: 'string', value }));
	return {
		name: 'First workflow',
		nodes: [
			place(START, 'n8n-nodes-base.manualTrigger', 1, 0, {}),
			place('Edit Fields', 'n8n-nodes-base.set', 3.4, 224, { assignments: { assignments } }),
			place(
				NODE,
				'n8n-nodes-zoo-billing.zooBilling',
				2,
				448,
				{
					orgId: { __rl: true, mode: 'id', value: '={{ $json.organization }}' },
					...parameters,
				},
				{ credentials: { zooApi } },
			),
		],
		connections: { [START]: to('Edit Fields'), 'Edit Fields': to(NODE) },
	};
}

void runProgram(main);

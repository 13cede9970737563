/**
 * `npm run pictures`: the pictures in README and docs of the node and the payment inbox in n8n's editor, light and dark, made
 * anew in docs/images. `-- --only inbox`: those of the payment inbox.
 */
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

import type { Browser, Locator, Page, PageScreenshotOptions } from 'playwright-core';

import { SAMPLE_ORGS, setSampleBalances } from '../zoo-api/samples';
import { logIn, startBrowser, type Theme } from './browser';
import { runProgram, type CleanUp } from './clean-up';
import { Editor } from './editor';
import { payOnce, takeInboxPictures } from './inbox/pictures';
import { PROJECT } from './package-under-test';
import type { Workflow } from './rest';
import { startWorld, type World } from './world';

const IMAGES = join(PROJECT, 'docs', 'images');
const [ACME] = SAMPLE_ORGS;
const THEMES = ['light', 'dark'] as const;
const NODE = 'Set Org Balance';
/** High enough for all fields at once. */
const WINDOW = { width: 1500, height: 1080 };

/** What floats over the parts that are pictured. */
const UNWANTED = '.el-notification, [data-test-id^="floating-node"] { display: none !important }';

type Clip = NonNullable<PageScreenshotOptions['clip']>;

async function main(cleanUp: CleanUp): Promise<void> {
	await mkdir(IMAGES, { recursive: true });
	const world = await startWorld(cleanUp);
	const browser = await startBrowser(cleanUp);
	const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
	for (const theme of THEMES) if (only !== 'inbox') await takePictures(world, browser, theme);
	setSampleBalances(world.zoo);
	const inbox = await payOnce(world);
	for (const theme of THEMES) {
		const page = await logIn(browser, world.n8n.url, theme);
		await page.setViewportSize(WINDOW);
		await takeInboxPictures(page, inbox, async (name, what, height) => {
			const clip = await around(what, height === undefined ? 40 : 0);
			await takePart(page, `${name}-${theme}`, { ...clip, ...(height !== undefined && { height }) });
		});
		await page.context().close();
	}
}

async function takePart(page: Page, name: string, clip: Clip): Promise<void> {
	const path = join(IMAGES, `${name}.png`);
	await page.screenshot({ path, clip, animations: 'disabled', style: UNWANTED });
	process.stdout.write(`${relative(PROJECT, path)}\n`);
}

async function takePictures({ rest, zoo, n8n, credentials }: World, browser: Browser, theme: Theme): Promise<void> {
	setSampleBalances(zoo);
	const page = await logIn(browser, n8n.url, theme);
	await page.setViewportSize(WINDOW);
	const open = async (cash: string) => {
		const editor = new Editor(page);
		await editor.openWorkflow(await rest.addWorkflow(pictured(cash, credentials['zooApi'])));
		return editor;
	};
	const take = async (name: string, clip: Clip) => await takePart(page, `${name}-${theme}`, clip);

	const editor = await open('50.00');
	const details = await editor.openNode(NODE);
	await details.execute();
	await details.showOutputAs('Schema');
	await details.outputShows('confirmation');
	await take('fields', await around(page.getByTestId('node-parameters')));
	await take('output', { ...(await around(details.output)), height: 760 });
	await details.close();
	await take('workflow', await around(page.getByTestId('canvas-node'), 80));

	const refused = await (await open('1,000')).openNode(NODE);
	await refused.execute();
	await refused.outputShows(/Nothing was sent/);
	await take('refusal', { ...(await around(refused.output)), height: 300 });
	await page.context().close();
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

/** A balance that was agreed on, entered by hand: cash and credits are set to it. */
function pictured(cash: string, zooApi: unknown): Workflow {
	const place = (
		name: string,
		type: string,
		typeVersion: number,
		x: number,
		parameters: object,
		more: object = {},
	) => ({ name, type, typeVersion, position: [x, 0], parameters, ...more });
	const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	const agreed = { organization: ACME.id, cash, credits: '62.50', invoice: 'in_2026_0042' };
	const assignments = Object.entries(agreed).map(([name, value]) => ({ id: name, name, type: 'string', value }));
	return {
		name: 'Set the balance of an organization',
		nodes: [
			place('Start', 'n8n-nodes-base.manualTrigger', 1, 0, {}),
			place('Agreed Balance', 'n8n-nodes-base.set', 3.4, 224, { assignments: { assignments } }),
			place(
				NODE,
				'n8n-nodes-zoo-billing.zooBilling',
				1,
				448,
				{
					operation: 'updateBalance',
					orgId: { __rl: true, mode: 'id', value: '={{ $json.organization }}' },
					updateFields: { prePayCashRemaining: '={{ $json.cash }}', prePayCreditsRemaining: '={{ $json.credits }}' },
					options: { output: 'amounts', reference: '={{ $json.invoice }}' },
				},
				{ credentials: { zooApi } },
			),
			place('Tell the Customer', 'n8n-nodes-base.noOp', 1, 672, {}),
		],
		connections: { Start: to('Agreed Balance'), 'Agreed Balance': to(NODE), [NODE]: to('Tell the Customer') },
	};
}

void runProgram(main);

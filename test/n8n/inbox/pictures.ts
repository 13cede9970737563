/** The payment inbox as a newcomer meets it: the workflow that adds payments, one in the table, and the balance it came to. */
import type { Locator, Page } from 'playwright-core';

import { Deliveries } from '../../stripe-api/deliveries';
import { checkoutSession, completedEvent } from '../../stripe-api/objects';
import { SIGNING_SECRET, startStripeApi } from '../../stripe-api/server';
import { SAMPLE_ORGS } from '../../zoo-api/samples';
import { Editor } from '../editor';
import { startPostgres } from '../postgres';
import { until } from '../until';
import type { World } from '../world';
import { openInbox, WEBHOOK_PATH } from './inbox';
import { Table } from './table';

const [ACME] = SAMPLE_ORGS;
const PAYMENT = 'pi_1';
const ADDED_MS = 30_000;

/** By what they show, the workflows to open. */
export interface PicturedInbox {
	readonly apply: string;
	readonly look: string;
	readonly balance: string;
}

/** Opens it, and pays once. */
export async function payOnce({ rest, zoo, n8n, credentials, cleanUp }: World): Promise<PicturedInbox> {
	const stripe = await startStripeApi();
	await cleanUp.later(async () => await stripe.close());
	const postgres = await startPostgres(cleanUp);
	const { apply, look } = await openInbox({ rest, postgres, stripe, zoo });
	const session = checkoutSession({ payment: PAYMENT, organization: ACME.id, amount: 5000 });
	stripe.add(session);
	const url = `${n8n.url}/webhook/${WEBHOOK_PATH}`;
	await new Deliveries({ url, secret: SIGNING_SECRET }).attempt(completedEvent(session));
	const table = new Table(await postgres.connect());
	await until('the payment is added', ADDED_MS, async () =>
		(await table.row(PAYMENT))?.status === 'done' ? true : undefined,
	);
	const balance = await rest.addWorkflow({
		name: 'Look at a balance',
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			{
				name: 'Get Org Balance',
				type: 'n8n-nodes-zoo-billing.zooBilling',
				typeVersion: 2,
				position: [224, 0],
				parameters: { operation: 'getBalance', orgId: { __rl: true, mode: 'id', value: ACME.id } },
				credentials: { zooApi: credentials['zooApi'] },
			},
		],
		connections: { Start: { main: [[{ node: 'Get Org Balance', type: 'main', index: 0 }]] } },
	});
	return { apply, look, balance };
}

/** `take`: pictures a part of the page under a name. */
export async function takeInboxPictures(
	page: Page,
	{ apply, look, balance }: PicturedInbox,
	take: (name: string, what: Locator, height?: number) => Promise<void>,
): Promise<void> {
	const editor = new Editor(page);
	await editor.openWorkflow(apply);
	await editor.zoomToFit();
	await take('inbox-apply', page.getByTestId('canvas-node'));

	await editor.openWorkflow(look);
	await editor.execute();
	const added = await editor.openNode('What Was Added Since Yesterday');
	await added.showOutputAs('Schema');
	await added.outputShows('balance_after');
	await take('inbox-added', added.output, 530);
	await added.close();

	await editor.openWorkflow(balance);
	const got = await editor.openNode('Get Org Balance');
	await got.execute();
	await got.showOutputAs('Schema');
	await got.outputShows('pre_pay_cash_remaining');
	await take('inbox-balance', got.output, 300);
	await got.close();
}

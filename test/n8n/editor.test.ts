/** The node in n8n's editor: its credential, how it is found, and Update Org Balance from the empty form to output, hint and refusal. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import type { Page } from 'playwright-core';

import { SAMPLE_ORGS, setSampleBalances } from '../zoo-api/samples';
import { EMPLOYEE_TOKEN, EMPLOYEE_USER_ID, UNKNOWN_TOKEN } from '../zoo-api/tokens';
import { logIn, startBrowser } from './browser';
import { CredentialDialog } from './credential-dialog';
import { Editor, type NodeDetails } from './editor';
import { completed, readExample } from './examples';
import type { World } from './world';

const [ACME] = SAMPLE_ORGS;
const NODE = 'Zoo Billing';

export function theEditor(world: () => World): void {
	let page: Page;
	let details: NodeDetails;
	before(async () => {
		const { cleanUp, n8n, zoo } = world();
		setSampleBalances(zoo);
		page = await logIn(await startBrowser(cleanUp), n8n.url, 'light');
	});

	it('tests a new credential: refused with what to check, then accepted', async () => {
		const dialog = await CredentialDialog.open(page, 'Zoo API');
		await dialog.fill('apiToken', UNKNOWN_TOKEN);
		await dialog.fill('baseUrl', world().zoo.url);
		const refused = await dialog.saveAndTest();
		assert.equal(refused.good, false);
		assert.match(refused.message, /Zoo does not know this API token\. Check/);

		await dialog.fill('apiToken', EMPLOYEE_TOKEN);
		assert.equal((await dialog.saveAndTest()).good, true);
	});

	it('is found by "zoo" and by "credits"', async () => {
		const editor = new Editor(page);
		await editor.newWorkflow();
		await editor.addManualTrigger();
		for (const words of ['zoo', 'credits']) {
			assert.match(await (await editor.searchNodes(words, NODE)).innerText(), /Zoo Billing/);
			// Else the next search could be answered by what this one has left on the screen.
			await editor.searchInVain('xqzvwk', NODE);
		}
		details = await editor.addNode('zoo', NODE, 'Update org balance');
	});

	it('executes Update Org Balance and shows what Zoo confirmed', async () => {
		await details.chooseCredential('Zoo stand-in');
		await details.fill('orgId', ACME.id);
		await details.add('Add Amount', 'Pre-Pay Cash');
		await details.fill('prePayCashRemaining', '42.50');
		assert.equal(await details.execute(), 'success');
		assert.equal(world().zoo.amountsOf('org', ACME.id)['pre_pay_cash_remaining'], '42.50');
		for (const text of ['pre_pay_cash_remaining', '42.50', 'confirmation']) await details.outputShows(text);
	});

	it('takes the organization by its page, and a user by e-mail address', async () => {
		const { zoo } = world();
		await details.chooseMode('orgId', 'By URL');
		await details.fill('orgId', `https://zoo.dev/orgs/${ACME.id}`);
		assert.equal(await details.execute(), 'success');

		zoo.nameUser(EMPLOYEE_USER_ID, 'kim@example.com');
		await details.choose('resource', 'User');
		await details.choose('operation', 'Update User Balance');
		await details.chooseMode('userId', 'By Email');
		await details.fill('userId', 'kim@example.com');
		assert.equal(await details.execute(), 'success');
		assert.equal(zoo.amountsOf('user', EMPLOYEE_USER_ID)['pre_pay_cash_remaining'], '42.50');
		await details.outputShows('userEmail');
		await details.choose('resource', 'Org');
		await details.choose('operation', 'Update Org Balance');
		// n8n forgets what a field held that was hidden.
		await details.fill('orgId', ACME.id);
	});

	it('shows a hint when Zoo has another amount than the one asked for', async () => {
		world().zoo.replyWith((reply) => ({ ...reply, pre_pay_cash_remaining: '42.00' }), { method: 'PUT' });
		assert.equal(await details.execute(), 'success');
		await details.outputShows(/asked.*42\.50.*42\.00/);
	});

	it('shows a refusal with what to do next, and sends nothing', async () => {
		const sent = world().zoo.requests.length;
		await details.fill('prePayCashRemaining', '1,000');
		assert.equal(await details.execute(), 'danger');
		await details.outputShows(/'Pre-Pay Cash'/);
		await details.outputShows(/Nothing was sent/);
		assert.equal(world().zoo.requests.length, sent);
	});

	it('runs the top-up example by hand with the event that is pinned to its trigger', async () => {
		const { rest, zoo, credentials } = world();
		setSampleBalances(zoo);
		const editor = new Editor(page);
		await details.close();
		await editor.openWorkflow(
			await rest.addWorkflow(
				completed(await readExample('1-top-up-org-balance-from-stripe-checkout.json'), credentials),
			),
		);
		await editor.execute();
		assert.equal(zoo.amountsOf('org', ACME.id)['pre_pay_cash_remaining'], '150.00');
	});
}

// The node as a tool of an AI agent.

import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { runTool } from './harness/tool';
import { ORG, startZoo } from './zoo-run';

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

const adjust = {
	resource: 'org',
	operation: 'adjustBalance',
	orgId: ORG,
	amountUnit: 'usd',
	adjustFields: { prePayCashRemaining: "={{ $fromAI('amount', 'US dollars', 'string') }}" },
	options: {},
};

describe.each(['agent', 'engine'] as const)('run by the %s', (by) => {
	it('reads a balance for the agent', async () => {
		const parameters = {
			resource: 'org',
			operation: 'getBalance',
			orgId: "={{ $fromAI('org', 'The ID', 'string') }}",
			options: { output: 'amounts' },
		};
		const { replies } = await runTool({
			parameters,
			calls: [{ org: ORG }],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by,
		});
		expect(JSON.stringify(replies)).toContain('12.50');
	});

	it('previews an adjustment without writing', async () => {
		const parameters = { ...adjust, options: { dryRun: true } };
		const { replies } = await runTool({
			parameters,
			calls: [{ amount: '5' }],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by,
		});
		expect(JSON.stringify(replies)).toContain('15.00');
		expect(zoo.requests.map(({ method }) => method)).toEqual(['GET']);
	});

	it('adds each time it is called, the same call twice included', async () => {
		await runTool({
			parameters: adjust,
			calls: [{ amount: '5' }, { amount: '5' }],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by,
		});
		expect(zoo.amountsOf('org', ORG)['pre_pay_cash_remaining']).toBe('20.00');
	});

	it('adds a payment once, however often it is called with its reference', async () => {
		const parameters = { ...adjust, options: { reference: "={{ $fromAI('payment', 'The ID', 'string') }}" } };
		const run = await runTool({
			parameters,
			calls: [
				{ amount: '5', payment: 'pi_1' },
				{ amount: '5', payment: 'pi_1' },
			],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by,
		});
		expect(zoo.amountsOf('org', ORG)['pre_pay_cash_remaining']).toBe('15.00');
		expect(JSON.stringify([run.replies, run.error])).toContain(
			"'Payment Reference' was used by item 0 of call 0 in this execution",
		);
	});

	it.each([
		['Dry Run', { dryRun: "={{ $fromAI('Dry_Run', ``, 'boolean') }}" }, { Dry_Run: false }],
		['Max Amount (USD)', { maxAmount: "={{ $fromAI('Max', ``, 'string') }}" }, { Max: '999' }],
		['Currency', { currency: "={{ $fromAI('Currency', ``, 'string') }}" }, { Currency: 'usd' }],
		['Credit Multiplier', { creditMultiplier: "={{ $fromAI('Factor', ``, 'string') }}" }, { Factor: '2' }],
	])('sends nothing where %s, which holds the model back, is left to the model', async (label, options, given) => {
		const run = await runTool({
			parameters: { ...adjust, options },
			calls: [{ amount: '5', ...given }],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by,
		});

		expect(JSON.stringify([run.replies, run.error])).toContain(`'${label}' is left to the model`);
		expect(zoo.requests).toEqual([]);
	});

	it('refuses to adjust with Retry On Fail, which would repeat the whole call', async () => {
		const run = await runTool({
			parameters: adjust,
			calls: [{ amount: '5' }],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by,
			retryOnFail: true,
		});
		expect(JSON.stringify([run.replies, run.error])).toContain('Retry On Fail');
		expect(zoo.requests).toEqual([]);
	});

	it('tells the agent what to do next', async () => {
		const parameters = { ...adjust, orgId: 'deadbeef-0000-4000-8000-000000000000' };
		const run = await runTool({
			parameters,
			calls: [{ amount: '5' }],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by,
		});
		expect(JSON.stringify([run.replies, run.error])).toContain("Check 'Organization ID'");
	});

	it('refuses an amount above Max Amount, whatever the agent says', async () => {
		const parameters = { ...adjust, options: { maxAmount: '100' } };
		const run = await runTool({
			parameters,
			calls: [{ amount: '100.01' }],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by,
		});
		expect(JSON.stringify([run.replies, run.error])).toContain('Max Amount');
		expect(zoo.requests).toEqual([]);
	});
});

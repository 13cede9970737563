// Which kind of balance is written follows from the amounts that are set, for nodes of today and for those that were
// saved when they had a parameter for it: none of them ever writes something else than it says.

import type { INodeParameters } from 'n8n-workflow';

import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { loadPackage } from './harness/package';
import { runTool } from './harness/tool';
import { jsonOf, ORG, record, runZoo, startZoo, wire } from './zoo-run';

const stable = { stableApiCreditsRemainingMonetaryValue: '5' };
const cash = { prePayCashRemaining: '5' };
const adjust = { operation: 'adjustBalance' };
const onError = 'continueRegularOutput';

async function errorOf(parameters: INodeParameters, typeVersion?: number): Promise<[unknown, string[]]> {
	await using zoo = await startZoo({ model: 'apiCredits' });
	const version = typeVersion === undefined ? {} : { typeVersion };
	const [item] = jsonOf(await runZoo(zoo, parameters, { onError, ...version }));
	return [record(item)['error'], wire(zoo)];
}

describe('amounts of two kinds in one item', () => {
	const both = "has amounts of two kinds of balance: 'Pre-Pay Cash' beside 'API Credits (Stable)' [item 0]";
	it.each<[string, INodeParameters, string]>([
		['an update', { updateFields: { ...cash, ...stable } }, `'Update Fields' ${both}`],
		['an adjustment', { ...adjust, adjustFields: { ...cash, ...stable } }, `'Amounts to Add' ${both}`],
		[
			'a condition',
			{ updateFields: stable, options: { onlyIf: { ...cash, ...stable } } },
			`'Only If Balance Is' ${both}`,
		],
		[
			'an update whose expression for one of them finds nothing',
			{ updateFields: { prePayCashRemaining: '={{ $json.nothing }}', ...stable } },
			`'Update Fields' ${both}`,
		],
		[
			'a condition of another kind than the amounts',
			{ updateFields: stable, options: { onlyIf: cash } },
			"'Only If Balance Is' has 'Pre-Pay Cash', but what is to be written are API credits [item 0]",
		],
	])('are refused by both names, and nothing is read or sent: %s', async (_, parameters, error) => {
		expect(await errorOf(parameters)).toEqual([error, []]);
	});

	it('are refused to a tool before anything is read', async () => {
		await using zoo = await startZoo({ model: 'apiCredits' });

		const tool = await runTool({
			parameters: {
				...adjust,
				resource: 'org',
				orgId: ORG,
				amountUnit: 'usd',
				adjustFields: {
					prePayCashRemaining: "={{ $fromAI('cash', 'US dollars', 'string') }}",
					stableApiCreditsRemainingMonetaryValue: "={{ $fromAI('credits', 'US dollars', 'string') }}",
				},
				options: {},
			},
			calls: [{ cash: '5', credits: '5' }],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by: 'engine',
			tested: await loadPackage(),
		});

		expect(JSON.stringify([tool.replies, tool.error])).toContain(both.replace(' [item 0]', ''));
		expect(wire(zoo)).toEqual([]);
	});
});

it('Include Total Due asks for nothing where pre-pay amounts are written', async () => {
	await using zoo = await startZoo();

	await runZoo(zoo, { ...adjust, adjustFields: cash, options: { includeTotalDue: true } });

	expect(wire(zoo)).toEqual([
		`GET /orgs/${ORG}/payment/balance`,
		`PUT /orgs/${ORG}/payment/balance {"pre_pay_cash_remaining":"15.00"}`,
	]);
});

describe('a node that was saved with a Balance Model', () => {
	const refusal = (model: string) =>
		`This node was made when it had a 'Balance Model', which does not go with its amounts: "${model}" [item 0]`;

	it.each<[string, INodeParameters, string]>([
		['of the model that was not chosen', { balanceModel: 'apiCredits', updateFields: cash }, refusal('apiCredits')],
		['of the model that was not the default', { updateFields: stable }, refusal('prePay')],
		[
			'to add of the model that was not chosen',
			{ ...adjust, balanceModel: 'apiCredits', adjustFields: cash },
			refusal('apiCredits'),
		],
		[
			'of both models',
			{ balanceModel: 'apiCredits', updateFields: { ...cash, ...stable } },
			"'Update Fields' has amounts of two kinds of balance: 'Pre-Pay Cash' beside 'API Credits (Stable)' [item 0]",
		],
	])('is refused with amounts %s, and nothing is sent', async (_, parameters, error) => {
		expect(await errorOf(parameters, 1)).toEqual([error, []]);
	});

	it('writes what it wrote, in its unit and in its model', async () => {
		const parameters = { amountUnit: 'cents', balanceModel: 'apiCredits', updateFields: stable };
		const [, requests] = await errorOf(parameters, 1);
		expect(requests).toEqual([`PUT /orgs/${ORG}/payment/balance {"stable_api_credits_remaining_monetary_value":0.05}`]);
	});

	it('reads with the options that it was saved with', async () => {
		await using zoo = await startZoo();

		const result = await runZoo(
			zoo,
			{ operation: 'getBalance', options: { output: 'selected', outputFields: ['total_due'] } },
			{ typeVersion: 1 },
		);

		expect(Object.keys(record(jsonOf(result)[0]))).not.toContain('pre_pay_cash_remaining');
	});
});

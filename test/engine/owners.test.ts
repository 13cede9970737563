// Whose balance it is: by ID, URL or e-mail address, in every mode of the editor's field, and told beside what comes out.

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN, MEMBER_ORG_ID, MEMBER_TOKEN } from '../zoo-api/tokens';
import { runTool } from './harness/tool';
import { jsonOf, ORG, OTHER_ORG, runZoo, startZoo, USER, USER_EMAIL, wire, type ZooRun } from './zoo-run';

const locator = (mode: string, value: string): INodeParameters => ({ __rl: true, mode, value });
const lookUp = 'GET /users/kim%2Bzoo%40example.com';
const adjust = { resource: 'user', operation: 'adjustBalance', adjustFields: { prePayCashRemaining: '1' } };

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

const cash = () => zoo.amountsOf('user', USER)['pre_pay_cash_remaining'];
const run = async (parameters: INodeParameters, more?: ZooRun) => await runZoo(zoo, parameters, more);

describe('the ID field', () => {
	const url = `https://zoo.dev/orgs/${ORG}/billing`;

	it.each<[string, INodeParameters[string], IDataObject]>([
		['plain text', ORG, {}],
		['an expression', '={{ $json.org }}', { org: ORG }],
		['a URL from an expression', '={{ $json.org }}', { org: url }],
		['By ID', locator('id', ORG), {}],
		['By URL', locator('url', url), {}],
		['By ID with an expression', locator('id', '={{ $json.org }}'), { org: ORG }],
		['By ID with an expression that yields a URL', locator('id', '={{ $json.org }}'), { org: url }],
		['By URL with an expression that yields an ID', locator('url', '={{ $json.org }}'), { org: ORG }],
		['a locator as a whole from an expression', '={{ $json.org }}', { org: locator('id', ORG) }],
	])('leads to the organization from %s', async (_, orgId, item) => {
		const result = await run({ orgId, updateFields: { prePayCashRemaining: '5' } }, { items: [item] });
		expect(jsonOf(result)).toMatchObject([{ orgId: ORG, confirmation: { status: 'confirmed', orgId: ORG } }]);
		expect(wire(zoo)).toEqual([`PUT /orgs/${ORG}/payment/balance {"pre_pay_cash_remaining":"5.00"}`]);
	});

	it.each<[string, INodeParameters[string]]>([
		['plain text', `https://zoo.dev/orgs/${ORG}/users/${USER}`],
		['By URL', locator('url', `https://zoo.dev/orgs/${ORG}/users/${USER}`)],
		['By ID', locator('id', '={{ "https://zoo.dev/orgs/" + $json.a + "/users/" + $json.b }}')],
	])('refuses a URL with two UUIDs from %s, and extracts none', async (_, orgId) => {
		const result = await run({ orgId, operation: 'getBalance' }, { items: [{ a: ORG, b: USER }] });
		expect(result.error?.message).toContain("'Organization ID' is a URL with more than one UUID");
		expect(zoo.requests).toEqual([]);
	});

	it('keeps the workflow from running where it holds a fixed text of another mode', async () => {
		for (const orgId of [locator('id', url), locator('url', ORG), locator('id', 'acme')])
			await expect(run({ orgId, operation: 'getBalance' })).rejects.toThrow(/has issues|issues/);
		expect(zoo.requests).toEqual([]);
	});

	it('is filled by an AI agent', async () => {
		for (const [orgId, org] of [
			[locator('id', "={{ $fromAI('org', 'The ID', 'string') }}"), ORG],
			[locator('url', "={{ $fromAI('org', 'The page', 'string') }}"), url],
			["={{ $fromAI('org', 'The ID', 'string') }}", ORG],
		] as const) {
			const parameters = { resource: 'org', operation: 'getBalance', orgId, options: { output: 'amounts' } };
			for (const by of ['agent', 'engine'] as const) {
				const credential = { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url };
				const { replies } = await runTool({ parameters, calls: [{ org }], credential, by });
				expect(JSON.stringify(replies)).toContain(ORG);
				expect(JSON.stringify(replies)).toContain('12.50');
			}
		}
	});

	it('takes an e-mail address from an AI agent', async () => {
		const parameters = {
			resource: 'user',
			operation: 'getBalance',
			userId: locator('email', "={{ $fromAI('user', 'The e-mail address', 'string') }}"),
			options: {},
		};
		const credential = { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url };
		const { replies } = await runTool({ parameters, calls: [{ user: USER_EMAIL }], credential });
		expect(JSON.stringify(replies)).toContain(USER);
	});
});

describe('a user by e-mail address', () => {
	it('is looked up once, and the balance is that of the UUID; the confirmation names both', async () => {
		const result = await run({ ...adjust, userId: locator('email', USER_EMAIL) });
		expect(wire(zoo)).toEqual([
			lookUp,
			`GET /users/${USER}/payment/balance`,
			`PUT /users/${USER}/payment/balance {"pre_pay_cash_remaining":"11.00"}`,
		]);
		expect(jsonOf(result)).toMatchObject([
			{ userId: USER, confirmation: { userId: USER, userEmail: USER_EMAIL, status: 'confirmed' } },
		]);
	});

	it('and by UUID in one execution is one lane, and comes to the right sum', async () => {
		zoo.onRequest = () => ({ kind: 'delay', ms: 5 });
		const names = [
			USER_EMAIL,
			USER,
			USER_EMAIL.toUpperCase(),
			`https://zoo.dev/users/${USER}`,
			USER_EMAIL,
			USER.toUpperCase(),
		];
		const result = await run(
			{ ...adjust, userId: '={{ $json.user }}' },
			{ items: Array.from({ length: 10 }, () => names.map((user) => ({ user }))).flat() },
		);
		expect(jsonOf(result)).toHaveLength(60);
		expect(cash()).toBe('70.00');
		expect(zoo.mostOpenWrites).toBe(1);
		expect(zoo.requests.filter(({ path }) => !path.endsWith('/balance'))).toHaveLength(2);
	});

	it('previews under both names', async () => {
		const result = await run({ ...adjust, userId: USER_EMAIL, options: { dryRun: true } });
		expect(jsonOf(result)).toMatchObject([
			{ userId: USER, userEmail: USER_EMAIL, request: { path: `/users/${USER}/payment/balance` } },
		]);
	});

	it('that Zoo does not know sends nothing for its item, and the others go on', async () => {
		const items = [{ user: 'nobody@example.com' }, { user: USER_EMAIL }];
		const result = await run({ ...adjust, userId: '={{ $json.user }}' }, { items, onError: 'continueRegularOutput' });
		expect(jsonOf(result)).toMatchObject([
			{
				error: 'Zoo does not know this user [item 0]',
				message: expect.stringContaining("Check 'User ID'"),
				details: { reason: 'ownerUnknown', outcome: 'notSent', userEmail: 'nobody@example.com' },
			},
			{ confirmation: { status: 'confirmed' } },
		]);
		expect(zoo.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
	});

	it('that Zoo does not know keeps all from being sent where the workflow stops', async () => {
		const items = [{ user: USER_EMAIL }, { user: 'nobody@example.com' }];
		const result = await run({ ...adjust, userId: '={{ $json.user }}' }, { items });
		expect(result.error?.message).toBe('Zoo does not know this user [item 1]');
		expect(wire(zoo).sort()).toEqual([
			lookUp,
			'GET /users/nobody%40example.com',
			'OPTIONS /users/nobody%40example.com',
		]);
		expect(cash()).toBe('10.00');
	});

	it('is not looked up where another item is refused and the workflow stops', async () => {
		const result = await run(
			{ ...adjust, userId: '={{ $json.user }}' },
			{ items: [{ user: USER_EMAIL }, { user: 'kim' }] },
		);
		expect(result.error?.message).toBe(`'User ID' is neither a UUID nor an e-mail address: "kim" [item 1]`);
		expect(zoo.requests).toEqual([]);
	});

	it('is looked up again after a fault, as long as Retry For says', async () => {
		zoo.failNext({ kind: 'resetBeforeHeaders' }, { path: lookUp.slice(4) });
		await run({ ...adjust, userId: USER_EMAIL });
		expect(wire(zoo).slice(0, 2)).toEqual([lookUp, lookUp]);
		expect(cash()).toBe('11.00');
	});

	it('is adjusted once when Retry On Fail runs the node again', async () => {
		const items = [{ user: USER_EMAIL }, { user: 'nobody@example.com' }];
		zoo.failNext({ kind: 'body', text: JSON.stringify({ id: OTHER_ORG }) }, { path: '/users/nobody%40example.com' });
		const result = await run(
			{ ...adjust, userId: '={{ $json.user }}' },
			{ items, retryOnFail: { maxTries: 2, waitBetweenTries: 1 } },
		);
		expect(result.status).toBe('error');
		expect(cash()).toBe('11.00');
	});
});

describe('what comes out', () => {
	it('tells two organizations under API credits apart', async () => {
		await using other = await startZoo({ model: 'apiCredits' });
		const items = [{ org: ORG }, { org: OTHER_ORG.toUpperCase() }];
		const options = { output: 'amounts' };
		const read = await runZoo(other, { operation: 'getBalance', orgId: '={{ $json.org }}', options }, { items });
		expect(jsonOf(read)).toEqual(
			[ORG, OTHER_ORG].map((orgId) => ({
				orgId,
				monthly_api_credits_remaining: 100,
				monthly_api_credits_remaining_monetary_value: '1.00',
				stable_api_credits_remaining: 2000,
				stable_api_credits_remaining_monetary_value: '20.00',
				subscription_id: null,
				total_due: null,
			})),
		);
		const changes = {
			adjustFields: { stableApiCreditsRemainingMonetaryValue: '={{ $json.add }}' },
		};
		const written = await runZoo(
			other,
			{ operation: 'adjustBalance', orgId: '={{ $json.org }}', options, ...changes },
			{
				items: [
					{ org: ORG, add: '1' },
					{ org: OTHER_ORG, add: '0' },
				],
			},
		);
		expect(jsonOf(written).map(({ orgId }) => orgId)).toEqual([ORG, OTHER_ORG]);
	});

	it('of the token’s own names the owner as far as Zoo tells', async () => {
		const own = { operation: 'getOwnBalance' };
		expect(jsonOf(await run(own, { token: MEMBER_TOKEN }))).toMatchObject([{ orgId: MEMBER_ORG_ID }]);
		await using other = await startZoo({ model: 'apiCredits' });
		expect(jsonOf(await runZoo(other, own, { token: MEMBER_TOKEN }))[0]).not.toHaveProperty('orgId');
	});
});

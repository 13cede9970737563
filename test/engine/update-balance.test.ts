// Update Org Balance through n8n's engine: from a workflow's parameters to the bytes on the wire and the items that come out.

import { DOCUMENTED_BODY, DOCUMENTED_ORG_ID, DOCUMENTED_REPLY } from '../zoo-api/documented';
import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN, MEMBER_TOKEN, UNKNOWN_TOKEN } from '../zoo-api/tokens';
import { FakeClock, useFakeClocks } from './fake-clock';
import { jsonOf, ORG, OTHER_ORG, record, runZoo, startZoo, wire } from './zoo-run';

useFakeClocks();

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

it('does not wait for ever for a reply that comes byte by byte', async () => {
	zoo.failNext({ kind: 'trickle', everyMs: 200, applied: true }, { method: 'PUT' });
	const parameters = { updateFields: { prePayCashRemaining: '5' }, options: { timeout: 1, retryFor: 0 } };
	const result = await new FakeClock().run(async () => await runZoo(zoo, parameters));
	expect(jsonOf(result)).toMatchObject([{ confirmation: { by: 'readBack', attempts: 1 } }]);
	expect(zoo.mostOpenWrites).toBe(1);
});

it('with Retry On Fail keeps a write in doubt in doubt, and reads before it writes again', async () => {
	zoo.failNext({ kind: 'status', status: 502, applied: true }, { method: 'PUT' });
	zoo.failNext({ kind: 'status', status: 403 }, { method: 'GET' });
	const result = await runZoo(
		zoo,
		{ updateFields: { prePayCashRemaining: '5' }, options: { retryFor: 0 } },
		{ retryOnFail: { maxTries: 2, waitBetweenTries: 1 } },
	);
	expect(wire(zoo).map((line) => line.slice(0, 3))).toEqual(['PUT', 'GET', 'GET']);
	expect(jsonOf(result)).toMatchObject([{ confirmation: { by: 'readBack', status: 'confirmed' } }]);
});

it('opens no second write beside one whose reply still comes in', async () => {
	zoo.failNext({ kind: 'trickle', everyMs: 200 }, { method: 'PUT' });
	const parameters = { updateFields: { prePayCashRemaining: '5' }, options: { timeout: 1 } };
	const result = await new FakeClock().run(async () => await runZoo(zoo, parameters));
	expect(result.error?.message).toBe('The outcome is unknown: no reply came within the time-out [item 0]');
	expect(zoo.mostOpenWrites).toBe(1);
});

const documentedFields = {
	monthlyCreditsRemaining: '93.39',
	prePayCashRemaining: '80.74',
	prePayCreditsRemaining: '68.50',
};
const differences = [
	{ field: 'monthly_credits_remaining', asked: '93.39', got: '18.60' },
	{ field: 'pre_pay_cash_remaining', asked: '80.74', got: '23.85' },
	{ field: 'pre_pay_credits_remaining', asked: '68.50', got: '21.32' },
];

describe('the documented example', () => {
	beforeEach(() => {
		zoo.setBalance('org', DOCUMENTED_ORG_ID);
		zoo.replyWith(DOCUMENTED_REPLY, { method: 'PUT' });
	});

	it('puts exactly the documented body on the wire, once, with the token and as JSON', async () => {
		await runZoo(zoo, { orgId: DOCUMENTED_ORG_ID, updateFields: documentedFields });
		expect(wire(zoo)).toEqual([`PUT /orgs/${DOCUMENTED_ORG_ID}/payment/balance ${DOCUMENTED_BODY}`]);
		const [request] = zoo.requests;
		expect(request?.headers['authorization']).toBe(`Bearer ${EMPLOYEE_TOKEN}`);
		expect(request?.headers['content-type']).toBe('application/json');
	});

	it('brings the documented reply out whole, with three differences and a hint', async () => {
		const result = await runZoo(zoo, {
			orgId: DOCUMENTED_ORG_ID,
			updateFields: documentedFields,
			options: { reference: 'pi_1' },
		});
		const [item] = jsonOf(result);
		const { confirmation, orgId, ...balance } = record(item);
		expect(balance).toEqual(JSON.parse(DOCUMENTED_REPLY));
		expect(orgId).toBe(DOCUMENTED_ORG_ID);
		expect(confirmation).toMatchObject({
			status: 'different',
			by: 'reply',
			orgId: DOCUMENTED_ORG_ID,
			asked: {
				monthly_credits_remaining: '93.39',
				pre_pay_cash_remaining: '80.74',
				pre_pay_credits_remaining: '68.50',
			},
			differences,
			attempts: 1,
			reference: 'pi_1',
		});
		expect(result.hints.map(({ message }) => message)).toEqual([
			'monthly_credits_remaining: asked 93.39, Zoo has 18.60; pre_pay_cash_remaining: asked 80.74, Zoo has 23.85; pre_pay_credits_remaining: asked 68.50, Zoo has 21.32; compare with what Zoo has billed before you write again [item 0]',
		]);
	});

	it('is a failed item under On Difference = Fail', async () => {
		const parameters = { orgId: DOCUMENTED_ORG_ID, updateFields: documentedFields, options: { onDifference: 'fail' } };
		const toErrorOutput = await runZoo(zoo, parameters, { onError: 'continueErrorOutput' });
		expect(jsonOf(toErrorOutput)).toEqual([]);
		expect(jsonOf(toErrorOutput, 1)).toMatchObject([
			{ error: 'Zoo applied the write, but its balance is another than the one asked for [item 0]' },
		]);

		zoo.replyWith(DOCUMENTED_REPLY, { method: 'PUT' });
		const inPlace = await runZoo(zoo, parameters, { onError: 'continueRegularOutput' });
		expect(jsonOf(inPlace)).toMatchObject([{ details: { reason: 'different', outcome: 'different', differences } }]);
	});

	it('carries the fields under Output = Selected Fields, and owner, identifiers and confirmation with them', async () => {
		const result = await runZoo(zoo, {
			orgId: DOCUMENTED_ORG_ID,
			updateFields: documentedFields,
			options: { output: 'selected', outputFields: ['total_due', 'stable_api_credits_remaining'] },
		});
		expect(Object.keys(record(jsonOf(result)[0])).sort()).toEqual(
			['confirmation', 'id', 'map_id', 'orgId', 'subscription_id', 'total_due'].sort(),
		);
	});

	it('sends nothing under Output = Selected Fields where none is selected', async () => {
		const options = { output: 'selected', outputFields: [] };
		const result = await runZoo(zoo, { orgId: DOCUMENTED_ORG_ID, updateFields: documentedFields, options });
		expect(result.error?.message).toBe("'Output Fields' is empty [item 0]");
		expect(wire(zoo)).toEqual([]);
	});

	it('carries identifiers and amounts only under Output = Identifiers and Amounts', async () => {
		const result = await runZoo(zoo, {
			orgId: DOCUMENTED_ORG_ID,
			updateFields: documentedFields,
			options: { output: 'amounts' },
		});
		expect(Object.keys(record(jsonOf(result)[0])).sort()).toEqual(
			[
				'confirmation',
				'id',
				'map_id',
				'monthly_credits_remaining',
				'orgId',
				'pre_pay_cash_remaining',
				'pre_pay_credits_remaining',
				'subscription_id',
				'total_due',
			].sort(),
		);
	});
});

const badAmounts: Array<[what: string, expression: string]> = [
	['empty text', "={{ '' }}"],
	['null', '={{ null }}'],
	['nothing from an expression', '={{ $json.nowhere }}'],
	['NaN', '={{ NaN }}'],
	['Infinity', '={{ Infinity }}'],
	['1,000.50', '1,000.50'],
	['$5', '$5'],
	['1e3', '1e3'],
	['0x10', '0x10'],
	['-0 as text', '-0'],
	['-0 as a number', '={{ -0 }}'],
	['-1', '-1'],
	['5.', '5.'],
	['.5', '.5'],
	['007', '007'],
	['three decimals', '12.345'],
	['a sum of floats', '={{ 0.1 + 0.2 }}'],
	['a boolean', '={{ true }}'],
	['an object', '={{ ({ amount: 5 }) }}'],
	['an array', '={{ [5] }}'],
	['the limit', '10000000000000'],
];

describe('a bad amount', () => {
	it.each(badAmounts)(
		'%s, alone, is refused by the name of its field, and nothing is sent',
		async (_, prePayCashRemaining) => {
			const result = await runZoo(zoo, { updateFields: { prePayCashRemaining } });
			expect(result.status).toBe('error');
			expect(result.error?.message).toMatch(/^'Pre-Pay Cash' .*\[item 0\]$/);
			expect(result.error?.description).toContain('Nothing was sent');
			expect(zoo.requests).toEqual([]);
		},
	);

	const three = (bad: string) => ({
		orgId: '={{ $json.org }}',
		updateFields: {
			prePayCashRemaining: `={{ $json.good ? '5.00' : ${bad.startsWith('={{') ? bad.slice(3, -2) : JSON.stringify(bad)} }}`,
		},
	});
	const items = [
		{ org: ORG, good: true },
		{ org: ORG, good: false },
		{ org: OTHER_ORG, good: true },
	];

	it.each(badAmounts)(
		'%s, between good items, keeps all of them from being sent when the workflow stops',
		async (_, bad) => {
			const result = await runZoo(zoo, three(bad), { items });
			expect(result.error?.message).toMatch(/^'Pre-Pay Cash' .*\[item 1\]$/);
			expect(zoo.requests).toEqual([]);
		},
	);

	it.each(badAmounts)('%s, between good items, harms no other item when the workflow continues', async (_, bad) => {
		for (const onError of ['continueRegularOutput', 'continueErrorOutput'] as const) {
			const result = await runZoo(zoo, three(bad), { items, onError });
			const failedAt = onError === 'continueErrorOutput' ? 1 : 0;
			const written = jsonOf(result).filter((json) => 'confirmation' in json);
			expect(written).toHaveLength(2);
			expect(jsonOf(result, failedAt).filter((json) => 'error' in json)).toMatchObject([
				{ error: expect.stringMatching(/^'Pre-Pay Cash' .*\[item 1\]$/) },
			]);
		}
		expect(zoo.amountsOf('org', ORG)['pre_pay_cash_remaining']).toBe('5.00');
		expect(zoo.amountsOf('org', OTHER_ORG)['pre_pay_cash_remaining']).toBe('5.00');
		expect(zoo.requests).toHaveLength(4);
	});
});

describe('good amounts', () => {
	it.each([
		['text', { updateFields: { prePayCashRemaining: '5' } }, '"5.00"'],
		['text with space around it', { updateFields: { prePayCashRemaining: ' 5.5 ' } }, '"5.50"'],
		['a number by its shortest form', { updateFields: { prePayCashRemaining: '={{ 80.74 }}' } }, '"80.74"'],
		['zero', { updateFields: { prePayCashRemaining: '={{ 0 }}' } }, '"0.00"'],
		['the largest', { updateFields: { prePayCashRemaining: '9999999999999.99' } }, '"9999999999999.99"'],
		[
			'cents as Stripe sends them',
			{ amountUnit: 'cents', updateFields: { prePayCashRemaining: '={{ 5000 }}' } },
			'"50.00"',
		],
		['one cent', { amountUnit: 'cents', updateFields: { prePayCashRemaining: '1' } }, '"0.01"'],
		[
			'the largest in cents',
			{ amountUnit: 'cents', updateFields: { prePayCashRemaining: '={{ 999999999999999 }}' } },
			'"9999999999999.99"',
		],
	])('%s goes out as canonical text', async (_, parameters, expected) => {
		const result = await runZoo(zoo, parameters);
		expect(zoo.requests[0]?.body).toBe(`{"pre_pay_cash_remaining":${expected}}`);
		expect(jsonOf(result)).toMatchObject([{ confirmation: { status: 'confirmed' } }]);
	});

	it('are evaluated per item, units and owners too', async () => {
		const items = [
			{ org: ORG, unit: 'usd', amount: '7.25' },
			{ org: OTHER_ORG, unit: 'cents', amount: 725 },
		];
		await runZoo(
			zoo,
			{
				orgId: '={{ $json.org }}',
				amountUnit: '={{ $json.unit }}',
				updateFields: { monthlyCreditsRemaining: '={{ $json.amount }}' },
			},
			{ items },
		);
		expect(wire(zoo)).toEqual([
			`PUT /orgs/${ORG}/payment/balance {"monthly_credits_remaining":"7.25"}`,
			`PUT /orgs/${OTHER_ORG}/payment/balance {"monthly_credits_remaining":"7.25"}`,
		]);
	});
});

describe('the Organization ID', () => {
	it.each([
		['an upper-case UUID', ORG.toUpperCase()],
		['a pasted URL', `https://zoo.dev/admin/orgs/${ORG}/billing?tab=1`],
		['a URL that names the same UUID twice', `https://zoo.dev/${ORG}#${ORG.toUpperCase()}`],
	])('may be %s', async (_, orgId) => {
		await runZoo(zoo, { orgId, updateFields: { prePayCashRemaining: '1' } });
		expect(wire(zoo)).toEqual([`PUT /orgs/${ORG}/payment/balance {"pre_pay_cash_remaining":"1.00"}`]);
	});

	it.each([
		['empty', "={{ '' }}"],
		['a path', `../users/${ORG}`],
		['a URL with two UUIDs', `https://zoo.dev/${ORG}/${OTHER_ORG}`],
		['a UUID with more behind it', `${ORG}0`],
		['a number', '={{ 42 }}'],
	])('is refused when it is %s', async (_, orgId) => {
		const result = await runZoo(zoo, { orgId, updateFields: { prePayCashRemaining: '1' } });
		expect(result.error?.message).toContain("'Organization ID'");
		expect(zoo.requests).toEqual([]);
	});
});

describe('a reply', () => {
	it('without a sent amount fails the item as not confirmed and says what was confirmed', async () => {
		zoo.replyWith('{"pre_pay_cash_remaining":"5.00","monthly_credits_remaining":null}', { method: 'PUT' });
		const result = await runZoo(zoo, { updateFields: { prePayCashRemaining: '5', monthlyCreditsRemaining: '6' } });
		expect(result.error?.message).toBe(
			"Zoo answered, but the reply does not confirm 'Monthly Credits (Pre-Pay)' [item 0]",
		);
		expect(result.error?.description).toContain('Confirmed: pre_pay_cash_remaining');
		expect(wire(zoo)).toHaveLength(1);
	});

	it('keeps digits, unknown fields and fields that do not fit, and names the latter in a hint', async () => {
		zoo.replyWith(
			'{"pre_pay_cash_remaining":5.00,"total_due":0.0083,"new_thing":{"n":12345678901234567890},"created_at":7}',
			{ method: 'PUT' },
		);
		const result = await runZoo(zoo, { updateFields: { prePayCashRemaining: '5' } });
		expect(jsonOf(result)).toMatchObject([
			{
				pre_pay_cash_remaining: '5.00',
				total_due: '0.0083',
				new_thing: { n: '12345678901234567890' },
				created_at: 7,
				confirmation: { status: 'confirmed' },
			},
		]);
		expect(result.hints).toMatchObject([
			{
				message:
					'Zoo’s reply has fields of an unknown shape, kept as they came: created_at; look for an update of this node if a later step needs them [item 0]',
			},
		]);
	});

	it('gives at most twenty hints and one with the count', async () => {
		zoo.onRequest = () => ({ kind: 'body', text: '{"pre_pay_cash_remaining":"1.00"}' });
		const result = await runZoo(
			zoo,
			{ updateFields: { prePayCashRemaining: '5' } },
			{ items: Array.from({ length: 30 }, () => ({})) },
		);
		expect(result.hints).toHaveLength(21);
		expect(result.hints[20]?.message).toMatch(/^10 more items/);
	});
});

describe('what Zoo refuses', () => {
	it('is sent once after a 401, and says that an employee’s token is needed', async () => {
		const result = await runZoo(zoo, { updateFields: { prePayCashRemaining: '5' } }, { token: UNKNOWN_TOKEN });
		expect(wire(zoo)).toHaveLength(1);
		expect(result.error?.message).toBe('Zoo did not accept the API token [item 0]');
		expect(result.error?.description).toContain('token of a Zoo employee');
		expect(JSON.stringify(result.run)).not.toContain(UNKNOWN_TOKEN);
	});

	it('names the right that is missing after a 403', async () => {
		const result = await runZoo(zoo, { updateFields: { prePayCashRemaining: '5' } }, { token: MEMBER_TOKEN });
		expect(result.error?.message).toBe('The API token has no right to do this [item 0]');
	});

	it('shows Zoo’s words, the call and the reference after a 422', async () => {
		zoo.failNext({
			kind: 'status',
			status: 422,
			body: { message: 'no such plan', error_code: 'bad_plan', request_id: 'req-9' },
		});
		const result = await runZoo(zoo, { updateFields: { prePayCashRemaining: '5' }, options: { reference: 'pi_77' } });
		for (const part of [
			ORG,
			'pre_pay_cash_remaining 5.00',
			'pi_77',
			'no such plan',
			'bad_plan',
			'req-9',
			'not changed',
		])
			expect(result.error?.description).toContain(part);
	});
});

describe('the tokens and hosts', () => {
	it('are kept apart: a redirect is not followed, and the other host sees nothing', async () => {
		await using other = await startZoo();
		zoo.failNext({ kind: 'redirect', status: 307, location: `${other.url}/orgs/${ORG}/payment/balance` });
		const result = await runZoo(zoo, { updateFields: { prePayCashRemaining: '5' } });
		expect(result.error?.message).toContain('a redirect');
		expect(other.requests).toEqual([]);
		expect(wire(zoo)).toHaveLength(2);
	});

	it.each(['http://example.com', 'ftp://127.0.0.1', 'zoo', 'https://a:b@zoo.dev'])(
		'a Base URL such as %s is refused before anything is sent',
		async (baseUrl) => {
			const result = await runZoo(
				zoo,
				{ updateFields: { prePayCashRemaining: '5' } },
				{ credential: { apiToken: EMPLOYEE_TOKEN, baseUrl } },
			);
			expect(result.error?.message).toContain("'Base URL'");
			expect(zoo.requests).toEqual([]);
		},
	);

	it('a trailing slash and a pasted path in Base URL do no harm', async () => {
		await runZoo(
			zoo,
			{ updateFields: { prePayCashRemaining: '5' } },
			{ credential: { apiToken: ` ${EMPLOYEE_TOKEN}\n`, baseUrl: `${zoo.url}/docs/api/` } },
		);
		expect(wire(zoo)).toEqual([`PUT /orgs/${ORG}/payment/balance {"pre_pay_cash_remaining":"5.00"}`]);
	});
});

describe('items', () => {
	const items = [{ amount: '1' }, { amount: 'x' }, { amount: '3' }];
	const parameters = { updateFields: { prePayCashRemaining: '={{ $json.amount }}' } };

	it('stay in input order and linked to their inputs, failed ones in place', async () => {
		const result = await runZoo(zoo, parameters, { items, onError: 'continueRegularOutput' });
		expect(result.output[0]?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(jsonOf(result).map((json) => 'error' in json)).toEqual([false, true, false]);
	});

	it('go to the error output when they failed, and only there', async () => {
		const result = await runZoo(zoo, parameters, { items, onError: 'continueErrorOutput' });
		expect(result.delivered.map((output) => output.length)).toEqual([2, 1]);
		expect(result.output[1]?.[0]?.pairedItem).toEqual({ item: 1 });
	});

	it('are not changed on their way in', async () => {
		const input = [{ amount: '1', nested: { keep: true } }];
		await runZoo(zoo, parameters, { items: input });
		expect(input).toEqual([{ amount: '1', nested: { keep: true } }]);
	});

	it('without any amount are refused', async () => {
		const result = await runZoo(zoo, { updateFields: {} });
		expect(result.error?.message).toBe("'Update Fields' has no amount [item 0]");
		expect(zoo.requests).toEqual([]);
	});
});

// Adjust Org Balance and the options of both writes, through n8n's engine.

import type { ZooApi } from '../zoo-api/server';
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

const adjust = { operation: 'adjustBalance', adjustFields: { prePayCashRemaining: '={{ $json.amount }}' } };
const cash = (org = ORG) => zoo.amountsOf('org', org)['pre_pay_cash_remaining'];
const puts = () => wire(zoo).filter((line) => line.startsWith('PUT'));

describe('an adjustment', () => {
	it('takes away by a negative amount', async () => {
		await runZoo(zoo, adjust, { items: [{ amount: '-9.99' }] });
		expect(cash()).toBe('0.01');
	});

	it('of zero writes nothing and puts out the balance as unchanged', async () => {
		const result = await runZoo(zoo, adjust, { items: [{ amount: 0 }] });
		expect(puts()).toEqual([]);
		expect(jsonOf(result)).toMatchObject([
			{ pre_pay_cash_remaining: '10.00', confirmation: { status: 'unchanged', attempts: 0, sentAt: null } },
		]);
	});

	it('of zero beside another leaves that field out of the body', async () => {
		await runZoo(zoo, { ...adjust, adjustFields: { prePayCashRemaining: '5', monthlyCreditsRemaining: '0' } });
		expect(puts()).toEqual([`PUT /orgs/${ORG}/payment/balance {"pre_pay_cash_remaining":"15.00"}`]);
	});

	it('below zero is refused with the amounts', async () => {
		const result = await runZoo(zoo, adjust, { items: [{ amount: '-10.01' }] });
		expect(result.error?.message).toBe('The adjustment would take the balance below zero [item 0]');
		expect(result.error?.description).toContain('10.00 now, -10.01 to add, would be -0.01');
		expect(puts()).toEqual([]);
	});

	it('at or above the limit is refused', async () => {
		zoo.setBalance('org', ORG, { pre_pay_cash_remaining: '9999999999999.99' });
		const result = await runZoo(zoo, adjust, { items: [{ amount: '0.01' }] });
		expect(result.error?.message).toBe('The adjustment would make the balance too large [item 0]');
		expect(puts()).toEqual([]);
	});

	it('keeps more than two decimals that Zoo has', async () => {
		zoo.replyWith((reply) => ({ ...reply, pre_pay_cash_remaining: '0.0083' }), { method: 'GET' });
		await runZoo(zoo, adjust, { items: [{ amount: '1' }] });
		expect(puts()).toEqual([`PUT /orgs/${ORG}/payment/balance {"pre_pay_cash_remaining":"1.0083"}`]);
	});

	it.each(['null', '""', '{}'])('of a field that reads %s is never taken from 0', async (missing) => {
		zoo.replyWith(`{"monthly_credits_remaining":"1.00","pre_pay_cash_remaining":${missing}}`, { method: 'GET' });
		const result = await runZoo(zoo, adjust, { items: [{ amount: '1' }] });
		expect(result.error?.message).toBe("The balance that was read has no amount for 'Pre-Pay Cash' [item 0]");
		expect(puts()).toEqual([]);
	});

	it('builds on the one before for the same organization', async () => {
		const result = await runZoo(
			zoo,
			{ ...adjust, orgId: '={{ $json.org }}' },
			{
				items: [
					{ org: ORG, amount: '1' },
					{ org: OTHER_ORG, amount: '5' },
					{ org: ORG, amount: '2' },
					{ org: ORG, amount: '-3.5' },
				],
			},
		);
		expect([cash(), cash(OTHER_ORG)]).toEqual(['9.50', '15.00']);
		expect(jsonOf(result).map((json) => record(record(json['adjustment'])['pre_pay_cash_remaining'])['after'])).toEqual(
			['11.00', '15.00', '13.00', '9.50'],
		);
	});
});

describe('Retry On Fail', () => {
	const retryOnFail = { maxTries: 3, waitBetweenTries: 1 };

	it('adds nothing twice: confirmed items are returned, failed ones are done again', async () => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT', ownerId: OTHER_ORG });
		const items = [
			{ org: ORG, amount: '1' },
			{ org: OTHER_ORG, amount: '5' },
		];
		const result = await runZoo(zoo, { ...adjust, orgId: '={{ $json.org }}' }, { items, retryOnFail });
		expect(result.status).toBe('success');
		expect([cash(), cash(OTHER_ORG)]).toEqual(['11.00', '15.00']);
		expect(puts().filter((line) => line.includes(ORG))).toHaveLength(1);
	});

	it('takes up a write of unknown outcome by reading back, and never by adding again', async () => {
		zoo.failNext({ kind: 'status', status: 502, applied: true }, { method: 'PUT' });
		// The look after the write goes wrong as well, so that the first try ends in doubt.
		let gets = 0;
		zoo.onRequest = ({ method }) => (method === 'GET' && ++gets === 2 ? { kind: 'status', status: 403 } : undefined);
		const result = await runZoo(zoo, adjust, { items: [{ amount: '1' }], retryOnFail });
		expect(result.status).toBe('success');
		expect(cash()).toBe('11.00');
		expect(puts()).toHaveLength(1);
		expect(jsonOf(result)).toMatchObject([
			{ confirmation: { by: 'readBack' }, adjustment: { pre_pay_cash_remaining: { before: '10.00', after: '11.00' } } },
		]);
	});

	it('settles what is in doubt before it does anything else for that organization', async () => {
		// First try: item 0 is refused, item 1 gets no answer and was not applied. A fresh item 0 must not pass for item 1.
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT' });
		zoo.failNext({ kind: 'status', status: 502 }, { method: 'PUT' });
		const parameters = { ...adjust, options: { retryFor: 0 } };
		const items = [{ amount: '5' }, { amount: '5' }];
		const onError = 'continueRegularOutput';
		const result = await new FakeClock().run(
			async () => await runZoo(zoo, parameters, { items, onError, retryOnFail }),
		);
		expect(jsonOf(result)).toMatchObject([
			{ confirmation: { status: 'confirmed' } },
			{ confirmation: { status: 'confirmed' } },
		]);
		expect(cash()).toBe('20.00');
	});

	it('forgets what it remembered once all items went well', async () => {
		const result = await runZoo(zoo, adjust, { items: [{ amount: '1' }], retryOnFail });
		expect(JSON.stringify(record(result.run.data.executionData).contextData)).not.toContain('before');
	});

	it('and n8n’s Retry of a failed execution add nothing twice either', async () => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT', ownerId: OTHER_ORG });
		const items = [
			{ org: ORG, amount: '1' },
			{ org: OTHER_ORG, amount: '5' },
		];
		const parameters = { ...adjust, orgId: '={{ $json.org }}' };
		const first = await runZoo(zoo, parameters, { items });
		expect(first.status).toBe('error');
		const second = await runZoo(zoo, parameters, { items, retryOf: first.run });
		expect(second.status).toBe('success');
		expect([cash(), cash(OTHER_ORG)]).toEqual(['11.00', '15.00']);
	});
});

describe('what nobody foresees', () => {
	const retryOnFail = { maxTries: 3, waitBetweenTries: 1 };

	it('a reply that carries a property `error`, after which n8n runs the node again, adds nothing twice', async () => {
		zoo.onRequest = ({ method }) =>
			method === 'PUT' ? { kind: 'edit', edit: (reply) => ({ ...reply, error: 'x' }) } : undefined;
		await runZoo(zoo, adjust, { items: [{ amount: '5' }], retryOnFail });
		expect(cash()).toBe('15.00');
	});

	it('a 303 after the work is done adds nothing twice', async () => {
		zoo.failNext({ kind: 'redirect', status: 303, location: '/done', applied: true }, { method: 'PUT' });
		const result = await runZoo(zoo, adjust, { items: [{ amount: '5' }], retryOnFail });
		expect(jsonOf(result)).toMatchObject([{ confirmation: { by: 'readBack' } }]);
		expect(cash()).toBe('15.00');
	});

	it('somebody else who comes to the same sum, while Zoo says no, neither passes for this adjustment nor makes it safe to repeat', async () => {
		zoo.onRequest = ({ method }) => {
			if (method !== 'PUT') return undefined;
			zoo.setBalance('org', ORG, { pre_pay_cash_remaining: '15.00' });
			return { kind: 'status', status: 429, headers: { 'retry-after': '0' } };
		};
		const result = await runZoo(zoo, adjust, { items: [{ amount: '5' }] });
		expect(result.error?.message).toBe('The outcome is unknown: Zoo answered 429 [item 0]');
		expect(puts()).toHaveLength(1);
	});

	it('a condition that no longer holds stops what would be sent again', async () => {
		zoo.onRequest = ({ method }) => {
			if (method !== 'PUT') return undefined;
			zoo.setBalance('org', ORG, { monthly_credits_remaining: '0.00' });
			return { kind: 'status', status: 429, headers: { 'retry-after': '0' } };
		};
		const result = await runZoo(
			zoo,
			{ ...adjust, options: { onlyIf: { monthlyCreditsRemaining: '1.00' } } },
			{ items: [{ amount: '5' }] },
		);
		expect(result.error?.message).toBe("The balance is not what 'Only If Balance Is' expects [item 0]");
		expect(result.error?.description).toContain('monthly_credits_remaining expected 1.00, found 0.00');
		expect(puts()).toHaveLength(1);
	});

	it('another reference in the second try leaves a write in doubt what it is, and its owner alone', async () => {
		let seen = 0;
		zoo.onRequest = () => (seen++ === 0 ? undefined : { kind: 'status', status: 502 });
		const options = { retryFor: 0, reference: '={{ Math.random() }}' };
		const result = await runZoo(
			zoo,
			{ ...adjust, options },
			{ items: [{ amount: '5' }, { amount: '7' }], onError: 'continueRegularOutput', retryOnFail },
		);
		expect(jsonOf(result)).toMatchObject([
			{
				details: {
					outcome: 'unknown',
					before: { pre_pay_cash_remaining: '10.00' },
					target: { pre_pay_cash_remaining: '15.00' },
				},
			},
			{ details: { reason: 'blockedByEarlierItem' } },
		]);
		expect(puts()).toHaveLength(1);
	});
});

describe('Only If Balance Is with Retry On Fail', () => {
	const retryOnFail = { maxTries: 3, waitBetweenTries: 1 };
	const set = {
		operation: 'updateBalance',
		orgId: '={{ $json.org }}',
		updateFields: { prePayCashRemaining: '20' },
		options: { onlyIf: { prePayCashRemaining: '10' } },
	};

	it('sets once what was set, and goes on with the others', async () => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT', ownerId: OTHER_ORG });
		const result = await runZoo(zoo, set, { items: [{ org: ORG }, { org: OTHER_ORG }], retryOnFail });
		expect(result.status).toBe('success');
		expect([cash(), cash(OTHER_ORG)]).toEqual(['20.00', '20.00']);
		expect(puts().filter((line) => line.includes(ORG))).toHaveLength(1);
	});

	it('takes up a write of unknown outcome by reading back', async () => {
		zoo.failNext({ kind: 'status', status: 502, applied: true }, { method: 'PUT' });
		let gets = 0;
		zoo.onRequest = ({ method }) => (method === 'GET' && ++gets === 2 ? { kind: 'status', status: 403 } : undefined);
		const result = await runZoo(zoo, set, { items: [{ org: ORG }], retryOnFail });
		expect(jsonOf(result)).toMatchObject([{ confirmation: { by: 'readBack', status: 'confirmed' } }]);
		expect(puts()).toHaveLength(1);
	});
});

describe('Credit Multiplier', () => {
	it.each([
		['10.00', '1.25', '12.50'],
		['0.01', '1.5', '0.02'],
		['-0.01', '1.5', '-0.02'],
		['3.33', '={{ 1.1 }}', '3.66'],
	])('derives the credits for %s × %s, half-up to cents', async (amount, creditMultiplier, credits) => {
		const result = await runZoo(zoo, { ...adjust, options: { creditMultiplier } }, { items: [{ amount }] });
		expect(jsonOf(result)).toMatchObject([
			{
				adjustment: {
					pre_pay_credits_remaining: {
						requested: credits,
						change: credits,
						derivedFrom: expect.stringMatching(/^pre_pay_cash_remaining × /),
					},
				},
			},
		]);
	});

	it.each([
		['together with explicit credits', { prePayCashRemaining: '1', prePayCreditsRemaining: '1' }, '1.25'],
		['without cash', { monthlyCreditsRemaining: '1' }, '1.25'],
		['that is zero', { prePayCashRemaining: '1' }, '0'],
		['that is negative', { prePayCashRemaining: '1' }, '-1'],
		['that is empty', { prePayCashRemaining: '1' }, "={{ '' }}"],
	])('%s is refused', async (_, adjustFields, creditMultiplier) => {
		const result = await runZoo(zoo, { ...adjust, adjustFields, options: { creditMultiplier } });
		expect(result.error?.message).toContain("'Credit Multiplier'");
		expect(zoo.requests).toEqual([]);
	});
});

describe.each(['updateBalance', 'adjustBalance'])('the options of %s', (operation) => {
	const fields = { prePayCashRemaining: '20' };
	const run = async (options: Record<string, unknown>, more: Record<string, unknown> = {}) =>
		await runZoo(
			zoo,
			JSON.parse(JSON.stringify({ operation, updateFields: fields, adjustFields: fields, options, ...more })),
		);

	it.each(['usd', 'USD', ' Usd '])('Currency %s passes', async (currency) => {
		expect((await run({ currency })).status).toBe('success');
	});

	it.each(['eur', '', '={{ null }}', '={{ $json.nowhere }}', 'us dollars'])(
		'Currency %j is refused',
		async (currency) => {
			const result = await run({ currency });
			expect(result.error?.message).toContain("'Currency' is not USD");
			expect(zoo.requests).toEqual([]);
		},
	);

	it('Max Amount is in US dollars whatever the unit', async () => {
		expect((await run({ maxAmount: '20' })).status).toBe('success');
		expect((await run({ maxAmount: '19.99' })).error?.message).toContain(
			"'Pre-Pay Cash' is above 'Max Amount (USD)': 20.00 USD",
		);
		expect((await run({ maxAmount: '19.99' }, { amountUnit: 'cents' })).status).toBe('success');
	});

	it('Only If Balance Is sends nothing when the read differs, and says what was found', async () => {
		const result = await run({ onlyIf: { prePayCashRemaining: '9.99', monthlyCreditsRemaining: '1.00' } });
		expect(result.error?.message).toContain("'Only If Balance Is'");
		expect(result.error?.description).toContain('pre_pay_cash_remaining expected 9.99, found 10.00');
		expect(puts()).toEqual([]);
	});

	it('Only If Balance Is lets the write through when the read is as expected', async () => {
		const result = await run({ onlyIf: { prePayCashRemaining: '10', prePayCreditsRemaining: '={{ 12.5 }}' } });
		expect(result.status).toBe('success');
		expect(puts()).toHaveLength(1);
	});

	it.each([
		{ onlyIf: {} },
		{ onlyIf: { prePayCashRemaining: '' } },
		{ maxAmount: 'x' },
		{ dryRun: 'yes' },
		{ output: 'all' },
		{ timeout: 0 },
		{ retryFor: -1 },
		{ maxConcurrency: 101 },
		{ reference: '' },
		{ onDifference: '' },
	])('an invalid one is refused and never ignored: %j', async (options) => {
		const result = await run(options);
		expect(result.error?.message).toMatch(/^'/);
		expect(zoo.requests).toEqual([]);
	});
});

describe('Max Amount in an adjustment', () => {
	it('counts what is taken away by its absolute value, and derived credits too', async () => {
		expect(
			(await runZoo(zoo, { ...adjust, options: { maxAmount: '5' } }, { items: [{ amount: '-5.01' }] })).error?.message,
		).toContain('Max Amount');
		expect(
			(
				await runZoo(
					zoo,
					{ ...adjust, options: { maxAmount: '5', creditMultiplier: '2' } },
					{ items: [{ amount: '2.51' }] },
				)
			).error?.message,
		).toContain("'Pre-Pay Credits' is above");
		expect(zoo.requests).toEqual([]);
	});
});

describe('a dry run', () => {
	it('of adjustments builds on the previews before it, and writes nothing', async () => {
		const result = await runZoo(
			zoo,
			{ ...adjust, options: { dryRun: true } },
			{ items: [{ amount: '1' }, { amount: '2' }] },
		);
		expect(jsonOf(result)).toMatchObject([
			{ dryRun: true, changes: { pre_pay_cash_remaining: { from: '10.00', to: '11.00' } } },
			{ dryRun: true, changes: { pre_pay_cash_remaining: { from: '11.00', to: '13.00' } } },
		]);
		expect(puts()).toEqual([]);
	});

	it('says of what it refuses, too, that nothing would have been written', async () => {
		const result = await runZoo(
			zoo,
			{ ...adjust, options: { dryRun: true } },
			{ items: [{ amount: '-11' }], onError: 'continueRegularOutput' },
		);
		expect(jsonOf(result)).toMatchObject([{ details: { reason: 'belowZero', dryRun: true } }]);
	});

	it('does not take a reply without any amount for a balance', async () => {
		zoo.replyWith('{"id":"x"}', { method: 'GET' });
		const result = await runZoo(zoo, {
			operation: 'updateBalance',
			updateFields: { prePayCashRemaining: '20' },
			options: { dryRun: true },
		});
		expect(result.error?.message).toBe('Zoo answered, but without any amount of a balance [item 0]');
		expect(result.error?.description).toContain('Nothing was written for this item');
	});

	it('of an approval is safe to apply only while nothing has moved', async () => {
		const [preview] = jsonOf(await runZoo(zoo, { ...adjust, options: { dryRun: true } }, { items: [{ amount: '1' }] }));
		const from = record(record(record(preview)['changes'])['pre_pay_cash_remaining'])['from'];
		const apply = { ...adjust, options: { onlyIf: { prePayCashRemaining: String(from) } } };
		expect((await runZoo(zoo, apply, { items: [{ amount: '1' }] })).status).toBe('success');
		expect((await runZoo(zoo, apply, { items: [{ amount: '1' }] })).status).toBe('error');
		expect(cash()).toBe('11.00');
	});
});

describe('a payment reference', () => {
	const parameters = { ...adjust, orgId: '={{ $json.org }}', options: { reference: '={{ $json.payment }}' } };
	const items = [
		{ org: ORG, amount: '1', payment: 'pi_1' },
		{ org: OTHER_ORG, amount: '1', payment: 'pi_2' },
		{ org: ORG, amount: '1', payment: 'pi_1' },
	];

	it('that repeats in an adjustment is refused, and the first one counts', async () => {
		const result = await runZoo(zoo, parameters, { items, onError: 'continueErrorOutput' });
		expect(jsonOf(result)).toHaveLength(2);
		expect(jsonOf(result, 1)).toMatchObject([
			{ error: "'Payment Reference' was used by item 0 in this execution [item 2]" },
		]);
		expect(cash()).toBe('11.00');
	});

	it('that repeats keeps everything from being sent when the workflow stops', async () => {
		const result = await runZoo(zoo, parameters, { items });
		expect(result.error?.message).toBe("'Payment Reference' was used by item 0 in this execution [item 2]");
		expect(zoo.requests).toEqual([]);
	});

	it.each([
		['an organization that is missing', { orgId: '={{ $json.nowhere }}' }, {}],
		['a currency that is not USD', {}, { currency: 'eur' }],
		['an amount that is not plain', { adjustFields: { prePayCashRemaining: '1,000' } }, {}],
	])('is named in the refusal of %s, and so is what was asked as far as it is known', async (_, more, options) => {
		const result = await runZoo(
			zoo,
			{ ...adjust, ...more, options: { reference: 'pi_1', ...options } },
			{ items: [{ amount: '1' }], onError: 'continueRegularOutput' },
		);
		expect(jsonOf(result)).toMatchObject([
			{
				message: expect.stringContaining('Payment Reference: pi_1'),
				details: { reference: 'pi_1', ...(!('adjustFields' in more) && { asked: { pre_pay_cash_remaining: '1.00' } }) },
			},
		]);
	});

	it('may repeat when amounts are set, which does no harm', async () => {
		const result = await runZoo(
			zoo,
			{ ...parameters, operation: 'updateBalance', updateFields: { prePayCashRemaining: '5' } },
			{ items },
		);
		expect(jsonOf(result)).toHaveLength(3);
	});
});

// Every resource × operation × balance model: the exact requests, and what comes out.

import { EMPLOYEE_TOKEN, MEMBER_ORG_ID, MEMBER_TOKEN, MEMBER_USER_ID } from '../zoo-api/tokens';
import { jsonOf, ORG, record, runZoo, startZoo, USER, wire } from './zoo-run';

const owners = [
	{ resource: 'org', path: `/orgs/${ORG}`, own: '/org', id: ORG, ownId: MEMBER_ORG_ID, idKey: 'orgId' },
	{ resource: 'user', path: `/users/${USER}`, own: '/user', id: USER, ownId: MEMBER_USER_ID, idKey: 'userId' },
] as const;

const models = [
	{
		model: 'prePay',
		field: 'prePayCashRemaining',
		name: 'pre_pay_cash_remaining',
		body: '{"pre_pay_cash_remaining":"50.00"}',
		sum: '{"pre_pay_cash_remaining":"60.00"}',
		before: '10.00',
		after: '60.00',
	},
	{
		model: 'apiCredits',
		field: 'stableApiCreditsRemainingMonetaryValue',
		name: 'stable_api_credits_remaining_monetary_value',
		body: '{"stable_api_credits_remaining_monetary_value":50.00}',
		sum: '{"stable_api_credits_remaining_monetary_value":70.00}',
		before: '20.00',
		after: '70.00',
	},
] as const;

describe.each(owners)('for the resource $resource', ({ resource, path, own, id, ownId, idKey }) => {
	describe.each(models)('in the model $model', ({ model, field, name, body, sum, before, after }) => {
		it('Update Balance writes the amount as asked and brings out the confirmed balance', async () => {
			await using zoo = await startZoo({ model });
			const result = await runZoo(zoo, { resource, updateFields: { [field]: '50' } });
			expect(wire(zoo)).toEqual([`PUT ${path}/payment/balance ${body}`]);
			expect(jsonOf(result)).toMatchObject([
				{
					[name]: '50.00',
					confirmation: { status: 'confirmed', by: 'reply', [idKey]: id, asked: { [name]: '50.00' } },
				},
			]);
		});

		it('Adjust Balance reads, adds, and writes the absolute sum of the adjusted field only', async () => {
			await using zoo = await startZoo({ model });
			const result = await runZoo(zoo, {
				resource,
				operation: 'adjustBalance',
				amountUnit: 'cents',
				adjustFields: { [field]: 5000 },
			});
			expect(wire(zoo)).toEqual([`GET ${path}/payment/balance`, `PUT ${path}/payment/balance ${sum}`]);
			expect(jsonOf(result)).toMatchObject([
				{
					[name]: after,
					adjustment: { [name]: { before, requested: '50.00', change: '50.00', after } },
					confirmation: { status: 'confirmed', [idKey]: id },
				},
			]);
		});

		it('Get Balance reads by ID, and the reply decides the model', async () => {
			await using zoo = await startZoo({ model });
			const result = await runZoo(zoo, { resource, operation: 'getBalance' });
			expect(wire(zoo)).toEqual([`GET ${path}/payment/balance`]);
			expect(jsonOf(result)).toMatchObject([{ [name]: before, subscription_details: {} }]);
			expect(record(jsonOf(result)[0])).not.toHaveProperty('confirmation');
		});

		it('Get Balance brings out selected fields with owner and identifiers', async () => {
			await using zoo = await startZoo({ model });
			const options = { output: 'selected', outputFields: [name] };
			const [item] = jsonOf(await runZoo(zoo, { resource, operation: 'getBalance', options }));
			const identifiers = model === 'prePay' ? ['id', 'map_id', 'subscription_id'] : ['subscription_id'];
			expect(Object.keys(record(item)).sort()).toEqual([...identifiers, idKey, name].sort());
			expect(item).toMatchObject({ [idKey]: id, [name]: before });
		});

		it('Get Own Balance works with any token and names no ID', async () => {
			await using zoo = await startZoo({ model });
			zoo.setBalance(resource, ownId, { [name]: '33.00' });
			const result = await runZoo(zoo, { resource, operation: 'getOwnBalance' }, { token: MEMBER_TOKEN });
			expect(wire(zoo)).toEqual([`GET ${own}/payment/balance`]);
			expect(jsonOf(result)).toMatchObject([{ [name]: '33.00' }]);
		});

		it('a dry run only reads, and puts out the request that would be sent and from → to', async () => {
			await using zoo = await startZoo({ model });
			const result = await runZoo(zoo, {
				resource,
				updateFields: { [field]: '50' },
				options: { dryRun: true },
			});
			expect(wire(zoo)).toEqual([`GET ${path}/payment/balance`]);
			expect(jsonOf(result)).toEqual([
				{
					[idKey]: id,
					dryRun: true,
					reference: null,
					preview: expect.objectContaining({ from: { [name]: before }, to: { [name]: '50.00' } }),
					request: { method: 'PUT', path: `${path}/payment/balance`, body },
					changes: { [name]: { from: before, to: '50.00' } },
				},
			]);
		});
	});

	it('Include Total Due asks for it in the API-credits model, in every request', async () => {
		await using zoo = await startZoo({ model: 'apiCredits' });
		const options = { includeTotalDue: true };
		await runZoo(zoo, {
			resource,
			updateFields: { stableApiCreditsRemainingMonetaryValue: '1' },
			options,
		});
		await runZoo(zoo, {
			resource,
			operation: 'adjustBalance',
			adjustFields: { stableApiCreditsRemainingMonetaryValue: '1' },
			options,
		});
		await runZoo(zoo, { resource, operation: 'getBalance', options });
		expect(zoo.requests.map(({ target }) => target)).toEqual(
			Array(4).fill(`${path}/payment/balance?include_total_due=true`),
		);
	});
});

describe('a Zoo API that speaks the other balance model', () => {
	it.each(['ignore', 'refuse'] as const)(
		'and would %s unknown fields: a write of the documented body does not pass for done',
		async (unknownFields) => {
			await using zoo = await startZoo({ model: 'apiCredits', unknownFields });
			const result = await runZoo(zoo, { updateFields: { prePayCashRemaining: '50' } });
			expect(result.status).toBe('error');
			expect(result.error?.description).toContain("Use 'API Credits (Monthly)', 'API Credits (Stable)' in place of");
			expect(result.error?.description).toContain(
				unknownFields === 'ignore' ? 'Not confirmed: pre_pay_cash_remaining' : 'trying again is safe',
			);
		},
	);

	it('an adjustment sees it before it writes anything', async () => {
		await using zoo = await startZoo();
		const result = await runZoo(zoo, {
			operation: 'adjustBalance',
			adjustFields: { stableApiCreditsRemainingMonetaryValue: '1' },
		});
		expect(result.error?.description).toContain(
			"Use 'Monthly Credits (Pre-Pay)', 'Pre-Pay Cash', 'Pre-Pay Credits' in place of",
		);
		expect(zoo.requests.map(({ method }) => method)).toEqual(['GET']);
	});
});

describe('whole credits', () => {
	it('a difference below one credit is confirmed as rounded, with the amount that now stands', async () => {
		await using zoo = await startZoo({ model: 'apiCredits', creditValue: '0.04' });
		const result = await runZoo(zoo, {
			updateFields: { stableApiCreditsRemainingMonetaryValue: '10.03' },
		});
		expect(jsonOf(result)).toMatchObject([
			{
				stable_api_credits_remaining_monetary_value: '10.04',
				confirmation: { status: 'confirmed', rounded: true, differences: [] },
			},
		]);
	});

	it('a difference of one credit or more is different', async () => {
		await using zoo = await startZoo({ model: 'apiCredits', creditValue: '0.04' });
		zoo.replyWith(
			(reply) => ({ ...reply, stable_api_credits_remaining_monetary_value: 10.08, stable_api_credits_remaining: 252 }),
			{ method: 'PUT' },
		);
		const result = await runZoo(zoo, {
			updateFields: { stableApiCreditsRemainingMonetaryValue: '10.04' },
		});
		expect(jsonOf(result)).toMatchObject([{ confirmation: { status: 'different', rounded: false } }]);
	});

	it('an adjustment reports what was really added', async () => {
		await using zoo = await startZoo({ model: 'apiCredits', creditValue: '0.04' });
		const result = await runZoo(zoo, {
			operation: 'adjustBalance',
			adjustFields: { stableApiCreditsRemainingMonetaryValue: '0.03' },
		});
		expect(jsonOf(result)).toMatchObject([
			{
				adjustment: {
					stable_api_credits_remaining_monetary_value: {
						before: '20.00',
						requested: '0.03',
						change: '0.04',
						after: '20.04',
					},
				},
			},
		]);
	});
});

describe('Stripe’s client secret', () => {
	it('in a reply reaches no item, hint or stored run', async () => {
		const secret = 'pi_123_secret_abc';
		await using zoo = await startZoo({ model: 'apiCredits', actionClientSecret: secret });
		for (const parameters of [
			{ operation: 'getBalance' },
			{ updateFields: { stableApiCreditsRemainingMonetaryValue: '1' } },
		]) {
			const result = await runZoo(zoo, parameters);
			expect(jsonOf(result)).toMatchObject([{ subscription_details: { action_client_secret: '***' } }]);
			expect(JSON.stringify([result.run, result.logs])).not.toContain(secret);
			expect(JSON.stringify([result.run, result.logs])).not.toContain(EMPLOYEE_TOKEN);
		}
	});
});

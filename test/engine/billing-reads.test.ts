// Get Many Invoices and Get Subscription: complete and in order over any number of pages, typed, and all or nothing.

import { parse } from 'lossless-json';

import { anyValue, eachChoice } from '../zoo-api/generated';
import { sampleInvoices } from '../zoo-api/invoices';
import { isJsonObject, jsonText } from '../zoo-api/json';
import { invoice, replySchemas } from '../zoo-api/schemas';
import type { ZooApi } from '../zoo-api/server';
import { ADMIN_TOKEN, ADMIN_USER_ID, MEMBER_ORG_ID } from '../zoo-api/tokens';
import { runTool } from './harness/tool';
import { lost } from './lost';
import { seeded } from './random-faults';
import { jsonOf, record, runZoo, startZoo, type ZooRun } from './zoo-run';

const list = { operation: 'getInvoices', returnAll: true };

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

const run = async (parameters: object, more: ZooRun = {}) =>
	await runZoo(zoo, { ...list, ...parameters }, { token: ADMIN_TOKEN, ...more });
const idsOf = (json: ReadonlyArray<Record<string, unknown>>) => json.map(({ id }) => id);

/** JSON as an item has it: amounts as text. */
function asItem(value: unknown): unknown {
	return JSON.parse(jsonText(value), (_key, each: unknown) => each);
}

describe('invoices', () => {
	it.each([
		['org', MEMBER_ORG_ID],
		['user', ADMIN_USER_ID],
	] as const)('of the %s of the token come out one an item, amounts as exact text', async (resource, id) => {
		zoo.setInvoices(resource, id, sampleInvoices(2));
		const result = await run({ resource });
		expect(zoo.requests.map(({ target }) => target)).toEqual([`/${resource}/payment/invoices?limit=20`]);
		const money = { amount_refunded: '0.00', amount_remaining: '0.00', tax: '0.00' };
		const [first] = sampleInvoices(2);
		const total = { amount_due: '20.02', amount_paid: '20.02', subtotal: '20.02', total: '20.02' };
		expect(jsonOf(result)[0]).toEqual({
			...record(asItem(first)),
			...money,
			...total,
			lines: [{ amount: '20.02', currency: 'USD', description: 'Team plan', id: 'il_2', metadata: {} }],
		});
		expect(idsOf(jsonOf(result))).toEqual(['in_standin_2', 'in_standin_1']);
		expect(result.hints).toEqual([]);
	});

	it('1,000 over several pages are complete, in order and linked to their input item', async () => {
		const invoices = sampleInvoices(1000);
		zoo.setInvoices('org', MEMBER_ORG_ID, invoices);
		const result = await run({});
		expect(idsOf(jsonOf(result))).toEqual(idsOf(invoices));
		expect(zoo.requests).toHaveLength(50);
		expect(new Set(result.output[0]?.map(({ pairedItem }) => JSON.stringify(pairedItem)))).toEqual(
			new Set(['{"item":0}']),
		);
	});

	it.each([
		[1, 1, ['limit=1']],
		[20, 20, ['limit=20']],
		[30, 30, ['limit=20', 'limit=20&page_token=from%3Din_standin_40%26v%2F1%2B']],
		[
			500,
			60,
			[
				'limit=20',
				'limit=20&page_token=from%3Din_standin_40%26v%2F1%2B',
				'limit=20&page_token=from%3Din_standin_20%26v%2F1%2B',
			],
		],
	])('Limit %d brings %d of 60, with no request more than it takes', async (limit, count, queries) => {
		zoo.setInvoices('org', MEMBER_ORG_ID, sampleInvoices(60));
		const result = await run({ returnAll: false, limit });
		expect(idsOf(jsonOf(result))).toEqual(idsOf(sampleInvoices(60)).slice(0, count));
		expect(zoo.requests.map(({ target }) => target.split('?')[1])).toEqual(queries);
	});

	it('of each input item follow one another, and none is no item', async () => {
		zoo.setInvoices('org', MEMBER_ORG_ID, sampleInvoices(2));
		const limits = { returnAll: false, limit: '={{ $json.limit }}', options: { maxConcurrency: 1 } };
		let requests = 0;
		zoo.onRequest = () => (++requests === 2 ? { kind: 'body', text: '{"items":[]}' } : undefined);
		const result = await run(limits, { items: [{ limit: 2 }, { limit: 2 }, { limit: '2' }] });
		expect(result.output[0]?.map(({ pairedItem }) => pairedItem)).toEqual([0, 0, 2, 2].map((item) => ({ item })));
	});

	it.each([
		['503', { kind: 'status', status: 503 }],
		['a reset', { kind: 'resetMidBody' }],
		['broken JSON', { kind: 'brokenJson' }],
	] as const)(
		'a page in the middle that fails with %s is asked for again, and nothing comes out twice',
		async (_, fault) => {
			const invoices = sampleInvoices(1000);
			zoo.setInvoices('org', MEMBER_ORG_ID, invoices);
			let requests = 0;
			zoo.onRequest = () => (++requests === 5 ? fault : undefined);
			const result = await run({});
			expect(idsOf(jsonOf(result))).toEqual(idsOf(invoices));
			expect(requests).toBe(51);
			expect(zoo.requests[4]?.target).toBe(zoo.requests[5]?.target);
		},
	);

	it('a page in the middle that keeps failing fails the item, and none of its invoices comes out', async () => {
		zoo.setInvoices('org', MEMBER_ORG_ID, sampleInvoices(300));
		let requests = 0;
		zoo.onRequest = () => (++requests > 1 ? { kind: 'status', status: 500 } : undefined);
		const result = await run({ options: { retryFor: 0 } }, { onError: 'continueRegularOutput' });
		expect(jsonOf(result)).toEqual([
			{
				error: 'Nothing was read: Zoo answered 500 [item 0]',
				message: expect.stringContaining('Reading again is safe.'),
				details: expect.objectContaining({ reason: 'unavailable', outcome: 'notRead' }),
			},
		]);
	});

	it('that are issued while pages are read move nothing and show nothing twice', async () => {
		const invoices = sampleInvoices(250);
		zoo.setInvoices('org', MEMBER_ORG_ID, invoices.slice(1));
		zoo.replyWith((reply) => ({ ...reply, items: [invoices[1], ...(reply['items'] as unknown[])] }), {
			path: '/org/payment/invoices',
			times: 3,
		});
		const result = await run({});
		expect(idsOf(jsonOf(result))).toEqual(idsOf(invoices.slice(1)));
	});

	it.each([
		['no list', '{"hello":1}', 'Zoo answered, but without a list of invoices [item 0]'],
		[
			'a next page that is no text',
			'{"items":[{"id":"a"}],"next_page":2}',
			'Zoo answered, but without an end to its list of invoices [item 0]',
		],
		['a list of something else', '{"items":[1]}', 'Zoo answered, but without a list of invoices [item 0]'],
		[
			'the same page again and again',
			'{"items":[{"id":"a"}],"next_page":"x"}',
			'Zoo answered, but without an end to its list of invoices [item 0]',
		],
	])('%s fails the item', async (_, text, message) => {
		zoo.replyWith(text, { times: Infinity });
		const result = await run({});
		expect(result.error?.message).toBe(message);
		expect(zoo.requests.length).toBeLessThan(3);
	});

	it.each([
		[{ returnAll: false, limit: 0 }, "'Limit' is not a number from 1 to 1000000: 0 [item 0]"],
		[{ returnAll: false, limit: "={{ 'many' }}" }, `'Limit' is not a number from 1 to 1000000: "many" [item 0]`],
		[{ returnAll: "={{ 'yes' }}" }, `'Return All' is neither true nor false: "yes" [item 0]`],
	])('%j is refused before anything is sent', async (parameters, message) => {
		const result = await run({ limit: 50, ...parameters });
		expect(result.error?.message).toBe(message);
		expect(zoo.requests).toEqual([]);
	});

	it('a token without an organization is told so', async () => {
		zoo.failNext({ kind: 'status', status: 404 });
		expect((await run({})).error?.message).toBe('Zoo does not know this organization [item 0]');
	});

	it('are listed for an AI agent', async () => {
		zoo.setInvoices('org', MEMBER_ORG_ID, sampleInvoices(3));
		const parameters = {
			resource: 'org',
			operation: 'getInvoices',
			returnAll: false,
			limit: "={{ $fromAI('count', 'How many', 'number') }}",
			options: {},
		};
		for (const by of ['agent', 'engine'] as const) {
			const { replies } = await runTool({
				parameters,
				calls: [{ count: 2 }],
				credential: { apiToken: ADMIN_TOKEN, baseUrl: zoo.url },
				by,
			});
			const said = JSON.stringify(replies);
			expect(said).toContain('in_standin_2');
			expect(said).toContain('20.02');
			expect(said).not.toContain('in_standin_1');
		}
	});
});

describe('whatever Zoo’s document allows', () => {
	it('invoices of every shape come out whole and without a remark', async () => {
		const random = seeded(7);
		const all = [...eachChoice(invoice), ...Array.from({ length: 300 }, () => anyValue(invoice, random))];
		const invoices = all.map((each, index) => ({ ...record(each), id: `in_${index}` }));
		zoo.setInvoices('org', MEMBER_ORG_ID, invoices);
		const result = await run({});
		expect(result.hints).toEqual([]);
		expect(lost(parse(jsonText(invoices)), jsonOf(result))).toEqual([]);
	});

	it.each(['prePay', 'apiCredits'] as const)('subscriptions in the model %s, too', async (model) => {
		const random = seeded(8);
		const { subscription } = replySchemas[model];
		const all = [...eachChoice(subscription), ...Array.from({ length: 200 }, () => anyValue(subscription, random))];
		// A reply without a plan is no subscription.
		const told = all.filter((each) => isJsonObject(each) && 'modeling_app' in each);
		const waiting = [...told];
		zoo.onRequest = () => ({ kind: 'body', text: jsonText(waiting.shift()) });
		const options = { maxConcurrency: 1 };
		const result = await run({ operation: 'getSubscription', options }, { items: told.map(() => ({})) });
		expect(result.hints).toEqual([]);
		expect(lost(parse(jsonText(told)), jsonOf(result))).toEqual([]);
	});
});

describe('a subscription', () => {
	it.each(['org', 'user'] as const)('of the %s of the token comes out typed, its secret masked', async (resource) => {
		await using other = await startZoo({ model: 'apiCredits', actionClientSecret: 'pi_made_up' });
		const result = await runZoo(other, { resource, operation: 'getSubscription' }, { token: ADMIN_TOKEN });
		expect(other.requests.map(({ target }) => target)).toEqual([`/${resource}/payment/subscriptions`]);
		expect(jsonOf(result)).toEqual([
			{
				action_client_secret: '***',
				action_type: 'payment_intent',
				modeling_app: expect.objectContaining({
					monthly_pay_as_you_go_api_credits_monetary_value: '10.00',
					pay_as_you_go_api_credit_price: '0.01',
					price: { type: 'contract' },
				}),
			},
		]);
	});

	it('of the documented model has its amounts as text as well', async () => {
		const result = await run({ operation: 'getSubscription' });
		expect(jsonOf(result)).toMatchObject([
			{ modeling_app: { pay_as_you_go_credits: '20.00', price: { price: '99.50' } } },
		]);
		expect(result.hints).toEqual([]);
	});

	it('that is none fails the item', async () => {
		zoo.replyWith('{"hello":1}');
		expect((await run({ operation: 'getSubscription' })).error?.message).toBe(
			'Zoo answered, but without a subscription [item 0]',
		);
	});

	it('of an unknown shape is kept as it came, with a remark', async () => {
		zoo.replyWith((reply) => ({ ...reply, modeling_app: { ...record(reply['modeling_app']), support_tier: 'gold' } }));
		const result = await run({ operation: 'getSubscription' });
		expect(jsonOf(result)).toMatchObject([{ modeling_app: { support_tier: 'gold' } }]);
		expect(result.hints.map(({ message }) => message)).toEqual([
			'Zoo’s reply has fields of an unknown shape, kept as they came: modeling_app.support_tier; look for an update of this node if a later step needs them [item 0]',
		]);
	});

	it('is read for an AI agent', async () => {
		const parameters = { resource: 'user', operation: 'getSubscription', options: {} };
		const { replies } = await runTool({
			parameters,
			calls: [{}],
			credential: { apiToken: ADMIN_TOKEN, baseUrl: zoo.url },
		});
		expect(JSON.stringify(replies)).toContain('For teams that build together');
	});
});

// What n8n gets to see: items, hints up to a number, and the one error of a workflow that stops.

import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';

import { readJsonObject, readReply } from '../../nodes/ZooBilling/balance/reply';
import type { FailureDetails, Failure } from '../../nodes/ZooBilling/outcome/failure';
import {
	balanceOutput,
	errorFor,
	hintsFor,
	itemsFor,
	mostUrgent,
	replyHints,
} from '../../nodes/ZooBilling/outcome/output';
import { org, ORG_ID, ownOrg, user, USER_ID, failureOf } from './given';
import { DOCUMENTED_REPLY } from '../zoo-api/documented';
import type { Success } from '../../nodes/ZooBilling/outcome/result';

const node: INode = {
	id: '1',
	name: 'Zoo Billing',
	type: 'n8n-nodes-zoo-billing.zooBilling',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

const done = (hints: string[] = [], json: Record<string, unknown> = {}): Success => ({
	kind: 'success',
	json,
	hints,
	wrote: true,
});
const failed = (item: number, details: Partial<FailureDetails> = {}, source: Failure['source'] = 'service') =>
	failureOf(source, `What [item ${item}]`, 'Next.', {
		reason: 'unavailable',
		outcome: 'notApplied',
		item,
		...details,
	});

describe('the balance', () => {
	const reply = readReply(readJsonObject(DOCUMENTED_REPLY) ?? {});

	it('comes out whole', () => {
		expect(balanceOutput(org, reply, 'balance')).toEqual({ orgId: ORG_ID, ...reply.balance });
	});

	it('comes out as identifiers and amounts', () => {
		expect(balanceOutput(org, reply, 'amounts')).toEqual({
			orgId: ORG_ID,
			id: '7e29ccf7-8b3c-47db-8a17-bb53528382f4',
			map_id: '6075f6e9-c871-4f0f-930b-439bb777cd26',
			subscription_id: '68pcvDwOmIcVzTBWydXSsm',
			monthly_credits_remaining: '18.60',
			pre_pay_cash_remaining: '23.85',
			pre_pay_credits_remaining: '21.32',
			total_due: '23.99',
		});
	});

	it('comes out as identifiers and the fields that were selected', () => {
		expect(balanceOutput(org, reply, ['total_due', 'monthly_api_credits_remaining'])).toEqual({
			orgId: ORG_ID,
			id: '7e29ccf7-8b3c-47db-8a17-bb53528382f4',
			map_id: '6075f6e9-c871-4f0f-930b-439bb777cd26',
			subscription_id: '68pcvDwOmIcVzTBWydXSsm',
			total_due: '23.99',
		});
	});

	it('comes out with whole credits beside their value', () => {
		const json = {
			created_at: 'x',
			monthly_api_credits_remaining: 5,
			monthly_api_credits_remaining_monetary_value: 1,
			stable_api_credits_remaining: 0,
			stable_api_credits_remaining_monetary_value: 0,
			subscription_id: null,
			secret: 1,
		};
		expect(balanceOutput(user, readReply(json), 'amounts')).toEqual({
			userId: USER_ID,
			monthly_api_credits_remaining: 5,
			monthly_api_credits_remaining_monetary_value: '1.00',
			stable_api_credits_remaining: 0,
			stable_api_credits_remaining_monetary_value: '0.00',
			subscription_id: null,
		});
	});

	it('of the token’s own names its owner as far as the reply tells', () => {
		expect(balanceOutput(ownOrg, reply, 'amounts')).toMatchObject({ orgId: '6075f6e9-c871-4f0f-930b-439bb777cd26' });
		expect(balanceOutput(ownOrg, readReply({ stable_api_credits_remaining: 1, map_id: 5 }), 'balance')).toEqual({
			stable_api_credits_remaining: 1,
			map_id: 5,
		});
	});

	it('has a hint for fields of an unknown shape only', () => {
		expect(replyHints(reply)).toEqual([]);
		expect(replyHints({ ...reply, misfits: ['id', 'subscription_details.modeling_app.name'] })).toEqual([
			'Zoo’s reply has fields of an unknown shape, kept as they came: id, subscription_details.modeling_app.name; look for an update of this node if a later step needs them',
		]);
	});
});

describe('an item', () => {
	it('is what was done, linked to its input', () => {
		expect(itemsFor(done(['hint'], { a: 1 }), 4, true)).toEqual([{ json: { a: 1 }, pairedItem: { item: 4 } }]);
	});

	it('is several where one item in gives several out, or none', () => {
		const items = [{ a: 1 }, { a: 2 }];
		expect(itemsFor({ ...done(), items }, 4, true)).toEqual(items.map((json) => ({ json, pairedItem: { item: 4 } })));
		expect(itemsFor({ ...done(), items: [] }, 4, true)).toEqual([]);
	});

	it('tells of a failure in keys that n8n takes for one', () => {
		const failure = failed(2, { orgId: 'x' });
		const json = { error: 'What [item 2]', message: 'What [item 2]. Next.' };
		const pairedItem = { item: 2 };
		expect(itemsFor(failure, 2, true)).toEqual([{ json: { ...json, details: failure.details }, pairedItem }]);
		expect(itemsFor(failure, 2, false)).toEqual([{ json, pairedItem }]);
	});
});

describe('hints', () => {
	it('are one for each item that has any, with its number', () => {
		expect(hintsFor([done(), done(['one', 'two']), failed(2), done(['three'])])).toEqual([
			{ message: 'one; two [item 1]', type: 'warning', location: 'outputPane' },
			{ message: 'three [item 3]', type: 'warning', location: 'outputPane' },
		]);
	});

	it('about amounts come before those about shapes, whatever the order of the items, and are not crowded out', () => {
		const strange = { ...done(), shapes: ['a new shape'] };
		const results = [...Array.from({ length: 30 }, () => strange), { ...done(['one', 'two']), shapes: ['new'] }];
		const messages = hintsFor(results).map(({ message }) => message);
		expect(messages.slice(0, 2)).toEqual(['one; two; new [item 30]', 'a new shape [item 0]']);
		expect(messages.slice(-2)).toEqual([
			'a new shape [item 18]',
			'11 more items have such remarks; look at the items themselves',
		]);
	});

	it.each([
		[0, 0],
		[1, 1],
		[20, 20],
		[21, 21],
		[22, 21],
		[200_000, 21],
	])('of %d items with any are %d', (items, count) => {
		const hints = hintsFor(Array.from({ length: items }, () => done(['x'])));
		expect(hints).toHaveLength(count);
		if (items > 20) expect(hints.at(-1)?.message).toMatch(new RegExp(`^${items - 20} more items? `));
		if (items === 20) expect(hints.at(-1)?.message).toBe('x [item 19]');
	});
});

describe('the error of a workflow that stops', () => {
	it.each([
		'EPERM',
		'ENOENT',
		'ECONNREFUSED',
		'ECONNRESET',
		'ETIMEDOUT',
		'ENOTFOUND',
		'EPIPE',
		'EACCES',
		'429',
		'getaddrinfo ENOTFOUND',
	])('keeps a message that happens to contain %s', (word) => {
		for (const source of ['input', 'service'] as const) {
			const failure = failureOf(source, `'Payment Reference' was "${word}" [item 5]`, `Next ${word}.`, {
				reason: 'invalidInput',
				outcome: 'notSent',
				item: 5,
			});
			const error = errorFor(node, failure, `Of 6 items: ${word}.`, false);
			expect(error.message).toBe(`'Payment Reference' was "${word}" [item 5]`);
			expect(error.description).toBe(`Next ${word}. Of 6 items: ${word}.`);
		}
	});

	it('is of the kind that n8n has for input and for services', () => {
		expect(errorFor(node, failed(1, {}, 'input'), '', false)).toBeInstanceOf(NodeOperationError);
		expect(errorFor(node, failed(1, {}, 'service'), '', false)).toBeInstanceOf(NodeApiError);
	});

	it.each(['input', 'service'] as const)('points to its item and node (%s)', (source) => {
		const error = errorFor(node, failed(7, {}, source), '', false);
		expect(error.context['itemIndex']).toBe(7);
		expect(error.node.name).toBe('Zoo Billing');
		expect(error.description).toBe('Next.');
	});

	it.each([400, 401, 403, 404, 429, 500, 503])('keeps our words for the status %d', (httpStatus) => {
		const error = errorFor(node, failed(0, { httpStatus }), '', false);
		expect(error.message).toBe('What [item 0]');
		expect(error.description).toBe('Next.');
		expect(error instanceof NodeApiError && error.httpCode).toBe(String(httpStatus));
	});

	it('has the next step in its message for readers that get nothing else', () => {
		const error = errorFor(node, failed(0), 'Of 2 items: all.', true);
		expect(error.message).toBe('What [item 0]. Next.');
		expect(error.description).toBe('Next. Of 2 items: all.');
	});
});

describe('the most urgent failure', () => {
	const unknown = (item: number) => failed(item, { outcome: 'unknown', reason: 'outcomeUnknown' });
	const stopped = (item: number) => failed(item, { outcome: 'notSent', reason: 'stopped' });

	it.each<[string, Array<Success | Failure>, number | undefined]>([
		['nothing failed', [done(), done()], undefined],
		['there are no items', [], undefined],
		['one failed', [done(), failed(1)], 1],
		['several failed', [failed(0), failed(1)], 0],
		['one is unknown', [failed(0), done(), unknown(2), unknown(3)], 2],
		['items were stopped before the failed one', [stopped(0), stopped(1), failed(2)], 2],
		['items were stopped and one is unknown', [stopped(0), failed(1), unknown(2)], 2],
	])('where %s', (_, results, item) => {
		expect(mostUrgent(results)?.details.item).toBe(item);
	});
});

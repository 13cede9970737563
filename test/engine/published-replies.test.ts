// Every reply that Zoo's document allows, through the built node: no remark about its shape, no failed write, no value lost.

import { parse } from 'lossless-json';

import { breaches } from '../zoo-api/conformance';
import { anyValue, eachChoice } from '../zoo-api/generated';
import { isJsonObject, jsonText } from '../zoo-api/json';
import { replySchemas } from '../zoo-api/schemas';
import { lost } from './lost';
import { seeded } from './random-faults';
import { jsonOf, record, runZoo, startZoo } from './zoo-run';

const models = [
	{ model: 'prePay', field: 'prePayCashRemaining', name: 'pre_pay_cash_remaining' },
	{
		model: 'apiCredits',
		field: 'stableApiCreditsRemainingMonetaryValue',
		name: 'stable_api_credits_remaining_monetary_value',
	},
] as const;

const MIXTURES = 200;

/** JSON texts of replies to a request about a balance. */
function repliesOf(model: 'prePay' | 'apiCredits', needed: string): string[] {
	const { balance } = replySchemas[model];
	const random = seeded(16);
	const mixtures = Array.from({ length: MIXTURES }, () => anyValue(balance, random));
	return [...eachChoice(balance), ...mixtures]
		.map((reply) => (isJsonObject(reply) && !(needed in reply) ? { ...reply, [needed]: '1.00' } : reply))
		.map((reply) => jsonText(reply));
}

const orgOf = (index: number) => `0b000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

describe.each(models)('in the model $model', ({ model, field, name }) => {
	const replies = repliesOf(model, name);

	it('the replies are such as the document allows, and every one of its choices is among them', () => {
		expect(replies.flatMap((reply) => breaches(reply, replySchemas[model].balance))).toEqual([]);
		expect(new Set(replies).size).toBeGreaterThan(MIXTURES);
	});

	it.each([
		['reads', { operation: 'getBalance' }],
		['writes', { updateFields: { [field]: '50.00' } }],
	])('%s come out whole, whatever Zoo answers', async (_, parameters) => {
		await using zoo = await startZoo({ model });
		const items = replies.map((_reply, index) => ({ org: orgOf(index) }));
		for (const { org } of items) zoo.setBalance('org', org);
		const answers = new Map(items.map(({ org }, index) => [org, replies[index] ?? '']));
		zoo.onRequest = ({ owner }) => ({ kind: 'body', text: answers.get(owner?.id ?? '') ?? '', applied: true });
		const result = await runZoo(
			zoo,
			{ ...parameters, orgId: '={{ $json.org }}' },
			{ items, onError: 'continueRegularOutput' },
		);
		const out = jsonOf(result).map(record);
		expect(out.filter(({ error }) => error !== undefined)).toEqual([]);
		expect(out).toHaveLength(replies.length);
		expect(result.hints.map(({ message }) => message).filter((message) => message.includes('shape'))).toEqual([]);
		expect(replies.flatMap((reply, index) => lost(parse(reply), out[index]))).toEqual([]);
		expect(zoo.requests).toHaveLength(replies.length);
	});
});

// What a write was decided to be: what is kept of a look, and amounts to and from their stored form.

import { amountsOf, lookedUp, ownerOf, targetOf, type Preview } from '../../nodes/ZooBilling/writing/preview';
import { readReply } from '../../nodes/ZooBilling/balance/reply';
import { amountOf, apiCredits, cash, credits, monthly, org, ORG_ID, prePay, stableApi, user, USER_ID } from './given';

const AT = '2026-01-01T00:00:00.123456Z';
const look = (more: Record<string, unknown> = {}) =>
	readReply({
		monthly_credits_remaining: '1.00',
		pre_pay_cash_remaining: '100.0',
		pre_pay_credits_remaining: 7,
		total_due: '3.00',
		updated_at: AT,
		...more,
	});
const preview = (more: Partial<Preview> = {}): Preview => ({
	host: 'https://zoo.test',
	resource: 'org',
	ownerId: ORG_ID,
	balanceModel: 'prePay',
	to: { pre_pay_cash_remaining: '50.00' },
	...more,
});

describe('what is kept of a look', () => {
	it('is the amounts of the fields that are asked for, the model’s others beside them, and when Zoo updated it', () => {
		expect(lookedUp(look(), prePay, [amountOf(cash, '5')])).toEqual({
			from: { pre_pay_cash_remaining: '100.00' },
			beside: { monthly_credits_remaining: '1.00', pre_pay_credits_remaining: '7.00' },
			updatedAt: AT,
		});
	});

	it('has nothing beside when all fields are asked for', () => {
		const all = [monthly, cash, credits].map((field) => amountOf(field, '1'));
		expect(lookedUp(look(), prePay, all)).toMatchObject({
			from: {
				monthly_credits_remaining: '1.00',
				pre_pay_cash_remaining: '100.00',
				pre_pay_credits_remaining: '7.00',
			},
			beside: {},
		});
	});

	it.each<[string, unknown]>([
		['absent', undefined],
		['null', null],
		['no text', 5],
	])('has no updated_at where that is %s', (_, updated_at) => {
		expect(lookedUp(look({ updated_at }), prePay, [amountOf(cash, '5')])).not.toHaveProperty('updatedAt');
	});

	it('never takes an amount that is absent, null or unreadable as 0', () => {
		const gone = look({
			monthly_credits_remaining: null,
			pre_pay_cash_remaining: 'a lot',
			pre_pay_credits_remaining: {},
		});
		expect(lookedUp(gone, prePay, [amountOf(cash, '5')])).toEqual({ from: {}, beside: {}, updatedAt: AT });
	});

	it('is that of the model that was chosen, with every digit', () => {
		const reply = readReply({
			stable_api_credits_remaining: 19,
			stable_api_credits_remaining_monetary_value: '9.5083',
			monthly_api_credits_remaining_monetary_value: 0.1,
			pre_pay_cash_remaining: '5',
			updated_at: AT,
		});
		expect(lookedUp(reply, apiCredits, [amountOf(stableApi, '1')])).toEqual({
			from: { stable_api_credits_remaining_monetary_value: '9.5083' },
			beside: { monthly_api_credits_remaining_monetary_value: '0.10' },
			updatedAt: AT,
		});
	});
});

describe('a stored preview', () => {
	it('tells its owner', () => {
		expect(ownerOf(preview())).toEqual(org);
		expect(ownerOf(preview({ resource: 'user', ownerId: USER_ID }))).toEqual(user);
	});

	it('tells the amounts to write, in the order of the model’s fields', () => {
		const to = { pre_pay_credits_remaining: '2.50', pre_pay_cash_remaining: '50.00' };
		expect(targetOf(preview({ to }))).toEqual([amountOf(cash, '50'), amountOf(credits, '2.5')]);
	});

	it('tells none of another model’s amounts', () => {
		const to = { stable_api_credits_remaining_monetary_value: '9.00', pre_pay_cash_remaining: '50.00' };
		expect(targetOf(preview({ to, balanceModel: 'apiCredits' }))).toEqual([amountOf(stableApi, '9')]);
	});

	it('survives being stored as JSON', () => {
		const kept = preview({ ...lookedUp(look(), prePay, [amountOf(cash, '5')]), reference: 'pi_1' });
		expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
	});

	it('has no amount where the stored text is none', () => {
		expect(amountsOf({ pre_pay_cash_remaining: 'x', pre_pay_credits_remaining: '1' }, prePay)).toEqual([
			amountOf(credits, '1'),
		]);
	});
});

it('names its owner by the address as well, where the workflow did', () => {
	const email = 'kim@example.com';
	expect(ownerOf(preview({ resource: 'user', ownerId: USER_ID, email }))).toStrictEqual({ ...user, email });
	expect(ownerOf(preview())).toStrictEqual(org);
});

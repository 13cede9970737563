// Amounts read from one of the editor's collections, and the table of fields that they belong to.

import { amountsByName, modelOfAmounts, readFieldAmounts } from '../../nodes/ZooBilling/balance/amounts';
import { allModels, modelOf } from '../../nodes/ZooBilling/balance/fields';
import { readAmount } from '../../nodes/ZooBilling/balance/money';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import { amountOf, apiCredits, cash, credits, monthly, prePay, stableApi } from './given';

const LABEL = 'Update Fields';
const inUsd = (label: string, value: unknown) => readAmount(label, value, 'usd');

it('reads every field that is present, in the order of the model, and no other', () => {
	expect(readFieldAmounts(LABEL, { prePayCreditsRemaining: 5, monthlyCreditsRemaining: '0' }, inUsd)).toEqual([
		amountOf(monthly, '0'),
		amountOf(credits, '5'),
	]);
});

it('hands each field’s label and value to the reader', () => {
	const seen: Array<[string, unknown]> = [];
	readFieldAmounts(LABEL, { prePayCashRemaining: null, monthlyCreditsRemaining: 'x' }, (label, value) => {
		seen.push([label, value]);
		return amountOf(cash, '1').amount;
	});
	expect(seen).toEqual([
		['Monthly Credits (Pre-Pay)', 'x'],
		['Pre-Pay Cash', null],
	]);
});

it.each<[string, unknown, string]>([
	['nothing set', {}, "'Update Fields' has no amount"],
	['no collection', undefined, "'Update Fields' is not a set of fields: undefined"],
	['null', null, "'Update Fields' is not a set of fields: null"],
	['a list', [{ prePayCashRemaining: 5 }], `'Update Fields' is not a set of fields: [{"prePayCashRemaining":5}]`],
	['text', '50.00', `'Update Fields' is not a set of fields: "50.00"`],
	[
		'a field of both models',
		{ prePayCashRemaining: 5, stableApiCreditsRemainingMonetaryValue: 5 },
		"'Update Fields' has amounts of two kinds of balance: 'Pre-Pay Cash' beside 'API Credits (Stable)'",
	],
	[
		'a field of one model beside one of the other that an expression has not found',
		{ prePayCashRemaining: undefined, stableApiCreditsRemainingMonetaryValue: 5 },
		"'Update Fields' has amounts of two kinds of balance: 'Pre-Pay Cash' beside 'API Credits (Stable)'",
	],
	[
		'a wire name',
		{ pre_pay_cash_remaining: 5 },
		`'Update Fields' has a field that no balance at Zoo has: "pre_pay_cash_remaining"`,
	],
	['a field without a value', { prePayCashRemaining: undefined }, "'Pre-Pay Cash' has no value: undefined"],
	[
		'a field that is null beside a good one',
		{ monthlyCreditsRemaining: 5, prePayCashRemaining: null },
		"'Pre-Pay Cash' has no value: null",
	],
	['an empty field', { prePayCashRemaining: '' }, `'Pre-Pay Cash' is empty: ""`],
])('refuses %s', (_, collection, what) => {
	const refusal = readFieldAmounts(LABEL, collection, inUsd);
	expect(refusal).toBeInstanceOf(Refusal);
	expect(refusal).toMatchObject({ what });
});

it('names the fields of both models when it refuses a stranger', () => {
	expect(readFieldAmounts(LABEL, { x: 1 }, inUsd)).toMatchObject({
		next: 'Remove it; the fields are monthlyCreditsRemaining, prePayCashRemaining, prePayCreditsRemaining, monthlyApiCreditsRemainingMonetaryValue, stableApiCreditsRemainingMonetaryValue.',
	});
});

it('says how to find out which amounts belong together when it refuses those of two models', () => {
	const mixed = { monthlyCreditsRemaining: 1, monthlyApiCreditsRemainingMonetaryValue: 1 };
	expect(readFieldAmounts(LABEL, mixed, inUsd)).toMatchObject({
		next: "One Zoo has one kind. 'Get Balance' shows which: 'Monthly Credits (Pre-Pay)', 'Pre-Pay Cash', 'Pre-Pay Credits' where its names have pre_pay, 'API Credits (Monthly)', 'API Credits (Stable)' where its names have api_credits. Remove the others.",
	});
});

it('knows the model by any of its amounts', () => {
	expect(modelOfAmounts([amountOf(stableApi, '1')])).toBe(apiCredits);
	expect(modelOfAmounts([amountOf(credits, '1'), amountOf(cash, '1')])).toBe(prePay);
});

it('puts amounts under their wire names', () => {
	expect(amountsByName([amountOf(cash, '5'), amountOf(stableApi, '0.0083')])).toEqual({
		pre_pay_cash_remaining: '5.00',
		stable_api_credits_remaining_monetary_value: '0.0083',
	});
});

it('has one parameter, wire name and label per field over both models', () => {
	for (const property of ['parameter', 'wire', 'label'] as const) {
		const names = allModels.flatMap((model) => model.fields.map((field) => field[property]));
		expect(new Set(names).size).toBe(5);
	}
});

it.each([
	[{ monthly_credits_remaining: null }, 'prePay'],
	[{ pre_pay_cash_remaining: '5' }, 'prePay'],
	[{ pre_pay_credits_remaining: 5, id: 'x' }, 'prePay'],
	[{ monthly_api_credits_remaining_monetary_value: 5 }, 'apiCredits'],
	[{ stable_api_credits_remaining: 5 }, 'apiCredits'],
	[{ total_due: '5', subscription_id: 'x' }, undefined],
	[{}, undefined],
	[{ error_code: 'x', message: 'y' }, undefined],
])('%j is a reply of the model %s', (reply, name) => {
	expect(modelOf(reply)?.name).toBe(name);
});

// Whether a balance holds what was asked: by value, amount by amount, with Zoo's rounding to whole credits.

import fc from 'fast-check';

import { amountIn, compare, holds, unexpected } from '../../nodes/ZooBilling/balance/confirm';
import { amountOf, apiCredits, cash, credits, monthly, monthlyApi, prePay, stableApi } from './given';

describe('in the pre-pay model', () => {
	it.each<[string, unknown]>([
		['the same text', '50.00'],
		['fewer digits', '50'],
		['more digits', '50.0000'],
		['a number', 50],
		['an exponent', '5e1'],
	])('confirms an amount that came back as %s', (_, got) => {
		expect(compare([amountOf(cash, '50.00')], { pre_pay_cash_remaining: got }, prePay)).toEqual({
			confirmed: ['pre_pay_cash_remaining'],
			rounded: false,
			differences: [],
			missing: [],
		});
	});

	it.each<[unknown, string]>([
		['49.99', '49.99'],
		['50.0001', '50.0001'],
		['50.00000000000000000001', '50.00000000000000000001'],
		[5000, '5000.00'],
		['-50.00', '-50.00'],
		[0, '0.00'],
	])('shows %p as a difference', (got, shown) => {
		expect(compare([amountOf(cash, '50')], { pre_pay_cash_remaining: got }, prePay)).toEqual({
			confirmed: [],
			rounded: false,
			differences: [{ field: 'pre_pay_cash_remaining', asked: '50.00', got: shown }],
			missing: [],
		});
	});

	it.each<[unknown]>([[undefined], [null], [''], ['fifty'], [true], [{ amount: '50.00' }], [['50.00']]])(
		'counts %p as missing',
		(got) => {
			expect(compare([amountOf(cash, '50')], { pre_pay_cash_remaining: got }, prePay)).toEqual({
				confirmed: [],
				rounded: false,
				differences: [],
				missing: [cash],
			});
		},
	);

	it('judges every amount on its own, and only those that were asked', () => {
		const asked = [amountOf(monthly, '1'), amountOf(cash, '2'), amountOf(credits, '3')];
		expect(
			compare(asked, { monthly_credits_remaining: '1.00', pre_pay_cash_remaining: '2.50', total_due: '9' }, prePay),
		).toEqual({
			confirmed: ['monthly_credits_remaining'],
			rounded: false,
			differences: [{ field: 'pre_pay_cash_remaining', asked: '2.00', got: '2.50' }],
			missing: [credits],
		});
	});

	it('knows no rounding', () => {
		const balance = {
			pre_pay_cash_remaining: '50.001',
			stable_api_credits_remaining: 1,
			stable_api_credits_remaining_monetary_value: 5,
		};
		expect(compare([amountOf(cash, '50')], balance, prePay)).toMatchObject({ confirmed: [], rounded: false });
	});
});

describe('in the API-credits model, rounding to whole credits', () => {
	const stableAt = (value: unknown, count: unknown) => ({
		stable_api_credits_remaining_monetary_value: value,
		stable_api_credits_remaining: count,
	});
	const monthlyAt = (value: unknown, count: unknown) => ({
		monthly_api_credits_remaining_monetary_value: value,
		monthly_api_credits_remaining: count,
	});

	it.each<[string, Record<string, unknown>, 'confirmed' | 'rounded' | 'different']>([
		['the very amount', stableAt(10, 20), 'confirmed'],
		['less than one credit (0.50) lower', stableAt(9.51, 19), 'rounded'],
		['less than one credit higher', stableAt('10.499999', 20), 'rounded'],
		['a hair less than one credit lower', stableAt('9.500000000000000001', 19), 'rounded'],
		['exactly one credit lower', stableAt('9.50', 19), 'different'],
		['exactly one credit higher', stableAt('10.50', 21), 'different'],
		['more than one credit lower', stableAt(9.49, 19), 'different'],
		['another amount, without a count', stableAt(9.99, undefined), 'different'],
		['another amount, with no credits', stableAt(9.99, 0), 'different'],
		['another amount, with a negative count', stableAt(9.99, -20), 'different'],
		['another amount, with part of a credit', stableAt(9.99, 19.5), 'different'],
		['another amount, with a count that is null', stableAt(9.99, null), 'different'],
	])('%s is %p', (_, balance, expected) => {
		const { confirmed, rounded, differences, missing } = compare([amountOf(stableApi, '10')], balance, apiCredits);
		expect(missing).toEqual([]);
		expect(rounded).toBe(expected === 'rounded');
		expect(confirmed).toEqual(expected === 'different' ? [] : ['stable_api_credits_remaining_monetary_value']);
		expect(differences).toHaveLength(expected === 'different' ? 1 : 0);
	});

	it.each<[string, string, Record<string, unknown>, boolean]>([
		['0.09', 'below one credit (0.10) of the other balance', { ...stableAt(0, 0), ...monthlyAt(5, 50) }, true],
		['0.10', 'exactly one credit of the other balance', { ...stableAt(0, 0), ...monthlyAt(5, 50) }, false],
		['0.09', 'with no credit in any balance to go by', { ...stableAt(0, 0), ...monthlyAt(0, 0) }, false],
		['0.09', 'with an unreadable value of the other balance', { ...stableAt(0, 0), ...monthlyAt('x', 50) }, false],
	])(
		'an amount of %s that came back as no credits is, %s, taken for rounding: %p / %p',
		(asked, _, balance, rounded) => {
			expect(compare([amountOf(stableApi, asked)], balance, apiCredits).rounded).toBe(rounded);
		},
	);

	it('goes by the field’s own credits before those of the other balance', () => {
		const balance = { ...stableAt(9.5, 950), ...monthlyAt(100, 1) };
		expect(compare([amountOf(stableApi, '10')], balance, apiCredits)).toMatchObject({
			rounded: false,
			differences: [{ got: '9.50' }],
		});
	});

	it('marks the whole as rounded when one of two amounts is', () => {
		const balance = { ...stableAt(10, 1000), ...monthlyAt(4.99, 499) };
		expect(compare([amountOf(monthlyApi, '4.995'), amountOf(stableApi, '10')], balance, apiCredits)).toEqual({
			confirmed: ['monthly_api_credits_remaining_monetary_value', 'stable_api_credits_remaining_monetary_value'],
			rounded: true,
			differences: [],
			missing: [],
		});
	});

	it('confirms whatever whole credits an amount is rounded to, up, down or to the nearest', () => {
		const creditInMills = fc.integer({ min: 1, max: 5000 });
		fc.assert(
			fc.property(
				fc.integer({ min: 0, max: 10_000_000 }),
				creditInMills,
				fc.constantFrom(Math.floor, Math.ceil, Math.round),
				(askedCents, credit, round) => {
					const count = round((askedCents * 10) / credit);
					fc.pre(count > 0);
					const balance = stableAt((count * credit) / 1000, count);
					const { confirmed, missing } = compare(
						[amountOf(stableApi, (askedCents / 100).toFixed(2))],
						balance,
						apiCredits,
					);
					expect(confirmed).toEqual(['stable_api_credits_remaining_monetary_value']);
					expect(missing).toEqual([]);
				},
			),
			{ numRuns: 500 },
		);
	});
});

describe('holding amounts to the cent', () => {
	it.each<[string, Record<string, unknown>, boolean]>([
		['both', { monthly_credits_remaining: 1, pre_pay_cash_remaining: '2.0' }, true],
		['one another', { monthly_credits_remaining: 1, pre_pay_cash_remaining: '2.01' }, false],
		['one missing', { monthly_credits_remaining: 1 }, false],
		['one null', { monthly_credits_remaining: 1, pre_pay_cash_remaining: null }, false],
	])('%s: %j → %p', (_, balance, expected) => {
		expect(holds(balance, [amountOf(monthly, '1'), amountOf(cash, '2')])).toBe(expected);
	});

	it('does not round', () => {
		expect(
			holds({ stable_api_credits_remaining_monetary_value: 9.99, stable_api_credits_remaining: 1 }, [
				amountOf(stableApi, '10'),
			]),
		).toBe(false);
	});

	it('reads one field’s amount', () => {
		expect(amountIn({ pre_pay_cash_remaining: '0.0083' }, cash)?.toString()).toBe('0.0083');
		expect(amountIn({ pre_pay_cash_remaining: null }, cash)).toBeUndefined();
	});
});

describe('a count of whole credits', () => {
	const rounded = (count: unknown) => {
		const balance = {
			monthly_api_credits_remaining: count,
			monthly_api_credits_remaining_monetary_value: '10.00',
		};
		return compare([amountOf(monthlyApi, '10.30')], balance, apiCredits).rounded;
	};

	it.each<[unknown]>([[20], ['20']])('is a number or its text: %p', (count) => {
		expect(rounded(count)).toBe(true);
	});

	it.each<[unknown]>([
		[true],
		[[20]],
		['x20'],
		['20x'],
		[' 20'],
		['0x14'],
		['2e1'],
		['0000000000000020'],
		[20.5],
		[0],
		[-20],
		[null],
	])('is nothing else: %p', (count) => {
		expect(rounded(count)).toBe(false);
	});
});

describe('amounts that are not as expected', () => {
	it('are told with what is there instead', () => {
		const expected = [amountOf(cash, '50'), amountOf(credits, '20'), amountOf(monthly, '1')];
		const balance = { pre_pay_cash_remaining: '49.5', monthly_credits_remaining: '1.0' };
		expect(unexpected(expected, balance)).toEqual([
			{ field: 'pre_pay_cash_remaining', asked: '50.00', got: '49.50' },
			{ field: 'pre_pay_credits_remaining', asked: '20.00', got: 'no amount' },
		]);
	});
});

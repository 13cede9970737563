// What an adjustment comes to: sums, derived credits and bounds.

import fc from 'fast-check';

import { derivedCredits, outOfBounds, sumUp } from '../../nodes/ZooBilling/balance/adjust';
import { Usd } from '../../nodes/ZooBilling/balance/money';
import { amountOf, cash, credits, monthly, prePay, stableApi } from './given';

const { derived } = prePay;

it.each([
	['100.00', '50.00', '150.00'],
	['100.00', '-50.00', '50.00'],
	['0.0083', '0.01', '0.0183'],
	['-5.00', '3.00', '-2.00'],
	['9999999999999.99', '0.01', '10000000000000.00'],
])('%s and %s make %s', (before, change, after) => {
	const { sums, missing } = sumUp([amountOf(cash, change)], { pre_pay_cash_remaining: before });
	expect(missing).toEqual([]);
	expect(sums).toEqual([{ field: cash, before: Usd.of(before), change: Usd.of(change), after: Usd.of(after) }]);
});

it.each<[unknown]>([[undefined], [null], [''], ['n/a'], [true]])('never takes %p for 0', (before) => {
	const { sums, missing } = sumUp([amountOf(monthly, '1'), amountOf(cash, '1')], {
		monthly_credits_remaining: '2',
		pre_pay_cash_remaining: before,
	});
	expect(missing).toEqual([cash]);
	expect(sums.map(({ field }) => field)).toEqual([monthly]);
});

it('sums exactly what doubles cannot', () => {
	const cents = fc.bigInt({ min: 0n, max: 10n ** 15n - 1n });
	fc.assert(
		fc.property(cents, cents, fc.boolean(), (before, size, minus) => {
			const change = minus ? -size : size;
			const [sum] = sumUp([{ field: stableApi, amount: Usd.of(String(change), 'cents') }], {
				stable_api_credits_remaining_monetary_value: Usd.of(String(before), 'cents').toString(),
			}).sums;
			expect(sum?.after.equals(Usd.of(String(before + change), 'cents'))).toBe(true);
			expect(sum && outOfBounds([sum])).toBe(
				change === 0n
					? undefined
					: before + change < 0n
						? 'belowZero'
						: before + change >= 10n ** 15n
							? 'tooLarge'
							: undefined,
			);
		}),
		{ numRuns: 500 },
	);
});

describe('bounds', () => {
	const bound = (...pairs: Array<[before: string, change: string]>) => {
		const fields = [cash, credits];
		return outOfBounds(
			pairs.flatMap(
				([before, change], index) =>
					sumUp([amountOf(fields[index] ?? cash, change)], { [(fields[index] ?? cash).wire]: before }).sums,
			),
		);
	};

	it.each([
		['50.00', '-50.00', undefined],
		['50.00', '-50.01', 'belowZero'],
		['0', '-0.01', 'belowZero'],
		['-5', '3', 'belowZero'],
		['-5', '0', undefined],
		['9999999999999.98', '0.01', undefined],
		['9999999999999.99', '0.01', 'tooLarge'],
		['99999999999999.99', '0', undefined],
	])('%s and %s: %s', (before, change, expected) => {
		expect(bound([before, change])).toBe(expected);
	});

	it('one sum out of bounds is enough, and below zero is said first', () => {
		expect(bound(['5', '1'], ['5', '-6'])).toBe('belowZero');
		expect(bound(['9999999999999.99', '1'], ['5', '-6'])).toBe('belowZero');
		expect(bound(['5', '1'], ['9999999999999.99', '1'])).toBe('tooLarge');
	});
});

describe('derived credits', () => {
	it.each([
		['50.00', '1.25', '62.50'],
		['50.00', '1', '50.00'],
		['33.33', '1.25', '41.66'],
		['0.01', '0.5', '0.01'],
		['0.01', '0.4', '0.00'],
		['-33.33', '1.25', '-41.66'],
		['-0.01', '0.5', '-0.01'],
		['0.00', '2', '0.00'],
		['9999999999999.99', '999.999999', '9999999989999990.00'],
	])('%s of cash at %s are %s of credits', (added, multiplier, expected) => {
		const found = derivedCredits([amountOf(monthly, '7'), amountOf(cash, added)], multiplier, derived);
		expect(found?.field).toBe(credits);
		expect(found?.amount.equals(Usd.of(expected))).toBe(true);
	});

	it('there are none without cash', () => {
		expect(derivedCredits([amountOf(monthly, '5')], '1.25', derived)).toBeUndefined();
	});
});

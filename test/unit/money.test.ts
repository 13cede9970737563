// Amounts of money: which ones are accepted, how they print, and that no digit is ever lost, against an oracle in whole cents.

import fc from 'fast-check';

import { readAmount, Usd, type AmountUnit, type Sign } from '../../nodes/ZooBilling/balance/money';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';

const LABEL = 'Pre-Pay Cash';
const MOST_CENTS = 10n ** 15n - 1n;

/** What an amount reads as, or the refusal's text. */
function read(value: unknown, unit: AmountUnit, sign: Sign = 'unsigned'): string {
	const amount = readAmount(LABEL, value, unit, sign);
	return amount instanceof Refusal ? `refused: ${amount.what}` : amount.toString();
}

/** The oracle: characters one by one and whole cents in a bigint; no pattern, no decimal library. */
function centsIn(text: string, unit: AmountUnit, sign: Sign): bigint | undefined {
	const isSpace = (char: string | undefined) => char !== undefined && char.trim() === '';
	const chars = Array.from(text);
	while (isSpace(chars[0])) chars.shift();
	while (isSpace(chars.at(-1))) chars.pop();
	const negative = chars[0] === '-';
	if (negative) chars.shift();
	const point = chars.indexOf('.');
	const whole = point < 0 ? chars : chars.slice(0, point);
	const decimals = point < 0 ? [] : chars.slice(point + 1);
	const areDigits = (some: string[]) =>
		some.length > 0 && some.every((char) => char >= '0' && char <= '9' && char.length === 1);
	if (!areDigits(whole) || (whole.length > 1 && whole[0] === '0')) return undefined;
	if (point >= 0 && (!areDigits(decimals) || decimals.length > 2 || unit === 'cents')) return undefined;
	let cents = 0n;
	for (const digit of unit === 'cents' ? whole : [...whole, decimals[0] ?? '0', decimals[1] ?? '0'])
		cents = cents * 10n + BigInt(digit);
	if (negative && (cents === 0n || sign === 'unsigned')) return undefined;
	return cents > MOST_CENTS ? undefined : negative ? -cents : cents;
}

function print(cents: bigint): string {
	const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
	return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

describe('amounts in US dollars', () => {
	it.each<[unknown, string]>([
		['0', '0.00'],
		['0.0', '0.00'],
		['0.00', '0.00'],
		['50', '50.00'],
		['50.5', '50.50'],
		['68.50', '68.50'],
		['0.01', '0.01'],
		['1000', '1000.00'],
		['9999999999999.99', '9999999999999.99'],
		[0, '0.00'],
		[50, '50.00'],
		[93.39, '93.39'],
		[0.1, '0.10'],
		[1e3, '1000.00'],
		[9999999999999.99, '9999999999999.99'],
		[50n, '50.00'],
	])('reads %p as %s', (value, amount) => {
		expect(read(value, 'usd')).toBe(amount);
	});

	it.each<[unknown, string]>([
		['', `is empty: ""`],
		[undefined, 'has no value: undefined'],
		[null, 'has no value: null'],
		[Number.NaN, 'is not a finite number: NaN'],
		[Number.POSITIVE_INFINITY, 'is not a finite number: Infinity'],
		[Number.NEGATIVE_INFINITY, 'is not a finite number: -Infinity'],
		['NaN', 'is not a decimal amount: "NaN"'],
		['Infinity', 'is not a decimal amount: "Infinity"'],
		['1,000.50', 'has a thousands separator: "1,000.50"'],
		['1,000', 'has a thousands separator: "1,000"'],
		['12,345', 'has a thousands separator: "12,345"'],
		['1,234,567.00', 'has a thousands separator: "1,234,567.00"'],
		['x1,000', 'is not a decimal amount: "x1,000"'],
		['1,000x', 'is not a decimal amount: "1,000x"'],
		['50,00', 'is not a decimal amount: "50,00"'],
		['1 000', 'is not a decimal amount: "1 000"'],
		['1_000', 'is not a decimal amount: "1_000"'],
		['$5', 'has a currency sign: "$5"'],
		['5 €', 'has a currency sign: "5 €"'],
		['5 USD', 'is not a decimal amount: "5 USD"'],
		['1e3', 'is in exponent form: "1e3"'],
		['1E+3', 'is in exponent form: "1E+3"'],
		['.1e3', 'is in exponent form: ".1e3"'],
		['+10.25e3', 'is in exponent form: "+10.25e3"'],
		['-.25e12', 'is in exponent form: "-.25e12"'],
		['x1e3', 'is not a decimal amount: "x1e3"'],
		['1e3x', 'is not a decimal amount: "1e3x"'],
		[1e-7, 'is in exponent form: 1e-7'],
		[1e21, 'is in exponent form: 1e+21'],
		['0x10', 'is not a decimal amount: "0x10"'],
		['0b1', 'is not a decimal amount: "0b1"'],
		['-0', 'is minus zero: "-0"'],
		['-0.00', 'is minus zero: "-0.00"'],
		[-0, 'is minus zero: -0'],
		['-1', 'is negative: "-1"'],
		[-1, 'is negative: -1'],
		['-0.01', 'is negative: "-0.01"'],
		['5.', 'has a decimal point without digits on both sides: "5."'],
		['12.', 'has a decimal point without digits on both sides: "12."'],
		['.5', 'has a decimal point without digits on both sides: ".5"'],
		['.25', 'has a decimal point without digits on both sides: ".25"'],
		['.', 'is not a decimal amount: "."'],
		['-', 'is not a decimal amount: "-"'],
		['+5', 'is not a decimal amount: "+5"'],
		['--5', 'is not a decimal amount: "--5"'],
		['1.2.3', 'is not a decimal amount: "1.2.3"'],
		['007', 'has a leading zero: "007"'],
		['00', 'has a leading zero: "00"'],
		['00.5', 'has a leading zero: "00.5"'],
		['1.005', 'has more than two decimals: "1.005"'],
		['1.000', 'has more than two decimals: "1.000"'],
		[0.005, 'has more than two decimals: 0.005'],
		[0.1 + 0.2, 'has more than two decimals: 0.30000000000000004'],
		['10000000000000', 'is too large: "10000000000000"'],
		['10000000000000.00', 'is too large: "10000000000000.00"'],
		[1e13, 'is too large: 10000000000000'],
		[10n ** 20n, 'is too large: 100000000000000000000'],
		[true, 'is not an amount: true'],
		[false, 'is not an amount: false'],
		[{}, 'is not an amount: {}'],
		[{ amount: '50.00' }, 'is not an amount: {"amount":"50.00"}'],
		[[], 'is not an amount: []'],
		[['50.00'], 'is not an amount: ["50.00"]'],
		[new Date(0), 'is not an amount: "1970-01-01T00:00:00.000Z"'],
		['٥٠', 'is not a decimal amount: "٥٠"'],
		['５０', 'is not a decimal amount: "５０"'],
		['fifty', 'is not a decimal amount: "fifty"'],
	])('refuses %p by the name of the field: %s', (value, why) => {
		expect(read(value, 'usd')).toBe(`refused: '${LABEL}' ${why}`);
	});

	it.each([' 50.00', '50.00 ', '\t50.00\r\n', '\u00a050.00\ufeff', '\u200950.00\u2003'])(
		'trims white space of any kind around an amount (%#)',
		(value) => {
			expect(read(value, 'usd')).toBe('50.00');
		},
	);

	it.each([
		['5\u00000', String.raw`is not a decimal amount: "5\u00000"`],
		['5\n0', String.raw`is not a decimal amount: "5\n0"`],
		['5\u200b', String.raw`is not a decimal amount: "5\u200b"`],
		['  \n', String.raw`is empty: "  \n"`],
	])('refuses white space and control characters in place of digits (%#)', (value, why) => {
		expect(read(value, 'usd')).toBe(`refused: '${LABEL}' ${why}`);
	});

	it('looks no closer at more than a hundred characters', () => {
		expect(read('1'.repeat(100), 'usd')).toContain("'Pre-Pay Cash' is too large: ");
		expect(read('1'.repeat(101), 'usd')).toContain("'Pre-Pay Cash' is not a decimal amount: ");
	});

	it('shows the beginning only of a long value', () => {
		expect(read('x'.repeat(5000), 'usd')).toBe(`refused: '${LABEL}' is not a decimal amount: "${'x'.repeat(79)}…`);
	});

	it.each<[unknown, string]>([
		['', 'Enter an amount, or remove the field to leave this balance untouched.'],
		[null, 'Check the expression: it found nothing in this item. To leave this balance untouched, remove the field.'],
		[Number.NaN, 'Check the calculation in the expression.'],
		['1.005', 'Round it to cents in the expression; it is never rounded here.'],
		['-5', 'Give 0 or more; to take an amount away, use the Adjust operation.'],
		['$5', 'Give plain digits, e.g. 50.00.'],
		['10000000000000', 'Give an amount below 10000000000000.00 US dollars.'],
	])('says what to do about %p', (value, next) => {
		expect(readAmount(LABEL, value, 'usd')).toMatchObject({ next });
	});
});

describe('amounts in cents', () => {
	it.each<[unknown, string]>([
		['0', '0.00'],
		['1', '0.01'],
		['10', '0.10'],
		['5000', '50.00'],
		[' 6850 ', '68.50'],
		[5000, '50.00'],
		[999999999999999, '9999999999999.99'],
		['999999999999999', '9999999999999.99'],
		[5000n, '50.00'],
	])('reads %p as %s US dollars', (value, amount) => {
		expect(read(value, 'cents')).toBe(amount);
	});

	it.each<[unknown, string]>([
		['50.00', 'is not a whole number of cents: "50.00"'],
		['50.0', 'is not a whole number of cents: "50.0"'],
		[49.99, 'is not a whole number of cents: 49.99'],
		['1000000000000000', 'is too large: "1000000000000000"'],
		[1e15, 'is too large: 1000000000000000'],
		['', 'is empty: ""'],
		[null, 'has no value: null'],
		['5e3', 'is in exponent form: "5e3"'],
		['1,000', 'has a thousands separator: "1,000"'],
		['-0', 'is minus zero: "-0"'],
		[-0, 'is minus zero: -0'],
		['-100', 'is negative: "-100"'],
		['0100', 'has a leading zero: "0100"'],
		['¢5', 'has a currency sign: "¢5"'],
		[true, 'is not an amount: true'],
	])('refuses %p by the name of the field: %s', (value, why) => {
		expect(read(value, 'cents')).toBe(`refused: '${LABEL}' ${why}`);
	});

	it('points from decimals to the unit, and gives an example in cents', () => {
		expect(readAmount(LABEL, '50.00', 'cents')).toMatchObject({
			next: "Give whole cents, or set 'Amounts In' to US Dollars.",
		});
		expect(readAmount(LABEL, '$5', 'cents')).toMatchObject({ next: 'Give plain digits, e.g. 5000.' });
	});
});

describe('amounts to add, which may be negative', () => {
	it.each<[unknown, AmountUnit, string]>([
		['-50.00', 'usd', '-50.00'],
		['-0.01', 'usd', '-0.01'],
		[-93.39, 'usd', '-93.39'],
		['-9999999999999.99', 'usd', '-9999999999999.99'],
		['50', 'usd', '50.00'],
		['0', 'usd', '0.00'],
		['-1', 'cents', '-0.01'],
		[-5000, 'cents', '-50.00'],
		['-999999999999999', 'cents', '-9999999999999.99'],
	])('reads %p in %s as %s', (value, unit, amount) => {
		expect(read(value, unit, 'signed')).toBe(amount);
	});

	it.each<[unknown, AmountUnit, string]>([
		['-0', 'usd', 'is minus zero: "-0"'],
		['-0.00', 'usd', 'is minus zero: "-0.00"'],
		[-0, 'cents', 'is minus zero: -0'],
		['-1.001', 'usd', 'has more than two decimals: "-1.001"'],
		['-1.5', 'cents', 'is not a whole number of cents: "-1.5"'],
		['-10000000000000', 'usd', 'is too large: "-10000000000000"'],
		['- 5', 'usd', 'is not a decimal amount: "- 5"'],
		['-.5', 'usd', 'has a decimal point without digits on both sides: "-.5"'],
		['-007', 'usd', 'has a leading zero: "-007"'],
		['-1,000', 'usd', 'has a thousands separator: "-1,000"'],
		['(5)', 'usd', 'is not a decimal amount: "(5)"'],
		['−5', 'usd', 'is not a decimal amount: "−5"'],
	])('refuses %p in %s: %s', (value, unit, why) => {
		expect(read(value, unit, 'signed')).toBe(`refused: '${LABEL}' ${why}`);
	});
});

describe('against an oracle that counts whole cents', () => {
	const cents = fc.oneof(
		fc.bigInt({ min: 0n, max: MOST_CENTS }),
		fc.bigInt({ min: 0n, max: 100_000n }),
		fc.constantFrom(0n, 1n, 9n, 10n, 99n, 100n, MOST_CENTS),
	);
	const signed = fc.tuple(cents, fc.boolean()).map(([amount, minus]) => (minus ? -amount : amount));
	const unit = fc.constantFrom<AmountUnit>('usd', 'cents');
	const sign = fc.constantFrom<Sign>('unsigned', 'signed');
	const runs = { numRuns: 500 };

	it('prints what it read, in both units, and reads again what it printed', () => {
		fc.assert(
			fc.property(cents, (amount) => {
				expect(read(String(amount), 'cents')).toBe(print(amount));
				expect(read(print(amount), 'usd')).toBe(print(amount));
				expect(JSON.stringify(Usd.of(print(amount)))).toBe(`"${print(amount)}"`);
				expect(Usd.of(String(amount), 'cents').equals(Usd.of(print(amount)))).toBe(true);
			}),
			runs,
		);
	});

	it('loses nothing to a reader that uses doubles, nor to a workflow that gives one', () => {
		fc.assert(
			fc.property(cents, (amount) => {
				expect(Number(print(amount)).toFixed(2)).toBe(print(amount));
				expect(read(Number(print(amount)), 'usd')).toBe(print(amount));
				expect(read(Number(amount), 'cents')).toBe(print(amount));
			}),
			runs,
		);
	});

	it('takes a number by its shortest decimal form, or refuses it', () => {
		const number = fc.oneof(
			fc.double({ noNaN: true, noDefaultInfinity: true }),
			fc.double({ min: 0, max: 1000, noNaN: true }),
			fc.integer().map((whole) => whole / 100),
		);
		fc.assert(
			fc.property(number, unit, sign, (value, each, kind) => {
				const expected = Object.is(value, -0) ? undefined : centsIn(String(value), each, kind);
				expect(read(value, each, kind).replace(/^refused.*/s, 'refused')).toBe(
					expected === undefined ? 'refused' : print(expected),
				);
			}),
			{ numRuns: 1000 },
		);
	});

	it('accepts of all texts only those of the oracle’s grammar', () => {
		const nearly = fc.string({ unit: fc.constantFrom(...Array.from('0123456789.-+eE,_ $x')), maxLength: 10 });
		const digits = fc.string({ unit: fc.constantFrom(...Array.from('0159.-')), maxLength: 18 });
		const text = fc.oneof(
			fc.string(),
			fc.string({ unit: 'binary' }),
			nearly,
			digits,
			signed.map(print),
			signed.map(String),
		);
		fc.assert(
			fc.property(text, unit, sign, (value, each, kind) => {
				const expected = centsIn(value, each, kind);
				expect(read(value, each, kind).replace(/^refused.*/s, 'refused')).toBe(
					expected === undefined ? 'refused' : print(expected),
				);
			}),
			{ numRuns: 2000 },
		);
	});

	it('never throws, and names the field and ends with the value, whatever an expression yields', () => {
		fc.assert(
			fc.property(
				fc.anything({
					withBigInt: true,
					withDate: true,
					withMap: true,
					withNullPrototype: true,
					withSparseArray: true,
				}),
				unit,
				sign,
				(value, each, kind) => {
					const amount = readAmount(LABEL, value, each, kind);
					if (amount instanceof Usd) expect(['string', 'number', 'bigint']).toContain(typeof value);
					else expect(amount.what).toMatch(/^'Pre-Pay Cash' (is|has) .*: \S/s);
				},
			),
			{ numRuns: 1000 },
		);
	});

	it('adds, takes away and compares exactly', () => {
		fc.assert(
			fc.property(signed, signed, (one, other) => {
				const [a, b] = [Usd.of(print(one)), Usd.of(print(other))];
				expect(a.plus(b).toString()).toBe(print(one + other));
				expect(a.minus(b).toString()).toBe(print(one - other));
				expect(a.plus(b).minus(b).equals(a)).toBe(true);
				expect(a.isBelow(b)).toBe(one < other);
				expect(a.equals(b)).toBe(one === other);
				expect(a.isZero()).toBe(one === 0n);
				expect(a.absolute().toString()).toBe(print(one < 0n ? -one : one));
			}),
			runs,
		);
	});

	it('multiplies exactly and rounds halves away from zero', () => {
		const scale = 1_000_000n;
		fc.assert(
			fc.property(signed, fc.bigInt({ min: 1n, max: 999_999_999n }), (amount, millionths) => {
				const factor = `${millionths / scale}.${String(millionths % scale).padStart(6, '0')}`;
				const product = amount * millionths;
				const size = product < 0n ? -product : product;
				const rounded = (size * 2n + scale) / (scale * 2n);
				const exact = Usd.of(print(amount)).times(factor);
				expect(exact.roundedToCents().equals(Usd.of(print(product < 0n ? -rounded : rounded)))).toBe(true);
				expect(exact.times(String(scale)).equals(Usd.of(print(product)))).toBe(true);
			}),
			runs,
		);
	});

	it.each([
		['0.01', '0.5', '0.01'],
		['-0.01', '0.5', '-0.01'],
		['0.01', '0.499999', '0.00'],
		['0.03', '1.5', '0.05'],
		['-0.03', '1.5', '-0.05'],
		['33.33', '1.25', '41.66'],
	])('rounds %s × %s to %s', (amount, factor, rounded) => {
		expect(Usd.of(amount).times(factor).roundedToCents().equals(Usd.of(rounded))).toBe(true);
	});

	it('keeps every digit of an amount in a reply, and pads to two places', () => {
		const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 1, maxLength: 25 });
		fc.assert(
			fc.property(fc.boolean(), digits, fc.option(digits, { nil: '' }), (minus, whole, decimals) => {
				const negative = minus && /[1-9]/.test(whole + decimals);
				const text = `${negative ? '-' : ''}${whole}${decimals && `.${decimals}`}`;
				const expected = `${negative ? '-' : ''}${String(BigInt(whole))}.${decimals.replace(/0+$/, '').padEnd(2, '0')}`;
				expect(Usd.fromReply(text)?.toString()).toBe(expected);
			}),
			runs,
		);
	});
});

describe('amounts in replies', () => {
	it.each<[unknown, string]>([
		['18.60', '18.60'],
		['18.6', '18.60'],
		['18', '18.00'],
		[18.6, '18.60'],
		[0, '0.00'],
		[-0, '0.00'],
		['-0', '0.00'],
		['0.0083', '0.0083'],
		[0.0083, '0.0083'],
		['12345678901234.56789', '12345678901234.56789'],
		[1e-7, '0.0000001'],
		['1e-7', '0.0000001'],
		['1.5E+2', '150.00'],
		[1e21, '1000000000000000000000.00'],
		['-5', '-5.00'],
		['007.5', '7.50'],
		['9'.repeat(60), `${'9'.repeat(60)}.00`],
	])('reads %p as %s', (value, amount) => {
		expect(Usd.fromReply(value)?.toString()).toBe(amount);
	});

	it.each<[unknown]>([
		[''],
		[' 5'],
		['5.'],
		['.5'],
		['+5'],
		['1,000'],
		['$5'],
		['NaN'],
		[Number.NaN],
		[Number.POSITIVE_INFINITY],
		['1e999'],
		['1e'],
		['9'.repeat(61)],
		[null],
		[undefined],
		[true],
		[{}],
		[['5']],
		[5n],
	])('finds no amount in %p', (value) => {
		expect(Usd.fromReply(value)).toBeUndefined();
	});

	it('finds no amount in text with a line end', () => {
		expect(Usd.fromReply('5\n')).toBeUndefined();
	});
});

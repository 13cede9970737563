// Amounts of money: exact US dollars, read from text or numbers without ever passing through a float.

import Big from 'big.js';

import { Refusal, quoteValue } from '../text/refusal';

// A constructor of our own, whose text never takes the exponent form.
const Decimal = Big();
Decimal.NE = -1e6;
Decimal.PE = 1e6;

export const amountUnits = {
	usd: { label: 'US Dollars (e.g. 50.00)', example: '50.00' },
	cents: { label: 'Cents (e.g. 5000, as in Stripe)', example: '5000' },
} as const;
export type AmountUnit = keyof typeof amountUnits;

/** An exact amount in US dollars; it can only be made from text that has been checked. */
export class Usd {
	/** Below this, 15 digits always suffice, so no reader that uses doubles can change the amount. */
	static readonly limit = new Usd(new Decimal('10000000000000'));
	static readonly zero = new Usd(new Decimal(0));

	private constructor(private readonly amount: Big) {}

	/** `digits`: plain decimal text, in dollars or in whole cents. */
	static of(digits: string, unit: AmountUnit = 'usd'): Usd {
		const amount = new Decimal(digits);
		return new Usd(unit === 'cents' ? amount.times('0.01') : amount);
	}

	/** An amount in a reply: decimal text or a JSON number, with any number of decimals; undefined when neither. */
	static fromReply(value: unknown): Usd | undefined {
		const text = typeof value === 'number' ? String(value) : value;
		if (typeof text !== 'string' || text.length > 60) return undefined;
		return /^-?\d+(\.\d+)?(e[+-]?\d{1,2})?$/i.test(text) ? Usd.of(text) : undefined;
	}

	plus(other: Usd): Usd {
		return new Usd(this.amount.plus(other.amount));
	}

	minus(other: Usd): Usd {
		return new Usd(this.amount.minus(other.amount));
	}

	/** The product as it is, with all its decimals. */
	times(factor: string | number): Usd {
		return new Usd(this.amount.times(factor));
	}

	/** Rounded to whole cents, halves away from zero, so that taking away mirrors adding. */
	roundedToCents(): Usd {
		return new Usd(this.amount.round(2, Big.roundHalfUp));
	}

	absolute(): Usd {
		return new Usd(this.amount.abs());
	}

	equals(other: Usd): boolean {
		return this.amount.eq(other.amount);
	}

	isBelow(other: Usd): boolean {
		return this.amount.lt(other.amount);
	}

	isZero(): boolean {
		return this.amount.eq(0);
	}

	/** Plain decimal text with at least two places, never rounded: `50.00`, `0.0083`. */
	toString(): string {
		const [whole = '0', decimals = ''] = this.amount.toString().split('.');
		return `${whole}.${decimals.padEnd(2, '0')}`;
	}

	toJSON(): string {
		return this.toString();
	}
}

export type Sign = 'unsigned' | 'signed';

/**
 * An amount that a workflow gives: decimal text or a number in US dollars (at most two decimals), or whole cents.
 * Refuses everything else by the field's name and with the value; nothing is rounded, guessed or taken as 0.
 */
export function readAmount(label: string, value: unknown, unit: AmountUnit, sign: Sign = 'unsigned'): Usd | Refusal {
	const text = textOf(value);
	const fault = text === undefined ? faultOfType(value) : faultOfText(text, unit, sign);
	if (fault) return new Refusal(`'${label}' ${fault[0]}: ${quoteValue(value)}`, fault[1]);
	const amount = Usd.of(text ?? '', unit);
	if (!amount.absolute().isBelow(Usd.limit)) {
		return new Refusal(
			`'${label}' is too large: ${quoteValue(value)}`,
			`Give an amount below ${Usd.limit.toString()} US dollars.`,
		);
	}
	return amount;
}

/** The digits a value stands for: its text without surrounding space, or the shortest form of a number. */
function textOf(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim();
	// Its digits; a huge one is not printed, and is refused by the words in its place.
	if (typeof value === 'bigint') return quoteValue(value);
	if (typeof value === 'number' && Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
	return undefined;
}

/** No pattern meets a longer text, so that none can take long. */
const LONGEST_AMOUNT = 100;
const NO_AMOUNT = 'is not a decimal amount';

type Fault = readonly [what: string, next: string];

const checkExpression =
	'Check the expression: it found nothing in this item. To leave this balance untouched, remove the field.';

function faultOfType(value: unknown): Fault {
	if (value === undefined || value === null) return ['has no value', checkExpression];
	if (typeof value === 'number') return ['is not a finite number', 'Check the calculation in the expression.'];
	return [
		'is not an amount',
		'Give the amount as text or as a number, for example by choosing one property of the object.',
	];
}

function faultOfText(text: string, unit: AmountUnit, sign: Sign): Fault | undefined {
	if (text === '') return ['is empty', 'Enter an amount, or remove the field to leave this balance untouched.'];
	if (text.length > LONGEST_AMOUNT) return [NO_AMOUNT, plainDigits(unit)];
	const shape = /^(-?)(0|[1-9]\d*)(\.\d+)?$/.exec(text);
	if (!shape) return faultOfShape(text, unit);
	const [, minus, , decimals = ''] = shape;
	return (minus ? faultOfMinus(text, sign) : undefined) ?? faultOfDecimals(decimals, unit);
}

function faultOfMinus(text: string, sign: Sign): Fault | undefined {
	if (/^-[0.]+$/.test(text)) return ['is minus zero', 'Give 0, or the amount that was meant.'];
	if (sign === 'unsigned') return ['is negative', 'Give 0 or more; to take an amount away, use the Adjust operation.'];
	return undefined;
}

/** `decimals`: with their point. */
function faultOfDecimals(decimals: string, unit: AmountUnit): Fault | undefined {
	if (unit === 'cents' && decimals)
		return ['is not a whole number of cents', "Give whole cents, or set 'Amounts In' to US Dollars."];
	if (decimals.length > 3)
		return ['has more than two decimals', 'Round it to cents in the expression; it is never rounded here.'];
	return undefined;
}

function faultOfShape(text: string, unit: AmountUnit): Fault {
	const next = plainDigits(unit);
	if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) return ['has a thousands separator', next];
	if (/^[-+]?(\d+(\.\d+)?|\.\d+)e[-+]?\d+$/i.test(text)) return ['is in exponent form', next];
	if (/^-?0\d/.test(text)) return ['has a leading zero', next];
	if (/^-?(\d+\.|\.\d+)$/.test(text)) return ['has a decimal point without digits on both sides', next];
	if (/\p{Sc}/u.test(text)) return ['has a currency sign', next];
	return [NO_AMOUNT, next];
}

function plainDigits(unit: AmountUnit): string {
	return `Give plain digits, e.g. ${amountUnits[unit].example}.`;
}

// Does the balance in a reply hold what was asked? By value, amount by amount.

import type { FieldAmount } from './amounts';
import type { BalanceField, BalanceModel } from './fields';
import { Usd } from './money';

export interface Difference {
	/** The field's wire name. */
	readonly field: string;
	readonly asked: string;
	readonly got: string;
}

export interface Comparison {
	/** Wire names whose amount in the reply is the one that was asked, or its value in whole credits. */
	readonly confirmed: readonly string[];
	/** Whether Zoo rounded an amount to whole credits. */
	readonly rounded: boolean;
	readonly differences: readonly Difference[];
	/** Fields whose amount is absent, null or unreadable in the reply. */
	readonly missing: readonly BalanceField[];
}

type Balance = Readonly<Record<string, unknown>>;

/** `balance`: a reply's properties, amounts as text. */
export function compare(asked: readonly FieldAmount[], balance: Balance, model: BalanceModel): Comparison {
	const confirmed: string[] = [];
	const differences: Difference[] = [];
	const missing: BalanceField[] = [];
	let rounded = false;
	for (const { field, amount } of asked) {
		const got = amountIn(balance, field);
		if (!got) missing.push(field);
		else if (got.equals(amount)) confirmed.push(field.wire);
		else if (isRounding(amount.minus(got).absolute(), field, balance, model)) {
			confirmed.push(field.wire);
			rounded = true;
		} else differences.push({ field: field.wire, asked: amount.toString(), got: got.toString() });
	}
	return { confirmed, rounded, differences, missing };
}

/** A field's amount in a reply; undefined when it is absent, null or unreadable. */
export function amountIn(balance: Balance, field: BalanceField): Usd | undefined {
	return Usd.fromReply(balance[field.wire]);
}

/** Whether every amount is in the balance to the cent. */
export function holds(balance: Balance, amounts: readonly FieldAmount[]): boolean {
	return amounts.every(({ field, amount }) => amountIn(balance, field)?.equals(amount) ?? false);
}

/**
 * Zoo may keep whole credits only; then a `gap` below the value of one credit is its rounding. That value comes from
 * the field's own amount and credits in the same reply, or, where it has none left, from another field's.
 */
function isRounding(gap: Usd, field: BalanceField, balance: Balance, model: BalanceModel): boolean {
	for (const { wire, credits } of [field, ...model.fields]) {
		const count = credits === undefined ? undefined : creditsIn(balance[credits]);
		const value = Usd.fromReply(balance[wire]);
		if (count !== undefined && value) return gap.times(count).isBelow(value);
	}
	return false;
}

/** A positive count of whole credits, as a number or as its text. */
function creditsIn(value: unknown): number | undefined {
	const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
	return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

/** The amounts that are not as expected. */
export function unexpected(expected: readonly FieldAmount[], balance: Balance): Difference[] {
	return expected
		.filter((each) => !holds(balance, [each]))
		.map(({ field, amount }) => {
			const got = amountIn(balance, field)?.toString() ?? 'no amount';
			return { field: field.wire, asked: amount.toString(), got };
		});
}

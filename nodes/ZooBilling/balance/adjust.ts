// What an adjustment comes to: from the balance before and the amounts to add to the absolute amounts to write.

import type { FieldAmount } from './amounts';
import { amountIn } from './confirm';
import type { BalanceField, BalanceModel } from './fields';
import { Usd } from './money';

/** One field's sum: `before` and `change` in US dollars, exact. */
export interface Sum {
	readonly field: BalanceField;
	readonly before: Usd;
	readonly change: Usd;
	readonly after: Usd;
}

/** The credits that added cash buys: cash × multiplier, rounded half-up to cents; undefined when no cash is added. */
export function derivedCredits(
	changes: readonly FieldAmount[],
	multiplier: string,
	derived: NonNullable<BalanceModel['derived']>,
): FieldAmount | undefined {
	const cash = changes.find(({ field }) => field === derived.from);
	return cash && { field: derived.to, amount: cash.amount.times(multiplier).roundedToCents() };
}

/** The sums of all changes; or the fields that the balance has no amount for, which is never taken as 0. */
export function sumUp(
	changes: readonly FieldAmount[],
	balance: Readonly<Record<string, unknown>>,
): { sums: Sum[]; missing: BalanceField[] } {
	const sums: Sum[] = [];
	const missing: BalanceField[] = [];
	for (const { field, amount: change } of changes) {
		const before = amountIn(balance, field);
		if (before) sums.push({ field, before, change, after: before.plus(change) });
		else missing.push(field);
	}
	return { sums, missing };
}

/** Why a sum cannot be written, if it cannot: below zero, or 10,000,000,000,000 US dollars and more. */
export function outOfBounds(sums: readonly Sum[]): 'belowZero' | 'tooLarge' | undefined {
	const changed = sums.filter(({ change }) => !change.isZero());
	if (changed.some(({ after }) => after.isBelow(Usd.zero))) return 'belowZero';
	if (changed.some(({ after }) => !after.isBelow(Usd.limit))) return 'tooLarge';
	return undefined;
}

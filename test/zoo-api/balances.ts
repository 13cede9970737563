/** The balances the stand-in holds, one for each organization and user, and how writing changes them. */
import { randomUUID } from 'node:crypto';

import Big from 'big.js';

import { inPlainDigits, wholeCredits, type CreditRounding } from './amounts';

export type OwnerKind = 'org' | 'user';

export interface Owner {
	readonly kind: OwnerKind;
	readonly id: string;
}

export type BalanceModel = 'prePay' | 'apiCredits';

export const WRITABLE_AMOUNTS: Readonly<Record<BalanceModel, readonly string[]>> = {
	prePay: ['monthly_credits_remaining', 'pre_pay_cash_remaining', 'pre_pay_credits_remaining'],
	apiCredits: ['monthly_api_credits_remaining_monetary_value', 'stable_api_credits_remaining_monetary_value'],
};

/** Shown in replies, set by tests only. */
const TOTAL_DUE = 'total_due';

export interface Balance {
	readonly id: string;
	readonly ownerId: string;
	readonly createdAt: Date;
	updatedAt: Date;
	/** By the name on the wire. */
	readonly amounts: Map<string, Big>;
}

export interface BalanceRules {
	readonly model: BalanceModel;
	/** USD; when set, amounts are kept as whole credits of this value. */
	readonly roundTo?: Big;
	readonly rounding: CreditRounding;
}

export class Balances {
	private readonly byOwner = new Map<string, Balance>();

	constructor(private readonly rules: BalanceRules) {}

	find(owner: Owner): Balance | undefined {
		return this.byOwner.get(keyOf(owner));
	}

	/** Creates the owner where needed; amounts that are not given stay (a new owner starts at zero). */
	set(owner: Owner, amounts: Readonly<Record<string, string>>): void {
		const settable = [...WRITABLE_AMOUNTS[this.rules.model], TOTAL_DUE];
		const strange = Object.keys(amounts).filter((name) => !settable.includes(name));
		if (strange.length > 0) {
			throw new Error(`The ${this.rules.model} model has no amount ${strange.join(', ')}`);
		}
		const balance = this.find(owner) ?? this.create(owner);
		this.write(balance, new Map(Object.entries(amounts).map(([name, text]) => [name, new Big(text)])));
	}

	write(balance: Balance, amounts: ReadonlyMap<string, Big>): void {
		for (const [name, amount] of amounts) balance.amounts.set(name, this.rounded(name, amount));
		balance.updatedAt = later(balance.updatedAt);
	}

	/** The writable amounts as decimal text with at least two places. */
	amountsOf(owner: Owner): Record<string, string> {
		const balance = this.find(owner);
		if (!balance) throw new Error(`There is no ${owner.kind} ${owner.id}`);
		return Object.fromEntries(
			WRITABLE_AMOUNTS[this.rules.model].map((name) => [name, inPlainDigits(amountIn(balance, name), 2)]),
		);
	}

	private create(owner: Owner): Balance {
		const now = new Date();
		const balance = {
			id: randomUUID(),
			ownerId: owner.id.toLowerCase(),
			createdAt: now,
			updatedAt: now,
			amounts: new Map<string, Big>(),
		};
		this.byOwner.set(keyOf(owner), balance);
		return balance;
	}

	private rounded(name: string, amount: Big): Big {
		const { roundTo, rounding } = this.rules;
		if (!roundTo || name === TOTAL_DUE) return amount;
		return wholeCredits(amount, roundTo, rounding).times(roundTo);
	}
}

export function amountIn(balance: Balance, name: string): Big {
	return balance.amounts.get(name) ?? new Big(0);
}

export function totalDueOf(balance: Balance): Big {
	return amountIn(balance, TOTAL_DUE);
}

function keyOf(owner: Owner): string {
	return `${owner.kind} ${owner.id.toLowerCase()}`;
}

/** Two writes within one millisecond must still be told apart. */
function later(than: Date): Date {
	return new Date(Math.max(Date.now(), than.getTime() + 1));
}

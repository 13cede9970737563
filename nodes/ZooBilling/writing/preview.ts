// What a write was decided to be before anything was sent: plain data, so that it can be stored, shown and compared.

import { amountsByName, type FieldAmount } from '../balance/amounts';
import { amountIn } from '../balance/confirm';
import { balanceModels, type BalanceModel, type ModelName } from '../balance/fields';
import { Usd } from '../balance/money';
import { ownerKeyOf, ownerKinds, type Owner } from '../balance/owner';
import type { Reply } from '../balance/reply';

/** Amounts in US dollars as decimal text, by their wire names. */
export type Amounts = Readonly<Record<string, string>>;

export interface Preview {
	/** The Zoo host, in the one spelling that `hostOf` gives it. */
	readonly host: string;
	readonly resource: Owner['kind']['name'];
	/** A lower-case UUID. */
	readonly ownerId: string;
	/** The address that the workflow named the owner by. */
	readonly email?: string;
	readonly balanceModel: ModelName;
	/** What was looked up of the fields that are asked for; absent where a plain update did not look. */
	readonly from?: Amounts;
	/** What is to stand there, in every field that changes. */
	readonly to: Amounts;
	/** The model's other amounts in the same look, which tell a bill from a write. */
	readonly beside?: Amounts;
	/** Zoo's `updated_at` of the look. */
	readonly updatedAt?: string;
	readonly reference?: string;
}

/** The part of a preview that follows from a look. */
export function lookedUp(
	look: Reply,
	model: BalanceModel,
	target: readonly FieldAmount[],
): Omit<Preview, 'to' | Fixed> {
	const { balance } = look;
	const isTarget = ({ wire }: { readonly wire: string }) => target.some(({ field }) => field.wire === wire);
	const texts = (target: boolean) =>
		Object.fromEntries(
			model.fields.flatMap((field) => {
				const amount = isTarget(field) === target ? amountIn(balance, field) : undefined;
				return amount ? [[field.wire, amount.toString()] as const] : [];
			}),
		);
	const { updated_at: updatedAt } = balance;
	return { from: texts(true), beside: texts(false), ...(typeof updatedAt === 'string' && { updatedAt }) };
}

type Fixed = 'host' | 'resource' | 'ownerId' | 'email' | 'balanceModel' | 'reference';

export function ownerOf({ resource, ownerId, email }: Preview): Owner {
	return { kind: ownerKinds[resource], id: ownerId, ...(email !== undefined && { email }) };
}

/** The amounts to write. */
export function targetOf({ to, balanceModel }: Preview): FieldAmount[] {
	return amountsOf(to, balanceModels[balanceModel]);
}

/** What a write that was built on a look changes, field by field. */
export function changesIn(preview: Preview): FieldAmount[] {
	const { from = {} } = preview;
	return targetOf(preview).map(({ field, amount }) => {
		const before = Usd.fromReply(from[field.wire]) ?? Usd.zero;
		return { field, amount: amount.minus(before) };
	});
}

/** Owner, balance model and what is added as one text, by which two payments are the same. */
export function paymentOf(lane: string, model: BalanceModel, changes: readonly FieldAmount[]): string {
	return JSON.stringify([lane, model.name, amountsByName(changes.filter(({ amount }) => !amount.isZero()))]);
}

/** The payment that a stored preview makes. */
export function paymentIn(preview: Preview): string {
	return paymentOf(ownerKeyOf(ownerOf(preview)), balanceModels[preview.balanceModel], changesIn(preview));
}

/** Amounts from their stored form. */
export function amountsOf(amounts: Amounts, model: BalanceModel): FieldAmount[] {
	return model.fields.flatMap((field) => {
		const amount = Usd.fromReply(amounts[field.wire]);
		return amount ? [{ field, amount }] : [];
	});
}

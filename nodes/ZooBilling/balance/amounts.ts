// Amounts per balance field, read from one of the editor's collections.

import { isRecord, Refusal, shown } from '../refusal';
import type { BalanceField, BalanceModel } from './fields';
import type { Usd } from './money';

/** An amount for one field of the balance. */
export interface FieldAmount {
	readonly field: BalanceField;
	readonly amount: Usd;
}

/**
 * Every field that is present, read with `read`; refuses an empty collection and fields that the model does not have.
 * `label`: the collection's name in the editor.
 */
export function readFieldAmounts(
	label: string,
	collection: unknown,
	model: BalanceModel,
	read: (label: string, value: unknown) => Usd | Refusal,
): FieldAmount[] | Refusal {
	if (!isRecord(collection))
		return new Refusal(`'${label}' is not a set of fields: ${shown(collection)}`, `Add fields under '${label}'.`);
	const names = Object.keys(collection);
	const stranger = names.find((name) => !model.fields.some((field) => field.parameter === name));
	if (stranger !== undefined) {
		const known = model.fields.map((field) => field.parameter).join(', ');
		return new Refusal(
			`'${label}' has a field that the balance model '${model.label}' does not have: ${shown(stranger)}`,
			`Remove it or choose the other 'Balance Model'; the fields of this one are ${known}.`,
		);
	}
	if (names.length === 0) return new Refusal(`'${label}' has no amount`, `Add at least one field under '${label}'.`);
	const amounts: FieldAmount[] = [];
	for (const field of model.fields) {
		if (!(field.parameter in collection)) continue;
		const amount = read(field.label, collection[field.parameter]);
		if (amount instanceof Refusal) return amount;
		amounts.push({ field, amount });
	}
	return amounts;
}

/** Amounts by wire name as text, for items and messages. */
export function amountsByName(amounts: readonly FieldAmount[]): Record<string, string> {
	return Object.fromEntries(amounts.map(({ field, amount }) => [field.wire, amount.toString()]));
}

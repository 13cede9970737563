// Amounts per balance field, read from one of the editor's collections.

import { isRecord, Refusal, quoteValue } from '../text/refusal';
import { allFields, allModels, balanceModels, type BalanceField, type BalanceModel } from './fields';
import type { Usd } from './money';

/** An amount for one field of the balance. */
export interface FieldAmount {
	readonly field: BalanceField;
	readonly amount: Usd;
}

/**
 * Every field that is present, whatever its value, read with `read`; refuses an empty collection, unknown fields, and
 * amounts of two balance models. `label`: the collection's name in the editor.
 */
export function readFieldAmounts(
	label: string,
	collection: unknown,
	read: (label: string, value: unknown) => Usd | Refusal,
): FieldAmount[] | Refusal {
	if (!isRecord(collection))
		return new Refusal(`'${label}' is not a set of fields: ${quoteValue(collection)}`, `Add fields under '${label}'.`);
	const names = Object.keys(collection);
	const stranger = names.find((name) => !allFields.some(({ parameter }) => parameter === name));
	if (stranger !== undefined) {
		const known = allFields.map(({ parameter }) => parameter).join(', ');
		const what = `'${label}' has a field that no balance at Zoo has: ${quoteValue(stranger)}`;
		return new Refusal(what, `Remove it; the fields are ${known}.`);
	}
	if (names.length === 0) return new Refusal(`'${label}' has no amount`, `Add at least one field under '${label}'.`);
	const fields = allFields.filter(({ parameter }) => parameter in collection);
	const mixed = ofTwoModels(fields);
	if (mixed) return new Refusal(`'${label}' has amounts of two kinds of balance: ${mixed}`, whichOnes());
	const amounts: FieldAmount[] = [];
	for (const field of fields) {
		const amount = read(field.label, collection[field.parameter]);
		if (amount instanceof Refusal) return amount;
		amounts.push({ field, amount });
	}
	return amounts;
}

/** The fields in words where they do not belong together; undefined where they do. */
function ofTwoModels(fields: readonly BalanceField[]): string | undefined {
	const parts = allModels.flatMap((model) => {
		const own = fields.filter((field) => model.fields.includes(field));
		return own.length === 0 ? [] : [labelsOf(own)];
	});
	return parts.length > 1 ? parts.join(' beside ') : undefined;
}

/** The model of amounts that were read together, of which there is at least one. */
export function modelOfAmounts(amounts: readonly FieldAmount[]): BalanceModel {
	return allModels.find(({ fields }) => amounts.some(({ field }) => fields.includes(field))) ?? balanceModels.prePay;
}

/** How to know which amounts go together. */
export function whichOnes(): string {
	const kinds = allModels.map(({ mark, fields }) => `${labelsOf(fields)} where its names have ${mark}`);
	return `One Zoo has one kind. 'Get Balance' shows which: ${kinds.join(', ')}. Remove the others.`;
}

export function labelsOf(fields: readonly BalanceField[]): string {
	return fields.map(({ label }) => `'${label}'`).join(', ');
}

/** Amounts by wire name as text, for items and messages. */
export function amountsByName(amounts: readonly FieldAmount[]): Record<string, string> {
	return Object.fromEntries(amounts.map(({ field, amount }) => [field.wire, amount.toString()]));
}

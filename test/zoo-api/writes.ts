/** Reads the body of a PUT as the chosen balance model would: the amounts to write, or why not. */
import Big from 'big.js';
import { isLosslessNumber, parse } from 'lossless-json';

import { WRITABLE_AMOUNTS, type BalanceModel } from './balances';
import { isJsonObject } from './json';
import { refusal, type Refusal } from './refusals';

export interface WriteRules {
	readonly model: BalanceModel;
	readonly unknownFields: 'ignore' | 'refuse';
}

export type ReadWrite =
	{ readonly ok: true; readonly amounts: ReadonlyMap<string, Big> } | { readonly ok: false; readonly refusal: Refusal };

const DECIMAL_TEXT = /^\d+(\.\d+)?$/;

export function readWrite(body: string, contentType: string | undefined, rules: WriteRules): ReadWrite {
	if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) {
		return refused(400, `expected content type "application/json", got "${contentType ?? ''}"`);
	}
	const json = parsed(body);
	if (!isJsonObject(json)) return refused(400, 'unable to parse JSON body');
	// Zoo may take it for a change of nothing; nobody who means to write sends it.
	if (Object.keys(json).length === 0) return refused(400, 'the body changes nothing');

	const amounts = new Map<string, Big>();
	for (const [name, value] of Object.entries(json)) {
		if (!WRITABLE_AMOUNTS[rules.model].includes(name)) {
			if (rules.unknownFields === 'refuse') return refused(422, `unknown field \`${name}\``);
			continue;
		}
		if (value === null) continue;
		const amount = readAmount(value, rules.model);
		if (!amount) return refused(400, `unable to parse JSON body: ${name}: invalid type`);
		if (amount.lt(0)) return refused(422, `${name} must not be negative`);
		amounts.set(name, amount);
	}
	return { ok: true, amounts };
}

/** Today's API takes numbers only; the documented one prints text in its example and a number in its types. */
function readAmount(value: unknown, model: BalanceModel): Big | undefined {
	if (isLosslessNumber(value)) return new Big(value.value);
	if (model === 'prePay' && typeof value === 'string' && DECIMAL_TEXT.test(value)) return new Big(value);
	return undefined;
}

function parsed(body: string): unknown {
	try {
		return parse(body);
	} catch {
		return undefined;
	}
}

function refused(status: number, message: string): ReadWrite {
	return { ok: false, refusal: refusal(status, message) };
}

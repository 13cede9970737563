// However long a value is that a workflow hands over: it is refused or taken at once, and four times as long takes about four times as long at most.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { operations } from '../../nodes/ZooBilling/operations/all';
import { optionTable } from '../../nodes/ZooBilling/operations/options';
import { Refusal, quoteValue } from '../../nodes/ZooBilling/text/refusal';
import { readBaseUrl } from '../../nodes/ZooBilling/zoo/baseUrl';
import { sanitize } from '../../nodes/ZooBilling/text/words';
import { effortOf } from './effort';
import { ORG_ID } from './given';
import { isFailure } from '../../nodes/ZooBilling/outcome/failure';

const MEGABYTE = 1_000_000;
/** Far more than it takes, and far less than any pattern takes that goes over the text again and again. */
const AT_ONCE_MS = 3000;

/** Texts on which patterns like ours have been slow. */
const texts: Record<string, (length: number) => string> = {
	'digits and a letter': (length) => `${'1'.repeat(length)}x`,
	'digits and an e': (length) => `${'1'.repeat(length)}e`,
	'digits with points': (length) => '1.'.repeat(length / 2),
	'thousands separators': (length) => `1${',111'.repeat(length / 4)}x`,
	zeros: (length) => `0.${'0'.repeat(length)}1x`,
	'space in the middle': (length) => `1${' '.repeat(length)}1`,
	'half UUIDs': (length) => `https://zoo.dev/${'7e29ccf7-8b3c-47db-8a17-'.repeat(length / 24)}`,
	UUIDs: (length) => `https://zoo.dev/${`${ORG_ID}/`.repeat(length / 37)}`,
	'percent signs': (length) => `https://zoo.dev/${'%25'.repeat(length / 3)}`,
	'open brackets': (length) => '<[!['.repeat(length / 4),
	'half links': (length) => '[a]('.repeat(length / 4),
};

function prepared(name: string, raw: Record<string, unknown>): unknown {
	const parameters = { orgId: ORG_ID, amountUnit: 'usd', options: {}, ...raw };
	return operations.find((operation) => operation.name === name)?.prepare(parameters, ownerKinds.org, 0);
}

const updated = (raw: Record<string, unknown>) => prepared('updateBalance', { updateFields: {}, ...raw });
const fields = { prePayCashRemaining: '1' };

/** Everything that takes a text from a workflow. */
const takers: Record<string, (text: string) => unknown> = {
	'Organization ID': (orgId) => updated({ orgId, updateFields: fields }),
	'Balance Model of a node of version 1': (balanceModel) => updated({ balanceModel, updateFields: fields }),
	'Amounts In': (amountUnit) => updated({ amountUnit, updateFields: fields }),
	'an amount': (text) => updated({ updateFields: { prePayCashRemaining: text } }),
	'an amount in cents': (text) => updated({ amountUnit: 'cents', updateFields: { prePayCashRemaining: text } }),
	'an amount to add': (text) => prepared('adjustBalance', { adjustFields: { prePayCashRemaining: text } }),
	'the name of a field': (text) => updated({ updateFields: { [text]: '1' } }),
	'an expected amount': (text) => updated({ updateFields: fields, options: { onlyIf: { prePayCashRemaining: text } } }),
	...Object.fromEntries(
		Object.keys(optionTable).map((name) => [
			`the option ${name}`,
			(text: string) =>
				prepared(name === 'creditMultiplier' ? 'adjustBalance' : 'updateBalance', {
					updateFields: fields,
					adjustFields: fields,
					options: { [name]: text },
				}),
		]),
	),
	'the name of an option': (text) => updated({ updateFields: fields, options: { [text]: '1' } }),
	'Base URL': readBaseUrl,
	'a value in a message': quoteValue,
	'words in a message': (text) => sanitize(text),
};

describe.each(Object.entries(takers))('%s', (_, take) => {
	it.each(Object.entries(texts))('takes a megabyte of %s at once', (_name, textOf) => {
		const text = textOf(MEGABYTE);
		const { effort, result } = effortOf(() => take(text));
		expect(effort).toBeLessThan(AT_ONCE_MS);
		const message = isFailure(result) || result instanceof Refusal ? result.what : result;
		expect(typeof message === 'string' ? message.length : 0).toBeLessThan(400);
	});
});

it('a bigint of a million bits is refused at once', () => {
	const value = 1n << 1_000_000n;
	const { effort, result } = effortOf(() => updated({ updateFields: { prePayCashRemaining: value } }));
	expect(result).toMatchObject({
		what: "'Pre-Pay Cash' is not a decimal amount: a value that has no text form [item 0]",
	});
	expect(effort).toBeLessThan(AT_ONCE_MS);
});

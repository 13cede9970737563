// The options of all operations: labels, defaults, and the one way to read each; a present but invalid one is refused.

import { readFieldAmounts, type FieldAmount } from '../balance/amounts';
import { readAmount, Usd } from '../balance/money';
import { selectable } from '../balance/selectable';
import { isNothing, isRecord, Refusal, quoteValue } from '../text/refusal';
import { hasInvisible } from '../text/words';

type Reader<T> = (label: string, value: unknown) => T | Refusal;

/** Read into milliseconds, decimal text, US dollars or plain values; see `options` for what each one means. */
export const optionTable = {
	creditMultiplier: { label: 'Credit Multiplier', read: multiplier },
	currency: { label: 'Currency', read: usDollars },
	dryRun: { label: 'Dry Run', read: toggle },
	includeTotalDue: { label: 'Include Total Due', read: toggle },
	maxAmount: { label: 'Max Amount (USD)', read: largestAmount },
	maxConcurrency: { label: 'Max Concurrency', read: integer(1, 100) },
	onDifference: { label: 'On Difference', read: oneOf('warn', 'fail') },
	onlyIf: { label: 'Only If Balance Is', read: expectedAmounts },
	output: { label: 'Output', read: oneOf('balance', 'amounts', 'selected') },
	outputFields: { label: 'Output Fields', read: fieldNames },
	reference: { label: 'Payment Reference', read: reference },
	repeatedReference: { label: 'Repeated Reference', read: oneOf('refuse', 'returnFirst') },
	retryFor: { label: 'Retry For (Seconds)', read: seconds(0, 3600) },
	timeout: { label: 'Timeout (Seconds)', read: seconds(1, 300) },
	validFor: { label: 'Valid For (Seconds)', read: seconds(0, 3600) },
} as const satisfies Record<string, { label: string; read: Reader<unknown> }>;

export type OptionName = keyof typeof optionTable;
type Values = { [Name in OptionName]: Exclude<ReturnType<(typeof optionTable)[Name]['read']>, Refusal> };

export const optionDefaults = {
	dryRun: false,
	includeTotalDue: false,
	maxConcurrency: 50,
	onDifference: 'warn',
	output: 'balance',
	repeatedReference: 'refuse',
	retryFor: 60_000,
	timeout: 30_000,
} as const satisfies Partial<Values>;

/** All of Zoo's balance, its amounts, or the fields of these names. */
type Output = 'balance' | 'amounts' | readonly string[];

export type Options = Partial<Omit<Values, 'output'>> &
	Pick<Values, Exclude<keyof typeof optionDefaults, 'output'>> & { readonly output: Output };

/** `names`: the options that the operation takes; `others`: what to do about one that it does not. */
export function readOptions(
	collection: unknown,
	names: readonly OptionName[],
	others = 'Remove it here; it belongs to another operation.',
): Options | Refusal {
	if (!isRecord(collection))
		return new Refusal(
			`'Options' is not a set of options: ${quoteValue(collection)}`,
			"Set the options one by one under 'Options'.",
		);
	const options: Record<string, unknown> = { ...optionDefaults };
	for (const [name, value] of Object.entries(collection)) {
		if (!isOption(name))
			return new Refusal(`'Options' has an option that does not exist: ${quoteValue(name)}`, 'Remove it.');
		const { label, read }: { label: string; read: Reader<unknown> } = optionTable[name];
		if (!names.includes(name)) return new Refusal(`'${label}' is set, which this operation does not take`, others);
		const result = read(label, value);
		if (result instanceof Refusal) return result;
		options[name] = result;
	}
	return withSelection(options);
}

function isOption(name: string): name is OptionName {
	return Object.hasOwn(optionTable, name);
}

function withSelection(options: Record<string, unknown>): Options | Refusal {
	if (options['output'] !== 'selected') return options as Options;
	const selected = options['outputFields'];
	if (selected !== undefined) return { ...options, output: selected } as Options;
	const [output, fields] = [optionTable.output.label, optionTable.outputFields.label];
	return new Refusal(
		`'${output}' is 'Selected Fields', but '${fields}' is not set`,
		`Add '${fields}', or choose another '${output}'.`,
	);
}

function oneOf<const T extends string>(...choices: readonly T[]): Reader<T> {
	return (label, value) =>
		choices.find((choice) => choice === value) ??
		new Refusal(`'${label}' is none of its choices: ${quoteValue(value)}`, `Give one of: ${choices.join(', ')}.`);
}

function toggle(label: string, value: unknown): boolean | Refusal {
	if (typeof value === 'boolean') return value;
	return new Refusal(
		`'${label}' is neither true nor false: ${quoteValue(value)}`,
		'Set the toggle, or give an expression that yields true or false.',
	);
}

/** No pattern meets a longer text, so that none can take long. */
const LONGEST_NUMBER = 60;

/**
 * A number, or a text without the space around it; undefined for anything else, and where it is too long to be a
 * number.
 */
function shortText(value: unknown): string | undefined {
	const text = textOf(value);
	return text !== undefined && text.length <= LONGEST_NUMBER ? text : undefined;
}

interface Bounds {
	readonly least: number;
	readonly most: number;
}

type Count = (label: string, value: unknown) => number | Refusal;

/** A number between two bounds, from a number or digits of the pattern. */
function between({ least, most }: Bounds, pattern: RegExp): Count {
	return (label, value) => {
		const text = shortText(value) ?? '';
		const count = pattern.test(text) ? Number(text) : Number.NaN;
		if (count >= least && count <= most) return count;
		return new Refusal(
			`'${label}' is not a number from ${least} to ${most}: ${quoteValue(value)}`,
			'Correct it, or leave it at its default.',
		);
	};
}

function integer(least: number, most: number): Count {
	return between({ least, most }, /^\d+$/);
}

/** How many items 'Return All' and 'Limit' ask for; Infinity for all, where `limit` does not count. */
export function readLimit(returnAll: unknown, limit: unknown): number | Refusal {
	const all = toggle('Return All', returnAll);
	if (all instanceof Refusal) return all;
	return all ? Infinity : integer(1, 1_000_000)('Limit', limit);
}

/** Read into whole milliseconds, because timers take no others. */
function seconds(least: number, most: number): Reader<number> {
	const read = between({ least, most }, /^\d+(\.\d+)?$/);
	return (label, value) => {
		const count = read(label, value);
		return count instanceof Refusal ? count : Math.round(count * 1000);
	};
}

/** A text without the space around it, a number as its digits. */
function textOf(value: unknown): string | undefined {
	if (typeof value === 'number' && Number.isFinite(value)) return quoteValue(value);
	return typeof value === 'string' ? value.trim() : undefined;
}

function reference(label: string, value: unknown): string | Refusal {
	const refused = (what: string) =>
		new Refusal(`'${label}' ${what}`, 'Map the ID of the payment, or remove the option.');
	if (value === undefined || value === null) return refused('is empty');
	const id = textOf(value);
	if (id === undefined) return refused(`is not text: ${quoteValue(value)}`);
	if (id === '') return refused('is empty');
	if (isNothing(id)) return refused(`is what an expression makes of nothing: ${quoteValue(id)}`);
	if (id.length > 500) return refused(`is longer than 500 characters: ${quoteValue(id)}`);
	if (hasInvisible(id)) return refused(`has characters that cannot be seen: ${quoteValue(id)}`);
	return id;
}

function largestAmount(label: string, value: unknown): Usd | Refusal {
	const amount = readAmount(label, value, 'usd');
	return amount instanceof Refusal
		? new Refusal(amount.what, 'Give US dollars, e.g. 500.00, or remove the option.')
		: amount;
}

function usDollars(label: string, value: unknown): 'usd' | Refusal {
	if (typeof value === 'string' && value.trim().toLowerCase() === 'usd') return 'usd';
	return new Refusal(
		`'${label}' is not USD: ${quoteValue(value)}`,
		'Zoo keeps balances in US dollars only; convert the amount before this node, and leave other currencies out.',
	);
}

function multiplier(label: string, value: unknown): string | Refusal {
	const text = shortText(value) ?? '';
	if (/^(0|[1-9]\d{0,2})(\.\d{1,6})?$/.test(text) && !Usd.of(text).isZero()) return text;
	return new Refusal(
		`'${label}' is not a factor: ${quoteValue(value)}`,
		'Give a decimal above 0 and below 1000 with at most six decimals, e.g. 1.25.',
	);
}

/** Some of the balance's fields, by Zoo's names. */
function fieldNames(label: string, value: unknown): readonly string[] | Refusal {
	const next = `Give a list of some of: ${selectable.join(', ')}.`;
	if (!Array.isArray(value)) return new Refusal(`'${label}' is not a list of names: ${quoteValue(value)}`, next);
	const names: readonly unknown[] = value;
	if (names.length === 0) return new Refusal(`'${label}' is empty`, next);
	const unknown = names.filter((name) => !selectable.some((each) => each === name));
	if (unknown.length === 0) return selectable.filter((name) => names.includes(name));
	return new Refusal(`'${label}' names what the balance does not have: ${quoteValue(unknown[0])}`, next);
}

/** Amounts as a read puts them out: in US dollars, with any number of decimals. */
function expectedAmounts(label: string, value: unknown): FieldAmount[] | Refusal {
	return readFieldAmounts(label, value, (field, amount) => {
		const text = shortText(amount) ?? '';
		return /^(0|[1-9]\d*)(\.\d+)?$/.test(text)
			? Usd.of(text)
			: new Refusal(
					`'${field}' in '${label}' is not an amount: ${quoteValue(amount)}`,
					'Give US dollars as a read puts them out, e.g. 50.00.',
				);
	});
}

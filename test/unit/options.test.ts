// Every option: what it accepts, what it becomes, and that one that is present but invalid is refused and never ignored.

import fc from 'fast-check';

import { operations } from '../../nodes/ZooBilling/operations/all';
import { optionDefaults, optionTable, readOptions, type OptionName } from '../../nodes/ZooBilling/operations/options';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import { amountOf, cash, monthly, stableApi } from './given';

const all = Object.keys(optionTable) as OptionName[];
const read = (collection: unknown, names: readonly OptionName[] = all) => readOptions(collection, names);

it('takes the defaults where nothing is set', () => {
	expect(read({})).toEqual({
		dryRun: false,
		includeTotalDue: false,
		maxConcurrency: 50,
		onDifference: 'warn',
		output: 'balance',
		repeatedReference: 'refuse',
		retryFor: 60_000,
		timeout: 30_000,
	});
	expect(read({})).toEqual(optionDefaults);
});

it.each<[OptionName, unknown, unknown]>([
	['creditMultiplier', '1.25', '1.25'],
	['creditMultiplier', ' 2 ', '2'],
	['creditMultiplier', 1.1, '1.1'],
	['creditMultiplier', '0.000001', '0.000001'],
	['creditMultiplier', '999.999999', '999.999999'],
	['currency', 'usd', 'usd'],
	['currency', 'USD', 'usd'],
	['currency', ' Usd\n', 'usd'],
	['dryRun', true, true],
	['dryRun', false, false],
	['includeTotalDue', true, true],
	['includeTotalDue', false, false],
	['maxConcurrency', 1, 1],
	['maxConcurrency', '100', 100],
	['maxConcurrency', ' 7 ', 7],
	['onDifference', 'warn', 'warn'],
	['onDifference', 'fail', 'fail'],
	['output', 'balance', 'balance'],
	['output', 'amounts', 'amounts'],
	['outputFields', ['total_due', 'created_at', 'total_due'], ['created_at', 'total_due']],
	['reference', 'pi_3OqT2eKZ', 'pi_3OqT2eKZ'],
	['reference', 4711, '4711'],
	['reference', '__proto__', '__proto__'],
	['repeatedReference', 'refuse', 'refuse'],
	['repeatedReference', 'returnFirst', 'returnFirst'],
	['retryFor', 0, 0],
	['retryFor', '0', 0],
	['retryFor', 0.5, 500],
	['retryFor', 3600, 3_600_000],
	['validFor', 0, 0],
	['validFor', '2.5', 2500],
	['validFor', 0.0004, 0],
	['validFor', 3600, 3_600_000],
	['timeout', 1, 1000],
	['timeout', '2.5', 2500],
	['timeout', 300, 300_000],
	['timeout', 100 / 3, 33_333],
	['retryFor', 0.0004, 0],
	['reference', 'x'.repeat(500), 'x'.repeat(500)],
])('%s takes %j as %j', (name, value, expected) => {
	expect(read({ [name]: value })).toEqual({ ...optionDefaults, [name]: expected });
});

it('maxAmount takes US dollars, exactly', () => {
	expect(read({ maxAmount: '500.00' })).toEqual({ ...optionDefaults, maxAmount: amountOf(cash, '500').amount });
	expect(read({ maxAmount: 0.1 })).toEqual({ ...optionDefaults, maxAmount: amountOf(cash, '0.1').amount });
});

it('onlyIf takes the model’s fields as a read puts them out', () => {
	expect(read({ onlyIf: { prePayCashRemaining: '50.00', monthlyCreditsRemaining: 0 } })).toEqual({
		...optionDefaults,
		onlyIf: [amountOf(monthly, '0'), amountOf(cash, '50')],
	});
	expect(read({ onlyIf: { stableApiCreditsRemainingMonetaryValue: ' 0.0083 ' } })).toEqual({
		...optionDefaults,
		onlyIf: [amountOf(stableApi, '0.0083')],
	});
});

const refused: Array<[name: OptionName, value: unknown, what: string]> = [
	['reference', 'x'.repeat(501), `'Payment Reference' is longer than 500 characters: "${'x'.repeat(79)}…`],
	['reference', 'pi_1\u200b2', String.raw`'Payment Reference' has characters that cannot be seen: "pi_1\u200b2"`],
	['reference', 'pi_1\npi_2', String.raw`'Payment Reference' has characters that cannot be seen: "pi_1\npi_2"`],
	['creditMultiplier', '', `'Credit Multiplier' is not a factor: ""`],
	['creditMultiplier', 0, "'Credit Multiplier' is not a factor: 0"],
	['creditMultiplier', '0.000', `'Credit Multiplier' is not a factor: "0.000"`],
	['creditMultiplier', '-1', `'Credit Multiplier' is not a factor: "-1"`],
	['creditMultiplier', '1,25', `'Credit Multiplier' is not a factor: "1,25"`],
	['creditMultiplier', '1.', `'Credit Multiplier' is not a factor: "1."`],
	['creditMultiplier', '1e1', `'Credit Multiplier' is not a factor: "1e1"`],
	['creditMultiplier', '125%', `'Credit Multiplier' is not a factor: "125%"`],
	['creditMultiplier', '1.0000001', `'Credit Multiplier' is not a factor: "1.0000001"`],
	['creditMultiplier', '1000', `'Credit Multiplier' is not a factor: "1000"`],
	['creditMultiplier', Number.NaN, "'Credit Multiplier' is not a factor: NaN"],
	['creditMultiplier', undefined, "'Credit Multiplier' is not a factor: undefined"],
	['currency', '', `'Currency' is not USD: ""`],
	['currency', 'eur', `'Currency' is not USD: "eur"`],
	['currency', 'US$', `'Currency' is not USD: "US$"`],
	['currency', null, "'Currency' is not USD: null"],
	['currency', undefined, "'Currency' is not USD: undefined"],
	['currency', ['usd'], `'Currency' is not USD: ["usd"]`],
	['dryRun', 'true', `'Dry Run' is neither true nor false: "true"`],
	['dryRun', 1, "'Dry Run' is neither true nor false: 1"],
	['dryRun', undefined, "'Dry Run' is neither true nor false: undefined"],
	['includeTotalDue', 'false', `'Include Total Due' is neither true nor false: "false"`],
	['includeTotalDue', null, "'Include Total Due' is neither true nor false: null"],
	['maxAmount', '', `'Max Amount (USD)' is empty: ""`],
	['maxAmount', null, "'Max Amount (USD)' has no value: null"],
	['maxAmount', '-1', `'Max Amount (USD)' is negative: "-1"`],
	['maxAmount', '1.005', `'Max Amount (USD)' has more than two decimals: "1.005"`],
	['maxAmount', '1,000', `'Max Amount (USD)' has a thousands separator: "1,000"`],
	['maxAmount', true, "'Max Amount (USD)' is not an amount: true"],
	['maxConcurrency', 0, "'Max Concurrency' is not a number from 1 to 100: 0"],
	['maxConcurrency', 101, "'Max Concurrency' is not a number from 1 to 100: 101"],
	['maxConcurrency', 2.5, "'Max Concurrency' is not a number from 1 to 100: 2.5"],
	['maxConcurrency', '', `'Max Concurrency' is not a number from 1 to 100: ""`],
	['maxConcurrency', 'ten', `'Max Concurrency' is not a number from 1 to 100: "ten"`],
	['maxConcurrency', null, "'Max Concurrency' is not a number from 1 to 100: null"],
	['onDifference', 'Fail', `'On Difference' is none of its choices: "Fail"`],
	['onDifference', '', `'On Difference' is none of its choices: ""`],
	['onDifference', undefined, "'On Difference' is none of its choices: undefined"],
	['onlyIf', undefined, "'Only If Balance Is' is not a set of fields: undefined"],
	['onlyIf', {}, "'Only If Balance Is' has no amount"],
	['onlyIf', { prePayCashRemaining: '' }, `'Pre-Pay Cash' in 'Only If Balance Is' is not an amount: ""`],
	['onlyIf', { prePayCashRemaining: null }, "'Pre-Pay Cash' in 'Only If Balance Is' is not an amount: null"],
	['onlyIf', { prePayCashRemaining: '1,000' }, `'Pre-Pay Cash' in 'Only If Balance Is' is not an amount: "1,000"`],
	[
		'onlyIf',
		{ stableApiCreditsRemainingMonetaryValue: 5, prePayCashRemaining: 5 },
		"'Only If Balance Is' has amounts of two kinds of balance: 'Pre-Pay Cash' beside 'API Credits (Stable)'",
	],
	['output', 'everything', `'Output' is none of its choices: "everything"`],
	['output', null, "'Output' is none of its choices: null"],
	['output', 'selected', "'Output' is 'Selected Fields', but 'Output Fields' is not set"],
	['outputFields', [], "'Output Fields' is empty"],
	['outputFields', 'total_due', `'Output Fields' is not a list of names: "total_due"`],
	['outputFields', undefined, "'Output Fields' is not a list of names: undefined"],
	['outputFields', ['total_due', 'total'], `'Output Fields' names what the balance does not have: "total"`],
	['outputFields', ['total_due', undefined], "'Output Fields' names what the balance does not have: undefined"],
	['outputFields', [null], "'Output Fields' names what the balance does not have: null"],
	['reference', '', "'Payment Reference' is empty"],
	['reference', null, "'Payment Reference' is empty"],
	['reference', undefined, "'Payment Reference' is empty"],
	['reference', { id: 1 }, `'Payment Reference' is not text: {"id":1}`],
	['reference', true, "'Payment Reference' is not text: true"],
	['repeatedReference', '', `'Repeated Reference' is none of its choices: ""`],
	['repeatedReference', true, "'Repeated Reference' is none of its choices: true"],
	['validFor', -1, "'Valid For (Seconds)' is not a number from 0 to 3600: -1"],
	['validFor', '', `'Valid For (Seconds)' is not a number from 0 to 3600: ""`],
	['validFor', null, "'Valid For (Seconds)' is not a number from 0 to 3600: null"],
	['retryFor', -1, "'Retry For (Seconds)' is not a number from 0 to 3600: -1"],
	['retryFor', 3600.5, "'Retry For (Seconds)' is not a number from 0 to 3600: 3600.5"],
	['retryFor', '1m', `'Retry For (Seconds)' is not a number from 0 to 3600: "1m"`],
	['retryFor', undefined, "'Retry For (Seconds)' is not a number from 0 to 3600: undefined"],
	['retryFor', Number.NaN, "'Retry For (Seconds)' is not a number from 0 to 3600: NaN"],
	['timeout', 0, "'Timeout (Seconds)' is not a number from 1 to 300: 0"],
	['timeout', 0.999, "'Timeout (Seconds)' is not a number from 1 to 300: 0.999"],
	['timeout', 301, "'Timeout (Seconds)' is not a number from 1 to 300: 301"],
	['timeout', Number.POSITIVE_INFINITY, "'Timeout (Seconds)' is not a number from 1 to 300: Infinity"],
	['timeout', '1e2', `'Timeout (Seconds)' is not a number from 1 to 300: "1e2"`],
];

it.each(refused)('%s refuses %j: %s', (name, value, what) => {
	const refusal = read({ [name]: value });
	expect(refusal).toBeInstanceOf(Refusal);
	expect(refusal).toMatchObject({ what, next: expect.stringMatching(/^[A-Z].*\.$/) });
});

it('reads Selected Fields into the names of these', () => {
	expect(read({ output: 'selected', outputFields: ['total_due'] })).toMatchObject({ output: ['total_due'] });
	expect(read({ output: 'amounts', outputFields: ['total_due'] })).toMatchObject({ output: 'amounts' });
});

it('has an accepted and a refused value for every option here', () => {
	expect(new Set(refused.map(([name]) => name))).toEqual(new Set(all));
});

it('refuses a reference of white space', () => {
	expect(read({ reference: ' \n' })).toMatchObject({ what: expect.stringMatching(/^'Payment Reference' is/) });
});

it('refuses the first of several', () => {
	expect(read({ timeout: 5, retryFor: 'x', output: 'y' })).toMatchObject({
		what: `'Retry For (Seconds)' is not a number from 0 to 3600: "x"`,
	});
});

it.each<[unknown]>([[undefined], [null], ['dryRun'], [['dryRun']], [true], [new Date(0)]])(
	'refuses %p in place of the options',
	(value) => {
		expect(read(value)).toMatchObject({ what: expect.stringMatching(/^'Options' is not a set of options: /) });
	},
);

it.each(['nonsense', 'DryRun', 'dry_run', 'toString', 'constructor', '__proto__', ''])(
	'refuses an option named %j',
	(name) => {
		expect(read(JSON.parse(`{${JSON.stringify(name)}: true}`))).toMatchObject({
			what: `'Options' has an option that does not exist: ${JSON.stringify(name)}`,
			next: 'Remove it.',
		});
	},
);

describe('per operation', () => {
	const reads: OptionName[] = ['includeTotalDue', 'maxConcurrency', 'output', 'outputFields', 'retryFor', 'timeout'];
	const writes: OptionName[] = [...reads, 'currency', 'dryRun', 'maxAmount', 'onDifference', 'onlyIf', 'reference'];

	it.each<[string, OptionName[]]>([
		['getBalance', reads],
		['getOwnBalance', reads],
		['updateBalance', writes],
		['adjustBalance', [...writes, 'creditMultiplier', 'repeatedReference']],
		['applyPreview', [...reads, 'maxAmount', 'onDifference', 'validFor']],
	])('%s takes its own options and refuses each of the others by its label', (name, expected) => {
		const names = operations.find((operation) => operation.name === name)?.options ?? [];
		expect([...names].sort()).toEqual([...expected].sort());
		for (const other of all.filter((each) => !expected.includes(each))) {
			expect(read({ [other]: true }, names)).toMatchObject({
				what: `'${optionTable[other].label}' is set, which this operation does not take`,
			});
		}
	});
});

it('yields options or a refusal, and never throws, whatever is in the collection', () => {
	fc.assert(
		fc.property(
			fc.dictionary(fc.constantFrom<string>(...all, 'x'), fc.anything({ withBigInt: true, withDate: true })),
			(collection) => {
				const options = read(collection);
				if (options instanceof Refusal) {
					expect(options.what).toMatch(/^'/);
					return;
				}
				expect(Object.keys(options)).toEqual(expect.arrayContaining(Object.keys(collection)));
				expect(options.timeout).toBeGreaterThanOrEqual(1000);
				expect(options.retryFor).toBeGreaterThanOrEqual(0);
				expect(Number.isInteger(options.maxConcurrency)).toBe(true);
			},
		),
		{ numRuns: 500 },
	);
});

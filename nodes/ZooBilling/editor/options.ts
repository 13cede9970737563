// What the editor shows for each option. Its default there is what it is when somebody adds it; what holds without it
// stands in `optionDefaults`.

import type { INodeProperties } from 'n8n-workflow';

import { allModels, type BalanceField, type BalanceModel } from '../balance/fields';
import { selectable } from '../balance/selectable';
import { optionDefaults, optionTable, type OptionName } from '../operations/options';

type Shown = Omit<INodeProperties, 'displayName' | 'name'>;

const shown: Record<Exclude<OptionName, 'onlyIf'>, Shown> = {
	creditMultiplier: {
		type: 'string',
		default: '',
		placeholder: 'e.g. 1.25',
		description:
			'Derives the pre-pay credits to add from the pre-pay cash that is added: cash times this, rounded half-up to cents',
	},
	currency: {
		type: 'string',
		default: '',
		placeholder: 'e.g. usd',
		description: 'The currency of the payment, to be mapped from it; anything but USD is refused, nothing is converted',
	},
	dryRun: {
		type: 'boolean',
		// Who adds it wants it.
		default: true,
		description:
			'Whether to only read the balance and put out the request that would be sent, with each amount from and to; nothing is written',
	},
	includeTotalDue: {
		type: 'boolean',
		default: true,
		description:
			'Whether to ask Zoo for the total due as well, which takes it longer; of pre-pay balances it is there anyway',
	},
	maxAmount: {
		type: 'string',
		default: '',
		placeholder: 'e.g. 500.00',
		description:
			"The largest amount that may be written or adjusted per field, always in US dollars whatever 'Amounts In' says",
	},
	maxConcurrency: {
		type: 'number',
		default: optionDefaults.maxConcurrency,
		typeOptions: { minValue: 1, maxValue: 100 },
		description: 'How many organizations or users are worked on at the same time; the first item decides for all',
	},
	onDifference: {
		type: 'options',
		default: 'fail',
		options: [
			{ name: 'Fail the Item', value: 'fail' },
			{ name: 'Warn', value: 'warn' },
		],
		description: 'What to do when Zoo answers with another amount than the one asked for',
	},
	output: {
		type: 'options',
		default: 'amounts',
		options: [
			{ name: 'Identifiers and Amounts', value: 'amounts' },
			{ name: 'Selected Fields', value: 'selected' },
			{ name: 'Whole Balance', value: 'balance' },
		],
		description:
			'How much of Zoo’s balance each item carries; owner, identifiers and what became of a write are always there',
	},
	outputFields: {
		type: 'multiOptions',
		displayOptions: { show: { output: ['selected'] } },
		default: [],
		options: selectable.map((name) => ({ name: titleOf(name), value: name })),
		description: 'The fields that each item carries where Zoo’s balance has them',
	},
	reference: {
		type: 'string',
		default: '',
		placeholder: 'e.g. pi_3OqT2eKZ',
		description:
			'The ID of the payment or another text for audits; it stands beside every result and in every refusal, and an adjustment with it is made once in an execution',
	},
	repeatedReference: {
		type: 'options',
		default: 'returnFirst',
		options: [
			{ name: 'Refuse', value: 'refuse', description: 'Refuses a reference that was used in the same execution' },
			{
				name: 'Return First Result',
				value: 'returnFirst',
				description: 'Puts out what came of the payment first, as long as this n8n process runs, and adds nothing',
			},
		],
		description: 'What to do with a payment whose reference has been used before',
	},
	retryFor: {
		type: 'number',
		default: optionDefaults.retryFor / 1000,
		typeOptions: { minValue: 0, maxValue: 3600 },
		description: 'How long an item may be sent again after its first attempt, in seconds; 0 means one attempt only',
	},
	validFor: {
		type: 'number',
		default: 60,
		typeOptions: { minValue: 0, maxValue: 3600 },
		description:
			'How long the node may send this preview after it has begun, in seconds; without this option there is no limit',
	},
	timeout: {
		type: 'number',
		default: optionDefaults.timeout / 1000,
		typeOptions: { minValue: 1, maxValue: 300 },
		description: 'How long to wait for Zoo’s reply to one attempt, in seconds',
	},
};

/** Zoo's name in the editor's spelling. */
function titleOf(name: string): string {
	return name
		.split('_')
		.map((word) => (word === 'api' ? 'API' : word.charAt(0).toUpperCase() + word.slice(1)))
		.join(' ');
}

/** The properties of an Options collection with these options. */
export function optionProperties(names: readonly OptionName[]): INodeProperties[] {
	const properties = names.map((name): INodeProperties => {
		const { label } = optionTable[name];
		return name === 'onlyIf' ? expectedAmounts(label) : { displayName: label, name, ...shown[name] };
	});
	return properties.sort(byLabel);
}

function expectedAmounts(displayName: string): INodeProperties {
	return {
		displayName,
		name: 'onlyIf',
		type: 'collection',
		default: {},
		placeholder: 'Add Expected Amount',
		description: 'Amounts that the balance must have for anything to be sent, in US dollars as a read puts them out',
		options: amountFields('e.g. 50.00', (meaning) => meaning),
	};
}

/** The amounts of all balance models; `describe`: what a description makes of a field's meaning. */
export function amountFields(placeholder: string, describe: (meaning: string) => string): INodeProperties[] {
	const fields = allModels.flatMap((model) => model.fields.map((field) => ({ model, field })));
	return fields.map((each) => amountField(each, placeholder, describe)).sort(byLabel);
}

function amountField(
	{ model, field }: { readonly model: BalanceModel; readonly field: BalanceField },
	placeholder: string,
	describe: (meaning: string) => string,
): INodeProperties {
	const { label, parameter, meaning } = field;
	return {
		displayName: label,
		name: parameter,
		type: 'string',
		default: '',
		placeholder,
		description: `Where Get Balance shows ${model.mark}: ${describe(meaning.charAt(0).toLowerCase() + meaning.slice(1))}`,
	};
}

function byLabel(one: INodeProperties, other: INodeProperties): number {
	return one.displayName < other.displayName ? -1 : 1;
}

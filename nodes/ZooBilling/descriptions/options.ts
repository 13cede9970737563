// What the editor shows for each option.

import type { INodeProperties } from 'n8n-workflow';

import type { BalanceModel } from '../balance/fields';
import { selectable } from '../balance/selectable';
import { optionDefaults, optionTable, type OptionName } from '../options';

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
		default: false,
		description:
			'Whether to only read the balance and put out the request that would be sent, with each amount from and to; nothing is written',
	},
	includeTotalDue: {
		type: 'boolean',
		default: optionDefaults.includeTotalDue,
		description: 'Whether to ask Zoo for the total due as well, which takes it longer',
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
		default: optionDefaults.onDifference,
		options: [
			{ name: 'Fail the Item', value: 'fail' },
			{ name: 'Warn', value: 'warn' },
		],
		description: 'What to do when Zoo answers with another amount than the one asked for',
	},
	output: {
		type: 'options',
		default: optionDefaults.output,
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
		default: 'refuse',
		options: [
			{ name: 'Refuse', value: 'refuse', description: 'Within an execution, a reference that was used is refused' },
			{
				name: 'Return First Result',
				value: 'returnFirst',
				description: 'As long as this n8n process runs, a payment that was added puts out its first result again',
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

/** The properties of an Options collection. `names`: the options of the operation in this model. */
export function optionProperties(names: readonly OptionName[], model: BalanceModel | undefined): INodeProperties[] {
	const properties = names.map((name): INodeProperties => {
		const { label } = optionTable[name];
		return name === 'onlyIf'
			? expectedAmounts(label, model?.fields ?? [])
			: { displayName: label, name, ...shown[name] };
	});
	return properties.sort((one, other) => (one.displayName < other.displayName ? -1 : 1));
}

function expectedAmounts(displayName: string, fields: BalanceModel['fields']): INodeProperties {
	return {
		displayName,
		name: 'onlyIf',
		type: 'collection',
		default: {},
		placeholder: 'Add Expected Amount',
		description: 'Amounts that the balance must have for anything to be sent, in US dollars as a read puts them out',
		options: fields.map(({ label, parameter, meaning }) => ({
			displayName: label,
			name: parameter,
			type: 'string',
			default: '',
			placeholder: 'e.g. 50.00',
			description: meaning,
		})),
	};
}

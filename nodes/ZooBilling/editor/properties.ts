// What the editor shows for the node, built from the tables of owners, operations, models and fields.

import type { INodeProperties, INodePropertyMode, INodePropertyOptions } from 'n8n-workflow';

import { allModels } from '../balance/fields';
import { amountUnits } from '../balance/money';
import { EXAMPLE_ID, ownerKinds, type OwnerKind } from '../balance/owner';
import { operations } from '../operations/all';
import type { Operation, Token } from '../operations/operation';
import { optionTable, type OptionName } from '../operations/options';
import { amountFields, optionProperties } from './options';

const kinds: readonly OwnerKind[] = Object.values(ownerKinds);
/** Those that write, with amounts of their own or a preview's, and those that read. */
const writing = operations.filter(({ amounts, preview }) => amounts !== undefined || preview);
const reading = operations.filter((operation) => !writing.includes(operation));
const withAmounts = operations.filter(({ amounts }) => amounts !== undefined);
const UUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const namesOf = (some: readonly Operation[]) => some.map(({ name }) => name);

/**
 * Ways to name an owner: placeholder, what the editor checks and says of anything else. The node looks at the text, not
 * the mode.
 */
const modes: Readonly<Record<string, readonly [string, string, string]>> = {
	'By ID': [EXAMPLE_ID, UUID, "Not a UUID; the address of a page goes in 'By URL'"],
	'By URL': [
		`https://zoo.dev/billing/${EXAMPLE_ID}`,
		`[hH][tT][tT][pP][sS]?://.*${UUID}.*`,
		'Not the address of a page with a UUID in it',
	],
	'By Email': ['kim@example.com', '[^\\s@]+@[^\\s@]+', 'Not an e-mail address'],
};

/** Lists cut their texts off: whose token it takes decides first. */
const tokens: Readonly<Record<Token, string>> = {
	any: 'Any token',
	admin: 'Admin of the organization',
	employee: 'Zoo employee',
};

export const nodeProperties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		default: 'org',
		options: kinds.map(({ label, name }) => ({ name: label, value: name })),
	},
	...kinds.map(operationsOf),
	...kinds.flatMap((kind) => operations.flatMap((operation) => noticeOf(operation, kind))),
	...kinds.map(idOf),
	// What was stored for a node of version 1, so that it writes what it wrote.
	{
		displayName: 'Balance Model',
		name: 'balanceModel',
		type: 'hidden',
		displayOptions: { show: { '@version': [1], operation: namesOf(withAmounts) } },
		default: 'prePay',
	},
	{
		displayName: 'Amounts In',
		name: 'amountUnit',
		type: 'options',
		// Shown always: the editor forgets what another choice hides, and then 5000 cents would be dollars.
		default: 'usd',
		options: Object.entries(amountUnits).map(([value, { label }]) => ({ name: label, value })),
		description:
			'The unit of all amounts to add or set; a payment of 50 dollars is 50.00 in US Dollars and 5000 in Cents',
	},
	...withAmounts.map(amountsOf),
	...previewOf(namesOf(operations.filter(({ preview }) => preview))),
	...howMany(namesOf(operations.filter(({ lists }) => lists))),
	...readOptions(),
	writeOptions(),
];

function howMany(operation: string[]): INodeProperties[] {
	return [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			displayOptions: { show: { operation } },
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			displayOptions: { show: { operation, returnAll: [false] } },
			default: 50,
			description: 'Max number of results to return',
		},
	];
}

function previewOf(operation: string[]): INodeProperties[] {
	const displayOptions = { show: { operation } };
	const perhaps = 'An earlier try may have sent it: a balance that is there counts as done';
	return [
		{
			displayName: 'Preview',
			name: 'preview',
			type: 'json',
			required: true,
			displayOptions,
			default: '',
			placeholder: 'e.g. {{ $json.preview }}',
			description: 'The item that Dry Run of Adjust or Update has put out; to be mapped, never written by a model',
		},
		{
			displayName: 'Sent Before',
			name: 'sentBefore',
			type: 'options',
			required: true,
			displayOptions,
			// Nobody can choose this for a user: the two differ in what a balance proves.
			default: '',
			options: [
				{ name: 'Choose One', value: '' },
				{ name: 'No', value: 'no', description: 'Nothing has sent this preview yet' },
				{ name: 'Perhaps', value: 'perhaps', description: perhaps },
			],
			description: 'Whether this preview may have been sent, which decides what the balance proves',
		},
	];
}

function lowered(text: string): string {
	return text.charAt(0).toLowerCase() + text.slice(1);
}

function operationsOf(kind: OwnerKind): INodeProperties {
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [kind.name] } },
		default: 'updateBalance',
		options: operations.map(({ name, label, action, description, token }): INodePropertyOptions => ({
			name: label(kind),
			value: name,
			action: action(kind),
			description: `${tokens[token(kind)]}: ${lowered(description(kind))}`,
		})),
	};
}

function noticeOf({ name, notice }: Operation, kind: OwnerKind): INodeProperties[] {
	if (!notice) return [];
	return [
		{
			displayName: notice(kind),
			name: `${name}Notice`,
			type: 'notice',
			default: '',
			displayOptions: { show: { resource: [kind.name], operation: [name] } },
		},
	];
}

function modesOf({ byEmail }: OwnerKind): INodePropertyMode[] {
	const shown = Object.entries(modes).filter(([displayName]) => byEmail || displayName !== 'By Email');
	return shown.map(([displayName, [example, pattern, errorMessage]]) => ({
		displayName,
		name: displayName.slice(3).toLowerCase(),
		type: 'string' as const,
		placeholder: `e.g. ${example}`,
		validation: [
			{
				type: 'regex',
				properties: {
					regex: `\\s*${pattern}\\s*`,
					errorMessage: errorMessage + (byEmail ? byEmailToo(displayName) : ''),
				},
			},
		],
	}));
}

function byEmailToo(displayName: string): string {
	return displayName === 'By Email' ? '' : ", an e-mail address in 'By Email'";
}

/** Stored as n8n's locator or, from workflows that were written by hand, as plain text; the node reads both alike. */
function idOf(kind: OwnerKind): INodeProperties {
	return {
		displayName: kind.idLabel,
		name: kind.idParameter,
		type: 'resourceLocator',
		required: true,
		default: { mode: 'id', value: '' },
		modes: modesOf(kind),
		displayOptions: { show: { resource: [kind.name], operation: namesOf(operations.filter(({ byId }) => byId)) } },
		description: `The UUID of the ${kind.noun} at Zoo, or a URL that holds it${kind.byEmail ? ', or the e-mail address' : ''}; a name is refused`,
	};
}

function amountsOf({ name, amounts }: Operation): INodeProperties {
	const { label, parameter, describe } = amounts ?? {
		label: '',
		parameter: '',
		describe: (meaning: string) => meaning,
	};
	return {
		displayName: label,
		name: parameter,
		type: 'collection',
		placeholder: 'Add Amount',
		default: {},
		displayOptions: { show: { operation: [name] } },
		description: `One Zoo has one kind of balance: ${allModels.map((model) => model.label).join(' or ')}; the names in an item of Get Balance show which`,
		options: amountFields(
			'e.g. 50.00, or 5000 in cents',
			(meaning) => `${describe(meaning)}; in the unit of 'Amounts In'`,
		),
	};
}

/**
 * One collection, shown always, without a condition: the editor empties each one whose condition names what was chosen,
 * and forgets what it hides. So the way through a read would take a maximum or a dry run away.
 */
function writeOptions(): INodeProperties {
	return {
		...optionsOf('options', writing),
		displayOptions: {},
		description:
			'For writes, and kept here on a read; set each by itself, as n8n drops a collection given by one expression',
	};
}

function optionsOf(name: string, users: readonly Operation[]): INodeProperties {
	const taken = Object.keys(optionTable).filter((each): each is OptionName =>
		users.some(({ options }) => options.some((option) => option === each)),
	);
	return {
		displayName: 'Options',
		name,
		type: 'collection',
		description: 'Set each by itself; n8n drops the whole collection when it is given by one expression',
		placeholder: 'Add Option',
		default: {},
		displayOptions: { show: { operation: namesOf(users) } },
		options: optionProperties(taken),
	};
}

/** Reads that take the same options share them. */
function readOptions(): INodeProperties[] {
	const balances = reading.filter(({ endpoint }) => endpoint === undefined);
	return [balances, reading.filter((operation) => !balances.includes(operation))].map((users) => ({
		...optionsOf('readOptions', users),
		displayName: 'Read Options',
		placeholder: 'Add Read Option',
	}));
}

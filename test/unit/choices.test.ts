// What the editor keeps of a node when somebody chooses something else in it, and then goes back: n8n's own function
// decides that, from the node's properties.

import { NodeHelpers, type INode, type INodeParameters, type INodeProperties } from 'n8n-workflow';

import { operations } from '../../nodes/ZooBilling/operations/all';
import { optionTable } from '../../nodes/ZooBilling/operations/options';
import { ZooBilling } from '../../nodes/ZooBilling/ZooBilling.node';
import { ORG_ID, USER_ID } from './given';

const { description } = new ZooBilling();
const node: INode = {
	id: 'node-1',
	name: 'Zoo Billing',
	type: 'n8n-nodes-zoo-billing.zooBilling',
	typeVersion: description.defaultVersion ?? 0,
	position: [0, 0],
	parameters: {},
};

/** The editor drops what it showed before a choice and no longer shows after it, whatever is kept hidden. */
function shownWith(parameters: INodeParameters): string[] {
	const shown = description.properties.filter(
		(property) => property.type !== 'hidden' && NodeHelpers.displayParameter(parameters, property, node, description),
	);
	return shown.map(({ name }) => name);
}

/** Of these the editor empties each collection whose condition names what was changed, whatever it says. */
function isEmptiedBy(changed: string): (name: string) => boolean {
	const conditional = description.properties.filter(
		({ type, displayOptions }) => type === 'collection' && displayOptions?.show?.[changed] !== undefined,
	);
	return (name) => conditional.some((property) => property.name === name);
}

/** What n8n stores after somebody has set a parameter. */
function set(parameters: INodeParameters, name: string, value: INodeParameters[string]): INodeParameters {
	const isEmptied = isEmptiedBy(name);
	const rest = Object.fromEntries(Object.entries(parameters).filter(([each]) => !isEmptied(each)));
	const changed = stored({ ...rest, [name]: value });
	const shown = shownWith(changed);
	const gone = shownWith(stored(parameters)).filter((each) => !shown.includes(each));
	return stored(Object.fromEntries(Object.entries(changed).filter(([each]) => !gone.includes(each))));
}

function stored(parameters: INodeParameters): INodeParameters {
	return NodeHelpers.getNodeParameters(description.properties, parameters, true, false, node, description) ?? {};
}

/** Every option with another value than without it. */
const options: INodeParameters = {
	creditMultiplier: '1.25',
	currency: 'usd',
	dryRun: true,
	includeTotalDue: true,
	maxAmount: '500.00',
	maxConcurrency: 3,
	onDifference: 'fail',
	onlyIf: { prePayCashRemaining: '10.00', stableApiCreditsRemainingMonetaryValue: '5' },
	output: 'selected',
	outputFields: ['total_due'],
	reference: 'pi_1',
	repeatedReference: 'returnFirst',
	retryFor: 5,
	timeout: 10,
	validFor: 60,
};

function everythingSet(operation: string): INodeParameters {
	const start: INodeParameters = {
		resource: 'org',
		operation,
		orgId: { __rl: true, mode: 'id', value: ORG_ID },
		userId: { __rl: true, mode: 'id', value: USER_ID },
		amountUnit: 'cents',
		updateFields: { prePayCashRemaining: '5000' },
		adjustFields: { prePayCashRemaining: '5000' },
		preview: '={{ $json.preview }}',
		sentBefore: 'perhaps',
		options,
		readOptions: { output: 'amounts', retryFor: 5, timeout: 10 },
		returnAll: true,
	};
	return stored(start);
}

/** Every parameter with choices, and each of them. */
const choices = description.properties.flatMap(({ name, type, options: list = [] }: INodeProperties) => {
	if (type === 'boolean') return [true, false].map((value) => [name, value] as const);
	if (type !== 'options') return [];
	return list.flatMap((choice) => ('value' in choice ? [[name, choice.value] as const] : []));
});
const writing = operations.filter(({ amounts, preview }) => amounts ?? preview).map(({ name }) => name);
const there = choices.flatMap(([name, value]) => writing.map((operation) => [operation, name, value] as const));

it('every option is among those that are set here', () => {
	expect(Object.keys(options)).toEqual(Object.keys(optionTable));
});

it('every operation and resource is among the choices', () => {
	const values = choices.map(([, value]) => value);
	expect(values).toEqual(expect.arrayContaining(['org', 'user', ...operations.map(({ name }) => name)]));
});

it.each(there)(
	'%s keeps its unit and all of its options when %s becomes %j and what it was again',
	(operation, name, value) => {
		const before = everythingSet(operation);

		const away = set(before, name, value);
		const back = set(away, name, before[name] ?? '');

		const unit = name === 'amountUnit' ? 'cents' : before['amountUnit'];
		expect(before).toMatchObject({ options });
		expect(back).toMatchObject({ operation, amountUnit: unit, options });
	},
);

it.each(operations.map(({ name }) => name))(
	'%s keeps the unit and the options of writes, shown or not',
	(operation) => {
		const away = set(everythingSet('adjustBalance'), 'operation', operation);

		expect(away).toMatchObject({ amountUnit: 'cents', options });
	},
);

it('a write without its amounts, owner or preview lacks what it cannot be sent without', () => {
	const back = set(set(everythingSet('adjustBalance'), 'operation', 'getOwnBalance'), 'operation', 'adjustBalance');

	expect(back).toMatchObject({ adjustFields: {}, orgId: { value: '' } });
	expect(set(set(everythingSet('applyPreview'), 'operation', 'getBalance'), 'operation', 'applyPreview')).toMatchObject(
		{
			preview: '',
			sentBefore: '',
		},
	);
});

it('what somebody adds does what its name says, and what nobody adds stays off', () => {
	const collection = description.properties.find(({ name }) => name === 'options');
	const added = Object.fromEntries(
		(collection?.options ?? []).flatMap((option) => ('default' in option ? [[option.name, option.default]] : [])),
	);

	expect(added).toMatchObject({
		dryRun: true,
		includeTotalDue: true,
		onDifference: 'fail',
		repeatedReference: 'returnFirst',
		output: 'amounts',
	});
	expect(set({ operation: 'adjustBalance' }, 'resource', 'org')['options']).toEqual({});
});

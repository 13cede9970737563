// The order of an item's properties, which the reference promises: what a person looks for comes first.

import { readFileSync } from 'node:fs';

import type { INodeParameters } from 'n8n-workflow';

import { jsonOf, record, runZoo, startZoo } from './zoo-run';

const cash = { prePayCashRemaining: '40' };
const previewed = async (): Promise<INodeParameters> => {
	await using zoo = await startZoo();
	const dryRun = { operation: 'adjustBalance', adjustFields: cash, options: { dryRun: true } };
	return record(record(jsonOf(await runZoo(zoo, dryRun))[0])['preview']) as INodeParameters;
};

/** The properties of ours, in the order that the reference's table promises for a row of it. */
function promised(row: string): string[] {
	const table = /<!-- order -->\n([^]*?)\n\n/.exec(readFileSync('docs/reference.md', 'utf8'))?.[1] ?? '';
	const line = table.split('\n').find((each) => each.startsWith(`| ${row} |`)) ?? '';
	return [...line.matchAll(/`(\w+)`/g)].flatMap(([, name = '']) => (name === 'userId' ? [] : [name]));
}

/** Zoo's own order is not that of our schema. */
const reply = {
	updated_at: '2026-11-23T16:27:13.012Z',
	pre_pay_credits_remaining: '1.00',
	confirmation: 'a field of Zoo’s with one of our names',
	pre_pay_cash_remaining: '50.00',
	monthly_credits_remaining: '1.00',
	id: '67e78b3c-5270-4b9d-aa39-a40f98f0cb36',
};
const whole = ['updated_at', 'pre_pay_credits_remaining', 'pre_pay_cash_remaining', 'monthly_credits_remaining', 'id'];
const amounts = whole.filter((name) => name !== 'updated_at');
const outputs: ReadonlyArray<readonly [string, INodeParameters, readonly string[]]> = [
	['Whole Balance', {}, whole],
	['Identifiers and Amounts', { output: 'amounts' }, amounts],
	[
		'Selected Fields',
		{ output: 'selected', outputFields: ['pre_pay_cash_remaining', 'updated_at'] },
		['updated_at', 'pre_pay_cash_remaining', 'id'],
	],
];

function isRead({ operation }: INodeParameters): boolean {
	return typeof operation === 'string' && operation.startsWith('get');
}

async function keysOf(parameters: INodeParameters): Promise<string[]> {
	await using zoo = await startZoo();
	zoo.replyWith(() => reply, { method: isRead(parameters) ? 'GET' : 'PUT' });
	return Object.keys(record(jsonOf(await runZoo(zoo, parameters))[0]));
}

describe.each(outputs)('with the output %s', (_, options, zoos) => {
	it.each(['getBalance', 'getOwnBalance'])(
		'%s has the owner first, then Zoo’s fields in Zoo’s order',
		async (operation) => {
			const keys = await keysOf({ operation, options });
			expect(keys.filter((name) => name !== 'orgId' && name !== 'confirmation')).toEqual(zoos);
			expect(keys.indexOf('orgId')).toBeLessThan(1);
		},
	);

	it.each([
		['updateBalance', { updateFields: { prePayCashRemaining: '50' } }, ['orgId', 'confirmation']],
		['adjustBalance', { adjustFields: cash }, ['orgId', 'confirmation', 'adjustment']],
	])('%s has the owner and what became of it first', async (operation, fields, ours) => {
		expect(await keysOf({ operation, ...fields, options: { ...options } })).toEqual([...ours, ...zoos]);
		expect(promised('of a write')).toEqual(expect.arrayContaining(ours));
	});

	it('applyPreview has the owner and what became of it first', async () => {
		const preview = JSON.stringify(await previewed());
		await using zoo = await startZoo();
		zoo.replyWith(() => reply, { method: 'PUT' });
		const host = new URL(zoo.url).host.replace('127.0.0.1', 'localhost');
		const here = preview.replace(/"host":"[^"]+"/, `"host":"${host}"`);
		const parameters = { operation: 'applyPreview', preview: here, sentBefore: 'no', options: { ...options } };
		expect(Object.keys(record(jsonOf(await runZoo(zoo, parameters))[0]))).toEqual(['orgId', 'confirmation', ...zoos]);
	});
});

it('a dry run has what it would do before how', async () => {
	const options = { dryRun: true };
	expect(await keysOf({ operation: 'adjustBalance', adjustFields: cash, options })).toEqual(
		promised('of a dry run').filter((name) => name !== 'userEmail'),
	);
});

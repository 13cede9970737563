/** Under n8n's second engine, which gives each node an empty context: this process keeps what an execution has written. */
import type { INodeParameters } from 'n8n-workflow';

import { type ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { runStep } from './harness/steps';
import { leaveInDoubt, ORG, record, startZoo } from './zoo-run';

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

const cash = () => zoo.amountsOf('org', ORG)['pre_pay_cash_remaining'];
const add = (reference: string): INodeParameters => ({
	resource: 'org',
	operation: 'adjustBalance',
	orgId: ORG,
	balanceModel: 'prePay',
	amountUnit: 'usd',
	adjustFields: { prePayCashRemaining: '5' },
	options: { reference, retryFor: 0 },
});

/** What became of the item of one node in one execution. */
async function fateIn(executionId: string, name: string, reference: string): Promise<unknown> {
	const credential = { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url };
	const output = await runStep({ name, parameters: add(reference), credential, executionId });
	const [item] = Object.values(record(record(output)[0]));
	const { confirmation, details } = record(record(item)['json']);
	return confirmation ? record(confirmation)['status'] : record(details)['reason'];
}

it('one reference is added once in an execution, in whichever node', async () => {
	expect(await fateIn('execution-a', 'First', 'pi_1')).toBe('confirmed');
	expect(await fateIn('execution-a', 'Second', 'pi_1')).toBe('referenceRepeated');
	expect(cash()).toBe('15.00');
	expect(await fateIn('execution-b', 'First', 'pi_1')).toBe('confirmed');
	expect(cash()).toBe('20.00');
});

it('an owner in doubt is closed to the next node, and a repeated reference takes the doubt up', async () => {
	leaveInDoubt(zoo, { applied: true });
	expect(await fateIn('execution-c', 'First', 'pi_1')).toBe('outcomeUnknown');
	zoo.clearFaults();
	expect(await fateIn('execution-c', 'Second', 'pi_2')).toBe('blockedByEarlierItem');
	expect(await fateIn('execution-c', 'Third', 'pi_1')).toBe('confirmed');
	expect(cash()).toBe('15.00');
});

// What an execution remembers of its writes: over the passes that n8n makes, over its nodes, and beside other executions.

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { ZooApi } from '../zoo-api/server';
import { FakeClock, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { fatesOf, jsonOf, leaveInDoubt, ORG, OTHER_ORG, record, runZoo, startZoo, type ZooRun } from './zoo-run';

useFakeClocks();

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

const onError = 'continueRegularOutput';
const retryOnFail = { maxTries: 3, waitBetweenTries: 1 };
const cash = (org = ORG) => zoo.amountsOf('org', org)['pre_pay_cash_remaining'];
const puts = (org = ORG) => zoo.requests.filter(({ method, owner }) => method === 'PUT' && owner?.id === org).length;
const adjust = { operation: 'adjustBalance', adjustFields: { prePayCashRemaining: '={{ $json.amount }}' } };

async function run(parameters: INodeParameters, more: ZooRun): Promise<NodeRunResult> {
	return await new FakeClock().run(async () => await runZoo(zoo, parameters, { onError, ...more }));
}

/** Another execution of the same process, which adds to the same organization. */
async function anotherAdds(amount: string): Promise<void> {
	const result = await runZoo(zoo, adjust, { items: [{ amount }] });
	expect(jsonOf(result)).toMatchObject([{ confirmation: { status: 'confirmed' } }]);
}

/** What happens between the first pass and the second; the weather is fine from then on. */
function betweenPasses(happens: () => void | Promise<void> = () => undefined): Pick<ZooRun, 'beforePass'> {
	return {
		beforePass: async (pass) => {
			if (pass !== 2) return;
			zoo.clearFaults();
			await happens();
		},
	};
}

/** What the node behind the first put out. */
function followerOf({ next }: NodeRunResult): NodeRunResult {
	if (!next) throw new Error('No node followed');
	return next;
}

/** The facts of a failed item. */
function detailsOf(result: NodeRunResult, item: number): Record<string, unknown> {
	return record(record(jsonOf(result)[item])['details']);
}

describe('an adjustment in doubt, and another execution that writes before the next try', () => {
	const items = [{ amount: '5' }];

	it('which takes back what was applied: it is not added again', async () => {
		leaveInDoubt(zoo, { applied: true });
		const result = await run(adjust, { items, retryOnFail, ...betweenPasses(async () => await anotherAdds('-5')) });
		expect(cash()).toBe('10.00');
		expect(fatesOf(result)).toEqual(['unknown']);
	});

	it('which adds the same: it does not pass for this one', async () => {
		leaveInDoubt(zoo, { applied: false });
		const result = await run(adjust, { items, retryOnFail, ...betweenPasses(async () => await anotherAdds('5')) });
		expect(cash()).toBe('15.00');
		expect(fatesOf(result)).toEqual(['unknown']);
	});

	it('which adds the same after a claim: it passes neither for this one nor for somebody else’s', async () => {
		let written = false;
		zoo.onRequest = ({ method }) => {
			if (method === 'PUT') written = true;
			else if (written) return { kind: 'status', status: 403 };
			return written ? { kind: 'status', status: 409, body: '' } : undefined;
		};
		const result = await run(adjust, { items, retryOnFail, ...betweenPasses(async () => await anotherAdds('5')) });
		expect(cash()).toBe('15.00');
		expect(fatesOf(result)).toEqual(['unknown']);
	});

	it.each([
		['takes back what was applied', true, '-5', '10.00'],
		['adds the same', false, '5', '15.00'],
	])('which %s before a Retry of the execution', async (_, applied, amount, sum) => {
		leaveInDoubt(zoo, { applied });
		const first = await run(adjust, { items, onError: 'stopWorkflow' });
		expect(first.error?.message).toMatch(/^The outcome is unknown/);
		zoo.clearFaults();
		await anotherAdds(amount);
		const second = await run(adjust, { items, onError: 'stopWorkflow', retryOf: first.run });
		expect(cash()).toBe(sum);
		expect(second.error?.message).toMatch(/^The outcome is unknown/);
	});

	it('which runs elsewhere and takes back what was applied: the newer time tells', async () => {
		leaveInDoubt(zoo, { applied: true });
		const takenBack = () => zoo.setBalance('org', ORG, { pre_pay_cash_remaining: '10.00' });
		const result = await run(adjust, { items, retryOnFail, ...betweenPasses(takenBack) });
		expect(cash()).toBe('10.00');
		expect(fatesOf(result)).toEqual(['unknown']);
	});

	it('which runs elsewhere and changes another amount only: this one was not applied, and is added now', async () => {
		leaveInDoubt(zoo, { applied: false });
		const other = () => zoo.setBalance('org', ORG, { monthly_credits_remaining: '0.50' });
		const result = await run(adjust, { items, retryOnFail, ...betweenPasses(other) });
		expect(cash()).toBe('15.00');
		expect(fatesOf(result)).toEqual(['confirmed']);
	});
});

describe('two nodes of one workflow', () => {
	const reference = { options: { reference: 'pi_1' } };
	const five = { ...adjust, adjustFields: { prePayCashRemaining: '5' } };

	it('add one payment once', async () => {
		const followedBy = { parameters: { ...five, ...reference }, onError } as const;
		const result = await run({ ...five, ...reference }, { followedBy });
		expect(cash()).toBe('15.00');
		expect(jsonOf(followerOf(result))).toMatchObject([
			{ details: { reason: 'referenceRepeated', outcome: 'notSent' } },
		]);
	});

	it('add one payment once after a Retry of the execution, too', async () => {
		zoo.onRequest = ({ method }) =>
			method === 'PUT' && zoo.effects.length > 0 ? { kind: 'status', status: 422 } : undefined;
		const other = { parameters: { ...five, options: { reference: 'pi_2' } } };
		const first = await run({ ...five, ...reference }, { followedBy: other });
		expect(first.status).toBe('error');
		zoo.clearFaults();
		const followedBy = { parameters: { ...five, ...reference } };
		const result = await run({ ...five, ...reference }, { followedBy, retryOf: first.run });
		expect(cash()).toBe('15.00');
		expect(followerOf(result).error?.message).toMatch(/^'Payment Reference' was used by /);
	});

	it('add two payments', async () => {
		const followedBy = { parameters: { ...five, options: { reference: 'pi_2' } }, onError } as const;
		await run({ ...five, ...reference }, { followedBy });
		expect(cash()).toBe('20.00');
	});

	it.each([
		['an adjustment', five],
		['an update', { operation: 'updateBalance', updateFields: { prePayCashRemaining: '15' } }],
	])('leave an owner alone once %s of the first is in doubt', async (_, first) => {
		leaveInDoubt(zoo, { applied: false });
		const beforePass = (_pass: number, node: string) => {
			if (node === 'Zoo Billing 2') zoo.clearFaults();
		};
		const result = await run(first, { followedBy: { parameters: five, onError }, beforePass });
		expect(puts()).toBe(1);
		expect(jsonOf(followerOf(result))).toMatchObject([
			{ details: { reason: 'blockedByEarlierItem', outcome: 'notSent' } },
		]);
	});

	it('leave it alone in the passes of the second, too', async () => {
		leaveInDoubt(zoo, { applied: true });
		const beforePass = (_pass: number, node: string) => {
			if (node === 'Zoo Billing 2') zoo.clearFaults();
		};
		const result = await run(five, { followedBy: { parameters: five, onError, retryOnFail }, beforePass });
		expect(cash()).toBe('15.00');
		expect(fatesOf(followerOf(result))).toEqual(['notSent']);
	});
});

describe('an owner that changes between two tries', () => {
	const org = { orgId: '={{ $json.org ?? $vars.org }}' };
	const update = { ...org, updateFields: { prePayCashRemaining: '={{ $json.amount }}' } };
	const items: IDataObject[] = [{ amount: '5' }, { amount: '7', org: ORG }];
	let variables: IDataObject;
	const moves = betweenPasses(() => {
		variables['org'] = OTHER_ORG;
	});
	beforeEach(() => {
		variables = { org: ORG };
	});

	it.each([
		['an adjustment', { ...adjust, ...org }, '15.00'],
		['an update', update, '5.00'],
	])('leaves %s in doubt what it was, and its owner closed', async (_, parameters, stands) => {
		leaveInDoubt(zoo, { applied: true });
		const result = await run(parameters, { items, retryOnFail, variables, ...moves });
		expect([cash(), cash(OTHER_ORG)]).toEqual([stands, '10.00']);
		expect(fatesOf(result)).toEqual(['unknown', 'notSent']);
		expect(detailsOf(result, 0)).toMatchObject({ orgId: ORG, target: { pre_pay_cash_remaining: stands } });
		expect(JSON.stringify(jsonOf(result)[0])).not.toContain(OTHER_ORG);
		expect(detailsOf(result, 1)).toMatchObject({ reason: 'blockedByEarlierItem' });
		expect([puts(), puts(OTHER_ORG)]).toEqual([1, 0]);
	});

	it.each([
		['an adjustment', { ...adjust, ...org }, '15.00'],
		['an update', update, '5.00'],
	])('does not take %s that was confirmed to the new one', async (_, parameters, stands) => {
		const refused = { org: ORG, amount: 'x' };
		const result = await run(parameters, { items: [refused, { amount: '5' }], retryOnFail, variables, ...moves });
		expect([cash(), cash(OTHER_ORG)]).toEqual([stands, '10.00']);
		expect(detailsOf(result, 1)).toMatchObject({ outcome: 'written', reason: 'alreadyWritten', orgId: ORG });
		expect(JSON.stringify(jsonOf(result)[1])).not.toContain(OTHER_ORG);
	});

	it('leaves an update in doubt what it was after a Retry of the execution, too', async () => {
		leaveInDoubt(zoo, { applied: false });
		const first = await run(update, { items, variables, onError: 'stopWorkflow' });
		zoo.clearFaults();
		variables['org'] = OTHER_ORG;
		const second = await run(update, { items, variables, onError: 'stopWorkflow', retryOf: first.run });
		expect([puts(), puts(OTHER_ORG)]).toEqual([1, 0]);
		expect(second.error?.message).toMatch(/^The outcome is unknown/);
		expect(second.error?.description).toContain(ORG);
		expect(JSON.stringify([second.error?.message, second.error?.description])).not.toContain(OTHER_ORG);
	});
});

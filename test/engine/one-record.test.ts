/** One payment is one record in n8n's engine too: whoever takes it up, in whichever node, execution or retry, and only if it is understood. */
import type { IDataObject, IExecuteContextData, INodeParameters, IRun } from 'n8n-workflow';

import { type ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { FakeClock, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { runStep, type Step } from './harness/steps';
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
const cash = () => zoo.amountsOf('org', ORG)['pre_pay_cash_remaining'];
const puts = () => zoo.requests.filter(({ method }) => method === 'PUT').length;
const adjust = (amount: string, options: INodeParameters = {}): INodeParameters => ({
	operation: 'adjustBalance',
	adjustFields: { prePayCashRemaining: amount },
	options: { retryFor: 0, ...options },
});
const set = { operation: 'updateBalance', updateFields: { prePayCashRemaining: '15' }, options: { retryFor: 0 } };

async function run(parameters: INodeParameters, more: ZooRun = {}): Promise<NodeRunResult> {
	return await new FakeClock().run(async () => await runZoo(zoo, parameters, { onError, ...more }));
}

/** A dry run's item as a database hands it back. */
async function dryRun(options: INodeParameters = {}): Promise<IDataObject> {
	const [item = {}] = jsonOf(await run(adjust('5', { ...options, dryRun: true })));
	return JSON.parse(JSON.stringify(item)) as IDataObject;
}

const applying = (sentBefore: string): INodeParameters => ({
	operation: 'applyPreview',
	preview: '={{ $json.stored ?? $("Source").first().json.stored }}',
	sentBefore,
	options: { retryFor: 0 },
});
const apply = async (stored: IDataObject, sentBefore: string, more: ZooRun = {}) =>
	await run(applying(sentBefore), { items: [{ stored }], ...more });

it.each(['no', 'perhaps'])(
	'a preview in doubt counts what other executions have written since (sent before: %s)',
	async (sentBefore) => {
		const stored = await dryRun();
		leaveInDoubt(zoo, { applied: true });
		expect(fatesOf(await apply(stored, 'no'))).toEqual(['unknown']);
		zoo.clearFaults();
		expect(fatesOf(await run(adjust('-5')))).toEqual(['confirmed']);
		zoo.setBalance('org', ORG, { monthly_credits_remaining: '0.50' });
		expect(fatesOf(await apply(stored, sentBefore))).toEqual(['unknown']);
		expect(cash()).toBe('10.00');
	},
);

it('a preview that was not applied is not taken for there where another payment has added as much', async () => {
	const stored = await dryRun();
	leaveInDoubt(zoo, { applied: false });
	expect(fatesOf(await apply(stored, 'no'))).toEqual(['unknown']);
	zoo.clearFaults();
	await run(adjust('5'));
	expect(fatesOf(await apply(stored, 'perhaps'))).toEqual(['unknown']);
});

describe('a doubt is taken up in the next node of its execution', () => {
	/** Zoo answers again before the second node runs. */
	const clearing = (_: number, node: string) => {
		if (node === 'Zoo Billing 2') zoo.clearFaults();
	};

	it.each([{}, { reference: 'pi_next_node' }])('by the same preview (%j)', async (options) => {
		const stored = await dryRun(options);
		leaveInDoubt(zoo, { applied: true });
		const followedBy = { parameters: applying('perhaps'), onError } as const;
		const { next } = await apply(stored, 'no', { followedBy, beforePass: clearing });
		expect(next && record(jsonOf(next)[0])['confirmation']).toMatchObject({ status: 'confirmed', attempts: 1 });
		expect([cash(), puts()]).toEqual(['15.00', 1]);
	});

	it.each(['refuse', 'returnFirst'])('by the same reference (Repeated Reference: %s)', async (repeatedReference) => {
		leaveInDoubt(zoo, { applied: true });
		const paid = adjust('5', { reference: `pi_${repeatedReference}`, repeatedReference });
		const { next } = await run(paid, { followedBy: { parameters: paid, onError }, beforePass: clearing });
		expect(next && record(jsonOf(next)[0])['confirmation']).toMatchObject({ status: 'confirmed', attempts: 1 });
		expect([cash(), puts()]).toEqual(['15.00', 1]);
	});
});

it.each([
	['without the option', 'refuse'],
	['with it', 'returnFirst'],
])('Return First Result returns what was added %s', async (_, repeatedReference) => {
	const reference = `pi_added_${repeatedReference}`;
	await run(adjust('5', { reference, repeatedReference }));
	expect(fatesOf(await run(adjust('5', { reference, repeatedReference: 'returnFirst' })))).toEqual(['confirmed']);
	expect([cash(), puts()]).toEqual(['15.00', 1]);
});

it('Return First Result returns what a preview has added', async () => {
	const reference = 'pi_preview';
	await apply(await dryRun({ reference }), 'no');
	expect(fatesOf(await run(adjust('5', { reference, repeatedReference: 'returnFirst' })))).toEqual(['confirmed']);
	expect([cash(), puts()]).toEqual(['15.00', 1]);
});

describe('what n8n keeps of an execution', () => {
	const each = {
		resource: 'org',
		orgId: '={{ $json.org }}',
		balanceModel: 'prePay',
		amountUnit: 'usd',
		...adjust('5'),
	};
	const both = [{ org: ORG }, { org: OTHER_ORG }];
	const putsOf = (org: string) =>
		zoo.requests.filter(({ method, owner }) => method === 'PUT' && owner?.id === org).length;
	const once = async (contextData: IExecuteContextData, more: Partial<Step> = {}) => {
		const credential = { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url };
		const cancel = new AbortController().signal;
		return await runStep({ name: 'N', parameters: each, credential, items: both, contextData, cancel, ...more });
	};

	it('is still there after a cancellation: what was written is not written again', async () => {
		const contextData = {};
		const stop = new AbortController();
		zoo.onRequest = ({ method, owner }) => {
			if (method === 'PUT' && owner?.id === OTHER_ORG) stop.abort();
			return undefined;
		};
		await once(contextData, { cancel: stop.signal, parameters: { ...each, options: { maxConcurrency: 1 } } });
		zoo.clearFaults();
		expect(putsOf(ORG)).toBe(1);
		await once(contextData, { parameters: { ...each, options: { maxConcurrency: 1 } } });
		expect(putsOf(ORG)).toBe(1);
	});

	it('is kept for each run of a node by itself', async () => {
		const contextData = {};
		zoo.onRequest = ({ owner }) => (owner?.id === OTHER_ORG ? { kind: 'status', status: 422 } : undefined);
		await once(contextData, { retryOnFail: true });
		await once(contextData, { retryOnFail: true, run: 1 });
		expect([putsOf(ORG), cash()]).toEqual([2, '20.00']);
		await once(contextData, { retryOnFail: true, run: 1 });
		expect(putsOf(ORG)).toBe(2);
	});
});

describe('Retry execution', () => {
	const items = [{ org: ORG }, { org: OTHER_ORG }];
	/** One item written; another one keeps the execution from ending well. */
	async function half(parameters: INodeParameters): Promise<IRun> {
		zoo.onRequest = ({ method, owner }) =>
			method === 'PUT' && owner?.id === OTHER_ORG ? { kind: 'status', status: 422, applied: false } : undefined;
		const { run: failed } = await run(parameters, { items, onError: 'stopWorkflow' });
		zoo.clearFaults();
		return failed;
	}

	it.each<[string, INodeParameters]>([
		['adjustment', adjust('15')],
		['update', set],
	])('of a node that was cut and pasted, and so has another ID, does not write again: %s', async (_, parameters) => {
		const each = { ...parameters, orgId: '={{ $json.org }}' };
		const retryOf = await half(each);
		zoo.requests.length = 0;
		expect(fatesOf(await run(each, { items, retryOf, id: 'pasted' }))).toEqual(['confirmed', 'confirmed']);
		expect(zoo.requests.filter(({ method }) => method === 'PUT').map(({ owner }) => owner?.id)).toEqual([OTHER_ORG]);
	});

	it.each([
		['"inDoubt":"maybeApplied"', '"inDoubt":"maybe"'],
		['"state":"inDoubt"', '"state":"open"'],
		['"version":3', '"version":2'],
	])('with notes that say %s otherwise sends nothing', async (right, wrong) => {
		leaveInDoubt(zoo, { applied: true });
		const { run: failed } = await run(adjust('5'), { onError: 'stopWorkflow' });
		zoo.clearFaults();
		const stored = JSON.stringify(failed);
		expect(stored).toContain(right);
		const retryOf = JSON.parse(stored.replaceAll(right, wrong)) as IRun;
		const [item] = jsonOf(await run(adjust('5'), { retryOf }));
		expect(record(item)['details']).toMatchObject({ reason: 'memoryUnreadable' });
		expect([cash(), puts()]).toEqual(['15.00', 1]);
	});
});

// Updates over several passes: in input order, each once, and never forgotten.

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { FakeClock, useFakeClocks } from './fake-clock';
import { loadPackage, type NodeRunResult } from './harness';
import { announcingPasses } from './harness/passes';
import { runTool } from './harness/tool';
import { fatesOf, jsonOf, leaveInDoubt, ORG, OTHER_ORG, record, runZoo, startZoo, type ZooRun } from './zoo-run';

useFakeClocks();

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

const retryOnFail = { maxTries: 2, waitBetweenTries: 1 };
const cash = (org = ORG) => zoo.amountsOf('org', org)['pre_pay_cash_remaining'];
const puts = (org = ORG) => zoo.requests.filter(({ method, owner }) => method === 'PUT' && owner?.id === org).length;
const update = { orgId: '={{ $json.org }}', updateFields: { prePayCashRemaining: '={{ $json.amount }}' } };
const monthly = { options: { onlyIf: { monthlyCreditsRemaining: '1' } } };

/** A first item that is refused in every pass: n8n runs the node again only where the first item failed. */
const refused: IDataObject = { org: OTHER_ORG, amount: 'x' };

async function run(parameters: INodeParameters, more: ZooRun): Promise<NodeRunResult> {
	return await new FakeClock().run(
		async () => await runZoo(zoo, parameters, { onError: 'continueRegularOutput', retryOnFail, ...more }),
	);
}

function betweenPasses(happens: () => void): Pick<ZooRun, 'beforePass'> {
	return {
		beforePass: (pass) => {
			if (pass === 2) happens();
		},
	};
}

function detailsOf(result: NodeRunResult, item: number): Record<string, unknown> {
	return record(record(jsonOf(result)[item])['details']);
}

describe('an update that was not applied in a pass in which a later one of its owner was', () => {
	const first = { org: ORG, amount: '20' };
	const items = [first, { org: ORG, amount: '30' }];

	it.each([
		['with Only If Balance Is', monthly],
		['without', {}],
	])('is overtaken: %s', async (_, options) => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT' });
		const result = await run({ ...update, ...options }, { items });
		expect(cash()).toBe('30.00');
		expect(detailsOf(result, 0)).toMatchObject({
			reason: 'overtaken',
			outcome: expect.stringMatching(/^(notSent|notApplied)$/),
		});
		expect(fatesOf(result)[1]).toBe('confirmed');
		expect(zoo.effects).toHaveLength(1);
		expect(puts()).toBe(2);
	});

	it('is overtaken as well where it was refused then and is sound now', async () => {
		const variables = { first: 'x' };
		const amount = "={{ $json.amount ?? $vars['first'] }}";
		const parameters = { ...update, updateFields: { prePayCashRemaining: amount } };
		const result = await run(parameters, {
			items: [{ org: ORG }, { org: ORG, amount: '30' }],
			variables,
			...betweenPasses(() => {
				variables.first = '20';
			}),
		});
		expect(cash()).toBe('30.00');
		expect(detailsOf(result, 0)).toMatchObject({ reason: 'overtaken', outcome: 'notSent' });
	});

	it('is not held up by a later one of another owner', async () => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT', ownerId: ORG });
		const result = await run(update, { items: [first, { org: OTHER_ORG, amount: '30' }] });
		expect([cash(), cash(OTHER_ORG)]).toEqual(['20.00', '30.00']);
		expect(fatesOf(result)).toEqual(['confirmed', 'confirmed']);
	});

	it('goes first where the later one was not applied either', async () => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT', times: 2 });
		const result = await run(update, { items });
		expect(cash()).toBe('30.00');
		expect(fatesOf(result)).toEqual(['confirmed', 'confirmed']);
	});

	it('would not be overtaken as an adjustment, for sums commute', async () => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT' });
		const parameters = {
			...update,
			operation: 'adjustBalance',
			adjustFields: { prePayCashRemaining: '={{ $json.amount }}' },
		};
		const result = await run(parameters, { items });
		expect(cash()).toBe('60.00');
		expect(fatesOf(result)).toEqual(['confirmed', 'confirmed']);
	});
});

describe('a plain update that was confirmed in the first try', () => {
	const twenty = { org: ORG, amount: '20' };
	const items = [refused, twenty];
	const written = { outcome: 'written', reason: 'alreadyWritten', orgId: ORG };

	it('is not written again after a bill', async () => {
		const bill = () => zoo.setBalance('org', ORG, { pre_pay_cash_remaining: '12.00' });
		const result = await run(update, { items, ...betweenPasses(bill) });
		expect(cash()).toBe('12.00');
		expect(puts()).toBe(1);
		expect(fatesOf(result)).toEqual(['notSent', 'confirmed']);
	});

	it('is not written again by a Retry of the execution', async () => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT', ownerId: OTHER_ORG });
		const both = [
			{ org: ORG, amount: '20' },
			{ org: OTHER_ORG, amount: '20' },
		];
		const first = await runZoo(zoo, update, { items: both });
		expect(first.status).toBe('error');
		zoo.setBalance('org', ORG, { pre_pay_cash_remaining: '12.00' });
		const second = await runZoo(zoo, update, { items: both, retryOf: first.run });
		expect([cash(), cash(OTHER_ORG)]).toEqual(['12.00', '20.00']);
		expect(fatesOf(second)).toEqual(['confirmed', 'confirmed']);
	});

	it('is still said to be written where Zoo would turn it down now', async () => {
		const denied = () => {
			zoo.onRequest = () => ({ kind: 'status', status: 403 });
		};
		const result = await run(update, { items, ...betweenPasses(denied) });
		expect(['confirmed', 'written']).toContain(fatesOf(result)[1]);
		expect(cash()).toBe('20.00');
	});

	it('is still said to be written where its owner is closed now', async () => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT' });
		const twice = [
			{ org: ORG, amount: '30' },
			{ org: ORG, amount: '20' },
		];
		const result = await run(update, { items: twice, ...betweenPasses(() => leaveInDoubt(zoo, { applied: false })) });
		expect(['confirmed', 'written']).toContain(fatesOf(result)[1]);
		expect(cash()).toBe('20.00');
	});

	it('is still said to be written where Zoo asks everybody to wait now', async () => {
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT', ownerId: OTHER_ORG });
		const wait = () =>
			zoo.failNext({ kind: 'status', status: 429, headers: { 'Retry-After': '3600' } }, { ownerId: OTHER_ORG });
		const result = await run(
			{ ...update, options: { maxConcurrency: 1 } },
			{ items: [{ org: OTHER_ORG, amount: '30' }, twenty], ...betweenPasses(wait) },
		);
		expect(['confirmed', 'written']).toContain(fatesOf(result)[1]);
	});

	it('is still said to be written where another item is refused now, which keeps all from being sent', async () => {
		const variables = { then: '20' };
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT', ownerId: OTHER_ORG });
		const parameters = { ...update, updateFields: { prePayCashRemaining: "={{ $json.amount ?? $vars['then'] }}" } };
		const result = await run(parameters, {
			items: [twenty, { org: OTHER_ORG }],
			onError: 'stopWorkflow',
			variables,
			...betweenPasses(() => {
				variables.then = 'x';
			}),
		});
		expect(result.error?.description).toMatch(/Of 2 items: 1 [^(]*written[^(]* \(item 0\)/);
		expect(result.error?.description).not.toMatch(/not (sent|written) \(item 0/);
		expect(puts()).toBe(1);
	});

	it('is still said to be written where the execution is canceled now', async () => {
		const stop = new AbortController();
		const result = await run(update, { items, cancel: stop.signal, ...betweenPasses(() => stop.abort()) });
		expect(['confirmed', 'written']).toContain(fatesOf(result)[1]);
		expect(puts()).toBe(1);
	});

	it.each([
		['it is refused', { updateFields: { prePayCashRemaining: "={{ $json.amount + $vars['then'] }}" } }],
		['it is a dry run', { options: { dryRun: "={{ $vars['then'] !== '' }}" } }],
		['its amount is another', { updateFields: { prePayCashRemaining: "={{ $vars['then'] ? '25' : $json.amount }}" } }],
	])('is said to be written where %s now', async (_, parameters) => {
		const variables = { then: '' };
		const changes = betweenPasses(() => {
			variables.then = 'x';
		});
		const result = await run({ ...update, ...parameters }, { items, variables, ...changes });
		expect(detailsOf(result, 1)).toMatchObject(written);
		expect(cash()).toBe('20.00');
		expect(puts()).toBe(1);
	});
});

describe('a plain update in doubt', () => {
	const amount = "={{ $json.amount ?? $vars['first'] }}";
	const parameters = { ...update, updateFields: { prePayCashRemaining: amount } };
	const items = [{ org: ORG }, { org: ORG, amount: '30' }];

	it.each([
		['is refused', 'x'],
		['has another amount', '25'],
	])('that %s in the next try stays in doubt, and its owner closed', async (_, then) => {
		const variables = { first: '20' };
		leaveInDoubt(zoo, { applied: true });
		const result = await run(parameters, {
			items,
			variables,
			...betweenPasses(() => {
				zoo.clearFaults();
				variables.first = then;
			}),
		});
		expect(cash()).toBe('20.00');
		expect(puts()).toBe(1);
		expect(fatesOf(result)).toEqual(['unknown', 'notSent']);
		expect(detailsOf(result, 0)).toMatchObject({ orgId: ORG, target: { pre_pay_cash_remaining: '20.00' } });
		expect(JSON.stringify(jsonOf(result)[0])).not.toContain('Nothing was sent');
		expect(detailsOf(result, 1)).toMatchObject({ reason: 'blockedByEarlierItem' });
	});

	it('is taken up again by the next try where nothing else has changed', async () => {
		leaveInDoubt(zoo, { applied: false });
		const result = await run(parameters, {
			items,
			variables: { first: '20' },
			...betweenPasses(() => zoo.clearFaults()),
		});
		expect(cash()).toBe('30.00');
		expect(fatesOf(result)).toEqual(['confirmed', 'confirmed']);
		expect(zoo.effects.map(({ request }) => request.body)).toEqual([
			'{"pre_pay_cash_remaining":"20.00"}',
			'{"pre_pay_cash_remaining":"30.00"}',
		]);
	});
});

describe.each(['agent', 'engine'] as const)('a tool with Retry On Fail, run by the %s', (by) => {
	it('does not say of an update in doubt that nothing was sent', async () => {
		leaveInDoubt(zoo, { applied: true });
		const tested = announcingPasses(await loadPackage(), (pass) => {
			if (pass > 1) zoo.clearFaults();
		});
		const tool = await runTool({
			parameters: {
				resource: 'org',
				operation: 'updateBalance',
				orgId: ORG,
				amountUnit: 'usd',
				updateFields: { prePayCashRemaining: "={{ $fromAI('amount', 'US dollars', 'string') }}" },
				options: {},
			},
			calls: [{ amount: '20' }],
			credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
			by,
			retryOnFail: true,
			tested,
		});
		const said = JSON.stringify([tool.replies, tool.error]);
		expect([cash(), puts()]).toEqual(['20.00', 1]);
		expect(said).not.toContain('Nothing was sent');
		expect(said).toMatch(/unknown|confirmed/);
	});
});

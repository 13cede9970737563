/** Repeated Reference in n8n's engine: within one process, a payment is added once, and comes to what it came to first. */
import type { INodeParameters } from 'n8n-workflow';

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
const cash = (org = ORG) => zoo.amountsOf('org', org)['pre_pay_cash_remaining'];
const puts = () => zoo.requests.filter(({ method }) => method === 'PUT').length;
const payment = (options: INodeParameters = {}, more: INodeParameters = {}): INodeParameters => ({
	operation: 'adjustBalance',
	adjustFields: { prePayCashRemaining: '5' },
	options: { reference: 'pi_1', repeatedReference: 'returnFirst', ...options },
	...more,
});

async function run(parameters: INodeParameters = payment(), more: ZooRun = {}): Promise<NodeRunResult> {
	return await new FakeClock().run(async () => await runZoo(zoo, parameters, { onError, ...more }));
}

const itemOf = (result: NodeRunResult, item = 0) => record(jsonOf(result)[item]);
const detailsOf = (result: NodeRunResult, item = 0) => record(itemOf(result, item)['details']);
const hintsOf = ({ hints }: NodeRunResult) => hints.map(({ message }) => message);

it('of two executions at one moment one adds, the other waits and puts out the first result', async () => {
	const results = await Promise.all([run(), run()]);
	expect(jsonOf(results[1])).toEqual(jsonOf(results[0]));
	expect(results.flatMap(hintsOf)).toEqual([
		"added before in this n8n process, and not again; a different payment needs a 'Payment Reference' of its own [item 0]",
	]);
	expect(cash()).toBe('15.00');
	expect(puts()).toBe(1);
});

it('a finished execution that is run again by hand adds nothing, within one run too', async () => {
	await run();
	expect(fatesOf(await run(payment(), { items: [{}, {}] }))).toEqual(['confirmed', 'confirmed']);
	expect(cash()).toBe('15.00');
});

it('two in one run: the second puts out the first result', async () => {
	expect(fatesOf(await run(payment(), { items: [{}, {}] }))).toEqual(['confirmed', 'confirmed']);
	expect(cash()).toBe('15.00');
});

it.each<[string, INodeParameters]>([
	['another owner', { orgId: OTHER_ORG }],
	['other amounts', { adjustFields: { prePayCashRemaining: '6' } }],
	['another field', { adjustFields: { prePayCreditsRemaining: '5' } }],
])('for %s is refused, and nothing is sent', async (_, more) => {
	await run();
	expect(detailsOf(await run(payment({}, more)))).toMatchObject({ reason: 'referenceRepeated', outcome: 'notSent' });
	expect(puts()).toBe(1);
});

it('for two owners at one moment, in one run and in two, adds for one only', async () => {
	const both = { orgId: '={{ $json.org }}' };
	const result = await run(payment({}, both), { items: [{ org: ORG }, { org: OTHER_ORG }] });
	expect(fatesOf(result)).toEqual(['confirmed', 'notSent']);
	await Promise.all([run(payment({ reference: 'pi_2' })), run(payment({ reference: 'pi_2' }, { orgId: OTHER_ORG }))]);
	expect(puts()).toBe(2);
});

it('another reference adds', async () => {
	await run();
	await run(payment({ reference: 'pi_2' }));
	expect(cash()).toBe('20.00');
});

it.each(['fail', 'warn'])(
	'a different stays different (On Difference: %s), said of the item that repeats it',
	async (onDifference) => {
		const paid = payment(
			{ onDifference, reference: `pi_${onDifference}` },
			{ orgId: '={{ $json.org ?? "' + ORG + '" }}' },
		);
		zoo.replyWith((reply) => ({ ...reply, pre_pay_cash_remaining: '14.00' }), { method: 'PUT' });
		expect(fatesOf(await run(paid))).toEqual(['different']);
		const again = await run(paid, { items: [{ org: OTHER_ORG }, {}] });
		expect(fatesOf(again)).toEqual(['notSent', 'different']);
		if (onDifference === 'fail') expect(detailsOf(again, 1)).toMatchObject({ reason: 'different', item: 1 });
		if (onDifference === 'fail') expect(itemOf(again, 1)['error']).toMatch(/ \[item 1\]$/);
		expect(puts()).toBe(1);
	},
);

it.each<[string, () => void, string]>([
	['not sent', () => zoo.failNext({ kind: 'status', status: 403 }, { method: 'GET' }), 'notSent'],
	[
		'not applied',
		() => zoo.failNext({ kind: 'status', status: 422, body: { message: 'Locked' } }, { method: 'PUT' }),
		'notApplied',
	],
])('what was proven %s frees the reference', async (_, fault, fate) => {
	fault();
	expect(fatesOf(await run())).toEqual([fate]);
	expect(fatesOf(await run())).toEqual(['confirmed']);
	expect(cash()).toBe('15.00');
});

it.each([true, false])('in doubt (applied: %s) the second takes it up', async (applied) => {
	leaveInDoubt(zoo, { applied });
	const paid = payment({ retryFor: 0 });
	expect(fatesOf(await run(paid))).toEqual(['unknown']);
	zoo.clearFaults();
	const [first, second] = [await run(paid), await run(paid)];
	expect(itemOf(first)['confirmation']).toMatchObject({ status: 'confirmed', attempts: applied ? 1 : 2 });
	expect(itemOf(second)).toEqual(itemOf(first));
	expect([cash(), puts()]).toEqual(['15.00', applied ? 1 : 2]);
});

it('a doubt that the same execution’s next try settles opens it again', async () => {
	leaveInDoubt(zoo, { applied: true });
	const beforePass = (pass: number) => {
		if (pass === 2) zoo.clearFaults();
	};
	const retryOnFail = { maxTries: 2, waitBetweenTries: 1 };
	expect(fatesOf(await run(payment({ retryFor: 0 }), { retryOnFail, beforePass }))).toEqual(['confirmed']);
	expect(fatesOf(await run(payment({ retryFor: 0 })))).toEqual(['confirmed']);
	expect(cash()).toBe('15.00');
});

it('Retry of a failed execution puts out what was added, and adds the rest', async () => {
	const paid = payment({ reference: '={{ $json.id }}' }, { orgId: '={{ $json.org }}' });
	const items = [
		{ id: 'pi_1', org: ORG },
		{ id: 'pi_2', org: OTHER_ORG },
	];
	zoo.failNext({ kind: 'status', status: 422, body: { message: 'Locked' } }, { method: 'PUT', ownerId: OTHER_ORG });
	const first = await run(paid, { items, onError: 'stopWorkflow' });
	expect(first.status).toBe('error');
	const second = await run(paid, { items, onError: 'stopWorkflow', retryOf: first.run });
	expect(fatesOf(second)).toEqual(['confirmed', 'confirmed']);
	expect([cash(), cash(OTHER_ORG)]).toEqual(['15.00', '15.00']);
});

it('dry runs neither read nor reserve it', async () => {
	await run(payment({ dryRun: true }));
	expect(fatesOf(await run())).toEqual(['confirmed']);
	const dry = itemOf(await run(payment({ dryRun: true })));
	expect(dry['changes']).toEqual({ pre_pay_cash_remaining: { from: '15.00', to: '20.00' } });
	expect(cash()).toBe('15.00');
});

it('Refuse, the default, is about one execution only', async () => {
	const refusing = payment({ repeatedReference: 'refuse' });
	expect(fatesOf(await run(refusing, { items: [{}, {}] }))).toEqual(['confirmed', 'notSent']);
	expect(fatesOf(await run(refusing))).toEqual(['confirmed']);
	expect(cash()).toBe('20.00');
});

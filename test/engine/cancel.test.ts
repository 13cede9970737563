// Stopping an execution: what is under way ends at once, nothing more is sent, and no lock stays behind.

import { setTimeout as realSleep } from 'node:timers/promises';

import type { INodeParameters, OnError } from 'n8n-workflow';

import type { Fault } from '../zoo-api/faults';
import type { ZooApi } from '../zoo-api/server';
import { FakeClock, until, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { jsonOf, ORG, OTHER_ORG, runZoo, startZoo } from './zoo-run';

useFakeClocks();

const [A, B] = [ORG, OTHER_ORG];
/** Far less than the time-out of an attempt, even where the machine is busy. */
const AT_ONCE_MS = 5000;
const hang: Fault = { kind: 'hang' };

let zoo: ZooApi;
/** It never moves unless a test moves it: an execution that waits for it never ends. */
let clock: FakeClock;
let stop: AbortController;
beforeEach(async () => {
	zoo = await startZoo();
	clock = new FakeClock('by hand');
	stop = new AbortController();
});
afterEach(async () => {
	await zoo.close();
});

interface Run {
	readonly parameters?: INodeParameters;
	readonly onError?: OnError;
	readonly cancel?: AbortSignal;
}

async function run(
	orgs: readonly string[],
	{ parameters = {}, onError = 'continueRegularOutput', cancel }: Run = {},
): Promise<NodeRunResult> {
	const fields = { prePayCashRemaining: '50' };
	const all = { orgId: '={{ $json.org }}', updateFields: fields, adjustFields: fields, ...parameters };
	return await clock.run(
		async () => await runZoo(zoo, all, { items: orgs.map((org) => ({ org })), onError, ...(cancel && { cancel }) }),
	);
}

async function stopped(running: Promise<NodeRunResult>): Promise<NodeRunResult> {
	const before = zoo.requests.length;
	const at = performance.now();
	stop.abort();
	const result = await running;
	expect(performance.now() - at).toBeLessThan(AT_ONCE_MS);
	expect(result.status).toBe('canceled');
	// Time enough for a request that should not have been sent.
	await realSleep(20);
	expect(zoo.requests).toHaveLength(before);
	return result;
}

/** The next execution for the same owners gets through, once an attempt that was given up can land no more, so nothing was left locked. */
async function expectFree(): Promise<void> {
	zoo.clearFaults();
	clock.advance(10_000);
	const next = await run([A, B]);
	expect(jsonOf(next)).toMatchObject([
		{ confirmation: { status: 'confirmed' } },
		{ confirmation: { status: 'confirmed' } },
	]);
}

const unknown = {
	error: expect.stringContaining('the execution was canceled while the request was under way'),
	details: { reason: 'outcomeUnknown', outcome: 'unknown' },
};
const unsent = {
	details: { reason: 'canceled', outcome: 'notSent' },
	message: expect.stringContaining('Nothing was sent for this item'),
};
const blocked = { details: { reason: 'blockedByEarlierItem', outcome: 'notSent' } };

const modes: OnError[] = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'];

it.each(modes)('during a write gives it up at once, and its outcome is unknown: %s', async (onError) => {
	zoo.failNext(hang, { times: Infinity });
	const running = run([A, B, A], { parameters: { options: { maxConcurrency: 1 } }, onError, cancel: stop.signal });
	await zoo.nextRequest();
	const result = await stopped(running);
	expect(zoo.requests).toHaveLength(1);
	if (onError === 'continueRegularOutput') expect(jsonOf(result)).toMatchObject([unknown, unsent, blocked]);
	await expectFree();
});

it('during many writes gives them all up at once', async () => {
	const orgs = Array.from({ length: 65 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);
	zoo.failNext(hang, { times: Infinity });
	const running = run(orgs, { cancel: stop.signal });
	await until(
		() => zoo.requests.length === 50,
		() => `${zoo.requests.length} writes are under way, not 50`,
	);
	const result = await stopped(running);
	const reasons = jsonOf(result).map(({ details }) =>
		details instanceof Object && 'reason' in details ? details.reason : undefined,
	);
	expect(reasons).toEqual([...Array<string>(50).fill('outcomeUnknown'), ...Array<string>(15).fill('canceled')]);
	await expectFree();
});

it('during a read before an adjustment sends nothing for it, and says so', async () => {
	zoo.failNext(hang, { times: Infinity });
	const running = run([A, A], { parameters: { operation: 'adjustBalance' }, cancel: stop.signal });
	await zoo.nextRequest();
	const result = await stopped(running);
	expect(zoo.requests.map(({ method }) => method)).toEqual(['GET']);
	expect(jsonOf(result)).toMatchObject([{ details: { outcome: 'notSent' } }, { details: { outcome: 'notSent' } }]);
	await expectFree();
});

it.each([
	[
		'after a write that surely was not applied',
		{ kind: 'status', status: 429 },
		{ details: { outcome: 'notApplied', attempts: 1 } },
	],
	[
		'that Zoo has asked for',
		{ kind: 'status', status: 429, headers: { 'Retry-After': '50' } },
		{ details: { outcome: 'notApplied', attempts: 1 } },
	],
	[
		'after a write that may have been applied',
		{ kind: 'status', status: 500 },
		{ details: { reason: 'outcomeUnknown', outcome: 'unknown', attempts: 1 } },
	],
] as const)('during a wait %s ends it at once', async (_, fault, first) => {
	zoo.failNext(fault, { times: Infinity });
	const running = run([A, A], { cancel: stop.signal });
	await clock.asleep(1);
	const result = await stopped(running);
	expect(zoo.requests).toHaveLength(1);
	expect(jsonOf(result)).toMatchObject([first, { details: { outcome: 'notSent' } }]);
	await expectFree();
});

it('during a wait ends it where n8n’s own waits know nothing of stopping, as in n8n 1', async () => {
	clock.heedsSignals = false;
	zoo.failNext({ kind: 'status', status: 500 });
	const running = run([A], { cancel: stop.signal });
	await clock.asleep(1);
	await stopped(running);
	expect(clock.sleeping).toBe(1);
	await expectFree();
});

it('during a hold that Zoo has asked for ends the waits of all items, those that have not begun included', async () => {
	zoo.failNext({ kind: 'status', status: 429, headers: { 'Retry-After': '50' } }, { ownerId: A });
	zoo.failNext({ kind: 'delay', ms: 40 }, { ownerId: B });
	const running = run([A, B, B], { cancel: stop.signal });
	await clock.asleep(2);
	const result = await stopped(running);
	expect(jsonOf(result)).toMatchObject([
		{ details: { outcome: 'notApplied' } },
		{ confirmation: { status: 'confirmed' } },
		unsent,
	]);
});

it('before anything was sent sends nothing', async () => {
	stop.abort();
	const result = await run([A, B], { cancel: stop.signal });
	expect(result.status).toBe('canceled');
	expect(zoo.requests).toEqual([]);
	await expectFree();
});

describe('while another execution writes to the same owner', () => {
	it.each(['updateBalance', 'adjustBalance'])(
		'ends at once, sends nothing, and leaves the other one its lock: %s',
		async (operation) => {
			const parameters = { operation };
			zoo.failNext(hang, { method: 'PUT', ownerId: A });
			const other = new AbortController();
			const first = run([A], { parameters, cancel: other.signal });
			await zoo.nextRequest({ method: 'PUT', ownerId: A });
			const second = run([B, A, A], { parameters, cancel: stop.signal });
			await zoo.nextRequest({ method: 'PUT', ownerId: B });
			await until(
				() => zoo.amountsOf('org', B)['pre_pay_cash_remaining'] !== '10.00',
				() => 'Nothing was written for the other owner',
			);
			const third = run([A], { parameters });
			const result = await stopped(second);
			expect(zoo.requests.filter(({ owner }) => owner?.id === A && owner.kind === 'org')).toHaveLength(
				operation === 'adjustBalance' ? 2 : 1,
			);
			expect(jsonOf(result)).toMatchObject([{}, unsent, unsent]);

			// The third one still waits for the first, and for nobody else.
			other.abort();
			await first;
			// What it sent may still land.
			await clock.asleep(1);
			clock.advance(10_000);
			expect(jsonOf(await third)).toMatchObject([{ confirmation: { status: 'confirmed' } }]);
			expect(zoo.mostOpenWrites).toBe(1);
			await expectFree();
		},
	);
});

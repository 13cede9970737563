// Whole items by the real operations, over passes, nodes and processes, on a scripted Zoo: where a quiet slip would cost money.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { notRead } from '../../nodes/ZooBilling/outcome/wireFailures';
import type { Task } from '../../nodes/ZooBilling/pass/item';
import type { Result } from '../../nodes/ZooBilling/outcome/result';
import { type Place, openExecution } from '../../nodes/ZooBilling/records/executionScope';
import { operations } from '../../nodes/ZooBilling/operations/all';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { runPass, type Pass } from '../../nodes/ZooBilling/pass/run';
import { readJsonObject } from '../../nodes/ZooBilling/balance/reply';
import { RequestSession } from '../../nodes/ZooBilling/zoo/session';
import { judge } from '../../nodes/ZooBilling/zoo/retry';
import {
	freeTraffic,
	ORG_ID,
	ownOrg,
	refusedByZoo,
	replied,
	ScriptedWorld,
	START,
	timedOut,
	USER_ID,
	type Turn,
} from './given';
import { isFailure } from '../../nodes/ZooBilling/outcome/failure';

/** Each test is a process of its own. */
let register = new OwnerRegistry();
beforeEach(() => {
	register = new OwnerRegistry();
});

const HOST = 'zoo.test';
const looked = { attempts: 0, askedToWait: undefined, hasSent: true };

type Context = Record<string, unknown>;
const stored = (context: Context) => JSON.parse(JSON.stringify(context)) as Context;

interface Where extends Partial<Place> {
	readonly context?: Context;
	readonly stopOnFailure?: boolean;
}

function passIn(world: ScriptedWorld, { context = {}, stopOnFailure = false, ...place }: Where): Pass {
	const where = { nodeName: 'Add Cash', run: 0, host: HOST, ...place };
	return { zoo: world.connection(where.host), stopOnFailure, execution: openExecution(context, where, register) };
}

async function run(tasks: Task[], turns: Turn[], where: Where = {}) {
	const world = new ScriptedWorld([...turns]);
	const results = await runPass(tasks, passIn(world, where));
	return { results, world, puts: world.log.filter((entry) => entry === 'PUT').length };
}

function prep(name: string, raw: Record<string, unknown>, item = 0): Task {
	const task = operations
		.find((operation) => operation.name === name)
		?.prepare({ orgId: ORG_ID, amountUnit: 'usd', options: {}, ...raw }, ownerKinds.org, item);
	if (!task || isFailure(task)) throw new Error('The item was refused');
	return task;
}

const add = (amount: string, options: object = {}, item = 0) =>
	prep('adjustBalance', { adjustFields: { prePayCashRemaining: amount }, options }, item);
const set = (amount: string, options: object = {}, item = 0) =>
	prep('updateBalance', { updateFields: { prePayCashRemaining: amount }, options }, item);

const full = (cash: string, more: object = {}) =>
	replied(200, {
		monthly_credits_remaining: '0.00',
		pre_pay_cash_remaining: cash,
		pre_pay_credits_remaining: '0.00',
		...more,
	});

/** A Zoo with a state, for so many requests. */
function stateful(cash: string, requests = 20) {
	const state: Record<string, unknown> = {
		monthly_credits_remaining: '0.00',
		pre_pay_cash_remaining: cash,
		pre_pay_credits_remaining: '0.00',
	};
	const turn: Turn = (request) => {
		if (request.method === 'PUT') Object.assign(state, JSON.parse(request.body ?? '{}'));
		return replied(200, { ...state });
	};
	return { state, turns: Array.from({ length: requests }, () => turn) };
}

const outcomeOf = (result: Result | undefined) => (isFailure(result) ? result.details.outcome : 'done');
const reasonOf = (result: Result | undefined) => (isFailure(result) ? result.details.reason : undefined);

describe('what an item asks for is the same only if', () => {
	const onlyIf = { prePayCashRemaining: '1' };
	const first = add('5', { reference: 'pi_1' });
	it.each<[string, Task, boolean]>([
		['nothing is other', add('5', { reference: 'pi_1' }, 3), true],
		['the amount is no other, however it is written', add('5.00', { reference: ' pi_1' }), true],
		['how long to try does not count', add('5', { reference: 'pi_1', retryFor: 0, output: 'amounts' }), true],
		['the operation is no other', set('5', { reference: 'pi_1' }), false],
		['the amount is no other', add('6', { reference: 'pi_1' }), false],
		['the sign is no other', add('-5', { reference: 'pi_1' }), false],
		['the reference is no other', add('5', { reference: 'pi_2' }), false],
		['there is a reference', add('5'), false],
		['the condition is no other', add('5', { reference: 'pi_1', onlyIf }), false],
		['the multiplier is no other', add('5', { reference: 'pi_1', creditMultiplier: '1.25' }), false],
		[
			'the field is no other',
			prep('adjustBalance', { adjustFields: { prePayCreditsRemaining: '5' }, options: { reference: 'pi_1' } }),
			false,
		],
		[
			'the owner is no other',
			prep('adjustBalance', {
				orgId: USER_ID,
				adjustFields: { prePayCashRemaining: '5' },
				options: { reference: 'pi_1' },
			}),
			false,
		],
		[
			'the unit makes no other amount of it',
			prep('adjustBalance', {
				amountUnit: 'cents',
				adjustFields: { prePayCashRemaining: '500' },
				options: { reference: 'pi_1' },
			}),
			true,
		],
	])('%s', (_, other, same) => {
		expect(other.writes?.fingerprint === first.writes?.fingerprint).toBe(same);
	});

	it('it is no dry run, which asks for nothing', () => {
		expect(add('5', { dryRun: true }).writes).toBeUndefined();
		expect(set('5', { dryRun: true }).writes).toBeUndefined();
	});

	it('for an organization and a user of one ID', () => {
		const raw = { orgId: ORG_ID, userId: ORG_ID, amountUnit: 'usd', updateFields: { prePayCashRemaining: '5' } };
		const [ofOrg, ofUser] = [ownerKinds.org, ownerKinds.user].map((kind) =>
			operations.find(({ name }) => name === 'updateBalance')?.prepare({ ...raw, options: {} }, kind, 0),
		);
		expect(ofOrg).not.toMatchObject({ kind: 'failure' });
		expect(ofOrg).not.toMatchObject({ writes: ofUser && 'writes' in ofUser ? ofUser.writes : {} });
	});
});

describe('what was written', () => {
	it.each<[string, (item: number) => Task, string]>([
		['adjustment', (item) => add('5', {}, item), '105.00'],
		['update', (item) => set('5', {}, item), '5.00'],
	])('is not written again in any pass of the execution: %s', async (_, task, cash) => {
		const context: Context = {};
		const { state, turns } = stateful('100.00');
		const first = await run([task(0)], turns, { context });
		for (const again of [context, stored(context)]) {
			const { results, world } = await run([task(0)], turns, { context: again });
			expect(world.log).toEqual([]);
			expect(results[0]).toMatchObject({
				json: first.results[0] && 'json' in first.results[0] ? first.results[0].json : {},
				hints: ['written in an earlier try of this execution, and not again; its confirmation says what came of it'],
			});
		}
		expect(state['pre_pay_cash_remaining']).toBe(cash);
	});

	it('is written in every other run, node and execution', async () => {
		const context: Context = {};
		const { state, turns } = stateful('100.00');
		for (const where of [{ context }, { context, run: 1 }, { context, nodeName: 'Other' }, {}]) {
			await run([add('5')], turns, where);
		}
		expect(state['pre_pay_cash_remaining']).toBe('120.00');
	});

	it.each<[string, Task]>([
		['other parameters', add('7')],
		['a dry run', add('5', { dryRun: true })],
	])('is named, and nothing sent, where the item asks for something else now: %s', async (_, other) => {
		const context: Context = {};
		await run([add('5')], stateful('100.00').turns, { context });
		const { results, world } = await run([other], [], { context });
		expect(world.log).toEqual([]);
		expect(results[0]).toMatchObject({
			details: { reason: 'alreadyWritten', outcome: 'written', written: { pre_pay_cash_remaining: '105.00' } },
		});
	});

	it('at one host is not written at another', async () => {
		const context: Context = {};
		await run([add('5')], stateful('100.00').turns, { context });
		const { results, world } = await run([add('5')], [], { context, host: 'other.test' });
		expect(world.log).toEqual([]);
		expect(outcomeOf(results[0])).toBe('written');
	});

	it('with a difference that counts is not said to have got no answer, nor written again', async () => {
		const context: Context = {};
		// 100, +5 written as 105, but Zoo (or somebody else) leaves 104; then -4 makes 100.
		const turns = [full('100.00'), full('104.00'), full('104.00'), full('100.00')];
		const items = () => [add('5', { onDifference: 'fail' }), add('-4', {}, 1)];
		const first = await run(items(), turns, { context });
		expect(first.results.map(outcomeOf)).toEqual(['different', 'done']);
		const { results, world } = await run(items(), [], { context });
		expect(world.log).toEqual([]);
		expect(results.map(outcomeOf)).toEqual(['different', 'done']);
		expect(results[0]).toEqual(first.results[0]);
	});
});

describe('what was not applied', () => {
	it('is tried again in a later pass, with the same payment reference', async () => {
		const context: Context = {};
		const refusal = replied(422, { message: 'no', request_id: 'r' });
		const first = await run([add('5', { reference: 'pi_1' })], [full('100.00'), refusal, full('100.00')], { context });
		expect(first.results.map(outcomeOf)).toEqual(['notApplied']);
		const second = await run([add('5', { reference: 'pi_1' })], [full('100.00'), full('105.00')], { context });
		expect(second.results.map(outcomeOf)).toEqual(['done']);
	});

	it('is not sent once a later update of its owner was; an adjustment is', async () => {
		const refusal = replied(422, { message: 'no', request_id: 'r' });
		const updates: Context = {};
		await run([set('5'), set('6', {}, 1)], [refusal, full('1.00'), full('6.00')], { context: updates });
		const again = await run([set('5'), set('6', {}, 1)], [], { context: stored(updates) });
		expect(again.results.map(reasonOf)).toEqual(['overtaken', undefined]);
		const adjustments: Context = {};
		const turns = [full('1.00'), refusal, full('1.00'), full('1.00'), full('7.00')];
		await run([add('5'), add('6', {}, 1)], turns, { context: adjustments });
		const added = await run([add('5'), add('6', {}, 1)], [full('7.00'), full('12.00')], { context: adjustments });
		expect(added.results.map(outcomeOf)).toEqual(['done', 'done']);
	});
});

describe('what is in doubt', () => {
	const quick = { retryFor: 0 };
	const lost = [full('100.00'), timedOut, timedOut];

	it.each<[string, string, Turn[], number, string]>([
		['is found to be applied, and not added again', '105.00', [], 0, 'done'],
		['is sent where it was not applied', '100.00', [full('105.00')], 1, 'done'],
		['stays unknown where neither is to be seen', '70.00', [], 0, 'unknown'],
	])('%s', async (_, cash, more, puts, outcome) => {
		const context: Context = {};
		expect((await run([add('5', quick)], lost, { context })).results.map(outcomeOf)).toEqual(['unknown']);
		const second = await run([add('5', quick)], [full(cash), ...more], { context: stored(context) });
		expect(second.results.map(outcomeOf)).toEqual([outcome]);
		expect(second.puts).toBe(puts);
	});

	it('is not added again by a dry run, and stays in doubt, with what was written then', async () => {
		const context: Context = {};
		await run([add('5', quick)], lost, { context });
		const { results, world } = await run([add('5', { ...quick, dryRun: true })], [], { context });
		expect(world.log).toEqual([]);
		expect(results[0]).toMatchObject({
			details: { outcome: 'unknown', before: { pre_pay_cash_remaining: '100.00' } },
		});
		expect(results[0]).not.toHaveProperty('details.dryRun');
	});

	it('is settled by a second pass before a new item of the owner, which is then sent', async () => {
		const context: Context = {};
		await run([set('1'), add('5', quick, 1)].slice(1), lost, { context });
		const { turns } = stateful('105.00');
		const { results, world } = await run([add('3'), add('5', quick, 1)], turns, { context });
		expect(results.map(outcomeOf)).toEqual(['done', 'done']);
		expect(results[0]).toMatchObject({ json: { pre_pay_cash_remaining: '108.00' } });
		// The new item waits until nothing of the other one can land on it.
		expect(world.log).toEqual(['GET', 'wait 10000', 'GET', 'PUT']);
	});

	it('by a tool is taken up by the repeated call of an update, and closes the owner to an adjustment', async () => {
		const context: Context = {};
		await run([set('5', quick)], [timedOut, timedOut], { context, run: undefined });
		const other = await run([add('5')], [], { context, run: undefined });
		expect(reasonOf(other.results[0])).toBe('blockedByEarlierItem');
		const again = await run([set('5', quick)], [full('5.00')], { context, run: undefined });
		expect(again.results[0]).toMatchObject({ json: { confirmation: { by: 'readBack', attempts: 1 } } });
		const after = await run([add('5')], stateful('5.00').turns, { context, run: undefined });
		expect(after.results.map(outcomeOf)).toEqual(['done']);
	});

	it('says how long Zoo asked to wait', async () => {
		const turns = [timedOut, full('1.00'), replied(429, {}, { retryAfter: '3600' }), full('1.00')];
		const { results } = await run([set('5')], turns);
		const [result] = results;
		expect(isFailure(result) && `${result.details.outcome} ${result.next}`).toMatch(/^unknown .*3600 seconds/);
	});
});

describe('a real write', () => {
	it('is not computed from what a dry run of an earlier item came to', async () => {
		const { state, turns } = stateful('100.00');
		await run([add('10', { dryRun: true }), add('5', { dryRun: false }, 1)], turns);
		expect(state['pre_pay_cash_remaining']).toBe('105.00');
	});

	it('with a condition looks at Zoo’s balance, and not at a dry run’s', async () => {
		const items = [set('10', { dryRun: true }), set('5', { onlyIf: { prePayCashRemaining: '100.00' } }, 1)];
		expect((await run(items, stateful('100.00').turns)).results.map(outcomeOf)).toEqual(['done', 'done']);
	});
});

describe('Only If Balance Is', () => {
	const onlyIf = { prePayCashRemaining: '100.00' };

	it.each<[string, Turn]>([
		['Zoo asked to wait', replied(429, {}, { retryAfter: '30' })],
		['a time-out', timedOut],
	])('holds for another sending too: a balance that moved is not overwritten after %s', async (_, answer) => {
		const { results, puts } = await run([set('5', { onlyIf })], [full('100.00'), answer, full('70.00')]);
		expect(puts).toBe(1);
		expect(outcomeOf(results[0])).toBe('unknown');
	});

	it('holds after the wait that Zoo asked for as well, when a look has shown that nothing was applied', async () => {
		const turns = [full('100.00'), replied(429, {}, { retryAfter: '30' }), full('100.00'), full('70.00')];
		const { results, world } = await run([set('5', { onlyIf })], turns);
		expect(world.log).toEqual(['GET', 'PUT', 'GET', 'wait 30000', 'GET']);
		expect(results[0]).toMatchObject({ details: { reason: 'conditionNotMet', outcome: 'notApplied', attempts: 1 } });
	});
});

it.each([501, 507, 520, 522, 524, 525, 599])(
	'a 5xx that no one listed (%d) is not sent again, and its outcome is looked up and else unknown',
	async (status) => {
		const { results, world } = await run([set('5')], [replied(status), full('1.00')]);
		expect(world.log).toEqual(['PUT', 'GET']);
		expect(outcomeOf(results[0])).toBe('unknown');
	},
);

it('a reply with the amounts of both models is one of the chosen model', async () => {
	const both = {
		stable_api_credits_remaining: 100,
		stable_api_credits_remaining_monetary_value: 10,
		monthly_api_credits_remaining: 0,
		monthly_api_credits_remaining_monetary_value: 0,
		pre_pay_cash_remaining: null,
	};
	const adjustFields = { stableApiCreditsRemainingMonetaryValue: '5' };
	const { results } = await run(
		[prep('adjustBalance', { adjustFields })],
		[replied(200, both), replied(200, { ...both, stable_api_credits_remaining_monetary_value: 15 })],
	);
	expect(results.map(outcomeOf)).toEqual(['done']);
});

it('a final no says nothing of a wait that an earlier attempt was asked for', async () => {
	const turns = [replied(429, {}, { retryAfter: '5' }), refusedByZoo(403), full('1.00')];
	const { results } = await run([set('5')], turns);
	expect(results[0]).toMatchObject({ details: { outcome: 'notApplied', reason: 'employeeTokenNeeded' } });
	expect(results[0]).not.toMatchObject({ next: expect.stringContaining('asked to wait') });
});

it.each<[string, object, string, string]>([
	['by Zoo’s own words', { message: 'slow down', request_id: 'r' }, 'notApplied', 'canceled'],
	['by anybody', {}, 'unknown', 'outcomeUnknown'],
])('canceled while waiting to try again what was turned away %s', async (_, body, outcome, reason) => {
	const world = new ScriptedWorld([replied(429, { ...body }, { retryAfter: '5' })]);
	world.onPause = () => {
		world.stopPressed = true;
	};
	const [result] = await runPass([set('5')], passIn(world, {}));
	expect([outcomeOf(result), reasonOf(result)]).toEqual([outcome, reason]);
	expect(result).toMatchObject({ what: expect.stringContaining('the execution was canceled') });
});

it('sentAt of an adjustment is when the write was sent', async () => {
	const world = new ScriptedWorld([full('100.00'), full('105.00')]);
	world.latency = 5000;
	const [result] = await runPass([add('5')], passIn(world, {}));
	expect(result).toMatchObject({ json: { confirmation: { sentAt: new Date(START + 5000).toISOString() } } });
});

it('an adjustment that has only read sends no write after another item has stopped the workflow', async () => {
	const traffic = freeTraffic();
	const world = new ScriptedWorld([
		() => {
			traffic.stopped = true;
			return full('100.00');
		},
	]);
	const exchange = new RequestSession(world, traffic, { timeout: 1000, retryFor: 60_000 });
	const task = add('5');
	const execution = openExecution({}, { nodeName: 'Add Cash', run: 0, host: HOST }, register);
	const result = await task.run({
		exchange,
		lane: { preview: new Map() },
		host: HOST,
		registry: register,
		begin: (preview) => execution.begin(task, preview),
		leave: () => undefined,
	});
	expect(world.log).toEqual(['GET']);
	expect(result).toMatchObject({
		next: expect.stringContaining('Nothing was written for this item.'),
		details: { reason: 'stopped', outcome: 'notSent' },
	});
});

it('a field with a change of zero does not keep an adjustment from being sent again', async () => {
	const at = (monthly: string, cash: string) => full(cash, { monthly_credits_remaining: monthly });
	const adjustFields = { prePayCashRemaining: '5', monthlyCreditsRemaining: '0' };
	const { results } = await run(
		[prep('adjustBalance', { adjustFields })],
		[at('10', '100'), timedOut, at('9', '100'), at('9', '105')],
	);
	expect(results.map(outcomeOf)).toEqual(['done']);
});

it('one item’s defect leaves the other items their results', async () => {
	const throwing: Task = { ...set('5'), run: async () => await Promise.reject(new Error('x')) };
	const good = prep('updateBalance', { orgId: USER_ID, updateFields: { prePayCashRemaining: '5' } }, 1);
	const { results } = await run([throwing, good], [full('5.00')]);
	expect(results[0]).toMatchObject({ details: { reason: 'unforeseen', outcome: 'notSent' } });
	expect(results[1]).toMatchObject({ wrote: true });
});

it('a 404 for the token’s own organization does not send the user to a field that is not there', () => {
	const verdict = judge(replied(404), readJsonObject, 0);
	expect(verdict.kind === 'unanswered' && notRead({ item: 0, owner: ownOrg }, verdict, looked).next).toMatch(
		/^Check that the token’s user has an organization/,
	);
});

it('an unreadable 200 to a read has the reason unreadableReply', () => {
	const verdict = judge(replied(200, '<html>'), readJsonObject, 0);
	expect(verdict.kind === 'unanswered' && notRead({ item: 0 }, verdict, looked).details.reason).toBe('unreadableReply');
});

describe('a 503 with a wait, which a proxy that has given up says as well', () => {
	const [before, after] = ['2026-01-01T00:00:00.1Z', '2026-01-01T00:00:01.1Z'];

	it.each([60, 0])('is added once when it lands two seconds later, with Retry For %d', async (retryFor) => {
		const zoo = { cash: '10.00', at: before, lands: Infinity };
		const turn: Turn = (request, { time }) => {
			if (time >= zoo.lands) Object.assign(zoo, { cash: '15.00', at: after, lands: Infinity });
			if (request.method === 'PUT') {
				zoo.lands = time + 2000;
				return replied(503, '<html>Backend fetch failed', { retryAfter: '5' });
			}
			return full(zoo.cash, { updated_at: zoo.at });
		};
		const context: Context = {};
		const turns = Array.from({ length: 9 }, () => turn);
		const { results, world } = await run([add('5', { retryFor })], turns, { context });
		expect(outcomeOf(results[0])).toBe('done');
		expect(world.log.filter((entry) => entry === 'PUT')).toHaveLength(1);
		expect(zoo.cash).toBe('15.00');
	});
});

describe('in a later pass', () => {
	const quick = { retryFor: 0 };
	const GATEWAYS_NO = replied(422, '<html>');
	const other = (amount: string, item: number) =>
		prep('updateBalance', { orgId: USER_ID, updateFields: { prePayCashRemaining: amount } }, item);

	it('an update that found its amounts there stays done, though a later item was sent', async () => {
		const context: Context = {};
		const tasks = [set('10', { onlyIf: { prePayCashRemaining: '10' } }), set('20', {}, 1), other('7', 2)];
		await run(tasks, [full('10.00'), replied(401), full('20.00')], { context });
		const second = await run(tasks, [full('7.00')], { context, stopOnFailure: true });
		expect(second.results.map(outcomeOf)).toEqual(['done', 'done', 'done']);
	});

	it('a write that is confirmed by then says when it was sent, and how often', async () => {
		const context: Context = {};
		await run([add('5', quick)], [full('10.00'), timedOut, replied(500)], { context });
		const { results } = await run([add('5', quick)], [full('15.00')], { context: stored(context) });
		const confirmation = { status: 'confirmed', by: 'readBack', attempts: 1, sentAt: new Date(START).toISOString() };
		expect(results[0]).toMatchObject({ json: { confirmation } });
	});

	it('a write that was not applied, and is not sent again, was sent all the same', async () => {
		const context: Context = {};
		await run([add('5', quick)], [full('10.00'), GATEWAYS_NO, replied(500)], { context });
		const stop: Turn = (_, world) => {
			world.stopPressed = true;
			return full('10.00');
		};
		const { results } = await run([add('5', quick)], [stop], { context });
		expect(results[0]).toMatchObject({ details: { outcome: 'notApplied', reason: 'canceled', attempts: 1 } });
	});

	it('what was answered and seen is not said to be without an answer, or not to be read back', async () => {
		const context: Context = {};
		await run([add('5', quick)], [full('10.00'), GATEWAYS_NO, full('99.00')], { context });
		const { results } = await run([add('6')], [], { context });
		expect(results[0]).toMatchObject({
			what: 'The outcome is unknown: nothing has confirmed an earlier attempt [item 0]',
			next: expect.not.stringContaining('read back'),
		});
	});

	it('the next item of an owner rests where an earlier pass’s attempt may have been seen', async () => {
		const context: Context = {};
		await run([add('5', quick)], [full('10.00'), timedOut, replied(500)], { context });
		const world = new ScriptedWorld([full('10.00'), timedOut, full('15.00'), full('15.00'), full('16.00')]);
		world.time += 9000;
		await runPass([add('5', { retryFor: 5 }), add('1', {}, 1)], passIn(world, { context }));
		expect(world.log).toEqual(['GET', 'PUT', 'wait 500', 'GET', 'wait 9500', 'GET', 'PUT']);
	});
});

it('the next item of an owner need not rest where the one attempt before it was seen to be applied', async () => {
	const turns = [full('10.00'), timedOut, full('15.00'), full('15.00'), full('16.00')];
	const { world } = await run([add('5', { retryFor: 5 }), add('1', {}, 1)], turns);
	expect(world.log).toEqual(['GET', 'PUT', 'wait 500', 'GET', 'GET', 'PUT']);
});

describe('an outcome that a look has left unknown', () => {
	const at = (cash: string, second: number) => full(cash, { updated_at: `2026-01-01T00:00:0${second}.1Z` });
	it.each<[string, Turn[]]>([
		['a no, and the target all the same', [full('10.00'), replied(422, '<html>'), full('15.00')]],
		['no answer, and a balance that was touched', [at('10.00', 0), timedOut, at('10.00', 1)]],
	])('is not said to be told by another one: %s', async (_, turns) => {
		const { results } = await run([add('5', { retryFor: 0 })], turns);
		expect(results[0]).toMatchObject({
			next: expect.stringMatching(/^The balance was read back and does not tell whose doing it is/),
		});
	});
});

it('one date in the far future does not close an owner to adjustments', async () => {
	await run([set('10')], [full('10.00', { updated_at: '9999-01-01T00:00:00Z' })]);
	const { results } = await run([add('5')], [full('10.00', { updated_at: '2026-01-01T00:00:00Z' }), full('15.00')]);
	expect(results.map(outcomeOf)).toEqual(['done']);
});

describe('what an earlier pass has left', () => {
	const T1 = '2026-01-01T00:00:01Z';
	const T2 = '2026-01-01T00:00:02Z';

	it('after a no that nobody can check stays unknown where the amounts are there: somebody else may have set them', async () => {
		const context = {};
		const no = replied(422, '<html>no</html>');
		await run([add('10', { retryFor: 0 })], [full('100.00', { updated_at: T1 }), no, timedOut], { context });
		const { results } = await run([add('10', { retryFor: 0 })], [full('110.00', { updated_at: T2 })], { context });
		expect(results).toMatchObject([{ details: { reason: 'outcomeUnknown' } }]);
	});

	it('stays unknown where this process has set the same amounts meanwhile', async () => {
		const context = {};
		const lost: Turn[] = [full('100.00', { updated_at: T1 }), timedOut, timedOut];
		await run([add('10', { retryFor: 0 })], lost, { context });
		expect((await run([set('110')], [full('110.00', { updated_at: T2 })])).results).toMatchObject([{ wrote: true }]);
		const { results } = await run([add('10', { retryFor: 0 })], [full('110.00', { updated_at: T2 })], { context });
		expect(results).toMatchObject([{ details: { reason: 'outcomeUnknown' } }]);
	});
});

// Users named by e-mail address across passes, and what a 404 to a write means beside a balance that was read.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import type { Task } from '../../nodes/ZooBilling/pass/item';
import type { Result } from '../../nodes/ZooBilling/outcome/result';
import { adjustBalance } from '../../nodes/ZooBilling/operations/adjustBalance';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { runPass } from '../../nodes/ZooBilling/pass/run';
import { replied, ScriptedWorld, timedOut, USER_ID, type Turn } from './given';
import { type Failure, isFailure } from '../../nodes/ZooBilling/outcome/failure';
import { openExecution } from '../../nodes/ZooBilling/records/executionScope';

const EMAIL = 'kim@example.com';
const HOST = 'zoo.test';
const CASH = 'pre_pay_cash_remaining';
const found = replied(200, { id: USER_ID, email: EMAIL });
const balance = (cash: string) =>
	replied(200, { [CASH]: cash, monthly_credits_remaining: '0.00', pre_pay_credits_remaining: '0.00' });

function add(userId: string, item = 0): Task | Failure {
	const options = { retryFor: 0, maxConcurrency: 1 };
	const raw = { userId, amountUnit: 'usd', options, adjustFields: { prePayCashRemaining: '5' } };
	return adjustBalance.prepare(raw, ownerKinds.user, item);
}

/** `context`: what the passes of one execution share. */
async function pass(tasks: ReadonlyArray<Task | Failure>, turns: Turn[], context = {}, stopOnFailure = false) {
	const world = new ScriptedWorld([...turns]);
	const execution = openExecution(context, { nodeName: 'N', run: 0, host: HOST }, new OwnerRegistry());
	const results = await runPass(tasks, { zoo: world.connection(HOST), stopOnFailure, execution });
	return { results, log: world.requests.map(({ method, path }) => `${method} ${path.slice(0, 7)}`) };
}

const reasonsOf = (results: readonly Result[]) =>
	results.map((result) => (isFailure(result) ? result.details.reason : 'done'));

it('a user by address and by UUID is one owner: the sums build on each other', async () => {
	const turns = [found, balance('10'), balance('15'), balance('15'), balance('20')];
	const { results, log } = await pass([add(EMAIL), add(USER_ID, 1)], turns);
	expect(log).toEqual(['GET /users/', 'GET /users/', 'PUT /users/', 'GET /users/', 'PUT /users/']);
	expect(results).toMatchObject([
		{ json: { userId: USER_ID, confirmation: { userId: USER_ID, userEmail: EMAIL, asked: { [CASH]: '15.00' } } } },
		{ json: { confirmation: { asked: { [CASH]: '20.00' } } } },
	]);
	expect(results).not.toMatchObject([{}, { json: { confirmation: { userEmail: EMAIL } } }]);
});

it('what was written in an earlier pass is not written again, by the same address or by UUID', async () => {
	const context = {};
	await pass([add(EMAIL)], [found, balance('10'), balance('15')], context);
	expect((await pass([add(EMAIL)], [found], context)).results).toMatchObject([
		{ wrote: true, json: { [CASH]: '15.00' } },
	]);
	expect((await pass([add(USER_ID)], [], context)).results).toMatchObject([{ wrote: true }]);
});

it('an item of an earlier pass whose address cannot be looked up now is told of by its page', async () => {
	const context = {};
	await pass([add(EMAIL)], [found, balance('10'), balance('15')], context);
	const { results } = await pass([add(EMAIL)], [timedOut], context);
	expect(results).toMatchObject([
		{
			details: { reason: 'alreadyWritten', outcome: 'written', userId: USER_ID, userEmail: EMAIL },
			next: expect.stringContaining(`Email: ${EMAIL}.`),
		},
	]);
});

it('a doubt of an earlier pass stays one while the address cannot be looked up', async () => {
	const context = {};
	const turns = [found, balance('10'), timedOut, balance('11')];
	expect(reasonsOf((await pass([add(EMAIL)], turns, context)).results)).toEqual(['outcomeUnknown']);
	const { results, log } = await pass([add(EMAIL)], [timedOut], context);
	expect(results).toMatchObject([{ details: { outcome: 'unknown', userId: USER_ID, userEmail: EMAIL } }]);
	expect(log).toHaveLength(1);
});

it('one address that cannot be looked up keeps all items from being sent when failures stop', async () => {
	const { results, log } = await pass([add(USER_ID), add(EMAIL, 1)], [replied(404)], {}, true);
	expect(reasonsOf(results)).toEqual(['stopped', 'ownerUnknown']);
	expect(log).toEqual(['GET /users/']);
});

it('no address is looked up where an item is refused and failures stop', async () => {
	const { results, log } = await pass([add(EMAIL), add('', 1)], [], {}, true);
	expect(reasonsOf(results)).toEqual(['stopped', 'invalidInput']);
	expect(log).toEqual([]);
});

it('a 404 to a write beside a balance that was read is about the call, not about the user', async () => {
	const { results } = await pass([add(USER_ID)], [balance('10'), replied(404), balance('10')]);
	expect(results).toMatchObject([
		{
			what: 'This Zoo host has no such endpoint (any more) [item 0]',
			details: { reason: 'endpointMissing', outcome: 'notApplied' },
		},
	]);
});

// Balances that are older than what Zoo has said before, as a replica that lags may show them: none of them is believed.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { operations } from '../../nodes/ZooBilling/operations/all';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { runPass } from '../../nodes/ZooBilling/pass/run';
import { ORG_ID, refusedConnection, replied, ScriptedWorld, timedOut, type Turn } from './given';
import { openExecution } from '../../nodes/ZooBilling/records/executionScope';

const EARLIER = '2026-01-01T00:00:00.000001Z';
const LATER = '2026-01-01T00:00:00.000002Z';
const host = 'https://zoo.test';

const at = (cash: string, updated_at: string) =>
	replied(200, {
		monthly_credits_remaining: '0.00',
		pre_pay_cash_remaining: cash,
		pre_pay_credits_remaining: '0.00',
		updated_at,
	});

/** Adds 5 dollars per item, in one pass; a register is a process. */
async function addFive(
	turns: Turn[],
	items: number,
	given: { context?: Record<string, unknown>; register?: OwnerRegistry; retryFor?: number },
) {
	const { context = {}, register = new OwnerRegistry(), retryFor = 60 } = given;
	const world = new ScriptedWorld(turns);
	const raw = { orgId: ORG_ID, amountUnit: 'usd', options: { retryFor }, adjustFields: { prePayCashRemaining: '5' } };
	const adjust = operations.find(({ name }) => name === 'adjustBalance');
	const tasks = Array.from({ length: items }, (_, item) => adjust?.prepare(raw, ownerKinds.org, item));
	const execution = openExecution(context, { nodeName: 'N', run: 0, host }, register);
	const results = await runPass(
		tasks.filter((task) => task !== undefined),
		{ zoo: world.connection(host), stopOnFailure: false, execution },
	);
	return { results, log: world.log, bodies: world.requests.flatMap(({ body }) => body ?? []) };
}

it('a balance from before what Zoo answered to the item before is read again, so that no amount is lost', async () => {
	const turns = [at('100', EARLIER), at('105', LATER), at('100', EARLIER), at('105', LATER), at('110', LATER)];
	const { log, bodies } = await addFive(turns, 2, {});
	expect(log).toEqual(['GET', 'PUT', 'GET', 'wait 500', 'GET', 'PUT']);
	expect(bodies).toEqual(['{"pre_pay_cash_remaining":"105.00"}', '{"pre_pay_cash_remaining":"110.00"}']);
});

it('an answer to a write is believed, though it says an earlier time than the look', async () => {
	const { results } = await addFive([at('100', LATER), at('105', EARLIER)], 1, {});
	expect(results).toMatchObject([{ json: { confirmation: { status: 'confirmed', by: 'reply' } } }]);
});

it('a balance from before the look that a write was built on confirms nothing in another process either', async () => {
	const context = {};
	const given = { context, retryFor: 0 };
	// It stood at 105 before, was billed 5, and the write of 105 is lost.
	await addFive([at('100', LATER), timedOut, refusedConnection], 1, {
		...given,
		register: new OwnerRegistry(() => 0.1),
	});
	const { results, log } = await addFive([at('105', EARLIER), at('105', EARLIER)], 1, {
		...given,
		register: new OwnerRegistry(() => 0.2),
	});
	expect(log).toEqual(['GET']);
	expect(results).toMatchObject([{ details: { outcome: 'unknown' } }]);
});

// Where a quiet slip would cost money or trust: dry runs beside writes, conditions, second passes, stray throws, odd replies and odd inputs.

import { operations } from '../../nodes/ZooBilling/operations/all';
import { ownerKinds, readOwner } from '../../nodes/ZooBilling/balance/owner';
import type { Task } from '../../nodes/ZooBilling/operations/operation';
import { runItems, type Setting } from '../../nodes/ZooBilling/run';
import { exclusively } from '../../nodes/ZooBilling/schedule';
import { openLedger } from '../../nodes/ZooBilling/ledger';
import { Failure, notRead, outcomeUnknown } from '../../nodes/ZooBilling/zoo/failure';
import { readJsonObject, readReply } from '../../nodes/ZooBilling/balance/reply';
import { compare } from '../../nodes/ZooBilling/balance/confirm';
import { Exchange } from '../../nodes/ZooBilling/zoo/exchange';
import { judge, readRetryAfter } from '../../nodes/ZooBilling/zoo/retry';
import { readBaseUrl } from '../../nodes/ZooBilling/zoo/baseUrl';
import { modelOf } from '../../nodes/ZooBilling/balance/fields';
import { readOptions } from '../../nodes/ZooBilling/options';
import { Refusal, shown } from '../../nodes/ZooBilling/refusal';
import { replyHints } from '../../nodes/ZooBilling/output';
import { readBalance } from '../../nodes/ZooBilling/zoo/request';
import {
	amountOf,
	apiCredits,
	cash,
	org,
	ORG_ID,
	ownOrg,
	prePay,
	replied,
	ScriptedWorld,
	stableApi,
	timedOut,
	USER_ID,
	type Turn,
} from './given';

const never = new Promise<void>(() => undefined);
const conn = (world: ScriptedWorld, origin = 'https://zoo.test') => ({
	send: world.send,
	now: world.now,
	pause: world.pause,
	canceled: world.canceled,
	random: world.random,
	presence: world.presence,
	origin,
	cancel: never,
});
const setting = (world: ScriptedWorld, more: Partial<Setting> = {}): Setting => ({
	zoo: conn(world),
	maxConcurrency: 25,
	stopOnFailure: false,
	ledger: undefined,
	...more,
});
function prep(name: string, raw: Record<string, unknown>, item = 0): Task {
	const task = operations
		.find((operation) => operation.name === name)
		?.prepare({ orgId: ORG_ID, amountUnit: 'usd', options: {}, ...raw }, ownerKinds.org, item);
	if (!task || task instanceof Failure) throw new Error('The item was refused');
	return task;
}
const full = (cash: string, more: object = {}) =>
	replied(200, {
		monthly_credits_remaining: '0.00',
		pre_pay_cash_remaining: cash,
		pre_pay_credits_remaining: '0.00',
		...more,
	});

/** A Zoo with a state. */
function stateful(start: Record<string, string>) {
	const state = { ...start };
	const turn: Turn = (req) => {
		if (req.method === 'PUT') Object.assign(state, JSON.parse(req.body ?? '{}'));
		return replied(200, { ...state });
	};
	return { state, turns: Array.from({ length: 50 }, () => turn) };
}

test('a real adjustment is not computed from what a dry run of an earlier item came to', async () => {
	const { state, turns } = stateful({
		monthly_credits_remaining: '0.00',
		pre_pay_cash_remaining: '100.00',
		pre_pay_credits_remaining: '0.00',
	});
	const items = [
		prep('adjustBalance', { adjustFields: { prePayCashRemaining: '10' }, options: { dryRun: true } }, 0),
		prep('adjustBalance', { adjustFields: { prePayCashRemaining: '5' }, options: { dryRun: false } }, 1),
	];
	await runItems(items, setting(new ScriptedWorld(turns)));
	expect(state.pre_pay_cash_remaining).toBe('105.00');
});
test('onlyIf of a real write looks at Zoo’s balance', async () => {
	const { turns } = stateful({
		monthly_credits_remaining: '0.00',
		pre_pay_cash_remaining: '100.00',
		pre_pay_credits_remaining: '0.00',
	});
	const items = [
		prep('updateBalance', { updateFields: { prePayCashRemaining: '10' }, options: { dryRun: true } }, 0),
		prep(
			'updateBalance',
			{ updateFields: { prePayCashRemaining: '5' }, options: { onlyIf: { prePayCashRemaining: '100.00' } } },
			1,
		),
	];
	const r = await runItems(items, setting(new ScriptedWorld(turns)));
	expect(r[1]).not.toBeInstanceOf(Failure);
});

test('a Retry-After of 0 or in the past does not lead to a hot loop', async () => {
	const world = new ScriptedWorld(Array.from({ length: 5000 }, () => replied(429, {}, { retryAfter: '0' })));
	world.latency = 20;
	await new Exchange(world, { heldUntil: 0, stopped: false }, { timeout: 1000, retryFor: 60_000 })
		.read(readBalance(org))
		.catch(() => undefined);
	expect(world.requests.length).toBeLessThan(50);
});

test.each(['soon 60', 'wait 120', 'abc 5', 'Mon 5'])(
	'garbage in Retry-After (%s) is no date in the past, and a 503 with it is perhaps applied',
	(text) => {
		expect(readRetryAfter(text, Date.now())).toBeUndefined();
	},
);
test('a wait of more than nine digits is not cut short', () => {
	expect(readRetryAfter('9999999999', 0) ?? 0).toBeGreaterThan(3_600_000);
});
test('asctime dates are GMT', () => {
	expect(readRetryAfter('Sun Nov  6 08:49:37 2044', Date.UTC(2044, 10, 6, 8, 49, 0))).toBe(37_000);
});

test.each([501, 507, 520, 522, 524, 525, 599])(
	'a 5xx that no one listed (%d) is not sent again, and its outcome is looked up and else unknown',
	async (status) => {
		const world = new ScriptedWorld([replied(status), full('1.00')]);
		const [result] = await runItems(
			[prep('updateBalance', { updateFields: { prePayCashRemaining: '5' } })],
			setting(world),
		);
		expect(world.log).toEqual(['PUT', 'GET']);
		expect(result instanceof Failure && result.details.outcome).toBe('unknown');
	},
);

test('onlyIf holds for a resend too: a balance that moved is not overwritten', async () => {
	const world = new ScriptedWorld([
		full('100.00'),
		replied(429, {}, { retryAfter: '30' }),
		full('70.00'),
		full('5.00'),
		full('5.00'),
	]);
	await runItems(
		[
			prep('updateBalance', {
				updateFields: { prePayCashRemaining: '5' },
				options: { onlyIf: { prePayCashRemaining: '100.00' } },
			}),
		],
		setting(world),
	);
	expect(world.log).toEqual(['GET', 'PUT', 'wait 30000', 'GET']);
});
test('nor after a time-out', async () => {
	const world = new ScriptedWorld([full('100.00'), timedOut, full('70.00'), full('5.00')]);
	await runItems(
		[
			prep('updateBalance', {
				updateFields: { prePayCashRemaining: '5' },
				options: { onlyIf: { prePayCashRemaining: '100.00' } },
			}),
		],
		setting(world),
	);
	expect(world.log.filter((l) => l === 'PUT')).toHaveLength(1);
});

test('a reply with the amounts of both models is one of the chosen model', async () => {
	const both = {
		stable_api_credits_remaining: 100,
		stable_api_credits_remaining_monetary_value: 10,
		monthly_api_credits_remaining: 0,
		monthly_api_credits_remaining_monetary_value: 0,
		pre_pay_cash_remaining: null,
	};
	const world = new ScriptedWorld([
		replied(200, both),
		replied(200, { ...both, stable_api_credits_remaining_monetary_value: 15 }),
	]);
	const [r] = await runItems(
		[
			prep('adjustBalance', {
				balanceModel: 'apiCredits',
				adjustFields: { stableApiCreditsRemainingMonetaryValue: '5' },
			}),
		],
		setting(world),
	);
	expect(r).not.toBeInstanceOf(Failure);
});
test('amounts come out as decimal text though fields of the other model linger', () => {
	expect(
		readReply({ stable_api_credits_remaining_monetary_value: 10, pre_pay_cash_remaining: null }).balance,
	).toMatchObject({ stable_api_credits_remaining_monetary_value: '10.00' });
});
test('an empty name is no amount', () => expect(modelOf({ '': 1 })).toBeUndefined());

test('__proto__ in a reply confirms nothing', () => {
	const json = readJsonObject('{"__proto__":{"pre_pay_cash_remaining":"50.00"}}');
	const seen = json && compare([amountOf(cash, '50')], readReply(json).balance, prePay).confirmed;
	expect(seen ?? []).toEqual([]);
});
test('__proto__ in a reply is refused or kept', () => {
	const json = readJsonObject('{"__proto__":{"a":1},"pre_pay_cash_remaining":"1"}');
	expect(json === undefined || Object.keys(readReply(json).balance).includes('__proto__')).toBe(true);
});
test('a final no says nothing of a wait that an earlier attempt was asked for', async () => {
	const world = new ScriptedWorld([replied(429, {}, { retryAfter: '5' }), replied(403)]);
	const [r] = await runItems([prep('updateBalance', { updateFields: { prePayCashRemaining: '5' } })], setting(world));
	expect(r instanceof Failure && r.next).not.toContain('asked to wait');
});
test('a 404 for the token’s own organization does not send the user to a field that is not there', () => {
	const v = judge(replied(404), readJsonObject, 0);
	expect(
		v.kind === 'refused' &&
			notRead({ item: 0, owner: ownOrg }, v, { attempts: 0, askedToWait: undefined }, 'notRead').next,
	).not.toContain("'Organization ID'");
});
test.each([
	`https://zoo.dev/orgs/${ORG_ID}?next=%2Forgs%2F${USER_ID}`,
	`https://zoo.dev/orgs/${ORG_ID}/acme-${USER_ID}`,
	`https://zoo.dev/${ORG_ID}?u=a${USER_ID}`,
])('a URL with two UUIDs is refused: %s', (url) => {
	expect(readOwner(ownerKinds.org, url)).toBeInstanceOf(Refusal);
});
test('whole credits as text count as well: a rounded write is confirmed', () => {
	const c = compare(
		[amountOf(stableApi, '10')],
		{ stable_api_credits_remaining_monetary_value: '9.51', stable_api_credits_remaining: '19' },
		apiCredits,
	);
	expect(c.rounded).toBe(true);
});
test('the advice for an empty Max Amount does not tell to remove it to leave the balance untouched', () => {
	for (const v of ['', null, '-1']) {
		const refusal = readOptions({ maxAmount: v }, ['maxAmount'], prePay);
		expect(refusal instanceof Refusal && refusal.next).toBe('Give US dollars, e.g. 500.00, or remove the option.');
	}
});
test('sentAt of an adjustment is when the write was sent', async () => {
	const world = new ScriptedWorld([full('100.00'), full('105.00')]);
	world.latency = 5000;
	const [r] = await runItems([prep('adjustBalance', { adjustFields: { prePayCashRemaining: '5' } })], setting(world));
	expect(r).toMatchObject({ json: { confirmation: { sentAt: new Date(1_005_000).toISOString() } } });
});
test('a second pass after a difference that counts does not claim that the first got no answer', async () => {
	const context = {};
	const task = () =>
		prep('adjustBalance', { adjustFields: { prePayCashRemaining: '5' }, options: { onDifference: 'fail' } });
	await runItems(
		[task()],
		setting(new ScriptedWorld([full('100.00'), full('104.00')]), { ledger: openLedger(context, 0) }),
	);
	const [r] = await runItems(
		[task()],
		setting(new ScriptedWorld([full('104.00')]), { ledger: openLedger(context, 0) }),
	);
	expect(r instanceof Failure && r.what).not.toContain('got no answer');
});
test('a second pass does not add again what the first applied with a difference', async () => {
	const context = {};
	const add = (item: number, amount: string, onDifference: string) =>
		prep('adjustBalance', { adjustFields: { prePayCashRemaining: amount }, options: { onDifference } }, item);
	// 100, +5 written as 105, but Zoo (or somebody else) leaves 104; then -4 makes 100.
	const one = new ScriptedWorld([full('100.00'), full('104.00'), full('104.00'), full('100.00')]);
	await runItems([add(0, '5', 'fail'), add(1, '-4', 'warn')], setting(one, { ledger: openLedger(context, 0) }));
	const two = new ScriptedWorld([full('100.00'), full('105.00')]);
	await runItems([add(0, '5', 'fail'), add(1, '-4', 'warn')], setting(two, { ledger: openLedger(context, 0) }));
	expect(two.log.filter((l) => l === 'PUT')).toEqual([]);
});
test('a dry run of an adjustment that an earlier try has left in doubt sends nothing, and leaves it in doubt', async () => {
	const context = {};
	const add = (dryRun: boolean) =>
		prep('adjustBalance', { adjustFields: { prePayCashRemaining: '5' }, options: { dryRun, retryFor: 0 } });
	await runItems(
		[add(false)],
		setting(new ScriptedWorld([full('100.00'), timedOut, full('100.00')]), { ledger: openLedger(context, 0) }),
	);
	const world = new ScriptedWorld([full('100.00'), full('105.00')]);
	const [result] = await runItems([add(true)], setting(world, { ledger: openLedger(context, 0) }));
	expect(world.log).toEqual([]);
	expect(result instanceof Failure && result.details).toMatchObject({
		outcome: 'unknown',
		before: { pre_pay_cash_remaining: '100.00' },
	});
	expect(result instanceof Failure && result.details).not.toHaveProperty('dryRun');
});
test('an unknown outcome says how long Zoo asked to wait', async () => {
	const world = new ScriptedWorld([timedOut, full('1.00'), replied(429, {}, { retryAfter: '3600' }), full('1.00')]);
	const [r] = await runItems([prep('updateBalance', { updateFields: { prePayCashRemaining: '5' } })], setting(world));
	expect(r instanceof Failure && `${r.details.outcome} ${r.next}`).toMatch(/^unknown .*3600 seconds/);
});
test('an adjustment that has only read sends no write after another item has stopped the workflow', async () => {
	const traffic = { heldUntil: 0, stopped: false };
	const world = new ScriptedWorld([
		() => {
			traffic.stopped = true;
			return full('100.00');
		},
		full('105.00'),
	]);
	const exchange = new Exchange(world, traffic, { timeout: 1000, retryFor: 60_000 });
	const task = prep('adjustBalance', { adjustFields: { prePayCashRemaining: '5' } });
	await task.run({ exchange, lane: { preview: new Map() }, ledger: undefined });
	expect(world.log).toEqual(['GET']);
});
test.each([
	['   ', "'Payment Reference' is empty"],
	[Number.NaN, 'not text'],
	[Number.POSITIVE_INFINITY, 'not text'],
])('a reference of %p', (v, what) => {
	const r = readOptions({ reference: v }, ['reference'], prePay);
	expect(r instanceof Refusal && r.what).toContain(what);
});
test('space around a reference does not hide a repeat', () => {
	expect(readOptions({ reference: ' pi_1\n' }, ['reference'], prePay)).toMatchObject({ reference: 'pi_1' });
});
test.each(['localhost:3000', 'api.zoo.dev:443'])('a Base URL without https:// (%s) is told so', (v) => {
	expect(readBaseUrl(v)).toMatchObject({ what: expect.not.stringContaining('unencrypted') });
});
test('a field with a change of zero does not keep an adjustment from being sent again', async () => {
	const at = (m: string, c: string) =>
		replied(200, { monthly_credits_remaining: m, pre_pay_cash_remaining: c, pre_pay_credits_remaining: '0' });
	const world = new ScriptedWorld([at('10', '100'), timedOut, at('9', '100'), at('9', '105')]);
	const [r] = await runItems(
		[prep('adjustBalance', { adjustFields: { prePayCashRemaining: '5', monthlyCreditsRemaining: '0' } })],
		setting(world),
	);
	expect(r).not.toBeInstanceOf(Failure);
});
test.each(['1e2', '0100', '-0'])('onlyIf refuses %s as any amount', (v) => {
	expect(readOptions({ onlyIf: { prePayCashRemaining: v } }, ['onlyIf'], prePay)).toBeInstanceOf(Refusal);
});
test('an unreadable 200 to a read has the reason unreadableReply', () => {
	const v = judge(replied(200, '<html>'), readJsonObject, 0);
	expect(
		v.kind !== 'answered' && notRead({ item: 0 }, v, { attempts: 0, askedToWait: undefined }, 'notRead').details.reason,
	).toBe('unreadableReply');
});
test('a value without a JSON form can be shown', () =>
	expect(typeof shown({ toJSON: () => undefined })).toBe('string'));
test('misfits beyond five are counted', () => {
	expect(replyHints({ misfits: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })[0]).toMatch(/2 more/);
});
test('a text without a target in front starts a sentence', () => {
	expect(
		outcomeUnknown(
			{ item: 0 },
			undefined,
			'Look.',
			{ attempts: 1, askedToWait: undefined },
			{ target: { a: '1' }, now: {} },
		).next,
	).toMatch(/Look\. Target/);
});
test('canceled while waiting to retry is reported as canceled', async () => {
	const world = new ScriptedWorld([replied(429, {}, { retryAfter: '5' })]);
	world.onPause = () => {
		world.stopPressed = true;
	};
	const [r] = await runItems([prep('updateBalance', { updateFields: { prePayCashRemaining: '5' } })], setting(world));
	expect(r instanceof Failure && r.details.reason).toBe('canceled');
});
test('work that throws does not poison its key for the life of the process', async () => {
	await exclusively('poison', async () => await Promise.reject(new Error('x')), never).catch(() => undefined);
	for (let i = 0; i < 50; i += 1) await Promise.resolve();
	await expect(exclusively('poison', async () => await Promise.resolve(1), never)).resolves.toBe(1);
});
test('one item’s defect leaves the other items their results', async () => {
	const world = new ScriptedWorld([full('5.00')]);
	const throwing: Task = {
		...prep('updateBalance', { updateFields: { prePayCashRemaining: '5' } }),
		run: async () => await Promise.reject(new Error('x')),
	};
	const good = prep('updateBalance', { orgId: USER_ID, updateFields: { prePayCashRemaining: '5' } }, 1);
	const [first, second] = await runItems([throwing, good], setting(world));
	expect(first instanceof Failure && first.details).toMatchObject({ reason: 'unforeseen', outcome: 'notSent' });
	expect(second).toMatchObject({ wrote: true });
});

// Where a quiet slip would cost money or trust: odd replies, odd waits and odd inputs.

import { compare } from '../../nodes/ZooBilling/balance/confirm';
import { modelOf } from '../../nodes/ZooBilling/balance/fields';
import { ownerKinds, readOwner } from '../../nodes/ZooBilling/balance/owner';
import { readJsonObject, readReply } from '../../nodes/ZooBilling/balance/reply';
import { readOptions } from '../../nodes/ZooBilling/operations/options';
import { replyHints } from '../../nodes/ZooBilling/outcome/output';
import { Refusal, quoteValue } from '../../nodes/ZooBilling/text/refusal';
import { withLock } from '../../nodes/ZooBilling/pass/schedule';
import { readBaseUrl } from '../../nodes/ZooBilling/zoo/baseUrl';
import { RequestSession } from '../../nodes/ZooBilling/zoo/session';
import { readBalance } from '../../nodes/ZooBilling/zoo/request';
import { readRetryAfter } from '../../nodes/ZooBilling/zoo/retry';
import { amountOf, apiCredits, cash, org, ORG_ID, prePay, replied, ScriptedWorld, stableApi, USER_ID } from './given';

const never = new Promise<void>(() => undefined);

test('a Retry-After of 0 or in the past does not lead to a hot loop', async () => {
	const world = new ScriptedWorld(Array.from({ length: 5000 }, () => replied(429, {}, { retryAfter: '0' })));
	world.latency = 20;
	const traffic = { begunAt: 0, begunOn: 0, until: 0, byZoo: false, stopped: false };
	await new RequestSession(world, traffic, { timeout: 1000, retryFor: 60_000 }).read(readBalance(org));
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
		const refusal = readOptions({ maxAmount: v }, ['maxAmount']);
		expect(refusal instanceof Refusal && refusal.next).toBe('Give US dollars, e.g. 500.00, or remove the option.');
	}
});
test.each([
	['   ', "'Payment Reference' is empty"],
	[Number.NaN, 'not text'],
	[Number.POSITIVE_INFINITY, 'not text'],
])('a reference of %p', (v, what) => {
	const r = readOptions({ reference: v }, ['reference']);
	expect(r instanceof Refusal && r.what).toContain(what);
});
test('space around a reference does not hide a repeat', () => {
	expect(readOptions({ reference: ' pi_1\n' }, ['reference'])).toMatchObject({ reference: 'pi_1' });
});
test.each(['localhost:3000', 'api.zoo.dev:443'])('a Base URL without https:// (%s) is told so', (v) => {
	expect(readBaseUrl(v)).toMatchObject({ what: expect.not.stringContaining('unencrypted') });
});
test.each(['1e2', '0100', '-0'])('onlyIf refuses %s as any amount', (v) => {
	expect(readOptions({ onlyIf: { prePayCashRemaining: v } }, ['onlyIf'])).toBeInstanceOf(Refusal);
});
test('a value without a JSON form can be shown', () =>
	expect(typeof quoteValue({ toJSON: () => undefined })).toBe('string'));
test('misfits beyond five are counted', () => {
	expect(replyHints({ misfits: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })[0]).toMatch(/2 more/);
});
test('work that throws does not poison its key for the life of the process', async () => {
	await withLock('poison', async () => await Promise.reject(new Error('x')), never).catch(() => undefined);
	for (let i = 0; i < 50; i += 1) await Promise.resolve();
	await expect(withLock('poison', async () => await Promise.resolve(1), never)).resolves.toBe(1);
});

// A stored preview is read as strictly as any input: whatever is missing, malformed or contradicts itself is refused by its name.

import fc from 'fast-check';

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { readStored } from '../../nodes/ZooBilling/writing/storedPreview';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import { ORG_ID } from './given';

const good = {
	id: 'process-1',
	madeAt: '2026-11-23T16:27:13.033Z',
	orgId: ORG_ID,
	host: 'api.zoo.dev',
	resource: 'org',
	balanceModel: 'prePay',
	from: { pre_pay_cash_remaining: '10.00', pre_pay_credits_remaining: '1.00' },
	beside: { monthly_credits_remaining: '1.00' },
	updatedAt: '2026-11-23T16:27:13.012345Z',
	to: { pre_pay_cash_remaining: '15.00' },
	reference: 'pi_1',
};
const read = (value: unknown) => readStored(value, ownerKinds.org);
const { id, madeAt: _, orgId, ...rest } = good;

it.each<[string, unknown]>([
	['an object', good],
	['an item', { dryRun: true, preview: good }],
	['JSON text', JSON.stringify(good)],
	['an item as JSON text', JSON.stringify({ preview: good })],
])('%s is read', (_name, value) => {
	expect(read(value)).toEqual({ id, preview: { ...rest, ownerId: orgId } });
});

it('what is optional may be absent or null', () => {
	const preview = { resource: 'org', ownerId: ORG_ID, host: 'api.zoo.dev', balanceModel: 'prePay' };
	const { from, to } = good;
	for (const none of [undefined, null]) {
		expect(read({ ...good, reference: none, updatedAt: none, beside: none })).toEqual({
			id,
			preview: { ...preview, from, to, beside: {} },
		});
	}
});

it('amounts come to one spelling and one order, however they were stored', () => {
	const from = { pre_pay_credits_remaining: '1', pre_pay_cash_remaining: '10.0' };
	expect(JSON.stringify(read({ ...good, from }))).toBe(JSON.stringify(read(good)));
});

const cash = 'pre_pay_cash_remaining';

it.each<[string, unknown[]]>([
	['id', [undefined, null, '', 7, 'a\u200bb', 'x'.repeat(501)]],
	['madeAt', [undefined, '', 'yesterday', 0]],
	['host', [undefined, '', {}, 'api.zoo.dev\n']],
	['orgId', [undefined, '', 'acme', 7, `${ORG_ID}x`, '../../user']],
	['balanceModel', [undefined, 'other', 'toString', '__proto__', 'constructor', 7]],
	['from', [undefined, null, 'x', [], {}, { [cash]: null }, { [cash]: 10 }, { [cash]: 'ten' }, { nonsense: '1.00' }]],
	['to', [undefined, null, {}, { [cash]: '-1.00' }, { [cash]: '1e13' }]],
	['beside', ['x', { [cash]: '1.00' }, { nonsense: '1.00' }, JSON.parse('{"__proto__":"1.00"}')]],
	['email', ['kim@example.com', '', 7]],
	['updatedAt', ['yesterday', 7, {}]],
	['reference', ['', 7, 'pi_1\u200b']],
])('a bad %s is named', (name, values) => {
	for (const value of values) {
		expect(read({ ...good, [name]: value })).toMatchObject({
			what: `'Preview' is incomplete or at odds with itself: ${name}`,
			next: expect.stringMatching(/\.$/),
		});
	}
});

it.each(['10.00', '10.0'])('one that sets %s where it was 10.00 changes nothing', (amount) => {
	expect(read({ ...good, to: { [cash]: amount } })).toMatchObject({
		what: "'Preview' changes nothing: what it sets was there already",
		next: expect.stringMatching(/\.$/),
	});
});

it('one that changes one of two amounts is read', () => {
	const to = { [cash]: '10.00', pre_pay_credits_remaining: '2.00' };
	expect(read({ ...good, to })).toMatchObject({ preview: { to } });
});

it.each<[string, unknown, string]>([
	['nothing', null, 'A dry run that changes nothing has none.'],
	['an item without one', { dryRun: true, preview: null }, 'leave such dry runs out'],
	['what a dry run without changes put out, as text', '{"preview":null}', 'leave such dry runs out'],
])('%s is told from a broken one', (_name, value, next) => {
	expect(read(value)).toMatchObject({ next: expect.stringContaining(next) });
	expect(read(7)).toMatchObject({ next: expect.stringMatching(/as it was stored\.$/) });
});

it('a user has an address beside the ID, if it is one', () => {
	const { orgId: userId, ...others } = good;
	const readUser = (email: unknown) => readStored({ ...others, resource: 'user', userId, email }, ownerKinds.user);
	expect(readUser('kim@example.com')).toMatchObject({ preview: { ownerId: userId, email: 'kim@example.com' } });
	expect(readUser(undefined)).not.toHaveProperty('preview.email');
	for (const wrong of ['kim', ' kim@example.com', 'kim@example.com\n', ORG_ID, '<b>@example.com', 7, {}])
		expect(readUser(wrong)).toMatchObject({ what: "'Preview' is incomplete or at odds with itself: email" });
});

it('has nothing but what was stored', () => {
	const { reference: _r, updatedAt: _u, ...bare } = good;
	const { madeAt: _m, orgId: ownerId, id: _i, ...kept } = bare;
	expect(read(bare)).toStrictEqual({ id, preview: { ...kept, ownerId } });
});

it('is read up to a length that no real one has', () => {
	const text = JSON.stringify(good);
	expect(read(text.padEnd(20_000))).toEqual(read(good));
	expect(read(text.padEnd(20_001))).toBeInstanceOf(Refusal);
	expect(read({ ...good, id: 'x'.repeat(500) })).not.toBeInstanceOf(Refusal);
});

const credits = 'pre_pay_credits_remaining';

it.each<[string, object]>([
	['one of two amounts cannot be written', { to: { [cash]: '15.00', [credits]: '-1.00' } }],
	[
		'one of two amounts stands on both sides',
		{ to: { [cash]: '15.00', [credits]: '2.00' }, beside: { [cash]: '10.00' } },
	],
	['the model is a list of one', { balanceModel: ['prePay'] }],
])('is refused where %s', (_, parts) => {
	expect(read({ ...good, ...parts })).toBeInstanceOf(Refusal);
});

it('one for another resource is refused', () => {
	for (const resource of ['user', undefined, 'toString']) {
		expect(read({ ...good, resource })).toMatchObject({ what: expect.stringContaining('is for another resource') });
	}
	expect(readStored(good, ownerKinds.user)).toBeInstanceOf(Refusal);
});

it.each<[unknown]>([
	[undefined],
	[null],
	[''],
	['{'],
	['7'],
	[7],
	[[good]],
	[true],
	[' '.repeat(20_001)],
	['['.repeat(20_000)],
])('%# is no preview', (value) => {
	expect(read(value)).toMatchObject({ what: expect.stringContaining('is no preview') });
});

it('whatever comes in place of a property, it is read or refused, and never thrown', () => {
	const names = fc.constantFrom(...Object.keys(good));
	fc.assert(
		fc.property(fc.dictionary(names, fc.anything({ withBigInt: true, withDate: true }), { minKeys: 1 }), (parts) => {
			for (const value of [parts, { ...good, ...parts }, { preview: parts }]) {
				const result = read(value);
				if (result instanceof Refusal) expect(result.what).toMatch(/^'Preview' /);
				else expect(result.preview.ownerId).toBe(ORG_ID);
			}
		}),
		{ numRuns: 500 },
	);
});

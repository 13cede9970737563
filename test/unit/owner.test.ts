// Whose balance it is: UUIDs and pasted URLs that are accepted, and everything that is refused by the field's name.

import fc from 'fast-check';

import { identityOf, isUuid, ownerKinds, readOwner } from '../../nodes/ZooBilling/balance/owner';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import { readBalance } from '../../nodes/ZooBilling/zoo/request';
import { ORG_ID, USER_ID } from './given';

it.each<[string, string]>([
	['a UUID', ORG_ID],
	['a UUID in capitals', ORG_ID.toUpperCase()],
	['a UUID with space around it', ` \t${ORG_ID}\n`],
	['an https URL', `https://zoo.dev/orgs/${ORG_ID}`],
	['an http URL in capitals', `HTTP://ZOO.DEV/ORGS/${ORG_ID.toUpperCase()}/BILLING`],
	['a URL with the UUID in its query', `https://zoo.dev/billing?org=${ORG_ID}&tab=1`],
	['a URL with the UUID in its fragment', `https://zoo.dev/#/${ORG_ID}`],
	['a URL with the same UUID twice, in both cases', `https://zoo.dev/orgs/${ORG_ID}?id=${ORG_ID.toUpperCase()}`],
	['a URL with an underscore before it', `https://zoo.dev/org_${ORG_ID}`],
])('takes the ID from %s, in lower case', (_, value) => {
	expect(readOwner(ownerKinds.org, value)).toEqual({ kind: ownerKinds.org, id: ORG_ID });
});

it.each<[string, unknown, string]>([
	['no text', '', 'is empty'],
	['white space', '  \n', 'is empty'],
	['nothing from an expression', undefined, 'is empty'],
	['null', null, 'is empty'],
	['a name', 'acme', 'is not a UUID: "acme"'],
	['a UUID without hyphens', ORG_ID.replaceAll('-', ''), `is not a UUID: "${ORG_ID.replaceAll('-', '')}"`],
	['a UUID in braces', `{${ORG_ID}}`, `is not a UUID: "{${ORG_ID}}"`],
	['a UUID that is one digit short', ORG_ID.slice(1), `is not a UUID: "${ORG_ID.slice(1)}"`],
	['a UUID that is one digit long', `${ORG_ID}0`, `is not a UUID: "${ORG_ID}0"`],
	['a UUID with a digit that is none', ORG_ID.replace('6', 'g'), `is not a UUID: "${ORG_ID.replace('6', 'g')}"`],
	['a path', `/orgs/${ORG_ID}`, `is not a UUID: "/orgs/${ORG_ID}"`],
	['a URL of another kind', `ftp://zoo.dev/${ORG_ID}`, `is not a UUID: "ftp://zoo.dev/${ORG_ID}"`],
	['a path that climbs', `${ORG_ID}/../${USER_ID}`, `is not a UUID: "${ORG_ID}/../${USER_ID}"`],
	['two UUIDs', `${ORG_ID} ${ORG_ID}`, `is not a UUID: "${ORG_ID} ${ORG_ID}"`],
	['a URL without a UUID', 'https://zoo.dev/orgs/acme', 'is not a UUID: "https://zoo.dev/orgs/acme"'],
	['a URL with one digit more before the UUID', `https://a.b/c${ORG_ID}`, `is not a UUID: "https://a.b/c${ORG_ID}"`],
	['a URL with one digit more behind the UUID', `https://a.b/${ORG_ID}0`, `is not a UUID: "https://a.b/${ORG_ID}0"`],
	[
		'a URL with two UUIDs',
		`https://a.b/${ORG_ID}/${USER_ID}`,
		`is a URL with more than one UUID: "${`https://a.b/${ORG_ID}/${USER_ID}`.slice(0, 79)}…`,
	],
	['a text with a URL in it', `see https://a.b/${ORG_ID}`, `is not a UUID: "see https://a.b/${ORG_ID}"`],
	['a number', 5, 'is not text: 5'],
	['true', true, 'is not text: true'],
	['a list', [ORG_ID], `is not text: ["${ORG_ID}"]`],
	['an object', { id: 1 }, 'is not text: {"id":1}'],
])('refuses %s', (_, value, why) => {
	const owner = readOwner(ownerKinds.org, value);
	expect(owner).toBeInstanceOf(Refusal);
	expect(owner).toMatchObject({
		what: `'Organization ID' ${why}`,
		next: expect.stringContaining('Give the UUID of the organization, e.g. 7e29ccf7-8b3c-47db-8a17-bb53528382f4.'),
	});
});

it.each([
	['By ID', { __rl: true, mode: 'id', value: ORG_ID }],
	['By URL', { __rl: true, mode: 'url', value: `https://zoo.dev/orgs/${ORG_ID}` }],
	['By ID, though it holds a URL', { __rl: true, mode: 'id', value: ` https://zoo.dev/orgs/${ORG_ID} ` }],
	['By URL, though it holds an ID', { __rl: true, mode: 'url', value: ORG_ID.toUpperCase() }],
	['a mode of another version', { __rl: true, mode: 'list', value: ORG_ID, cachedResultName: 'Acme' }],
])('takes the ID from the editor’s locator, %s', (_, value) => {
	expect(readOwner(ownerKinds.org, value)).toEqual({ kind: ownerKinds.org, id: ORG_ID });
});

it.each<[string, unknown, string]>([
	['an empty locator', { __rl: true, mode: 'id', value: '' }, 'is empty'],
	['a locator without a value', { __rl: true, mode: 'id' }, 'is empty'],
	['a locator that holds a list', { __rl: true, mode: 'id', value: [1] }, 'is not text: [1]'],
	['a locator in a locator', { __rl: true, mode: 'id', value: { __rl: true, value: ORG_ID } }, 'is not text: {"__rl"'],
	['an object that looks like one', { mode: 'id', value: ORG_ID }, 'is not text: {"mode"'],
	[
		'a URL with two UUIDs, of which n8n would extract the first',
		{ __rl: true, mode: 'url', value: `https://zoo.dev/orgs/${ORG_ID}/users/${USER_ID}` },
		'is a URL with more than one UUID: ',
	],
	['an address, for an organization', 'kim@example.com', 'is not a UUID: "kim@example.com"'],
])('refuses %s', (_, value, why) => {
	expect(readOwner(ownerKinds.org, value)).toMatchObject({ what: expect.stringContaining(`'Organization ID' ${why}`) });
});

it.each([
	'kim@example.com',
	'Kim.O’Hara+zoo@Mail.Example.co',
	'müller@bücher.example',
	{ __rl: true, mode: 'email', value: ' kim@example.com\n' },
	{ __rl: true, mode: 'id', value: 'kim@example.com' },
])('takes %j for the e-mail address of a user', (value) => {
	const text = (typeof value === 'string' ? value : value.value).trim();
	expect(readOwner(ownerKinds.user, value)).toEqual({ kind: ownerKinds.user, id: undefined, email: text });
});

it.each([
	'kim',
	'kim@',
	'@example.com',
	'kim@example',
	'kim@ex@ample.com',
	'kim o@example.com',
	'kim@example.com/payment',
	'../kim@example.com',
	'kim@example.com?x=1',
	'kim%2F@example.com',
	'mailto:kim@example.com',
	'Kim <kim@example.com>',
	'kim@example.com, ada@example.com',
	'https://kim@example.com',
	`${'k'.repeat(250)}@example.com`,
])('does not take %j for one', (value) => {
	expect(readOwner(ownerKinds.user, value)).toMatchObject({
		what: expect.stringContaining(`'User ID' is neither a UUID nor an e-mail address: "`),
		next: expect.stringContaining('Give the UUID or the e-mail address of the user, e.g. '),
	});
});

it('takes an address of 254 characters and none that is longer', () => {
	const address = (length: number) => `${'k'.repeat(length - '@example.com'.length)}@example.com`;
	expect(readOwner(ownerKinds.user, address(254))).toMatchObject({ email: address(254) });
	expect(readOwner(ownerKinds.user, address(255))).toBeInstanceOf(Refusal);
});

it('takes a URL of two thousand characters and none that is longer', () => {
	const url = (length: number) => `https://zoo.dev/${ORG_ID}?`.padEnd(length, 'x');
	expect(readOwner(ownerKinds.org, url(2000))).toEqual({ kind: ownerKinds.org, id: ORG_ID });
	expect(readOwner(ownerKinds.org, url(2001))).toBeInstanceOf(Refusal);
});

it.each([
	[ORG_ID, true],
	[ORG_ID.toUpperCase(), true],
	['x'.repeat(ORG_ID.length), false],
	[` ${ORG_ID}`, false],
	[`${ORG_ID} `, false],
	[`https://zoo.dev/${ORG_ID}`, false],
])('knows of %j whether it is one UUID: %p', (text, isOne) => {
	expect(isUuid(text)).toBe(isOne);
});

it('names an owner by what is known of it, and by nothing else', () => {
	expect(identityOf({ kind: ownerKinds.user, id: USER_ID, email: 'kim@example.com' })).toStrictEqual({
		userId: USER_ID,
		userEmail: 'kim@example.com',
	});
	expect(identityOf({ kind: ownerKinds.org, id: undefined })).toStrictEqual({});
});

it('speaks of users where the resource is a user', () => {
	expect(readOwner(ownerKinds.user, 'x')).toMatchObject({
		what: `'User ID' is neither a UUID nor an e-mail address: "x"`,
		next: expect.stringContaining('the UUID or the e-mail address of the user'),
	});
	expect(readOwner(ownerKinds.user, USER_ID)).toEqual({ kind: ownerKinds.user, id: USER_ID });
});

it('lets nothing but one lower-case UUID into a path', () => {
	const uuid = fc.oneof(
		fc.uuid(),
		fc.uuid().map((id) => id.toUpperCase()),
	);
	const noise = fc.string({
		unit: fc.constantFrom('/', '?', '#', '&', '=', '.', '%', ' ', 'x', ':', '\n'),
		maxLength: 4,
	});
	const text = fc.oneof(
		fc.anything(),
		fc
			.tuple(fc.constantFrom('', 'https://', 'http://', 'https://zoo.dev/'), noise, uuid, noise, fc.oneof(uuid, noise))
			.map((parts) => parts.join('')),
	);
	fc.assert(
		fc.property(text, fc.constantFrom(...Object.values(ownerKinds)), (value, kind) => {
			const owner = readOwner(kind, value);
			if (owner instanceof Refusal) expect(owner.what).toContain(`'${kind.idLabel}' is `);
			else
				expect(readBalance(owner).path).toMatch(
					/^\/(orgs|users)\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\/payment\/balance$/,
				);
		}),
		{ numRuns: 1000 },
	);
});

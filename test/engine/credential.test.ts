// The Zoo API credential as n8n's Test button uses it: one request for what the token may read, and messages that reach the user.

import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN, MEMBER_TOKEN, SERVICE_ACCOUNT_TOKEN, UNKNOWN_TOKEN } from '../zoo-api/tokens';
import { loadPackage } from './harness';
import { testCredential } from './harness/credential-test';
import { startZoo, wire } from './zoo-run';

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

it.each([EMPLOYEE_TOKEN, MEMBER_TOKEN, ` ${MEMBER_TOKEN}\n`])(
	'passes with any token that Zoo knows, with one request (%#)',
	async (apiToken) => {
		expect(await testCredential({ credential: { apiToken, baseUrl: zoo.url } })).toMatchObject({ ok: true });
		expect(wire(zoo)).toEqual(['GET /user']);
		expect(zoo.requests[0]?.headers['authorization']).toBe(`Bearer ${apiToken.trim()}`);
	},
);

it('passes with a trailing slash and a pasted path in Base URL', async () => {
	expect(
		await testCredential({ credential: { apiToken: MEMBER_TOKEN, baseUrl: `${zoo.url}/docs/api/` } }),
	).toMatchObject({ ok: true });
	expect(wire(zoo)).toEqual(['GET /user']);
});

it('does not pass with a token that Zoo does not know', async () => {
	const { ok, message } = await testCredential({ credential: { apiToken: UNKNOWN_TOKEN, baseUrl: zoo.url } });
	expect(ok).toBe(false);
	expect(message).not.toContain(UNKNOWN_TOKEN);
});

it.each([SERVICE_ACCOUNT_TOKEN, ` \u200b${SERVICE_ACCOUNT_TOKEN}\n`])(
	'asks with the token of a service account for the balance of its organization (%#)',
	async (apiToken) => {
		expect(await testCredential({ credential: { apiToken, baseUrl: zoo.url } })).toMatchObject({ ok: true });
		expect(wire(zoo)).toEqual(['GET /org/payment/balance']);
		expect(zoo.requests[0]?.headers['authorization']).toBe(`Bearer ${SERVICE_ACCOUNT_TOKEN}`);
	},
);

it('asks for the user with a token that has svc- further inside', async () => {
	await testCredential({ credential: { apiToken: 'api-svc-1', baseUrl: zoo.url } });
	// n8n asks once more after a 401.
	expect(new Set(wire(zoo))).toEqual(new Set(['GET /user']));
});

describe.each([MEMBER_TOKEN, SERVICE_ACCOUNT_TOKEN, 'svc-unknown'])('with the token %s', (apiToken) => {
	it.each([
		[400, 'Copy it again, whole, or make a new one.'],
		[401, 'Check that it was copied whole and belongs to this Base URL.'],
		[403, 'Make a new one in your Zoo account, or ask an admin'],
		[404, 'this Base URL has no such call. Check both'],
	])('says what to do when Zoo answers %d', async (status, next) => {
		zoo.onRequest = () => ({ kind: 'status', status });
		const { ok, message } = await testCredential({ credential: { apiToken, baseUrl: zoo.url } });
		expect({ ok, message }).toEqual({ ok: false, message: expect.stringContaining(next) });
	});

	it('does not follow a redirect', async () => {
		await using other = await startZoo();
		zoo.failNext({ kind: 'redirect', status: 302, location: `${other.url}/user` });
		expect(await testCredential({ credential: { apiToken, baseUrl: zoo.url } })).toMatchObject({ ok: false });
		expect(other.requests).toEqual([]);
	});
});

it('does not carry the token to another host after a redirect', async () => {
	await using other = await startZoo();
	zoo.failNext({ kind: 'redirect', status: 302, location: `${other.url}/user` });
	expect(await testCredential({ credential: { apiToken: MEMBER_TOKEN, baseUrl: zoo.url } })).toMatchObject({
		ok: false,
	});
	expect(other.requests).toEqual([]);
});

it.each(['http://evil.example/x', 'https://', 'https://api.zoo.dev.evil.example/user', '//evil.example/x'])(
	'gives the token to no request that goes to %s',
	async (url) => {
		const { authenticate } = (await loadPackage()).credentialType('zooApi');
		if (typeof authenticate !== 'function') throw new Error('The credential does not authenticate by a function');
		await expect(authenticate({ apiToken: MEMBER_TOKEN, baseUrl: 'https://api.zoo.dev' }, { url })).rejects.toThrow(
			"does not go to 'Base URL' of the credential",
		);
		expect(
			await authenticate(
				{ apiToken: MEMBER_TOKEN, baseUrl: 'https://api.zoo.dev' },
				{ url: 'https://api.zoo.dev/user' },
			),
		).toMatchObject({ headers: { authorization: `Bearer ${MEMBER_TOKEN}` } });
	},
);

it('puts no second header beside one that a node brings along, in whatever spelling', async () => {
	const { authenticate } = (await loadPackage()).credentialType('zooApi');
	if (typeof authenticate !== 'function') throw new Error('The credential does not authenticate by a function');
	const { headers } = await authenticate(
		{ apiToken: MEMBER_TOKEN, baseUrl: 'https://api.zoo.dev' },
		{ url: 'https://api.zoo.dev/user', headers: { Authorization: 'Basic x', AUTHORIZATION: 'y', accept: 'z' } },
	);
	expect(headers).toEqual({ accept: 'z', authorization: `Bearer ${MEMBER_TOKEN}` });
});

it.each(['', ' \n', 'two words', 'two\u200bwords'])('tells the user that no token is like %j', async (apiToken) => {
	const { ok, message } = await testCredential({ credential: { apiToken, baseUrl: zoo.url } });
	expect({ ok, message }).toEqual({ ok: false, message: expect.stringContaining("'API Token' of the credential") });
	if (apiToken !== '') expect(message).not.toContain(apiToken);
	expect(zoo.requests).toEqual([]);
});

it.each([
	['http://api.zoo.dev', 'is plain http'],
	['zoo.dev', 'is not a URL'],
	['https://me:secret@api.zoo.dev', 'holds a user name or password'],
])('tells the user what is wrong with the Base URL %s', async (baseUrl, said) => {
	const { ok, message } = await testCredential({ credential: { apiToken: MEMBER_TOKEN, baseUrl } });
	expect({ ok, message }).toEqual({ ok: false, message: expect.stringContaining(said) });
	expect(message).toContain('https://api.zoo.dev');
});

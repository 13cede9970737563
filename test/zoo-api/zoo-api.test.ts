/** What the stand-in for Zoo promises to all other tests, over real sockets. */
import { checkAnswers, requestBreaches } from './conformance';
import { DOCUMENTED_BODY, DOCUMENTED_REPLY } from './documented';
import type { Fault } from './faults';
import { sampleInvoices } from './invoices';
import { isJsonObject } from './json';
import { ask, type Heard } from './raw-client';
import { startZooApi, type ZooApi, type ZooApiSettings } from './server';
import {
	ADMIN_TOKEN,
	EMPLOYEE_TOKEN,
	MEMBER_ORG_ID,
	MEMBER_TOKEN,
	MEMBER_USER_ID,
	SERVICE_ACCOUNT_TOKEN,
	UNKNOWN_TOKEN,
} from './tokens';

const ORG = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';
const OTHER_ORG = '3f0c1e52-6a4d-4b7e-9c8f-2d1b5a6e7f80';
const USER = 'b5d2a9c4-1e3f-4d6a-8b7c-9e0f1a2b3c4d';
const PATH = `/orgs/${ORG}/payment/balance`;
const CASH = 'pre_pay_cash_remaining';
const ONE = { [CASH]: '1' };
const STABLE = 'stable_api_credits_remaining_monetary_value';

let api: ZooApi;

async function start(settings: ZooApiSettings = {}): Promise<void> {
	api = await startZooApi({ onAnswer: checkAnswers(settings), ...settings });
	api.setBalance('org', ORG);
}

async function put(body: unknown, path = PATH): Promise<Heard> {
	return await ask(api.url, { method: 'PUT', path, body });
}

async function get(path = PATH, token?: string | null): Promise<Heard> {
	return await ask(api.url, { path, ...(token !== undefined && { token }) });
}

// Jest's matchers are of type any, which is kept out by giving them a type here.
const someText: unknown = expect.any(String);
const someNumber: unknown = expect.any(Number);
const textLike = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const having = (part: object): unknown => expect.objectContaining(part);

function parsed(text: string): Record<string, unknown> {
	const json: unknown = JSON.parse(text);
	if (!isJsonObject(json)) throw new Error(`Not a JSON object: ${text}`);
	return json;
}

function cash(): string | undefined {
	return api.amountsOf('org', ORG)[CASH];
}

afterEach(async () => {
	await api.close();
});

describe('the pre-pay model', () => {
	beforeEach(async () => await start());

	test('a write replaces the amounts that are in it and leaves the others alone', async () => {
		api.setBalance('org', ORG, { pre_pay_credits_remaining: '7', [CASH]: '1' });
		const { status, text } = await put({ [CASH]: '80.7' });
		expect(status).toBe(200);
		expect(text).toContain(`"${CASH}":"80.70"`);
		expect(api.amountsOf('org', ORG)).toEqual({
			monthly_credits_remaining: '0.00',
			pre_pay_cash_remaining: '80.70',
			pre_pay_credits_remaining: '7.00',
		});
	});

	test('the documented body is taken as it stands', async () => {
		await put(DOCUMENTED_BODY);
		expect(api.amountsOf('org', ORG)).toEqual(parsed(DOCUMENTED_BODY));
		expect(api.requests[0]?.body).toBe(DOCUMENTED_BODY);
	});

	test('the reply has every field of the documented one', async () => {
		const { text } = await get();
		expect(Object.keys(parsed(text))).toEqual(Object.keys(parsed(DOCUMENTED_REPLY)));
	});

	test('amounts may come as numbers and keep every digit', async () => {
		await put(`{"${CASH}":9999999999999.99}`);
		expect(cash()).toBe('9999999999999.99');
	});

	test.each(['{', '{}', '', '[]', '"1"', `{"${CASH}":true}`, `{"${CASH}":"1e3"}`, `{"${CASH}":"-1"}`])(
		'the body %s is refused and changes nothing',
		async (body) => {
			const { status, text } = await put(body);
			expect(status).toBe(400);
			expect(parsed(text)).toEqual({ message: someText, request_id: someText });
			expect(cash()).toBe('0.00');
		},
	);

	test('a body that is not called JSON is refused', async () => {
		const heard = await ask(api.url, { method: 'PUT', path: PATH, body: {}, contentType: 'text/plain' });
		expect(heard.status).toBe(400);
	});

	test('every write moves updated_at, and every reply has a call ID of its own', async () => {
		const replies = [await put({ [CASH]: '1' }), await put({ [CASH]: '1' })];
		const [first, second] = replies.map(({ text }) => String(parsed(text)['updated_at']));
		expect(Date.parse(second ?? '')).toBeGreaterThan(Date.parse(first ?? ''));
		expect(replies.map(({ headers }) => headers['x-api-call-id'])).toEqual(api.requests.map(({ callId }) => callId));
	});

	test('users have balances of the same kind', async () => {
		api.setBalance('user', USER, { [CASH]: '1' });
		await put({ [CASH]: '2' }, `/users/${USER}/payment/balance`);
		expect(api.amountsOf('user', USER)[CASH]).toBe('2.00');
	});

	test('an amount of the other model cannot be set by mistake', () => {
		expect(() => api.setBalance('org', ORG, { [STABLE]: '1' })).toThrow(STABLE);
	});
});

describe('the API-credits model', () => {
	test('amounts come and go as numbers, with whole credits beside them', async () => {
		await start({ model: 'apiCredits' });
		const { text } = await put(`{"${STABLE}":93.39}`);
		expect(text).toContain(`"${STABLE}":93.39`);
		expect(text).toContain('"stable_api_credits_remaining":9339');
		expect(text).toContain('"monthly_api_credits_remaining_monetary_value":0.0');
	});

	test('amounts as text are refused', async () => {
		await start({ model: 'apiCredits' });
		expect((await put({ [STABLE]: '93.39' })).status).toBe(400);
	});

	test('the documented body is ignored with a 200, as today', async () => {
		await start({ model: 'apiCredits' });
		const { status, text } = await put(DOCUMENTED_BODY);
		expect(status).toBe(200);
		expect(text).not.toContain(CASH);
		expect(Object.values(api.amountsOf('org', ORG))).toEqual(['0.00', '0.00']);
	});

	test('it can refuse what it does not know instead', async () => {
		await start({ model: 'apiCredits', unknownFields: 'refuse' });
		const { status, text } = await put(DOCUMENTED_BODY);
		expect(status).toBe(422);
		expect(text).toContain('monthly_credits_remaining');
	});

	test.each([
		['nearest', '10.00', '10.0015', 1205],
		['down', '10.00', '9.9932', 1204],
		['down', '9.9932', '9.9932', 1204],
	] as const)('rounding %s, %s is kept as %s: %d credits', async (creditRounding, asked, kept, credits) => {
		await start({ model: 'apiCredits', creditValue: '0.0083', creditRounding });
		const { text } = await put(`{"${STABLE}":${asked}}`);
		expect(api.amountsOf('org', ORG)[STABLE]).toBe(kept);
		expect(text).toContain(`"stable_api_credits_remaining":${credits}`);
	});

	test('the amount due is told only when it is asked for', async () => {
		await start({ model: 'apiCredits' });
		api.setBalance('org', ORG, { total_due: '4.50' });
		expect((await get()).text).toContain('"total_due":null');
		expect((await get(`${PATH}?include_total_due=true`)).text).toContain('"total_due":4.5');
		expect(api.requests.at(-1)).toMatchObject({ path: PATH, query: { include_total_due: 'true' } });
	});

	test('a reply can carry a client secret, and amounts as text', async () => {
		await start({ model: 'apiCredits', actionClientSecret: 'pi_made_up', amountsAs: 'text' });
		const { text } = await get();
		expect(text).toContain('"action_client_secret":"pi_made_up"');
		expect(text).toContain(`"${STABLE}":"0.00"`);
	});
});

describe('who may do what', () => {
	beforeEach(async () => await start());

	test.each([null, UNKNOWN_TOKEN])('the token %s is not let in', async (token) => {
		const { status, text } = await get(PATH, token);
		expect(status).toBe(401);
		expect(parsed(text)).toMatchObject({ error_code: 'unauthorized', request_id: someText });
	});

	test('a member reaches the balances of the token, and no balance by ID', async () => {
		expect((await get(PATH, MEMBER_TOKEN)).status).toBe(403);
		expect((await get('/org/payment/balance', MEMBER_TOKEN)).text).toContain(MEMBER_ORG_ID);
		expect((await get('/user/payment/balance', MEMBER_TOKEN)).text).toContain(MEMBER_USER_ID);
		expect(api.requests.at(-1)).toMatchObject({
			token: MEMBER_TOKEN,
			owner: { kind: 'user', id: MEMBER_USER_ID },
		});
	});

	test('an employee finds a user by ID and by e-mail address, a member nobody', async () => {
		api.setBalance('user', USER, { [CASH]: '3' });
		api.nameUser(USER, 'kim+zoo@example.com');
		for (const name of [USER, USER.toUpperCase(), 'KIM%2Bzoo@example.com']) {
			expect(parsed((await get(`/users/${name}`)).text)).toMatchObject({ id: USER, email: 'kim+zoo@example.com' });
			expect((await get(`/users/${name}/payment/balance`)).text).toContain('"pre_pay_cash_remaining":"3.00"');
		}
		expect((await get('/users/nobody@example.com')).status).toBe(404);
		expect((await get('/users/nobody@example.com/payment/balance')).status).toBe(404);
		expect((await get(`/users/${USER}`, MEMBER_TOKEN)).status).toBe(403);
	});

	test('any known token learns whose it is', async () => {
		expect((await get('/user')).status).toBe(200);
		expect((await get('/user', MEMBER_TOKEN)).text).toContain(MEMBER_USER_ID);
	});

	test.each([
		['GET', `/orgs/${OTHER_ORG}/payment/balance`, 404],
		['GET', '/orgs/not-a-uuid/payment/balance', 400],
		['GET', '/orgs', 404],
		['GET', '/org/invoices', 404],
		['POST', PATH, 405],
		['PUT', '/org/payment/balance', 405],
		['DELETE', '/user', 405],
	])('%s %s is answered with %d', async (method, path, status) => {
		expect((await ask(api.url, { method, path })).status).toBe(status);
	});

	test('IDs are the same in upper and lower case', async () => {
		expect((await get(`/orgs/${ORG.toUpperCase()}/payment/balance`)).status).toBe(200);
		expect(api.requests[0]?.owner).toEqual({ kind: 'org', id: ORG });
	});
});

describe('which calls there are', () => {
	test.each([PATH, `/users/${USER}/payment/balance`, `/users/${USER}`, '/org/payment/invoices', '/user'])(
		'OPTIONS %s is answered with 204 to anybody',
		async (path) => {
			await start();
			const { status, headers, text } = await ask(api.url, { method: 'OPTIONS', path, token: null });
			expect([status, text]).toEqual([204, '']);
			expect(headers['allow']).toMatch(/^GET.* OPTIONS$/);
		},
	);

	test('a host without the calls by ID answers 404 to all of them, and none to the others', async () => {
		await start({ withoutBalancesById: true });
		for (const method of ['OPTIONS', 'GET']) expect((await ask(api.url, { method, path: PATH })).status).toBe(404);
		expect((await put(ONE)).status).toBe(404);
		expect((await get('/org/payment/balance')).status).toBe(200);
	});
});

describe('invoices and subscription of the token', () => {
	const idsOn = (text: string) => (parsed(text)['items'] as Array<{ id: string }>).map(({ id }) => id);

	test('invoices come page by page, whatever is issued meanwhile, and each owner has its own', async () => {
		await start();
		const invoices = sampleInvoices(5);
		api.setInvoices('org', MEMBER_ORG_ID, invoices.slice(1));
		const first = await get('/org/payment/invoices?limit=2', ADMIN_TOKEN);
		api.setInvoices('org', MEMBER_ORG_ID, invoices);
		const token = encodeURIComponent(String(parsed(first.text)['next_page']));
		const second = await get(`/org/payment/invoices?page_token=${token}`, ADMIN_TOKEN);
		expect([...idsOn(first.text), ...idsOn(second.text)]).toEqual(invoices.slice(1).map(({ id }) => id));
		expect(parsed(second.text)['next_page']).toBeNull();
		expect(idsOn((await get('/user/payment/invoices', ADMIN_TOKEN)).text)).toEqual([]);
	});

	test('only an admin of the organization sees its invoices, and a service account is no user', async () => {
		await start();
		const statuses = async (path: string) =>
			await Promise.all(
				[MEMBER_TOKEN, ADMIN_TOKEN, EMPLOYEE_TOKEN, SERVICE_ACCOUNT_TOKEN].map(
					async (token) => (await get(path, token)).status,
				),
			);
		expect(await statuses('/org/payment/invoices')).toEqual([403, 200, 200, 403]);
		expect(await statuses('/org/payment/balance')).toEqual([200, 200, 200, 200]);
		expect(await statuses('/user')).toEqual([200, 200, 200, 403]);
	});

	test.each(['limit=0', 'limit=x', 'page_token=nowhere'])('%s is refused', async (query) => {
		await start();
		expect((await get(`/org/payment/invoices?${query}`)).status).toBe(400);
	});

	test.each(['prePay', 'apiCredits'] as const)(
		'the subscription is that of the balance, in the model %s',
		async (model) => {
			await start({ model });
			const balance = parsed((await get('/user/payment/balance')).text);
			expect(parsed((await get('/user/payment/subscriptions')).text)).toEqual(balance['subscription_details']);
		},
	);
});

describe('Zoo’s document', () => {
	test('an answer that departs from it makes the stand-in stumble', async () => {
		const settings = { model: 'apiCredits' } as const;
		const told = {
			status: 200,
			headers: {},
			body: () => '{"stable_api_credits_remaining":"5"}',
			tells: 'balance',
		} as const;
		await start(settings);
		await get();
		const [request] = api.requests;
		if (!request) throw new Error('There was a request');
		expect(() => checkAnswers(settings)(request, told)).toThrow(
			"must have required property 'created_at'; must have required property 'monthly_api_credits_remaining'",
		);
	});

	test.each([
		[{ path: PATH }, []],
		[{ path: '/orgs/me/payment/balance' }, ['GET /orgs/me/payment/balance is not published']],
		[{ path: '/user', method: 'PUT', body: ONE }, ['PUT /user is not published']],
		[{ path: PATH, token: null }, ['there is no bearer token']],
		[{ path: `${PATH}?include_total_due=1` }, ['the query has include_total_due=1']],
		[{ path: PATH, method: 'PUT', body: ONE }, []],
		[{ path: PATH, method: 'PUT', body: ONE, contentType: 'text/json' }, ['the content type is text/json']],
		[{ path: PATH, method: 'PUT', body: {} }, ['must NOT have fewer than 1 properties']],
		[{ path: PATH, method: 'PUT', body: { [STABLE]: 1 } }, ['must NOT have additional properties']],
	])('of the request %j it says %j', async (request, found) => {
		await start();
		await ask(api.url, request);
		expect(api.requests.flatMap((each) => requestBreaches(each, 'prePay'))).toEqual(found);
	});
});

describe('faults', () => {
	beforeEach(async () => await start());

	interface Case {
		readonly fault: Fault;
		/** Parts of what the client hears. */
		readonly heard: { readonly [part in keyof Heard]?: unknown };
	}

	const half = textLike(/^\{"created_at".*[^}]$/);
	const cases: Case[] = [
		{ fault: { kind: 'status', status: 500 }, heard: { status: 500, text: textLike(/request_id/) } },
		{
			fault: { kind: 'status', status: 429, headers: { 'retry-after': '7' }, body: { message: 'slow' } },
			heard: {
				status: 429,
				headers: having({ 'retry-after': '7' }),
				text: '{"message":"slow"}',
			},
		},
		{ fault: { kind: 'status', status: 503, body: 'busy' }, heard: { status: 503, text: 'busy' } },
		{ fault: { kind: 'delay', ms: 1 }, heard: { status: 200, text: textLike(/\}$/) } },
		{ fault: { kind: 'resetBeforeHeaders' }, heard: { text: '', cut: 'ECONNRESET' } },
		{ fault: { kind: 'resetMidBody' }, heard: { status: 200, text: half, cut: 'ECONNRESET' } },
		{ fault: { kind: 'brokenJson' }, heard: { status: 200, text: half } },
		{ fault: { kind: 'wrongShape' }, heard: { status: 200, text: '{"hello":1}' } },
		{ fault: { kind: 'wrongShape', json: [] }, heard: { status: 200, text: '[]' } },
		{
			fault: { kind: 'htmlPage' },
			heard: {
				status: 200,
				headers: having({ 'content-type': 'text/html' }),
				text: textLike(/^<!DOCTYPE html>/),
			},
		},
		{ fault: { kind: 'htmlPage', status: 502 }, heard: { status: 502 } },
		{
			fault: { kind: 'redirect', status: 307, location: 'http://elsewhere.invalid/' },
			heard: { status: 307, headers: having({ location: 'http://elsewhere.invalid/' }) },
		},
		{ fault: { kind: 'body', text: '{"a":1.0}' }, heard: { status: 200, text: '{"a":1.0}' } },
		{
			fault: { kind: 'edit', edit: (reply) => ({ only: reply[CASH] }) },
			heard: { status: 200, text: textLike(/^\{"only":"[07].00"\}$/) },
		},
	];

	describe.each(cases)('$fault', ({ fault, heard }) => {
		test('not applied: the client hears it and nothing changes', async () => {
			api.failNext({ ...fault, applied: false });
			expect(await put({ [CASH]: '7' })).toMatchObject(heard);
			expect(cash()).toBe('0.00');
			expect(api.requests[0]?.fault).toBe(fault.kind);
		});

		test('applied: the client hears the same and the amount changed', async () => {
			api.failNext({ ...fault, applied: true });
			expect(await put({ [CASH]: '7' })).toMatchObject(heard);
			expect(cash()).toBe('7.00');
		});

		test('applied late: the amount changes once the client has let go', async () => {
			api.failNext({ ...fault, applied: 'late' });
			const before = api.nextRequest().then(() => cash());
			await put({ [CASH]: '7' });
			expect(await before).toBe('0.00');
			await api.lateWritesApplied();
			expect(cash()).toBe('7.00');
		});
	});

	test.each([
		[false, '0.00', '0.00'],
		[true, '7.00', '7.00'],
		['late', '0.00', '7.00'],
	] as const)('a hang, applied: %s, lasts until the client gives up', async (applied, during, after) => {
		api.failNext({ kind: 'hang', applied });
		const patience = new AbortController();
		const arrived = api.nextRequest();
		const answer = ask(api.url, { method: 'PUT', path: PATH, body: { [CASH]: '7' }, signal: patience.signal });
		await arrived;
		expect(cash()).toBe(during);
		patience.abort();
		expect(await answer).toMatchObject({ cut: 'ABORT_ERR' });
		await api.noneOpen();
		await api.lateWritesApplied();
		expect(cash()).toBe(after);
	});

	test.each([
		[false, '0.00', '0.00'],
		[true, '7.00', '7.00'],
		['late', '0.00', '7.00'],
	] as const)('a stall, applied: %s, sends half a reply and then nothing', async (applied, during, after) => {
		api.failNext({ kind: 'stallMidBody', applied });
		const patience = new AbortController();
		const onData = (): void => {
			expect(cash()).toBe(during);
			patience.abort();
		};
		const answer = ask(api.url, {
			...{ method: 'PUT', path: PATH, body: { [CASH]: '7' } },
			signal: patience.signal,
			onData,
		});
		expect(await answer).toMatchObject({ status: 200, text: half, cut: someText });
		await api.noneOpen();
		await api.lateWritesApplied();
		expect(cash()).toBe(after);
	});

	test('unless it says so, only a delay and an edited reply let the write through', async () => {
		for (const { fault } of cases) {
			api.setBalance('org', ORG, { [CASH]: '0' });
			api.failNext(fault);
			await put({ [CASH]: '7' });
			expect([fault.kind, cash()]).toEqual([
				fault.kind,
				fault.kind === 'delay' || fault.kind === 'edit' ? '7.00' : '0.00',
			]);
		}
	});

	test('a late write can wait for the test to let it happen', async () => {
		api.failNext({ kind: 'status', status: 504, applied: 'late', lateByMs: Infinity });
		await put({ [CASH]: '7' });
		await put({ [CASH]: '8' });
		expect(cash()).toBe('8.00');
		expect(api.applyLateWrites()).toBe(1);
		expect(cash()).toBe('7.00');
	});

	test('what Zoo would have refused is not applied by a fault either', async () => {
		api.failNext({ kind: 'status', status: 500, applied: true });
		await ask(api.url, { method: 'PUT', path: PATH, token: MEMBER_TOKEN, body: { [CASH]: '7' } });
		expect(cash()).toBe('0.00');
	});

	test('a given reply stands in for the real one, and the write happens unless it is said not to', async () => {
		api.replyWith(DOCUMENTED_REPLY);
		expect((await put(DOCUMENTED_BODY)).text).toBe(DOCUMENTED_REPLY);
		expect(cash()).toBe('80.74');
		api.replyWith(
			(reply) => {
				delete reply[CASH];
			},
			{ applied: false },
		);
		const { status, text } = await put({ [CASH]: '1' });
		expect(status).toBe(200);
		expect(text).not.toContain(CASH);
		expect(cash()).toBe('80.74');
	});

	test('each fault finds the requests it was meant for, as many as it was meant for', async () => {
		api.setBalance('org', OTHER_ORG);
		api.failNext({ kind: 'status', status: 500 }, { method: 'PUT', ownerId: OTHER_ORG, times: 2 });
		api.failNext({ kind: 'status', status: 429 }, { path: PATH });
		const other = `/orgs/${OTHER_ORG}/payment/balance`;
		const statuses = [];
		for (const path of [other, PATH, PATH]) statuses.push((await get(path)).status);
		for (const path of [other, PATH, other, other]) statuses.push((await put(ONE, path)).status);
		expect(statuses).toEqual([200, 429, 200, 500, 200, 500, 200]);
	});

	test('a plan is asked when no queued fault wants the request', async () => {
		api.onRequest = ({ method }) => (method === 'PUT' ? { kind: 'status', status: 503 } : undefined);
		api.failNext({ kind: 'status', status: 500 });
		expect([(await put(ONE)).status, (await put(ONE)).status, (await get()).status]).toEqual([500, 503, 200]);
		api.clearFaults();
		expect((await put(ONE)).status).toBe(200);
	});
});

describe('keeping watch', () => {
	test('each request is noted with its line, headers, body and token', async () => {
		await start();
		await put('{ "x": 1 }', `${PATH}?a=b`);
		expect(api.requests).toEqual([
			having({
				method: 'PUT',
				target: `${PATH}?a=b`,
				path: PATH,
				query: { a: 'b' },
				headers: having({ 'content-type': 'application/json' }),
				body: '{ "x": 1 }',
				owner: { kind: 'org', id: ORG },
				token: EMPLOYEE_TOKEN,
				at: someNumber,
			}),
		]);
	});

	test('requests need not be kept', async () => {
		await start({ log: false });
		await get();
		expect(api.requests).toEqual([]);
	});

	test('writes that overlap are counted for each owner, requests in all', async () => {
		await start({ latencyMs: 20 });
		api.setBalance('org', OTHER_ORG);
		await Promise.all([put(ONE), put(ONE, `/orgs/${OTHER_ORG}/payment/balance`), get()]);
		expect([api.mostOpenWrites, api.mostOpenRequests]).toEqual([1, 3]);
		await Promise.all([put(ONE), put(ONE)]);
		expect(api.mostOpenWrites).toBe(2);
	});

	test('writes one after another never overlap', async () => {
		await start();
		for (let write = 0; write < 50; write++) await put(ONE);
		expect(api.mostOpenWrites).toBe(1);
	});
});

describe('closing', () => {
	test('ends hanging requests at once and forgets late writes', async () => {
		await start();
		api.failNext({ kind: 'hang', applied: 'late' });
		const arrived = api.nextRequest();
		const answer = put({ [CASH]: '7' });
		await arrived;
		await api.close();
		expect(await answer).toMatchObject({ cut: 'ECONNRESET' });
		await api.lateWritesApplied();
		expect(cash()).toBe('0.00');
	});

	test('tells when the stand-in itself stumbled', async () => {
		const stumbling = await startZooApi();
		stumbling.onRequest = () => {
			throw new Error('a plan with a hole');
		};
		await ask(stumbling.url, { path: '/user' });
		await expect(stumbling.close()).rejects.toThrow('a plan with a hole');
		await start();
	});
});

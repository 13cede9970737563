// The edge to n8n's HTTP helper: what its replies and errors become. The helper is played here; the engine tests cross real sockets.

import { Readable } from 'node:stream';

import type { IExecuteFunctions } from 'n8n-workflow';

import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import type { Sent } from '../../nodes/ZooBilling/zoo/retry';
import { connect, type Connection } from '../../nodes/ZooBilling/zoo/transport';

const TOKEN = 'made-up+token/of-the-test';

type Helper = (this: IExecuteFunctions) => Promise<unknown>;

async function connectedOr(
	helper: Helper,
	apiToken: string,
	signal?: AbortSignal,
	mode = 'trigger',
): Promise<Connection | Refusal> {
	const context = {
		getCredentials: async () => await Promise.resolve({ apiToken, baseUrl: 'https://zoo.test' }),
		getExecutionCancelSignal: () => signal,
		getMode: () => mode,
		getNode: () => ({ credentials: {} }),
		helpers: { httpRequestWithAuthentication: helper },
	};
	return await connect(context as unknown as IExecuteFunctions);
}

async function connected(helper: Helper, signal?: AbortSignal, token = TOKEN): Promise<Connection> {
	const connection = await connectedOr(helper, token, signal);
	if (connection instanceof Refusal) throw new Error(connection.what);
	return connection;
}

async function sentThrough(helper: Helper, timeout = 1000, token = TOKEN): Promise<Sent> {
	return await (await connected(helper, undefined, token)).send({ method: 'GET', path: '/' }, timeout);
}

const failing = async (code: string): Promise<Sent> =>
	await sentThrough(async () => await Promise.reject(Object.assign(new Error(`secret ${TOKEN}`), { code })));
const replying = async (body: string, headers: Record<string, string> = {}, token = TOKEN): Promise<Sent> =>
	await sentThrough(
		async () => await Promise.resolve({ statusCode: 200, headers, body: Readable.from([Buffer.from(body)]) }),
		1000,
		token,
	);

it('counts from before the credential was opened, by both clocks: opening it can take its time', async () => {
	let time = 1000;
	const clocks = [jest.spyOn(performance, 'now'), jest.spyOn(Date, 'now')].map((clock) =>
		clock.mockImplementation(() => time),
	);
	const context = {
		getCredentials: async () => {
			time += 60_000;
			return await Promise.resolve({ apiToken: TOKEN, baseUrl: 'https://zoo.test' });
		},
		getExecutionCancelSignal: () => undefined,
		getMode: () => 'trigger',
		getNode: () => ({ credentials: {} }),
	};
	const connection = await connect(context as unknown as IExecuteFunctions);
	for (const clock of clocks) clock.mockRestore();
	expect(connection).toMatchObject({ begunAt: 1000, begunOn: 1000 });
});

it.each([
	'CERT_HAS_EXPIRED',
	'CERT_NOT_YET_VALID',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'ERR_TLS_CERT_ALTNAME_INVALID',
])('%s is a certificate that was not accepted: nothing was sent, and nothing is sent again', async (code) => {
	expect(await failing(code)).toMatchObject({
		inDoubt: 'no',
		again: false,
		cause: 'the host’s certificate was not accepted: zoo.test',
		next: expect.stringContaining("Check 'Base URL'"),
	});
});

it.each([
	'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
	'ERR_SSL_WRONG_VERSION_NUMBER',
	'ERR_SSL_BAD_RECORD_TYPE',
	'EPROTO',
	'ECONNRESET',
	'EPIPE',
	'ECONNABORTED',
	'ESOMETHING',
])('%s may come after Zoo has the request', async (code) => {
	expect(await failing(code)).toMatchObject({ kind: 'noResponse', inDoubt: 'maybeApplied', again: true });
});

it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])(
	'%s comes before Zoo has the request, which is sent again',
	async (code) => {
		expect(await failing(code)).toMatchObject({ inDoubt: 'no', again: true });
	},
);

/** A token with everything that any spelling treats in a way of its own. */
const ODD_TOKEN = `made-up+token/"with\\all&of<them>%'`;
const code = (character: string) => character.charCodeAt(0);

it.each<[string, (token: string) => string]>([
	['as it is', (token) => token],
	['in JSON', (token) => JSON.stringify(token).slice(1, -1)],
	['in JSON with its slashes escaped', (token) => JSON.stringify(token).slice(1, -1).replaceAll('/', '\\/')],
	['in JSON within JSON', (token) => JSON.stringify(JSON.stringify(token)).slice(3, -3)],
	['in capital escapes', (token) => token.replace(/./g, (one) => `\\u00${code(one).toString(16).toUpperCase()}`)],
	['in small escapes', (token) => token.replace(/./g, (one) => `\\u00${code(one).toString(16)}`)],
	['in mixed escapes', (token) => token.replace(/[-/<]/g, (one) => `\\u00${code(one).toString(16)}`)],
	['percent-encoded', encodeURIComponent],
	['percent-encoded twice', (token) => encodeURIComponent(encodeURIComponent(token))],
	['percent-encoded in small letters', (token) => token.replace(/./g, (one) => `%${code(one).toString(16)}`)],
	['in HTML', (token) => token.replaceAll('&', '&#38;').replaceAll('<', '&#x3C;').replaceAll('"', '&#034;')],
])('a token that comes back %s is masked', async (_, spell) => {
	for (const token of [TOKEN, ODD_TOKEN]) {
		const sent = await replying(`{"message":"no luck for ${spell(token)}"}`, { location: spell(token) }, token);
		expect(sent).toMatchObject({ text: '{"message":"no luck for ***"}', location: '***' });
	}
});

it.each([` ${TOKEN}\n`, `\u200b${TOKEN}\ufeff`, `\u202a${TOKEN}\u00a0`])(
	'a token that was pasted with what nobody sees is masked as well (%#)',
	async (pasted) => {
		expect(await replying(`"${TOKEN}"`, {}, pasted)).toMatchObject({ text: '"***"' });
	},
);

it.each(['made up', 'made\nup', 'made\u200bup', ' \n ', '\u200b', 'made\u0000up', 'möde', 'x'.repeat(10_001)])(
	'a token that none can be is refused before anything is sent (%#)',
	async (token) => {
		const sent = jest.fn();
		const connection = await connectedOr(sent, token);
		expect(connection).toMatchObject({ what: expect.stringContaining("'API Token' of the credential is blank, or") });
		expect(JSON.stringify(connection)).not.toContain(token);
		expect(sent).not.toHaveBeenCalled();
	},
);

it('a token that stands where a header is cut is masked before', async () => {
	const sent = await replying('{}', { location: `https://elsewhere.test/${'x'.repeat(165)}${TOKEN}` });
	expect(sent).toMatchObject({ location: `https://elsewhere.test/${'x'.repeat(165)}***` });
});

it.each(['{"a":"\\u0022\\u005c"}', '{"a":"\\\\u002d"}', '{"a":"\\u20ac\\n"}'])('%s keeps its meaning', async (text) => {
	const sent = await replying(text);
	expect(sent.kind === 'response' && JSON.parse(sent.text)).toEqual(JSON.parse(text));
});

it('an execution that was canceled before the credential was open is canceled', async () => {
	const { cancel, canceled } = await connected(async () => await Promise.resolve({}), AbortSignal.abort());
	expect(canceled()).toBe(true);
	await cancel;
});

it.each([
	['at whatever length', ['{"a":', '"€'.slice(0, 2), '"}']],
	['with a byte order mark', ['\ufeff{"a":"€', '"}']],
])('a reply is read %s', async (_, parts) => {
	const bytes = Buffer.from(parts.join(''));
	const body = Readable.from(Array.from(bytes, (byte) => Buffer.of(byte)));
	const sent = await sentThrough(async () => await Promise.resolve({ statusCode: 200, headers: {}, body }));
	expect(sent).toMatchObject({ text: '{"a":"€"}' });
});

it.each([
	[1_000_000, true],
	[1_000_001, false],
])('a reply of %d bytes is read: %s', async (length, whole) => {
	const body = Readable.from([Buffer.alloc(length - 1, 'x'), Buffer.from('x'), Buffer.alloc(0)]);
	const sent = await sentThrough(async () => await Promise.resolve({ statusCode: 404, headers: {}, body }));
	expect(sent).toMatchObject({ status: 404, text: whole ? 'x'.repeat(length) : '' });
	expect(body.destroyed).toBe(true);
});

/** A helper that only ends when it is told to, as n8n's does. */
const endless: Helper = async function () {
	const signal = this.getExecutionCancelSignal();
	return await new Promise((_, reject) => {
		signal?.addEventListener('abort', () => reject(Object.assign(new Error(), { code: 'ERR_CANCELED' })));
	});
};

it('a request without a reply is let go when its time is over, whatever fraction of a millisecond that is', async () => {
	expect(await sentThrough(endless, 33.333)).toEqual({
		kind: 'noResponse',
		inDoubt: 'maybeApplied',
		again: true,
		cause: 'no reply came within the time-out',
	});
});

it('a request without a reply is let go when the execution is canceled', async () => {
	const stop = new AbortController();
	const { send } = await connected(endless, stop.signal);
	const sent = send({ method: 'PUT', path: '/' }, 300_000);
	stop.abort();
	expect(await sent).toMatchObject({ inDoubt: 'maybeApplied', cause: expect.stringContaining('was canceled') });
});

it('whatever goes wrong with a reply, its request is let go', async () => {
	let signal: AbortSignal | undefined;
	await sentThrough(async function () {
		signal = this.getExecutionCancelSignal();
		return await Promise.resolve({
			statusCode: 200,
			headers: {},
			body: { [Symbol.asyncIterator]: () => ({ next: async () => await Promise.reject(new Error()) }) },
		});
	});
	expect(signal?.aborted).toBe(true);
});

it.each([
	['n8n’s protection of internal addresses', { cause: { name: 'SsrfBlockedIpError' } }, 'n8n itself does not allow'],
	[
		'a handshake that never came to an end',
		{ cause: { code: 'ECONNRESET', ...shaking(true) } },
		'no secure connection',
	],
	[
		'plain words where TLS was expected',
		{ errorResponse: { code: 'EPROTO', ...shaking(true) } },
		'no secure connection',
	],
])('%s has kept the request back: nothing was sent, and nothing is sent again', async (_, error, cause) => {
	const sent = await sentThrough(async () => await Promise.reject(Object.assign(new Error(), error)));
	expect(sent).toMatchObject({
		kind: 'noResponse',
		inDoubt: 'no',
		again: false,
		cause: expect.stringContaining(cause),
	});
});

it.each([
	[
		'a connection that broke after the handshake',
		{ cause: { code: 'ECONNRESET', ...shaking(false) } },
		'maybeApplied',
		true,
	],
	['a refused connection that was to become a secure one', { code: 'ECONNREFUSED', ...shaking(true) }, 'no', true],
])('%s is told apart from one that broke before', async (_, error, inDoubt, again) => {
	const sent = await sentThrough(async () => await Promise.reject(Object.assign(new Error(), error)));
	expect(sent).toMatchObject({ inDoubt, again });
});

function shaking(secureConnecting: boolean) {
	return { request: { socket: { secureConnecting } } };
}

it('only somebody who watches in the editor is told of a host that nothing reaches after five seconds', async () => {
	const helper: Helper = async () => await Promise.resolve({});
	expect(await connectedOr(helper, TOKEN, undefined, 'manual')).toMatchObject({ patience: 5000 });
	expect(await connectedOr(helper, TOKEN, undefined, 'trigger')).not.toHaveProperty('patience');
});

it('a clock that is set back while an execution runs makes its waits no longer', async () => {
	const { ticks } = await connected(async () => await Promise.resolve({}));
	const before = ticks();
	jest.spyOn(Date, 'now').mockReturnValue(0);
	expect(ticks()).toBeGreaterThanOrEqual(before);
	jest.restoreAllMocks();
});

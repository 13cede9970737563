// The edge to n8n's HTTP helper: what its replies and errors become. The helper is played here; the engine tests cross real sockets.

import type { IExecuteFunctions } from 'n8n-workflow';

import { Refusal } from '../../nodes/ZooBilling/refusal';
import type { Sent } from '../../nodes/ZooBilling/zoo/retry';
import { connect, type Connection } from '../../nodes/ZooBilling/zoo/transport';

const TOKEN = 'made-up+token/of-the-test';

async function connected(helper: () => Promise<unknown>, signal?: AbortSignal): Promise<Connection> {
	const context = {
		getCredentials: async () => await Promise.resolve({ apiToken: TOKEN, baseUrl: 'https://zoo.test' }),
		getExecutionCancelSignal: () => signal,
		getNode: () => ({ credentials: {} }),
		helpers: { httpRequestWithAuthentication: helper },
	};
	const connection = await connect(context as unknown as IExecuteFunctions);
	if (connection instanceof Refusal) throw new Error(connection.what);
	return connection;
}

async function sentThrough(helper: () => Promise<unknown>): Promise<Sent> {
	return await (await connected(helper)).send({ method: 'GET', path: '/' }, 1000);
}

const failing = async (code: string): Promise<Sent> =>
	await sentThrough(async () => await Promise.reject(Object.assign(new Error(`secret ${TOKEN}`), { code })));
const replying = async (body: string, headers: Record<string, string> = {}): Promise<Sent> =>
	await sentThrough(async () => await Promise.resolve({ statusCode: 200, headers, body }));

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
		reached: 'no',
		again: false,
		cause: 'the host’s certificate was not accepted',
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
	expect(await failing(code)).toMatchObject({ kind: 'silence', reached: 'perhaps', again: true });
});

it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])(
	'%s comes before Zoo has the request, which is sent again',
	async (code) => {
		expect(await failing(code)).toMatchObject({ reached: 'no', again: true });
	},
);

it.each([
	['as it is', TOKEN],
	['in JSON escapes', TOKEN.replaceAll('-', '\\u002D')],
	['percent-encoded', encodeURIComponent(TOKEN)],
])('a token that comes back %s is masked', async (_, echo) => {
	expect(await replying(`{"message":"no luck for ${echo}"}`)).toMatchObject({ text: '{"message":"no luck for ***"}' });
});

it('a token that stands where a header is cut is masked before', async () => {
	const sent = await replying('{}', { location: `https://elsewhere.test/${'x'.repeat(165)}${TOKEN}` });
	expect(sent).toMatchObject({ location: `https://elsewhere.test/${'x'.repeat(165)}***` });
});

it.each(['{"a":"\\u0022\\u005c"}', '{"a":"\\\\u002d"}', '{"a":"\\u20ac\\n"}'])('%s keeps its meaning', async (text) => {
	const sent = await replying(text);
	expect(sent.kind === 'reply' && JSON.parse(sent.text)).toEqual(JSON.parse(text));
});

it('an execution that was canceled before the credential was open is canceled', async () => {
	const { cancel, canceled } = await connected(async () => await Promise.resolve({}), AbortSignal.abort());
	expect(canceled()).toBe(true);
	await cancel;
});

// The one file that talks to n8n's HTTP helper: one attempt, no redirects, no second sending, whatever happens a value.

import { sleep, type IExecuteFunctions, type IHttpRequestOptions, type IN8nHttpFullResponse } from 'n8n-workflow';

import { isRecord, Refusal } from '../refusal';
import { readBaseUrl } from './baseUrl';
import type { World } from './exchange';
import { presences } from './presence';
import type { ZooRequest } from './request';
import type { Sent } from './retry';

export interface ZooCredential {
	readonly apiToken: string;
	readonly baseUrl: string;
}

/** The wire, the clock and the stop button of one execution. */
export interface Connection extends World {
	/** The Zoo host. */
	readonly origin: string;
	/** Resolves when the execution is canceled. */
	readonly cancel: Promise<void>;
}

/** Opens the credential, once for all items: n8n would decrypt it again for every request. */
export async function connect(context: IExecuteFunctions): Promise<Connection | Refusal> {
	const credential = await context.getCredentials<ZooCredential>('zooApi').catch(() => undefined);
	if (!credential?.apiToken) {
		return new Refusal(
			'The Zoo API credential could not be opened',
			"Choose a 'Zoo API' credential in this node, and open it once to see that it has an 'API Token'.",
		);
	}
	const origin = readBaseUrl(credential.baseUrl);
	if (origin instanceof Refusal) return origin;
	const signal = context.getExecutionCancelSignal();
	const cancel = new Promise<void>((resolve) => {
		if (signal?.aborted) resolve();
		else signal?.addEventListener('abort', () => resolve(), { once: true });
	});
	const send = sender(context, credential, origin);
	return {
		origin,
		cancel,
		send,
		presence: presences(async (request) => await send(request, PROBE_TIMEOUT)),
		now: () => Date.now(),
		random: () => Math.random(),
		canceled: () => signal?.aborted ?? false,
		// n8n 2 ends its sleep on the signal; n8n 1 knows no signal there.
		pause: async (ms) => await Promise.race([sleep(ms, signal).catch(() => undefined), cancel]),
	};
}

/** Sends a request once; never throws. `timeout`: milliseconds. */
type Send = (request: ZooRequest, timeout: number) => Promise<Sent>;

function sender(context: IExecuteFunctions, credential: ZooCredential, origin: string): Send {
	const { id = null, name = '' } = context.getNode().credentials?.['zooApi'] ?? {};
	const credentialsDecrypted = { id: id ?? '', name, type: 'zooApi', data: { ...credential } };
	const token = credential.apiToken.trim() || '\0';
	const withoutToken = (text: string) =>
		plainEscapes(text).replaceAll(token, '***').replaceAll(encodeURIComponent(token), '***');
	return async ({ method, path, body }, timeout) => {
		const options: IHttpRequestOptions = {
			url: origin + path,
			headers: { Accept: 'application/json', ...(body !== undefined && { 'Content-Type': 'application/json' }) },
			...(body !== undefined && { body }),
			encoding: 'text',
			returnFullResponse: true,
			// Any status comes back as a value; without it the helper sends a request again after a 401.
			ignoreHttpStatusErrors: true,
			// The helper would send the token along to wherever a redirect points.
			disableFollowRedirect: true,
			timeout,
		};
		// n8n's types do not know OPTIONS, its helper does.
		Object.assign(options, { method });
		const sent = context.helpers.httpRequestWithAuthentication
			.call(context, 'zooApi', options, { credentialsDecrypted })
			.then((reply: IN8nHttpFullResponse) => received(reply, withoutToken), notReceived);
		return await inTime(sent, timeout + GRACE);
	};
}

/** Milliseconds; what the probe would tell is not worth a longer wait. */
const PROBE_TIMEOUT = 10_000;

/** The helper's own time-out ends a silence; a reply that trickles in, byte by byte, would never end. */
const GRACE = 1000;

async function inTime(sent: Promise<Sent>, timeout: number): Promise<Sent> {
	const overdue = AbortSignal.timeout(timeout);
	return await new Promise((resolve) => {
		// The helper cannot be made to let go, so another write would be open beside this one.
		const late = () => resolve({ kind: 'silence', reached: 'perhaps', again: false, cause: NO_REPLY });
		overdue.addEventListener('abort', late, { once: true });
		void sent.then((outcome) => {
			// What has listened to a signal keeps it, and its timer, in memory.
			overdue.removeEventListener('abort', late);
			resolve(outcome);
		});
	});
}

/** A text whose JSON escapes of printable characters are those characters, so that a token cannot hide behind them. */
function plainEscapes(text: string): string {
	if (!text.includes('\\u')) return text;
	return text.replace(/\\(?:u00([2-7][\da-f])|[^])/gi, (escape, hex: string | undefined) => {
		const character = hex === undefined ? '"' : String.fromCharCode(Number.parseInt(hex, 16));
		return character === '"' || character === '\\' ? escape : character;
	});
}

function received({ statusCode, headers, body }: IN8nHttpFullResponse, withoutToken: (text: string) => string): Sent {
	const headerText = (name: string) => {
		const value = headers[name];
		return typeof value === 'string' && value !== '' ? withoutToken(value).slice(0, 200) : undefined;
	};
	const retryAfter = headerText('retry-after');
	const callId = headerText('x-api-call-id');
	const location = headerText('location');
	return {
		kind: 'reply',
		status: statusCode,
		text: withoutToken(typeof body === 'string' ? body : ''),
		...(retryAfter !== undefined && { retryAfter }),
		...(callId !== undefined && { callId }),
		...(location !== undefined && { location }),
	};
}

/** Before a connection stands: nothing can have been applied. */
const unreachable: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'the connection was refused',
	ENOTFOUND: 'the host name was not found',
	EAI_AGAIN: 'the host name could not be looked up',
};

const NO_REPLY = 'no reply came within the time-out';

/** Codes of a certificate that was not accepted, before anything was sent. Others of TLS may come in mid-reply. */
const badCertificate = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_CERT_ALTNAME)/;

/** After it stands: anything may have happened. */
const interrupted: Readonly<Record<string, string>> = {
	ECONNABORTED: NO_REPLY,
	ETIMEDOUT: NO_REPLY,
	ECONNRESET: 'the connection was closed before the reply was complete',
	EPIPE: 'the connection was closed before the reply was complete',
	ERR_CANCELED: 'the execution was canceled while the request was under way',
};

function notReceived(error: unknown): Sent {
	const codes = codesOf(error);
	const known = (causes: Readonly<Record<string, string>>) =>
		codes.map((code) => causes[code]).find((cause) => cause !== undefined);
	const never = known(unreachable);
	if (never !== undefined) return { kind: 'silence', reached: 'no', again: true, cause: never };
	if (codes.some((code) => badCertificate.test(code))) {
		return { kind: 'silence', reached: 'no', again: false, cause: 'the host’s certificate was not accepted' };
	}
	const cause = known(interrupted) ?? 'the connection broke off before the reply was complete';
	return { kind: 'silence', reached: 'perhaps', again: true, cause };
}

/** Codes of an axios or socket error and of what it wraps; its texts are never used, they may hold the request. */
function codesOf(error: unknown, depth = 0): string[] {
	if (depth > 3 || !isRecord(error)) return [];
	const own = [error['code'], error['httpCode']].filter((code) => typeof code === 'string');
	return own.concat(codesOf(error['cause'], depth + 1));
}

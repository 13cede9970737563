// The one file that talks to n8n's HTTP helper: one attempt, no redirects, no second sending, whatever happens a value.

import { sleep, type IExecuteFunctions, type IHttpRequestOptions } from 'n8n-workflow';

import { isRecord, Refusal } from '../text/refusal';
import { sanitize } from '../text/words';
import { Attempt } from './attempt';
import { hostOf, readBaseUrl } from './baseUrl';
import type { Environment } from './session';
import { presences } from './presence';
import type { ZooRequest } from './request';
import type { Sent } from './retry';
import { notReceived, overdue } from './noResponse';
import { readToken, tokenMask } from './token';

export interface ZooCredential {
	readonly apiToken: string;
	readonly baseUrl: string;
}

/** The wire, the clock and the stop button of one execution. */
export interface Connection extends Environment {
	/** The tick at which the pass began, and the time in milliseconds since the epoch. */
	readonly begunAt: number;
	readonly begunOn: number;
	/** Where requests go. */
	readonly origin: string;
	/** The Zoo host in one spelling, to tell owners apart. */
	readonly host: string;
	/** Resolves when the execution is canceled. */
	readonly cancel: Promise<void>;
}

const NOT_OPENED = new Refusal(
	'The Zoo API credential could not be opened',
	"Choose a 'Zoo API' credential in this node, and open it once to see that it has an 'API Token'.",
);

/** Opens the credential, once for all items: n8n would decrypt it again for every request. */
export async function connect(context: IExecuteFunctions): Promise<Connection | Refusal> {
	// Opening a credential can take its time, which counts.
	const begunAt = performance.now();
	const begunOn = Date.now();
	const credential = await context.getCredentials<ZooCredential>('zooApi').catch(() => undefined);
	if (!credential?.apiToken) return NOT_OPENED;
	const origin = readBaseUrl(credential.baseUrl);
	if (origin instanceof Refusal) return origin;
	const token = readToken(credential.apiToken);
	if (token instanceof Refusal) return token;
	const signal = context.getExecutionCancelSignal();
	const cancel = aborted(signal);
	const send = sender(context, credential, origin, tokenMask(token));
	return {
		begunAt,
		begunOn,
		origin,
		host: hostOf(origin),
		cancel,
		send,
		presence: presences(async (request) => await send(request, PROBE_TIMEOUT)),
		now: () => Date.now(),
		ticks: () => performance.now(),
		random: () => Math.random(),
		...patienceOf(context),
		canceled: () => signal?.aborted ?? false,
		// n8n 2 ends its sleep on the signal; n8n 1 knows no signal there.
		pause: async (ms) => await Promise.race([sleep(ms, signal).catch(() => undefined), cancel]),
	};
}

/** Resolves when the execution is canceled. */
async function aborted(signal: AbortSignal | undefined): Promise<void> {
	await new Promise<void>((resolve) => {
		if (signal?.aborted) resolve();
		else signal?.addEventListener('abort', () => resolve(), { once: true });
	});
}

/** Milliseconds. */
const WATCHED_PATIENCE = 5_000;

/** Whoever waits in front of the editor has more likely mistyped the host than met it while it starts. */
function patienceOf(context: IExecuteFunctions): Pick<Environment, 'patience'> {
	return context.getMode() === 'manual' ? { patience: WATCHED_PATIENCE } : {};
}

/** Milliseconds; what the probe would tell is not worth a longer wait. */
const PROBE_TIMEOUT = 10_000;

/** Sends a request once; never throws. `timeout`: milliseconds, for the whole reply. */
type Send = (request: ZooRequest, timeout: number) => Promise<Sent>;

type Mask = (text: string) => string;

function sender(context: IExecuteFunctions, credential: ZooCredential, origin: string, mask: Mask): Send {
	const { id = null, name = '' } = context.getNode().credentials?.['zooApi'] ?? {};
	const { host } = new URL(origin);
	const credentialsDecrypted = { id: id ?? '', name, type: 'zooApi', data: { ...credential } };
	return async (request, timeout) => {
		const attempt = new Attempt(context.getExecutionCancelSignal(), timeout);
		const options = optionsFor(request, origin);
		try {
			const reply: unknown = await context.helpers.httpRequestWithAuthentication.call(
				attempt.contextOf(context),
				'zooApi',
				options,
				{ credentialsDecrypted },
			);
			if (!isRecord(reply)) return notReceived(reply, host);
			return received(reply, mask(await attempt.textOf(reply['body'])), mask);
		} catch (error) {
			return attempt.isOverdue ? overdue(error, attempt.isMoving) : notReceived(error, host);
		} finally {
			attempt.letGo();
		}
	};
}

function optionsFor({ method, path, body }: ZooRequest, origin: string): IHttpRequestOptions {
	const options: IHttpRequestOptions = {
		url: origin + path,
		headers: { Accept: 'application/json', ...(body !== undefined && { 'Content-Type': 'application/json' }) },
		...(body !== undefined && { body }),
		// The helper would buffer any other reply whole, however long it is.
		encoding: 'stream',
		returnFullResponse: true,
		// Any status comes back as a value; without it the helper sends a request again after a 401.
		ignoreHttpStatusErrors: true,
		// The helper would send the token along to wherever a redirect points.
		disableFollowRedirect: true,
	};
	// n8n's types do not know OPTIONS, its helper does.
	return Object.assign(options, { method });
}

function received({ statusCode, headers }: Record<string, unknown>, text: string, mask: Mask): Sent {
	const headerText = (name: string) => {
		const value = isRecord(headers) ? headers[name] : undefined;
		const words = typeof value === 'string' ? sanitize(mask(value), 200) : '';
		return words === '' ? undefined : words;
	};
	const retryAfter = headerText('retry-after');
	const callId = headerText('x-api-call-id');
	const location = headerText('location');
	return {
		kind: 'response',
		status: Number(statusCode),
		text,
		...(retryAfter !== undefined && { retryAfter }),
		...(callId !== undefined && { callId }),
		...(location !== undefined && { location }),
	};
}

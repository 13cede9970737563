// An attempt without a whole reply: what is known of it by the error, above all whether the request may have reached
// Zoo.

import { isRecord } from '../text/refusal';
import type { Sent } from './retry';

/** Before a connection stands: nothing can have been applied. What happened at which host, and what helps. */
const unreachable: Readonly<Record<string, readonly [cause: string, next: string]>> = {
	ECONNREFUSED: ['the connection was refused by', 'Check whether n8n’s network lets requests out to this host.'],
	ENOTFOUND: ['the host name was not found:', 'Check its spelling.'],
	EAI_AGAIN: ['the host name could not be looked up:', 'Try again; if it lasts, look at the DNS of n8n’s machine.'],
};

const CHECK_URL = "Check 'Base URL' in the Zoo API credential. ";

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

/** The time-out was over, and the connection is closed. A reply that still came in is not asked for again. */
export function overdue(error: unknown, moving: boolean): Sent {
	const inDoubt = layersOf(error).some(isBeforeTls) ? 'no' : 'maybeApplied';
	return { kind: 'noResponse', inDoubt, again: !moving, cause: NO_REPLY };
}

/** `host`: where the request was to go. */
export function notReceived(error: unknown, host: string): Sent {
	const layers = layersOf(error);
	const codes = layers.flatMap(({ code, httpCode }) => [code, httpCode]).filter((code) => typeof code === 'string');
	const known = <Known>(causes: Readonly<Record<string, Known>>) =>
		codes.map((code) => causes[code]).find((cause) => cause !== undefined);
	const never = (cause: string, next: string, again = false): Sent => ({
		kind: 'noResponse',
		inDoubt: 'no',
		again,
		cause: `${cause} ${host}`,
		next: `${CHECK_URL}${next}`,
	});
	const absent = known(unreachable);
	if (absent) return never(...absent, true);
	if (codes.some((code) => badCertificate.test(code)))
		return never('the host’s certificate was not accepted:', 'If it is right, make n8n’s Node trust the issuer.');
	if (layers.some(isBlocked))
		return never(
			'n8n itself does not allow requests to',
			'If it is right, have the host added to n8n’s allowed hosts.',
		);
	if (layers.some(isBeforeTls)) return never('no secure connection came about to', 'If it is right, try again later.');
	const cause = known(interrupted) ?? 'the connection broke off before the reply was complete';
	return { kind: 'noResponse', inDoubt: 'maybeApplied', again: true, cause };
}

type Layer = Readonly<Record<string, unknown>>;

/**
 * An n8n, axios or socket error and what it wraps, the outermost first; its texts are never passed on, they may hold
 * the request.
 */
function layersOf(error: unknown, depth = 0): Layer[] {
	if (depth > 4 || !isRecord(error)) return [];
	return [error, ...layersOf(error['cause'] ?? error['errorResponse'], depth + 1)];
}

/** n8n's protection of internal addresses has stopped the request. */
function isBlocked({ name }: Layer): boolean {
	return typeof name === 'string' && name.startsWith('SsrfBlocked');
}

/**
 * The request waits for a handshake that never came to an end, so not a byte of it was sent. n8n 1 keeps the texts
 * only.
 */
function isBeforeTls({ request, messages }: Layer): boolean {
	if (isRecord(request) && isRecord(request['socket'])) return request['socket']['secureConnecting'] === true;
	return Array.isArray(messages) && messages.some((text) => /before secure TLS connection/.test(String(text)));
}

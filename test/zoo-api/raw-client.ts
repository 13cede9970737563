/** A client that tells exactly what came over the wire, whole or cut off. */
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

import { EMPLOYEE_TOKEN } from './tokens';

export interface Ask {
	readonly method?: string;
	readonly path: string;
	/** The employee's by default; null sends none. */
	readonly token?: string | null;
	/** A string goes out as it is, anything else as JSON. */
	readonly body?: unknown;
	readonly contentType?: string;
	/** Lets go of the connection when aborted. */
	readonly signal?: AbortSignal;
	/** Called with each piece of the reply's body. */
	readonly onData?: () => void;
}

export interface Heard {
	/** Absent when no headers came. */
	readonly status?: number;
	readonly headers: IncomingHttpHeaders;
	readonly text: string;
	/** The network's code, when the reply was not whole: ECONNRESET, ABORT_ERR and the like. */
	readonly cut?: string;
}

export async function ask(baseUrl: string, { method = 'GET', path, ...rest }: Ask): Promise<Heard> {
	const { token = EMPLOYEE_TOKEN, body, contentType = 'application/json', signal } = rest;
	return await new Promise((resolve) => {
		const outgoing = request(new URL(path, baseUrl), {
			method,
			agent: false,
			headers: {
				...(token !== null && { authorization: `Bearer ${token}` }),
				...(body !== undefined && { 'content-type': contentType }),
			},
			...(signal && { signal }),
		});
		let answered = false;
		outgoing.on('error', (error) => {
			if (!answered) resolve({ headers: {}, text: '', cut: codeOf(error) });
		});
		outgoing.once('response', (incoming) => {
			answered = true;
			void listen(incoming, rest.onData).then(resolve);
		});
		outgoing.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
	});
}

async function listen(incoming: IncomingMessage, onData?: () => void): Promise<Heard> {
	const { statusCode: status = 0, headers } = incoming;
	let text = '';
	try {
		for await (const piece of incoming) {
			text += String(piece);
			onData?.();
		}
		return { status, headers, text };
	} catch (error) {
		return { status, headers, text, cut: codeOf(error) };
	}
}

function codeOf(error: unknown): string {
	// Not `instanceof Error`: what Node throws is of another realm than a jest test.
	return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

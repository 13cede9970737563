// Where Zoo is: the credential's Base URL, reduced to an origin that a token may be sent to.

import { Refusal } from '../text/refusal';

export const DEFAULT_BASE_URL = 'https://api.zoo.dev';

const LONGEST_URL = 2000;

/** The origin without path or trailing slash. Only https is accepted, and http on this machine for tests. */
export function readBaseUrl(value: unknown): string | Refusal {
	const text = typeof value === 'string' ? value.trim() : '';
	const next = `Open the Zoo API credential and set 'Base URL' to ${DEFAULT_BASE_URL}, or to the https address of your own Zoo host.`;
	const url = text.length > LONGEST_URL ? undefined : parsed(text);
	if (!url) return new Refusal("'Base URL' of the credential is not a URL", next);
	if (url.username || url.password)
		return new Refusal("'Base URL' of the credential holds a user name or password", next);
	if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url.origin;
	if (url.protocol === 'http:')
		return new Refusal("'Base URL' of the credential is plain http, which would send the token unencrypted", next);
	return new Refusal("'Base URL' of the credential is not an https address", next);
}

function parsed(text: string): URL | undefined {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}

function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** One spelling for one host, so that an owner is never taken for two. `origin`: what `readBaseUrl` returned. */
export function hostOf(origin: string): string {
	const { hostname, port } = new URL(origin);
	const name = isLoopback(hostname) ? 'localhost' : hostname.replace(/\.$/, '');
	return port === '' ? name : `${name}:${port}`;
}

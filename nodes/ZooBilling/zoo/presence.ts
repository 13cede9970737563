// What a 404 means: Zoo answers it for an unknown owner, and also where the host has no such endpoint; OPTIONS tells
// them apart.

import type { ZooRequest } from './request';
import type { Presence, Sent } from './retry';

/**
 * Asks about the endpoint of a request, once for each endpoint, whomever it is about. `send`: one attempt, never
 * twice.
 */
export function presences(send: (request: ZooRequest) => Promise<Sent>): (request: ZooRequest) => Promise<Presence> {
	const known = new Map<string, Promise<Presence>>();
	return async ({ path }) => {
		const [withoutQuery = ''] = path.split('?');
		const endpoint = withoutQuery.replace(/^(\/(?:orgs|users))\/[^/]+/, '$1/{id}');
		const presence = known.get(endpoint) ?? send({ method: 'OPTIONS', path: withoutQuery }).then(told);
		known.set(endpoint, presence);
		return await presence;
	};
}

/** Zoo publishes OPTIONS with 204 for every path that it has; any other answer may be that of a proxy. */
function told(sent: Sent): Presence {
	if (sent.kind === 'noResponse') return 'unclear';
	if (sent.status === 204) return 'there';
	return sent.status === 404 ? 'absent' : 'unclear';
}

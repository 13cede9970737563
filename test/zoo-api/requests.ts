/** What the stand-in notes about each request, and how a test picks out the ones it means. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import type { Owner } from './balances';
import type { Fault } from './faults';
import { holderOf } from './tokens';

export interface LoggedRequest {
	readonly method: string;
	/** As it stood in the request line, query included. */
	readonly target: string;
	readonly path: string;
	readonly query: Readonly<Record<string, string>>;
	readonly headers: IncomingHttpHeaders;
	/** The raw text. */
	readonly body: string;
	/** Whose balance, invoices or subscription the request is about; the ID is lower-cased. */
	readonly owner?: Owner;
	readonly token?: string;
	/** What a successful reply carries as X-Api-Call-Id. */
	readonly callId: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** The fault this request was met with. */
	fault?: Fault['kind'];
}

/** Every part that is given has to agree. */
export interface RequestMatch {
	readonly method?: string;
	readonly ownerId?: string;
	readonly path?: string;
}

export function matches(match: RequestMatch, request: LoggedRequest): boolean {
	return (
		(match.method === undefined || match.method === request.method) &&
		(match.ownerId === undefined || match.ownerId.toLowerCase() === request.owner?.id) &&
		(match.path === undefined || match.path === request.path)
	);
}

export function noteRequest(incoming: IncomingMessage, body: string): LoggedRequest {
	const target = incoming.url ?? '/';
	const { pathname, searchParams } = new URL(target, 'http://zoo.invalid');
	const token = bearerToken(incoming.headers.authorization);
	const owner = ownerIn(pathname, token);
	return {
		method: incoming.method ?? '',
		target,
		path: pathname,
		query: Object.fromEntries(searchParams),
		headers: incoming.headers,
		body,
		...(owner && { owner }),
		...(token !== undefined && { token }),
		callId: randomUUID(),
		at: Date.now(),
	};
}

function bearerToken(header: string | undefined): string | undefined {
	return /^Bearer (\S+)$/i.exec(header ?? '')?.[1];
}

export function ownerIn(path: string, token?: string): Owner | undefined {
	const [, plural, id] = /^\/(org|user)s\/([^/]+)\/payment\/balance$/.exec(path) ?? [];
	if (isOwnerKind(plural) && id !== undefined) return { kind: plural, id: decodeURIComponent(id).toLowerCase() };

	const [, own] = /^\/(org|user)\/payment\/\w+$/.exec(path) ?? [];
	const holder = holderOf(token);
	if (!isOwnerKind(own) || !holder) return undefined;
	const ownId = own === 'org' ? holder.orgId : holder.user?.id;
	return ownId === undefined ? undefined : { kind: own, id: ownId };
}

function isOwnerKind(text: string | undefined): text is Owner['kind'] {
	return text === 'org' || text === 'user';
}

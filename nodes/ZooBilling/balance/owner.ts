// Who owns a balance: an organization or a user, named by ID or by the token itself.

import { Refusal, shown } from '../refusal';

export interface OwnerKind {
	/** The value of 'Resource' that workflows store. */
	readonly name: 'org' | 'user';
	readonly label: string;
	/** The word for it in messages. */
	readonly noun: string;
	readonly idParameter: 'orgId' | 'userId';
	readonly idLabel: string;
	/** Path segments at the Zoo API, with an ID and without one. */
	readonly path: string;
	readonly ownPath: string;
}

export const ownerKinds = {
	org: {
		name: 'org',
		label: 'Org',
		noun: 'organization',
		idParameter: 'orgId',
		idLabel: 'Organization ID',
		path: '/orgs',
		ownPath: '/org',
	},
	user: {
		name: 'user',
		label: 'User',
		noun: 'user',
		idParameter: 'userId',
		idLabel: 'User ID',
		path: '/users',
		ownPath: '/user',
	},
} as const satisfies Record<string, OwnerKind>;

export interface Owner {
	readonly kind: OwnerKind;
	/** A lower-case UUID; undefined for the owner of the token. */
	readonly id: string | undefined;
}

/** Items of one owner by ID wait for each other. */
export function laneOf({ kind, id }: Owner): string {
	return `${kind.path}/${id ?? ''}`;
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const anywhere = new RegExp(uuid, 'gi');
const standingAlone = new RegExp(`(?<![0-9a-f])${uuid}(?![0-9a-f])`, 'i');

/** No pattern meets a longer text. */
const LONGEST_URL = 2000;

/** A UUID, or a pasted http(s) URL that has exactly one distinct UUID in it. */
export function readOwner(kind: OwnerKind, value: unknown): Owner | Refusal {
	const next = `Give the UUID of the ${kind.noun}, e.g. 7e29ccf7-8b3c-47db-8a17-bb53528382f4.`;
	const text = typeof value === 'string' ? value.trim() : value;
	if (text === undefined || text === null || text === '') {
		return new Refusal(
			`'${kind.idLabel}' is empty`,
			`${next} If it comes from an expression, check that this item has it.`,
		);
	}
	if (typeof text !== 'string') return new Refusal(`'${kind.idLabel}' is not text: ${shown(value)}`, next);
	return readId(kind, text, next);
}

function readId(kind: OwnerKind, text: string, next: string): Owner | Refusal {
	if (text.length > LONGEST_URL) return new Refusal(`'${kind.idLabel}' is not a UUID: ${shown(text)}`, next);
	const ids = idsIn(text);
	if (isUrl(text) && ids.size > 1)
		return new Refusal(`'${kind.idLabel}' is a URL with more than one UUID: ${shown(text)}`, next);
	const id = ids.size === 1 ? soleIdIn(text) : undefined;
	if (id === undefined) return new Refusal(`'${kind.idLabel}' is not a UUID: ${shown(text)}`, next);
	return { kind, id };
}

function isUrl(text: string): boolean {
	return /^https?:\/\//i.test(text);
}

/** Whatever looks like a UUID, each once, even within longer digits. */
function idsIn(text: string): Set<string> {
	return new Set((decoded(text).match(anywhere) ?? []).map((id) => id.toLowerCase()));
}

function soleIdIn(text: string): string | undefined {
	const [id] = standingAlone.exec(decoded(text)) ?? [];
	return id !== undefined && (isUrl(text) || text.length === id.length) ? id.toLowerCase() : undefined;
}

/** A URL may hide a second UUID behind percent signs. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

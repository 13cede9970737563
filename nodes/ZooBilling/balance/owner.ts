// Who owns a balance: an organization or a user, named by ID or by the token itself.

import { isRecord, Refusal, shown } from '../refusal';

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
	/** Whether Zoo finds them by e-mail address, too. */
	readonly byEmail: boolean;
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
		byEmail: false,
	},
	user: {
		name: 'user',
		label: 'User',
		noun: 'user',
		idParameter: 'userId',
		idLabel: 'User ID',
		path: '/users',
		ownPath: '/user',
		byEmail: true,
	},
} as const satisfies Record<string, OwnerKind>;

export interface Owner {
	readonly kind: OwnerKind;
	/** A lower-case UUID; undefined for the owner of the token, and while an address is still to be looked up. */
	readonly id: string | undefined;
	/** The e-mail address that the workflow named the owner by. */
	readonly email?: string;
}

/** An owner as items and failures name it: by ID, and by the e-mail address that was given. */
export function identityOf({ kind, id, email }: Owner): { orgId?: string; userId?: string; userEmail?: string } {
	return {
		...(id !== undefined && { [kind.idParameter]: id }),
		...(email !== undefined && { userEmail: email }),
	};
}

/** Items of one owner by ID wait for each other. */
export function laneOf({ kind, id }: Owner): string {
	return `${kind.path}/${id ?? ''}`;
}

/** Of nobody. */
export const EXAMPLE_ID = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const anywhere = new RegExp(uuid, 'gi');
/** Without what could mean anything else in a URL. */
const emailAddress = /^[^\s@/\\?#%:;,<>"'()[\]\p{C}]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u;
const LONGEST_EMAIL = 254;
const standingAlone = new RegExp(`(?<![0-9a-f])${uuid}(?![0-9a-f])`, 'i');

/**
 * A UUID, a pasted http(s) URL that has exactly one distinct UUID in it, or, for users, an e-mail address: as plain text or in
 * one of the editor's modes, which only advise.
 */
export function readOwner(kind: OwnerKind, given: unknown): Owner | Refusal {
	const value = isRecord(given) && given['__rl'] === true ? given['value'] : given;
	const next = kind.byEmail
		? `Give the UUID or the e-mail address of the ${kind.noun}, e.g. ${EXAMPLE_ID}.`
		: `Give the UUID of the ${kind.noun}, e.g. ${EXAMPLE_ID}.`;
	const text = typeof value === 'string' ? value.trim() : '';
	if (value === undefined || value === null || (typeof value === 'string' && text === '')) {
		return new Refusal(
			`'${kind.idLabel}' is empty`,
			`${next} If it comes from an expression, check that this item has it.`,
		);
	}
	if (typeof value !== 'string') return new Refusal(`'${kind.idLabel}' is not text: ${shown(value)}`, next);
	if (kind.byEmail && emailAddress.test(text) && text.length <= LONGEST_EMAIL)
		return { kind, id: undefined, email: text };
	const isUrl = /^https?:\/\//i.test(text);
	const found = new Set((decoded(text).match(anywhere) ?? []).map((id) => id.toLowerCase()));
	if (isUrl && found.size > 1)
		return new Refusal(`'${kind.idLabel}' is a URL with more than one UUID: ${shown(value)}`, next);
	const [id] = standingAlone.exec(decoded(text)) ?? [];
	if (id === undefined || found.size !== 1 || !(isUrl || text.length === id.length)) {
		const what = kind.byEmail ? 'is neither a UUID nor an e-mail address' : 'is not a UUID';
		return new Refusal(`'${kind.idLabel}' ${what}: ${shown(value)}`, next);
	}
	return { kind, id: id.toLowerCase() };
}

/** Whether a text is one UUID. */
export function isUuid(text: string): boolean {
	return standingAlone.exec(text)?.[0].length === text.length;
}

/** A URL may hide a second UUID behind percent signs. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

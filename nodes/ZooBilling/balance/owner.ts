// Who owns a balance: an organization or a user, named by ID or by the token itself.

import { isRecord, Refusal, quoteValue } from '../text/refusal';

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
export function ownerKeyOf({ kind, id }: Owner): string {
	return `${kind.path}/${id ?? ''}`;
}

/** The key of an owner in this process: an organization or user at one host. */
export function ownerAtHost(host: string, ownerKey = ''): string {
	return host + ownerKey;
}

/** Of nobody. */
export const EXAMPLE_ID = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const anywhere = new RegExp(uuid, 'gi');
/** Without what could mean anything else in a URL. */
const emailAddress = /^[^\s@/\\?#%:;,<>"'()[\]\p{C}]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u;
const LONGEST_EMAIL = 254;
const standingAlone = new RegExp(`(?<![0-9a-f])${uuid}(?![0-9a-f])`, 'i');

/** No pattern meets a longer text. */
const LONGEST_URL = 2000;

/**
 * A UUID, a pasted http(s) URL that has exactly one distinct UUID in it, or, for users, an e-mail address: as plain
 * text or in one of the editor's modes. Of a mode n8n checks fixed texts alone; the node looks at any text for itself.
 */
export function readOwner(kind: OwnerKind, given: unknown): Owner | Refusal {
	const { idLabel, byEmail } = kind;
	const value = unwrapped(given);
	const text = typeof value === 'string' ? value.trim() : (value ?? '');
	const next = nextFor(kind);
	if (text === '') {
		return new Refusal(`'${idLabel}' is empty`, `${next} If it comes from an expression, check that this item has it.`);
	}
	if (typeof text !== 'string') return new Refusal(`'${idLabel}' is not text: ${quoteValue(value)}`, next);
	if (byEmail && isEmail(text)) return { kind, id: undefined, email: text };
	return readId(kind, text, next);
}

function readId(kind: OwnerKind, text: string, next: string): Owner | Refusal {
	const { idLabel, byEmail } = kind;
	if (isUrl(text) && idsIn(text).size > 1) {
		return new Refusal(`'${idLabel}' is a URL with more than one UUID: ${quoteValue(text)}`, next);
	}
	const id = soleIdIn(text);
	if (id !== undefined) return { kind, id };
	const what = byEmail ? 'is neither a UUID nor an e-mail address' : 'is not a UUID';
	return new Refusal(`'${idLabel}' ${what}: ${quoteValue(text)}`, next);
}

/** What is in one of the editor's modes, or stands for itself. */
function unwrapped(given: unknown): unknown {
	return isRecord(given) && given['__rl'] === true ? given['value'] : given;
}

function nextFor({ noun, byEmail }: OwnerKind): string {
	return byEmail
		? `Give the UUID or the e-mail address of the ${noun}, e.g. ${EXAMPLE_ID}.`
		: `Give the UUID of the ${noun}, e.g. ${EXAMPLE_ID}.`;
}

function isEmail(text: string): boolean {
	return text.length <= LONGEST_EMAIL && emailAddress.test(text);
}

function isUrl(text: string): boolean {
	return /^https?:\/\//i.test(text);
}

/** Whatever looks like a UUID, each once, even within longer digits. */
function idsIn(text: string): Set<string> {
	if (text.length > LONGEST_URL) return new Set();
	return new Set((decoded(text).match(anywhere) ?? []).map((id) => id.toLowerCase()));
}

function soleIdIn(text: string): string | undefined {
	if (idsIn(text).size !== 1) return undefined;
	const [id] = standingAlone.exec(decoded(text)) ?? [];
	return id !== undefined && (isUrl(text) || text.length === id.length) ? id.toLowerCase() : undefined;
}

/** Whether a text is one UUID. */
export function isUuid(text: string): boolean {
	return text.length === EXAMPLE_ID.length && standingAlone.test(text);
}

/** A URL may hide a second UUID behind percent signs. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

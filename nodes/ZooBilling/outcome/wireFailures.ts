// Failures of the wire: a request that was turned down, got no reply, or was not sent at all.

import type { Owner, OwnerKind } from '../balance/owner';
import type { Subject } from './subject';
import type { NotSent, Unanswered } from '../zoo/session';
import { isZoosOwn, type NoAnswer, type Presence, type Reported, type ZooWords } from '../zoo/retry';
import {
	failure,
	NOTHING_SENT,
	NOTHING_WRITTEN,
	SAFE,
	type Outcome,
	type Reason,
	type Tries,
	type Failure,
} from './failure';

const READ_AGAIN = 'Reading again is safe.';

/** A read that did not work. */
export function notRead(subject: Subject, last: Unanswered, tries: Tries): Failure {
	if (last.kind !== 'notSent') {
		return turnedDown({ subject, last, tries }, 'notRead', `Nothing was read: ${last.cause}`, READ_AGAIN);
	}
	const { reason, cause, next } = unsentBecause[last.why];
	const text = `${waitAsked(tries)}${next} ${READ_AGAIN}`;
	return failure(subject, { reason, outcome: 'notRead', what: `Not read, because ${cause}`, next: text });
}

/** The read that a write has to make first did not work. */
export function notLooked(subject: Subject, last: Unanswered, tries: Tries): Failure {
	if (last.kind === 'notSent') return notSent(subject, last.why, tries);
	const safe = `The balance has to be read before it is written. ${SAFE}`;
	return turnedDown({ subject, last, tries }, 'notSent', `The balance was not read: ${last.cause}`, safe);
}

/** A write that was not applied. */
export function notApplied(subject: Subject, last: Unanswered, tries: Tries): Failure {
	if (last.kind === 'notSent') return notSent(subject, last.why, tries);
	const count = tries.attempts > 1 ? ` (${tries.attempts} attempts)` : '';
	const what = `The balance was not changed: ${last.cause}${count}`;
	return turnedDown({ subject, last, tries }, tries.attempts > 0 ? 'notApplied' : 'notSent', what, SAFE);
}

/** A user who could not be looked up by e-mail address, whether to be read or written. */
export function notLookedUp(subject: Subject, last: Unanswered, tries: Tries): Failure {
	const { outcome, safe } = readingFor(subject);
	if (last.kind === 'notSent')
		return outcome === 'notRead' ? notRead(subject, last, tries) : notLooked(subject, last, tries);
	return turnedDown({ subject, last, tries }, outcome, `The user was not looked up: ${last.cause}`, safe);
}

/** What a read that fails leaves of its item: nothing read, or nothing written where it came before a write. */
function readingFor({ asked }: Subject): { readonly outcome: 'notRead' | 'notSent'; readonly safe: string } {
	return asked === undefined ? { outcome: 'notRead', safe: READ_AGAIN } : { outcome: 'notSent', safe: NOTHING_WRITTEN };
}

interface TurnedDown {
	readonly subject: Subject;
	readonly last: NoAnswer;
	readonly tries: Tries;
}

function turnedDown({ subject, last, tries }: TurnedDown, outcome: Outcome, what: string, safe: string): Failure {
	const meaning = last.again || last.inDoubt === 'maybeApplied' ? undefined : meaningOf(last, subject);
	return failure(subject, {
		reason: meaning?.reason ?? (last.stale ? 'staleReply' : reasonOf(last.status)),
		outcome,
		what: meaning?.what ?? what,
		next: `${waitAsked(tries)}${meaning?.next ?? furtherStep(last, tries)}${safe}`,
		reported: last,
		attempts: tries.attempts,
	});
}

/** What helps where Zoo has given no final no. */
function furtherStep({ next, stale, status }: NoAnswer, { askedToWait }: Tries): string {
	if (askedToWait !== undefined) return '';
	if (next !== undefined) return `${next} `;
	if (stale) return 'Run it again in a while; if it lasts, tell Zoo’s support. ';
	if (status === undefined) return 'Run it again; if it lasts, look at the network between n8n and Zoo. ';
	return status < 400 ? CHECK_URL : 'Run it again in a while; if it lasts, ask Zoo’s support. ';
}

const CHECK_URL = "Check 'Base URL' in the Zoo API credential, and what stands between n8n and Zoo. ";

function reasonOf(status: number | undefined): Reason {
	if (status === undefined || (status >= 300 && status < 400)) return 'unreachable';
	return status < 300 ? 'unreadableReply' : 'unavailable';
}

export function waitAsked({ askedToWait }: Tries): string {
	if (askedToWait === undefined) return '';
	return `Zoo asked to wait ${Math.ceil(askedToWait / 1000)} seconds; try again after that. `;
}

interface Meaning {
	readonly reason: Reason;
	readonly what?: string;
	readonly next: string;
}

/** Zoo's document is missing: a firewall or the like has said it, and knows nothing of tokens and rights. */
const NOT_ZOO: Meaning = {
	reason: 'unavailable',
	what: 'Something in front of Zoo let nothing through',
	next: "It was not Zoo that answered. Try again later; if it stays so, check 'Base URL' in the Zoo API credential, and what stands between n8n and Zoo. ",
};

/** What a final no means, and what to do about it. */
function meaningOf(reported: Reported, subject: Subject): Meaning {
	const { owner } = subject;
	const { status = 0, zoo, endpoint } = reported;
	if (status === 401 || status === 403) return isZoosOwn(reported) ? notLetIn(status, subject) : NOT_ZOO;
	if (status === 400 && isAboutToken(zoo)) return tokenRefused(owner);
	if (status === 404 && owner) return notFound(owner, endpoint);
	if (status < 400) return { reason: 'unreachable', next: "Check 'Base URL' in the Zoo API credential. " };
	const next =
		"Zoo would refuse the same request again: change what it objects to; if it does not know the fields, 'Get Balance' shows which ones it has. ";
	return { reason: 'refusedByZoo', next };
}

/** Zoo answers 400, too, when it could not authenticate. */
function isAboutToken({ message = '' }: ZooWords = {}): boolean {
	return /authenticat/i.test(message);
}

function notLetIn(status: 401 | 403, subject: Subject): Meaning {
	return status === 401 ? tokenRefused(subject.owner) : noRight(subject);
}

function tokenRefused(owner: Owner | undefined): Meaning {
	const next = `Check 'API Token' and 'Base URL' in the Zoo API credential. ${rightsFor(owner)}`;
	return { reason: 'tokenRefused', what: 'Zoo did not accept the API token', next };
}

function noRight(subject: Subject): Meaning {
	const [reason, whose] = isGiven(subject.owner)
		? (['employeeTokenNeeded', rightsFor(subject.owner)] as const)
		: (['tokenRefused', ownRightFor(subject)] as const);
	return { reason, what: 'The API token has no right to do this', next: `Use another Zoo API credential. ${whose}` };
}

function rightsFor(owner: Owner | undefined): string {
	if (!isGiven(owner)) return '';
	const own = openTo[owner.kind.name](`'Get Own ${owner.kind.label} Balance'`);
	return `Balances by ID need the token of a Zoo employee. ${own}`;
}

/** Who reaches what is the token's own, by whose it is. */
const openTo: Readonly<Record<OwnerKind['name'], (what: string) => string>> = {
	org: (what) => `${what} works with the token of any member or service account of the organization. `,
	user: (what) => `${what} works with the token of any user, which a service account is not. `,
};

function ownRightFor({ owner, needsAdmin }: Subject): string {
	if (needsAdmin) return 'This works with the token of an admin of the organization only. ';
	return owner ? openTo[owner.kind.name]('This') : '';
}

/** Whether the owner was named, and is not just the token's own. */
function isGiven(owner: Owner | undefined): owner is Owner {
	return owner !== undefined && (owner.id ?? owner.email) !== undefined;
}

const WITHDRAWN = 'Zoo has withdrawn this call, and nothing but another host or an update of this node helps. ';

/** A 404: the owner is unknown, or the host has no such endpoint; where nobody could tell which, both are said. */
function notFound(owner: Owner, endpoint: Presence = 'unclear'): Meaning {
	const { noun, idLabel } = owner.kind;
	const what = isGiven(owner) ? `'${idLabel}'` : `that the token’s user has an ${noun}`;
	const check = `Check ${what}, and 'Base URL' in the credential. `;
	const meanings: Readonly<Record<Presence, Meaning>> = {
		there: { reason: 'ownerUnknown', what: `Zoo does not know this ${noun}`, next: check },
		absent: {
			reason: 'endpointMissing',
			what: 'This Zoo host has no such endpoint (any more)',
			next: `It is not about this ${noun}. If 'Base URL' in the credential is right, ${WITHDRAWN}`,
		},
		unclear: {
			reason: 'ownerOrEndpointUnknown',
			what: `Zoo does not know this ${noun}, or this host has no such endpoint (any more)`,
			next: `${check}If both are right, ${WITHDRAWN}`,
		},
	};
	return meanings[endpoint];
}

export const unsentBecause = {
	canceled: {
		reason: 'canceled',
		cause: 'the execution was canceled',
		next: 'Run the workflow again for the items that are left.',
	},
	stopped: {
		reason: 'stopped',
		cause: 'another item did not go through',
		next: 'Correct that item, then run the workflow again for the items that are left.',
	},
	expired: {
		reason: 'previewExpired',
		cause: "'Valid For' is over",
		next: 'Preview it anew.',
	},
	held: { reason: 'heldBack', cause: 'Zoo asked all requests to wait', next: 'Try again later.' },
} as const;

/** A write whose turn never came, or did not come again. */
export function notSent(subject: Subject, why: NotSent['why'], tries: Tries): Failure {
	const { reason, cause, next } = unsentBecause[why];
	const { outcome, what, state } = heldUp(cause, tries);
	const { attempts } = tries;
	return failure(subject, { reason, outcome, what, next: `${waitAsked(tries)}${next} ${state}`, attempts });
}

function heldUp(cause: string, { attempts, hasSent }: Tries) {
	if (attempts > 0) return { outcome: 'notApplied', what: `Not sent again, because ${cause}`, state: SAFE } as const;
	// A look was sent all the same.
	if (hasSent) return { outcome: 'notSent', what: `Not written, because ${cause}`, state: NOTHING_WRITTEN } as const;
	return { outcome: 'notSent', what: `Not sent, because ${cause}`, state: NOTHING_SENT } as const;
}

/** A reply to a read that holds no amount of any balance model. `outcome`: `notSent` when a write had to look first. */
export function noBalance(subject: Subject, reported: Reported, outcome: 'notRead' | 'notSent'): Failure {
	return failure(subject, {
		reason: 'unreadableReply',
		outcome,
		what: 'Zoo answered, but without any amount of a balance',
		next: `Check 'Base URL' in the Zoo API credential. ${outcome === 'notRead' ? READ_AGAIN : NOTHING_WRITTEN}`,
		reported,
	});
}

/** A reply to a read that is not what was asked for. `what`: what it lacks, such as `a list of invoices`. */
export function unreadable(subject: Subject, what: string, reported: Reported): Failure {
	const { outcome, safe } = readingFor(subject);
	return failure(subject, {
		reason: 'unreadableReply',
		outcome,
		what: `Zoo answered, but without ${what}`,
		next: `Check 'Base URL' in the Zoo API credential. ${safe}`,
		reported,
	});
}

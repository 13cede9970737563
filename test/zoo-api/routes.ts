/** What Zoo would answer to a request, told without doing it yet: a fault may come before or after. */
import type { Balance, Balances, Owner, OwnerKind } from './balances';
import type { Invoices } from './invoices';
import type { People } from './people';
import { refusal, type Refusal } from './refusals';
import { balanceReply, subscriptionReply, userReply, type ReplyStyle } from './replies';
import type { LoggedRequest } from './requests';
import { holderOf, type TokenHolder } from './tokens';
import { readWrite, type WriteRules } from './writes';

export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	/** Makes the write happen; absent when there is nothing to write. */
	readonly effect?: () => void;
	/** The text of the reply, as the balance stands when it is asked for. */
	readonly body: () => string;
	/** What a reply that grants something tells of; absent for refusals. */
	readonly tells?: 'user' | 'balance' | 'invoices' | 'subscription';
}

export interface Routing {
	readonly balances: Balances;
	readonly invoices: Invoices;
	readonly people: People;
	readonly reply: ReplyStyle;
	readonly writes: WriteRules;
	/** Whether the calls that take an ID are gone, as they are from Zoo's newest client. */
	readonly withoutBalancesById: boolean;
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

interface Route {
	readonly methods: readonly string[];
	/** Whom Zoo lets do it, of those whose token it knows. */
	readonly may: (holder: TokenHolder) => boolean;
	readonly answer: (request: LoggedRequest, holder: TokenHolder, routing: Routing) => Answer;
}

export function answerTo(request: LoggedRequest, routing: Routing): Answer {
	const route = routeTo(request.path, routing);
	if (!route) return refusing(refusal(404));
	// Zoo publishes it for every path, and a browser sends it without a token.
	if (request.method === 'OPTIONS') return { status: 204, headers: { allow: allowed(route) }, body: () => '' };
	const holder = holderOf(request.token);
	if (!holder) return refusing(refusal(401));
	if (!route.methods.includes(request.method)) return refusing(refusal(405), { allow: allowed(route) });
	if (!route.may(holder)) return refusing(refusal(403));
	return route.answer(request, holder, routing);
}

function allowed({ methods }: Route): string {
	return [...methods, 'OPTIONS'].join(', ');
}

function routeTo(path: string, { withoutBalancesById }: Routing): Route | undefined {
	if (path === '/user') return { methods: ['GET'], may: isUser, answer: ownUser };
	if (/^\/users\/[^/]+$/.test(path)) return { methods: ['GET'], may: isEmployee, answer: anyUser };
	if (/^\/(org|user)s\/[^/]+\/payment\/balance$/.test(path) && !withoutBalancesById)
		return { methods: ['GET', 'PUT'], may: isEmployee, answer: balance };
	const [, kind, own] = /^\/(org|user)\/payment\/(balance|invoices|subscriptions)$/.exec(path) ?? [];
	const answer = { balance, invoices: invoicesOf, subscriptions: subscriptionOf }[own ?? ''];
	const ofOrg = own === 'invoices' ? isAdmin : isMember;
	return answer && { methods: ['GET'], may: kind === 'org' ? ofOrg : isUser, answer };
}

const isEmployee = ({ employee }: TokenHolder) => employee;
const isAdmin = ({ role }: TokenHolder) => role === 'admin';
/** Service accounts are members, too. */
const isMember = () => true;
const isUser = ({ user }: TokenHolder) => user !== undefined;

function ownUser(request: LoggedRequest, holder: TokenHolder, { people }: Routing): Answer {
	const id = holder.user?.id;
	if (id === undefined) return refusing(refusal(403));
	return granting(request, 'user', () => userReply(id, people.emailOf(id)));
}

function anyUser(request: LoggedRequest, _holder: TokenHolder, { people, balances }: Routing): Answer {
	const named = decodeURIComponent(request.path.slice('/users/'.length));
	const id = UUID.test(named) ? named.toLowerCase() : people.idOf(named);
	if (id === undefined || !balances.find({ kind: 'user', id })) return unknown('user', named);
	return granting(request, 'user', () => userReply(id, people.emailOf(id)));
}

function balance(request: LoggedRequest, _holder: TokenHolder, routing: Routing): Answer {
	const owner = identified(request.owner, routing.people);
	if (!owner) return refusing(refusal(400, 'bad parameter in URL path: UUID parsing failed'));
	const found = routing.balances.find(owner);
	if (!found) return unknown(owner.kind, owner.id);
	return request.method === 'PUT'
		? writeAnswer(found, request, routing)
		: granting(request, 'balance', replyOf(found, request, routing));
}

/** An owner by UUID; a user may be named by an e-mail address, too. */
function identified(owner: Owner | undefined, people: People): Owner | undefined {
	if (!owner || UUID.test(owner.id)) return owner;
	if (owner.kind === 'org') return undefined;
	return { ...owner, id: people.idOf(owner.id) ?? owner.id };
}

function unknown(kind: OwnerKind, id: string): Answer {
	return refusing(refusal(404, `There is no ${kind} with the ID ${id}`));
}

function invoicesOf(request: LoggedRequest, _holder: TokenHolder, { invoices }: Routing): Answer {
	const page = request.owner && invoices.page(request.owner, request.query);
	return page === undefined
		? refusing(refusal(400, 'bad parameter in query: limit or page_token'))
		: granting(request, 'invoices', () => page);
}

function subscriptionOf(request: LoggedRequest, _holder: TokenHolder, { reply }: Routing): Answer {
	return granting(request, 'subscription', () => subscriptionReply(reply));
}

function writeAnswer(found: Balance, request: LoggedRequest, routing: Routing): Answer {
	const write = readWrite(request.body, request.headers['content-type'], routing.writes);
	if (!write.ok) return refusing(write.refusal);
	return {
		...granting(request, 'balance', replyOf(found, request, routing)),
		effect: () => routing.balances.write(found, write.amounts),
	};
}

function replyOf(found: Balance, request: LoggedRequest, routing: Routing): () => string {
	return () => balanceReply(found, routing.reply, request.query['include_total_due'] === 'true');
}

function granting(request: LoggedRequest, tells: NonNullable<Answer['tells']>, body: () => string): Answer {
	return {
		status: 200,
		headers: { 'content-type': 'application/json', 'x-api-call-id': request.callId },
		body,
		tells,
	};
}

function refusing(refused: Refusal, headers: Record<string, string> = {}): Answer {
	return {
		status: refused.status,
		headers: { 'content-type': 'application/json', ...headers },
		body: () => refused.body,
	};
}

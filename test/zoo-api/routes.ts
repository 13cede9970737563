/** What Zoo would answer to a request, told without doing it yet: a fault may come before or after. */
import { balanceReply, userReply, type ReplyStyle } from './replies';
import type { Balance, Balances, Owner } from './balances';
import { refusal, type Refusal } from './refusals';
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
}

export interface Routing {
	readonly balances: Balances;
	readonly reply: ReplyStyle;
	readonly writes: WriteRules;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function answerTo(request: LoggedRequest, routing: Routing): Answer {
	const holder = holderOf(request.token);
	if (!holder) return refusing(refusal(401));
	if (request.path === '/user') {
		return request.method === 'GET' ? granting(request, () => userReply(holder)) : notAllowed('GET');
	}
	if (!request.owner) return refusing(refusal(404));
	return answerAbout(request.owner, request, holder, routing);
}

function answerAbout(owner: Owner, request: LoggedRequest, holder: TokenHolder, routing: Routing): Answer {
	const ofToken = request.path.startsWith(`/${owner.kind}/`);
	const methods = ofToken ? ['GET'] : ['GET', 'PUT'];
	if (!methods.includes(request.method)) return notAllowed(methods.join(', '));
	if (!UUID.test(owner.id)) return refusing(refusal(400, 'bad parameter in URL path: UUID parsing failed'));
	if (!ofToken && !holder.employee) return refusing(refusal(403));

	const balance = routing.balances.find(owner);
	if (!balance) return refusing(refusal(404, `There is no ${owner.kind} with the ID ${owner.id}`));
	return request.method === 'PUT'
		? writeAnswer(balance, request, routing)
		: granting(request, replyOf(balance, request, routing));
}

function writeAnswer(balance: Balance, request: LoggedRequest, routing: Routing): Answer {
	const write = readWrite(request.body, request.headers['content-type'], routing.writes);
	if (!write.ok) return refusing(write.refusal);
	return {
		...granting(request, replyOf(balance, request, routing)),
		effect: () => routing.balances.write(balance, write.amounts),
	};
}

function replyOf(balance: Balance, request: LoggedRequest, routing: Routing): () => string {
	return () => balanceReply(balance, routing.reply, request.query['include_total_due'] === 'true');
}

function granting(request: LoggedRequest, body: () => string): Answer {
	return {
		status: 200,
		headers: { 'content-type': 'application/json', 'x-api-call-id': request.callId },
		body,
	};
}

function refusing(refused: Refusal, headers: Record<string, string> = {}): Answer {
	return {
		status: refused.status,
		headers: { 'content-type': 'application/json', ...headers },
		body: () => refused.body,
	};
}

function notAllowed(allow: string): Answer {
	return refusing(refusal(405), { allow });
}

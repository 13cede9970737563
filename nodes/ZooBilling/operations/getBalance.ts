// Get Balance: reads what an owner has left, by ID or for the token's own organization or user.

import { readOwner, type Owner } from '../balance/owner';
import { readOptions, type Options } from './options';
import { balanceOutput, replyHints } from '../outcome/output';
import { invalidInput } from '../outcome/inputFailures';
import { noBalance, notRead } from '../outcome/wireFailures';
import type { ItemSession, Task } from '../pass/item';
import type { Result } from '../outcome/result';
import type { Subject } from '../outcome/subject';
import { Refusal } from '../text/refusal';
import { forOwner } from '../pass/resolve';
import { readBalance } from '../zoo/request';
import type { Operation, RawParameters } from './operation';
import type { Failure } from '../outcome/failure';

const options = ['includeTotalDue', 'maxConcurrency', 'output', 'outputFields', 'retryFor', 'timeout'] as const;

export const getBalance: Operation = {
	name: 'getBalance',
	label: ({ label }) => `Get ${label} Balance`,
	action: ({ name }) => `Get ${name} balance`,
	description: ({ noun }) => `Read what one ${noun} has left`,
	token: () => 'employee',
	byId: true,
	options,
	prepare: (raw, kind, item) => forOwner(readOwner(kind, raw[kind.idParameter]), (owner) => prepare(raw, owner, item)),
};

export const getOwnBalance: Operation = {
	name: 'getOwnBalance',
	label: ({ label }) => `Get Own ${label} Balance`,
	action: ({ name }) => `Get own ${name} balance`,
	description: ({ noun }) => `Read what the ${noun} of the token has left`,
	token: () => 'any',
	byId: false,
	options,
	prepare: (raw, kind, item) => prepare(raw, { kind, id: undefined }, item),
};

function prepare(raw: RawParameters, owner: Owner | Refusal, item: number): Task | Failure {
	if (owner instanceof Refusal) return invalidInput({ item }, owner);
	const subject = { item, owner };
	const chosen = readOptions(raw['options'], options);
	if (chosen instanceof Refusal) return invalidInput(subject, chosen);
	return {
		subject,
		options: chosen,
		run: async (session) => await run(session, subject, owner, chosen),
	};
}

async function run(
	{ exchange }: ItemSession,
	subject: Subject,
	owner: Owner,
	{ includeTotalDue, output }: Options,
): Promise<Result> {
	const answer = await exchange.readBalance(readBalance(owner, includeTotalDue), () => undefined);
	if (answer.kind !== 'answered') return notRead(subject, answer, exchange);
	const { reply } = answer;
	if (!reply.model) return noBalance(subject, answer, 'notRead');
	return {
		kind: 'success',
		json: balanceOutput(owner, reply, output),
		hints: [],
		shapes: replyHints(reply),
		wrote: false,
	};
}

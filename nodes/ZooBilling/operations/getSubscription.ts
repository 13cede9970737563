// Get Subscription: reads what the token's own organization or user subscribes to.

import type { Owner, OwnerKind } from '../balance/owner';
import { fit } from '../balance/reply';
import { subscriptionSchema } from '../balance/schema';
import { invalidInput } from '../outcome/inputFailures';
import { notRead, unreadable } from '../outcome/wireFailures';
import type { Task } from '../pass/item';
import type { Result } from '../outcome/result';
import type { Subject } from '../outcome/subject';
import { readOptions } from './options';
import { replyHints } from '../outcome/output';
import { isRecord, Refusal } from '../text/refusal';
import type { RequestSession } from '../zoo/session';
import { read } from '../zoo/request';
import type { Operation, RawParameters } from './operation';
import type { Failure } from '../outcome/failure';

const PATH = '/payment/subscriptions';
const options = ['maxConcurrency', 'retryFor', 'timeout'] as const;

export const getSubscription: Operation = {
	name: 'getSubscription',
	label: () => 'Get Subscription',
	action: ({ name }) => `Get ${name} subscription`,
	description: ({ noun }) => `Read what the ${noun} of the token subscribes to`,
	token: () => 'any',
	byId: false,
	endpoint: { path: PATH, reply: subscriptionSchema },
	options,
	prepare,
};

function prepare(raw: RawParameters, kind: OwnerKind, item: number): Task | Failure {
	const subject = { item, owner: { kind, id: undefined } };
	const chosen = readOptions(raw['options'], options);
	if (chosen instanceof Refusal) return invalidInput(subject, chosen);
	return { subject, options: chosen, run: async ({ exchange }) => await run(exchange, subject) };
}

async function run(exchange: RequestSession, subject: Subject & { readonly owner: Owner }): Promise<Result> {
	const answer = await exchange.read(read(subject.owner, PATH));
	if (answer.kind !== 'answered') return notRead(subject, answer, exchange);
	if (!isRecord(answer.json['modeling_app'])) return unreadable(subject, 'a subscription', answer);
	const { value, misfits } = fit(subscriptionSchema(), answer.json);
	return { kind: 'success', json: value, hints: [], shapes: replyHints({ misfits }), wrote: false };
}

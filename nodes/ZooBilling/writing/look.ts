// The look before a write, and what a dry run makes of it.

import { amountsByName, type FieldAmount } from '../balance/amounts';
import { amountIn, unexpected } from '../balance/confirm';
import { isEarlier, readMoment } from '../balance/moment';
import { identityOf, ownerAtHost } from '../balance/owner';
import { lookedUp, type Preview, targetOf } from './preview';
import type { Reply } from '../balance/reply';
import { conditionNotMet, otherModel } from '../outcome/inputFailures';
import { noBalance, notLooked } from '../outcome/wireFailures';
import type { Lane, ItemSession } from '../pass/item';
import { replyHints } from '../outcome/output';
import type { ReasonToReject } from '../zoo/session';
import { readBalance, writeBalance } from '../zoo/request';
import type { WriteIntent } from './intent';
import { stored } from './storedPreview';
import type { Failure } from '../outcome/failure';
import type { Success } from '../outcome/result';

/**
 * The balance before a write, in a dry run with the changes that earlier items would have made. `builtOn`: Zoo's time
 * of the balance that the write is built on, where it was looked up before.
 */
export async function look(session: ItemSession, intent: WriteIntent, builtOn?: string): Promise<Reply | Failure> {
	const { exchange, lane } = session;
	const { subject, owner, model, options } = intent;
	const request = readBalance(owner, options.includeTotalDue);
	const answer = await exchange.readBalance(request, rejectStale(session, intent, builtOn));
	if (answer.kind !== 'answered') return notLooked(subject, answer, exchange);
	const { reply } = answer;
	if (reply.model && reply.model !== model && !model.fields.some((field) => amountIn(reply.balance, field))) {
		return otherModel(subject, { chosen: model, shown: reply.model }, answer, exchange);
	}
	if (!reply.model) return noBalance(subject, answer, 'notSent');
	const balance = { ...reply.balance, ...(options.dryRun && textsOf(lane.preview)) };
	const found = unexpected(options.onlyIf ?? [], balance);
	return found.length > 0 ? conditionNotMet(subject, found, exchange) : { ...reply, balance };
}

function textsOf(preview: Lane['preview']): Record<string, string> {
	return Object.fromEntries([...preview].map(([name, amount]) => [name, amount.toString()]));
}

/** Takes note of when the owner's balance was updated; false when this process has seen a newer one. */
export function observe(
	{ host, registry, exchange }: ItemSession,
	{ ownerKey }: WriteIntent,
	updatedAt: unknown,
): boolean {
	return registry.observe(ownerAtHost(host, ownerKey), updatedAt, exchange.now());
}

/** `builtOn` bounds the looks of this one write: what is believed of the owner comes from Zoo's replies alone. */
export function rejectStale(session: ItemSession, intent: WriteIntent, builtOn?: string): ReasonToReject {
	const bound = readMoment(builtOn);
	return ({ balance: { updated_at: updatedAt } }) => {
		const moment = readMoment(updatedAt);
		if (bound && moment && isEarlier(moment, bound)) {
			return { cause: 'Zoo answered with an older balance than this write is built on', stale: true };
		}
		return observe(session, intent, updatedAt)
			? undefined
			: { cause: 'Zoo answered with an older balance than it has shown before', stale: true };
	};
}

/** What the write is decided to be. `before`: the look that it is built on; undefined for a plain update. */
export function previewOf(
	{ host }: ItemSession,
	{ owner, model, subject, amounts }: WriteIntent,
	target: readonly FieldAmount[],
	before: Reply | undefined,
): Preview {
	return {
		host,
		resource: owner.kind.name,
		ownerId: owner.id ?? '',
		...(owner.email !== undefined && { email: owner.email }),
		balanceModel: model.name,
		...(before && lookedUp(before, model, amounts)),
		to: amountsByName(target),
		...(subject.reference !== undefined && { reference: subject.reference }),
	};
}

/** What a dry run puts out: the request that would be sent, and per field from → to. */
export function show(
	session: ItemSession,
	intent: WriteIntent,
	before: Reply,
	{ preview, more = {} }: { readonly preview: Preview; readonly more?: Record<string, unknown> },
): Success {
	const { owner, subject } = intent;
	const target = targetOf(preview);
	for (const { field, amount } of target) session.lane.preview.set(field.wire, amount);
	const changes = target.map(({ field, amount }) => {
		const from = amountIn(before.balance, field)?.toString() ?? null;
		return [field.wire, { from, to: amount.toString() }] as const;
	});
	const json = {
		...identityOf(owner),
		dryRun: true,
		...more,
		changes: Object.fromEntries(changes),
		preview: target.length === 0 ? null : stored(preview, session),
		request: target.length === 0 ? null : writeBalance(owner, intent.model, target, intent.options.includeTotalDue),
		reference: subject.reference ?? null,
	};
	return { kind: 'success', json, hints: [], shapes: replyHints(before), wrote: false };
}

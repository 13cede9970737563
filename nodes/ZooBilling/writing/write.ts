// What all operations that write share: a preview is noted, sent, and looked for, until it is known what became of it.

import { ownerAtHost } from '../balance/owner';
import { targetOf, type Preview } from './preview';
import { decide } from './decision';
import type { ItemSession } from '../pass/item';
import type { Result } from '../outcome/result';
import type { ReasonToReject } from '../zoo/session';
import { readBalance, writeBalance } from '../zoo/request';
import { WriteProtocol, type Write } from './protocol';
import type { WriteIntent } from './intent';
import { observe, rejectStale } from './look';
import { report, type Kind, type Ready } from './report';
import { isFailure } from '../outcome/failure';
import { type WriteRecord, leftOpenBy } from '../records/record';

/** Sends a preview, and says what became of it. The execution knows of it before the first attempt. */
export async function begin(
	session: ItemSession,
	{ intent, kind, inDoubt }: Omit<Ready, 'record'>,
	preview: Preview,
): Promise<Result> {
	const record = session.begin(preview);
	return isFailure(record) ? record : await send(session, { intent, kind, record, inDoubt });
}

/** Takes up what an earlier pass has left in doubt. */
export async function resume(
	session: ItemSession,
	intent: WriteIntent,
	kind: Kind,
	record: WriteRecord,
): Promise<Result> {
	return await send(session, { intent, kind, record, inDoubt: leftOpenBy(record) });
}

async function send(session: ItemSession, ready: Ready): Promise<Result> {
	const sending = new WriteProtocol(session.exchange, writeOf(session, ready), ready.inDoubt);
	const end = await sending.run();
	const { inFlightUntil: until } = sending;
	if (until !== undefined) session.registry.noteInFlight(keyOf(session, ready), ready.record.id, until);
	if (end.kind === 'unknown') session.leave(end.inDoubt);
	return report(session, ready, end);
}

function keyOf(session: ItemSession, { intent }: Ready): string {
	return ownerAtHost(session.host, intent.ownerKey);
}

function writeOf(session: ItemSession, ready: Ready): Write {
	const { intent, kind, record } = ready;
	const { owner, model, options } = intent;
	const key = keyOf(session, ready);
	const target = targetOf(record.preview);
	const tooLittle: ReasonToReject = (reply) =>
		kind.isEnough(reply, target) ? undefined : { cause: 'Zoo answered, but without the amounts that were written' };
	const stale = rejectStale(session, intent, record.preview.updatedAt);
	return {
		put: writeBalance(owner, model, target, options.includeTotalDue),
		readBack: readBalance(owner, options.includeTotalDue),
		builtOnLook: record.preview.from !== undefined,
		rejectAnswer: (reply) => {
			// Nothing that is older than the answer to a write may be believed later.
			observe(session, intent, reply.balance.updated_at);
			return tooLittle(reply);
		},
		rejectReadBack: (reply) => tooLittle(reply) ?? stale(reply),
		decide: (readBack, inDoubt) => {
			const { startedAt, id, preview } = record;
			const concurrentWriter = session.registry.concurrentWriterSince(startedAt, key, id, preview.updatedAt);
			return decide(preview, readBack, { inDoubt, concurrentWriter, conditions: options.onlyIf ?? [] });
		},
		mayBeApplied: (isAnswered) => session.registry.noteWrite(key, record.id, isAnswered),
	};
}

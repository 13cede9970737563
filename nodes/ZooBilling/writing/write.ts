// What all operations that write share: a preview is noted, sent, and looked for, until it is known what became of it.

import { targetOf, type Preview } from './preview';
import { standing } from './standing';
import { Failure } from '../outcome/failure';
import type { Page, Session } from '../pass/item';
import type { Result } from '../outcome/result';
import type { Flaw } from '../zoo/exchange';
import { readBalance, writeBalance } from '../zoo/request';
import { Sending, type Write } from './sending';
import type { WriteIntent } from './intent';
import { isFresh, isStale, ownerKey } from './look';
import { report, type Kind, type Ready } from './report';

/** Sends a preview, and says what became of it. The journal knows of it before the first attempt. */
export async function begin(
	session: Session,
	{ intent, kind, doubt }: Omit<Ready, 'page'>,
	preview: Preview,
): Promise<Result> {
	const page = session.begin(preview);
	return page instanceof Failure ? page : await send(session, { intent, kind, page, doubt });
}

/** Takes up what an earlier pass has left in doubt. */
export async function resume(session: Session, intent: WriteIntent, kind: Kind, page: Page): Promise<Result> {
	return await send(session, { intent, kind, page, doubt: page.doubt ?? 'perhaps' });
}

async function send(session: Session, ready: Ready): Promise<Result> {
	const sending = new Sending(session.exchange, writeOf(session, ready), ready.doubt);
	const end = await sending.run();
	const { openUntil } = sending;
	if (openUntil !== undefined) session.register.noteOpen(keyOf(session, ready), ready.page.id, openUntil);
	if (end.kind === 'unknown') session.leave(end.doubt);
	return report(session, ready, end);
}

function keyOf(session: Session, { intent }: Ready): string {
	return ownerKey(session, intent.laneKey);
}

function writeOf(session: Session, ready: Ready): Write {
	const { intent, kind, page } = ready;
	const { owner, model, options } = intent;
	const key = keyOf(session, ready);
	const target = targetOf(page.preview);
	const tooLittle: Flaw = (reply) =>
		kind.isEnough(reply, target) ? undefined : { cause: 'Zoo answered, but without the amounts that were written' };
	const stale = isStale(session, intent, page.preview.updatedAt);
	return {
		put: writeBalance(owner, model, target, options.includeTotalDue),
		readBack: readBalance(owner, options.includeTotalDue),
		builtOnLook: page.preview.from !== undefined,
		flawOfAnswer: (reply) => {
			// Nothing that is older than the answer to a write may be believed later.
			isFresh(session, intent, reply.balance.updated_at);
			return tooLittle(reply);
		},
		flawOfLook: (reply) => tooLittle(reply) ?? stale(reply),
		standing: (seen, doubt) => {
			const otherWriter = session.register.otherWriterSince(page.mark, key, page.id, page.preview.updatedAt);
			return standing(page.preview, seen, { doubt, otherWriter, conditions: options.onlyIf ?? [] });
		},
		mayBeApplied: (isAnswered) => session.register.noteWrite(key, page.id, isAnswered),
	};
}

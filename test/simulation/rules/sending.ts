// Rules that are checked at the moment of a write: whether it may be sent at all.

import type { Attempt, Chronicle, Impossibility, Payment, Report, Writer } from '../chronicle';
import { amountsIn, listed, stand } from '../money';
import { hasFailed } from '../said';

const MOST_STEPS = 10_000;
const LONGEST = 7 * 24 * 3_600_000;

export function checkEnd(chronicle: Chronicle): void {
	const { steps, clock } = chronicle;
	if (chronicle.isEndless || (steps <= MOST_STEPS && clock.time <= LONGEST)) return;
	chronicle.isEndless = true;
	chronicle.endless();
}

type Rule = (attempt: Attempt, chronicle: Chronicle) => string | undefined;

const rules: Readonly<Record<string, Rule>> = {
	'two writes of one owner never overlap in a process': ({ account, pass }, { attempts }) => {
		const other = attempts.find(
			(each) => each.account === account && each.pass.process === pass.process && each.endedAt === undefined,
		);
		return other && `${other.writer.name} is still writing`;
	},
	'nothing is sent after a cancellation': ({ pass }) => (pass.canceledAt === undefined ? undefined : 'it was canceled'),
	'nothing is written while Zoo asks to wait': ({ pass, sentAt }) =>
		sentAt < pass.heldUntil ? `${pass.heldUntil - sentAt} ms too early` : undefined,
	'a final answer is final': ({ writer, pass }) =>
		writer.attempts.find((each) => each.pass === pass && each.isFinal)?.answer,
	'nothing is sent again after Retry For': ({ writer, pass, sentAt }) => {
		const late = sentAt - (pass.first.get(writer) ?? sentAt) - writer.retryFor;
		return late > 0.001 && writer.attempts.some((each) => each.pass === pass) ? `${late} ms too late` : undefined;
	},
	"nothing is sent after 'Valid For'": ({ writer, pass, sentAt }) =>
		sentAt - pass.begunAt < writer.validFor ? undefined : `${sentAt - pass.begunAt} ms after the pass began`,
	'the page is there before the attempt, and the attempt is its': ({ preview, asked, account }) => {
		if (!preview) return 'there is none';
		const to = amountsIn(preview.to);
		const isIts = stand(to, asked) && stand(asked, to) && preview.ownerId.toLowerCase() === account.id;
		return isIts ? undefined : `the page says ${listed(to)} for ${preview.ownerId}`;
	},
	'a write that is built on a look is sent by a look since its last attempt': ({ preview, look, account }) => {
		if (!preview?.from) return undefined;
		if (!look || look.account !== account) return 'there is none';
		const shown = account.versions[look.version]?.amounts ?? {};
		const from = amountsIn(Object.fromEntries(Object.entries(preview.from).filter(([name]) => name in preview.to)));
		return stand(from, shown) ? undefined : `it showed ${listed(shown)}, not ${listed(from)}`;
	},
	"it is sent only while 'Only If Balance Is' holds": ({ writer, preview, look, account }) => {
		if (!preview?.from || !look) return undefined;
		const shown = account.versions[look.version]?.amounts ?? {};
		return stand(writer.conditions, shown) ? undefined : `it showed ${listed(shown)}`;
	},
	'what is settled is never sent again': ({ writer }) =>
		writer.reports.some((report) => isWritten(report) || isRepeated(report)) ? 'it was written' : undefined,
	'what cannot be read of earlier tries lets nothing be sent': ({ writer }) =>
		writer.isDamaged ? 'its memory was damaged' : undefined,
	'a preview is written at the host that it was made at': ({ writer, account }) =>
		writer.given && writer.given.kept.account !== account ? writer.given.kept.account.name : undefined,
	'what this process has added or may have is not added again': (attempt, { attempts }) => {
		const { writer, pass, page } = attempt;
		const isOther = (other: Attempt) =>
			other.page !== page && other.pass.process === pass.process && isSamePayment(writer, other.writer);
		const isOpen = (other: Attempt) => other.writer.isInDoubt && other.writer.attempts.at(-1) === other;
		// A record that an item without the option has begun beside it is what was asked for.
		const isBeside = attempts.some((each) => each.page === page && each.writer.returnsFirst === undefined);
		const other = attempts.find((each) => isOther(each) && (isOpen(each) ? !isBeside : isAdded(each)));
		return other && `${other.writer.name} ${isOpen(other) ? 'is in doubt' : 'has added it'}`;
	},
	'an owner in doubt is closed to others': ({ writer, account }, { writers }) => {
		const other = writers.find((each) => each !== writer && isBefore(each, writer) && isInDoubt(each, account));
		return other && `${other.name} is in doubt`;
	},
};

/** What nobody could have noticed of a write, so that it may be sent again. */
const UNSEEN: readonly Impossibility[] = ['tooLate', 'staleLook', 'takenBack', 'believedClaim'];

function isAdded({ account, applied, writer }: Attempt): boolean {
	const { versions } = account;
	const changes = (index: number) => !stand(versions[index]?.amounts ?? {}, versions[index - 1]?.amounts ?? {});
	return applied.some(changes) && !UNSEEN.some((excuse) => writer.excuses.has(excuse));
}

/** Whether one asks for what the other has added: the same preview, or a reference whose first result it puts out. */
export function isSamePayment(writer: Writer, other: Writer): boolean {
	const { payment, given, reference } = paymentOf(other);
	if (other === writer || payment === undefined || payment !== writer.payment) return false;
	if (writer.given) return given?.kept === writer.given.kept;
	return writer.returnsFirst !== undefined && writer.returnsFirst === reference;
}

/** What an item has begun, or what it would begin. */
export function paymentOf(writer: Writer): Payment {
	return writer.begunFor ?? writer;
}

/** All attempts at what an item asks for, by whichever hand: of its record, its preview or its payment reference. */
export function attemptsAt(writer: Writer, { attempts }: Chronicle): Attempt[] {
	const isOfRecord = ({ page }: Attempt) => page !== undefined && page === writer.page;
	return attempts.filter((attempt) => isOfRecord(attempt) || isOneOf(writer, attempt.writer));
}

/** Whether both are about one payment: the item itself, its preview, or its payment reference. */
export function isOneOf(writer: Writer, other: Writer): boolean {
	if (other === writer || (writer.page !== undefined && writer.page === other.page)) return true;
	const isOfPreview = writer.given !== undefined && other.given?.kept === writer.given.kept;
	return other.payment === writer.payment && (isOfReference(writer, other) || isOfPreview);
}

function isOfReference({ payment, reference }: Writer, other: Writer): boolean {
	return payment !== undefined && reference !== undefined && reference === other.reference;
}

/** Of the same execution. Calls of a tool may take up each other's doubts. */
function isBefore(other: Writer, writer: Writer): boolean {
	return !other.isLost && other.execution === writer.execution && !(other.isTool && writer.isTool);
}

export function isWritten({ result }: Pick<Report, 'result'>): boolean {
	if (!hasFailed(result)) return result.wrote;
	return ['written', 'different', 'notConfirmed'].includes(result.details.outcome);
}

export function isUnknown(result: Report['result']): boolean {
	return hasFailed(result) && result.details.outcome === 'unknown';
}

/** What was not added again, because this process knows of the first time. */
export function isRepeated({ writer, result, pass }: Pick<Report, 'writer' | 'result' | 'pass'>): boolean {
	const isSent = writer.attempts.some((attempt) => attempt.pass === pass);
	if (isSent || !(writer.given ?? writer.returnsFirst)) return false;
	if (hasFailed(result)) return isWritten({ result });
	const { confirmation } = result.json;
	return !result.wrote && confirmation !== undefined;
}

function isInDoubt({ isInDoubt: open, attempts }: Writer, account: Attempt['account']): boolean {
	return open && attempts.at(-1)?.account === account;
}

/** Before the attempt is on its way. */
export function checkSending(chronicle: Chronicle, attempt: Attempt): void {
	for (const [rule, check] of Object.entries(rules)) {
		const what = check(attempt, chronicle);
		if (what !== undefined) chronicle.breaks(rule, `${attempt.writer.name}: ${what}`);
	}
}

// Rules that are checked at the moment of a write: whether it may be sent at all.

import { Failure } from '../../../nodes/ZooBilling/failures/failure';
import type { Attempt, Chronicle, Report, Writer } from '../chronicle';
import { amountsIn, listed, stand } from '../money';

const MOST_STEPS = 10_000;
const LONGEST = 7 * 24 * 3_600_000;

export class Endless extends Error {}

export function checkEnd(chronicle: Chronicle): void {
	const { steps, clock } = chronicle;
	if (steps > MOST_STEPS || clock.time > LONGEST) throw new Endless('The world does not end');
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
		writer.reports.some((report) => isWritten(report) && !isRepeated(report)) ? 'it was written' : undefined,
	'an owner in doubt is closed to others': ({ writer, account }, { writers }) => {
		const other = writers.find((each) => each !== writer && isBefore(each, writer) && isInDoubt(each, account));
		return other && `${other.name} is in doubt`;
	},
};

/** Of the same execution. Calls of a tool may take up each other's doubts. */
function isBefore(other: Writer, writer: Writer): boolean {
	return !other.isLost && other.execution === writer.execution && !(other.isTool && writer.isTool);
}

export function isWritten({ result }: Pick<Report, 'result'>): boolean {
	if (!(result instanceof Failure)) return result.wrote;
	return ['written', 'different', 'notConfirmed'].includes(result.details.outcome);
}

export function isUnknown(result: Report['result']): boolean {
	return result instanceof Failure && result.details.outcome === 'unknown';
}

/** What was not added again, because this process knows of the first time. */
export function isRepeated({ writer, result, pass }: Pick<Report, 'writer' | 'result' | 'pass'>): boolean {
	const isSent = writer.attempts.some((attempt) => attempt.pass === pass);
	if (isSent || !(writer.given ?? writer.returnsFirst)) return false;
	if (result instanceof Failure) return isWritten({ result });
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

// One call of every function that makes a failure, in each of its forms, to see which reasons come with which outcomes.

import { compare } from '../../nodes/ZooBilling/balance/confirm';
import { balanceModels } from '../../nodes/ZooBilling/balance/fields';
import { Usd } from '../../nodes/ZooBilling/balance/money';
import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import * as failure from '../../nodes/ZooBilling/outcome/failure';
import * as input from '../../nodes/ZooBilling/outcome/inputFailures';
import * as memory from '../../nodes/ZooBilling/outcome/memoryFailures';
import * as wire from '../../nodes/ZooBilling/outcome/wireFailures';
import * as write from '../../nodes/ZooBilling/outcome/writeFailures';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import type { NotSent } from '../../nodes/ZooBilling/zoo/session';
import type { NoAnswer } from '../../nodes/ZooBilling/zoo/retry';
import type { WriteRecord } from '../../nodes/ZooBilling/records/record';

const { prePay, apiCredits } = balanceModels;
const [, cash, credits] = prePay.fields;
const ownerId = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';
const subject = { item: 0, owner: { kind: ownerKinds.org, id: ownerId }, reference: 'pi_1' };
const named = { item: 0, owner: { kind: ownerKinds.user, id: undefined, email: 'kim@example.com' } };
const tries = { attempts: 1, askedToWait: undefined, hasSent: true };
/** Before the first write, when it was looked; and before anything. */
const looked = { ...tries, attempts: 0 };
const none = { ...looked, hasSent: false };
const sight = { before: {}, target: {}, now: {} };
const answered = { reported: {}, attempts: 1 };
const refusal = new Refusal('', '');
const models = { chosen: prePay, shown: apiCredits };
const comparison = compare(
	[cash, credits].map((field) => ({ field, amount: Usd.of('1') })),
	{ pre_pay_cash_remaining: '2.00' },
	prePay,
);
const page: WriteRecord = {
	id: '',
	fingerprint: '',
	adds: true,
	preview: { host: '', resource: 'org', ownerId, balanceModel: 'prePay', from: {}, to: {}, reference: 'pi_1' },
	startedAt: { process: '', at: 0 },
	state: 'inDoubt',
	inDoubt: 'maybeApplied',
};

const no = (inDoubt: NoAnswer['inDoubt'], again: boolean, more: Partial<NoAnswer> = {}): NoAnswer => ({
	kind: 'unanswered',
	inDoubt,
	again,
	cause: '',
	...more,
});
const noAnswers: readonly NoAnswer[] = [
	...[302, 400, 404, 422].map((status) => no('rejected', false, { status })),
	...[401, 403].flatMap((status) => [
		no('no', false, { status }),
		no('no', false, { status, zoo: { message: 'no', requestId: 'r' } }),
	]),
	...(['there', 'absent'] as const).map((endpoint) => no('rejected', false, { status: 404, endpoint })),
	no('no', true),
	no('no', false),
	no('maybeApplied', true),
	no('maybeApplied', true, { status: 200 }),
	no('maybeApplied', true, { status: 500 }),
	no('rejected', true, { status: 429, holdsAll: true }),
];
/** A look that showed an older balance than an earlier one. */
const stale = no('maybeApplied', true, { status: 200, stale: true });

const whys = ['canceled', 'stopped', 'held'] as const;
const writeWhys = [...whys, 'expired'] as const;
const unsent = (why: NotSent['why']): NotSent => ({ kind: 'notSent', why });
// A write that was sent once is not stopped by another item's failure.
const unsentAgain = (['canceled', 'held', 'expired'] as const).map(unsent);

/** By the name of the function that makes them. */
export const failures: Readonly<Record<string, readonly failure.Failure[]>> = {
	invalidInput: [input.invalidInput(subject, refusal), input.invalidInput(subject, refusal, 'credentialUnusable')],
	notRead: [...noAnswers, ...whys.map(unsent)].map((last) => wire.notRead(subject, last, looked)),
	notLooked: [...noAnswers, stale, ...whys.map(unsent)].map((last) => wire.notLooked(subject, last, looked)),
	notApplied: [
		...[...noAnswers, ...unsentAgain].map((last) => wire.notApplied(subject, last, tries)),
		...[...noAnswers, stale, ...writeWhys.map(unsent)].map((last) => wire.notApplied(subject, last, looked)),
	],
	notSent: whys.map((why) => wire.notSent(subject, why, none)),
	notLoaded: [failure.notLoaded(subject, '')],
	unforeseen: (['unknown', 'notRead', 'notSent'] as const).map((outcome) =>
		failure.unforeseen(subject, '', outcome, tries),
	),
	blocked: [memory.blocked(subject, 'item 0')],
	overtaken: [memory.overtaken(subject, 1)],
	alreadyWritten: [memory.alreadyWritten(page, 0)],
	stillInDoubt: [memory.stillInDoubt(page, 0)],
	referenceRepeated: [memory.referenceRepeated(subject, 'item 0')],
	previewRepeated: [memory.previewRepeated(subject, 'item 0')],
	memoryUnreadable: [memory.memoryUnreadable(subject)],
	referenceTaken: [memory.referenceTaken(subject)],
	referenceInDoubt: [memory.referenceInDoubt(subject)],
	outcomeUnknown: [write.outcomeUnknown(subject, { sight, adds: true }, tries)],
	changedMeanwhile: (['notSent', 'notApplied', 'unknown'] as const).map((outcome) =>
		write.changedMeanwhile(subject, { outcome, attempts: 0 }, sight),
	),
	alreadyThere: [write.alreadyThere(subject, sight)],
	notConfirmed: [write.notConfirmed(subject, comparison, answered)],
	different: [write.different(subject, comparison, answered)],
	otherModel: [looked, tries].map((each) => input.otherModel(subject, models, {}, each)),
	otherModelAnswered: [input.otherModelAnswered(subject, models, comparison, answered)],
	amountMissing: [input.amountMissing(subject, [cash])],
	conditionNotMet: [looked, tries].map((each) => input.conditionNotMet(subject, [], each)),
	outOfRange: (['belowZero', 'tooLarge'] as const).map((reason) => input.outOfRange(subject, reason, '')),
	unreadable: [wire.unreadable(subject, 'a subscription', {}), wire.unreadable({ ...subject, asked: {} }, '', {})],
	notLookedUp: [{ ...named, asked: {} }, named].flatMap((each) =>
		[...noAnswers, ...(['canceled', 'held'] as const).map(unsent)].map((last) => wire.notLookedUp(each, last, looked)),
	),
	noBalance: (['notRead', 'notSent'] as const).map((outcome) => wire.noBalance(subject, {}, outcome)),
};

/** What the makers are made of, and the texts that they share. */
const parts = ['isFailure', 'comparisonFacts', 'comparisonText', 'failure', 'listed', 'ofItem', 'quoted', 'waitAsked'];

/** The functions that make failures, by the modules' own account. */
export const makers = [failure, input, memory, wire, write]
	.flatMap((module) => Object.entries(module))
	.flatMap(([name, value]) => (typeof value === 'function' && !parts.includes(name) ? [name] : []))
	.sort();

/** Reasons, each with the outcomes that it comes with. */
export function outcomesByReason(): Record<string, string[]> {
	const outcomes = new Map<string, Set<string>>();
	for (const { details } of Object.values(failures).flat())
		outcomes.set(details.reason, (outcomes.get(details.reason) ?? new Set()).add(details.outcome));
	return Object.fromEntries([...outcomes].map(([reason, found]) => [reason, [...found].sort()]));
}

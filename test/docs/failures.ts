// One call of every function that makes a failure, in each of its forms, to see which reasons come with which outcomes.

import { compare } from '../../nodes/ZooBilling/balance/confirm';
import { balanceModels } from '../../nodes/ZooBilling/balance/fields';
import { Usd } from '../../nodes/ZooBilling/balance/money';
import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { Refusal } from '../../nodes/ZooBilling/refusal';
import type { NoAnswer } from '../../nodes/ZooBilling/zoo/exchange';
import * as made from '../../nodes/ZooBilling/zoo/failure';

const { prePay, apiCredits } = balanceModels;
const [, cash, credits] = prePay.fields;
const subject = {
	item: 0,
	owner: { kind: ownerKinds.org, id: '7e29ccf7-8b3c-47db-8a17-bb53528382f4' },
	reference: 'pi_1',
};
const tries = { attempts: 1, askedToWait: undefined };
const none = { attempts: 0, askedToWait: undefined };
const sight = { target: {}, now: {} };
const refusal = new Refusal('', '');
const comparison = compare(
	[cash, credits].map((field) => ({ field, amount: Usd.of('1') })),
	{ pre_pay_cash_remaining: '2.00' },
	prePay,
);

const unanswered: readonly NoAnswer[] = [
	...[302, 400, 401, 403, 404, 422].map((status) => ({ kind: 'refused', cause: '', status }) as const),
	...(['there', 'absent'] as const).map((endpoint) => ({ kind: 'refused', cause: '', status: 404, endpoint }) as const),
	{ kind: 'refused', cause: '' },
	{ kind: 'perhapsApplied', cause: '' },
	{ kind: 'perhapsApplied', cause: '', status: 500 },
	{ kind: 'notApplied', cause: '', holdsAll: false },
	{ kind: 'notApplied', cause: '', holdsAll: true, status: 429 },
	...(['canceled', 'stopped', 'held'] as const).map((why) => ({ kind: 'unsent', why }) as const),
];

const unreadable: NoAnswer = { kind: 'perhapsApplied', cause: '', status: 200 };

/** By the name of the function that makes them. */
export const failures: Readonly<Record<string, readonly made.Failure[]>> = {
	invalidInput: [made.invalidInput(subject, refusal), made.invalidInput(subject, refusal, 'credentialUnusable')],
	notRead: [...unanswered, unreadable].flatMap((last) =>
		(['notRead', 'notSent'] as const).map((outcome) => made.notRead(subject, last, none, outcome)),
	),
	// An item that was sent is not stopped by another's failure.
	notApplied: unanswered
		.filter((last) => last.kind !== 'unsent' || last.why !== 'stopped')
		.map((last) => made.notApplied(subject, last, tries)),
	notSent: (['canceled', 'stopped', 'held'] as const).map((why) => made.notSent(subject, why, none)),
	unforeseen: [made.unforeseen(subject, tries), made.unforeseen(subject, none)],
	blocked: [made.blocked(subject, 'item 0')],
	outcomeUnknown: [made.outcomeUnknown(subject, undefined, '', tries, sight)],
	changedMeanwhile: [made.changedMeanwhile(subject, tries, sight)],
	otherModel: [comparison, undefined].map((compared) =>
		made.otherModel(subject, prePay, apiCredits, compared, {}, tries),
	),
	notConfirmed: [made.notConfirmed(subject, comparison, {}, tries)],
	different: [made.different(subject, comparison, {}, tries)],
	alreadyWritten: [made.alreadyWritten(subject)],
	stillInDoubt: [made.stillInDoubt(subject, { before: {}, target: {} }, tries)],
	referenceRepeated: [made.referenceRepeated(subject, 'item 0')],
	amountMissing: [made.amountMissing(subject, [cash])],
	noBalance: (['notRead', 'notSent'] as const).map((outcome) => made.noBalance(subject, {}, outcome)),
	unreadable: [made.unreadable(subject, 'a subscription', {}), made.unreadable({ ...subject, asked: {} }, '', {})],
	notLookedUp: unanswered.map((last) =>
		made.notLookedUp(
			{ ...subject, owner: { kind: ownerKinds.user, id: undefined, email: 'kim@example.com' } },
			last,
			none,
		),
	),
	conditionNotMet: [made.conditionNotMet(subject, [])],
	outOfRange: (['belowZero', 'tooLarge'] as const).map((reason) => made.outOfRange(subject, reason, '')),
};

/** The functions that make failures, by the module's own account. */
export const makers = Object.keys(made)
	.filter((name) => !['Failure', 'listed', 'adjustAdvice', 'updateAdvice'].includes(name))
	.sort();

/** Reasons, each with the outcomes that it comes with. */
export function outcomesByReason(): Record<string, string[]> {
	const outcomes = new Map<string, Set<string>>();
	for (const { details } of Object.values(failures).flat())
		outcomes.set(details.reason, (outcomes.get(details.reason) ?? new Set()).add(details.outcome));
	return Object.fromEntries([...outcomes].map(([reason, found]) => [reason, [...found].sort()]));
}

// Every failure that the node can report: what it says, what it advises, and the facts that a later step gets.

import type { Comparison } from '../../nodes/ZooBilling/balance/confirm';
import type { Preview } from '../../nodes/ZooBilling/writing/preview';
import {
	listed,
	notLoaded,
	unforeseen,
	type FailureDetails,
	type Failure,
} from '../../nodes/ZooBilling/outcome/failure';
import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import * as input from '../../nodes/ZooBilling/outcome/inputFailures';
import * as memory from '../../nodes/ZooBilling/outcome/memoryFailures';
import * as wire from '../../nodes/ZooBilling/outcome/wireFailures';
import * as write from '../../nodes/ZooBilling/outcome/writeFailures';
import type { Subject } from '../../nodes/ZooBilling/outcome/subject';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import type { NotSent } from '../../nodes/ZooBilling/zoo/session';
import type { NoAnswer } from '../../nodes/ZooBilling/zoo/retry';
import { makers } from '../docs/failures';
import { apiCredits, cash, credits, monthly, org, ORG_ID, ownOrg, prePay, user, USER_ID } from './given';
import type { WriteRecord } from '../../nodes/ZooBilling/records/record';

const subject: Subject = {
	item: 3,
	owner: org,
	asked: { pre_pay_cash_remaining: '50.00', pre_pay_credits_remaining: '62.50' },
	reference: 'pi_3OqT',
};
const facts = `Organization ID: ${ORG_ID}. Asked: pre_pay_cash_remaining 50.00, pre_pay_credits_remaining 62.50. Payment Reference: pi_3OqT.`;
const known = { item: 3, orgId: ORG_ID, asked: subject.asked, reference: 'pi_3OqT' };

const once = { attempts: 1, askedToWait: undefined, hasSent: true };
const twice = { ...once, attempts: 2 };
const never = { attempts: 0, askedToWait: undefined, hasSent: false };
const looked = { ...never, hasSent: true };
const zoo = { message: 'slow down', errorCode: 'too_many', requestId: 'req-1' };
const reported = { status: 429, callId: 'call-1', zoo };
const reportedDetails = {
	httpStatus: 429,
	callId: 'call-1',
	zooMessage: 'slow down',
	errorCode: 'too_many',
	requestId: 'req-1',
};
const said = 'Zoo said: “slow down” (HTTP 429, code too_many, request req-1, call call-1).';

const unanswered = (cause: string, more: Partial<NoAnswer> = {}): NoAnswer => ({
	kind: 'unanswered',
	inDoubt: 'maybeApplied',
	again: true,
	cause,
	...more,
});
const silent = unanswered('no reply came within the time-out');
const busy = unanswered('Zoo answered 429', { inDoubt: 'rejected', holdsAll: true, ...reported });
const stale = unanswered('Zoo answered with an older balance than it has shown before', { status: 200, stale: true });
const unsent = (why: NotSent['why']): NotSent => ({ kind: 'notSent', why });
const refused = (status: number, message?: string): NoAnswer =>
	unanswered(`Zoo answered ${status}`, {
		inDoubt: status === 401 || status === 403 ? 'no' : 'rejected',
		again: false,
		status,
		...(message !== undefined && { zoo: { message, requestId: 'req-1' } }),
	});

const before = { pre_pay_cash_remaining: '100.00' };
const target = { pre_pay_cash_remaining: '150.00' };
const comparison: Comparison = {
	confirmed: ['monthly_credits_remaining'],
	rounded: false,
	differences: [{ field: 'pre_pay_cash_remaining', asked: '50.00', got: '49.00' }],
	missing: [credits],
};

const adjustAdvice =
	'Read the balance before anything else. If nobody else has written: the target means that the adjustment was applied and must not run again; the amounts before, still there after a few minutes, mean that it was not, and running this item again is right.';
const updateAdvice =
	'Read the balance first: if it shows the target, the write was applied. If it does not, running this item again sets the same amounts; look whether somebody else has changed them since.';

/** What was written by the item in an earlier try: for a user, though the item names an organization now. */
const preview: Preview = {
	host: 'zoo.test',
	resource: 'user',
	ownerId: USER_ID,
	balanceModel: 'prePay',
	from: before,
	to: target,
	reference: 'pi_0',
};
const page: WriteRecord = {
	id: 'p-1',
	fingerprint: '',
	adds: true,
	preview,
	startedAt: { process: 'p', at: 0 },
	state: 'inDoubt',
	inDoubt: 'maybeApplied',
};
const { from: _, ...plainPreview } = preview;
const { reference: __, ...unnamedPreview } = preview;
const thenFacts = `User ID: ${USER_ID}. Payment Reference: pi_0.`;
const thenKnown = { item: 3, userId: USER_ID, reference: 'pi_0' };

interface Case {
	readonly made: Failure;
	readonly source: Failure['source'];
	readonly what: string;
	/** What stands before the facts. */
	readonly next: string;
	readonly details: Partial<FailureDetails>;
	/** What stands after the facts; none by default. */
	readonly after?: string;
	/** Whether it is about what was written in an earlier try, and not about what the item asks for now. */
	readonly ofThen?: true;
}

const safe = 'The balance was not changed, so trying again is safe.';
const lookAtNetwork = 'Run it again; if it lasts, look at the network between n8n and Zoo.';
const checkUrl = "Check 'Base URL' in the Zoo API credential, and what stands between n8n and Zoo.";
const askSupport = 'Run it again in a while; if it lasts, ask Zoo’s support.';
const tellSupport = 'Run it again in a while; if it lasts, tell Zoo’s support.';
const hasApiCredits = 'This Zoo has API credits, not pre-pay amounts';
const useApiCredits =
	"Use 'API Credits (Monthly)', 'API Credits (Stable)' in place of 'Monthly Credits (Pre-Pay)', 'Pre-Pay Cash', 'Pre-Pay Credits'.";
const hasPrePay = 'This Zoo has pre-pay amounts, not API credits';
const usePrePay =
	"Use 'Monthly Credits (Pre-Pay)', 'Pre-Pay Cash', 'Pre-Pay Credits' in place of 'API Credits (Monthly)', 'API Credits (Stable)'.";
const leftOver = 'Run the workflow again for the items that are left.';

const cases: Record<string, Case> = {
	invalidInput: {
		made: input.invalidInput(subject, new Refusal("'Pre-Pay Cash' is empty", 'Enter an amount.')),
		source: 'input',
		what: "'Pre-Pay Cash' is empty",
		next: 'Enter an amount. Nothing was sent for this item.',
		details: { reason: 'invalidInput', outcome: 'notSent' },
	},
	'invalidInput, of a credential': {
		made: input.invalidInput(
			subject,
			new Refusal('The credential could not be opened', 'Choose one.'),
			'credentialUnusable',
		),
		source: 'input',
		what: 'The credential could not be opened',
		next: 'Choose one. Nothing was sent for this item.',
		details: { reason: 'credentialUnusable', outcome: 'notSent' },
	},
	notRead: {
		made: wire.notRead(subject, silent, looked),
		source: 'service',
		what: 'Nothing was read: no reply came within the time-out',
		next: `${lookAtNetwork} Reading again is safe.`,
		details: { reason: 'unreachable', outcome: 'notRead' },
	},
	'notRead, a reply that is none': {
		made: wire.notRead(subject, unanswered('Zoo answered 200, but its reply cannot be read', { status: 200 }), looked),
		source: 'service',
		what: 'Nothing was read: Zoo answered 200, but its reply cannot be read',
		next: `${checkUrl} Reading again is safe.`,
		details: { reason: 'unreadableReply', outcome: 'notRead', httpStatus: 200 },
		after: 'Zoo’s reply (HTTP 200).',
	},
	'notRead, canceled before it was sent': {
		made: wire.notRead(subject, unsent('canceled'), never),
		source: 'service',
		what: 'Not read, because the execution was canceled',
		next: `${leftOver} Reading again is safe.`,
		details: { reason: 'canceled', outcome: 'notRead' },
	},
	'notRead, canceled after it was sent': {
		made: wire.notRead(subject, unsent('canceled'), looked),
		source: 'service',
		what: 'Not read, because the execution was canceled',
		next: `${leftOver} Reading again is safe.`,
		details: { reason: 'canceled', outcome: 'notRead' },
	},
	'notRead, stopped': {
		made: wire.notRead(subject, unsent('stopped'), never),
		source: 'service',
		what: 'Not read, because another item did not go through',
		next: `Correct that item, then run the workflow again for the items that are left. Reading again is safe.`,
		details: { reason: 'stopped', outcome: 'notRead' },
	},
	'notRead, held back': {
		made: wire.notRead(subject, unsent('held'), { ...looked, askedToWait: 90_000 }),
		source: 'service',
		what: 'Not read, because Zoo asked all requests to wait',
		next: 'Zoo asked to wait 90 seconds; try again after that. Try again later. Reading again is safe.',
		details: { reason: 'heldBack', outcome: 'notRead' },
	},
	notLooked: {
		made: wire.notLooked(subject, busy, { ...looked, askedToWait: 61_500 }),
		source: 'service',
		what: 'The balance was not read: Zoo answered 429',
		next: `Zoo asked to wait 62 seconds; try again after that. The balance has to be read before it is written. ${safe}`,
		details: { reason: 'unavailable', outcome: 'notSent', ...reportedDetails },
		after: said,
	},
	'notLooked, an old balance': {
		made: wire.notLooked(subject, stale, looked),
		source: 'service',
		what: 'The balance was not read: Zoo answered with an older balance than it has shown before',
		next: `${tellSupport} The balance has to be read before it is written. ${safe}`,
		details: { reason: 'staleReply', outcome: 'notSent', httpStatus: 200 },
		after: 'Zoo’s reply (HTTP 200).',
	},
	'notLooked, canceled after a look was sent': {
		made: wire.notLooked(subject, unsent('canceled'), looked),
		source: 'service',
		what: 'Not written, because the execution was canceled',
		next: `${leftOver} Nothing was written for this item.`,
		details: { reason: 'canceled', outcome: 'notSent' },
	},
	'notLooked, canceled before that': {
		made: wire.notLooked(subject, unsent('canceled'), never),
		source: 'service',
		what: 'Not sent, because the execution was canceled',
		next: `${leftOver} Nothing was sent for this item.`,
		details: { reason: 'canceled', outcome: 'notSent' },
	},
	'notApplied, once': {
		made: wire.notApplied(subject, unanswered('the connection was refused', { inDoubt: 'no' }), once),
		source: 'service',
		what: 'The balance was not changed: the connection was refused',
		next: `${lookAtNetwork} ${safe}`,
		details: { reason: 'unreachable', outcome: 'notApplied', attempts: 1 },
	},
	'notApplied, after several attempts': {
		made: wire.notApplied(subject, busy, { ...once, attempts: 4, askedToWait: 120_000 }),
		source: 'service',
		what: 'The balance was not changed: Zoo answered 429 (4 attempts)',
		next: `Zoo asked to wait 120 seconds; try again after that. ${safe}`,
		details: { reason: 'unavailable', outcome: 'notApplied', attempts: 4, ...reportedDetails },
		after: said,
	},
	'notApplied, an answer that nothing could be read from, but a look': {
		made: wire.notApplied(subject, unanswered('Zoo answered 200, but its reply cannot be read', { status: 200 }), once),
		source: 'service',
		what: 'The balance was not changed: Zoo answered 200, but its reply cannot be read',
		next: `${checkUrl} ${safe}`,
		details: { reason: 'unreadableReply', outcome: 'notApplied', attempts: 1, httpStatus: 200 },
		after: 'Zoo’s reply (HTTP 200).',
	},
	'notApplied, because the look before it did not work': {
		made: wire.notApplied(subject, stale, looked),
		source: 'service',
		what: 'The balance was not changed: Zoo answered with an older balance than it has shown before',
		next: `${tellSupport} ${safe}`,
		details: { reason: 'staleReply', outcome: 'notSent', httpStatus: 200 },
		after: 'Zoo’s reply (HTTP 200).',
	},
	'notApplied, held back': {
		made: wire.notApplied(subject, unsent('held'), { ...twice, askedToWait: 90_000 }),
		source: 'service',
		what: 'Not sent again, because Zoo asked all requests to wait',
		next: `Zoo asked to wait 90 seconds; try again after that. Try again later. ${safe}`,
		details: { reason: 'heldBack', outcome: 'notApplied', attempts: 2 },
	},
	'notSent, stopped': {
		made: wire.notSent(subject, 'stopped', never),
		source: 'service',
		what: 'Not sent, because another item did not go through',
		next: 'Correct that item, then run the workflow again for the items that are left. Nothing was sent for this item.',
		details: { reason: 'stopped', outcome: 'notSent' },
	},
	blocked: {
		made: memory.blocked(subject, 'item 1'),
		source: 'service',
		what: 'Not sent, because the outcome of item 1 for the same organization is unknown',
		next: 'Clear up item 1 first; then run this item again. Nothing was sent for this item.',
		details: { reason: 'blockedByEarlierItem', outcome: 'notSent', blockedBy: 1 },
	},
	'blocked, by another node': {
		made: memory.blocked(subject, "item 3 of run 1 of 'Add Cash'"),
		source: 'service',
		what: "Not sent, because the outcome of item 3 of run 1 of 'Add Cash' for the same organization is unknown",
		next: "Clear up item 3 of run 1 of 'Add Cash' first; then run this item again. Nothing was sent for this item.",
		details: {
			reason: 'blockedByEarlierItem',
			outcome: 'notSent',
			blockedBy: "item 3 of run 1 of 'Add Cash'",
		},
	},
	overtaken: {
		made: memory.overtaken(subject, 5),
		source: 'service',
		what: 'Not sent, because item 5 for the same organization was sent in an earlier try',
		next: 'Updates take effect in the order of the items, and this one would undo the later one. If it is still wanted, run it in a new execution. Nothing was sent for this item.',
		details: { reason: 'overtaken', outcome: 'notSent', overtakenBy: 5 },
	},
	notLoaded: {
		made: notLoaded(subject, new Error("Cannot find module './execution.js'")),
		source: 'service',
		what: 'A part of this node could not be loaded',
		next: "Install the package again, and restart n8n. It was told: Cannot find module './execution.js'. Nothing was sent for this item.",
		details: { reason: 'unforeseen', outcome: 'notSent', cause: "Cannot find module './execution.js'" },
	},
	'unforeseen, before anything was sent': {
		made: unforeseen(subject, new RangeError('x of y'), 'notSent', never),
		source: 'service',
		what: 'The node met something that it was not made for',
		next: 'Please report it to the makers of this node, with this: RangeError: x of y. Nothing was written for this item.',
		details: { reason: 'unforeseen', outcome: 'notSent', cause: 'RangeError: x of y' },
	},
	'unforeseen, after a look': {
		made: unforeseen(subject, 'x'.repeat(1000), 'notSent', looked),
		source: 'service',
		what: 'The node met something that it was not made for',
		next: `Please report it to the makers of this node, with this: ${'x'.repeat(300)}…. Nothing was written for this item.`,
		details: { reason: 'unforeseen', outcome: 'notSent', cause: `${'x'.repeat(300)}…` },
	},
	'unforeseen, after a write': {
		made: unforeseen(subject, new Error('x'), 'unknown', once),
		source: 'service',
		what: 'The node met something that it was not made for',
		next: 'Please report it to the makers of this node, with this: Error: x. The write may have been applied: read the balance before anything else.',
		details: { reason: 'unforeseen', outcome: 'unknown', attempts: 1, cause: 'Error: x' },
	},
	'outcomeUnknown, seen': {
		made: write.outcomeUnknown(
			subject,
			{
				sight: { before, target, now: { pre_pay_cash_remaining: '120.00' } },
				adds: true,
				last: busy,
				isAmbiguous: true,
			},
			twice,
		),
		source: 'service',
		what: 'The outcome is unknown: Zoo answered 429',
		next: `The balance was read back and does not tell whose doing it is: before anything is written again, compare it with what Zoo has billed and with whoever else writes. Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; when last read back: pre_pay_cash_remaining 120.00.`,
		details: {
			reason: 'outcomeUnknown',
			outcome: 'unknown',
			attempts: 2,
			...reportedDetails,
			before,
			target,
			now: { pre_pay_cash_remaining: '120.00' },
		},
		after: said,
	},
	'outcomeUnknown, not seen, of an update that Zoo asked to wait with': {
		made: write.outcomeUnknown(
			subject,
			{ sight: { target, now: {} }, adds: false, last: silent },
			{ ...once, askedToWait: 3_600_000 },
		),
		source: 'service',
		what: 'The outcome is unknown: no reply came within the time-out',
		next: `Zoo asked to wait 3600 seconds; try again after that. ${updateAdvice} Target: pre_pay_cash_remaining 150.00; it could not be read back.`,
		details: { reason: 'outcomeUnknown', outcome: 'unknown', attempts: 1, target, now: {} },
	},
	'outcomeUnknown, canceled': {
		made: write.outcomeUnknown(
			subject,
			{ sight: { before, target, now: {} }, adds: true, last: unsent('canceled') },
			once,
		),
		source: 'service',
		what: 'The outcome is unknown: the execution was canceled',
		next: `${adjustAdvice} Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; it could not be read back.`,
		details: { reason: 'outcomeUnknown', outcome: 'unknown', attempts: 1, before, target, now: {} },
	},
	'outcomeUnknown, of an earlier pass': {
		made: write.outcomeUnknown(subject, { sight: { target, now: {} }, adds: false }, looked),
		source: 'service',
		what: 'The outcome is unknown: nothing has confirmed an earlier attempt',
		next: `${updateAdvice} Target: pre_pay_cash_remaining 150.00; it could not be read back.`,
		details: { reason: 'outcomeUnknown', outcome: 'unknown', target, now: {} },
	},
	stillInDoubt: {
		made: memory.stillInDoubt(page, 3),
		source: 'service',
		what: 'The outcome is unknown: nothing has confirmed an earlier attempt',
		next: `${adjustAdvice} Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00.`,
		details: { reason: 'outcomeUnknown', outcome: 'unknown', before, target },
		ofThen: true,
	},
	'stillInDoubt, of a plain update': {
		made: memory.stillInDoubt({ ...page, adds: false, preview: plainPreview }, 3),
		source: 'service',
		what: 'The outcome is unknown: nothing has confirmed an earlier attempt',
		next: `${updateAdvice} Target: pre_pay_cash_remaining 150.00.`,
		details: { reason: 'outcomeUnknown', outcome: 'unknown', target },
		ofThen: true,
	},
	previewRepeated: {
		made: memory.previewRepeated(subject, 'item 1'),
		source: 'input',
		what: "'Preview' was written by item 1 in this execution",
		next: 'A preview is applied once. Leave the repeated item out. Nothing was sent this time.',
		details: { reason: 'alreadyWritten', outcome: 'written' },
	},
	alreadyWritten: {
		made: memory.alreadyWritten(
			{ ...page, state: 'completed', result: { kind: 'success', json: {}, hints: [], wrote: true } },
			3,
		),
		source: 'input',
		what: 'This item was written before, and cannot be taken up as it is now',
		next: 'Written then: pre_pay_cash_remaining 150.00. It is not written again; start a new execution for what is missing.',
		details: { reason: 'alreadyWritten', outcome: 'written', written: target },
		ofThen: true,
	},
	'changedMeanwhile, before it was sent again': {
		made: write.changedMeanwhile(
			subject,
			{ outcome: 'notApplied', attempts: 2 },
			{ before, target, now: { pre_pay_cash_remaining: '120.00' } },
		),
		source: 'service',
		what: 'The balance changed before the write could be sent',
		next: 'Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; when last read back: pre_pay_cash_remaining 120.00. Nothing of this write was applied, so trying again is safe.',
		details: {
			reason: 'changedMeanwhile',
			outcome: 'notApplied',
			attempts: 2,
			before,
			target,
			now: { pre_pay_cash_remaining: '120.00' },
		},
	},
	'changedMeanwhile, before it was sent': {
		made: write.changedMeanwhile(subject, { outcome: 'notSent', attempts: 0 }, { before, target, now: {} }),
		source: 'service',
		what: 'The balance changed before the write could be sent',
		next: 'Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; it could not be read back. Nothing was written for this item.',
		details: { reason: 'changedMeanwhile', outcome: 'notSent', before, target, now: {} },
	},
	otherModelAnswered: {
		made: input.otherModelAnswered(
			subject,
			{ chosen: prePay, shown: apiCredits },
			{ confirmed: ['monthly_credits_remaining'], rounded: false, differences: [], missing: [cash] },
			{ reported: { status: 200, callId: 'call-1' }, attempts: 1 },
		),
		source: 'service',
		what: hasApiCredits,
		next: `${useApiCredits} Not confirmed: pre_pay_cash_remaining. Confirmed: monthly_credits_remaining.`,
		details: {
			reason: 'otherBalanceModel',
			outcome: 'notConfirmed',
			notConfirmed: ['pre_pay_cash_remaining'],
			confirmed: ['monthly_credits_remaining'],
			differences: [],
			attempts: 1,
			httpStatus: 200,
			callId: 'call-1',
		},
		after: 'Zoo’s reply (HTTP 200, call call-1).',
	},
	'otherModel, before a write': {
		made: input.otherModel(subject, { chosen: apiCredits, shown: prePay }, {}, looked),
		source: 'service',
		what: hasPrePay,
		next: `${usePrePay} Nothing was written for this item.`,
		details: { reason: 'otherBalanceModel', outcome: 'notSent' },
	},
	'otherModel, after a write that Zoo refused': {
		made: input.otherModel(subject, { chosen: prePay, shown: apiCredits }, { status: 422 }, once),
		source: 'service',
		what: hasApiCredits,
		next: `${useApiCredits} ${safe}`,
		details: { reason: 'otherBalanceModel', outcome: 'notApplied', attempts: 1, httpStatus: 422 },
		after: 'Zoo’s reply (HTTP 422).',
	},
	notConfirmed: {
		made: write.notConfirmed(subject, comparison, { reported: { status: 200 }, attempts: 1 }),
		source: 'service',
		what: "Zoo answered, but the reply does not confirm 'Pre-Pay Credits'",
		next: 'Read the balance to see what stands there before you rely on this write. Not confirmed: pre_pay_credits_remaining. Confirmed: monthly_credits_remaining. Different: pre_pay_cash_remaining asked 50.00, got 49.00.',
		details: {
			reason: 'notConfirmed',
			outcome: 'notConfirmed',
			attempts: 1,
			httpStatus: 200,
			notConfirmed: ['pre_pay_credits_remaining'],
			confirmed: comparison.confirmed,
			differences: comparison.differences,
		},
		after: 'Zoo’s reply (HTTP 200).',
	},
	'notConfirmed, none of several': {
		made: write.notConfirmed(
			subject,
			{ confirmed: [], rounded: false, differences: [], missing: [monthly, cash] },
			{ reported: {}, attempts: 1 },
		),
		source: 'service',
		what: "Zoo answered, but the reply does not confirm 'Monthly Credits (Pre-Pay)', 'Pre-Pay Cash'",
		next: 'Read the balance to see what stands there before you rely on this write. Not confirmed: monthly_credits_remaining, pre_pay_cash_remaining.',
		details: {
			reason: 'notConfirmed',
			outcome: 'notConfirmed',
			attempts: 1,
			notConfirmed: ['monthly_credits_remaining', 'pre_pay_cash_remaining'],
			confirmed: [],
			differences: [],
		},
	},
	different: {
		made: write.different(
			subject,
			{ ...comparison, missing: [] },
			{ reported: { status: 200, callId: 'call-1' }, attempts: 1 },
		),
		source: 'service',
		what: 'Zoo applied the write, but its balance is another than the one asked for',
		next: 'Compare: pre_pay_cash_remaining asked 50.00, got 49.00. Zoo or somebody else may have changed it; read the balance before you write again.',
		details: {
			reason: 'different',
			outcome: 'different',
			attempts: 1,
			httpStatus: 200,
			callId: 'call-1',
			confirmed: comparison.confirmed,
			differences: comparison.differences,
		},
		after: 'Zoo’s reply (HTTP 200, call call-1).',
	},
	referenceRepeated: {
		made: memory.referenceRepeated(subject, 'item 1'),
		source: 'input',
		what: "'Payment Reference' was used by item 1 in this execution",
		next: 'One payment is added once. Remove the repeated item, or give each payment a reference of its own. Nothing was sent for this item.',
		details: { reason: 'referenceRepeated', outcome: 'notSent' },
	},
	memoryUnreadable: {
		made: memory.memoryUnreadable(subject),
		source: 'service',
		what: 'Not sent, because this execution’s notes of what was written cannot be read',
		next: 'Another version of this node has made them, or something else has changed them. Read the balance to see what earlier tries have written; then start a new execution for what is missing. Nothing was sent for this item.',
		details: { reason: 'memoryUnreadable', outcome: 'notSent' },
	},
	referenceTaken: {
		made: memory.referenceTaken(subject),
		source: 'input',
		what: "'Payment Reference' was used before for another owner or other amounts",
		next: 'One payment is added once. Give each payment a reference of its own. Nothing was sent for this item.',
		details: { reason: 'referenceRepeated', outcome: 'notSent' },
	},
	referenceInDoubt: {
		made: memory.referenceInDoubt(subject),
		source: 'service',
		what: "Not sent, because it is unknown whether an earlier item with the same 'Payment Reference' was added",
		next: 'Read the balance before anything else, and clear up the earlier item first. Nothing was sent this time.',
		details: { reason: 'referenceInDoubt', outcome: 'unknown' },
	},
	alreadyThere: {
		made: write.alreadyThere(subject, { before, target, now: target }),
		source: 'service',
		what: 'The balance is already what the preview would make it',
		next: 'An earlier run of the same preview has written it, or somebody else has made the same change: a person has to decide. Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; when last read back: pre_pay_cash_remaining 150.00. Nothing was written this time.',
		details: { reason: 'alreadyThere', outcome: 'unknown', before, target, now: target },
	},
	'changedMeanwhile, after it may have been applied': {
		made: write.changedMeanwhile(subject, { outcome: 'unknown', attempts: 0 }, { before, target, now: {} }),
		source: 'service',
		what: 'The balance does not tell whether the preview was written',
		next: 'Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; it could not be read back. It may have been applied before somebody else wrote: a person has to decide. Nothing was written this time.',
		details: { reason: 'changedMeanwhile', outcome: 'unknown', before, target, now: {} },
	},
	amountMissing: {
		made: input.amountMissing(subject, [cash, credits]),
		source: 'service',
		what: "The balance that was read has no amount for 'Pre-Pay Cash', 'Pre-Pay Credits'",
		next: 'A missing amount is never taken as 0. Read the balance to see which amounts Zoo has. Nothing was written for this item.',
		details: { reason: 'amountMissing', outcome: 'notSent' },
	},
	noBalance: {
		made: wire.noBalance(subject, { status: 200, callId: 'call-1' }, 'notRead'),
		source: 'service',
		what: 'Zoo answered, but without any amount of a balance',
		next: "Check 'Base URL' in the Zoo API credential. Reading again is safe.",
		details: { reason: 'unreadableReply', outcome: 'notRead', httpStatus: 200, callId: 'call-1' },
		after: 'Zoo’s reply (HTTP 200, call call-1).',
	},
	'noBalance, before a write': {
		made: wire.noBalance(subject, {}, 'notSent'),
		source: 'service',
		what: 'Zoo answered, but without any amount of a balance',
		next: "Check 'Base URL' in the Zoo API credential. Nothing was written for this item.",
		details: { reason: 'unreadableReply', outcome: 'notSent' },
	},
	unreadable: {
		made: wire.unreadable(subject, 'the ID of this user', { status: 200 }),
		source: 'service',
		what: 'Zoo answered, but without the ID of this user',
		next: "Check 'Base URL' in the Zoo API credential. Nothing was written for this item.",
		details: { reason: 'unreadableReply', outcome: 'notSent', httpStatus: 200 },
		after: 'Zoo’s reply (HTTP 200).',
	},
	notLookedUp: {
		made: wire.notLookedUp(subject, unanswered('Zoo answered 500', { status: 500 }), looked),
		source: 'service',
		what: 'The user was not looked up: Zoo answered 500',
		next: `${askSupport} Nothing was written for this item.`,
		details: { reason: 'unavailable', outcome: 'notSent', httpStatus: 500 },
		after: 'Zoo’s reply (HTTP 500).',
	},
	'conditionNotMet, before the write': {
		made: input.conditionNotMet(
			subject,
			[{ field: 'pre_pay_cash_remaining', asked: '50.00', got: 'no amount' }],
			looked,
		),
		source: 'service',
		what: "The balance is not what 'Only If Balance Is' expects",
		next: 'Found: pre_pay_cash_remaining expected 50.00, found no amount. Read the balance again and decide anew. Nothing was written for this item.',
		details: {
			reason: 'conditionNotMet',
			outcome: 'notSent',
			differences: [{ field: 'pre_pay_cash_remaining', asked: '50.00', got: 'no amount' }],
		},
	},
	'conditionNotMet, before it was sent again': {
		made: input.conditionNotMet(
			subject,
			[
				{ field: 'pre_pay_cash_remaining', asked: '50.00', got: '49.00' },
				{ field: 'pre_pay_credits_remaining', asked: '1.00', got: '2.00' },
			],
			twice,
		),
		source: 'service',
		what: "The balance is not what 'Only If Balance Is' expects",
		next: `Found: pre_pay_cash_remaining expected 50.00, found 49.00; pre_pay_credits_remaining expected 1.00, found 2.00. Read the balance again and decide anew. ${safe}`,
		details: {
			reason: 'conditionNotMet',
			outcome: 'notApplied',
			attempts: 2,
			differences: [
				{ field: 'pre_pay_cash_remaining', asked: '50.00', got: '49.00' },
				{ field: 'pre_pay_credits_remaining', asked: '1.00', got: '2.00' },
			],
		},
	},
	'outOfRange, below zero': {
		made: input.outOfRange(subject, 'belowZero', 'pre_pay_cash_remaining: 5.00 now, -6.00 to add, would be -1.00'),
		source: 'input',
		what: 'The adjustment would take the balance below zero',
		next: 'pre_pay_cash_remaining: 5.00 now, -6.00 to add, would be -1.00. Change the amount. Nothing was written for this item.',
		details: { reason: 'belowZero', outcome: 'notSent' },
	},
	'outOfRange, too large': {
		made: input.outOfRange(subject, 'tooLarge', 'sums'),
		source: 'input',
		what: 'The adjustment would make the balance too large',
		next: 'sums. Change the amount. Nothing was written for this item.',
		details: { reason: 'tooLarge', outcome: 'notSent' },
	},
};

describe.each(Object.entries(cases))('%s', (_name, { made, source, what, next, details, after, ofThen }) => {
	it('says what happened, and to which item', () => {
		expect(made).toMatchObject({ source, what: `${what} [item 3]` });
	});

	it('says what to do next, and the facts of the owner that was or would be written to', () => {
		expect(made.next).toBe([next, ofThen ? thenFacts : facts, ...(after === undefined ? [] : [after])].join(' '));
	});

	it('hands its facts to a later step', () => {
		expect(made.details).toEqual({ ...(ofThen ? thenKnown : known), ...details });
		expect(Object.values(made.details)).not.toContain(undefined);
	});

	it('has none of the words that frighten', () => {
		const ours = `${made.what} ${made.next}`.replace(/with this: \w*Error/, '');
		expect(ours).not.toMatch(/error|problem|failure|mistake/i);
	});

	it('promises safety, or nothing sent or written, only where that is so', () => {
		const promises = /safe|Nothing was (sent|written) for this item/.test(made.next);
		expect(promises).toBe(!['unknown', 'different', 'notConfirmed', 'written'].includes(made.details.outcome));
	});
});

it('a read that is not readable leaves nothing read', () => {
	expect(wire.unreadable({ item: 3, owner: ownOrg }, 'a subscription', { status: 200 })).toMatchObject({
		what: 'Zoo answered, but without a subscription [item 3]',
		next: "Check 'Base URL' in the Zoo API credential. Reading again is safe. Zoo’s reply (HTTP 200).",
		details: { reason: 'unreadableReply', outcome: 'notRead', httpStatus: 200 },
	});
});

it('has a case for every failure there is', () => {
	expect([...new Set(Object.keys(cases).map((name) => name.split(',')[0]))].sort()).toEqual(makers);
});

it('about a user says so', () => {
	const ofUser = { item: 0, owner: user };
	expect(memory.blocked(ofUser, 'item 1').what).toContain('for the same user is');
	expect(memory.overtaken(ofUser, 1).what).toContain('for the same user was');
});

it('of what was written then has no reference where there was none', () => {
	const made = memory.alreadyWritten({ ...page, preview: unnamedPreview }, 3);
	expect(made.details).not.toHaveProperty('reference');
	expect(made.next).not.toContain('Payment Reference');
});

it.each(['notRead', 'notLooked'] as const)('%s never says of a request that was sent that nothing was', (maker) => {
	for (const last of [silent, busy, stale, refused(404), unsent('canceled'), unsent('held')]) {
		const made = wire[maker](subject, last, looked);
		expect(`${made.what} ${made.next}`).not.toContain('Nothing was sent');
		expect(made.details.outcome).toBe(maker === 'notRead' ? 'notRead' : 'notSent');
	}
});

it('names a dry run only where nothing would have been written anyway', () => {
	const dryRun = { ...subject, dryRun: true };
	expect(wire.notSent(dryRun, 'canceled', never).details.dryRun).toBe(true);
	expect(wire.notSent(dryRun, 'canceled', once).details).not.toHaveProperty('dryRun');
});

it.each([
	[ownerKinds.org, true, 'This works with the token of an admin of the organization only.'],
	[ownerKinds.org, false, 'This works with the token of any member or service account of the organization.'],
	[ownerKinds.user, false, 'This works with the token of any user, which a service account is not.'],
])('a 403 to a read of the own %j (for an admin: %j) says whose token it takes', (kind, needsAdmin, whose) => {
	const made = wire.notRead({ item: 0, owner: { kind, id: undefined }, needsAdmin }, refused(403, 'no'), looked);
	expect(made.what).toBe('The API token has no right to do this [item 0]');
	expect(made.next).toContain(`Use another Zoo API credential. ${whose} Reading again is safe.`);
	expect(made.details.reason).toBe('tokenRefused');
});

describe('a final no from Zoo', () => {
	const employee =
		"Balances by ID need the token of a Zoo employee. 'Get Own Org Balance' works with the token of any member or service account of the organization.";
	const bad = "Check 'API Token' and 'Base URL' in the Zoo API credential.";

	it.each<[string, NoAnswer, string, string, FailureDetails['reason']]>([
		['401', refused(401, 'no'), 'Zoo did not accept the API token', `${bad} ${employee} ${safe}`, 'tokenRefused'],
		[
			'400 of a token',
			refused(400, 'could not authenticate'),
			'Zoo did not accept the API token',
			`${bad} ${employee} ${safe}`,
			'tokenRefused',
		],
		[
			'403',
			refused(403, 'no'),
			'The API token has no right to do this',
			`Use another Zoo API credential. ${employee} ${safe}`,
			'employeeTokenNeeded',
		],
		[
			'404',
			{ ...refused(404), endpoint: 'there' },
			'Zoo does not know this organization',
			`Check 'Organization ID', and 'Base URL' in the credential. ${safe}`,
			'ownerUnknown',
		],
		[
			'404 of a host without the endpoint',
			{ ...refused(404), endpoint: 'absent' },
			'This Zoo host has no such endpoint (any more)',
			`It is not about this organization. If 'Base URL' in the credential is right, Zoo has withdrawn this call, and nothing but another host or an update of this node helps. ${safe}`,
			'endpointMissing',
		],
		[
			'404 where nobody could tell which',
			refused(404),
			'Zoo does not know this organization, or this host has no such endpoint (any more)',
			`Check 'Organization ID', and 'Base URL' in the credential. If both are right, Zoo has withdrawn this call, and nothing but another host or an update of this node helps. ${safe}`,
			'ownerOrEndpointUnknown',
		],
		[
			'400 of another kind',
			refused(400, 'bad amount'),
			'The balance was not changed: Zoo answered 400',
			`Zoo would refuse the same request again: change what it objects to; if it does not know the fields, 'Get Balance' shows which ones it has. ${safe}`,
			'refusedByZoo',
		],
		[
			'406',
			refused(406),
			'The balance was not changed: Zoo answered 406',
			`Zoo would refuse the same request again: change what it objects to; if it does not know the fields, 'Get Balance' shows which ones it has. ${safe}`,
			'refusedByZoo',
		],
		[
			'422',
			refused(422),
			'The balance was not changed: Zoo answered 422',
			`Zoo would refuse the same request again: change what it objects to; if it does not know the fields, 'Get Balance' shows which ones it has. ${safe}`,
			'refusedByZoo',
		],
		[
			'a redirect',
			{ ...refused(302), cause: 'Zoo answered 302, a redirect' },
			'The balance was not changed: Zoo answered 302, a redirect',
			`Check 'Base URL' in the Zoo API credential. ${safe}`,
			'unreachable',
		],
		[
			'a bad certificate',
			unanswered('the host’s certificate was not accepted', { inDoubt: 'no', again: false }),
			'The balance was not changed: the host’s certificate was not accepted',
			`Check 'Base URL' in the Zoo API credential. ${safe}`,
			'unreachable',
		],
	])('%s', (_, last, what, next, reason) => {
		const made = wire.notApplied(subject, last, once);
		expect(made.what).toBe(`${what} [item 3]`);
		expect(made.next).toContain(`${next} ${facts}`);
		expect(made.details).toMatchObject({ ...known, reason, outcome: 'notApplied' });
		expect(`${made.what} ${made.next}`).not.toMatch(/error|problem|failure|mistake/i);
	});

	it('to a read is as clear', () => {
		const made = wire.notRead({ item: 0, owner: user }, { ...refused(404), endpoint: 'there' }, looked);
		expect(made.what).toBe('Zoo does not know this user [item 0]');
		expect(made.next).toBe(
			`Check 'User ID', and 'Base URL' in the credential. Reading again is safe. User ID: ${USER_ID}. Zoo’s reply (HTTP 404).`,
		);
		expect(made.details).toEqual({
			reason: 'ownerUnknown',
			outcome: 'notRead',
			item: 0,
			userId: USER_ID,
			httpStatus: 404,
		});
	});

	it('does not ask for an employee’s token where any will do', () => {
		for (const status of [401, 403]) {
			expect(wire.notRead({ item: 0, owner: ownOrg }, refused(status, 'no'), looked).next).not.toContain('employee');
		}
	});

	it.each([401, 403])('is none without Zoo’s own document, and says nothing of a missing right: %d', (status) => {
		for (const failed of [
			wire.notRead(subject, refused(status), looked),
			wire.notApplied(subject, refused(status), once),
		])
			expect(failed).toMatchObject({
				what: 'Something in front of Zoo let nothing through [item 3]',
				next: expect.stringContaining('It was not Zoo that answered.'),
				details: { reason: 'unavailable', httpStatus: status },
			});
	});
});

it('a doubt that was left is none of them, even where Zoo says no now', () => {
	expect(
		write.outcomeUnknown(subject, { sight: { target, now: {} }, adds: true, last: refused(403) }, once),
	).toMatchObject({
		what: 'The outcome is unknown: Zoo answered 403 [item 3]',
		details: { reason: 'outcomeUnknown', httpStatus: 403 },
	});
});

it.each([500, 503, 504, 408])('%d until the time was over is no final no', (status) => {
	expect(wire.notApplied(subject, unanswered(`Zoo answered ${status}`, { status }), once).details.reason).toBe(
		'unavailable',
	);
});

it('303 to a read is a redirect', () => {
	expect(wire.notRead(subject, unanswered('Zoo answered 303', { again: false, status: 303 }), looked)).toMatchObject({
		next: expect.stringMatching(/^Check 'Base URL' .* Reading again is safe\./),
		details: { reason: 'unreachable' },
	});
});

it.each<[NotSent['why'], number, boolean, string]>([
	['canceled', 0, false, 'Nothing was sent for this item.'],
	['canceled', 0, true, 'Nothing was written for this item.'],
	['canceled', 1, true, safe],
	['expired', 0, true, 'Nothing was written for this item.'],
	['expired', 1, true, safe],
	['held', 0, false, 'Nothing was sent for this item.'],
	['held', 0, true, 'Nothing was written for this item.'],
	['held', 3, true, safe],
	['stopped', 0, false, 'Nothing was sent for this item.'],
	['stopped', 0, true, 'Nothing was written for this item.'],
])(
	'what was kept back (%s) after %d attempts, and a look: %s, tells how things stand',
	(why, attempts, hasSent, state) => {
		const made = wire.notSent({ item: 0 }, why, { attempts, askedToWait: undefined, hasSent });
		expect(made.next.endsWith(state)).toBe(true);
		const unbegun = hasSent ? 'Not written, because' : 'Not sent, because';
		expect(made.what.startsWith(attempts > 0 ? 'Not sent again, because' : unbegun)).toBe(true);
		expect(made.details).toEqual({
			reason: { canceled: 'canceled', expired: 'previewExpired', held: 'heldBack', stopped: 'stopped' }[why],
			item: 0,
			...(attempts > 0 ? { outcome: 'notApplied', attempts } : { outcome: 'notSent' }),
		});
	},
);

it('tells only what is known', () => {
	const made = input.invalidInput({ item: 7 }, new Refusal('What', 'Next.'));
	expect(made).toMatchObject({ what: 'What [item 7]', next: 'Next. Nothing was sent for this item.' });
	expect(made.details).toEqual({ reason: 'invalidInput', outcome: 'notSent', item: 7 });
});

it.each([
	[{ message: 'm' }, 'Zoo said: “m” (HTTP 500).'],
	[{ requestId: 'r' }, 'Zoo’s reply (HTTP 500, request r).'],
	[{ errorCode: 'c', requestId: 'r' }, 'Zoo’s reply (HTTP 500, code c, request r).'],
	[{}, 'Zoo’s reply (HTTP 500).'],
])('quotes Zoo: %j', (words, text) => {
	const last = unanswered('Zoo answered 500', { status: 500, zoo: words });
	expect(wire.notRead({ item: 0 }, last, looked).next).toBe(`${askSupport} Reading again is safe. ${text}`);
});

it('lists amounts by name', () => {
	expect(listed({ a: '1.00', b: '2.00' })).toBe('a 1.00, b 2.00');
});

// Every failure that the node can report: what it says, what it advises, and the facts that a later step gets.

import type { Comparison } from '../../nodes/ZooBilling/balance/confirm';
import { Refusal } from '../../nodes/ZooBilling/refusal';
import type { NoAnswer } from '../../nodes/ZooBilling/zoo/exchange';
import * as failures from '../../nodes/ZooBilling/zoo/failure';
import type { Failure, FailureDetails, Subject } from '../../nodes/ZooBilling/zoo/failure';
import { apiCredits, cash, credits, monthly, org, ORG_ID, ownOrg, prePay, user, USER_ID } from './given';

const subject: Subject = {
	item: 3,
	owner: org,
	asked: { pre_pay_cash_remaining: '50.00', pre_pay_credits_remaining: '62.50' },
	reference: 'pi_3OqT',
};
const facts = `Organization ID: ${ORG_ID}. Asked: pre_pay_cash_remaining 50.00, pre_pay_credits_remaining 62.50. Payment Reference: pi_3OqT.`;
const known = { item: 3, orgId: ORG_ID, asked: subject.asked, reference: 'pi_3OqT' };

const once = { attempts: 1, askedToWait: undefined };
const never = { attempts: 0, askedToWait: undefined };
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

const silent: NoAnswer = { kind: 'perhapsApplied', cause: 'no reply came within the time-out' };
const busy: NoAnswer = { kind: 'notApplied', cause: 'Zoo answered 429', holdsAll: true, ...reported };
const unsent = (why: 'canceled' | 'stopped' | 'held'): NoAnswer => ({ kind: 'unsent', why });
const refused = (status: number, message?: string): Extract<NoAnswer, { kind: 'refused' }> => ({
	kind: 'refused',
	cause: `Zoo answered ${status}`,
	status,
	...(message !== undefined && { zoo: { message } }),
});

const before = { pre_pay_cash_remaining: '100.00' };
const target = { pre_pay_cash_remaining: '150.00' };
const comparison: Comparison = {
	confirmed: ['monthly_credits_remaining'],
	rounded: false,
	differences: [{ field: 'pre_pay_cash_remaining', asked: '50.00', got: '49.00' }],
	missing: [credits],
};

interface Case {
	readonly made: Failure;
	readonly source: Failure['source'];
	readonly what: string;
	/** What stands before the facts. */
	readonly next: string;
	readonly details: Partial<FailureDetails>;
	/** What stands after the facts; none by default. */
	readonly after?: string;
}

const cases: Record<string, Case> = {
	invalidInput: {
		made: failures.invalidInput(subject, new Refusal("'Pre-Pay Cash' is empty", 'Enter an amount.')),
		source: 'input',
		what: "'Pre-Pay Cash' is empty",
		next: 'Enter an amount. Nothing was sent for this item.',
		details: { reason: 'invalidInput', outcome: 'notSent' },
	},
	'invalidInput, of a credential': {
		made: failures.invalidInput(
			subject,
			new Refusal('The credential could not be opened', 'Choose one.'),
			'credentialUnusable',
		),
		source: 'input',
		what: 'The credential could not be opened',
		next: 'Choose one. Nothing was sent for this item.',
		details: { reason: 'credentialUnusable', outcome: 'notSent' },
	},
	'notRead, reading': {
		made: failures.notRead(subject, silent, never, 'notRead'),
		source: 'service',
		what: 'Nothing was read: no reply came within the time-out',
		next: 'Reading again is safe.',
		details: { reason: 'unreachable', outcome: 'notRead' },
	},
	'notRead, a reply that is none': {
		made: failures.notRead(
			subject,
			{ kind: 'perhapsApplied', cause: 'Zoo answered 200, but its reply cannot be read', status: 200 },
			never,
			'notRead',
		),
		source: 'service',
		what: 'Nothing was read: Zoo answered 200, but its reply cannot be read',
		next: 'Reading again is safe.',
		details: { reason: 'unreadableReply', outcome: 'notRead', httpStatus: 200 },
		after: 'Zoo’s reply (HTTP 200).',
	},
	'notRead, before a write': {
		made: failures.notRead(subject, busy, { attempts: 0, askedToWait: 61_500 }, 'notSent'),
		source: 'service',
		what: 'The balance was not read: Zoo answered 429',
		next: 'Zoo asked to wait 62 seconds; try again after that. The balance has to be read before it is written. The balance was not changed, so trying again is safe.',
		details: { reason: 'unavailable', outcome: 'notSent', ...reportedDetails },
		after: said,
	},
	'notRead, canceled': {
		made: failures.notRead(subject, unsent('canceled'), never, 'notRead'),
		source: 'service',
		what: 'Not sent, because the execution was canceled',
		next: 'Run the workflow again for the items that are left. Nothing was sent for this item.',
		details: { reason: 'canceled', outcome: 'notSent' },
	},
	'notApplied, once': {
		made: failures.notApplied(
			subject,
			{ kind: 'notApplied', cause: 'the connection was refused', holdsAll: false },
			once,
		),
		source: 'service',
		what: 'The balance was not changed: the connection was refused',
		next: 'The balance was not changed, so trying again is safe.',
		details: { reason: 'unreachable', outcome: 'notApplied', attempts: 1 },
	},
	'notApplied, after several attempts': {
		made: failures.notApplied(subject, busy, { attempts: 4, askedToWait: 120_000 }),
		source: 'service',
		what: 'The balance was not changed: Zoo answered 429 (4 attempts)',
		next: 'Zoo asked to wait 120 seconds; try again after that. The balance was not changed, so trying again is safe.',
		details: { reason: 'unavailable', outcome: 'notApplied', attempts: 4, ...reportedDetails },
		after: said,
	},
	'notApplied, held back': {
		made: failures.notApplied(subject, unsent('held'), { attempts: 2, askedToWait: 90_000 }),
		source: 'service',
		what: 'Not sent again, because Zoo asked all requests to wait',
		next: 'Zoo asked to wait 90 seconds; try again after that. Try again later. The balance was not changed, so trying again is safe.',
		details: { reason: 'heldBack', outcome: 'notApplied', attempts: 2 },
	},
	'notSent, stopped': {
		made: failures.notSent(subject, 'stopped', never),
		source: 'service',
		what: 'Not sent, because another item did not go through',
		next: 'Correct that item, then run the workflow again for the items that are left. Nothing was sent for this item.',
		details: { reason: 'stopped', outcome: 'notSent' },
	},
	blocked: {
		made: failures.blocked(subject, 'item 1'),
		source: 'service',
		what: 'Not sent, because the outcome of item 1 for the same organization is unknown',
		next: 'Clear up item 1 first; then run this item again. Nothing was sent for this item.',
		details: { reason: 'blockedByEarlierItem', outcome: 'notSent', blockedBy: 1 },
	},
	'unforeseen, before anything was sent': {
		made: failures.unforeseen(subject, never),
		source: 'service',
		what: 'The node met something that it was not made for',
		next: 'Please report it to the makers of this node. Nothing was sent for this item.',
		details: { reason: 'unforeseen', outcome: 'notSent' },
	},
	'unforeseen, after a write': {
		made: failures.unforeseen(subject, { attempts: 1, askedToWait: undefined }),
		source: 'service',
		what: 'The node met something that it was not made for',
		next: 'Please report it to the makers of this node. The write may have been applied: read the balance before anything else.',
		details: { reason: 'unforeseen', outcome: 'unknown', attempts: 1 },
	},
	'outcomeUnknown, seen': {
		made: failures.outcomeUnknown(
			subject,
			busy,
			'Read the balance first.',
			{ attempts: 2, askedToWait: undefined },
			{ before, target, now: { pre_pay_cash_remaining: '120.00' } },
		),
		source: 'service',
		what: 'The outcome is unknown: Zoo answered 429',
		next: 'Read the balance first. Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; when last read back: pre_pay_cash_remaining 120.00.',
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
	stillInDoubt: {
		made: failures.stillInDoubt(subject, { before, target }, never),
		source: 'service',
		what: 'The outcome is unknown: an earlier attempt in this execution got no answer',
		next: `${failures.adjustAdvice} Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; it could not be read back.`,
		details: { reason: 'outcomeUnknown', outcome: 'unknown', before, target, now: {} },
	},
	'outcomeUnknown, not seen': {
		made: failures.outcomeUnknown(subject, silent, 'Read the balance first.', once, { before, target, now: {} }),
		source: 'service',
		what: 'The outcome is unknown: no reply came within the time-out',
		next: 'Read the balance first. Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; it could not be read back.',
		details: { reason: 'outcomeUnknown', outcome: 'unknown', attempts: 1, before, target, now: {} },
	},
	'outcomeUnknown, canceled': {
		made: failures.outcomeUnknown(subject, unsent('canceled'), 'Read the balance first.', once, {
			before,
			target,
			now: {},
		}),
		source: 'service',
		what: 'The outcome is unknown: the execution was canceled',
		next: 'Read the balance first. Before: pre_pay_cash_remaining 100.00; target: pre_pay_cash_remaining 150.00; it could not be read back.',
		details: { reason: 'outcomeUnknown', outcome: 'unknown', attempts: 1, before, target, now: {} },
	},
	changedMeanwhile: {
		made: failures.changedMeanwhile(
			subject,
			{ attempts: 2, askedToWait: undefined },
			{ before, target, now: { pre_pay_cash_remaining: '120.00' } },
		),
		source: 'service',
		what: 'The balance changed before the write could be sent again',
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
	'otherModel, after a write': {
		made: failures.otherModel(
			subject,
			prePay,
			apiCredits,
			{ confirmed: ['monthly_credits_remaining'], rounded: false, differences: [], missing: [cash] },
			{ status: 200, callId: 'call-1' },
			once,
		),
		source: 'service',
		what: "This Zoo API speaks another balance model than 'Monthly and Pre-Pay (Documented)'",
		next: "Set 'Balance Model' to 'API Credits (Zoo API Since May 2025)'. Not confirmed: pre_pay_cash_remaining. Confirmed: monthly_credits_remaining.",
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
		made: failures.otherModel(subject, apiCredits, prePay, undefined, {}, never),
		source: 'service',
		what: "This Zoo API speaks another balance model than 'API Credits (Zoo API Since May 2025)'",
		next: "Set 'Balance Model' to 'Monthly and Pre-Pay (Documented)'. Nothing was sent for this item.",
		details: { reason: 'otherBalanceModel', outcome: 'notSent' },
	},
	notConfirmed: {
		made: failures.notConfirmed(subject, comparison, { status: 200 }, once),
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
		made: failures.notConfirmed(
			subject,
			{ confirmed: [], rounded: false, differences: [], missing: [monthly, cash] },
			{},
			once,
		),
		source: 'service',
		what: "Zoo answered, but the reply does not confirm 'Monthly Credits', 'Pre-Pay Cash'",
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
		made: failures.different(subject, { ...comparison, missing: [] }, { status: 200, callId: 'call-1' }, once),
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
	alreadyWritten: {
		made: failures.alreadyWritten(subject),
		source: 'input',
		what: 'This item was written with other parameters in an earlier try of this execution',
		next: 'Read the balance to see what was applied, and start a new execution for what is missing. Nothing was sent for it this time.',
		details: { reason: 'alreadyAdjusted', outcome: 'notSent' },
	},
	referenceRepeated: {
		made: failures.referenceRepeated(subject, 'item 1'),
		source: 'input',
		what: "'Payment Reference' was used by item 1 in this execution",
		next: 'One payment is added once. Remove the repeated item, or give each payment a reference of its own. Nothing was sent for this item.',
		details: { reason: 'referenceRepeated', outcome: 'notSent' },
	},
	amountMissing: {
		made: failures.amountMissing(subject, [cash, credits]),
		source: 'service',
		what: "The balance that was read has no amount for 'Pre-Pay Cash', 'Pre-Pay Credits'",
		next: "A missing amount is never taken as 0. Check 'Balance Model', and read the balance to see what Zoo has. Nothing was sent for this item.",
		details: { reason: 'amountMissing', outcome: 'notSent' },
	},
	noBalance: {
		made: failures.noBalance(subject, { status: 200, callId: 'call-1' }, 'notRead'),
		source: 'service',
		what: 'Zoo answered, but without any amount of a balance',
		next: "Check 'Base URL' in the Zoo API credential. Reading again is safe.",
		details: { reason: 'unreadableReply', outcome: 'notRead', httpStatus: 200, callId: 'call-1' },
		after: 'Zoo’s reply (HTTP 200, call call-1).',
	},
	unreadable: {
		made: failures.unreadable(subject, 'the ID of this user', { status: 200 }),
		source: 'service',
		what: 'Zoo answered, but without the ID of this user',
		next: "Check 'Base URL' in the Zoo API credential. Nothing was sent for this item.",
		details: { reason: 'unreadableReply', outcome: 'notSent', httpStatus: 200 },
		after: 'Zoo’s reply (HTTP 200).',
	},
	notLookedUp: {
		made: failures.notLookedUp(subject, { kind: 'perhapsApplied', cause: 'Zoo answered 500', status: 500 }, never),
		source: 'service',
		what: 'The user was not looked up: Zoo answered 500',
		next: 'Nothing was sent for this item.',
		details: { reason: 'unavailable', outcome: 'notSent', httpStatus: 500 },
		after: 'Zoo’s reply (HTTP 500).',
	},
	conditionNotMet: {
		made: failures.conditionNotMet(subject, [{ field: 'pre_pay_cash_remaining', asked: '50.00', got: 'no amount' }]),
		source: 'service',
		what: "The balance is not what 'Only If Balance Is' expects",
		next: 'Found: pre_pay_cash_remaining expected 50.00, found no amount. Read the balance again and decide anew. Nothing was sent for this item.',
		details: {
			reason: 'conditionNotMet',
			outcome: 'notSent',
			differences: [{ field: 'pre_pay_cash_remaining', asked: '50.00', got: 'no amount' }],
		},
	},
	'outOfRange, below zero': {
		made: failures.outOfRange(subject, 'belowZero', 'pre_pay_cash_remaining: 5.00 now, -6.00 to add, would be -1.00'),
		source: 'input',
		what: 'The adjustment would take the balance below zero',
		next: 'pre_pay_cash_remaining: 5.00 now, -6.00 to add, would be -1.00. Change the amount. Nothing was sent for this item.',
		details: { reason: 'belowZero', outcome: 'notSent' },
	},
	'outOfRange, too large': {
		made: failures.outOfRange(subject, 'tooLarge', 'sums'),
		source: 'input',
		what: 'The adjustment would make the balance too large',
		next: 'sums. Change the amount. Nothing was sent for this item.',
		details: { reason: 'tooLarge', outcome: 'notSent' },
	},
};

describe.each(Object.entries(cases))('%s', (_, { made, source, what, next, details, after }) => {
	it('says what happened, and to which item', () => {
		expect(made).toMatchObject({ source, what: `${what} [item 3]` });
	});

	it('says what to do next, and the facts', () => {
		expect(made.next).toBe([next, facts, ...(after === undefined ? [] : [after])].join(' '));
	});

	it('hands its facts to a later step', () => {
		expect(made.details).toEqual({ ...known, ...details });
		expect(Object.values(made.details)).not.toContain(undefined);
	});

	it('has none of the words that frighten', () => {
		expect(`${made.what} ${made.next}`).not.toMatch(/error|problem|failure|mistake/i);
	});

	it('promises safety or nothing sent only where that is so', () => {
		const promises = /safe|Nothing was sent/.test(made.next);
		expect(promises).toBe(!['unknown', 'different', 'notConfirmed'].includes(made.details.outcome));
	});
});

it('a read that is not readable leaves nothing read', () => {
	expect(failures.unreadable({ item: 3, owner: ownOrg }, 'a subscription', { status: 200 })).toMatchObject({
		what: 'Zoo answered, but without a subscription [item 3]',
		next: "Check 'Base URL' in the Zoo API credential. Reading again is safe. Zoo’s reply (HTTP 200).",
		details: { reason: 'unreadableReply', outcome: 'notRead', httpStatus: 200 },
	});
});

it('has a case for every failure there is', () => {
	const makers = Object.entries(failures).flatMap(([name, value]) =>
		typeof value === 'function' && !['Failure', 'listed'].includes(name) ? [name] : [],
	);
	expect(new Set(Object.keys(cases).map((name) => name.split(',')[0]))).toEqual(new Set(makers));
});

describe('a final no from Zoo', () => {
	const employee = "Balances by ID need the token of a Zoo employee; 'Get Own Org Balance' works with any valid token.";
	const bad = "Check 'API Token' and 'Base URL' in the Zoo API credential.";
	const safe = 'The balance was not changed, so trying again is safe.';

	it.each<[string, NoAnswer, string, string, FailureDetails['reason']]>([
		['401', refused(401), 'Zoo did not accept the API token', `${bad} ${employee} ${safe}`, 'tokenRefused'],
		[
			'400 of a token',
			refused(400, 'could not authenticate'),
			'Zoo did not accept the API token',
			`${bad} ${employee} ${safe}`,
			'tokenRefused',
		],
		[
			'403',
			refused(403),
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
			`Zoo would refuse the same request again: change what it objects to; if it does not know the fields, that is 'Balance Model'. ${safe}`,
			'refusedByZoo',
		],
		[
			'406',
			refused(406),
			'The balance was not changed: Zoo answered 406',
			`Zoo would refuse the same request again: change what it objects to; if it does not know the fields, that is 'Balance Model'. ${safe}`,
			'refusedByZoo',
		],
		[
			'422',
			refused(422),
			'The balance was not changed: Zoo answered 422',
			`Zoo would refuse the same request again: change what it objects to; if it does not know the fields, that is 'Balance Model'. ${safe}`,
			'refusedByZoo',
		],
		[
			'a redirect',
			{ kind: 'refused', cause: 'Zoo answered 302, a redirect', status: 302 },
			'The balance was not changed: Zoo answered 302, a redirect',
			`Check 'Base URL' in the Zoo API credential. ${safe}`,
			'unreachable',
		],
		[
			'a bad certificate',
			{ kind: 'refused', cause: 'the host’s certificate was not accepted' },
			'The balance was not changed: the host’s certificate was not accepted',
			`Check 'Base URL' in the Zoo API credential. ${safe}`,
			'unreachable',
		],
	])('%s', (_, last, what, next, reason) => {
		const made = failures.notApplied(subject, last, once);
		expect(made.what).toBe(`${what} [item 3]`);
		expect(made.next).toContain(`${next} ${facts}`);
		expect(made.details).toMatchObject({ ...known, reason, outcome: 'notApplied' });
		expect(`${made.what} ${made.next}`).not.toMatch(/error|problem|failure|mistake/i);
	});

	it('to a read is as clear', () => {
		const made = failures.notRead({ item: 0, owner: user }, { ...refused(404), endpoint: 'there' }, never, 'notRead');
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
			expect(failures.notRead({ item: 0, owner: ownOrg }, refused(status), never, 'notRead').next).not.toContain(
				'employee',
			);
		}
	});
});

it.each<['canceled' | 'stopped' | 'held', number, string]>([
	['canceled', 0, 'Nothing was sent for this item.'],
	['canceled', 1, 'The balance was not changed, so trying again is safe.'],
	['held', 0, 'Nothing was sent for this item.'],
	['held', 3, 'The balance was not changed, so trying again is safe.'],
	['stopped', 0, 'Nothing was sent for this item.'],
])('what was kept back (%s) after %d attempts tells how things stand', (why, attempts, state) => {
	const made = failures.notSent({ item: 0 }, why, { attempts, askedToWait: undefined });
	expect(made.next.endsWith(state)).toBe(true);
	expect(made.details).toEqual({
		reason: { canceled: 'canceled', held: 'heldBack', stopped: 'stopped' }[why],
		item: 0,
		...(attempts > 0 ? { outcome: 'notApplied', attempts } : { outcome: 'notSent' }),
	});
});

it('of an earlier pass in doubt says so', () => {
	expect(failures.outcomeUnknown({ item: 0 }, undefined, 'Look.', never, { target, now: {} }).what).toBe(
		'The outcome is unknown: an earlier attempt in this execution got no answer [item 0]',
	);
});

it('tells only what is known', () => {
	const made = failures.invalidInput({ item: 7 }, new Refusal('What', 'Next.'));
	expect(made).toMatchObject({ what: 'What [item 7]', next: 'Next. Nothing was sent for this item.' });
	expect(made.details).toEqual({ reason: 'invalidInput', outcome: 'notSent', item: 7 });
});

it.each([
	[{ message: 'm' }, 'Zoo said: “m” (HTTP 500).'],
	[{ requestId: 'r' }, 'Zoo’s reply (HTTP 500, request r).'],
	[{ errorCode: 'c', requestId: 'r' }, 'Zoo’s reply (HTTP 500, code c, request r).'],
	[{}, 'Zoo’s reply (HTTP 500).'],
])('quotes Zoo: %j', (words, text) => {
	expect(
		failures.notRead(
			{ item: 0 },
			{ kind: 'perhapsApplied', cause: 'Zoo answered 500', status: 500, zoo: words },
			never,
			'notRead',
		).next,
	).toBe(`Reading again is safe. ${text}`);
});

it('lists amounts by name', () => {
	expect(failures.listed({ a: '1.00', b: '2.00' })).toBe('a 1.00, b 2.00');
});

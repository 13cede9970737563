// What is said of a write that was not applied: by what was seen, and whether anything was sent.

import { ownerKeyOf } from '../../nodes/ZooBilling/balance/owner';
import type { Preview } from '../../nodes/ZooBilling/writing/preview';
import { readReply } from '../../nodes/ZooBilling/balance/reply';
import type { ItemSession } from '../../nodes/ZooBilling/pass/item';
import { optionDefaults } from '../../nodes/ZooBilling/operations/options';
import { report, unchanged } from '../../nodes/ZooBilling/writing/report';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { RequestSession } from '../../nodes/ZooBilling/zoo/session';
import type { NotApplied } from '../../nodes/ZooBilling/writing/protocol';
import { amountOf, cash, credits, freeTraffic, org, ORG_ID, prePay, ScriptedWorld, failureOf } from './given';
import { type Failure, isFailure } from '../../nodes/ZooBilling/outcome/failure';

const preview: Preview = {
	host: 'zoo.test',
	resource: 'org',
	ownerId: ORG_ID,
	balanceModel: 'prePay',
	from: { pre_pay_cash_remaining: '100.00' },
	to: { pre_pay_cash_remaining: '110.00' },
};
const own = readReply({ pre_pay_cash_remaining: '90.00', pre_pay_credits_remaining: '20.00' });
const others = readReply({ stable_api_credits_remaining_monetary_value: 1 });

const options = { ...optionDefaults, onlyIf: [amountOf(credits, '19')] };
const subject = { item: 0, owner: org };
const amounts = [amountOf(cash, '10')];
const intent = { subject, owner: org, ownerKey: ownerKeyOf(org), model: prePay, amounts, options };

/** `sent`: how many attempts were made. */
function sessionOf(sent: number, begin: ItemSession['begin']): ItemSession {
	const exchange = new RequestSession(new ScriptedWorld([]), freeTraffic(), optionDefaults);
	exchange.sent = sent;
	const lane = { preview: new Map() };
	return { exchange, lane, host: 'zoo.test', registry: new OwnerRegistry(), begin, leave: () => undefined };
}

function said(end: Omit<NotApplied, 'kind'>, sent = 0): Failure {
	const mark = new OwnerRegistry().time();
	const page = { id: 'p', fingerprint: '', adds: true, preview, startedAt: mark, state: 'inProgress' } as const;
	const session = sessionOf(sent, () => page);
	const kind = { adds: true, isEnough: () => true };
	const result = report(session, { intent, kind, record: page, inDoubt: 'no' }, { kind: 'notApplied', ...end });
	if (!isFailure(result)) throw new Error('It was confirmed');
	return result;
}

it.each([
	[0, 'notSent'],
	[1, 'notApplied'],
])('a balance that changed after %d attempts leaves the write %s', (sent, outcome) => {
	expect(said({ why: 'changedMeanwhile', seen: own }, sent).details).toMatchObject({
		reason: 'changedMeanwhile',
		outcome,
	});
});

it('a condition that does not hold any more is told with what stands there', () => {
	const { details, next, what } = said({ why: 'conditionNotMet', seen: own }, 1);
	expect(details.reason).toBe('conditionNotMet');
	expect(`${what} ${next}`).toMatch(/19\.00.*20\.00|20\.00.*19\.00/);
});

it('what was not sent any more says why, whatever model was seen', () => {
	const last = { kind: 'notSent', why: 'canceled' } as const;
	expect(said({ why: 'turnedAway', last, seen: others }, 1).details.reason).toBe('canceled');
});

it('what was turned away by a Zoo of the other model names that model', () => {
	const last = {
		kind: 'unanswered',
		inDoubt: 'rejected',
		again: false,
		cause: 'Zoo answered 422',
		status: 422,
	} as const;
	expect(said({ why: 'turnedAway', last, seen: others }, 1).details.reason).toBe('otherBalanceModel');
	expect(said({ why: 'turnedAway', last, seen: own }, 1).details.reason).toBe('refusedByZoo');
});

it('what changes nothing is refused like a write where its payment reference was used meanwhile', () => {
	const details = { reason: 'referenceRepeated', outcome: 'notSent', item: 0 } as const;
	const refused = failureOf('input', 'Used [item 0]', 'Next.', details);
	expect(
		unchanged(
			sessionOf(0, () => refused),
			intent,
			own,
			{ preview },
		),
	).toBe(refused);
});

// The rules about money as tables: what a look shows, what can have been applied before, and what follows from both.

import type { Preview } from '../../nodes/ZooBilling/writing/preview';
import { readReply, type Reply } from '../../nodes/ZooBilling/balance/reply';
import { decide, type Circumstances, type Decision } from '../../nodes/ZooBilling/writing/decision';
import { amountOf, cash, credits, ORG_ID } from './given';
import type { InDoubt } from '../../nodes/ZooBilling/zoo/retry';

const THEN = '2026-01-01T00:00:00.123456Z';
const LATER = '2026-01-01T00:00:00.123457Z';

/** From 100.00 to 105.00 in cash, with 20.00 in credits and 1.00 a month beside. */
const adjustment: Preview = {
	host: 'https://zoo.test',
	resource: 'org',
	ownerId: ORG_ID,
	balanceModel: 'prePay',
	from: { pre_pay_cash_remaining: '100.00' },
	to: { pre_pay_cash_remaining: '105.00' },
	beside: { monthly_credits_remaining: '1.00', pre_pay_credits_remaining: '20.00' },
	updatedAt: THEN,
};
const { from: _from, beside: _beside, updatedAt: _updatedAt, ...plain } = adjustment;

interface Seen {
	readonly cash?: string;
	readonly credits?: string;
	readonly monthly?: string;
	readonly at?: string | null;
}

function seen({ cash: amount = '100.00', credits: other = '20.00', monthly = '1.00', at = THEN }: Seen): Reply {
	return readReply({
		monthly_credits_remaining: monthly,
		pre_pay_cash_remaining: amount,
		pre_pay_credits_remaining: other,
		...(at !== null && { updated_at: at }),
	});
}

type Given = Partial<Circumstances>;
const of = (
	preview: Preview,
	look: Reply,
	inDoubt: InDoubt,
	{ conditions = [], concurrentWriter = false }: Given = {},
): Decision => decide(preview, look, { inDoubt, conditions, concurrentWriter });

const alone: Given = {};
const withAnother: Given = { concurrentWriter: true };

describe('a write that was built on a look', () => {
	it.each<[string, Seen, Given, Decision, Decision, Decision]>([
		// shows, look, circumstances, after 'maybeApplied', after a rejected, before anything was sent
		['from', {}, alone, 'send', 'send', 'send'],
		['from, though another wrote', {}, withAnother, 'send', 'send', 'send'],
		['from without updated_at', { at: null }, alone, 'send', 'send', 'send'],
		['from without updated_at, and another wrote', { at: null }, withAnother, 'unknown', 'unknown', 'send'],
		['from with an unreadable updated_at', { at: 'today' }, alone, 'send', 'send', 'send'],
		['from without updated_at, others moved', { at: null, credits: '1' }, alone, 'send', 'send', 'send'],
		['from, touched since', { at: LATER }, alone, 'unknown', 'unknown', 'send'],
		['from, touched since by another', { at: LATER }, withAnother, 'unknown', 'unknown', 'send'],
		['from, and a bill beside', { at: LATER, credits: '17.00' }, alone, 'send', 'send', 'send'],
		['from, and a grant beside', { at: LATER, monthly: '9.00' }, alone, 'send', 'send', 'send'],
		['from, a bill beside, and another', { at: LATER, credits: '17.00' }, withAnother, 'unknown', 'unknown', 'send'],
		['from, and a bill of just this change', { at: LATER, credits: '15.00' }, alone, 'unknown', 'unknown', 'send'],
		[
			'from, and among others a bill of just this change',
			{ at: LATER, credits: '15.00', monthly: '0.50' },
			alone,
			'unknown',
			'unknown',
			'send',
		],
		['from, and as much more beside', { at: LATER, credits: '25.00' }, alone, 'send', 'send', 'send'],
		['to', { cash: '105.00', at: LATER }, alone, 'confirm', 'unknown', 'changedMeanwhile'],
		['to, with the old updated_at', { cash: '105.00' }, alone, 'confirm', 'unknown', 'changedMeanwhile'],
		['to, without updated_at', { cash: '105.00', at: null }, alone, 'confirm', 'unknown', 'changedMeanwhile'],
		['to, but another wrote', { cash: '105.00', at: LATER }, withAnother, 'unknown', 'unknown', 'changedMeanwhile'],
		['something else', { cash: '95.00', at: LATER }, alone, 'unknown', 'unknown', 'changedMeanwhile'],
		[
			'something else, and another wrote',
			{ cash: '95.00', at: LATER },
			withAnother,
			'unknown',
			'unknown',
			'changedMeanwhile',
		],
		['a cent beside from', { cash: '99.99' }, alone, 'unknown', 'unknown', 'changedMeanwhile'],
		['a cent beside to', { cash: '105.01' }, alone, 'unknown', 'unknown', 'changedMeanwhile'],
		['no amount', { cash: 'none' }, alone, 'unknown', 'unknown', 'changedMeanwhile'],
	])('shows %s: %4$s, after a claim %5$s, before anything was sent %6$s', (...row) => {
		const [, look, given, maybeApplied, rejected, no] = row;
		const balance = seen(look);
		expect({
			maybeApplied: of(adjustment, balance, 'maybeApplied', given),
			rejected: of(adjustment, balance, 'rejected', given),
			no: of(adjustment, balance, 'no', given),
		}).toEqual({ maybeApplied, rejected, no });
	});

	it('without an updated_at of its look is judged by the amounts alone', () => {
		const { updatedAt: _, ...undated } = adjustment;
		expect(of(undated, seen({ at: LATER }), 'maybeApplied')).toBe('send');
	});

	it('knows a bill where nothing is known of what stood beside as none', () => {
		const { beside: _, ...narrow } = adjustment;
		expect(of(narrow, seen({ at: LATER, credits: '17.00' }), 'maybeApplied')).toBe('unknown');
	});

	describe('of two fields', () => {
		const both: Preview = {
			...adjustment,
			from: { pre_pay_cash_remaining: '100.00', pre_pay_credits_remaining: '20.00' },
			to: { pre_pay_cash_remaining: '105.00', pre_pay_credits_remaining: '26.00' },
			beside: { monthly_credits_remaining: '10.00' },
		};
		it.each<[string, Seen, Decision]>([
			['both as they were', { monthly: '10.00' }, 'send'],
			['both written', { cash: '105.00', credits: '26.00', monthly: '10.00', at: LATER }, 'confirm'],
			['one written', { cash: '105.00', monthly: '10.00', at: LATER }, 'unknown'],
			['the other written', { credits: '26.00', monthly: '10.00', at: LATER }, 'unknown'],
			['a bill of the second change beside', { monthly: '4.00', at: LATER }, 'unknown'],
			['another bill beside', { monthly: '4.01', at: LATER }, 'send'],
		])('shows %s: %3$s', (_, look, expected) => {
			expect(of(both, seen(look), 'maybeApplied')).toBe(expected);
		});
	});

	it('looks only at the fields that change, though more were looked up', () => {
		const more = { ...adjustment, from: { ...adjustment.from, monthly_credits_remaining: '1.00' } };
		expect(of(more, seen({ monthly: '0.50' }), 'no')).toBe('send');
		expect(of(more, seen({ monthly: '0.50', cash: '105.00' }), 'maybeApplied')).toBe('confirm');
	});

	it('is not at its beginning where that is not known of every field', () => {
		const { to } = adjustment;
		const wider = { ...adjustment, to: { ...to, pre_pay_credits_remaining: '26.00' } };
		expect(of(wider, seen({}), 'no')).toBe('changedMeanwhile');
		expect(of(wider, seen({}), 'maybeApplied')).toBe('unknown');
	});
});

describe('a change below one whole credit', () => {
	// 20 credits for 10 dollars: 0.30 dollars are less than one.
	const small: Preview = {
		...adjustment,
		balanceModel: 'apiCredits',
		from: { stable_api_credits_remaining_monetary_value: '10.00' },
		to: { stable_api_credits_remaining_monetary_value: '10.30' },
		beside: { monthly_api_credits_remaining_monetary_value: '0.00' },
	};
	const holding = (value: string, at = THEN) =>
		readReply({
			stable_api_credits_remaining: 20,
			stable_api_credits_remaining_monetary_value: value,
			monthly_api_credits_remaining: 0,
			monthly_api_credits_remaining_monetary_value: '0.00',
			updated_at: at,
		});

	it.each<[string, Reply, Decision, Decision]>([
		['where it began', holding('10.00'), 'send', 'send'],
		['where it began, touched since', holding('10.00', LATER), 'unknown', 'unknown'],
		['the rounded amount', holding('10.29', LATER), 'confirm', 'unknown'],
		['the amount itself', holding('10.30', LATER), 'confirm', 'unknown'],
		['a whole credit less', holding('9.50', LATER), 'unknown', 'unknown'],
	])('is looked for where it began first: %s is %3$s, after a claim %4$s', (_, look, maybeApplied, rejected) => {
		expect(of(small, look, 'maybeApplied')).toBe(maybeApplied);
		expect(of(small, look, 'rejected')).toBe(rejected);
	});

	it('is sent where the balance is as it was', () => {
		expect(of(small, holding('10.00'), 'no')).toBe('send');
	});
});

it('an amount that started at nothing may be used up by the bill that moved the others', () => {
	const fromNothing = { ...adjustment, from: { pre_pay_cash_remaining: '0.00' } };
	expect(of(fromNothing, seen({ cash: '0.00', monthly: '0.00', at: LATER }), 'maybeApplied')).toBe('unknown');
});

describe('a reply that lacks an amount', () => {
	it('does not hold what was written, even where another amount differs', () => {
		const two = { ...plain, to: { ...plain.to, pre_pay_credits_remaining: '26.00' } };
		const look = readReply({ pre_pay_cash_remaining: '99.00', updated_at: LATER });
		expect(of(two, look, 'maybeApplied')).toBe('send');
	});

	it('tells a bill by the amounts that it has', () => {
		const look = (moved: string) =>
			readReply({ pre_pay_cash_remaining: '100.00', pre_pay_credits_remaining: moved, updated_at: LATER });
		expect(of(adjustment, look('17.00'), 'maybeApplied')).toBe('send');
		expect(of(adjustment, look('20.00'), 'maybeApplied')).toBe('unknown');
	});
});

describe('a plain update', () => {
	it.each<[string, Seen, Given, Decision, Decision, Decision]>([
		['what was asked for', { cash: '105.00' }, alone, 'confirm', 'confirm', 'send'],
		['what was asked for, though another wrote', { cash: '105.00' }, withAnother, 'confirm', 'confirm', 'send'],
		['what was asked for, updated since', { cash: '105.00', at: LATER }, alone, 'confirm', 'confirm', 'send'],
		['something else', { cash: '100.00' }, alone, 'send', 'send', 'send'],
		['something else, and another wrote', { cash: '100.00' }, withAnother, 'send', 'unknown', 'send'],
		['something else, updated since', { cash: '95.00', at: LATER }, alone, 'send', 'send', 'send'],
		['no amount', { cash: 'none' }, alone, 'send', 'send', 'send'],
	])('shows %s: %4$s, after a claim %5$s', (_, look, given, maybeApplied, rejected, no) => {
		expect({
			maybeApplied: of(plain, seen(look), 'maybeApplied', given),
			rejected: of(plain, seen(look), 'rejected', given),
			no: of(plain, seen(look), 'no', given),
		}).toEqual({ maybeApplied, rejected, no });
	});

	it('is there only when every field is', () => {
		const two = { ...plain, to: { ...plain.to, pre_pay_credits_remaining: '26.00' } };
		expect(of(two, seen({ cash: '105.00' }), 'maybeApplied')).toBe('send');
		expect(of(two, seen({ cash: '105.00', credits: '26.00' }), 'maybeApplied')).toBe('confirm');
	});
});

describe('Only If Balance Is', () => {
	const met: Given = { conditions: [amountOf(cash, '100'), amountOf(credits, '20')] };
	const unmet: Given = { conditions: [amountOf(cash, '100'), amountOf(credits, '19.99')] };

	it.each<[string, Seen, Given, Decision, Decision, Decision]>([
		['met', {}, met, 'send', 'send', 'send'],
		['not met', {}, unmet, 'conditionNotMet', 'conditionNotMet', 'conditionNotMet'],
		['not met beside something else', { cash: '95' }, met, 'unknown', 'unknown', 'conditionNotMet'],
		['not met by what was written', { cash: '105', at: LATER }, met, 'confirm', 'unknown', 'conditionNotMet'],
		['not met after a touch', { at: LATER }, unmet, 'unknown', 'unknown', 'conditionNotMet'],
		[
			'not met after a bill',
			{ at: LATER, credits: '17' },
			met,
			'conditionNotMet',
			'conditionNotMet',
			'conditionNotMet',
		],
		[
			'void though met',
			{ cash: '105' },
			{ conditions: [amountOf(credits, '20')] },
			'confirm',
			'unknown',
			'changedMeanwhile',
		],
	])('comes before what the look shows: %s', (...row) => {
		const [, look, given, maybeApplied, rejected, no] = row;
		expect({
			maybeApplied: of(adjustment, seen(look), 'maybeApplied', given),
			rejected: of(adjustment, seen(look), 'rejected', given),
			no: of(adjustment, seen(look), 'no', given),
		}).toEqual({ maybeApplied, rejected, no });
	});
});

it('one of several amounts that started at nothing may be used up as well', () => {
	const both: Preview = {
		...adjustment,
		from: { pre_pay_cash_remaining: '100.00', pre_pay_credits_remaining: '0.00' },
		to: { pre_pay_cash_remaining: '105.00', pre_pay_credits_remaining: '5.00' },
		beside: { monthly_credits_remaining: '1.00' },
	};
	expect(of(both, seen({ credits: '0.00', monthly: '0.50', at: LATER }), 'maybeApplied')).toBe('unknown');
});

// What a write puts out, whole: from parameters through a scripted wire to the item or the failure.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import type { Result } from '../../nodes/ZooBilling/outcome/result';
import { adjustBalance } from '../../nodes/ZooBilling/operations/adjustBalance';
import type { RawParameters } from '../../nodes/ZooBilling/operations/operation';
import { updateBalance } from '../../nodes/ZooBilling/operations/updateBalance';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { runPass } from '../../nodes/ZooBilling/pass/run';
import { ORG_ID, replied, ScriptedWorld, START, timedOut, type Turn } from './given';
import { type Failure, isFailure } from '../../nodes/ZooBilling/outcome/failure';
import { openExecution } from '../../nodes/ZooBilling/records/executionScope';

const operations = { adjust: adjustBalance, update: updateBalance };
const THEN = '2026-01-01T00:00:00.1Z';
const LATER = '2026-01-01T00:00:00.2Z';
const CALLED = { callId: 'call-1' };

const prePay = (amounts: Record<string, unknown>, at = THEN) => replied(200, { ...amounts, updated_at: at }, CALLED);
const balance = (cash: string, credits = '20.00', at = THEN) =>
	prePay({ pre_pay_cash_remaining: cash, pre_pay_credits_remaining: credits }, at);
const apiBalance = (amount: number, count: number, at = THEN) =>
	prePay({ stable_api_credits_remaining: count, stable_api_credits_remaining_monetary_value: amount }, at);

const API = { monthly_api_credits_remaining_monetary_value: 1 };

const adding = (amounts: Record<string, unknown>, options = {}): RawParameters => ({
	orgId: ORG_ID,
	balanceModel: 'prePay',
	amountUnit: 'usd',
	adjustFields: amounts,
	options,
});
const setting = (amounts: Record<string, unknown>, options = {}): RawParameters => ({
	orgId: ORG_ID,
	balanceModel: 'prePay',
	amountUnit: 'usd',
	updateFields: amounts,
	options,
});
const apiSetting = (amount: string, options = {}): RawParameters => ({
	...setting({ stableApiCreditsRemainingMonetaryValue: amount }, options),
	balanceModel: 'apiCredits',
});

/** Runs items one after another in one pass. */
async function runAll(name: keyof typeof operations, raws: readonly RawParameters[], turns: Turn[]) {
	const world = new ScriptedWorld(turns);
	const host = 'api.zoo.dev';
	const execution = openExecution({}, { nodeName: 'Node', run: 0, host }, new OwnerRegistry());
	const checked = raws.map((raw, item) => operations[name].prepare(raw, ownerKinds.org, item));
	const results = await runPass(checked, { zoo: world.connection(host), stopOnFailure: false, execution });
	return { results, world };
}

async function run(name: keyof typeof operations, raw: RawParameters, turns: Turn[]) {
	const { results, world } = await runAll(name, [raw], turns);
	const [result] = results;
	if (!result) throw new RangeError('There is one item');
	return { result, log: world.log, bodies: world.requests.map(({ body }) => body), left: world.left };
}

function jsonOf(result: Result): Readonly<Record<string, unknown>> {
	if (isFailure(result)) throw new Error(`${result.what}. ${result.next}`);
	return result.json;
}

function detailsOf(result: Result): Failure['details'] {
	if (!isFailure(result)) throw new Error(JSON.stringify(result.json));
	return result.details;
}

const AT = new Date(START).toISOString();
const confirmation = (more: Record<string, unknown>) => ({
	status: 'confirmed',
	by: 'reply',
	rounded: false,
	orgId: ORG_ID,
	differences: [],
	attempts: 1,
	callId: 'call-1',
	sentAt: AT,
	confirmedAt: AT,
	reference: null,
	...more,
});

describe('an adjustment', () => {
	const add10 = adding({ prePayCashRemaining: '10' }, { reference: 'pi_1' });

	it('that Zoo confirms puts out the balance, what was added, and how it is known', async () => {
		const { result, bodies, log } = await run('adjust', add10, [balance('100.00'), balance('110.00', '20.00', LATER)]);
		expect(log).toEqual(['GET', 'PUT']);
		expect(bodies).toEqual([undefined, '{"pre_pay_cash_remaining":"110.00"}']);
		expect(result).toEqual({
			kind: 'success',
			json: {
				orgId: ORG_ID,
				pre_pay_cash_remaining: '110.00',
				pre_pay_credits_remaining: '20.00',
				updated_at: LATER,
				adjustment: {
					pre_pay_cash_remaining: { before: '100.00', requested: '10.00', change: '10.00', after: '110.00' },
				},
				confirmation: confirmation({ asked: { pre_pay_cash_remaining: '110.00' }, reference: 'pi_1' }),
			},
			hints: [],
			shapes: [],
			wrote: true,
		});
	});

	it('puts out amounts alone where that is wanted', async () => {
		const raw = adding({ prePayCashRemaining: '10' }, { output: 'amounts' });
		const { result } = await run('adjust', raw, [balance('100.00'), balance('110.00', '20.00', LATER)]);
		expect(Object.keys(jsonOf(result))).toEqual([
			'orgId',
			'confirmation',
			'adjustment',
			'pre_pay_cash_remaining',
			'pre_pay_credits_remaining',
		]);
	});

	it('is read back where Zoo’s answer lacks an amount that was written', async () => {
		const raw = adding({ prePayCashRemaining: '10', prePayCreditsRemaining: '1' });
		const lacking = prePay({ pre_pay_cash_remaining: '110.00' }, LATER);
		const { result, log } = await run('adjust', raw, [balance('100.00'), lacking, balance('110.00', '21.00', LATER)]);
		expect(log).toEqual(['GET', 'PUT', 'wait 500', 'GET']);
		expect(jsonOf(result)['confirmation']).toEqual(
			confirmation({
				by: 'readBack',
				asked: { pre_pay_cash_remaining: '110.00', pre_pay_credits_remaining: '21.00' },
				confirmedAt: new Date(START + 500).toISOString(),
			}),
		);
	});

	it('derives credits from cash by the multiplier, and says so', async () => {
		const raw = adding({ prePayCashRemaining: '10' }, { creditMultiplier: '1.25' });
		const { result } = await run('adjust', raw, [balance('100.00'), balance('110.00', '32.50', LATER)]);
		expect(jsonOf(result)['adjustment']).toEqual({
			pre_pay_cash_remaining: { before: '100.00', requested: '10.00', change: '10.00', after: '110.00' },
			pre_pay_credits_remaining: {
				before: '20.00',
				requested: '12.50',
				change: '12.50',
				after: '32.50',
				derivedFrom: 'pre_pay_cash_remaining × 1.25',
			},
		});
	});

	it('writes nothing where nothing is added, and shows what stands there', async () => {
		const { result, log } = await run('adjust', adding({ prePayCashRemaining: '0' }), [balance('100.00')]);
		expect(log).toEqual(['GET']);
		expect(result).toEqual({
			kind: 'success',
			json: {
				orgId: ORG_ID,
				pre_pay_cash_remaining: '100.00',
				pre_pay_credits_remaining: '20.00',
				updated_at: THEN,
				adjustment: {
					pre_pay_cash_remaining: { before: '100.00', requested: '0.00', change: '0.00', after: '100.00' },
				},
				confirmation: confirmation({
					status: 'unchanged',
					by: 'readBack',
					asked: { pre_pay_cash_remaining: '100.00' },
					attempts: 0,
					callId: null,
					sentAt: null,
				}),
			},
			hints: [],
			shapes: [],
			wrote: false,
		});
	});

	it('leaves out of the body what nothing is added to', async () => {
		const raw = adding({ prePayCashRemaining: '10', prePayCreditsRemaining: '0' });
		const { result, bodies } = await run('adjust', raw, [balance('100.00'), balance('110.00', '7.00', LATER)]);
		expect(bodies[1]).toBe('{"pre_pay_cash_remaining":"110.00"}');
		expect(jsonOf(result)['adjustment']).toMatchObject({
			pre_pay_credits_remaining: { before: '20.00', requested: '0.00', change: '0.00', after: '20.00' },
		});
	});

	it.each<[string, Record<string, unknown>, Turn, string]>([
		['below zero', { prePayCashRemaining: '-100.01' }, balance('100.00'), 'belowZero'],
		['too large', { prePayCashRemaining: '9999999999900' }, balance('100.00'), 'tooLarge'],
		['missing', { monthlyCreditsRemaining: '1' }, balance('100.00'), 'amountMissing'],
		['of the other model', { prePayCashRemaining: '1' }, apiBalance(1, 2), 'otherBalanceModel'],
		['no amount', { prePayCashRemaining: '1' }, replied(200, { hello: 'world' }), 'unreadableReply'],
	])('whose balance is %s is not sent', async (_, amounts, look, reason) => {
		const { result, log, left } = await run('adjust', adding(amounts, { retryFor: 0 }), [look]);
		expect(detailsOf(result)).toMatchObject({ reason, outcome: 'notSent', item: 0, orgId: ORG_ID });
		expect([log, left]).toEqual([['GET'], 0]);
	});

	it('is about the chosen model wherever the balance has an amount of it', async () => {
		const both = (cash: string, at = THEN) =>
			prePay({ pre_pay_cash_remaining: cash, stable_api_credits_remaining_monetary_value: 1, ...API }, at);
		const { result } = await run('adjust', adding({ prePayCashRemaining: '10' }), [
			both('100.00'),
			both('110.00', LATER),
		]);
		expect(jsonOf(result)['confirmation']).toMatchObject({ status: 'confirmed' });
	});

	it('whose balance has no amount at all in the chosen model lacks it', async () => {
		const { result } = await run('adjust', adding({ prePayCashRemaining: '10' }), [
			prePay({ pre_pay_cash_remaining: null }),
		]);
		expect(detailsOf(result)).toMatchObject({ reason: 'amountMissing' });
	});

	it('is not built on an older balance than Zoo has shown before', async () => {
		const raw = adding({ prePayCashRemaining: '10' }, { retryFor: 0 });
		const turns = [balance('100.00'), balance('110.00', '20.00', LATER), balance('100.00')];
		const { results } = await runAll('adjust', [raw, raw], turns);
		expect(results[1]).toMatchObject({
			what: expect.stringContaining('older balance'),
			details: { reason: 'staleReply', outcome: 'notSent' },
		});
	});

	it('that no multiplier derives says nothing of one', async () => {
		const raw = adding({ prePayCreditsRemaining: '1' });
		const { result } = await run('adjust', raw, [balance('100.00'), balance('100.00', '21.00', LATER)]);
		expect(jsonOf(result)['adjustment']).toEqual({
			pre_pay_credits_remaining: { before: '20.00', requested: '1.00', change: '1.00', after: '21.00' },
		});
	});

	it('names the sum that cannot be written', async () => {
		const { result } = await run('adjust', adding({ prePayCashRemaining: '-100.01' }), [balance('100.00')]);
		const text = isFailure(result) ? result.next : '';
		expect(text).toContain('pre_pay_cash_remaining: 100.00 now, -100.01 to add, would be -0.01');
	});

	it('whose outcome nobody knows tells what stood there, what was to, and what does', async () => {
		const turns = [balance('100.00'), timedOut, balance('95.00', '20.00', LATER)];
		const { result } = await run('adjust', add10, turns);
		expect(detailsOf(result)).toEqual({
			reason: 'outcomeUnknown',
			outcome: 'unknown',
			item: 0,
			orgId: ORG_ID,
			asked: { pre_pay_cash_remaining: '10.00' },
			reference: 'pi_1',
			attempts: 1,
			before: { pre_pay_cash_remaining: '100.00' },
			target: { pre_pay_cash_remaining: '110.00' },
			now: { pre_pay_cash_remaining: '95.00' },
		});
	});

	it('whose outcome nobody knows must not run again where it is there', async () => {
		const raw = adding({ prePayCashRemaining: '10' }, { retryFor: 0 });
		const { result } = await run('adjust', raw, [balance('100.00'), timedOut, timedOut]);
		expect(result).toMatchObject({ next: expect.stringContaining('must not run again') });
	});

	it('that could not be read back says so', async () => {
		const { result } = await run('adjust', adding({ prePayCashRemaining: '10' }, { retryFor: 0 }), [
			balance('100.00'),
			timedOut,
			timedOut,
		]);
		expect(detailsOf(result)).toMatchObject({ outcome: 'unknown', now: {} });
	});

	it('is void where somebody has changed the balance before it could be sent again', async () => {
		const refused: Turn = { kind: 'noResponse', inDoubt: 'no', again: true, cause: 'refused' };
		const { result } = await run('adjust', add10, [balance('100.00'), refused, balance('90.00', '20.00', LATER)]);
		expect(detailsOf(result)).toMatchObject({
			reason: 'changedMeanwhile',
			outcome: 'notApplied',
			before: { pre_pay_cash_remaining: '100.00' },
			target: { pre_pay_cash_remaining: '110.00' },
			now: { pre_pay_cash_remaining: '90.00' },
			attempts: 1,
		});
	});

	it("is not sent where 'Only If Balance Is' expects another amount", async () => {
		const raw = adding({ prePayCashRemaining: '10' }, { onlyIf: { prePayCreditsRemaining: '19' } });
		const { result, log } = await run('adjust', raw, [balance('100.00')]);
		expect(log).toEqual(['GET']);
		expect(detailsOf(result)).toMatchObject({ reason: 'conditionNotMet', outcome: 'notSent' });
		expect(isFailure(result) && `${result.what} ${result.next}`).toContain('20.00');
	});
});

describe('an update', () => {
	it('is sent without a look, and confirmed by Zoo’s answer', async () => {
		const { result, log } = await run('update', setting({ prePayCashRemaining: '50' }), [balance('50.00')]);
		expect(log).toEqual(['PUT']);
		expect(jsonOf(result)['confirmation']).toEqual(confirmation({ asked: { pre_pay_cash_remaining: '50.00' } }));
	});

	it('that is different is a hint or a failure, as the option says', async () => {
		const raw = setting({ prePayCashRemaining: '50' });
		const { result } = await run('update', raw, [balance('49.00')]);
		expect(result).toMatchObject({
			json: {
				pre_pay_cash_remaining: '49.00',
				confirmation: confirmation({
					status: 'different',
					asked: { pre_pay_cash_remaining: '50.00' },
					differences: [{ field: 'pre_pay_cash_remaining', asked: '50.00', got: '49.00' }],
				}),
			},
			hints: [
				'pre_pay_cash_remaining: asked 50.00, Zoo has 49.00; compare with what Zoo has billed before you write again',
			],
			wrote: true,
		});
		const strict = setting({ prePayCashRemaining: '50' }, { onDifference: 'fail' });
		expect(detailsOf((await run('update', strict, [balance('49.00')])).result)).toMatchObject({
			reason: 'different',
			outcome: 'different',
			attempts: 1,
			callId: 'call-1',
			differences: [{ field: 'pre_pay_cash_remaining', asked: '50.00', got: '49.00' }],
		});
		const { result: same } = await run('update', strict, [balance('50.00')]);
		expect(same).toMatchObject({ wrote: true, hints: [] });
	});

	it('tells a rounding to whole credits from a difference', async () => {
		const { result } = await run('update', apiSetting('10.30'), [apiBalance(10, 20)]);
		expect(jsonOf(result)['confirmation']).toMatchObject({ status: 'confirmed', rounded: true });
		const { result: other } = await run('update', apiSetting('10.30', { onDifference: 'fail' }), [apiBalance(9, 18)]);
		expect(detailsOf(other)).toMatchObject({ outcome: 'different' });
	});

	it('that Zoo answers without a balance has no answer', async () => {
		const raw = setting({ prePayCashRemaining: '50' }, { retryFor: 0 });
		const { result } = await run('update', raw, [replied(200, { ok: true }), replied(500)]);
		expect(result).toMatchObject({
			what: 'The outcome is unknown: Zoo answered, but without the amounts that were written [item 0]',
			next: expect.stringContaining('running this item again sets the same amounts'),
			details: { reason: 'outcomeUnknown', attempts: 1 },
		});
	});

	it('that Zoo answers without its amounts, or with the other model’s, is not confirmed', async () => {
		const lacking = prePay({ pre_pay_credits_remaining: '20.00' });
		const { result } = await run('update', setting({ prePayCashRemaining: '50' }), [lacking]);
		expect(detailsOf(result)).toMatchObject({ reason: 'notConfirmed', outcome: 'notConfirmed', attempts: 1 });
		const { result: other } = await run('update', setting({ prePayCashRemaining: '50' }), [apiBalance(1, 2)]);
		expect(detailsOf(other)).toMatchObject({ reason: 'otherBalanceModel', attempts: 1 });
	});

	it('that is refused by a Zoo of the other model names that model', async () => {
		const no = replied(422, { message: 'no', request_id: 'r-1' });
		const { result } = await run('update', setting({ prePayCashRemaining: '50' }), [no, apiBalance(1, 2)]);
		expect(detailsOf(result)).toMatchObject({ reason: 'otherBalanceModel', outcome: 'notApplied' });
		const { result: own } = await run('update', setting({ prePayCashRemaining: '50' }), [no, balance('1')]);
		expect(detailsOf(own)).toMatchObject({ reason: 'refusedByZoo', outcome: 'notApplied', httpStatus: 422 });
	});

	it('with a condition looks first, and sends nothing for what is there', async () => {
		const raw = (amount: string) =>
			setting({ prePayCashRemaining: amount }, { onlyIf: { prePayCashRemaining: '100' } });
		const { result, log } = await run('update', raw('100'), [balance('100.00')]);
		expect(log).toEqual(['GET']);
		expect(jsonOf(result)['confirmation']).toMatchObject({ status: 'unchanged', attempts: 0 });
		const sent = await run('update', raw('50'), [balance('100.00'), balance('50.00', '20.00', LATER)]);
		expect(sent.log).toEqual(['GET', 'PUT']);
		const barred = await run('update', raw('50'), [balance('99.00')]);
		expect(detailsOf(barred.result)).toMatchObject({ reason: 'conditionNotMet', outcome: 'notSent' });
	});

	it('tells the amounts of its conditions when nobody knows what became of it', async () => {
		const raw = setting({ prePayCashRemaining: '50' }, { onlyIf: { prePayCreditsRemaining: '20' } });
		const turns = [balance('100.00'), timedOut, prePay({ pre_pay_cash_remaining: '70.00' }, LATER)];
		expect(detailsOf((await run('update', raw, turns)).result)).toMatchObject({
			outcome: 'unknown',
			now: { pre_pay_cash_remaining: '70.00', pre_pay_credits_remaining: 'no amount' },
		});
	});

	it('asks for what is due in the look and in the write, where that is wanted', async () => {
		const raw = apiSetting('10', { includeTotalDue: true, onlyIf: { stableApiCreditsRemainingMonetaryValue: '5' } });
		const { results, world } = await runAll('update', [raw], [apiBalance(5, 10), apiBalance(10, 20, LATER)]);
		expect(results[0]).toMatchObject({ wrote: true });
		expect(world.requests.map(({ path }) => path.split('?')[1])).toEqual([
			'include_total_due=true',
			'include_total_due=true',
		]);
	});

	it('above the largest amount that is allowed is refused', async () => {
		const raw = setting({ prePayCashRemaining: '50.01' }, { maxAmount: '50' });
		const { result, log } = await run('update', raw, []);
		expect(log).toEqual([]);
		expect(detailsOf(result)).toMatchObject({ reason: 'invalidInput', outcome: 'notSent' });
	});
});

describe('a dry run', () => {
	it('shows the request and the changes, and writes nothing', async () => {
		const raw = adding({ prePayCashRemaining: '10' }, { dryRun: true, reference: 'pi_1' });
		const { result, log } = await run('adjust', raw, [balance('100.00')]);
		expect(log).toEqual(['GET']);
		expect(result).toEqual({
			kind: 'success',
			json: {
				dryRun: true,
				orgId: ORG_ID,
				reference: 'pi_1',
				preview: {
					id: expect.stringMatching(/^\w+-1$/u),
					madeAt: AT,
					host: 'api.zoo.dev',
					resource: 'org',
					orgId: ORG_ID,
					balanceModel: 'prePay',
					reference: 'pi_1',
					from: { pre_pay_cash_remaining: '100.00' },
					to: { pre_pay_cash_remaining: '110.00' },
					beside: { pre_pay_credits_remaining: '20.00' },
					updatedAt: '2026-01-01T00:00:00.1Z',
				},
				request: {
					method: 'PUT',
					path: `/orgs/${ORG_ID}/payment/balance`,
					body: '{"pre_pay_cash_remaining":"110.00"}',
				},
				changes: { pre_pay_cash_remaining: { from: '100.00', to: '110.00' } },
				adjustment: {
					pre_pay_cash_remaining: { before: '100.00', requested: '10.00', change: '10.00', after: '110.00' },
				},
			},
			hints: [],
			shapes: [],
			wrote: false,
		});
	});

	it('has no request where nothing would change, and no amount to start from where there is none', async () => {
		const none = await run('adjust', adding({ prePayCashRemaining: '0' }, { dryRun: true }), [balance('100.00')]);
		expect(jsonOf(none.result)).toMatchObject({ preview: null, request: null, changes: {}, reference: null });
		const raw = setting({ monthlyCreditsRemaining: '5' }, { dryRun: true });
		expect(jsonOf((await run('update', raw, [balance('1')])).result)).toMatchObject({
			changes: { monthly_credits_remaining: { from: null, to: '5.00' } },
		});
	});

	it('stores no payment reference where there is none', async () => {
		const { result } = await run('adjust', adding({ prePayCashRemaining: '1' }, { dryRun: true }), [balance('100.00')]);
		expect(jsonOf(result)['preview']).not.toHaveProperty('reference');
	});

	it('counts on what the dry runs before it would have written', async () => {
		const raw = adding({ prePayCashRemaining: '10' }, { dryRun: true });
		const { results } = await runAll('adjust', [raw, raw], [balance('100.00'), balance('100.00')]);
		expect(results.map((result) => jsonOf(result)['changes'])).toEqual([
			{ pre_pay_cash_remaining: { from: '100.00', to: '110.00' } },
			{ pre_pay_cash_remaining: { from: '110.00', to: '120.00' } },
		]);
	});
});

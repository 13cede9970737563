// Apply Balance Preview: what the balance shows decides, together with whether the preview may have been sent before.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import type { Task } from '../../nodes/ZooBilling/pass/item';
import type { Result } from '../../nodes/ZooBilling/outcome/result';
import { applyPreview } from '../../nodes/ZooBilling/operations/applyPreview';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { runPass } from '../../nodes/ZooBilling/pass/run';
import { dryRunPreview, ORG_ID, replied, ScriptedWorld, START, timedOut, USER_ID, type Turn } from './given';
import { type Failure, isFailure } from '../../nodes/ZooBilling/outcome/failure';
import { openExecution } from '../../nodes/ZooBilling/records/executionScope';

const { host, updatedAt: T0 } = dryRunPreview;
const T1 = '2026-11-23T16:27:14Z';
const at = (cash: string, updated_at = T0, more: object = {}) =>
	replied(200, { pre_pay_cash_remaining: cash, updated_at, ...more });

const preview = { ...dryRunPreview, reference: 'pi_1' };

interface Given {
	readonly sentBefore?: unknown;
	readonly stored?: object;
	readonly options?: object;
	readonly item?: number;
}

function prepared({ sentBefore = 'no', stored = {}, options = {}, item = 0 }: Given = {}): Task | Failure {
	return applyPreview.prepare({ preview: { ...preview, ...stored }, sentBefore, options }, ownerKinds.org, item);
}

function taskOf(given: Given = {}): Task {
	const task = prepared(given);
	if (isFailure(task)) throw new Error(task.what);
	return task;
}

interface Pass {
	readonly register?: OwnerRegistry;
	readonly context?: Record<string, unknown>;
}

async function run(tasks: Task[], turns: Turn[], { register = new OwnerRegistry(), context = {} }: Pass = {}) {
	const world = new ScriptedWorld([...turns]);
	const execution = openExecution(context, { nodeName: 'N', run: 0, host }, register);
	const results = await runPass(tasks, { zoo: world.connection(host), stopOnFailure: false, execution });
	return { results, log: world.log };
}

async function runOne(given: Given, turns: Turn[], pass: Pass = {}): Promise<{ result: Result; log: string[] }> {
	const { results, log } = await run([taskOf(given)], turns, pass);
	const [result] = results;
	if (!result) throw new Error('There is no result');
	return { result, log };
}

const requestsIn = (log: string[]) => log.filter((what) => !what.startsWith('wait'));
const confirmed = (status: string, attempts: number) => ({ json: { confirmation: { status, attempts } } });
const failed = (reason: string, outcome: string) => ({ details: { reason, outcome } });

describe('a preview with a time that has not come', () => {
	const inSeconds = (seconds: number) => new Date(START + 3_600_000 + seconds * 1000).toISOString();

	it.each(['no', 'perhaps'])('is refused, and nothing is asked for (sent before: %s)', async (sentBefore) => {
		const { result, log } = await runOne({ sentBefore, stored: { updatedAt: inSeconds(1) } }, []);
		expect(result).toMatchObject(failed('invalidInput', 'notSent'));
		expect(log).toEqual([]);
	});

	it('is applied where clocks may differ by so much', async () => {
		const updatedAt = inSeconds(0);
		const turns = [at('10.00', updatedAt), at('15.00', inSeconds(1))];
		const { result } = await runOne({ stored: { updatedAt } }, turns);
		expect(result).toMatchObject(confirmed('confirmed', 1));
	});
});

describe('what stands there decides', () => {
	it.each<[string, string, string, object, string[]]>([
		['what stood there', 'no', '10.00', confirmed('confirmed', 1), ['GET', 'PUT']],
		['what stood there', 'perhaps', '10.00', confirmed('confirmed', 1), ['GET', 'PUT']],
		['what shall stand there', 'no', '15.00', failed('alreadyThere', 'unknown'), ['GET']],
		['what shall stand there', 'perhaps', '15.00', confirmed('alreadyThere', 0), ['GET']],
		['anything else', 'no', '12.00', failed('changedMeanwhile', 'notSent'), ['GET']],
		['anything else', 'perhaps', '12.00', failed('changedMeanwhile', 'unknown'), ['GET']],
	])('%s, sent before: %s', async (_, sentBefore, cash, expected, requests) => {
		const { result, log } = await runOne({ sentBefore }, [at(cash), at('15.00', T1)]);
		expect(result).toMatchObject(expected);
		expect(log).toEqual(requests);
	});

	it('in every field that the preview changes', async () => {
		const stored = {
			from: { monthly_credits_remaining: '1.00', pre_pay_cash_remaining: '10.00' },
			to: { monthly_credits_remaining: '2.00', pre_pay_cash_remaining: '15.00' },
		};
		const half = at('15.00', T0, { monthly_credits_remaining: '1.00' });
		expect((await runOne({ stored }, [half])).result).toMatchObject(failed('changedMeanwhile', 'notSent'));
	});

	it.each(['no', 'perhaps'])('and says what was, what is and what was to be (sent before: %s)', async (sentBefore) => {
		const sight = {
			before: { pre_pay_cash_remaining: '10.00' },
			target: { pre_pay_cash_remaining: '15.00' },
			now: { pre_pay_cash_remaining: '12.00' },
		};
		const { result } = await runOne({ sentBefore }, [at('12.00')]);
		expect(result).toMatchObject({ details: sight });
	});

	it('by an answer only that has the amounts', async () => {
		const bare = replied(200, { monthly_credits_remaining: '1.00', updated_at: T1 });
		const { result, log } = await runOne({}, [at('10.00'), bare, at('15.00', T1)]);
		expect(result).toMatchObject({ json: { confirmation: { status: 'confirmed', by: 'readBack' } } });
		expect(requestsIn(log)).toEqual(['GET', 'PUT', 'GET']);
	});

	it('by a look only that could be made', async () => {
		const { result } = await runOne({ options: { retryFor: 0 } }, [replied(500)]);
		expect(result).toMatchObject({ details: { reason: 'unavailable', outcome: 'notSent' } });
	});

	it('by an answer only that has all of them', async () => {
		const stored = {
			from: { monthly_credits_remaining: '1.00', pre_pay_cash_remaining: '10.00' },
			to: { monthly_credits_remaining: '2.00', pre_pay_cash_remaining: '15.00' },
		};
		const before = at('10.00', T0, { monthly_credits_remaining: '1.00' });
		const after = at('15.00', T1, { monthly_credits_remaining: '2.00' });
		const { result } = await runOne({ stored }, [before, at('15.00', T1), after]);
		expect(result).toMatchObject({ json: { confirmation: { status: 'confirmed', by: 'readBack' } } });
	});

	it('and where nobody knows, the advice is not to run it again', async () => {
		const lost: Turn[] = [at('10.00'), timedOut, replied(500), replied(500)];
		const { result } = await runOne({ options: { retryFor: 0 } }, lost);
		expect(result).toMatchObject({ next: expect.stringContaining('must not run again') });
	});

	it('by a look only that is as new as the preview, where that may have been sent', async () => {
		const stale = at('10.00', '2026-11-23T16:27:12Z');
		const { log } = await runOne({ sentBefore: 'perhaps' }, [stale, at('10.00'), at('15.00', T1)]);
		expect(requestsIn(log)).toEqual(['GET', 'GET', 'PUT']);
	});
});

describe('a preview is refused', () => {
	it('where it was made for another host, before anything is sent', async () => {
		const { result, log } = await runOne({ stored: { host: 'zoo.test' } }, []);
		expect(result).toMatchObject({
			what: `'Preview' was made for another host: "zoo.test" [item 0]`,
			details: { outcome: 'notSent' },
		});
		expect(log).toEqual([]);
	});

	it.each([undefined, '', 'yes', 'No', null])('without a choice of Sent Before: %j', (sentBefore) => {
		expect(prepared({ sentBefore: sentBefore ?? null })).toMatchObject({
			what: expect.stringMatching(/^'Sent Before' is none of its choices/),
			details: { orgId: ORG_ID },
		});
	});

	it('where it adds more than Max Amount, in either direction, whatever stands there', () => {
		const taking = { from: { pre_pay_cash_remaining: '15.00' }, to: { pre_pay_cash_remaining: '10.00' } };
		for (const stored of [{}, taking]) {
			expect(prepared({ stored, options: { maxAmount: '4.99' } })).toMatchObject({
				what: expect.stringContaining('5.00 USD'),
				details: { orgId: ORG_ID },
			});
			expect(prepared({ stored, options: { maxAmount: '5' } })).not.toMatchObject({ kind: 'failure' });
		}
	});

	it('where it is none, or an option is none', () => {
		expect(applyPreview.prepare({ preview: 'x', sentBefore: 'no' }, ownerKinds.org, 3)).toMatchObject({
			details: { item: 3 },
		});
		expect(prepared({ options: { retryFor: 'long' } })).toMatchObject({ details: { orgId: ORG_ID } });
	});

	it('with an option that it does not have', () => {
		expect(prepared({ options: { dryRun: true } })).toMatchObject({ kind: 'failure' });
	});
});

describe('a preview is known by all that it holds', () => {
	it('as a write that adds, of one owner, with the payment reference that it has', () => {
		const task = taskOf();
		expect(task).toMatchObject({
			ownerKey: taskOf({ stored: { id: 'process-2' } }).ownerKey,
			subject: { item: 0, owner: { id: ORG_ID }, asked: { pre_pay_cash_remaining: '15.00' }, reference: 'pi_1' },
			writes: { adds: true },
		});
		expect(taskOf({ stored: { reference: undefined } }).subject).not.toHaveProperty('reference');
		expect(taskOf({ stored: { orgId: USER_ID } }).ownerKey).not.toBe(task.ownerKey);
	});

	it('and a later try with another answer to Sent Before asks for the same', () => {
		const texts = [taskOf(), taskOf({ sentBefore: 'perhaps' }), taskOf({ stored: { id: 'process-2' } })].map(
			({ writes }) => writes?.fingerprint,
		);
		expect(new Set(texts).size).toBe(2);
		expect(taskOf().writes).toEqual(taskOf().writes);
	});
});

describe('the same preview again, in the process that has applied it', () => {
	const applied = [at('10.00'), at('15.00', T1)];

	it('puts out the first result, says so, and does not count as written', async () => {
		const register = new OwnerRegistry();
		const { result } = await runOne({}, applied, { register });
		if (isFailure(result)) throw new Error('It was not applied');
		const again = await runOne({ item: 1 }, [], { register });
		expect(again).toEqual({
			result: {
				...result,
				hints: ['applied before in this n8n process, and not again; a further change needs a preview of its own'],
				shapes: undefined,
				wrote: false,
			},
			log: [],
		});
	});

	it('that came to other amounts comes to them again, and the message names its own item', async () => {
		const register = new OwnerRegistry();
		const options = { onDifference: 'fail' };
		await runOne({ options }, [at('10.00'), at('14.00', T1)], { register });
		const { results } = await run(
			[taskOf({ stored: { id: 'other', reference: 'pi_2', orgId: USER_ID } }), taskOf({ options, item: 1 })],
			applied,
			{
				register,
			},
		);
		expect(results[1]).toMatchObject({
			what: expect.stringMatching(/ \[item 1\]$/),
			details: { reason: 'different', item: 1 },
		});
	});

	it.each<[string, string, object]>([
		['15.00', T1, confirmed('confirmed', 1)],
		['12.00', T1, failed('outcomeUnknown', 'unknown')],
	])('is taken up where nobody knows what became of it, and %s stands there', async (cash, when, expected) => {
		const register = new OwnerRegistry();
		const lost: Turn[] = [at('10.00'), timedOut, replied(500), replied(500)];
		await runOne({ options: { retryFor: 0 } }, lost, { register });
		const { result, log } = await runOne({ sentBefore: 'no' }, [at(cash, when)], { register });
		expect(result).toMatchObject(expected);
		expect(requestsIn(log)).toEqual(['GET']);
	});

	it('is known as applied once it was found to be there', async () => {
		const register = new OwnerRegistry();
		await runOne({ sentBefore: 'perhaps' }, [at('15.00', T1)], { register });
		expect(await runOne({}, [], { register })).toMatchObject({ result: confirmed('alreadyThere', 0), log: [] });
	});

	it.each<[string, Turn[]]>([
		['not sent', [at('12.00')]],
		['not applied', [at('10.00'), replied(401), at('10.00')]],
		['there already', [at('15.00')]],
	])('is tried anew where it was %s', async (_, turns) => {
		const register = new OwnerRegistry();
		await runOne({ options: { retryFor: 0 } }, turns, { register });
		const { result } = await runOne({}, applied, { register });
		expect(result).toMatchObject(confirmed('confirmed', 1));
	});

	it('that was there already stays a case for a person, however often it is tried', async () => {
		const register = new OwnerRegistry();
		for (let time = 0; time < 2; time += 1) {
			const { result } = await runOne({}, [at('15.00')], { register });
			expect(result).toMatchObject(failed('alreadyThere', 'unknown'));
		}
	});

	it('with another content is another one', async () => {
		const register = new OwnerRegistry();
		await runOne({}, applied, { register });
		const stored = {
			from: { pre_pay_cash_remaining: '15.00' },
			to: { pre_pay_cash_remaining: '20.00' },
			updatedAt: T1,
		};
		const { log } = await runOne({ stored }, [at('15.00', T1), at('20.00', '2026-11-23T16:27:15Z')], { register });
		expect(log).toEqual(['GET', 'PUT']);
	});

	it('is settled by the next try of its own execution, and then known', async () => {
		const register = new OwnerRegistry();
		const context = {};
		const lost: Turn[] = [at('10.00'), timedOut, replied(500), replied(500)];
		const options = { retryFor: 0 };
		await runOne({ options }, lost, { register, context });
		const { result } = await runOne({ options }, [at('15.00', T1)], { register, context });
		expect(result).toMatchObject({ json: { confirmation: { status: 'confirmed', by: 'readBack', attempts: 1 } } });
		expect(requestsIn((await runOne({ options }, [], { register })).log)).toEqual([]);
	});
});

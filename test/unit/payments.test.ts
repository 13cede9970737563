// What this process, and another one with a register of its own, makes of payments and previews that were added before.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import type { Task } from '../../nodes/ZooBilling/pass/item';
import { operations } from '../../nodes/ZooBilling/operations/all';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { runPass } from '../../nodes/ZooBilling/pass/run';
import { dryRunPreview, ORG_ID, refusedByZoo, replied, ScriptedWorld, timedOut, USER_ID, type Turn } from './given';
import { isFailure } from '../../nodes/ZooBilling/outcome/failure';
import { openExecution } from '../../nodes/ZooBilling/records/executionScope';

const { host, updatedAt } = dryRunPreview;
const at = (cash: string, updated_at = updatedAt) => replied(200, { pre_pay_cash_remaining: cash, updated_at });

function task(name: string, raw: Record<string, unknown>, item = 0): Task {
	const made = operations.find((each) => each.name === name)?.prepare(raw, ownerKinds.org, item);
	if (!made || isFailure(made)) throw new Error('The item was refused');
	return made;
}

const paid = (item = 0, options: object = {}, more: object = {}) =>
	task(
		'adjustBalance',
		{
			orgId: ORG_ID,
			amountUnit: 'usd',
			adjustFields: { prePayCashRemaining: '5' },
			options: { reference: 'pi_1', repeatedReference: 'returnFirst', ...options },
			...more,
		},
		item,
	);

const adjustFields = { prePayCashRemaining: '5' };
const applying = (sentBefore: string) => task('applyPreview', { preview: dryRunPreview, sentBefore, options: {} });

interface Pass {
	/** What n8n has stored of the execution. */
	readonly context?: Record<string, unknown>;
	readonly host?: string;
}

async function resultsOf(tasks: Task[], turns: Turn[], register: OwnerRegistry, { context = {}, ...more }: Pass = {}) {
	const at = more.host ?? host;
	const world = new ScriptedWorld([...turns]);
	const execution = openExecution(context, { nodeName: 'N', run: 0, host: at }, register);
	const results = await runPass(tasks, { zoo: world.connection(at), stopOnFailure: false, execution });
	return { results, log: world.log };
}

async function run(tasks: Task[], turns: Turn[], register: OwnerRegistry, pass: Pass = {}) {
	const { results, log } = await resultsOf(tasks, turns, register, pass);
	const fates = results.map((result) =>
		isFailure(result) ? result.details.reason : Reflect.get(Object(result.json['confirmation']), 'status'),
	);
	return { fates, log };
}

const stored = (context: object) => JSON.parse(JSON.stringify(context)) as Record<string, unknown>;

describe('a repeated reference', () => {
	it('adds in another process, which does not know of it', async () => {
		await run([paid()], [at('10.00'), at('15.00')], new OwnerRegistry());
		expect(await run([paid()], [at('15.00'), at('20.00')], new OwnerRegistry())).toEqual({
			fates: ['confirmed'],
			log: ['GET', 'PUT'],
		});
	});

	it('in a Retry of its own execution is not added again, in this process and in another one', async () => {
		const context = {};
		const register = new OwnerRegistry();
		await run([paid(), paid(1)], [at('10.00'), at('15.00')], register, { context });
		const again = async (of: OwnerRegistry) =>
			await run([paid(), paid(1)], [at('15.00')], of, { context: stored(context) });
		expect(await again(register)).toEqual({ fates: ['confirmed', 'confirmed'], log: [] });
		const elsewhere = await again(new OwnerRegistry());
		expect(elsewhere).toEqual({ fates: ['confirmed', 'confirmed'], log: [] });
	});
});

describe('a repeated reference, in the process that has added it', () => {
	const added = [at('10.00'), at('15.00', '2026-11-23T16:27:14Z')];
	const later = [at('15.00', '2026-11-23T16:27:14Z'), at('20.00', '2026-11-23T16:27:15Z')];

	it('puts out the first result, says so, and does not count as written', async () => {
		const register = new OwnerRegistry();
		const { results } = await resultsOf([paid()], added, register);
		const again = await resultsOf([paid(), paid(1)], [], register);
		const [first] = results;
		if (!first || isFailure(first)) throw new Error('It was not added');
		const hints = [
			"added before in this n8n process, and not again; a different payment needs a 'Payment Reference' of its own",
		];
		expect(again.results).toEqual([
			{ ...first, hints, shapes: undefined, wrote: false },
			{ ...first, hints, shapes: undefined, wrote: false },
		]);
	});

	it('with other amounts or for another owner is refused', async () => {
		const register = new OwnerRegistry();
		await run([paid()], added, register);
		const others = [paid(0, {}, { adjustFields: { prePayCashRemaining: '6' } }), paid(1, {}, { orgId: USER_ID })];
		const { results, log } = await resultsOf(others, [], register);
		for (const result of results) {
			expect(result).toMatchObject({
				what: expect.stringContaining('was used before for another owner or other amounts'),
				details: { reason: 'referenceRepeated', outcome: 'notSent' },
			});
		}
		expect(log).toEqual([]);
	});

	it('is reserved while the first one is under way, also where another owner has it', async () => {
		const register = new OwnerRegistry();
		const both = [paid(), paid(1, {}, { orgId: USER_ID })];
		expect(await run(both, added, register)).toEqual({
			fates: ['confirmed', 'referenceRepeated'],
			log: ['GET', 'PUT'],
		});
	});

	it('is another one at another host', async () => {
		const register = new OwnerRegistry();
		await run([paid()], added, register);
		expect((await run([paid()], added, register, { host: 'zoo.test' })).log).toEqual(['GET', 'PUT']);
	});

	it.each<[string, Turn[]]>([
		['not sent', [refusedByZoo(403)]],
		['not applied', [at('10.00'), refusedByZoo(403)]],
	])('is free again where the first one was %s', async (_, turns) => {
		const register = new OwnerRegistry();
		expect((await run([paid()], turns, register)).fates).toEqual(['employeeTokenNeeded']);
		expect((await run([paid()], added, register)).fates).toEqual(['confirmed']);
	});

	it('takes up what is in doubt, where it is unknown whether the first one was added', async () => {
		const register = new OwnerRegistry();
		const lost: Turn[] = [at('10.00'), timedOut, replied(500), replied(500)];
		expect((await run([paid(0, { retryFor: 0 })], lost, register)).fates).toEqual(['outcomeUnknown']);
		const again = await resultsOf([paid()], [at('15.00', '2026-11-23T16:27:14Z')], register);
		expect(again.results).toMatchObject([
			{ json: { confirmation: { status: 'confirmed', by: 'readBack', attempts: 1 } } },
		]);
		expect(again.log).toEqual(['GET']);
	});

	it('that came to other amounts comes to them again, and the message names its own item', async () => {
		const register = new OwnerRegistry();
		const options = { onDifference: 'fail' };
		const other = [at('10.00'), at('14.00', '2026-11-23T16:27:14Z')];
		expect((await run([paid(0, options)], other, register)).fates).toEqual(['different']);
		const alone = paid(0, { reference: 'pi_2' }, { orgId: USER_ID });
		const { results } = await resultsOf([alone, paid(1, options)], added, register);
		expect(results[1]).toMatchObject({
			what: expect.stringMatching(/ \[item 1\]$/),
			details: { reason: 'different', item: 1 },
		});
	});

	it('is added again where the option says Refuse, in another execution', async () => {
		const register = new OwnerRegistry();
		const refusing = { repeatedReference: 'refuse' };
		await run([paid()], added, register);
		expect(await run([paid(0, refusing)], later, register)).toEqual({ fates: ['confirmed'], log: ['GET', 'PUT'] });
	});

	it('is never that of a payment without one, whatever others are called', async () => {
		const register = new OwnerRegistry();
		const bare = () => task('adjustBalance', { orgId: ORG_ID, amountUnit: 'usd', adjustFields, options: {} });
		const named = (item = 0) => paid(item, { reference: 'none' });
		expect((await run([bare()], added, register)).log).toEqual(['GET', 'PUT']);
		expect((await run([named()], later, register)).log).toEqual(['GET', 'PUT']);
		const more = [at('20.00', '2026-11-23T16:27:15Z'), refusedByZoo(403)];
		expect((await run([bare()], more, register)).log).toEqual(['GET', 'PUT']);
		expect((await run([named()], [], register)).log).toEqual([]);
	});

	it('of an update is nothing that could be added twice', async () => {
		const update = task('updateBalance', {
			orgId: ORG_ID,
			amountUnit: 'usd',
			updateFields: { prePayCashRemaining: '5' },
			options: { reference: 'pi_1' },
		});
		const returning: Task = { ...update, options: { ...update.options, repeatedReference: 'returnFirst' } };
		const register = new OwnerRegistry();
		for (const each of [returning, returning]) {
			expect((await run([each], [at('5.00')], register)).log).toEqual(['PUT']);
		}
	});
});

describe('a preview', () => {
	it('that another process has applied is a case for a person, or already there', async () => {
		await run([applying('no')], [at('10.00'), at('15.00')], new OwnerRegistry());
		expect(await run([applying('no')], [at('15.00')], new OwnerRegistry())).toEqual({
			fates: ['alreadyThere'],
			log: ['GET'],
		});
		const { fates, log } = await run([applying('perhaps')], [at('15.00')], new OwnerRegistry());
		expect({ fates, log }).toEqual({ fates: ['alreadyThere'], log: ['GET'] });
	});
});

it.each(['no', 'perhaps'])(
	'a look from before the one that a preview was built on is no look, in another process too (sent before: %s)',
	async (sentBefore) => {
		const old = at('10.00', '2026-11-23T16:27:12Z');
		const { results, log } = await resultsOf([applying(sentBefore)], [old, at('12.00')], new OwnerRegistry());
		expect(log).toEqual(['GET', 'wait 500', 'GET']);
		expect(results[0]).toMatchObject({ details: { reason: 'changedMeanwhile' } });
	},
);

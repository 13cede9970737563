// What another process, with a register of its own, makes of payments and previews that this one has added.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { Failure } from '../../nodes/ZooBilling/failures/failure';
import type { Task } from '../../nodes/ZooBilling/item';
import { openJournal } from '../../nodes/ZooBilling/journal';
import { operations } from '../../nodes/ZooBilling/operations/all';
import { Register } from '../../nodes/ZooBilling/register';
import { runPass } from '../../nodes/ZooBilling/run';
import { ORG_ID, replied, ScriptedWorld, type Turn } from './given';

const host = 'api.zoo.dev';
const at = (cash: string, updated_at = '2026-11-23T16:27:13Z') =>
	replied(200, { pre_pay_cash_remaining: cash, updated_at });

function task(name: string, raw: Record<string, unknown>, item = 0): Task {
	const made = operations.find((each) => each.name === name)?.prepare(raw, ownerKinds.org, item);
	if (!made || made instanceof Failure) throw new Error('The item was refused');
	return made;
}

const paid = (item = 0) =>
	task(
		'adjustBalance',
		{
			orgId: ORG_ID,
			amountUnit: 'usd',
			adjustFields: { prePayCashRemaining: '5' },
			options: { reference: 'pi_1', repeatedReference: 'returnFirst' },
		},
		item,
	);

const preview = {
	id: 'process-1',
	madeAt: '2026-11-23T16:27:13Z',
	orgId: ORG_ID,
	host,
	resource: 'org',
	balanceModel: 'prePay',
	from: { pre_pay_cash_remaining: '10.00' },
	to: { pre_pay_cash_remaining: '15.00' },
	updatedAt: '2026-11-23T16:27:13Z',
};
const applying = (sentBefore: string) => task('applyPreview', { preview, sentBefore, options: {} });

async function run(tasks: Task[], turns: Turn[], register: Register, context: Record<string, unknown> = {}) {
	const world = new ScriptedWorld([...turns]);
	const journal = openJournal(context, { nodeId: 'n', nodeName: 'N', run: 0, host }, register);
	const results = await runPass(tasks, { zoo: world.connection(host), stopOnFailure: false, journal });
	const fates = results.map((result) =>
		result instanceof Failure ? result.details.reason : Reflect.get(Object(result.json['confirmation']), 'status'),
	);
	return { fates, log: world.log };
}

const stored = (context: object) => JSON.parse(JSON.stringify(context)) as Record<string, unknown>;

describe('a repeated reference', () => {
	it('adds in another process, which does not know of it', async () => {
		await run([paid()], [at('10.00'), at('15.00')], new Register());
		expect(await run([paid()], [at('15.00'), at('20.00')], new Register())).toEqual({
			fates: ['confirmed'],
			log: ['GET', 'PUT'],
		});
	});

	it('in a Retry of its own execution is not added again, in this process and in another one', async () => {
		const context = {};
		const register = new Register();
		await run([paid(), paid(1)], [at('10.00'), at('15.00')], register, context);
		const again = async (of: Register) => await run([paid(), paid(1)], [at('15.00')], of, stored(context));
		expect(await again(register)).toEqual({ fates: ['confirmed', 'confirmed'], log: [] });
		// Here the journal alone knows that the first item has used it.
		const elsewhere = await again(new Register());
		expect(elsewhere.fates).toEqual(['confirmed', 'referenceRepeated']);
		expect(elsewhere.log).not.toContain('PUT');
	});
});

describe('a preview', () => {
	it('that another process has applied is a case for a person, or already there', async () => {
		await run([applying('no')], [at('10.00'), at('15.00')], new Register());
		expect(await run([applying('no')], [at('15.00')], new Register())).toEqual({
			fates: ['alreadyThere'],
			log: ['GET'],
		});
		const { fates, log } = await run([applying('perhaps')], [at('15.00')], new Register());
		expect({ fates, log }).toEqual({ fates: ['alreadyThere'], log: ['GET'] });
	});
});

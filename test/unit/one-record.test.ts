// One payment is one record, whoever takes it up: a later pass, a second Apply, a repeated reference, another execution of the process, a tool call.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { invalidInput } from '../../nodes/ZooBilling/outcome/inputFailures';
import type { Task } from '../../nodes/ZooBilling/pass/item';
import type { Result } from '../../nodes/ZooBilling/outcome/result';
import { operations } from '../../nodes/ZooBilling/operations/all';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import { runPass } from '../../nodes/ZooBilling/pass/run';
import { dryRunPreview, ORG_ID, replied, ScriptedWorld, timedOut, USER_ID, type Turn } from './given';
import { type Failure, isFailure } from '../../nodes/ZooBilling/outcome/failure';
import { openExecution } from '../../nodes/ZooBilling/records/executionScope';

const { host } = dryRunPreview;
const beside = { monthly_credits_remaining: '0.00' };
const FIRST_UPDATE = Date.parse(dryRunPreview.updatedAt);

/** A Zoo with a state, which says when it was updated. */
class Zoo {
	cash = '10.00';
	credits = '0.00';
	updates = 0;
	log: string[] = [];
	/** What becomes of a write: its answer, and whether it is applied. */
	onPut: 'answered' | 'lost' | 'lostUnapplied' = 'answered';
	/** Whether looks fail, as they must for a write to stay in doubt. */
	isBlind = false;

	set(cash: string, credits = this.credits): void {
		this.cash = cash;
		this.credits = credits;
		this.updates += 1;
	}

	turn: Turn = ({ method, body }) => {
		this.log.push(method);
		if (method === 'GET') return this.isBlind ? replied(403) : this.reply();
		const { pre_pay_cash_remaining: cash } = JSON.parse(body ?? '{}') as Record<string, string>;
		const { onPut } = this;
		if (onPut !== 'lostUnapplied') this.set(cash ?? this.cash);
		if (onPut === 'answered') return this.reply();
		this.isBlind = true;
		return timedOut;
	};

	private reply() {
		const updated_at = new Date(FIRST_UPDATE + this.updates * 1000).toISOString();
		return replied(200, { pre_pay_cash_remaining: this.cash, monthly_credits_remaining: this.credits, updated_at });
	}
}

/** A Zoo and a process of n8n; each test has its own. */
let zoo = new Zoo();
let register = new OwnerRegistry();
beforeEach(() => {
	zoo = new Zoo();
	register = new OwnerRegistry();
});

interface Place {
	readonly context?: Record<string, unknown>;
	readonly nodeName?: string;
	/** None for a call of a tool. */
	readonly run?: number | undefined;
	readonly stopOnFailure?: boolean;
}

async function run(tasks: Array<Task | Failure>, { context = {}, stopOnFailure = false, ...more }: Place = {}) {
	const world = new ScriptedWorld(Array.from({ length: 40 }, () => zoo.turn));
	const place = { nodeName: 'N', run: 0, ...more, host };
	const execution = openExecution(context, place, register);
	zoo.log = [];
	return await runPass(tasks, { zoo: world.connection(host), stopOnFailure, execution });
}

function task(name: string, raw: Record<string, unknown>, item = 0): Task {
	const made = operations.find((each) => each.name === name)?.prepare(raw, ownerKinds.org, item);
	if (!made || isFailure(made)) throw new Error(`The item was refused: ${made?.what}`);
	return made;
}

interface Asking {
	readonly amount?: string;
	readonly orgId?: string;
	readonly item?: number;
	readonly options?: object;
}

const add = ({ amount = '5', item = 0, orgId = ORG_ID, options = {} }: Asking = {}) => {
	const raw = { orgId, amountUnit: 'usd', adjustFields: { prePayCashRemaining: amount } };
	return task('adjustBalance', { ...raw, options: { retryFor: 0, ...options } }, item);
};
const set = ({ amount = '5', item = 0, options = {} }: Asking = {}) => {
	const raw = { orgId: ORG_ID, amountUnit: 'usd', updateFields: { prePayCashRemaining: amount } };
	return task('updateBalance', { ...raw, options: { retryFor: 0, ...options } }, item);
};
const paid = (reference: string, { options = {}, ...more }: Asking = {}) =>
	add({ options: { reference, ...options }, ...more });
const paidOnce = (reference: string, { options = {}, ...more }: Asking = {}) =>
	paid(reference, { options: { repeatedReference: 'returnFirst', ...options }, ...more });
const apply = (sentBefore: 'no' | 'perhaps', stored: object = {}, item = 0) =>
	task(
		'applyPreview',
		{ preview: { ...dryRunPreview, beside, ...stored }, sentBefore, options: { retryFor: 0 } },
		item,
	);

const fateOf = (result: Result | undefined) =>
	isFailure(result)
		? `${result.details.reason}, ${result.details.outcome}`
		: String(Reflect.get(Object(result?.json['confirmation']), 'status'));
const fates = async (...given: Parameters<typeof run>) => (await run(...given)).map(fateOf);
const stored = (context: object) => JSON.parse(JSON.stringify(context)) as Record<string, unknown>;

/** Leaves the payment in doubt: `applied` or not, its answer and the looks after it are lost. */
async function lose(tasks: Task[], applied: boolean, place: Place = {}) {
	zoo.onPut = applied ? 'lost' : 'lostUnapplied';
	const found = await fates(tasks, place);
	zoo.onPut = 'answered';
	zoo.isBlind = false;
	expect(found).toEqual(['outcomeUnknown, unknown']);
}

describe('a preview in doubt, applied again in another execution of the process', () => {
	it.each(['no', 'perhaps'] as const)(
		'is not sent again where another payment has taken it back (sent before: %s)',
		async (sentBefore) => {
			await lose([apply('no')], true);
			expect(await fates([add({ amount: '-5' })])).toEqual(['confirmed']);
			zoo.set(zoo.cash, '1.00');
			expect(await fates([apply(sentBefore)])).toEqual(['outcomeUnknown, unknown']);
			expect([zoo.cash, zoo.log]).toEqual(['10.00', ['GET']]);
		},
	);

	it.each(['no', 'perhaps'] as const)(
		'is not taken for there where another payment has added as much (sent before: %s)',
		async (sentBefore) => {
			await lose([apply('no')], false);
			expect(await fates([add()])).toEqual(['confirmed']);
			expect(await fates([apply(sentBefore)])).toEqual(['outcomeUnknown, unknown']);
			expect(zoo.log).toEqual(['GET']);
		},
	);

	it('is confirmed where it stands there, with the attempt that was made, and known from then on', async () => {
		await lose([apply('no')], true);
		const [result] = await run([apply('perhaps')]);
		expect(result).toMatchObject({ json: { confirmation: { status: 'confirmed', by: 'readBack', attempts: 1 } } });
		expect(await fates([apply('no')])).toEqual(['confirmed']);
		expect(zoo.log).toEqual([]);
	});

	it('is sent where it was surely not applied', async () => {
		await lose([apply('no')], false);
		expect(await fates([apply('no')])).toEqual(['confirmed']);
		expect(zoo.cash).toBe('15.00');
	});

	it('is settled for the execution that has left it, too', async () => {
		const context = {};
		await lose([apply('no')], true, { context });
		await run([apply('perhaps')]);
		await run([add({ amount: '-5' })]);
		expect(await fates([apply('no')], { context })).toEqual(['confirmed']);
		expect(await fates([add({ amount: '1' })], { context, run: 1 })).toEqual(['confirmed']);
		expect(zoo.cash).toBe('11.00');
	});
});

describe('a preview in doubt, applied again in its own execution', () => {
	it.each<[string, Place]>([
		['by a later run of the node', { run: 1 }],
		['by another node', { nodeName: 'M' }],
		['by its own item', {}],
		['as another call of a tool', { run: undefined }],
	])('is taken up, %s', async (_, place) => {
		const context = {};
		await lose([apply('no')], true, { context, ...(place.run === undefined && 'run' in place ? place : {}) });
		for (const again of [stored(context), context]) {
			const [result] = await run([apply('perhaps')], { context: again, ...place });
			expect(result).toMatchObject({ json: { confirmation: { status: 'confirmed', attempts: 1 } } });
		}
		expect(zoo.cash).toBe('15.00');
	});

	it('with a reference is taken up as well', async () => {
		const context = {};
		const reference = { reference: 'pi_1' };
		await lose([apply('no', reference)], true, { context });
		expect(await fates([apply('perhaps', reference)], { context, run: 1 })).toEqual(['confirmed']);
	});

	it('says unknown, and not that nothing was sent, where that cannot be settled', async () => {
		const context = {};
		await lose([apply('no')], true, { context });
		zoo.set('12.00');
		const [result] = await run([apply('perhaps')], { context, run: 1 });
		expect(fateOf(result)).toBe('outcomeUnknown, unknown');
		expect(result).toMatchObject({ details: { attempts: 1 } });
	});
});

describe('a reference in doubt', () => {
	it.each<[string, Place]>([
		['in a later run', { run: 1 }],
		['in another node', { nodeName: 'M' }],
		['as another call of a tool', { run: undefined }],
	])('is taken up by an item that repeats it %s, in this process and in another one', async (_, place) => {
		for (const isSame of [true, false]) {
			zoo = new Zoo();
			register = new OwnerRegistry();
			const context = {};
			await lose([paid('pi_1')], true, { context });
			if (!isSame) register = new OwnerRegistry();
			const again = isSame ? context : stored(context);
			expect(await fates([paid('pi_1')], { context: again, ...place })).toEqual(['confirmed']);
			expect(zoo.cash).toBe('15.00');
		}
	});

	it('is taken up by an item that returns the first result, in another execution', async () => {
		await lose([paid('pi_1')], true);
		const [result] = await run([paidOnce('pi_1')]);
		expect(result).toMatchObject({ json: { confirmation: { status: 'confirmed', by: 'readBack', attempts: 1 } } });
		expect(zoo.cash).toBe('15.00');
	});

	it('counts what others have written since the first attempt', async () => {
		await lose([paidOnce('pi_1')], true);
		await run([add({ amount: '-5' })]);
		zoo.set(zoo.cash, '1.00');
		expect(await fates([paidOnce('pi_1')])).toEqual(['outcomeUnknown, unknown']);
		expect(zoo.cash).toBe('10.00');
	});

	it('that is a preview’s is taken up by an adjustment of the same amounts', async () => {
		const context = {};
		await lose([apply('no', { reference: 'pi_1' })], true, { context });
		expect(await fates([paid('pi_1')], { context, run: 1 })).toEqual(['confirmed']);
		expect(zoo.cash).toBe('15.00');
	});
});

describe('whatever adds leaves its record under its reference', () => {
	it('for Return First Result, where the option was not chosen', async () => {
		await run([paid('pi_1')]);
		expect(await fates([paidOnce('pi_1')])).toEqual(['confirmed']);
		expect(zoo.cash).toBe('15.00');
	});

	it('for Return First Result, where a preview was applied', async () => {
		await run([apply('no', { reference: 'pi_1' })]);
		expect(await fates([paidOnce('pi_1')])).toEqual(['confirmed']);
		expect(await fates([paidOnce('pi_1', { amount: '6' })])).toEqual(['referenceRepeated, notSent']);
		expect(zoo.cash).toBe('15.00');
	});

	it('whatever else of the payment changes nothing', async () => {
		const raw = { orgId: ORG_ID, amountUnit: 'usd', options: { reference: 'pi_1', repeatedReference: 'returnFirst' } };
		const adjustFields = { prePayCashRemaining: '5', monthlyCreditsRemaining: '0' };
		await run([apply('no', { reference: 'pi_1' })]);
		expect(await fates([task('adjustBalance', { ...raw, adjustFields })])).toEqual(['confirmed']);
		expect(zoo.cash).toBe('15.00');
	});

	it.each<[string, () => Task]>([
		['by the option', () => paidOnce('pi_1')],
		['by its preview', () => apply('no')],
	])('and an item that got a first result %s gets it again after a restart', async (_, repeat) => {
		await run([repeat()]);
		const context = {};
		expect(await fates([repeat()], { context })).toEqual(['confirmed']);
		register = new OwnerRegistry();
		expect(await fates([repeat()], { context: stored(context) })).toEqual(['confirmed']);
		expect([zoo.cash, zoo.log]).toEqual(['15.00', []]);
	});

	it('and an item that got a first result and asks for something else after a restart sends nothing', async () => {
		await run([paidOnce('pi_1')]);
		const context = {};
		await run([paidOnce('pi_1')], { context });
		register = new OwnerRegistry();
		expect(await fates([paidOnce('pi_1', { amount: '6' })], { context: stored(context) })).toEqual([
			'alreadyWritten, written',
		]);
		expect(zoo.cash).toBe('15.00');
	});
});

describe('a record is found under the node’s name', () => {
	it.each<[string, (item: number) => Task]>([
		['adjustment', (item) => add({ item })],
		['update', (item) => set({ item, amount: '15' })],
		['preview', (item) => apply('no', {}, item)],
	])('also where the node was cut and pasted, and has another ID: %s', async (_, item) => {
		const context = {};
		await run([item(0)], { context });
		register = new OwnerRegistry();
		expect(await fates([item(0)], { context: stored(context) })).toEqual(['confirmed']);
		expect([zoo.cash, zoo.log]).toEqual(['15.00', []]);
	});

	it('of two nodes that have swapped names, and reports what was written', async () => {
		const context = {};
		await run([add()], { context, nodeName: 'A' });
		const others = [add({ amount: '7' }), apply('no'), set()];
		for (const other of others) {
			expect(await fates([other], { context, nodeName: 'A' })).toEqual(['alreadyWritten, written']);
		}
		expect(zoo.cash).toBe('15.00');
	});
});

describe('nothing that is not understood is sent', () => {
	it.each(['adjustment', 'update', 'preview'])('a damaged doubt is no doubt: %s', async (kind) => {
		const context = {};
		const item = { adjustment: add(), update: set(), preview: apply('no') }[kind] ?? add();
		await lose([item], true, { context });
		zoo.set('10.00', '1.00');
		const damaged = JSON.parse(JSON.stringify(context).replaceAll('"maybeApplied"', '"maybe"')) as object;
		register = new OwnerRegistry();
		expect(await fates([item], { context: stored(damaged) })).toEqual(['memoryUnreadable, notSent']);
		expect(zoo.log).toEqual([]);
	});
});

it('another owner with the same reference is another payment', async () => {
	await lose([paid('pi_1')], true);
	expect(await fates([paidOnce('pi_1', { orgId: USER_ID })])).toEqual(['referenceRepeated, notSent']);
});

describe('a preview that this process has made', () => {
	it('is not taken for there where another one was written since that came to the same', async () => {
		const [made] = await run([add({ options: { dryRun: true } })]);
		if (!made || isFailure(made)) throw new Error('There is no preview');
		const { preview } = made.json;
		const given = { preview, sentBefore: 'perhaps', options: { retryFor: 0 } };
		const applied = task('applyPreview', given);
		expect(await fates([add()])).toEqual(['confirmed']);
		expect(await fates([applied])).toEqual(['changedMeanwhile, unknown']);
		expect(zoo.cash).toBe('15.00');
		// In another process nobody knows.
		register = new OwnerRegistry();
		expect(await fates([applied])).toEqual(['alreadyThere']);
	});
});

describe('a preview of another process', () => {
	it('is not taken for there where another item of this process was written since that came to the same', async () => {
		expect(await fates([add()])).toEqual(['confirmed']);
		expect(await fates([apply('perhaps')])).toEqual(['changedMeanwhile, unknown']);
		expect(zoo.cash).toBe('15.00');
	});

	it('is there already where this process has written before the dry run alone', async () => {
		zoo.set('5.00');
		zoo.updates = -1;
		expect(await fates([add()])).toEqual(['confirmed']);
		zoo.set('15.00');
		expect(await fates([apply('perhaps')])).toEqual(['alreadyThere']);
	});

	it('in doubt is not taken for there on another worker that has written the same since', async () => {
		const context = {};
		await lose([apply('no')], false, { context });
		register = new OwnerRegistry();
		expect(await fates([add()])).toEqual(['confirmed']);
		expect(await fates([apply('no')], { context: stored(context) })).toEqual(['outcomeUnknown, unknown']);
		expect(zoo.cash).toBe('15.00');
	});
});

describe('a preview in doubt in another execution, whose reference may not be repeated, is unknown', () => {
	it('behind an earlier item of the same pass', async () => {
		await lose([apply('no', { reference: 'pi_1' })], true);
		zoo.log = [];
		const other = apply('no', { reference: 'pi_1', id: 'another', ownerId: USER_ID });
		const [, again] = await fates([other, apply('no', { reference: 'pi_1' }, 1)]);
		expect(again).toBe('referenceInDoubt, unknown');
	});

	it('in another node that has used it', async () => {
		await lose([apply('no', { reference: 'pi_1' })], true);
		const context = {};
		await run([paid('pi_1', { orgId: USER_ID })], { context });
		const again = await fates([apply('no', { reference: 'pi_1' })], { context, nodeName: 'M' });
		expect(again).toEqual(['referenceInDoubt, unknown']);
	});
});

describe('Return First Result, where this process has added it and its execution is in doubt of adding it again', () => {
	it.each<[string, Place]>([
		['in another node', { nodeName: 'M' }],
		['in a later run', { run: 1 }],
	])('returns the first result, and sends nothing: %s', async (_, place) => {
		await run([paid('pi_1')]);
		const context = {};
		await lose([paid('pi_1')], false, { context });
		expect(await fates([paidOnce('pi_1')], { context, ...place })).toEqual(['confirmed']);
		expect([zoo.cash, zoo.log]).toEqual(['15.00', []]);
	});

	it('settles first what the item itself has left in doubt', async () => {
		const context = {};
		await lose([paidOnce('pi_1')], false, { context });
		await run([paid('pi_1')]);
		expect(await fates([paidOnce('pi_1')], { context })).toEqual(['outcomeUnknown, unknown']);
		expect(zoo.cash).toBe('15.00');
	});
});

it.each(['no', 'perhaps'] as const)(
	'a preview from the future closes its owner to nobody else (sent before: %s)',
	async (sentBefore) => {
		const updatedAt = new Date(FIRST_UPDATE + 1_800_000).toISOString();
		const [result] = await run([apply(sentBefore, { updatedAt })]);
		expect(result).toMatchObject({
			what: expect.stringContaining('Zoo answered with an older balance than this write is built on'),
			details: { reason: sentBefore === 'no' ? 'staleReply' : 'outcomeUnknown' },
		});
		expect(await fates([add()])).toEqual(['confirmed']);
	},
);

describe('a preview with amounts that no dry run has made is refused', () => {
	const cash = (amount: string) => ({ pre_pay_cash_remaining: amount });
	const read = (from: string, to: string) =>
		operations
			.find(({ name }) => name === 'applyPreview')
			?.prepare(
				{ preview: { ...dryRunPreview, from: cash(from), to: cash(to) }, sentBefore: 'no', options: {} },
				ownerKinds.org,
				0,
			);

	it.each([
		['10.00', '1e2'],
		['1e1', '15.00'],
		['10.00', '15.001'],
		['10.00', '15.00000000000000000000000001'],
		['10.0083', '15.0084'],
	])('from %s to %s', (from, to) => {
		expect(read(from, to)).toMatchObject({ what: expect.stringMatching(/^'Preview' is incomplete/) });
	});

	it.each([
		['10.0083', '15.0083'],
		['10.0083', '15.00'],
		['10', '15'],
	])('but not from %s to %s', (from, to) => {
		expect(read(from, to)).not.toMatchObject({ kind: 'failure' });
	});
});

describe('a reference that an expression has made of nothing is refused', () => {
	it.each(['undefined', 'null', 'NaN', '[object Object]', ' undefined '])('%s', (reference) => {
		const raw = { orgId: ORG_ID, amountUnit: 'usd', adjustFields: { prePayCashRemaining: '5' } };
		const [adjust, applyPreview] = ['adjustBalance', 'applyPreview'].map((name) =>
			operations.find((each) => each.name === name),
		);
		expect(adjust?.prepare({ ...raw, options: { reference } }, ownerKinds.org, 0)).toMatchObject({
			what: expect.stringMatching(/^'Payment Reference' is what an expression makes of nothing/),
		});
		const preview = { ...dryRunPreview, reference: reference.trim() };
		expect(applyPreview?.prepare({ preview, sentBefore: 'no', options: {} }, ownerKinds.org, 0)).toMatchObject({
			what: "'Preview' is incomplete or at odds with itself: reference [item 0]",
		});
	});
});

it('a preview is for its host and port', async () => {
	const [result] = await run([apply('no', { host: `${host}:8443` })]);
	expect(result).toMatchObject({ what: expect.stringMatching(/^'Preview' was made for another host/) });
	expect(zoo.log).toEqual([]);
});

describe('of two rules that fit an item the first one decides (money.md, Which rule comes first)', () => {
	const refusedItem = (item = 0) => invalidInput({ item }, new Refusal('What', 'Next.'));
	const unreadable = () => ({ zooBilling: { version: 1 } });
	/** An execution in which `task` was left in doubt by another node, and was not applied. */
	const inDoubt = async (...tasks: Task[]) => {
		const context = {};
		await lose(tasks, false, { context, nodeName: 'M' });
		return context;
	};
	const written = async (...tasks: Task[]) => {
		const context = {};
		await run(tasks, { context });
		return context;
	};
	const last = async (...given: Parameters<typeof run>) => (await fates(...given)).at(-1);

	it.each<[string, () => Promise<string | undefined>, string]>([
		[
			'1 before 2: what was written, before what is refused',
			async () => await last([refusedItem()], { context: await written(add()) }),
			'alreadyWritten, written',
		],
		[
			'1 before 4: what was written, before the reference of an earlier item',
			async () => {
				const context = await written(add({ amount: '0' }), paid('pi_1', { item: 1 }));
				return await last([paid('pi_1'), paid('pi_1', { item: 1 })], { context });
			},
			'confirmed',
		],
		[
			'2 before 3: what is refused, before notes that cannot be read',
			async () => await last([refusedItem()], { context: unreadable() }),
			'invalidInput, notSent',
		],
		[
			'3 before 4: notes that cannot be read, before the reference of an earlier item',
			async () => await last([paid('pi_1'), paid('pi_1', { item: 1 })], { context: unreadable() }),
			'memoryUnreadable, notSent',
		],
		[
			'4 before 5: the reference of an earlier item, before what is in doubt in the execution',
			async () => await last([paid('pi_1'), paid('pi_1', { item: 1 })], { context: await inDoubt(paid('pi_1')) }),
			'referenceInDoubt, unknown',
		],
		[
			'5 before 6: what is in doubt in the execution, before a reference that was used there',
			async () => await last([paid('pi_1')], { context: await inDoubt(paid('pi_1')) }),
			'confirmed',
		],
		[
			'6 before 8: a reference that was used in the execution, before what another refusal holds back',
			async () => {
				const context = await written(paid('pi_1'));
				return await last([refusedItem(), paid('pi_1', { item: 1 })], { context, run: 1, stopOnFailure: true });
			},
			'referenceRepeated, notSent',
		],
		[
			'7 before 8: what a later update has overtaken, before what another refusal holds back',
			async () => {
				const context = {};
				await run([refusedItem(), refusedItem(1), set({ item: 2 })], { context });
				return await last([refusedItem(), set({ item: 1 })], { context, stopOnFailure: true });
			},
			'overtaken, notSent',
		],
		[
			'8 before 9: what another refusal holds back stays in doubt, before it is taken up',
			async () => {
				const context = {};
				await lose([add()], true, { context });
				return await fates([add(), refusedItem(1)], { context, stopOnFailure: true }).then(([first]) => first);
			},
			'outcomeUnknown, unknown',
		],
		[
			'6 before 10: a reference that was used in the execution, before what this process has added',
			async () => {
				await run([apply('no', { reference: 'pi_1' })]);
				const context = await written(paid('pi_1', { orgId: USER_ID }));
				return await last([apply('no', { reference: 'pi_1' })], { context, run: 1 });
			},
			'referenceRepeated, notSent',
		],
		[
			'7 before 12: what a later update has overtaken, before the doubt about its owner',
			async () => {
				const context = {};
				await lose([set({ item: 1 })], true, { context });
				return await last([set({ item: 0 })], { context });
			},
			'overtaken, notSent',
		],
		[
			'10 before 12: what this process has added, before another doubt about its owner',
			async () => {
				await run([paid('pi_1')]);
				return await last([paidOnce('pi_1')], { context: await inDoubt(add({ amount: '7' })) });
			},
			'confirmed',
		],
		[
			'11: what is in doubt in this execution, before what is in doubt in another one of this process',
			async () => {
				await lose([paid('pi_1')], false);
				zoo.set('20.00', '1.00');
				await last([paidOnce('pi_1')], { context: await inDoubt(paid('pi_1')) });
				return zoo.cash;
			},
			'25.00',
		],
		[
			'11 before 12: what is in doubt is taken up, and is not blocked by itself',
			async () => await last([paid('pi_1')], { context: await inDoubt(paid('pi_1')), run: 1 }),
			'confirmed',
		],
		[
			'12 before 13: a doubt about the owner, before another payment under the reference',
			async () => {
				await run([paid('pi_1', { amount: '6' })]);
				return await last([paidOnce('pi_1')], { context: await inDoubt(add({ amount: '7' })) });
			},
			'blockedByEarlierItem, notSent',
		],
		[
			'13 before 14: another payment under the reference, before the balance is looked at',
			async () => {
				await run([paid('pi_1', { amount: '6' })]);
				const conditions = { onlyIf: { prePayCashRemaining: '99' } };
				const fate = await last([paidOnce('pi_1', { options: conditions })]);
				return `${fate}; ${zoo.log.join()}`;
			},
			'referenceRepeated, notSent; ',
		],
		[
			'15: a preview that the execution has applied, before its reference',
			async () => {
				const context = await written(apply('no', { reference: 'pi_1' }));
				register = new OwnerRegistry();
				return await last([apply('perhaps', { reference: 'pi_1' })], { context: stored(context), run: 1 });
			},
			'alreadyWritten, written',
		],
	])('%s', async (_, fate, expected) => {
		expect(await fate()).toBe(expected);
	});
});

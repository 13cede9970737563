// Which item runs when: lanes keep their order, the limit holds, results keep theirs, and one key has one worker in the process.

import { setImmediate as nextTurn } from 'node:timers/promises';

import fc from 'fast-check';

import { withLock, runJobs, takingTurns, type Job } from '../../nodes/ZooBilling/pass/schedule';

/** A promise that the test resolves. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
	let open: () => void = () => undefined;
	const opened = new Promise<void>((resolve) => (open = resolve));
	return { opened, open };
}

const never = new Promise<void>(() => undefined);

/** Lets everything run that is ready to. */
async function settle(): Promise<void> {
	for (let round = 0; round < 50; round += 1) await Promise.resolve();
}

describe('lanes', () => {
	/** Turns by key, whose ends the test decides; `log` tells what began and ended. */
	function stage(keys: ReadonlyArray<string | undefined>) {
		const log: string[] = [];
		const gates = keys.map(gate);
		const turns = keys.map((key, index): Job<{ seen: number[] }, string> => ({
			key,
			run: async (lane) => {
				log.push(`begin ${index}`);
				lane.seen.push(index);
				await gates[index]?.opened;
				log.push(`end ${index}`);
				return `${index} after ${lane.seen.slice(0, -1).join(' ')}`;
			},
		}));
		const end = async (index: number) => {
			gates[index]?.open();
			await settle();
		};
		return { log, end, run: async (limit: number) => await runJobs(turns, limit, () => ({ seen: [] })) };
	}

	it('run one after another inside and side by side among each other', async () => {
		const { log, end, run } = stage(['a', 'b', 'a', 'b']);
		const results = run(10);
		await settle();
		expect(log).toEqual(['begin 0', 'begin 1']);
		await end(1);
		expect(log).toEqual(['begin 0', 'begin 1', 'end 1', 'begin 3']);
		await end(3);
		await end(0);
		expect(log.slice(4)).toEqual(['end 3', 'end 0', 'begin 2']);
		await end(2);
		expect(await results).toEqual(['0 after ', '1 after ', '2 after 0', '3 after 1']);
	});

	it('are as many at a time as the limit says, begun in the order of their first items', async () => {
		const { log, end, run } = stage(['a', 'b', 'a', 'c', 'd']);
		const results = run(2);
		await settle();
		expect(log).toEqual(['begin 0', 'begin 1']);
		await end(0);
		expect(log.slice(2)).toEqual(['end 0', 'begin 2']);
		await end(1);
		expect(log.slice(4)).toEqual(['end 1', 'begin 3']);
		await end(3);
		expect(log.slice(6)).toEqual(['end 3', 'begin 4']);
		await end(2);
		await end(4);
		expect(await results).toHaveLength(5);
	});

	it('are one for each item without a key', async () => {
		const { log, end, run } = stage([undefined, undefined, undefined]);
		const results = run(10);
		await settle();
		expect(log).toEqual(['begin 0', 'begin 1', 'begin 2']);
		await end(2);
		await end(1);
		await end(0);
		expect(await results).toEqual(['0 after ', '1 after ', '2 after ']);
	});

	it('do not mix a key with an item’s number', async () => {
		const { log, end, run } = stage(['1', undefined]);
		const results = run(10);
		await settle();
		expect(log).toEqual(['begin 0', 'begin 1']);
		await end(0);
		await end(1);
		expect(await results).toEqual(['0 after ', '1 after ']);
	});

	it('take a turn that says nothing as one that does not go first', async () => {
		const order: string[] = [];
		const turn = (name: string, more: Partial<Job<undefined, void>> = {}): Job<undefined, void> => ({
			key: 'one',
			run: async () => {
				order.push(name);
				await Promise.resolve();
			},
			...more,
		});
		await runJobs([turn('new'), turn('resumed', { first: true })], 1, () => undefined);
		expect(order).toEqual(['resumed', 'new']);
	});

	it('begin with the turns that go first, each kind in its order, and leave the results in theirs', async () => {
		const order: number[] = [];
		const turn = (key: string, first: boolean, index: number): Job<undefined, number> => ({
			key,
			first,
			run: async () => {
				order.push(index);
				return await Promise.resolve(index);
			},
		});
		const turns = [
			turn('a', false, 0),
			turn('b', false, 1),
			turn('a', true, 2),
			turn('a', false, 3),
			turn('a', true, 4),
		];
		expect(await runJobs(turns, 1, () => undefined)).toEqual([0, 1, 2, 3, 4]);
		expect(order).toEqual([2, 4, 0, 3, 1]);
	});

	it('are none without items', async () => {
		expect(await runJobs([], 25, () => undefined)).toEqual([]);
	});

	it('keep order, limit and results for any mixture of owners', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined }), { maxLength: 40 }),
				fc.integer({ min: 1, max: 6 }),
				fc.scheduler(),
				async (keys, limit, scheduler) => {
					const open = new Map<string | number, number>();
					const begun = new Map<string | undefined, number[]>();
					let most = 0;
					const turns = keys.map((key, index): Job<undefined, number> => ({
						key,
						run: async () => {
							expect(open.has(key ?? index)).toBe(false);
							open.set(key ?? index, index);
							most = Math.max(most, open.size);
							begun.set(key, [...(begun.get(key) ?? []), index]);
							await scheduler.schedule(Promise.resolve());
							open.delete(key ?? index);
							return index;
						},
					}));
					const done = runJobs(turns, limit, () => undefined);
					await scheduler.waitFor(done);
					expect(await done).toEqual(keys.map((_, index) => index));
					expect(most).toBeLessThanOrEqual(limit);
					const lanes = new Set(keys.map((key, index) => key ?? index)).size;
					expect(most).toBe(Math.min(limit, lanes));
					for (const [key, order] of begun)
						if (key !== undefined) expect(order).toEqual(order.toSorted((one, other) => one - other));
				},
			),
			{ numRuns: 200 },
		);
	});

	it('take fifty thousand items in order', async () => {
		const turns = Array.from({ length: 50_000 }, (_, index): Job<undefined, number> => ({
			key: `owner ${index % 5000}`,
			run: async () => await Promise.resolve(index),
		}));
		const results = await runJobs(turns, 25, () => undefined);
		expect(results).toHaveLength(50_000);
		expect(results.every((result, index) => result === index)).toBe(true);
	});
});

describe('turns of the event loop', () => {
	it('are for three each, in the order in which they came', async () => {
		const itsTurn = takingTurns(async () => await nextTurn());
		const begun: number[] = [];
		const all = Array.from({ length: 8 }, async (_, index) => {
			await itsTurn();
			begun.push(index);
		});
		await settle();
		expect(begun).toEqual([0, 1, 2]);
		await all[3];
		await settle();
		expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
		await Promise.all(all);
		expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	});
});

describe('one worker per key', () => {
	it('begins at once where nobody is at work', () => {
		let began = false;
		void withLock('idle', async () => await Promise.resolve((began = true)), never);
		expect(began).toBe(true);
	});

	it('lets callers of one key wait for each other in order, and others go on', async () => {
		const log: string[] = [];
		const gates = [gate(), gate(), gate(), gate()];
		const call = async (name: number, key: string) =>
			await withLock(
				key,
				async () => {
					log.push(`begin ${name}`);
					await gates[name]?.opened;
					log.push(`end ${name}`);
					return name;
				},
				never,
			);
		const results = [call(0, 'one'), call(1, 'one'), call(2, 'one'), call(3, 'another')];
		await settle();
		expect(log).toEqual(['begin 0', 'begin 3']);
		gates[2]?.open();
		gates[1]?.open();
		gates[0]?.open();
		gates[3]?.open();
		expect(await Promise.all(results)).toEqual([0, 1, 2, 3]);
		expect(log.filter((entry) => !entry.endsWith('3'))).toEqual([
			'begin 0',
			'end 0',
			'begin 1',
			'end 1',
			'begin 2',
			'end 2',
		]);
	});

	it('forgets a key when its last work has ended', async () => {
		const first = withLock('passing', async () => await Promise.resolve(1), never);
		const second = withLock('passing', async () => await Promise.resolve(2), never);
		expect([await first, await second]).toEqual([1, 2]);
		await settle();
		let began = false;
		void withLock('passing', async () => await Promise.resolve((began = true)), never);
		expect(began).toBe(true);
	});

	it('keeps a key while a later caller is at work', async () => {
		const holder = gate();
		const first = withLock('handed on', async () => await Promise.resolve(), never);
		const second = withLock('handed on', async () => await holder.opened, never);
		await first;
		await settle();
		let began = false;
		const third = withLock('handed on', async () => await Promise.resolve((began = true)), never);
		await settle();
		expect(began).toBe(false);
		holder.open();
		await Promise.all([second, third]);
		expect(began).toBe(true);
	});

	it('lets a canceled caller go on at once, and later ones wait for whoever is still at work', async () => {
		const log: string[] = [];
		const [holder, stop] = [gate(), gate()];
		const work = (name: string, until: Promise<void>) => async () => {
			log.push(`begin ${name}`);
			await until;
			log.push(`end ${name}`);
		};
		const first = withLock('held', work('first', holder.opened), never);
		const canceled = withLock('held', work('canceled', Promise.resolve()), stop.opened);
		const later = withLock('held', work('later', Promise.resolve()), never);
		await settle();
		expect(log).toEqual(['begin first']);
		stop.open();
		await canceled;
		await settle();
		expect(log).toEqual(['begin first', 'begin canceled', 'end canceled']);
		holder.open();
		await Promise.all([first, later]);
		expect(log.slice(3)).toEqual(['end first', 'begin later', 'end later']);
	});

	it('keeps a key while an earlier holder is still at work, though the last caller was canceled and has ended', async () => {
		const [holder, stop] = [gate(), gate()];
		const first = withLock('long', async () => await holder.opened, never);
		stop.open();
		await withLock('long', async () => await Promise.resolve(), stop.opened);
		await settle();
		let began = false;
		const third = withLock('long', async () => await Promise.resolve((began = true)), never);
		await settle();
		expect(began).toBe(false);
		holder.open();
		await Promise.all([first, third]);
		expect(began).toBe(true);
	});
});

// What one item's misfortune means for the others: waits that Zoo asks for, unknown outcomes, On Error = Stop, order and concurrency.

import { setTimeout as realSleep } from 'node:timers/promises';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Fault } from '../zoo-api/faults';
import type { ZooApi, ZooApiSettings } from '../zoo-api/server';
import { FakeClock, until, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { detailsOnErrorOutput, jsonOf, ORG, OTHER_ORG, runZoo, startZoo, type ZooRun } from './zoo-run';

useFakeClocks();
beforeAll(() => {
	jest.spyOn(Math, 'random').mockReturnValue(0.5);
});

const THIRD_ORG = '2b1d3c55-04b2-4c8f-9a5e-1d3a6a8c2b21';
const [A, B, C] = [ORG, OTHER_ORG, THIRD_ORG];

let zoo: ZooApi;
afterEach(async () => {
	await zoo.close();
});

/** Starts the stand-in by the clock, so that its log of requests has the clock's times. */
async function startedBy(clock: FakeClock, settings: ZooApiSettings = {}): Promise<void> {
	zoo = await clock.run(async () => await startZoo(settings));
	for (const org of manyOrgs(110).concat(C)) zoo.setBalance('org', org);
}

function manyOrgs(count: number): string[] {
	return Array.from({ length: count }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);
}

/** One item per owner and amount. */
async function update(
	clock: FakeClock,
	items: ReadonlyArray<readonly [org: string, amount: number | string]>,
	options: INodeParameters = {},
	run: ZooRun = {},
): Promise<NodeRunResult> {
	const parameters = {
		orgId: '={{ $json.org }}',
		updateFields: { prePayCashRemaining: '={{ $json.amount }}' },
		options,
	};
	return await clock.run(
		async () =>
			await runZoo(zoo, parameters, {
				items: items.map(([org, amount]) => ({ org, amount })),
				onError: 'continueRegularOutput',
				...run,
			}),
	);
}

/** Method, owner and amount of every request: `PUT A 1.00`. */
function seen(): string[] {
	const names = new Map([
		[A, 'A'],
		[B, 'B'],
		[C, 'C'],
	]);
	return zoo.requests.map(({ method, owner, body }) =>
		`${method} ${names.get(owner?.id ?? '') ?? '?'} ${/[\d.]+(?="})/.exec(body)?.[0] ?? ''}`.trimEnd(),
	);
}

const limited = (retryAfter?: string): Fault => ({
	kind: 'status',
	status: 429,
	headers: retryAfter === undefined ? {} : { 'Retry-After': retryAfter },
});
const lost: Fault = { kind: 'status', status: 500 };

describe('a Retry-After', () => {
	const inSeconds = (seconds: number) => () => new Date(Date.now() + seconds * 1000).toUTCString();
	it.each([
		['of seconds is waited for in full', () => '7', 7000, 7000],
		['of a date is waited for in full', inSeconds(7), 6000, 7000],
		['of a date in the past sends again soon', inSeconds(-3600), 0, 500],
		['that is unreadable leaves the usual wait', () => 'soon', 250, 250],
		['that is not a whole number leaves the usual wait', () => '1.5', 250, 250],
		['that is negative leaves the usual wait', () => '-5', 250, 250],
	])('%s', async (_, header, least, most) => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext(limited(header()));
		const result = await update(clock, [[A, 5]]);
		expect(seen()).toEqual(['PUT A 5.00', 'PUT A 5.00']);
		const [first, second] = zoo.requests;
		const between = (second?.at ?? 0) - (first?.at ?? 0);
		expect(between).toBeGreaterThanOrEqual(least);
		expect(clock.waits).toHaveLength(1);
		expect(clock.waits[0]).toBeGreaterThanOrEqual(least);
		expect(clock.waits[0]).toBeLessThanOrEqual(most);
		expect(jsonOf(result)).toMatchObject([{ confirmation: { by: 'reply', attempts: 2 } }]);
	});

	it.each([
		[429, 'notApplied'],
		[503, 'unknown'],
	])(
		'longer than the item may be retried is not begun after a %d, and the item says how long it is',
		async (status, outcome) => {
			const clock = new FakeClock();
			await startedBy(clock);
			zoo.failNext({ kind: 'status', status, headers: { 'Retry-After': '120' } }, { times: Infinity });
			const result = await update(clock, [[A, 5]], { retryFor: 119 });
			expect(seen()).toEqual(['PUT A 5.00', 'GET A']);
			expect(clock.waits).toEqual([]);
			expect(jsonOf(result)).toMatchObject([
				{
					message: expect.stringContaining('Zoo asked to wait 120 seconds'),
					details: { outcome, httpStatus: status },
				},
			]);
		},
	);

	it('that fits is begun again and again, until the next one would not', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext(limited('10'), { times: Infinity });
		await update(clock, [[A, 5]], { retryFor: 45 });
		expect(clock.waits).toEqual([10_000, 10_000, 10_000, 10_000]);
		expect(seen()).toEqual([...Array<string>(5).fill('PUT A 5.00'), 'GET A']);
	});

	it.each([
		['429', limited('30'), ['PUT A 1.00']],
		// It may have been applied.
		['503', { kind: 'status', status: 503, headers: { 'Retry-After': '30' } }, ['GET A', 'PUT A 1.00']],
	] as const)('after a %s holds back the items of all owners, to the millisecond', async (_, fault, ofA) => {
		const clock = new FakeClock('by hand');
		await startedBy(clock);
		zoo.failNext(fault, { ownerId: A });
		zoo.failNext({ kind: 'delay', ms: 40 }, { ownerId: B });
		const running = update(
			clock,
			[
				[A, 1],
				[B, 1],
				[B, 2],
				[C, 1],
			],
			{ maxConcurrency: 2 },
		);
		// The owner that met the limit, and the one whose first write was under way then.
		await clock.asleep(2);
		expect(seen().sort()).toEqual(['PUT A 1.00', 'PUT B 1.00']);
		clock.advance(29_999);
		expect(clock.sleeping).toBe(2);
		expect(seen()).toHaveLength(2);
		clock.advance(1);
		const result = await running;
		expect(seen().slice(2).sort()).toEqual([...ofA, 'PUT B 2.00', 'PUT C 1.00']);
		expect(jsonOf(result).map((json) => 'error' in json)).toEqual([false, false, false, false]);
	});

	it('holds back a read that looks after a lost write, too', async () => {
		const clock = new FakeClock('by hand');
		await startedBy(clock);
		zoo.failNext({ kind: 'delay', ms: 40 }, { ownerId: A });
		zoo.failNext(lost, { ownerId: B });
		zoo.onRequest = ({ owner }) =>
			owner?.id === C && zoo.requests.filter(({ owner: each }) => each?.id === C).length === 0
				? limited('30')
				: undefined;
		const running = update(clock, [
			[B, 1],
			[C, 1],
			[A, 1],
			[A, 2],
		]);
		await clock.asleep(3);
		clock.advance(300);
		await clock.asleep(3);
		expect(seen().sort()).toEqual(['PUT A 1.00', 'PUT B 1.00', 'PUT C 1.00']);
		clock.advance(30_000);
		await running;
		expect(seen().slice(3).sort()).toEqual(['GET B', 'PUT A 2.00', 'PUT B 1.00', 'PUT C 1.00']);
	});

	it('too long to wait for fails the items that have not begun as well: nothing was sent for them, and they say how long to wait', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext(limited('3600'));
		const result = await update(
			clock,
			[
				[A, 1],
				[B, 1],
				[A, 2],
			],
			{ maxConcurrency: 1 },
		);
		expect(seen()).toEqual(['PUT A 1.00', 'GET A']);
		expect(clock.waits).toEqual([]);
		const held = {
			details: { reason: 'heldBack', outcome: 'notSent' },
			message: expect.stringMatching(/Zoo asked to wait 3600 seconds.*Nothing was sent for this item/),
		};
		expect(jsonOf(result)).toMatchObject([{ details: { reason: 'unavailable', outcome: 'notApplied' } }, held, held]);
	});

	it('is waited for by items that have not begun even where nothing is retried', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext(limited('30'));
		const result = await update(
			clock,
			[
				[A, 1],
				[B, 1],
			],
			{ maxConcurrency: 1, retryFor: 0 },
		);
		expect(seen()).toEqual(['PUT A 1.00', 'GET A', 'PUT B 1.00']);
		expect((zoo.requests[2]?.at ?? 0) - (zoo.requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
		expect(jsonOf(result)).toMatchObject([{ details: { outcome: 'notApplied' } }, { confirmation: { by: 'reply' } }]);
	});
});

describe('after an unknown outcome', () => {
	const details = (expected: IDataObject) => (detailsOnErrorOutput ? { details: expected } : {});
	const items = [
		[A, 1],
		[B, 1],
		[A, 2],
		[A, 3],
		[B, 2],
	] as const;
	const blocked = {
		error: expect.stringContaining('Not sent, because the outcome of item 0 for the same organization is unknown'),
		...details({ reason: 'blockedByEarlierItem', outcome: 'notSent', blockedBy: 0 }),
	};

	it.each([
		['and is read back as it was', { method: 'PUT', ownerId: A, times: 1 }, ['PUT A 1.00', 'GET A']],
		['and cannot be read back', { ownerId: A, times: 2 }, ['PUT A 1.00', 'GET A']],
	])(
		'later items of the owner are not sent, and others are: when the write was lost %s',
		async (_, match, requests) => {
			const clock = new FakeClock();
			await startedBy(clock);
			zoo.failNext(lost, match);
			const result = await update(clock, items, { retryFor: 0 }, { onError: 'continueErrorOutput' });
			expect(seen().filter((line) => line.includes(' A'))).toEqual(requests);
			expect(seen().filter((line) => line.includes(' B'))).toEqual(['PUT B 1.00', 'PUT B 2.00']);
			expect(jsonOf(result, 1)).toMatchObject([
				{ error: expect.stringContaining('The outcome is unknown'), ...details({ reason: 'outcomeUnknown', item: 0 }) },
				{ ...blocked, message: expect.stringContaining('[item 2]') },
				blocked,
			]);
			expect(result.output[1]?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }, { item: 3 }]);
			expect(jsonOf(result)).toMatchObject([
				{ confirmation: { status: 'confirmed' } },
				{ confirmation: { status: 'confirmed' } },
			]);
		},
	);

	it('an item that a look has shown not to be applied does not keep later ones of its owner from being sent', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext({ kind: 'status', status: 422 });
		const result = await update(clock, [
			[A, 1],
			[A, 2],
		]);
		expect(seen()).toEqual(['PUT A 1.00', 'GET A', 'PUT A 2.00']);
		expect(jsonOf(result)).toMatchObject([
			{ details: { outcome: 'notApplied' } },
			{ confirmation: { status: 'confirmed' } },
		]);
	});

	it('doubt stays, whatever surely fails after it', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext(lost, { method: 'PUT' });
		zoo.failNext({ kind: 'status', status: 422 }, { method: 'PUT' });
		const result = await update(clock, [
			[A, 1],
			[A, 2],
		]);
		expect(seen()).toEqual(['PUT A 1.00', 'GET A', 'PUT A 1.00', 'GET A']);
		expect(jsonOf(result)).toMatchObject([
			{ details: { outcome: 'unknown', httpStatus: 422 } },
			{ details: { blockedBy: 0 } },
		]);
	});

	it('a lost write that shows up only at the last look is confirmed', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext({ ...lost, applied: 'late', lateByMs: Infinity }, { method: 'PUT' });
		zoo.onRequest = ({ method }) => {
			if (method === 'GET') return undefined;
			zoo.applyLateWrites();
			return { kind: 'status', status: 422 };
		};
		const result = await update(clock, [[A, 1]]);
		expect(seen()).toEqual(['PUT A 1.00', 'GET A', 'PUT A 1.00', 'GET A']);
		expect(jsonOf(result)).toMatchObject([{ confirmation: { by: 'readBack', attempts: 2 } }]);
	});
});

describe('an adjustment', () => {
	const adjust = { operation: 'adjustBalance', adjustFields: { prePayCashRemaining: '5' } };

	it('that Zoo says no to is looked after at once, and again before it is sent again', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext(limited(), { method: 'PUT' });
		const result = await clock.run(async () => await runZoo(zoo, adjust));
		expect(seen()).toEqual(['GET A', 'PUT A 15.00', 'GET A', 'GET A', 'PUT A 15.00']);
		expect(jsonOf(result)).toMatchObject([{ confirmation: { by: 'reply', attempts: 2 } }]);
	});

	it('is not sent again over what somebody else has written in between', async () => {
		const clock = new FakeClock('by hand');
		await startedBy(clock);
		zoo.failNext(limited(), { method: 'PUT' });
		const running = clock.run(async () => await runZoo(zoo, adjust, { onError: 'continueRegularOutput' }));
		await clock.asleep(1);
		zoo.setBalance('org', A, { pre_pay_cash_remaining: '7.00' });
		clock.advance(500);
		expect(jsonOf(await running)).toMatchObject([{ details: { reason: 'changedMeanwhile', outcome: 'notApplied' } }]);
		expect(seen()).toEqual(['GET A', 'PUT A 15.00', 'GET A', 'GET A']);
		expect(zoo.amountsOf('org', A)['pre_pay_cash_remaining']).toBe('7.00');
	});
});

describe('adjustments that n8n’s Retry On Fail runs again', () => {
	const applied: Fault = { ...lost, applied: true };

	/** Adjusts A by each of the changes, twice if the first pass fails; `faults`: what each request meets, in order. */
	async function twice(
		changes: readonly number[],
		faults: ReadonlyArray<Fault | undefined>,
		run: ZooRun = {},
		options: INodeParameters = {},
	): Promise<NodeRunResult> {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.onRequest = () => faults[zoo.requests.length];
		const parameters = {
			operation: 'adjustBalance',
			adjustFields: { prePayCashRemaining: '={{ $json.change }}' },
			options: { retryFor: 0, ...options },
		};
		const usual: ZooRun = {
			items: changes.map((change) => ({ change })),
			onError: 'continueRegularOutput',
			retryOnFail: { maxTries: 2, waitBetweenTries: 1 },
		};
		return await clock.run(async () => await runZoo(zoo, parameters, { ...usual, ...run }));
	}
	const standing = () => zoo.amountsOf('org', A)['pre_pay_cash_remaining'];
	const confirmed = { confirmation: { status: 'confirmed' } };

	it('are not sent again, nor read, once they are confirmed', async () => {
		const result = await twice([5, 7], [undefined, undefined, undefined, { kind: 'status', status: 422 }], {
			onError: 'stopWorkflow',
		});
		expect(seen()).toEqual(['GET A', 'PUT A 15.00', 'GET A', 'PUT A 22.00', 'GET A', 'GET A', 'PUT A 22.00']);
		expect(jsonOf(result)).toMatchObject([confirmed, confirmed]);
	});

	it('are settled before anything else is written, so that an earlier item does not pass for a later one that was never applied', async () => {
		const result = await twice([50, 50], [lost, undefined, lost]);
		expect(jsonOf(result)).toMatchObject([confirmed, confirmed]);
		expect(standing()).toBe('110.00');
	});

	it('are settled before anything else is written, so that an earlier item does not make a later one look as if it had not been applied', async () => {
		const result = await twice([-10, 10], [lost, undefined, applied, lost]);
		expect(jsonOf(result)).toMatchObject([confirmed, confirmed]);
		expect(standing()).toBe('10.00');
	});

	it('stay confirmed whatever becomes of an earlier item', async () => {
		const result = await twice([20, 50], [lost, undefined, undefined, undefined, lost, lost]);
		expect(jsonOf(result)).toMatchObject([{ details: { outcome: 'unknown' } }, confirmed]);
		expect(standing()).toBe('60.00');
	});

	it('stay confirmed where an earlier one that Zoo answered differently is reported again, with nothing sent', async () => {
		const differently: Fault = { kind: 'edit', edit: (reply) => ({ ...reply, pre_pay_cash_remaining: '16.00' }) };
		const result = await twice([5, 7], [undefined, differently], {}, { onDifference: 'fail' });
		expect(seen()).toEqual(['GET A', 'PUT A 15.00', 'GET A', 'PUT A 22.00']);
		expect(jsonOf(result)).toMatchObject([{ details: { outcome: 'different' } }, confirmed]);
		expect(standing()).toBe('22.00');
	});

	it('are looked after first, and not sent over what somebody else has written in between', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.onRequest = ({ method }) => {
			if (method === 'PUT') return lost;
			if (zoo.requests.length !== 2) return undefined;
			zoo.setBalance('org', A, { pre_pay_cash_remaining: '7.00' });
			return lost;
		};
		const parameters = {
			operation: 'adjustBalance',
			adjustFields: { prePayCashRemaining: '5' },
			options: { retryFor: 0 },
		};
		const result = await clock.run(
			async () =>
				await runZoo(zoo, parameters, {
					onError: 'continueRegularOutput',
					retryOnFail: { maxTries: 2, waitBetweenTries: 1 },
				}),
		);
		expect(seen()).toEqual(['GET A', 'PUT A 15.00', 'GET A', 'GET A']);
		expect(jsonOf(result)).toMatchObject([
			{
				details: {
					outcome: 'unknown',
					before: { pre_pay_cash_remaining: '10.00' },
					target: { pre_pay_cash_remaining: '15.00' },
					now: { pre_pay_cash_remaining: '7.00' },
				},
			},
		]);
	});
});

describe('On Error = Stop', () => {
	const stop = { onError: 'stopWorkflow' } as const;

	it('sends nothing new after the first failure, lets the items under way finish, and counts them all', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext({ kind: 'status', status: 422 }, { ownerId: A });
		zoo.failNext({ kind: 'delay', ms: 60 }, { ownerId: B });
		const result = await update(
			clock,
			[
				[A, 1],
				[B, 1],
				[C, 1],
				[A, 2],
				[B, 2],
			],
			{ maxConcurrency: 2 },
			stop,
		);
		expect(seen().sort()).toEqual(['GET A', 'PUT A 1.00', 'PUT B 1.00']);
		expect(zoo.amountsOf('org', B)['pre_pay_cash_remaining']).toBe('1.00');
		expect(result.error?.message).toBe('The balance was not changed: Zoo answered 422 [item 0]');
		expect(result.error?.description).toContain(
			'Of 5 items: 1 not written (item 0), 1 written (item 1), 3 not sent (item 2–4).',
		);
	});

	it('lets an item that is under way read back and send again', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext({ kind: 'delay', ms: 30, applied: false }, { ownerId: A });
		zoo.onRequest = ({ owner, method }) =>
			owner?.id === B && method === 'PUT' && seen().filter((line) => line === 'PUT B 1.00').length < 2
				? { kind: 'resetBeforeHeaders' }
				: undefined;
		zoo.failNext({ kind: 'status', status: 403 }, { ownerId: C });
		const result = await update(
			clock,
			[
				[C, 1],
				[B, 1],
				[C, 2],
			],
			{ maxConcurrency: 2 },
			stop,
		);
		expect(seen().filter((line) => line.includes('B'))).toEqual([
			'PUT B 1.00',
			'GET B',
			'PUT B 1.00',
			'GET B',
			'PUT B 1.00',
		]);
		expect(result.error?.description).toContain(
			'Of 3 items: 1 not written (item 0), 1 written (item 1), 1 not sent (item 2).',
		);
	});

	it('shows an unknown outcome before a plain failure, and counts it apart', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		zoo.failNext({ kind: 'status', status: 422 }, { ownerId: A });
		zoo.failNext({ kind: 'status', status: 504 }, { ownerId: B });
		const result = await update(
			clock,
			[
				[A, 1],
				[B, 1],
				[A, 2],
				[B, 2],
			],
			{ retryFor: 0 },
			stop,
		);
		expect(result.error?.message).toBe('The outcome is unknown: Zoo answered 504 [item 1]');
		expect(result.error?.description).toContain(
			'Of 4 items: 1 not written (item 0), 1 of unknown outcome (item 1), 2 not sent (item 2–3).',
		);
	});

	it('throws nothing and counts nothing when all is well', async () => {
		const clock = new FakeClock();
		await startedBy(clock);
		const result = await update(
			clock,
			[
				[A, 1],
				[B, 1],
			],
			{},
			stop,
		);
		expect(result.error).toBeUndefined();
		expect(jsonOf(result)).toHaveLength(2);
	});
});

describe('order and concurrency', () => {
	const clock = new FakeClock();

	it.each([
		[{ maxConcurrency: 4 }, 4],
		[{}, 50],
	])('with %j as many owners as that are worked on at a time, never more', async (options, most) => {
		// None of them is given up.
		const stopped = new FakeClock('by hand');
		await startedBy(stopped);
		zoo.failNext({ kind: 'hang' }, { times: Infinity });
		const stop = new AbortController();
		const running = update(
			stopped,
			manyOrgs(110).map((org, index) => [org, index] as const),
			options,
			{ cancel: stop.signal },
		);
		await until(
			() => zoo.requests.length >= most,
			() => `${zoo.requests.length} requests are open, not ${most}`,
		);
		// Time enough for one more.
		await realSleep(50);
		stop.abort();
		await running;
		expect(zoo.requests).toHaveLength(most);
		expect(zoo.mostOpenRequests).toBe(most);
	});

	it('items of one owner go out one after another in input order, however its ID is written', async () => {
		await startedBy(clock, { latencyMs: 2 });
		const spellings = [A, A.toUpperCase(), `https://zoo.dev/orgs/${A}/billing`];
		await update(
			clock,
			Array.from({ length: 24 }, (_, index) => [index % 2 ? B : (spellings[index % 3] ?? A), index] as const),
		);
		const amounts = (name: string) =>
			seen()
				.filter((line) => line.startsWith(`PUT ${name}`))
				.map((line) => Number(line.slice(6)));
		expect(amounts('A')).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
		expect(amounts('B')).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]);
		expect(zoo.mostOpenWrites).toBe(1);
		expect(zoo.amountsOf('org', A)['pre_pay_cash_remaining']).toBe('22.00');
	});

	it('items come out in input order, whichever is answered first', async () => {
		await startedBy(clock);
		const orgs = manyOrgs(12);
		orgs.forEach((ownerId, index) => zoo.failNext({ kind: 'delay', ms: 50 - index * 4 }, { ownerId }));
		const result = await update(
			clock,
			orgs.map((org, index) => [org, index] as const),
		);
		expect(zoo.requests).toHaveLength(12);
		expect(jsonOf(result).map((json) => json['pre_pay_cash_remaining'])).toEqual(orgs.map((_, index) => `${index}.00`));
		expect(result.output[0]?.map(({ pairedItem }) => pairedItem)).toEqual(orgs.map((_, item) => ({ item })));
	});

	it.each(['updateBalance', 'adjustBalance'])(
		'two executions at once never have two writes open for one owner: %s',
		async (operation) => {
			await startedBy(clock, { latencyMs: 3 });
			const items = Array.from({ length: 16 }, (_, index) => ({ org: index % 2 ? A : B }));
			const fields = { prePayCashRemaining: '1' };
			const parameters = { operation, orgId: '={{ $json.org }}', updateFields: fields, adjustFields: fields };
			const results = await Promise.all(
				[1, 2, 3].map(async () => await runZoo(zoo, parameters, { items, onError: 'continueRegularOutput' })),
			);
			expect(results.flatMap((result) => jsonOf(result)).filter((json) => 'error' in json)).toEqual([]);
			expect(zoo.requests.filter(({ method }) => method === 'PUT')).toHaveLength(48);
			expect(zoo.mostOpenWrites).toBe(1);
			if (operation === 'adjustBalance') expect(zoo.amountsOf('org', A)['pre_pay_cash_remaining']).toBe('34.00');
		},
	);

	it('an owner that another execution works on does not hold up other owners', async () => {
		await startedBy(clock);
		zoo.failNext({ kind: 'delay', ms: 300 }, { ownerId: A });
		const first = update(clock, [[A, 1]]);
		await zoo.nextRequest({ ownerId: A });
		const second = await update(clock, [
			[B, 1],
			[C, 1],
		]);
		expect(jsonOf(second)).toHaveLength(2);
		expect(seen()).toEqual(['PUT A 1.00', 'PUT B 1.00', 'PUT C 1.00']);
		await first;
	});
});

// Adjustments through bad weather: the balance ends at the start and the confirmed changes, exactly, plus only what is reported as unknown.

import Big from 'big.js';
import fc from 'fast-check';
import type { OnError } from 'n8n-workflow';

import type { Fault } from '../zoo-api/faults';
import type { ZooApi } from '../zoo-api/server';
import { FakeClock, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { randomFault, randomLoss, seeded } from './random-faults';
import { isUnknown, ORG, OTHER_ORG, record, runZoo, startZoo } from './zoo-run';

useFakeClocks();

/** More on demand: `CHAOS_RUNS=5000 CHAOS_SEEDS=7 npx jest chaos-adjust`. */
const RUNS = Number(process.env['CHAOS_RUNS'] ?? 120);
const SEED = Number((process.env['CHAOS_SEEDS'] ?? '20240429').split(',')[0]);

const OWNERS = [ORG, OTHER_ORG] as const;
const START = '100.00';

const SETTINGS = [
	{ onError: 'stopWorkflow', retryOnFail: false },
	{ onError: 'stopWorkflow', retryOnFail: true },
	{ onError: 'continueRegularOutput', retryOnFail: false },
	{ onError: 'continueRegularOutput', retryOnFail: true },
	{ onError: 'continueErrorOutput', retryOnFail: false },
	{ onError: 'continueErrorOutput', retryOnFail: true },
] as const;

interface Item {
	readonly owner: 0 | 1;
	/** Few different ones, so that sums meet by chance: the same payment twice, a payment and its refund. */
	readonly change: string;
}

interface Scenario {
	readonly items: readonly Item[];
	/** What each request of an owner meets, by its number: fine weather, or a fault from this seed. After that it is fine. */
	readonly weather: ReadonlyArray<ReadonlyArray<number | null>>;
	/** From this request on an owner is cut off for good, with writes that may come very late. */
	readonly cutOff: ReadonlyArray<number | null>;
	readonly setting: { readonly onError: OnError; readonly retryOnFail: boolean };
	/** Whether an execution that failed is taken up again, as a person would. */
	readonly takenUpAgain: boolean;
	readonly retryFor: string;
}

const weather = fc.array(
	fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: fc.nat(0xffff) }),
	{ maxLength: 25 },
);
const cutOff = fc.oneof(
	{ weight: 5, arbitrary: fc.constant(null) },
	{ weight: 1, arbitrary: fc.integer({ min: 1, max: 12 }) },
);

const scenarios: fc.Arbitrary<Scenario> = fc.record({
	items: fc.array(
		fc.record({ owner: fc.constantFrom(0, 1), change: fc.constantFrom('50', '50', '20', '-20', '-50') }),
		{ minLength: 2, maxLength: 7 },
	),
	weather: fc.tuple(weather, weather),
	cutOff: fc.tuple(cutOff, cutOff),
	setting: fc.constantFrom(...SETTINGS),
	takenUpAgain: fc.boolean(),
	retryFor: fc.constantFrom('0', '2', '60'),
});

function weatherOf({ weather: faults, cutOff: ends }: Scenario): NonNullable<ZooApi['onRequest']> {
	const asked = [0, 0];
	return ({ owner }): Fault | undefined => {
		const index = OWNERS.findIndex((each) => each === owner?.id);
		const turn = asked[index] ?? 0;
		asked[index] = turn + 1;
		const end = ends[index];
		if (typeof end === 'number' && turn >= end) return randomLoss(seeded(turn), turn % 2 === 0 ? 'late' : false);
		const seed = faults[index]?.[turn];
		return typeof seed === 'number' ? randomFault(seeded(seed), 0) : undefined;
	};
}

interface Told {
	readonly confirmed: Set<number>;
	readonly unknown: Set<number>;
}

/** What the node says became of the items: by its items, or by the sum in the failure that stopped the workflow. */
function told({ output, error }: NodeRunResult, count: number): Told {
	const confirmed = new Set<number>();
	const unknown = new Set<number>();
	if (error) {
		const text = error.description ?? '';
		expect(text).toContain(`Of ${count} items: `);
		for (const item of itemsIn(/\d written \(item ([^)]+)\)/.exec(text)?.[1])) confirmed.add(item);
		for (const item of itemsIn(/ of unknown outcome \(item ([^)]+)\)/.exec(text)?.[1])) unknown.add(item);
		return { confirmed, unknown };
	}
	const items = output.flat();
	expect(items.map(({ pairedItem }) => record(pairedItem)['item']).sort()).toEqual(
		Array.from({ length: count }, (_, item) => item),
	);
	for (const { json, pairedItem } of items) {
		const item = Number(record(pairedItem)['item']);
		if (json['confirmation'] !== undefined) confirmed.add(item);
		else if (isUnknown(json)) unknown.add(item);
	}
	return { confirmed, unknown };
}

/** `0–2, 4` */
function itemsIn(ranges = ''): number[] {
	return ranges
		.split(', ')
		.filter(Boolean)
		.flatMap((range) => {
			const [from = 0, to = from] = range.split('–').map(Number);
			return Array.from({ length: to - from + 1 }, (_, index) => from + index);
		});
}

/** Every sum that the reported fates allow for. */
function allowed(items: readonly Item[], owner: number, { confirmed, unknown }: Told): string[] {
	let sums = [new Big(START)];
	items.forEach((item, index) => {
		if (item.owner !== owner) return;
		if (confirmed.has(index)) sums = sums.map((sum) => sum.plus(item.change));
		else if (unknown.has(index)) sums = sums.flatMap((sum) => [sum, sum.plus(item.change)]);
	});
	return sums.map((sum) => sum.toFixed(2));
}

async function play(scenario: Scenario): Promise<void> {
	await using zoo = await startZoo({ amounts: { pre_pay_cash_remaining: START } });
	try {
		zoo.onRequest = weatherOf(scenario);
		const {
			items,
			setting: { onError, retryOnFail },
		} = scenario;
		const parameters = {
			operation: 'adjustBalance',
			orgId: '={{ $json.org }}',
			adjustFields: { prePayCashRemaining: '={{ $json.change }}' },
			options: { output: 'amounts', retryFor: scenario.retryFor },
		};
		const run = {
			items: items.map(({ owner, change }) => ({ org: OWNERS[owner], change })),
			onError,
			...(retryOnFail && { retryOnFail: { maxTries: 3, waitBetweenTries: 1 } }),
		};
		let result = await new FakeClock().run(async () => await runZoo(zoo, parameters, run));
		if (result.error && scenario.takenUpAgain) {
			const failed = result.run;
			result = await new FakeClock().run(async () => await runZoo(zoo, parameters, { ...run, retryOf: failed }));
		}
		zoo.applyLateWrites();
		await zoo.lateWritesApplied();
		const report = told(result, items.length);
		OWNERS.forEach((org, owner) => {
			expect(allowed(items, owner, report)).toContain(zoo.amountsOf('org', org)['pre_pay_cash_remaining']);
		});
		expect(zoo.mostOpenWrites).toBeLessThanOrEqual(1);
	} finally {
	}
}

it(`holds for ${RUNS} random sequences of adjustments`, async () => {
	await fc.assert(fc.asyncProperty(scenarios, play), { seed: SEED, numRuns: RUNS });
}, 600_000);

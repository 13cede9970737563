// Updates of two owners through bad weather and several passes: in input order, each once, and every report true.

import fc from 'fast-check';
import type { IDataObject, OnError } from 'n8n-workflow';

import type { Fault } from '../zoo-api/faults';
import type { LoggedRequest } from '../zoo-api/requests';
import type { Effect, ZooApi } from '../zoo-api/server';
import { FakeClock, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { pick, randomFault, seeded } from './random-faults';
import { detailsOnErrorOutput, ORG, OTHER_ORG, record, runZoo, startZoo, type ZooRun } from './zoo-run';

useFakeClocks();

/** More on demand: `CHAOS_RUNS=5000 CHAOS_SEEDS=7 npx jest chaos-update`. */
const RUNS = Number(process.env['CHAOS_RUNS'] ?? 300);
const SEED = Number((process.env['CHAOS_SEEDS'] ?? '20240429').split(',')[0]);

/** A failed item on an error output says what became of it where n8n takes its details there. */
const MODES: OnError[] = [
	'stopWorkflow',
	'continueRegularOutput',
	detailsOnErrorOutput ? 'continueErrorOutput' : 'continueRegularOutput',
];
const OWNERS = [ORG, OTHER_ORG] as const;
const START = '10.00';
/** The share of faulty writes that are answered with a claim, whether or not they were applied. */
const CLAIMS = 0.1;

interface Item {
	readonly owner: 0 | 1;
	/** 'Only If Balance Is': none, an amount that always holds, the start, or what the item before it sets. */
	readonly onlyIf: 'none' | 'always' | 'start' | 'previous';
}

interface Scenario {
	readonly items: readonly Item[];
	/** What each request of an owner meets, by its number: fine weather, or a fault from this seed. After that it is fine. */
	readonly weather: ReadonlyArray<ReadonlyArray<number | null>>;
	readonly onError: OnError;
	/** Whether an execution that failed is taken up again, as a person would. */
	readonly takenUpAgain: boolean;
	readonly retryFor: string;
}

const weather = fc.array(
	fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: fc.nat(0xffff) }),
	{ maxLength: 25 },
);

const scenarios: fc.Arbitrary<Scenario> = fc.record({
	items: fc.array(
		fc.record({
			owner: fc.constantFrom<Item['owner'][]>(0, 1),
			onlyIf: fc.constantFrom<Item['onlyIf'][]>('none', 'none', 'always', 'start', 'previous'),
		}),
		{ minLength: 2, maxLength: 7 },
	),
	weather: fc.tuple(weather, weather),
	onError: fc.constantFrom(...MODES),
	takenUpAgain: fc.boolean(),
	retryFor: fc.constantFrom('0', '2', '60'),
});

/** Every item has an amount of its own, so that a write and a balance tell whose they are. */
const amountOf = (item: number) => `${100 + item}.00`;
const itemOf = (amount: string) => Number.parseInt(amount, 10) - 100;

/** A gateway that says no after the write was applied, or before. */
function claim(random: () => number): Fault {
	const status = pick(random, [400, 405, 409, 410]);
	return { kind: 'status', status, headers: { 'content-type': 'text/html' }, body: '', applied: random() < 0.5 };
}

function weatherOf({ weather: faults }: Scenario): NonNullable<ZooApi['onRequest']> {
	const asked = [0, 0];
	return ({ owner, method }): Fault | undefined => {
		const index = OWNERS.findIndex((each) => each === owner?.id);
		const turn = asked[index] ?? 0;
		asked[index] = turn + 1;
		const seed = faults[index]?.[turn];
		if (typeof seed !== 'number') return undefined;
		const random = seeded(seed);
		return method === 'PUT' && random() < CLAIMS ? claim(random) : randomFault(random, 0);
	};
}

function itemsFor({ items }: Scenario): IDataObject[] {
	const last = [START, START];
	return items.map(({ owner, onlyIf }, index) => {
		const condition = {
			none: {},
			always: { monthlyCreditsRemaining: '1.00' },
			start: { prePayCashRemaining: START },
			previous: { prePayCashRemaining: last[owner] ?? START },
		}[onlyIf];
		last[owner] = amountOf(index);
		return { org: OWNERS[owner], amount: amountOf(index), ...(onlyIf !== 'none' && { condition }) };
	});
}

/** What the node says of each item, in the same words however it says them. */
interface Told {
	readonly confirmed: Map<number, string | undefined>;
	readonly unknown: Set<number>;
}

const WRITTEN = ['confirmed', 'written'];

function told({ output, error }: NodeRunResult): Told {
	const confirmed: Told['confirmed'] = new Map();
	const unknown = new Set<number>();
	if (error) {
		const text = error.description ?? '';
		for (const item of itemsIn(/\d written(?! with)[^(]*\(item ([^)]+)\)/.exec(text)?.[1]))
			confirmed.set(item, undefined);
		for (const item of itemsIn(/ of unknown outcome \(item ([^)]+)\)/.exec(text)?.[1])) unknown.add(item);
		return { confirmed, unknown };
	}
	for (const { json, pairedItem } of output.flat()) {
		const item = Number(record(pairedItem)['item']);
		const { confirmation, details } = json;
		const facts = record(confirmation ?? details);
		const fate = String(facts['status'] ?? facts['outcome']);
		if (WRITTEN.includes(fate)) confirmed.set(item, typeof facts['callId'] === 'string' ? facts['callId'] : undefined);
		if (fate === 'unknown') unknown.add(item);
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

const writtenBy = ({ body }: LoggedRequest) => itemOf(/[\d.]+(?="})/.exec(body)?.[0] ?? '');

/** What an owner's part of the report gets wrong, in words. */
function faultsIn(zoo: ZooApi, scenario: Scenario, owner: number, { confirmed, unknown }: Told): string[] {
	const org = OWNERS[owner] ?? '';
	const effects = zoo.effects.filter(({ request }) => request.owner?.id === org);
	const order = effects.map(({ request }) => writtenBy(request));
	const own = scenario.items.flatMap((item, index) => (item.owner === owner ? [index] : []));
	const standing = itemOf(zoo.amountsOf('org', org)['pre_pay_cash_remaining'] ?? '');
	const last = own.findLast((item) => confirmed.has(item));
	const mayStand = [last, ...own.filter((item) => unknown.has(item) && item > (last ?? -1))];
	return [
		...own
			.filter((item) => confirmed.has(item) && !stoodThere(zoo, effects, item, confirmed.get(item)))
			.map((item) => `item ${item} is confirmed, and was not there`),
		...own
			.filter((item) => !confirmed.has(item) && !unknown.has(item) && order.includes(item))
			.map((item) => `item ${item} is not confirmed, nor unknown, and took effect`),
		...(order.some((item, index) => item < (order[index - 1] ?? item))
			? [`took effect in the order ${order.join()}`]
			: []),
		...(last !== undefined && !mayStand.includes(standing)
			? [`${standing} stands there, not ${mayStand.join(' or ')}`]
			: []),
	];
}

/** Whether the item's amounts were there when the reply was given that confirmed it. */
function stoodThere(zoo: ZooApi, effects: readonly Effect[], item: number, callId: string | undefined): boolean {
	const index = zoo.requests.findIndex((request) => request.callId === callId);
	const reply = zoo.requests[index];
	if (!reply) return effects.some(({ request }) => writtenBy(request) === item);
	const seen = effects.filter(({ request, requestsBefore }) => request === reply || requestsBefore <= index).at(-1);
	return seen !== undefined && writtenBy(seen.request) === item;
}

async function play(scenario: Scenario): Promise<string[]> {
	// The waits between attempts as well, so that a run can be repeated.
	jest.spyOn(Math, 'random').mockImplementation(seeded(SEED));
	await using zoo = await startZoo({ amounts: { monthly_credits_remaining: '1.00', pre_pay_cash_remaining: START } });
	zoo.onRequest = weatherOf(scenario);
	const options = { output: 'amounts', retryFor: scenario.retryFor };
	const parameters = {
		orgId: '={{ $json.org }}',
		updateFields: { prePayCashRemaining: '={{ $json.amount }}' },
		options: '={{ $json.condition ? { ...$json.options, onlyIf: $json.condition } : $json.options }}',
	};
	const { onError } = scenario;
	const items = itemsFor(scenario).map((item) => ({ ...item, options }));
	const usual: ZooRun = { items, onError, retryOnFail: { maxTries: 3, waitBetweenTries: 1 } };
	const run = async (more: ZooRun = {}) =>
		await new FakeClock().run(async () => await runZoo(zoo, parameters, { ...usual, ...more }));
	let result = await run();
	if (result.error && scenario.takenUpAgain) result = await run({ retryOf: result.run });
	const report = told(result);
	const overlaps = zoo.mostOpenWrites > 1 ? ['writes of one owner overlapped'] : [];
	return [...OWNERS.flatMap((_, owner) => faultsIn(zoo, scenario, owner, report)), ...overlaps];
}

it(`holds for ${RUNS} random sequences of updates`, async () => {
	const wrong: string[] = [];
	for (const [run, scenario] of fc.sample(scenarios, { seed: SEED, numRuns: RUNS }).entries()) {
		const faults = await play(scenario);
		if (faults.length > 0) wrong.push(`run ${run}: ${faults.join('; ')}. ${JSON.stringify(scenario)}`);
	}
	expect(wrong).toEqual([]);
}, 600_000);

// Thousands of writes through bad weather: nothing is lost, nothing is doubled, and every item tells the truth.

import type { IDataObject } from 'n8n-workflow';

import type { Applied, Fault } from '../zoo-api/faults';
import { startZooApi, type ZooApi } from '../zoo-api/server';
import type { LoggedRequest } from '../zoo-api/requests';
import { FakeClock, passTime, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { pick, randomFault, randomLoss, seeded, seedFrom } from './random-faults';
import { detailsOnErrorOutput, isUnknown, record, runZoo } from './zoo-run';

useFakeClocks();

/** Others on demand: `CHAOS_SEEDS=1,2,3 npx jest chaos`. */
const SEEDS = (process.env['CHAOS_SEEDS'] ?? '20240429').split(',').map(Number);

const ORGS = 200;
const ITEMS = 2000;
const FAULTY = 0.3;
/** The share of owners that Zoo is lost to for the length of one item, with a write that may come very late. */
const CUT_OFF = 0.1;

const orgId = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const start = '9999.00';

interface Item extends IDataObject {
	org: string;
	amount: string;
}

/** Every item has an amount of its own, so that the balance tells which write stands. */
function manyItems(random: () => number): Item[] {
	return Array.from({ length: ITEMS }, (_, index) => ({
		org: orgId(Math.floor(random() * ORGS)),
		amount: `${index}.00`,
	}));
}

/** The fault for each request, by the owner and how often the owner was asked before: whatever order owners come in. */
function weather(seed: number, items: readonly Item[]): (request: LoggedRequest) => Fault | undefined {
	const asked = new Map<string, number>();
	const lastPut = new Map<string, string>();
	const lostItems = new Map<string, string>();
	for (let org = 0; org < ORGS; org += 1) {
		const random = seeded(seedFrom(seed, org));
		const own = items.filter((item) => item.org === orgId(org));
		const lost = own[Math.floor(random() * own.length)];
		if (lost && random() < CUT_OFF) lostItems.set(lost.org, lost.amount);
	}
	return ({ owner, method, body }) => {
		const org = owner?.id ?? '';
		const turn = (asked.get(org) ?? 0) + 1;
		asked.set(org, turn);
		if (method === 'PUT') lastPut.set(org, /[\d.]+(?="})/.exec(body)?.[0] ?? '');
		const random = seeded(seedFrom(seed, Number(org.slice(-12)), turn));
		if (lostItems.has(org) && lostItems.get(org) === lastPut.get(org))
			return randomLoss(random, pick<Applied>(random, ['late', false]));
		return random() < FAULTY ? randomFault(random, 0.05) : undefined;
	};
}

type Fate = 'confirmed' | 'unknown' | 'notApplied';

/** What the node says of each item, in input order. */
function fates({ output: [done = [], failed = []] }: NodeRunResult): Fate[] {
	const all: Fate[] = [];
	for (const { json, pairedItem } of [...done, ...failed]) {
		const { item } = record(pairedItem);
		expect(all[Number(item)]).toBeUndefined();
		all[Number(item)] = fateOf(json);
	}
	return all;
}

function fateOf(json: IDataObject): Fate {
	if (json['confirmation'] !== undefined) {
		expect(json['confirmation']).toMatchObject({ status: 'confirmed' });
		return 'confirmed';
	}
	if (isUnknown(json)) return 'unknown';
	expect(json['message']).toMatch(/trying again is safe|Nothing was sent for this item/);
	if (detailsOnErrorOutput) expect(['notApplied', 'notSent']).toContain(record(json['details'])['outcome']);
	return 'notApplied';
}

async function run(zoo: ZooApi, items: readonly Item[], clock: FakeClock): Promise<NodeRunResult> {
	const parameters = {
		orgId: '={{ $json.org }}',
		updateFields: { prePayCashRemaining: '={{ $json.amount }}' },
		options: { output: 'amounts', maxConcurrency: 40, timeout: 1, retryFor: 40 },
	};
	return await clock.run(async () => await runZoo(zoo, parameters, { items, onError: 'continueErrorOutput' }));
}

describe.each(SEEDS)('with the seed %d', (seed) => {
	it(`${ITEMS} items over ${ORGS} organizations leave each balance at its last confirmed amount, or at a later one of unknown outcome`, async () => {
		await using zoo = await startZooApi({ onQuiet: passTime });
		for (let org = 0; org < ORGS; org += 1) zoo.setBalance('org', orgId(org), { pre_pay_cash_remaining: start });
		const items = manyItems(seeded(seed));
		zoo.onRequest = weather(seed, items);
		const clock = new FakeClock();
		const result = await run(zoo, items, clock);
		zoo.applyLateWrites();
		await zoo.lateWritesApplied();

		const said = fates(result);
		expect(said.filter(Boolean)).toHaveLength(ITEMS);
		const wrong = Array.from({ length: ORGS }, (_, org) => orgId(org)).filter((org) => {
			const own = items.map((item, index) => ({ ...item, fate: said[index] })).filter((item) => item.org === org);
			const last = own.findLastIndex(({ fate }) => fate === 'confirmed');
			const allowed = [
				own[last]?.amount ?? start,
				...own.slice(last + 1).flatMap(({ amount, fate }) => (fate === 'unknown' ? [amount] : [])),
			];
			return !allowed.includes(zoo.amountsOf('org', org)['pre_pay_cash_remaining'] ?? '');
		});
		expect(wrong).toEqual([]);
		expect(zoo.mostOpenWrites).toBe(1);

		const count = (fate: Fate) => said.filter((each) => each === fate).length;
		expect(count('confirmed')).toBeGreaterThan(ITEMS / 2);
		expect(count('unknown')).toBeGreaterThan((ORGS * CUT_OFF) / 2);
	}, 120_000);
});

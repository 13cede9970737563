// One execution on a scripted wire: lanes, doubt that blocks, a failure that stops, repeated references, and the sum of it all.

import { laneOf } from '../../nodes/ZooBilling/balance/owner';
import { openLedger } from '../../nodes/ZooBilling/ledger';
import type { Done, LedgerEntry, Session, Task } from '../../nodes/ZooBilling/operations/operation';
import { optionDefaults } from '../../nodes/ZooBilling/options';
import { Refusal } from '../../nodes/ZooBilling/refusal';
import { notBegun, refusedInDoubt, refuseRepeats, runItems, tally, type Setting } from '../../nodes/ZooBilling/run';
import {
	Failure,
	invalidInput,
	notApplied,
	outcomeUnknown,
	type FailureDetails,
} from '../../nodes/ZooBilling/zoo/failure';
import { readBalance } from '../../nodes/ZooBilling/zoo/request';
import type { Connection } from '../../nodes/ZooBilling/zoo/transport';
import { org, ORG_ID, replied, ScriptedWorld, type Turn } from './given';

const never = new Promise<void>(() => undefined);

function zoo(turns: Turn[] = [], origin = 'https://zoo.test'): Connection & { readonly world: ScriptedWorld } {
	const world = new ScriptedWorld(turns);
	const { send, presence, now, pause, canceled, random } = world;
	return { world, send, presence, now, pause, canceled, random, origin, cancel: never };
}

const setting = (more: Partial<Setting> = {}): Setting => ({
	zoo: zoo(),
	maxConcurrency: 25,
	stopOnFailure: false,
	ledger: undefined,
	...more,
});

const done = (json: Record<string, unknown> = {}, wrote = true): Done => ({ json, hints: [], wrote });
const unwritten = (item: number): Failure =>
	notApplied(
		{ item },
		{ kind: 'refused', cause: 'Zoo answered 422', status: 422 },
		{ attempts: 1, askedToWait: undefined },
	);
const inDoubt = (item: number): Failure =>
	outcomeUnknown({ item }, undefined, 'Look.', { attempts: 1, askedToWait: undefined }, { target: {}, now: {} });
const invalid = (item: number): Failure => invalidInput({ item }, new Refusal('What', 'Next.'));

function task(
	item: number,
	laneKey: string,
	run: (session: Session) => Promise<Done | Failure> | Done | Failure,
	more: Partial<Task> = {},
): Task {
	return {
		subject: { item, owner: org },
		options: optionDefaults,
		laneKey,
		writes: true,
		run: async (session) => await run(session),
		...more,
	};
}

const entry: LedgerEntry = {
	intent: 'x',
	owner: org,
	before: { pre_pay_cash_remaining: '10.00' },
	target: { pre_pay_cash_remaining: '15.00' },
};

const preview = { writes: false };

const whatOf = (result: Done | Failure) => (result instanceof Failure ? result.details.reason : result.json['is']);

describe('items', () => {
	it('come to results in input order, refused ones in their places', async () => {
		const checked = [
			task(0, 'a', () => done({ is: 'first' })),
			invalid(1),
			task(2, 'b', () => done({ is: 'third' })),
			task(3, 'a', () => unwritten(3)),
		];
		expect((await runItems(checked, setting())).map(whatOf)).toEqual([
			'first',
			'invalidInput',
			'third',
			'refusedByZoo',
		]);
	});

	it('harm no other by failing', async () => {
		const checked = [
			task(0, 'a', () => unwritten(0)),
			task(1, 'a', () => done({ is: 'same owner' })),
			task(2, 'b', () => done({ is: 'another owner' })),
		];
		expect((await runItems(checked, setting())).map(whatOf)).toEqual(['refusedByZoo', 'same owner', 'another owner']);
	});

	it('of one owner share a lane, whose preview they build on, and others do not', async () => {
		const note =
			(name: string) =>
			({ lane }: Session) => {
				const is = [...lane.preview.keys()].join();
				lane.preview.set(name, expect.anything());
				return done({ is });
			};
		const checked = [
			task(0, 'a', note('zero'), preview),
			task(1, 'b', note('one'), preview),
			task(2, 'a', note('two'), preview),
		];
		expect((await runItems(checked, setting())).map(whatOf)).toEqual(['', '', 'zero']);
		// A write makes what was previewed before it old.
		checked.splice(
			1,
			0,
			task(3, 'a', () => done({ is: 'written' })),
		);
		expect((await runItems(checked, setting())).map(whatOf)).toEqual(['', 'written', '', '']);
	});

	it('get the time-out and the deadline of their own options', async () => {
		const connection = zoo([replied(200, {}), replied(500), replied(200, {})]);
		const read = async ({ exchange }: Session) => done({ is: (await exchange.read(readBalance(org))).kind });
		const checked = [
			task(0, 'a', read, { options: { ...optionDefaults, timeout: 1000 } }),
			task(1, 'a', read, { options: { ...optionDefaults, timeout: 2000, retryFor: 0 } }),
			task(2, 'a', read),
		];
		expect((await runItems(checked, setting({ zoo: connection }))).map(whatOf)).toEqual([
			'answered',
			'perhapsApplied',
			'answered',
		]);
		expect(connection.world.timeouts).toEqual([1000, 2000, 30_000]);
	});

	it('that are held back by Zoo hold back all', async () => {
		const connection = zoo([replied(429, {}, { retryAfter: '10' }), replied(200, {}), replied(200, {})]);
		const read = async ({ exchange }: Session) => done({ is: (await exchange.read(readBalance(org))).kind });
		await runItems([task(0, 'a', read), task(1, 'b', read)], setting({ zoo: connection, maxConcurrency: 1 }));
		expect(connection.world.log).toEqual(['GET', 'wait 10000', 'GET', 'GET']);
		const other = zoo([replied(429, {}, { retryAfter: '61' })]);
		const [, second] = await runItems(
			[task(0, 'a', read), task(1, 'b', read)],
			setting({ zoo: other, maxConcurrency: 1 }),
		);
		expect(second && whatOf(second)).toBe('unsent');
	});

	it('see the ledger', async () => {
		const ledger = openLedger({}, 0);
		const results = await runItems(
			[task(0, 'a', (session) => done({ is: session.ledger === ledger }))],
			setting({ ledger }),
		);
		expect(results.map(whatOf)).toEqual([true]);
	});
});

describe('an unknown outcome', () => {
	it('blocks the later items of its owner, and no others', async () => {
		const began: number[] = [];
		const ends = (item: number, result: Done | Failure) => () => {
			began.push(item);
			return result;
		};
		const checked = [
			task(0, 'a', ends(0, done({ is: 'written' }))),
			task(1, 'a', ends(1, inDoubt(1))),
			task(2, 'b', ends(2, done({ is: 'written' }))),
			task(3, 'a', ends(3, done())),
			task(4, 'a', ends(4, done())),
			task(5, 'b', ends(5, done({ is: 'written' }))),
		];
		const results = await runItems(checked, setting());
		expect(results.map(whatOf)).toEqual([
			'written',
			'outcomeUnknown',
			'written',
			'blockedByEarlierItem',
			'blockedByEarlierItem',
			'written',
		]);
		expect(began.toSorted()).toEqual([0, 1, 2, 5]);
		expect(results[4]).toMatchObject({ details: { blockedBy: 1, item: 4 } });
	});
});

describe('a second pass of the same run', () => {
	it('settles what the first one has begun before it begins anything else for the owner', async () => {
		const ledger = openLedger({}, 0);
		ledger.note(2, { ...entry, intent: 'begun' });
		const began: number[] = [];
		const noting = (item: number, laneKey: string) =>
			task(item, laneKey, () => {
				began.push(item);
				return done({ is: item });
			});
		const results = await runItems(
			[noting(0, 'a'), noting(1, 'b'), noting(2, 'a')],
			setting({ ledger, maxConcurrency: 1 }),
		);
		expect(results.map(whatOf)).toEqual([0, 1, 2]);
		expect(began).toEqual([2, 0, 1]);
	});

	it('blocks by what stays unknown only items that have not begun', async () => {
		const ledger = openLedger({}, 0);
		ledger.note(1, { ...entry, intent: 'begun' });
		ledger.note(2, { ...entry, intent: 'done', result: { json: {} } });
		const checked = [
			task(0, 'a', () => done({ is: 'new' })),
			task(1, 'a', () => inDoubt(1)),
			task(2, 'a', () => done({ is: 'recalled' })),
		];
		expect((await runItems(checked, setting({ ledger }))).map(whatOf)).toEqual([
			'blockedByEarlierItem',
			'outcomeUnknown',
			'recalled',
		]);
	});
});

it('a second pass leaves an update in doubt that a new doubt before it blocks', async () => {
	const context = {};
	const pass = async (first: Done | Failure, second: Done | Failure) =>
		(
			await runItems(
				[task(0, 'a', () => first), task(1, 'a', () => second)],
				setting({ ledger: openLedger(context, 0) }),
			)
		).map((result) => (result instanceof Failure ? result.details.outcome : 'written'));
	expect(await pass(done(), inDoubt(1))).toEqual(['written', 'unknown']);
	expect(await pass(inDoubt(0), done())).toEqual(['unknown', 'unknown']);
	expect(await pass(done(), done())).toEqual(['written', 'written']);
});

describe('an item that an earlier try has sent and that is refused now', () => {
	const begun = () => {
		const ledger = openLedger({}, 0);
		ledger.note(0, { ...entry, reference: 'pi_1' });
		return ledger;
	};
	const unknown = {
		what: 'The outcome is unknown: an earlier attempt in this execution got no answer [item 0]',
		details: { outcome: 'unknown', orgId: ORG_ID, reference: 'pi_1', before: entry.before, target: entry.target },
	};

	it('stays in doubt, and blocks its owner', async () => {
		const ledger = begun();
		const checked = [invalid(0), task(1, laneOf(org), () => done()), task(2, 'b', () => done({ is: 'written' }))].map(
			(each) => refusedInDoubt(each, ledger),
		);
		const results = await runItems(checked, setting({ ledger }));
		expect(results[0]).toMatchObject(unknown);
		expect(results.slice(1).map(whatOf)).toEqual(['blockedByEarlierItem', 'written']);
	});

	it('stays in doubt where another refusal keeps everything from being sent', () => {
		expect(
			notBegun(
				task(0, laneOf(org), () => done()),
				begun(),
			),
		).toMatchObject(unknown);
	});

	it('stays in doubt though the ledger keeps only whose balance it is', () => {
		const ledger = openLedger({}, 0);
		ledger.noteDoubt('a', 0, true);
		const update = task(0, 'a', () => done(), {
			subject: { item: 0, owner: org, asked: { pre_pay_cash_remaining: '5.00' } },
		});
		expect(notBegun(update, ledger)).toMatchObject({
			details: { outcome: 'unknown', target: { pre_pay_cash_remaining: '5.00' } },
			next: expect.stringMatching(/^Read the balance first: .*; it could not be read back/),
		});
		expect(notBegun({ ...update, laneKey: 'b' }, ledger)).toMatchObject({ details: { outcome: 'notSent' } });
	});

	it('says so when it was written, and is refused as ever when it was not begun', () => {
		const ledger = openLedger({}, 0);
		ledger.note(1, { ...entry, result: { json: {} } });
		expect([invalid(0), invalid(1)].map((each) => whatOf(refusedInDoubt(each, ledger) as Failure))).toEqual([
			'invalidInput',
			'alreadyAdjusted',
		]);
	});
});

describe('a later run of the node in the same execution', () => {
	it('sends nothing for an owner whose outcome is unknown, until that is settled', async () => {
		const context = {};
		const run = async (index: number, outcome: Failure | Done) =>
			(
				await runItems(
					[task(0, 'a', () => outcome), task(1, 'b', () => done({ is: 'written' }))],
					setting({ ledger: openLedger(context, index) }),
				)
			)[0];
		await run(0, inDoubt(0));
		expect(await run(1, done())).toMatchObject({
			what: 'Not sent, because the outcome of run 0, item 0 for the same organization is unknown [item 0]',
			details: { outcome: 'notSent', blockedBy: 'run 0, item 0' },
		});
		await run(0, done());
		expect(await run(2, done({ is: 'written' }))).toMatchObject({ json: { is: 'written' } });
	});
});

describe('two calls of a tool at the same time', () => {
	it('send nothing for an owner whose outcome the other has just left unknown', async () => {
		const context = {};
		const connection = zoo();
		const call = async (end: () => Failure | Done) =>
			(await runItems([task(0, 'a', end)], setting({ zoo: connection, ledger: openLedger(context, undefined) })))[0];
		const [first, second] = await Promise.all([call(() => inDoubt(0)), call(() => done())]);
		expect(first).toMatchObject({ details: { outcome: 'unknown' } });
		expect(second).toMatchObject({ details: { reason: 'blockedByEarlierItem', blockedBy: 'call 0, item 0' } });
	});
});

describe('when the workflow stops on a failure', () => {
	const send = async ({ exchange }: Session) => {
		const answer = await exchange.read(readBalance(org));
		return answer.kind === 'answered'
			? done({ is: 'read' })
			: done({ is: answer.kind === 'unsent' ? answer.why : answer.kind });
	};

	it('items that have not begun are not sent', async () => {
		const connection = zoo([replied(200, {})]);
		const checked = [task(0, 'a', send), task(1, 'a', () => unwritten(1)), task(2, 'a', send), task(3, 'b', send)];
		const results = await runItems(checked, setting({ zoo: connection, stopOnFailure: true, maxConcurrency: 1 }));
		expect(results.map(whatOf)).toEqual(['read', 'refusedByZoo', 'stopped', 'stopped']);
		expect(connection.world.log).toEqual(['GET']);
	});

	it('otherwise they are', async () => {
		const connection = zoo([replied(200, {})]);
		const results = await runItems(
			[task(0, 'a', () => unwritten(0)), task(1, 'b', send)],
			setting({ zoo: connection, maxConcurrency: 1 }),
		);
		expect(results.map(whatOf)).toEqual(['refusedByZoo', 'read']);
	});

	it('before anything was sent, good items say that they were kept back', () => {
		const good = task(1, 'a', () => done());
		expect(notBegun(invalid(0), undefined)).toMatchObject({ details: { reason: 'invalidInput' } });
		expect(notBegun(good, undefined)).toMatchObject({
			what: 'Not sent, because another item did not go through [item 1]',
			details: { reason: 'stopped', outcome: 'notSent', item: 1, orgId: ORG_ID },
		});
	});
});

describe('writes to one owner', () => {
	/** Two executions at once; how many of them were at work together. */
	async function together(
		one: Partial<Task> & { origin?: string },
		other: Partial<Task> & { origin?: string },
	): Promise<number> {
		let open = 0;
		let most = 0;
		const work = async () => {
			open += 1;
			most = Math.max(most, open);
			for (let round = 0; round < 20; round += 1) await Promise.resolve();
			open -= 1;
			return done();
		};
		const execution = async ({ origin, ...more }: Partial<Task> & { origin?: string }) =>
			await runItems([task(0, 'a', work, more)], setting({ zoo: zoo([], origin) }));
		await Promise.all([execution(one), execution(other)]);
		return most;
	}

	it.each<[string, Partial<Task> & { origin?: string }, number]>([
		['of the same host exclude each other', {}, 1],
		['of other hosts do not', { origin: 'https://other.test' }, 2],
		['and to others do not', { laneKey: 'b' }, 2],
		['and reads do not', { writes: false }, 2],
	])('in two executions %s', async (_, other, most) => {
		expect(await together({}, other)).toBe(most);
	});
});

describe('a repeated payment reference', () => {
	const adding = (item: number, reference: string | undefined, onceOnly = true) =>
		task(item, 'a', () => done(), {
			onceOnly,
			subject: { item, owner: org, ...(reference !== undefined && { reference }) },
		});
	const refusals = (checked: ReadonlyArray<Task | Failure>) =>
		checked.map((each) => (each instanceof Failure ? each.what : 'runs'));

	it('is refused, and names the item that used it first', () => {
		const checked = [adding(0, 'pi_1'), adding(1, 'pi_2'), adding(2, 'pi_1'), adding(3, 'pi_1')];
		expect(refusals(refuseRepeats(checked, undefined))).toEqual([
			'runs',
			'runs',
			"'Payment Reference' was used by item 0 in this execution [item 2]",
			"'Payment Reference' was used by item 0 in this execution [item 3]",
		]);
	});

	it('is no reference, one of an operation that may repeat it, or one of an item that is refused anyway', () => {
		expect(refusals(refuseRepeats([adding(0, undefined), adding(1, undefined)], undefined))).toEqual(['runs', 'runs']);
		expect(refusals(refuseRepeats([adding(0, 'pi_1', false), adding(1, 'pi_1', false)], undefined))).toEqual([
			'runs',
			'runs',
		]);
		const refused = invalidInput({ item: 0, reference: 'pi_1' }, new Refusal('What', 'Next.'));
		expect(refusals(refuseRepeats([refused, adding(1, 'pi_1')], undefined))).toEqual(['What [item 0]', 'runs']);
	});

	it.each(['__proto__', 'constructor'])('may be called %s', (reference) => {
		expect(refusals(refuseRepeats([adding(0, reference), adding(1, reference)], undefined))).toEqual([
			'runs',
			"'Payment Reference' was used by item 0 in this execution [item 1]",
		]);
	});

	it('of an earlier run is refused, and a second pass of the same item is not', () => {
		const context = {};
		openLedger(context, 0).note(1, { ...entry, reference: 'pi_1' });
		const checked = [adding(0, 'pi_9'), adding(1, 'pi_1')];
		expect(refusals(refuseRepeats(checked, openLedger(context, 0)))).toEqual(['runs', 'runs']);
		expect(refusals(refuseRepeats(checked, openLedger(context, 1)))).toEqual([
			'runs',
			"'Payment Reference' was used by run 0, item 1 in this execution [item 1]",
		]);
	});
});

describe('the sum', () => {
	const withOutcome = (outcome: FailureDetails['outcome']) =>
		new Failure('service', 'What', 'Next.', { reason: 'different', outcome, item: 0 });

	it.each([[[]], [[done()]], [[unwritten(0)]]])('of fewer than two items says nothing (%#)', (results) => {
		expect(tally(results)).toBe('');
	});

	it('counts items by what became of them, and names them', () => {
		const results = [
			done(),
			done(),
			done({}, false),
			done(),
			withOutcome('unknown'),
			withOutcome('different'),
			withOutcome('notConfirmed'),
			withOutcome('notApplied'),
			withOutcome('notRead'),
			withOutcome('notSent'),
			withOutcome('notSent'),
		];
		expect(tally(results)).toBe(
			'Of 11 items: 3 written (item 0–1, 3), 1 done without writing (item 2), 1 of unknown outcome (item 4), 1 written with a difference (item 5), 1 not confirmed (item 6), 1 not written (item 7), 1 not read (item 8), 2 not sent (item 9–10).',
		);
	});

	it('names ten ranges at most', () => {
		const results = Array.from({ length: 40 }, (_, item) => (item % 2 === 0 ? done() : withOutcome('notSent')));
		expect(tally(results)).toBe(
			'Of 40 items: 20 written (item 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, …), 20 not sent (item 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, …).',
		);
	});

	it('of very many items stays short', () => {
		expect(tally(Array.from({ length: 50_000 }, () => done()))).toBe('Of 50000 items: 50000 written (item 0–49999).');
	});
});

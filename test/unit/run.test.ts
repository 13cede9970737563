// One pass on a scripted wire: lanes, doubt that closes an owner, a failure that stops, repeated references, and the sum of it all.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { ownerKeyOf, type Owner } from '../../nodes/ZooBilling/balance/owner';
import type { Preview } from '../../nodes/ZooBilling/writing/preview';
import { type FailureDetails, type Failure, isFailure } from '../../nodes/ZooBilling/outcome/failure';
import { invalidInput } from '../../nodes/ZooBilling/outcome/inputFailures';
import { notApplied } from '../../nodes/ZooBilling/outcome/wireFailures';
import { outcomeUnknown } from '../../nodes/ZooBilling/outcome/writeFailures';
import type { ItemSession, Task } from '../../nodes/ZooBilling/pass/item';
import type { Result, Success } from '../../nodes/ZooBilling/outcome/result';
import { type Place, openExecution, type ExecutionScope } from '../../nodes/ZooBilling/records/executionScope';
import { optionDefaults } from '../../nodes/ZooBilling/operations/options';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { runPass, type Pass } from '../../nodes/ZooBilling/pass/run';
import { tally } from '../../nodes/ZooBilling/outcome/tally';
import { readBalance } from '../../nodes/ZooBilling/zoo/request';
import type { Connection } from '../../nodes/ZooBilling/zoo/transport';
import { org, ORG_ID, replied, ScriptedWorld, user, USER_ID, type Turn, failureOf } from './given';
import { type WriteRecord, leftOpenBy } from '../../nodes/ZooBilling/records/record';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const HOST = 'zoo.test';
const owners = { a: org, b: user } as const;
type Name = keyof typeof owners;

function zoo(turns: Turn[] = [], host = HOST): Connection & { readonly world: ScriptedWorld } {
	const world = new ScriptedWorld(turns);
	return { world, ...world.connection(host) };
}

function open(context: Record<string, unknown>, place: Partial<Place> = {}): ExecutionScope {
	return openExecution(context, { nodeName: 'Add Cash', run: 0, host: HOST, ...place }, new OwnerRegistry());
}

const pass = (more: Partial<Pass> = {}): Pass => ({ zoo: zoo(), stopOnFailure: false, execution: open({}), ...more });

const from = { pre_pay_cash_remaining: '10.00' };
const to = { pre_pay_cash_remaining: '15.00' };

function previewOf(owner: Owner, reference?: string, host = HOST): Preview {
	const fixed = { host, resource: owner.kind.name, ownerId: owner.id ?? '', balanceModel: 'prePay', from, to } as const;
	return { ...fixed, ...(reference !== undefined && { reference }) };
}

const done = (json: Record<string, unknown> = {}, wrote = true): Success => ({
	kind: 'success',
	json,
	hints: [],
	wrote,
});
const once = { attempts: 1, askedToWait: undefined, hasSent: true };
const unwritten = (item: number): Failure =>
	notApplied(
		{ item },
		{ kind: 'unanswered', inDoubt: 'rejected', again: false, cause: 'Zoo answered 422', status: 422 },
		once,
	);
const inDoubt = (item: number): Failure =>
	outcomeUnknown({ item }, { sight: { target: {}, now: {} }, adds: true }, once);
const invalid = (item: number): Failure => invalidInput({ item }, new Refusal('What', 'Next.'));

type Run = (session: ItemSession, resumed?: WriteRecord) => Promise<Result> | Result;

/** A task that may write, with whatever it does. */
function task(item: number, name: Name, run: Run, more: Partial<Task> = {}): Task {
	const owner = owners[name];
	return {
		subject: { item, owner },
		options: optionDefaults,
		ownerKey: ownerKeyOf(owner),
		writes: { fingerprint: 'as ever', adds: true, payment: '' },
		run: async (session, resumed) => await run(session, resumed),
		...more,
	};
}

/** A dry run: nothing that it does is a write. */
function previewing(item: number, name: Name, run: Run): Task {
	const { writes: _, ...rest } = task(item, name, run);
	return rest;
}

/** A read: it waits for nobody. */
function reading(item: number, run: Run): Task {
	return { subject: { item, owner: org }, options: optionDefaults, run: async (session) => await run(session) };
}

/** A write that is begun, or taken up again, and ends like this. */
function writing(
	item: number,
	name: Name,
	end: Result | ((resumed?: WriteRecord) => Result),
	more: Partial<Task> = {},
): Task {
	const run: Run = (session, resumed) => {
		const page = resumed ?? session.begin(previewOf(owners[name], more.subject?.reference));
		if (isFailure(page)) return page;
		return typeof end === 'function' ? end(resumed) : end;
	};
	return task(item, name, run, more);
}

const atATime = (maxConcurrency: number) => ({ options: { ...optionDefaults, maxConcurrency } });

const whatOf = (result: Result | undefined) => (isFailure(result) ? result.details.reason : result?.json['is']);
const outcomeOf = (result: Result | undefined) => (isFailure(result) ? result.details.outcome : 'done');

/** What n8n has stored of a context and hands back in another process. */
const stored = (context: Record<string, unknown>) => JSON.parse(JSON.stringify(context)) as Record<string, unknown>;

describe('items', () => {
	it('come to results in input order, refused ones in their places', async () => {
		const checked = [
			task(0, 'a', () => done({ is: 'first' })),
			invalid(1),
			task(2, 'b', () => done({ is: 'third' })),
			task(3, 'a', () => unwritten(3)),
		];
		expect((await runPass(checked, pass())).map(whatOf)).toEqual(['first', 'invalidInput', 'third', 'refusedByZoo']);
	});

	it('harm no other by failing', async () => {
		const checked = [
			task(0, 'a', () => unwritten(0)),
			task(1, 'a', () => done({ is: 'same owner' })),
			task(2, 'b', () => done({ is: 'another owner' })),
		];
		expect((await runPass(checked, pass())).map(whatOf)).toEqual(['refusedByZoo', 'same owner', 'another owner']);
	});

	it('of one owner share a lane, whose preview they build on, and others do not', async () => {
		const note =
			(name: string): Run =>
			({ lane }) => {
				const is = [...lane.preview.keys()].join();
				lane.preview.set(name, expect.anything());
				return done({ is });
			};
		const checked = [
			previewing(0, 'a', note('zero')),
			previewing(1, 'b', note('one')),
			previewing(2, 'a', note('two')),
		];
		expect((await runPass(checked, pass())).map(whatOf)).toEqual(['', '', 'zero']);
		// A write makes what was previewed before it old.
		checked.splice(
			1,
			0,
			task(3, 'a', () => done({ is: 'written' })),
		);
		expect((await runPass(checked, pass())).map(whatOf)).toEqual(['', 'written', '', '']);
	});

	it('get the time-out and the deadline of their own options', async () => {
		const connection = zoo([replied(200, {}), replied(500), replied(200, {})]);
		const read: Run = async ({ exchange }) => done({ is: (await exchange.read(readBalance(org))).kind });
		const checked = [
			task(0, 'a', read, { options: { ...optionDefaults, timeout: 1000 } }),
			task(1, 'a', read, { options: { ...optionDefaults, timeout: 2000, retryFor: 0 } }),
			task(2, 'a', read),
		];
		expect((await runPass(checked, pass({ zoo: connection }))).map(whatOf)).toEqual([
			'answered',
			'unanswered',
			'answered',
		]);
		expect(connection.world.timeouts).toEqual([1000, 2000, 30_000]);
	});

	it('that are held back by Zoo hold back all', async () => {
		const connection = zoo([replied(429, {}, { retryAfter: '10' }), replied(200, {}), replied(200, {})]);
		const read: Run = async ({ exchange }) => done({ is: (await exchange.read(readBalance(org))).kind });
		const checked = [task(0, 'a', read, atATime(1)), task(1, 'b', read)];
		await runPass(checked, pass({ zoo: connection }));
		expect(connection.world.log).toEqual(['GET', 'wait 10000', 'GET', 'GET']);
		const other = zoo([replied(429, {}, { retryAfter: '61' })]);
		const [, second] = await runPass(checked, pass({ zoo: other }));
		expect(whatOf(second)).toBe('notSent');
	});

	it('go as many at a time as the first of them that runs says', async () => {
		let open = 0;
		let most = 0;
		const work: Run = async () => {
			open += 1;
			most = Math.max(most, open);
			for (let round = 0; round < 20; round += 1) await Promise.resolve();
			open -= 1;
			return done();
		};
		const some = (limit: number) => [
			invalid(0),
			...[1, 2, 3].map((item) => ({ ...reading(item, work), ...atATime(item === 1 ? limit : 3) })),
		];
		for (const limit of [1, 2]) {
			most = 0;
			await runPass(some(limit), pass());
			expect(most).toBe(limit);
		}
	});

	it('are let go once they have run, while others are still to come', async () => {
		const held: Array<WeakRef<Task>> = [];
		const left = () => held.filter((each) => each.deref() !== undefined).length;
		function* checks(): Generator<Task> {
			for (let item = 0; item < 200; item += 1) {
				const each = reading(item, async () => await sweep(item));
				held.push(new WeakRef(each));
				yield each;
			}
		}
		const sweep = async (item: number) => {
			// A weak reference holds its target until the event loop has turned.
			await nextTurn();
			if (item % 100 === 99) collect();
			return done({ is: left() });
		};
		const results = await runPass(checks(), pass());
		expect(whatOf(results[0])).toBe(200);
		expect(whatOf(results[199])).toBeLessThan(100);
	});

	it('know the host, and nothing of an earlier pass where there was none', async () => {
		const run: Run = ({ host }, resumed) => done({ is: [host, resumed] });
		expect((await runPass([task(0, 'a', run)], pass())).map(whatOf)).toEqual([[HOST, undefined]]);
	});
});

describe('an unknown outcome', () => {
	it('closes its owner to the later items, and no other', async () => {
		const began: number[] = [];
		const ends = (item: number, name: Name, result: Result) =>
			writing(item, name, () => {
				began.push(item);
				return result;
			});
		const checked = [
			ends(0, 'a', done({ is: 'written' })),
			ends(1, 'a', inDoubt(1)),
			ends(2, 'b', done({ is: 'written' })),
			ends(3, 'a', done()),
			ends(4, 'a', done()),
			ends(5, 'b', done({ is: 'written' })),
		];
		const results = await runPass(checked, pass());
		expect(results.map(whatOf)).toEqual([
			'written',
			'outcomeUnknown',
			'written',
			'blockedByEarlierItem',
			'blockedByEarlierItem',
			'written',
		]);
		expect(began.toSorted()).toEqual([0, 1, 2, 5]);
		expect(results[4]).toMatchObject({ details: { blockedBy: 1, item: 4, outcome: 'notSent', orgId: ORG_ID } });
	});

	it('closes it to a dry run, which would count on what nobody knows, and not to a read', async () => {
		const checked = [
			writing(0, 'a', inDoubt(0)),
			previewing(1, 'a', () => done({ is: 'previewed' })),
			reading(2, () => done({ is: 'read' })),
		];
		expect((await runPass(checked, pass())).map(whatOf)).toEqual(['outcomeUnknown', 'blockedByEarlierItem', 'read']);
	});

	it.each(['rejected', 'maybeApplied', undefined] as const)(
		'leaves to the next pass what is open (%s)',
		async (doubt) => {
			const context = {};
			const leaving = task(0, 'a', (session) => {
				session.begin(previewOf(org));
				if (doubt) session.leave(doubt);
				return inDoubt(0);
			});
			await runPass([leaving], pass({ execution: open(context) }));
			const next = writing(0, 'a', (resumed) => done({ is: resumed && leftOpenBy(resumed) }));
			const [result] = await runPass([next], pass({ execution: open(stored(context)) }));
			expect(whatOf(result)).toBe(doubt ?? 'maybeApplied');
		},
	);
});

describe('a second pass of the same run', () => {
	it('settles what the first one has left before it begins anything else for the owner', async () => {
		const context = {};
		await runPass([unwritten(0), unwritten(1), writing(2, 'a', inDoubt(2))], pass({ execution: open(context) }));
		const began: number[] = [];
		const noting = (item: number, name: Name) =>
			writing(
				item,
				name,
				() => {
					began.push(item);
					return done({ is: item });
				},
				atATime(1),
			);
		const results = await runPass([noting(0, 'a'), noting(1, 'b'), noting(2, 'a')], pass({ execution: open(context) }));
		expect(results.map(whatOf)).toEqual([0, 1, 2]);
		expect(began).toEqual([2, 0, 1]);
	});

	it('sends nothing for the owner of what stays unknown, and says of the rest what it came to', async () => {
		const context = {};
		await runPass(
			[unwritten(0), writing(1, 'a', done({ is: 'recalled' })), writing(2, 'a', inDoubt(2))],
			pass({ execution: open(context) }),
		);
		const checked = [writing(0, 'a', done()), writing(1, 'a', unwritten(1)), writing(2, 'a', inDoubt(2))];
		for (const again of [stored(context), context]) {
			expect((await runPass(checked, pass({ execution: open(again) }))).map(whatOf)).toEqual([
				'blockedByEarlierItem',
				'recalled',
				'outcomeUnknown',
			]);
		}
	});

	it('neither sends nor takes up what was written', async () => {
		const context = {};
		const { json } = done({ is: 'written' });
		await runPass(
			[writing(0, 'a', { kind: 'success', json, hints: [], wrote: true })],
			pass({ execution: open(context) }),
		);
		const again = writing(0, 'a', () => {
			throw new Error('It was begun again');
		});
		const [result] = await runPass([again], pass({ execution: open(context) }));
		expect(result && 'json' in result && result.json).toBe(json);
	});

	it('leaves in doubt what a second doubt about its owner keeps from being taken up', async () => {
		const context = {};
		for (const run of [0, 1]) {
			const execution = open(context, { run });
			execution.begin(writing(0, 'a', done()), previewOf(org));
			execution.end(0, inDoubt(0));
		}
		const taken: string[] = [];
		const again = writing(0, 'a', () => {
			taken.push('taken up');
			return done();
		});
		const [result] = await runPass([again], pass({ execution: open(context) }));
		expect(result).toMatchObject({ details: { outcome: 'unknown', before: from, target: to, item: 0 } });
		expect(taken).toEqual([]);
		expect(open(context, { run: 2 }).otherInDoubt(again)).toBe('item 0 of run 0');
	});

	it('does not send an update that a later one has overtaken', async () => {
		const context = {};
		const update = (item: number, end: Result) =>
			writing(item, 'a', end, { writes: { fingerprint: `${item}`, adds: false, payment: '' } });
		await runPass([update(0, unwritten(0)), update(1, done({ is: 1 }))], pass({ execution: open(context) }));
		const results = await runPass([update(0, done()), update(1, done())], pass({ execution: open(context) }));
		expect(results.map(whatOf)).toEqual(['overtaken', 1]);
		expect(results[0]).toMatchObject({ details: { outcome: 'notSent', overtakenBy: 1, orgId: ORG_ID } });
	});
});

describe('an item that an earlier try has sent and that cannot be taken up now', () => {
	const left = async (end: Result) => {
		const context = {};
		await runPass(
			[writing(0, 'a', end, { subject: { item: 0, owner: org, reference: 'pi_1' } })],
			pass({ execution: open(context) }),
		);
		return context;
	};
	const unknown = {
		what: 'The outcome is unknown: nothing has confirmed an earlier attempt [item 0]',
		details: { outcome: 'unknown', orgId: ORG_ID, reference: 'pi_1', before: from, target: to },
	};
	const later = [writing(1, 'a', done({ is: 'written' })), writing(2, 'b', done({ is: 'written' }))];

	it.each<[string, Task | Failure]>([
		['refused', invalid(0)],
		['other parameters', writing(0, 'b', done(), { writes: { fingerprint: 'other', adds: true, payment: '' } })],
		['a dry run', previewing(0, 'a', () => done())],
	])('stays in doubt, and closes its owner: %s', async (_, checked) => {
		const context = await left(inDoubt(0));
		for (const again of [stored(context), context]) {
			const results = await runPass([checked, ...later], pass({ execution: open(again) }));
			expect(results[0]).toMatchObject(unknown);
			expect(results.slice(1).map(whatOf)).toEqual(['blockedByEarlierItem', 'written']);
		}
	});

	it('stays in doubt where another refusal keeps everything from being sent', async () => {
		const checked = writing(0, 'a', done());
		const results = await runPass(
			[checked, invalid(1)],
			pass({ execution: open(await left(inDoubt(0))), stopOnFailure: true }),
		);
		expect(results[0]).toMatchObject(unknown);
	});

	it('says that it was written, and is refused as ever when it was not begun', async () => {
		const results = await runPass([invalid(0), invalid(1)], pass({ execution: open(await left(done())) }));
		expect(results.map(whatOf)).toEqual(['alreadyWritten', 'invalidInput']);
		expect(results.map(outcomeOf)).toEqual(['written', 'notSent']);
	});

	it.each(['notApplied', 'different'] as const)(
		'keeps what it came to (%s) only if Zoo has answered',
		async (outcome) => {
			const end = failureOf('service', 'What [item 0]', 'Next.', { reason: 'different', outcome, item: 0 });
			const [result] = await runPass([invalid(0)], pass({ execution: open(await left(end)) }));
			expect(whatOf(result)).toBe(outcome === 'different' ? 'different' : 'invalidInput');
		},
	);
});

describe('a credential that cannot be used', () => {
	it('sends nothing, refuses what could run, and says of the rest what it came to before', async () => {
		const context = {};
		const first = [writing(0, 'a', done()), writing(1, 'b', inDoubt(1)), writing(2, 'b', done())];
		await runPass(first, pass({ execution: open(context) }));
		const refusal = new Refusal('The credential could not be opened', 'Choose one.');
		for (const stopOnFailure of [true, false]) {
			const results = await runPass(
				[...first, invalid(3)],
				pass({ zoo: refusal, stopOnFailure, execution: open(context, { host: '' }) }),
			);
			expect(results.map(whatOf)).toEqual(['alreadyWritten', 'outcomeUnknown', 'credentialUnusable', 'invalidInput']);
			expect(results.map(outcomeOf)).toEqual(['written', 'unknown', 'notSent', 'notSent']);
			expect(results[2]).toMatchObject({ source: 'input', details: { userId: USER_ID } });
		}
	});
});

describe('a later run of the node in the same execution', () => {
	it('sends nothing for an owner whose outcome is unknown, until that is settled', async () => {
		const context = {};
		const run = async (index: number, end: Result) => {
			const checked = [writing(0, 'a', end), writing(1, 'b', done({ is: 'written' }))];
			const execution = open(context, { run: index });
			const results = await runPass(checked, pass({ execution }));
			execution.close();
			return results[0];
		};
		await run(0, inDoubt(0));
		expect(await run(1, done())).toMatchObject({
			what: 'Not sent, because the outcome of item 0 of run 0 for the same organization is unknown [item 0]',
			details: { outcome: 'notSent', blockedBy: 'item 0 of run 0' },
		});
		await run(0, done());
		expect(await run(2, done({ is: 'written' }))).toMatchObject({ json: { is: 'written' } });
	});

	it('nor does another node, which names the one that is in doubt', async () => {
		const context = {};
		await runPass([writing(0, 'a', inDoubt(0))], pass({ execution: open(context) }));
		const [result] = await runPass(
			[writing(0, 'a', done())],
			pass({ execution: open(context, { nodeName: 'Other' }) }),
		);
		expect(result).toMatchObject({ details: { blockedBy: "item 0 of run 0 of 'Add Cash'" } });
	});
});

describe('two calls of a tool at the same time', () => {
	const callIn = (context: Record<string, unknown>) => async (checked: Task) =>
		(await runPass([checked], pass({ execution: open(context, { run: undefined }) })))[0];

	it('send nothing for an owner whose outcome the other has just left unknown', async () => {
		const call = callIn({});
		const [first, second] = await Promise.all([call(writing(0, 'a', inDoubt(0))), call(writing(0, 'a', done()))]);
		expect(first).toMatchObject({ details: { outcome: 'unknown' } });
		expect(second).toMatchObject({ details: { reason: 'blockedByEarlierItem', blockedBy: 'item 0 of call 0' } });
	});

	it('add one payment once, though neither knew of the other when it was checked', async () => {
		const call = callIn({});
		const adding = () => writing(0, 'a', done(), { subject: { item: 0, owner: org, reference: 'pi_1' } });
		const results = await Promise.all([call(adding()), call(adding())]);
		expect(results.map(outcomeOf)).toEqual(['done', 'notSent']);
		expect(results[1]).toMatchObject({
			what: "'Payment Reference' was used by item 0 of call 0 in this execution [item 0]",
		});
	});

	it('both write where nothing is in doubt', async () => {
		const call = callIn({});
		const results = await Promise.all([call(writing(0, 'a', done())), call(writing(0, 'a', done()))]);
		expect(results.map(outcomeOf)).toEqual(['done', 'done']);
	});
});

describe('when the workflow stops on a failure', () => {
	const send: Run = async ({ exchange }) => {
		const answer = await exchange.read(readBalance(org));
		if (answer.kind === 'answered') return done({ is: 'read' });
		return done({ is: answer.kind === 'notSent' ? answer.why : answer.kind });
	};

	it('items that have not begun are not sent', async () => {
		const connection = zoo([replied(200, {})]);
		const checked = [
			task(0, 'a', send, atATime(1)),
			task(1, 'a', () => unwritten(1)),
			task(2, 'a', send),
			task(3, 'b', send),
		];
		const results = await runPass(checked, pass({ zoo: connection, stopOnFailure: true }));
		expect(results.map(whatOf)).toEqual(['read', 'refusedByZoo', 'stopped', 'stopped']);
		expect(connection.world.log).toEqual(['GET']);
	});

	it('otherwise they are', async () => {
		const connection = zoo([replied(200, {})]);
		const checked = [task(0, 'a', () => unwritten(0), atATime(1)), task(1, 'b', send)];
		expect((await runPass(checked, pass({ zoo: connection }))).map(whatOf)).toEqual(['refusedByZoo', 'read']);
	});

	it('one that is refused keeps all the others from being sent, and they say so', async () => {
		const connection = zoo();
		const results = await runPass(
			[task(0, 'a', send), invalid(1), task(2, 'b', send)],
			pass({ zoo: connection, stopOnFailure: true }),
		);
		expect(results.map(whatOf)).toEqual(['stopped', 'invalidInput', 'stopped']);
		expect(results[0]).toMatchObject({
			what: 'Not sent, because another item did not go through [item 0]',
			next: expect.stringContaining('Nothing was sent for this item.'),
			details: { reason: 'stopped', outcome: 'notSent', item: 0, orgId: ORG_ID },
		});
		expect(connection.world.log).toEqual([]);
	});

	it('what was written in an earlier pass is no failure, and keeps nothing back', async () => {
		const context = {};
		await runPass([writing(0, 'a', done({ is: 'written' }))], pass({ execution: open(context) }));
		const checked = [writing(0, 'a', done()), task(1, 'b', () => done({ is: 'sent' }))];
		const results = await runPass(checked, pass({ execution: open(context), stopOnFailure: true }));
		expect(results.map(whatOf)).toEqual(['written', 'sent']);
	});

	it('what was written is not said to be kept back by a refusal of another', async () => {
		const context = {};
		await runPass([writing(0, 'a', done({ is: 'written' }))], pass({ execution: open(context) }));
		const results = await runPass(
			[writing(0, 'a', done()), invalid(1)],
			pass({ execution: open(context), stopOnFailure: true }),
		);
		expect(results.map(whatOf)).toEqual(['written', 'invalidInput']);
	});
});

describe('writes to one owner', () => {
	/** Two executions at once; how many of them were at work together. */
	async function together(other: (work: Run) => Task, host?: string): Promise<number> {
		let open = 0;
		let most = 0;
		const work: Run = async () => {
			open += 1;
			most = Math.max(most, open);
			for (let round = 0; round < 20; round += 1) await Promise.resolve();
			open -= 1;
			return done();
		};
		await Promise.all([runPass([task(0, 'a', work)], pass()), runPass([other(work)], pass({ zoo: zoo([], host) }))]);
		return most;
	}

	it.each<[string, (work: Run) => Task, string | undefined, number]>([
		['of the same host exclude each other', (work) => task(0, 'a', work), undefined, 1],
		['of other hosts do not', (work) => task(0, 'a', work), 'other.test', 2],
		['and to others do not', (work) => task(0, 'b', work), undefined, 2],
		['and dry runs do not', (work) => previewing(0, 'a', work), undefined, 2],
		['and reads do not', (work) => reading(0, work), undefined, 2],
	])('in two executions %s', async (_, other, host, most) => {
		expect(await together(other, host)).toBe(most);
	});
});

describe('a repeated payment reference', () => {
	const adding = (item: number, reference: string | undefined, adds = true) =>
		writing(item, 'a', done({ is: 'runs' }), {
			writes: { fingerprint: `as ever ${reference}`, adds, payment: '' },
			subject: { item, owner: org, ...(reference !== undefined && { reference }) },
		});
	const outcomes = async (checked: ReadonlyArray<Task | Failure>, execution = open({})) =>
		(await runPass(checked, pass({ execution }))).map((each) => (isFailure(each) ? each.what : each.json['is']));

	it('is refused, and names the item that used it first', async () => {
		const checked = [adding(0, 'pi_1'), adding(1, 'pi_2'), adding(2, 'pi_1'), adding(3, 'pi_1')];
		expect(await outcomes(checked)).toEqual([
			'runs',
			'runs',
			"'Payment Reference' was used by item 0 in this execution [item 2]",
			"'Payment Reference' was used by item 0 in this execution [item 3]",
		]);
	});

	it('is refused before anything is sent, though the first use of it fails', async () => {
		const first = { ...adding(0, 'pi_1'), run: async () => await Promise.resolve(unwritten(0)) };
		const results = await runPass([first, adding(1, 'pi_1')], pass());
		expect(results.map(whatOf)).toEqual(['refusedByZoo', 'referenceRepeated']);
	});

	it('is no reference, one of an operation that may repeat it, or one of an item that is refused anyway', async () => {
		expect(await outcomes([adding(0, undefined), adding(1, undefined)])).toEqual(['runs', 'runs']);
		expect(await outcomes([adding(0, 'pi_1', false), adding(1, 'pi_1', false)])).toEqual(['runs', 'runs']);
		const refused = invalidInput({ item: 0, reference: 'pi_1' }, new Refusal('What', 'Next.'));
		expect(await outcomes([refused, adding(1, 'pi_1')])).toEqual(['What [item 0]', 'runs']);
	});

	it.each(['__proto__', 'constructor'])('may be called %s', async (reference) => {
		expect(await outcomes([adding(0, reference), adding(1, reference)])).toEqual([
			'runs',
			"'Payment Reference' was used by item 0 in this execution [item 1]",
		]);
	});

	it('of an earlier run is refused, and a second pass of the same item is not', async () => {
		const context = {};
		const first = open(context);
		await outcomes([adding(0, 'pi_9'), adding(1, 'pi_1')], first);
		expect(await outcomes([adding(0, 'pi_9'), adding(1, 'pi_1')], open(context))).toEqual(['runs', 'runs']);
		first.close();
		for (const again of [context, stored(context)]) {
			expect(await outcomes([adding(0, 'pi_3'), adding(1, 'pi_1')], open(again, { run: 1 }))).toEqual([
				'runs',
				"'Payment Reference' was used by item 1 of run 0 in this execution [item 1]",
			]);
		}
	});

	it('of what was written before says so', async () => {
		const context = {};
		await outcomes([adding(0, 'pi_1'), adding(1, 'pi_2')], open(context));
		const results = await runPass([adding(0, 'pi_1'), adding(1, 'pi_1')], pass({ execution: open(context) }));
		expect(results.map(whatOf)).toEqual(['runs', 'alreadyWritten']);
		expect(results[1]).toMatchObject({ details: { reference: 'pi_2' } });
	});
});

describe('something that nobody foresaw', () => {
	const throwing = (begins: boolean, thrown: unknown) =>
		task(0, 'a', (session) => {
			if (begins) session.begin(previewOf(org));
			throw thrown;
		});

	it('leaves the other items their results', async () => {
		const checked = [throwing(false, new Error('x')), task(1, 'a', () => done({ is: 'written' }))];
		const results = await runPass(checked, pass());
		expect(results.map(whatOf)).toEqual(['unforeseen', 'written']);
		expect(results[0]).toMatchObject({
			next: expect.stringContaining('Nothing was written for this item.'),
			details: { outcome: 'notSent', cause: 'Error: x' },
		});
	});

	it('after a write was begun is a doubt like any other, in every pass', async () => {
		const context = {};
		const checked = [throwing(true, new TypeError('x')), task(1, 'a', () => done())];
		const results = await runPass(checked, pass({ execution: open(context) }));
		expect(results.map(whatOf)).toEqual(['unforeseen', 'blockedByEarlierItem']);
		expect(results[0]).toMatchObject({ details: { outcome: 'unknown', cause: 'TypeError: x' } });
		const again = [throwing(false, 'thrown while taken up'), task(1, 'a', () => done())];
		const next = await runPass(again, pass({ execution: open(stored(context)) }));
		expect(next.map(whatOf)).toEqual(['unforeseen', 'blockedByEarlierItem']);
		expect(next[0]).toMatchObject({ details: { outcome: 'unknown', cause: 'thrown while taken up' } });
	});

	it('to a read that was sent does not say that nothing was sent', async () => {
		const read = reading(0, async ({ exchange }) => {
			await exchange.read(readBalance(org));
			throw new Error('x');
		});
		const [result] = await runPass([read], pass({ zoo: zoo([replied(200, {})]) }));
		expect(result).not.toHaveProperty('next', expect.stringContaining('Nothing was sent'));
		expect(outcomeOf(result)).toBe('notRead');
	});

	it('stops the workflow where failures do', async () => {
		const results = await runPass(
			[
				{ ...throwing(false, new Error('x')), ...atATime(1) },
				task(1, 'b', async ({ exchange }) => {
					const answer = await exchange.read(readBalance(org));
					return done({ is: answer.kind });
				}),
			],
			pass({ stopOnFailure: true }),
		);
		expect(results.map(whatOf)).toEqual(['unforeseen', 'notSent']);
	});
});

describe('the sum', () => {
	const withOutcome = (outcome: FailureDetails['outcome']) =>
		failureOf('service', 'What', 'Next.', { reason: 'different', outcome, item: 0 });

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
			withOutcome('written'),
		];
		expect(tally(results)).toBe(
			'Of 12 items: 3 written (item 0–1, 3), 1 done without writing (item 2), 1 of unknown outcome (item 4), 1 written with a difference (item 5), 1 not confirmed (item 6), 1 not written (item 7), 1 not read (item 8), 2 not sent (item 9–10), 1 written earlier (item 11).',
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

describe('while another item’s attempt may still land', () => {
	const waits = async (checked: Task) => {
		const wire = zoo();
		const execution = open({});
		execution.registry.noteInFlight(HOST + ownerKeyOf(org), 'another page', wire.ticks() + 7000);
		await runPass([checked], pass({ zoo: wire, execution }));
		return wire.world.log;
	};

	it('a write of that owner rests', async () => {
		expect(await waits(task(0, 'a', () => done()))).toEqual(['wait 7000']);
	});

	it('a dry run does not, and neither does a write of another owner', async () => {
		expect(await waits(previewing(0, 'a', () => done({}, false)))).toEqual([]);
		expect(await waits(task(0, 'b', () => done()))).toEqual([]);
	});
});

it('what is held back has sent nothing and was not asked to wait, and says no more than that', async () => {
	const checked = [task(0, 'a', () => done()), invalid(1)];
	const [held] = await runPass(checked, pass({ stopOnFailure: true }));
	expect(held).toMatchObject({ kind: 'failure' });
	expect(Object.keys({ ...(isFailure(held) && held.details) })).toEqual(['reason', 'outcome', 'item', 'orgId']);
});

it('the items of one pass begin three in a turn of the event loop', async () => {
	const connection = zoo();
	const turns: number[] = [];
	const pause = async (ms: number) => {
		turns.push(ms);
		await connection.pause(ms);
	};
	const pausing = { ...connection, pause };
	await runPass(
		Array.from({ length: 7 }, (_, item) => reading(item, () => done())),
		pass({ zoo: pausing }),
	);
	expect(turns).toEqual([0, 0]);
});

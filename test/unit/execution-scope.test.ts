// The execution: what a later pass, node or call of one execution finds of a write, and what it keeps them from sending.

import { ownerKeyOf, type Owner } from '../../nodes/ZooBilling/balance/owner';
import type { Preview } from '../../nodes/ZooBilling/writing/preview';
import { type FailureDetails, type Failure, isFailure } from '../../nodes/ZooBilling/outcome/failure';
import { invalidInput } from '../../nodes/ZooBilling/outcome/inputFailures';
import type { Task } from '../../nodes/ZooBilling/pass/item';
import { type Place, openExecution, type ExecutionScope } from '../../nodes/ZooBilling/records/executionScope';
import { optionDefaults } from '../../nodes/ZooBilling/operations/options';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { org, ORG_ID, user, USER_ID, failureOf } from './given';
import type { WriteRecord } from '../../nodes/ZooBilling/records/record';
import type { Success } from '../../nodes/ZooBilling/outcome/result';
import { admit, type Admission } from '../../nodes/ZooBilling/records/gate';

const HOST = 'zoo.test';
const from = { pre_pay_cash_remaining: '10.00' };
const to = { pre_pay_cash_remaining: '15.00' };

type Context = Record<string, unknown>;

/** A pass of run 0 of the node 'Add Cash', unless `place` says otherwise. */
function open(context: Context, place: Partial<Place> = {}, register = new OwnerRegistry()): ExecutionScope {
	return openExecution(context, { nodeName: 'Add Cash', run: 0, host: HOST, ...place }, register);
}

/** A call of the node 'Add Cash' as a tool. */
const call = (context: Context, place: Partial<Place> = {}) => open(context, { run: undefined, ...place });

/** What n8n has stored of a context and hands back in another process. */
const stored = (context: Context): Context => JSON.parse(JSON.stringify(context)) as Context;

interface Asking {
	readonly text?: string;
	readonly adds?: boolean;
	readonly owner?: Owner;
	readonly reference?: string;
}

function task(item: number, { text = 'as ever', adds = true, owner = org, reference }: Asking = {}): Task {
	return {
		subject: { item, owner, ...(reference !== undefined && { reference }) },
		options: optionDefaults,
		ownerKey: ownerKeyOf(owner),
		writes: { fingerprint: text, adds, payment: '' },
		run: async () => await Promise.reject(new Error('Nothing runs here')),
	};
}

function previewOf({ subject: { owner = org, reference } }: Task, host = HOST): Preview {
	const { kind, id = '' } = owner;
	const fixed = { host, resource: kind.name, ownerId: id, balanceModel: 'prePay', from, to } as const;
	return { ...fixed, ...(reference !== undefined && { reference }) };
}

function begin(execution: ExecutionScope, asked: Task): WriteRecord {
	const page = execution.begin(asked, previewOf(asked));
	if (isFailure(page)) throw new Error(`Not begun: ${page.what}`);
	return page;
}

const failed = (item: number, outcome: FailureDetails['outcome']): Failure =>
	failureOf('service', `What [item ${item}]`, 'Next.', { reason: 'different', outcome, item });

const done = (json: Record<string, unknown> = { is: 'written' }): Success => ({
	kind: 'success',
	json,
	hints: ['a hint'],
	wrote: true,
});

/** Begins an item and ends it in a pass of its own. */
function pass(context: Context, asked: Task, outcome: 'done' | FailureDetails['outcome'], place: Partial<Place> = {}) {
	const execution = open(context, place);
	begin(execution, asked);
	const { item } = asked.subject;
	execution.end(item, outcome === 'done' ? done() : failed(item, outcome));
	return execution;
}

const refused = (item: number) => invalidInput({ item, owner: user }, new Refusal('What', 'Next.'));

function dry({ subject, options, ownerKey: laneKey, run }: Task): Task {
	return { subject: { ...subject, dryRun: true }, options, ...(laneKey !== undefined && { ownerKey: laneKey }), run };
}

const resultOf = (plan: Admission) => ('result' in plan ? plan.result : undefined);
const resumedIn = (plan: Admission) => ('task' in plan ? plan.resumed : undefined);
const isFresh = (plan: Admission) => 'task' in plan && plan.resumed === undefined;
const reasonOf = (plan: Admission) => {
	const result = resultOf(plan);
	return isFailure(result) ? result.details.reason : undefined;
};

/** What an item may ask for after it asked for `task(1, { reference: 'pi_1' })`. */
const later: Record<string, { readonly checked: Task | Failure; readonly host?: string }> = {
	same: { checked: task(1, { reference: 'pi_1' }) },
	'other parameters': { checked: task(1, { text: 'other', owner: user, reference: 'pi_2' }) },
	refused: { checked: refused(1) },
	'a dry run': { checked: dry(task(1, { reference: 'pi_1' })) },
	'another host': { checked: task(1, { reference: 'pi_1' }), host: 'other.test' },
};
const others = Object.entries(later).filter(([name]) => name !== 'same');

describe('what is recalled of an item', () => {
	const first = task(1, { reference: 'pi_1' });
	/** The execution of the next pass, and what the one before has noted. */
	function afterFirst(
		outcome: Parameters<typeof pass>[2] | 'inProgress',
		name: string,
		again: (context: Context) => Context,
	) {
		const context: Context = {};
		if (outcome === 'inProgress') begin(open(context), first);
		else pass(context, first, outcome);
		const { checked, host = HOST } = later[name] ?? { checked: first };
		return admit(open(again(context), { host }), checked);
	}

	describe.each<[string, (context: Context) => Context]>([
		['in the same process', (context) => context],
		['from storage', stored],
	])('%s', (_, again) => {
		it.each(Object.keys(later).filter((name) => name !== 'refused'))('is nothing before it was begun: %s', (name) => {
			const { checked, host = HOST } = later[name] ?? { checked: first };
			expect(admit(open(again({}), { host }), checked)).toEqual({ task: checked });
		});

		it.each(['notSent', 'notApplied'] as const)('is nothing when it ended %s, whatever it asks for now', (outcome) => {
			for (const name of ['same', 'other parameters', 'a dry run', 'another host']) {
				expect(isFresh(afterFirst(outcome, name, again))).toBe(true);
			}
			expect(resultOf(afterFirst(outcome, 'refused', again))).toBe(later['refused']?.checked);
		});

		it.each(['inProgress', 'unknown'] as const)(
			'that was left %s is taken up where it asks for the same',
			(outcome) => {
				const plan = afterFirst(outcome, 'same', again);
				expect('task' in plan && plan.task).toBe(later['same']?.checked);
				expect(resumedIn(plan)).toMatchObject({ fingerprint: 'as ever', adds: true, preview: previewOf(first) });
			},
		);

		it.each(
			(['inProgress', 'unknown'] as const).flatMap((outcome) => others.map(([name]) => [outcome, name] as const)),
		)('that was left %s stays unknown, with what it was then: %s', (outcome, name) => {
			const result = resultOf(afterFirst(outcome, name, again));
			expect(result).toMatchObject({ kind: 'failure' });
			expect(result).toMatchObject({
				what: 'The outcome is unknown: nothing has confirmed an earlier attempt [item 1]',
				details: { outcome: 'unknown', orgId: ORG_ID, reference: 'pi_1', before: from, target: to },
			});
			expect(result).not.toHaveProperty('details.dryRun');
			expect(result).not.toHaveProperty('details.userId');
		});

		it('that was written is its result, and that it was not written again', () => {
			expect(resultOf(afterFirst('done', 'same', again))).toEqual({
				kind: 'success',
				json: { is: 'written' },
				hints: ['written in an earlier try of this execution, and not again; its confirmation says what came of it'],
				wrote: true,
			});
		});

		it.each(others)('that was written names what was written then: %s', (name) => {
			const result = resultOf(afterFirst('done', name, again));
			expect(result).toMatchObject({
				source: 'input',
				next: expect.stringMatching(/^Written then: pre_pay_cash_remaining 15\.00\. /),
				details: { reason: 'alreadyWritten', outcome: 'written', written: to, orgId: ORG_ID, reference: 'pi_1' },
			});
			expect(result).not.toHaveProperty('details.userId');
			expect(result).not.toHaveProperty('details.dryRun');
		});

		it.each(
			(['different', 'notConfirmed'] as const).flatMap((end) => Object.keys(later).map((name) => [end, name] as const)),
		)('that Zoo answered otherwise (%s) is that answer: %s', (outcome, name) => {
			const result = resultOf(afterFirst(outcome, name, again));
			expect(result).toMatchObject({ kind: 'failure' });
			expect(result).toEqual(failed(1, outcome));
		});
	});

	it('that was written is the same object, not a copy', () => {
		const context: Context = {};
		const { json } = done();
		const execution = open(context);
		begin(execution, first);
		execution.end(1, { ...done(), json });
		const result = resultOf(admit(open(context), first));
		expect(result && 'json' in result && result.json).toBe(json);
	});

	it.each(['rejected', 'maybeApplied'] as const)('keeps what its attempts have left open: %s', (doubt) => {
		const context: Context = {};
		const execution = open(context);
		begin(execution, first);
		execution.end(1, failed(1, 'unknown'), doubt);
		for (const again of [context, stored(context)]) {
			expect(resumedIn(admit(open(again), first))).toMatchObject({ state: 'inDoubt', inDoubt: doubt });
		}
	});

	it('keeps its page from pass to pass until it is settled', () => {
		const context: Context = {};
		const { id, startedAt: mark } = begin(open(context), first);
		for (const outcome of ['unknown', 'unknown', 'done'] as const) {
			const execution = open(context);
			expect(resumedIn(admit(execution, first))).toMatchObject({ id, startedAt: mark });
			execution.end(1, outcome === 'done' ? done() : failed(1, outcome));
		}
		expect(resultOf(admit(open(context), first))).toMatchObject({ json: { is: 'written' } });
	});
});

describe('a page', () => {
	it('belongs to one item of one run of one node', () => {
		const context: Context = {};
		const asked = task(1, { adds: false });
		pass(context, asked, 'done');
		const places: Array<Partial<Place>> = [{ run: 1 }, { run: 10 }, { run: undefined }, { nodeName: 'Other' }];
		for (const place of places) expect(isFresh(admit(open(context, place), asked))).toBe(true);
		for (const item of [0, 10, 11]) {
			const plan = admit(open(context, { run: 0 }), task(item));
			expect(isFresh(plan)).toBe(true);
		}
		expect(isFresh(admit(open(context), asked))).toBe(false);
	});

	it('is one of its own for each call of a tool', () => {
		const context: Context = {};
		for (const is of ['first', 'second', 'third']) {
			const execution = call(context);
			expect(isFresh(admit(execution, task(0)))).toBe(true);
			begin(execution, task(0));
			execution.end(0, done({ is }));
		}
		expect(isFresh(admit(call(stored(context)), task(0)))).toBe(true);
	});

	it('is kept apart between two calls of a tool that are under way together', () => {
		const context: Context = {};
		const [one, other] = [call(context), call(context)];
		begin(one, task(0));
		expect(isFresh(admit(other, task(0, { text: 'as ever' })))).toBe(true);
		begin(other, task(0));
		one.end(0, failed(0, 'notApplied'));
		expect(isFresh(admit(one, task(0)))).toBe(true);
		expect(isFresh(admit(other, task(0)))).toBe(false);
	});

	it('is plain data that survives as JSON', () => {
		const context: Context = { other: 1 };
		pass(context, task(0, { reference: 'pi_1' }), 'done');
		pass(context, task(1), 'different');
		pass(context, task(2), 'unknown');
		begin(open(context), task(3));
		expect(stored(context)).toEqual(context);
		expect(structuredClone(context)).toEqual(context);
		expect(context['other']).toBe(1);
	});

	it('has an ID that no other has, and its point in the register’s history', () => {
		const register = new OwnerRegistry();
		const execution = open({}, {}, register);
		const ids = [0, 1].map((item) => begin(execution, task(item)).id);
		expect(new Set(ids).size).toBe(2);
		register.noteWrite('x', 'y');
		const { startedAt: mark, id } = begin(execution, task(2));
		expect(mark).toEqual(register.time());
		expect(register.concurrentWriterSince(mark, `${HOST}${ownerKeyOf(org)}`, id)).toBe(false);
	});

	it('keeps its owner in the register until it is settled or forgotten', () => {
		for (const outcome of ['done', 'notApplied', 'unknown'] as const) {
			const register = new OwnerRegistry(Math.random, 1);
			const execution = open({}, {}, register);
			const { startedAt: mark, id } = begin(execution, task(0));
			const isRemembered = () => {
				for (const owner of ['x', 'y', 'z']) register.noteWrite(owner, owner);
				return !register.concurrentWriterSince(mark, `${HOST}${ownerKeyOf(org)}`, id);
			};
			expect(isRemembered()).toBe(true);
			execution.end(0, outcome === 'done' ? done() : failed(0, outcome));
			expect(isRemembered()).toBe(outcome === 'unknown');
		}
	});

	it.each<[unknown]>([[undefined], [null]])('is begun anew where the context holds %j in its place', (zooBilling) => {
		const context: Context = { zooBilling };
		pass(context, task(0, { reference: 'pi_1' }), 'done');
		expect(reasonOf(admit(open(context), refused(0)))).toBe('alreadyWritten');
		for (const again of [context, stored(context)]) expect(open(again).userOf('pi_1', 1)).toBe('item 0');
	});
});

describe('an owner in doubt', () => {
	const doubtful = (place: Partial<Place> = {}, asked = task(3)) => {
		const context: Context = {};
		pass(context, asked, 'unknown', place);
		return context;
	};

	it.each<[string, Partial<Place>, string]>([
		['another item of the run', {}, 'item 3'],
		['another run of the node', { run: 1 }, 'item 3 of run 0'],
		['another node', { nodeName: 'Other' }, "item 3 of run 0 of 'Add Cash'"],
		['a call of a tool', { run: undefined, nodeName: 'Tool' }, "item 3 of run 0 of 'Add Cash'"],
		['a call of the same node', { run: undefined }, 'item 3 of run 0'],
	])('is closed to %s', (_, place, name) => {
		const context = doubtful();
		for (const again of [context, stored(context)]) {
			expect(open(again, place).otherInDoubt(task(0))).toBe(name);
			expect(open(again, place).otherInDoubt(task(0, { adds: false }))).toBe(name);
			expect(open(again, place).otherInDoubt(task(0, { owner: user }))).toBeUndefined();
			expect(open(again, { ...place, host: 'other.test' }).otherInDoubt(task(0))).toBeUndefined();
		}
	});

	it('is closed by a call of a tool as well', () => {
		const context: Context = {};
		pass(context, task(0), 'done', { run: undefined });
		pass(context, task(0), 'unknown', { run: undefined });
		expect(call(context).otherInDoubt(task(0))).toBe('item 0 of call 1');
		expect(open(context, { nodeName: 'Other' }).otherInDoubt(task(0))).toBe("item 0 of call 1 of 'Add Cash'");
	});

	it('is open to the item itself', () => {
		const context = doubtful();
		for (const again of [context, stored(context)]) expect(open(again).otherInDoubt(task(3))).toBeUndefined();
	});

	it('stays closed after the run was closed', () => {
		const context = doubtful();
		open(context).close();
		for (const again of [context, stored(context)]) {
			expect(open(again, { run: 1 }).otherInDoubt(task(0))).toBe('item 3 of run 0');
			expect(resumedIn(admit(open(again), task(3)))).toMatchObject({ state: 'inDoubt' });
		}
	});

	it.each(['done', 'different', 'notConfirmed', 'notApplied', 'notSent'] as const)(
		'is open again when it ended %s',
		(end) => {
			const context = doubtful();
			const execution = open(context);
			execution.end(3, end === 'done' ? done() : failed(3, end));
			for (const again of [context, stored(context)])
				expect(open(again, { run: 1 }).otherInDoubt(task(0))).toBeUndefined();
		},
	);

	it('is not open again while another of its doubts is left', () => {
		const context: Context = {};
		for (const run of [0, 1]) pass(context, task(0), 'unknown', { run });
		expect(open(context, { run: 2 }).otherInDoubt(task(0))).toBe('item 0 of run 0');
		open(context).end(0, done());
		expect(open(context, { run: 2 }).otherInDoubt(task(0))).toBe('item 0 of run 1');
		expect(open(context, { run: 1 }).otherInDoubt(task(0))).toBeUndefined();
		open(context, { run: 1 }).end(0, failed(0, 'notApplied'));
		expect(open(context, { run: 2 }).otherInDoubt(task(0))).toBeUndefined();
	});

	it('is none that is only under way in a parallel call; one that comes back from storage is', () => {
		const context: Context = {};
		const [one, other] = [call(context), call(context)];
		begin(one, task(0));
		expect(other.otherInDoubt(task(0))).toBeUndefined();
		expect(call(context).otherInDoubt(task(0))).toBeUndefined();
		expect(call(stored(context)).otherInDoubt(task(0))).toBe('item 0 of call 0');
		one.end(0, failed(0, 'unknown'));
		expect(other.otherInDoubt(task(0))).toBe('item 0 of call 0');
	});

	it('is the one that was written to, though the item names another now', () => {
		const context = doubtful();
		const execution = open(context);
		admit(execution, task(3, { owner: user, text: 'other' }));
		expect(execution.otherInDoubt(task(0))).toBe('item 3');
		expect(execution.otherInDoubt(task(0, { owner: user }))).toBeUndefined();
	});

	it('does not close a host that the credential has no more', () => {
		expect(open(doubtful(), { host: '' }).otherInDoubt(task(0))).toBeUndefined();
	});
});

describe('a payment reference', () => {
	const adding = (item: number, reference: string) => task(item, { reference });

	it.each<[string, Partial<Place>, string]>([
		['another item', {}, 'item 0'],
		['another run', { run: 2 }, 'item 0 of run 0'],
		['another node', { nodeName: 'Other' }, "item 0 of run 0 of 'Add Cash'"],
		['a call of a tool', { run: undefined, nodeName: 'Other' }, "item 0 of run 0 of 'Add Cash'"],
	])('that was used is not used again by %s, even after its run was closed', (_, place, name) => {
		const context: Context = {};
		const execution = pass(context, adding(0, 'pi_1'), 'done');
		const check = (again: Context) => {
			const next = open(again, place);
			expect(next.userOf('pi_1', 1)).toBe(name);
			expect(next.userOf('pi_2', 1)).toBeUndefined();
			expect(next.begin(adding(1, 'pi_1'), previewOf(adding(1, 'pi_1')))).toMatchObject({
				what: `'Payment Reference' was used by ${name} in this execution [item 1]`,
			});
			expect(next.otherInDoubt(adding(1, 'pi_1'))).toBeUndefined();
			expect(isFresh(admit(next, task(1)))).toBe(true);
		};
		for (const again of [context, stored(context)]) check(again);
		execution.close();
		for (const again of [context, stored(context)]) check(again);
	});

	it('is the item’s own in every pass', () => {
		const context: Context = {};
		pass(context, adding(0, 'pi_1'), 'unknown');
		for (const again of [context, stored(context)]) expect(open(again).userOf('pi_1', 0)).toBeUndefined();
	});

	it('is free again when its write was not applied, and only then', () => {
		for (const outcome of ['notApplied', 'notSent', 'unknown', 'different', 'notConfirmed'] as const) {
			const context: Context = {};
			pass(context, adding(0, 'pi_1'), outcome);
			const isFree = outcome === 'notApplied' || outcome === 'notSent';
			for (const again of [context, stored(context)]) {
				expect(open(again).userOf('pi_1', 1)).toBe(isFree ? undefined : 'item 0');
			}
		}
	});

	it('may be repeated by updates, and none of them uses or frees it', () => {
		const context: Context = {};
		const update = (item: number) => task(item, { adds: false, reference: 'pi_1' });
		pass(context, update(0), 'done');
		expect(open(context).userOf('pi_1', 1)).toBeUndefined();
		begin(open(context), update(1));
		pass(context, adding(2, 'pi_1'), 'done', { run: 1 });
		open(context).end(1, failed(1, 'notApplied'));
		expect(open(context).userOf('pi_1', 3)).toBe('item 2 of run 1');
	});

	it('of a write that is only under way in a parallel call is used', () => {
		const context: Context = {};
		const [one, other] = [call(context), call(context)];
		begin(one, adding(0, 'pi_1'));
		expect(other.begin(adding(0, 'pi_1'), previewOf(adding(0, 'pi_1')))).toMatchObject({
			what: "'Payment Reference' was used by item 0 of call 0 in this execution [item 0]",
		});
		other.end(0, failed(0, 'notSent'));
		expect(call(context).userOf('pi_1', 0)).toBe('item 0 of call 0');
	});

	it.each(['__proto__', 'constructor', 'toString', '', 'item 0'])('may be %j', (reference) => {
		const context: Context = {};
		expect(open(context).userOf(reference, 1)).toBeUndefined();
		pass(context, adding(0, reference), 'done');
		for (const again of [context, stored(context)]) {
			expect(open(again).userOf(reference, 1)).toBe('item 0');
			expect(open(again).userOf(reference, 0)).toBeUndefined();
			expect(resumedIn(admit(open(again), adding(1, reference)))).toBeUndefined();
		}
		expect(Object.keys(Object.prototype)).toEqual([]);
		pass(context, adding(2, `${reference}!`), 'notApplied');
		expect(open(context).userOf(reference, 1)).toBe('item 0');
	});
});

describe('an update', () => {
	const update = (item: number, more: Asking = {}) => task(item, { adds: false, ...more });

	it.each(['done', 'different', 'notConfirmed'] as const)(
		'that a later one has overtaken (%s) is not sent any more',
		(end) => {
			const context: Context = {};
			pass(context, update(0), 'notApplied');
			pass(context, update(2), end);
			for (const again of [context, stored(context)]) {
				const result = resultOf(admit(open(again), update(1)));
				expect(result).toMatchObject({ details: { reason: 'overtaken', outcome: 'notSent', overtakenBy: 2, item: 1 } });
				expect(reasonOf(admit(open(again), update(0)))).toBe('overtaken');
			}
		},
	);

	it('is not sent either where the later one is in doubt: nothing may be written before that', () => {
		const context: Context = {};
		pass(context, update(2), 'unknown');
		expect(reasonOf(admit(open(context), update(0)))).toBe('overtaken');
		open(context).end(2, failed(2, 'notApplied'));
		expect(isFresh(admit(open(context), update(0)))).toBe(true);
	});

	it('is overtaken by the last of them', () => {
		const context: Context = {};
		for (const item of [10, 2, 9]) pass(context, update(item), 'done');
		expect(resultOf(admit(open(context), update(3)))).toMatchObject({ details: { overtakenBy: 10 } });
		expect(isFresh(admit(open(context), update(11)))).toBe(true);
	});

	it('is not overtaken by an earlier one, a later one that was not applied, or one that this very pass has sent', () => {
		const context: Context = {};
		pass(context, update(0), 'done');
		pass(context, update(2), 'notApplied');
		const execution = open(context);
		begin(execution, update(3));
		execution.end(3, done());
		expect(isFresh(admit(execution, update(1)))).toBe(true);
	});

	it.each<[string, Task | Failure, Partial<Place>]>([
		['of another owner', update(0, { owner: user }), {}],
		['of another run', update(0), { run: 1 }],
		['of another node', update(0), { nodeName: 'Other' }],
		['of another host', update(0), { host: 'other.test' }],
		['that is an adjustment', task(0), {}],
		['that is a dry run', dry(update(0)), {}],
	])('is not overtaken %s', (_, checked, place) => {
		const context: Context = {};
		pass(context, update(1), 'done');
		for (const again of [context, stored(context)]) expect(isFresh(admit(open(again, place), checked))).toBe(true);
	});

	it('that is refused says why', () => {
		const context: Context = {};
		pass(context, update(1), 'done');
		expect(reasonOf(admit(open(context), refused(0)))).toBe('invalidInput');
	});

	it('that has a page goes by that, whatever came later', () => {
		const context: Context = {};
		pass(context, update(0), 'unknown');
		pass(context, update(1), 'done');
		expect(resumedIn(admit(open(context), update(0)))).toMatchObject({ state: 'inDoubt' });
	});
});

/** What an item goes on with. */
function takenUp(execution: ExecutionScope, asked: Task): WriteRecord | undefined {
	const page = resumedIn(admit(execution, asked));
	if (page) execution.takeUp(asked, page);
	return page;
}

describe('a tool’s repeated call', () => {
	const update = (item: number, more: Asking = {}) => task(item, { adds: false, ...more });
	const doubtful = (asked = update(1)) => {
		const context: Context = {};
		pass(context, asked, 'unknown', { run: undefined });
		return context;
	};

	it('of an update that was left in doubt goes on with that, under its own item', () => {
		const context = doubtful();
		for (const again of [stored(context), context]) {
			const execution = call(again);
			expect(takenUp(execution, update(0))).toMatchObject({ state: 'inDoubt', inDoubt: 'maybeApplied' });
			expect(execution.otherInDoubt(update(0))).toBeUndefined();
			expect(execution.otherInDoubt(update(2))).toBe('item 1 of call 0');
			expect(call(again).otherInDoubt(update(0))).toBe('item 1 of call 0');
			execution.end(0, done());
			for (const after of [again, stored(again)]) {
				expect(call(after).otherInDoubt(update(0))).toBeUndefined();
				expect(isFresh(admit(call(after), update(0)))).toBe(true);
			}
		}
	});

	it('keeps the doubt as it was, with its page’s ID and mark', () => {
		const context: Context = {};
		const execution = call(context);
		const { id, startedAt: mark } = begin(execution, update(0));
		execution.end(0, failed(0, 'unknown'), 'rejected');
		for (let time = 0; time < 3; time += 1) {
			expect(takenUp(call(context), update(0))).toMatchObject({
				id,
				startedAt: mark,
				state: 'inDoubt',
				inDoubt: 'rejected',
			});
		}
	});

	it('that stays in doubt closes the owner until a call settles it', () => {
		const context = doubtful();
		for (let time = 0; time < 3; time += 1) {
			const execution = call(context);
			expect(takenUp(execution, update(0))).toBeDefined();
			execution.end(0, failed(0, 'unknown'));
			execution.close();
			expect(open(context).otherInDoubt(update(0))).toBe('item 1 of call 0');
		}
	});

	it.each<[string, Task | Failure, Partial<Place>]>([
		['something else', update(0, { text: 'other' }), {}],
		['another owner', update(0, { owner: user }), {}],
		['another host', update(0), { host: 'other.test' }],
		['a dry run', dry(update(0)), {}],
	])('that asks for %s does not', (_, checked, place) => {
		const context = doubtful();
		expect(isFresh(admit(call(context, place), checked))).toBe(true);
		expect(call(context).otherInDoubt(update(0))).toBe('item 1 of call 0');
	});

	it('that is refused does not', () => {
		expect(reasonOf(admit(call(doubtful()), refused(0)))).toBe('invalidInput');
	});

	it('of an adjustment does not: it would be a second one', () => {
		const context = doubtful(task(1));
		const execution = call(context);
		expect(isFresh(admit(execution, task(1)))).toBe(true);
		expect(execution.otherInDoubt(task(1))).toBe('item 1 of call 0');
	});

	it('is none of a node that is not a tool', () => {
		const execution = open(doubtful());
		expect(isFresh(admit(execution, update(0)))).toBe(true);
		expect(execution.otherInDoubt(update(0))).toBe('item 1 of call 0');
	});

	it('leaves alone what a parallel call has only begun', () => {
		const context: Context = {};
		begin(call(context), update(0));
		expect(isFresh(admit(call(context), update(0)))).toBe(true);
	});
});

describe('a run that n8n will not repeat', () => {
	it('keeps its doubts and payment references, and nothing else', () => {
		const context: Context = {};
		pass(context, task(0, { reference: 'pi_0' }), 'done');
		pass(context, task(1, { reference: 'pi_1' }), 'different');
		pass(context, task(2, { owner: user, reference: 'pi_2' }), 'unknown');
		pass(context, task(0, { reference: 'pi_9' }), 'done', { run: 1 });
		open(context).close();
		for (const again of [context, stored(context)]) {
			const execution = open(again);
			expect([0, 1].map((item) => isFresh(admit(execution, task(item))))).toEqual([true, true]);
			expect(['pi_0', 'pi_1', 'pi_2'].map((reference) => execution.userOf(reference, 7))).toEqual([
				'item 0',
				'item 1',
				'item 2',
			]);
			expect(execution.otherInDoubt(task(7, { owner: user }))).toBe('item 2');
			expect(reasonOf(admit(open(again, { run: 1 }), refused(0)))).toBe('alreadyWritten');
		}
		expect(
			JSON.stringify(context)
				.match(/"state":"\w+"/g)
				?.sort(),
		).toEqual(['"state":"completed"', '"state":"inDoubt"']);
	});

	it('takes no room in what n8n stores when all went well', () => {
		const context: Context = {};
		const sizeAfter = (run: number) => {
			for (let item = 0; item < 50; item += 1) pass(context, task(item), 'done', { run });
			open(context, { run }).close();
			return JSON.stringify(context).length;
		};
		const first = sizeAfter(0);
		expect(sizeAfter(1)).toBe(first);
		expect(JSON.stringify(context)).not.toContain(ORG_ID);
	});

	it('leaves its doubt to whoever comes later, who may settle it', () => {
		const context: Context = {};
		pass(context, task(0, { owner: user }), 'unknown').close();
		const next = open(context);
		expect(resumedIn(admit(next, task(0, { owner: user })))?.preview.ownerId).toBe(USER_ID);
		next.end(0, done());
		next.close();
		expect(JSON.stringify(context)).not.toContain(USER_ID);
	});
});

it('what is noted of an item that was not begun is nothing', () => {
	const context: Context = {};
	const execution = open(context);
	execution.end(0, done());
	execution.end(1, failed(1, 'unknown'));
	expect([0, 1].map((item) => isFresh(admit(open(context), task(item))))).toEqual([true, true]);
	expect(execution.otherInDoubt(task(7))).toBeUndefined();
});

describe('what was found as it should be, so that nothing was written', () => {
	const unchanged = { ...done(), wrote: false };
	const context: Context = {};
	beforeEach(() => {
		for (const name of Object.keys(context)) delete context[name];
		const execution = open(context);
		begin(execution, task(0, { reference: 'pi_1' }));
		execution.end(0, unchanged);
	});

	it('stays so in later tries, whatever stands there then', () => {
		expect(resultOf(admit(open(stored(context)), task(0, { reference: 'pi_1' })))).toEqual({ ...unchanged, hints: [] });
	});

	it('is no reason not to write what the item asks for now', () => {
		expect(isFresh(admit(open(stored(context)), task(0, { text: 'other' })))).toBe(true);
	});

	it('leaves its payment reference free', () => {
		expect(open(stored(context)).userOf('pi_1', 1)).toBeUndefined();
	});
});

describe('notes that cannot be read', () => {
	const page = {
		id: 'a',
		fingerprint: 'x',
		adds: true,
		startedAt: { process: 'p', at: 0 },
		state: 'inDoubt',
		inDoubt: 'maybeApplied',
	};
	const preview = { host: HOST, resource: 'org', ownerId: ORG_ID, balanceModel: 'prePay', from, to };
	const whole = { version: 3, runs: {}, names: {}, calls: {} };
	const settled = {
		...page,
		inDoubt: undefined,
		preview,
		state: 'completed',
		result: { kind: 'success', json: {}, hints: [], wrote: true },
	};
	const failed = { kind: 'failure', source: 'service', what: 'x', next: 'y', details: { outcome: 'different' } };
	const withPage = (found: unknown, run = '["n",0]') => ({ ...whole, runs: { [run]: { 0: found } } });

	it.each<[string, unknown]>([
		['text', 'x'],
		['nothing that is nothing', 0],
		['of no version', { ...whole, version: undefined }],
		['of an older version', { ...whole, version: 2 }],
		['of a later version', { ...whole, version: 4 }],
		['without calls', { ...whole, calls: undefined }],
		['with a list for names', { ...whole, names: [] }],
		['with a reference to nowhere', { ...whole, names: { x: { run: 'x', item: 0 } } }],
		['with a reference to no item', { ...whole, names: { x: { run: '["n",0]', item: '0' } } }],
		['with a reference to half a run', { ...whole, names: { x: { run: '["n",0', item: 0 } } }],
		['with a reference to no text', { ...whole, names: { x: { run: 7, item: 0 } } }],
		['with a name that leads somewhere else besides', { ...whole, names: { x: { run: '["n",0]', item: 0, to: 1 } } }],
		['with half a call', { ...whole, calls: { n: 0.5 } }],
		['with a call that is no number', { ...whole, calls: { n: '0' } }],
		['with a doubt that is none', withPage({ ...page, preview, inDoubt: 'maybe' })],
		['with a doubt of which nothing is known', withPage({ ...page, preview, inDoubt: undefined })],
		['with attempts that cannot be counted', withPage({ ...page, preview, attempts: { count: -1, firstAt: 0 } })],
		['with a word that means nothing here', withPage({ ...page, preview, isFinal: true })],
		['with a page that is begun and in doubt', withPage({ ...page, preview, state: 'inProgress' })],
		['with a page that adds to nothing', withPage({ ...page, preview: { ...preview, from: undefined } })],
		[
			'with an amount that is none',
			withPage({ ...page, preview: { ...preview, to: { pre_pay_cash_remaining: '1e2' } } }),
		],
		['with a preview that holds more', withPage({ ...page, preview: { ...preview, unit: 'cents' } })],
		['with a mark of no moment', withPage({ ...page, preview, startedAt: { process: 'p', at: 'now' } })],
		['with a result that wrote or not', withPage({ ...settled, result: { kind: 'success', json: {}, hints: [] } })],
		[
			'with a result of no words',
			withPage({ ...settled, result: { kind: 'success', json: {}, hints: [1], wrote: true } }),
		],
		[
			'with an outcome that settles nothing',
			withPage({ ...settled, result: { ...failed, details: { outcome: 'unknown' } } }),
		],
		['with a result of no kind', withPage({ ...settled, result: { ...failed, kind: 'odd' } })],
		['with a failure of nobody', withPage({ ...settled, result: { ...failed, source: 'moon' } })],
		['with a page that was half taken', withPage({ ...settled, taken: false })],
		['with a page that is nowhere', withPage({ fingerprint: 'x', of: { run: 'x', item: 0 } })],
		['with a page elsewhere that asks for nothing', withPage({ of: { run: '["n",0]', item: 0 } })],
		['with a run that ends like one', withPage({ ...page, preview }, 'n",0]')],
		['with a page that asks for nothing', withPage({ ...page, preview, fingerprint: undefined })],
		['with a page that may add or not', withPage({ ...page, preview, adds: 'yes' })],
		['with a page of no host', withPage({ ...page, preview: { ...preview, host: undefined } })],
		['with a page of no owner', withPage({ ...page, preview: { ...preview, ownerId: undefined } })],
		['with a run that has no name', withPage({ ...page, preview }, 'x')],
		['with no page for a page', withPage(null)],
		['with a page without a preview', withPage(page)],
		['with a page of an unknown resource', withPage({ ...page, preview: { ...preview, resource: 'team' } })],
		['with a page of an unknown model', withPage({ ...page, preview: { ...preview, balanceModel: 'toString' } })],
		['with a page of a list of models', withPage({ ...page, preview: { ...preview, balanceModel: ['prePay'] } })],
		['with a page without amounts', withPage({ ...page, preview: { ...preview, to: undefined } })],
		['with a page in no state', withPage({ ...page, preview, state: 'lost' })],
		['with a settled page without its result', withPage({ ...page, preview, state: 'completed' })],
		['with a page without an ID', withPage({ ...page, preview, id: 1 })],
		['with a page without a mark', withPage({ ...page, preview, startedAt: undefined })],
	])('%s keep every write from being sent, and stay as they are', (_, zooBilling) => {
		const context: Context = { zooBilling };
		expect(reasonOf(admit(open(context), task(0)))).toBe('memoryUnreadable');
		expect(context).toEqual({ zooBilling });
	});

	it('are no reason not to read', () => {
		const read: Task = { subject: { item: 0 }, options: task(0).options, run: task(0).run };
		expect(isFresh(admit(open({ zooBilling: 'x' }), read))).toBe(true);
	});

	it('are none where every part is as it should be', () => {
		const elsewhere = { fingerprint: 'x', of: { run: '["n",1]', item: 0 } };
		const isFailed = { ...settled, result: failed };
		for (const right of [{ ...page, preview, attempts: { count: 1, firstAt: 0 } }, settled, isFailed, elsewhere]) {
			const { runs } = withPage(right);
			const context = JSON.parse(JSON.stringify({ zooBilling: { ...whole, runs } })) as Context;
			expect(reasonOf(admit(open(context), task(0)))).not.toBe('memoryUnreadable');
		}
		expect(isFresh(admit(open({ zooBilling: whole }), task(0)))).toBe(true);
	});
});

describe('what is no payment reference', () => {
	it('is none of an item without one, whatever another item is called', () => {
		const context: Context = {};
		const execution = open(context);
		begin(execution, task(0));
		expect(isRefused(execution, task(1, { reference: 'undefined', owner: user }))).toBe(false);
		expect(isRefused(execution, task(2, { owner: user }))).toBe(false);
		execution.end(0, failed(0, 'notApplied'));
		expect(isRefused(open(context), task(3, { reference: 'undefined' }))).toBe(true);
	});

	it('is that of an update, though a payment has used it', () => {
		const execution = open({});
		begin(execution, task(0, { reference: 'pi_1' }));
		expect(isRefused(execution, task(1, { adds: false, reference: 'pi_1' }))).toBe(false);
		expect(isRefused(execution, task(2, { adds: true, reference: 'pi_1' }))).toBe(true);
	});
});

function isRefused(execution: ExecutionScope, asked: Task): boolean {
	return isFailure(execution.begin(asked, previewOf(asked)));
}

it('a node is called by its name, of which nothing else has to be known', () => {
	const names = { 'reference pi_1': { run: '["Add Cash, too",2]', item: 4 } };
	const execution = open({ zooBilling: { version: 3, runs: {}, names, calls: {} } });
	expect(execution.userOf('pi_1', 0)).toBe("item 4 of run 2 of 'Add Cash, too'");
});

it('hints are not stored: those of a later pass are its own', () => {
	const context: Context = {};
	pass(context, task(0), 'done');
	expect(context).toMatchObject({ zooBilling: { runs: { '["Add Cash",0]': { 0: { result: { hints: [] } } } } } });
});

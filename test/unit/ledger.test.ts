// The memory of adjustments: what a second pass of one execution finds, and what later runs may not use again.

import { openLedger } from '../../nodes/ZooBilling/ledger';
import type { LedgerEntry } from '../../nodes/ZooBilling/operations/operation';
import { org } from './given';

const entry = (intent: string, reference?: string): LedgerEntry => ({
	intent,
	owner: org,
	before: { pre_pay_cash_remaining: '5.00' },
	target: { pre_pay_cash_remaining: '6.00' },
	...(reference !== undefined && { reference }),
});

it('knows nothing at first', () => {
	const ledger = openLedger({}, 0);
	expect(ledger.recall(0)).toBeUndefined();
	expect(ledger.usedBy('a', 0)).toBeUndefined();
});

it('recalls by run and item what was noted last', () => {
	const context = {};
	const ledger = openLedger(context, 0);
	ledger.note(0, entry('zero'));
	ledger.note(1, entry('one'));
	ledger.note(1, { ...entry('one'), result: { json: { done: true } } });
	expect(ledger.recall(0)).toEqual(entry('zero'));
	expect(ledger.recall(1)).toEqual({ ...entry('one'), result: { json: { done: true } } });
	expect(ledger.recall(2)).toBeUndefined();
	expect(openLedger(context, 1).recall(0)).toBeUndefined();
});

it('is there again in a second pass of the same run, even after n8n has stored it', () => {
	const context: Record<string, unknown> = {};
	openLedger(context, 2).note(5, entry('five', 'pi_1'));
	const stored = JSON.parse(JSON.stringify(context)) as Record<string, unknown>;
	for (const found of [openLedger(context, 2), openLedger(stored, 2)]) {
		expect(found.recall(5)).toEqual(entry('five', 'pi_1'));
		expect(found.usedBy('pi_1', 5)).toBeUndefined();
		expect(found.usedBy('pi_1', 6)).toBe('run 2, item 5');
	}
});

it('forgets what was not applied, its reference too', () => {
	const ledger = openLedger({}, 0);
	ledger.note(0, entry('x', 'pi_1'));
	ledger.note(0, undefined);
	expect(ledger.recall(0)).toBeUndefined();
	expect(ledger.usedBy('pi_1', 1)).toBeUndefined();
});

it('frees a reference that an item has exchanged for another', () => {
	const ledger = openLedger({}, 0);
	ledger.note(0, entry('x', 'pi_1'));
	ledger.note(0, entry('x', 'pi_2'));
	expect(ledger.usedBy('pi_1', 1)).toBeUndefined();
	expect(ledger.usedBy('pi_2', 1)).toBe('run 0, item 0');
});

it('forgets a run that ended well, but not which references it used', () => {
	const context = {};
	const ledger = openLedger(context, 1);
	ledger.note(0, entry('x', 'pi_1'));
	openLedger(context, 10).note(0, entry('y'));
	openLedger(context, 0).note(0, entry('z'));
	ledger.close();
	expect(ledger.recall(0)).toBeUndefined();
	expect(openLedger(context, 10).recall(0)).toEqual(entry('y'));
	expect(openLedger(context, 0).recall(0)).toEqual(entry('z'));
	expect(openLedger(context, 2).usedBy('pi_1', 0)).toBe('run 1, item 0');
});

it('tells a later run, and no pass of the same, which owner is in doubt', () => {
	const context = {};
	const first = openLedger(context, 0);
	first.noteDoubt('/orgs/a', 3, true);
	expect(openLedger(context, 0).doubtOf('/orgs/a')).toBeUndefined();
	expect(openLedger(context, 1).doubtOf('/orgs/a')).toBe('run 0, item 3');
	expect(openLedger(context, 1).doubtOf('/orgs/b')).toBeUndefined();
	for (const unknown of [true, false]) openLedger(context, 1).noteDoubt('/orgs/a', 0, unknown);
	expect(openLedger(context, 2).doubtOf('/orgs/a')).toBe('run 0, item 3');
	first.noteDoubt('/orgs/a', 2, false);
	expect(openLedger(context, 1).doubtOf('/orgs/a')).toBe('run 0, item 3');
	first.noteDoubt('/orgs/a', 3, false);
	expect(openLedger(context, 1).doubtOf('/orgs/a')).toBeUndefined();
});

it('keeps the doubts of two items of one owner apart', () => {
	const ledger = openLedger({}, 0);
	ledger.noteDoubt('/orgs/a', 1, true);
	ledger.noteDoubt('/orgs/a', 0, true);
	expect([0, 1, 2].map((item) => ledger.leftInDoubt('/orgs/a', item))).toEqual([true, true, false]);
	ledger.noteDoubt('/orgs/a', 0, false);
	expect([0, 1].map((item) => ledger.leftInDoubt('/orgs/a', item))).toEqual([false, true]);
});

it('keeps the calls of a tool apart, and their references together', () => {
	const context = {};
	openLedger(context, undefined).note(0, entry('one', 'pi_1'));
	const second = openLedger(context, undefined);
	expect(second.recall(0)).toBeUndefined();
	expect(second.usedBy('pi_1', 0)).toBe('call 0, item 0');
});

it.each(['__proto__', 'constructor', 'toString', '', 'item 0'])('takes %j for an ordinary reference', (reference) => {
	const ledger = openLedger({}, 0);
	expect(ledger.usedBy(reference, 1)).toBeUndefined();
	ledger.note(0, entry('x', reference));
	expect(ledger.usedBy(reference, 1)).toBe('run 0, item 0');
	expect(ledger.usedBy(reference, 0)).toBeUndefined();
	expect(({} as Record<string, unknown>)['run 0, item 0']).toBeUndefined();
});

it.each<[unknown]>([[undefined], [null], ['x'], [{}], [{ entries: {} }], [{ entries: [], references: {} }]])(
	'starts anew where the context holds %j in its place',
	(adjustments) => {
		const ledger = openLedger({ adjustments }, 0);
		ledger.note(0, entry('x', 'pi_1'));
		expect(ledger.recall(0)).toEqual(entry('x', 'pi_1'));
		expect(ledger.usedBy('pi_1', 1)).toBe('run 0, item 0');
	},
);

it('leaves alone what others keep in the context', () => {
	const context = { other: 1 };
	openLedger(context, 0).note(0, entry('x'));
	expect(context.other).toBe(1);
});

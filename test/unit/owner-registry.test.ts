// What one process knows of an owner: who else has written since when, and which balance is the newest.

import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { START as NOW } from './given';

describe('another writer', () => {
	it('is anybody else, by the ID of the page', () => {
		const register = new OwnerRegistry();
		const mark = register.time();
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(false);
		register.noteWrite('a', 'me');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(false);
		expect(register.concurrentWriterSince(mark, 'a', 'somebody else')).toBe(true);
		register.noteWrite('a', 'you');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(true);
		expect(register.concurrentWriterSince(mark, 'a', 'you')).toBe(true);
	});

	it('counts from the mark on', () => {
		const register = new OwnerRegistry();
		register.noteWrite('a', 'you');
		expect(register.concurrentWriterSince(register.time(), 'a', 'me')).toBe(false);
		const mark = register.time();
		register.noteWrite('a', 'me');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(false);
		register.noteWrite('a', 'you');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(true);
		register.noteWrite('a', 'me');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(true);
		expect(register.concurrentWriterSince(register.time(), 'a', 'me')).toBe(false);
	});

	it('is one of the same owner only', () => {
		const register = new OwnerRegistry();
		const mark = register.time();
		register.keep('a', 'me');
		register.noteWrite('b', 'you');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(false);
	});

	const [early, late] = ['2026-01-01T00:00:00.000001Z', '2026-01-01T00:00:00.000002Z'];

	it.each<[string, string | undefined, boolean, string | undefined, boolean]>([
		['Zoo has answered it with a later date', late, true, early, true],
		['Zoo has answered it with that date', early, true, early, false],
		['Zoo has answered it with an earlier date', early, true, late, false],
		['nobody knows what came of it', early, false, late, true],
		['Zoo says no date', undefined, true, early, true],
		['the look had no date', early, true, undefined, true],
	])('counts for a mark of another process where %s', (_, updatedAt, isAnswered, looked, expected) => {
		const [here, there] = [new OwnerRegistry(), new OwnerRegistry()];
		const mark = there.time();
		expect(mark.process).not.toBe(here.time().process);
		expect(here.concurrentWriterSince(mark, 'a', 'me', looked)).toBe(false);
		here.observe('a', updatedAt, Date.parse(late));
		here.noteWrite('a', 'you', isAnswered);
		expect(here.concurrentWriterSince(mark, 'a', 'me', looked)).toBe(expected);
		expect(here.concurrentWriterSince(mark, 'a', 'you', looked)).toBe(false);
		expect(here.concurrentWriterSince(mark, 'b', 'me', looked)).toBe(false);
	});

	it('counts by the mark of an ID where this process has given it, and else as for another process', () => {
		const register = new OwnerRegistry();
		const id = register.newId();
		expect(register.timeOf(id)).toEqual(register.time());
		const [process] = id.split('-');
		for (const other of ['', 'of-another-1', `${process}-2`, `${process}-1.5`, `${process}-x`, `${process}1`]) {
			expect(register.timeOf(other).process).not.toBe(process);
		}
	});

	it('is remembered by a mark that was stored meanwhile', () => {
		const register = new OwnerRegistry();
		const mark = JSON.parse(JSON.stringify(register.time())) as ReturnType<OwnerRegistry['time']>;
		register.noteWrite('a', 'you');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(true);
	});

	it('is not the page itself, however often it writes', () => {
		const register = new OwnerRegistry();
		const mark = register.time();
		register.keep('a', 'me');
		for (let attempt = 0; attempt < 500; attempt += 1) register.noteWrite('a', 'me');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(false);
		expect(register.concurrentWriterSince(mark, 'a', 'you')).toBe(true);
	});

	it('is still one after very many others', () => {
		const register = new OwnerRegistry();
		const mark = register.time();
		for (let writer = 0; writer < 500; writer += 1) register.noteWrite('a', `writer ${writer}`);
		const recent = register.time();
		expect(register.concurrentWriterSince(mark, 'a', 'writer 499')).toBe(true);
		expect(register.concurrentWriterSince(mark, 'a', 'writer 0')).toBe(true);
		expect(register.concurrentWriterSince(recent, 'a', 'me')).toBe(false);
	});

	it('is one however often the page itself has written since', () => {
		const register = new OwnerRegistry();
		const mark = register.time();
		register.noteWrite('a', 'you');
		const since = register.time();
		for (let write = 0; write < 200; write += 1) register.noteWrite('a', 'me');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(true);
		expect(register.concurrentWriterSince(since, 'a', 'you')).toBe(true);
	});
});

describe('what is remembered is bounded', () => {
	it('and an owner that was forgotten counts as written to, from before that on', () => {
		const register = new OwnerRegistry(Math.random, 2);
		register.noteWrite('a', 'me');
		const mark = register.time();
		for (const owner of ['b', 'c', 'd']) register.noteWrite(owner, 'you');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(true);
		expect(register.concurrentWriterSince(register.time(), 'a', 'me')).toBe(false);
		register.noteWrite('a', 'me');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(true);
	});

	it('so that an owner that was never seen counts as written to once anybody was forgotten', () => {
		const register = new OwnerRegistry(Math.random, 1);
		const mark = register.time();
		register.noteWrite('a', 'you');
		expect(register.concurrentWriterSince(mark, 'z', 'me')).toBe(false);
		register.noteWrite('b', 'you');
		expect(register.concurrentWriterSince(mark, 'z', 'me')).toBe(true);
	});

	it('and keeps those that were used last', () => {
		const register = new OwnerRegistry(Math.random, 2);
		const mark = register.time();
		register.noteWrite('a', 'me');
		register.noteWrite('b', 'me');
		register.noteWrite('a', 'me');
		register.noteWrite('c', 'me');
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(false);
		expect(register.concurrentWriterSince(mark, 'b', 'me')).toBe(true);
	});

	it('but never forgets the owner of a page that is under way or in doubt', () => {
		const register = new OwnerRegistry(Math.random, 1);
		const mark = register.time();
		register.keep('a', 'page 1');
		register.keep('a', 'page 2');
		const crowd = () => ['w', 'x', 'y', 'z'].forEach((owner) => register.noteWrite(owner, 'you'));
		crowd();
		expect(register.concurrentWriterSince(mark, 'a', 'page 1')).toBe(false);
		register.release('a', 'page 1');
		register.release('a', 'page 3');
		crowd();
		expect(register.concurrentWriterSince(mark, 'a', 'page 2')).toBe(false);
		register.noteWrite('a', 'you');
		crowd();
		expect(register.concurrentWriterSince(mark, 'a', 'you')).toBe(false);
		expect(register.concurrentWriterSince(mark, 'a', 'page 2')).toBe(true);
		register.release('a', 'page 2');
		crowd();
		expect(register.concurrentWriterSince(mark, 'a', 'you')).toBe(true);
	});

	it('keeps what it knows of an owner when a page of it begins', () => {
		const register = new OwnerRegistry(Math.random, 1);
		const mark = register.time();
		register.noteWrite('a', 'you');
		register.keep('a', 'me');
		for (const owner of ['x', 'y']) register.noteWrite(owner, 'you');
		expect(register.concurrentWriterSince(mark, 'a', 'you')).toBe(false);
		expect(register.concurrentWriterSince(mark, 'a', 'me')).toBe(true);
	});

	it('and holds no more of those whose pages were all released at once', () => {
		const register = new OwnerRegistry(Math.random, 2);
		const owners = Array.from({ length: 20 }, (_, index) => `owner ${index}`);
		const mark = register.time();
		for (const owner of owners) register.keep(owner, 'page');
		register.noteWrite('b', 'you');
		for (const owner of owners) register.release(owner, 'page');
		register.noteWrite('a', 'you');
		const remembered = owners.filter((owner) => !register.concurrentWriterSince(mark, owner, 'page'));
		expect(remembered.length).toBeLessThanOrEqual(2);
	});

	it('and says no moment of an owner that it has forgotten', () => {
		const register = new OwnerRegistry(Math.random, 1);
		register.observe('a', '2026-08-01T10:00:02Z', NOW);
		register.observe('b', '2026-08-01T10:00:00Z', NOW);
		expect(register.observe('a', '2026-08-01T10:00:01Z', NOW)).toBe(true);
	});

	it('but keeps the moment of an owner in doubt', () => {
		const register = new OwnerRegistry(Math.random, 1);
		register.observe('a', '2026-08-01T10:00:02Z', NOW);
		register.keep('a', 'page');
		for (const owner of ['b', 'c']) register.observe(owner, '2026-08-01T10:00:00Z', NOW);
		expect(register.observe('a', '2026-08-01T10:00:01Z', NOW)).toBe(false);
		register.release('a', 'page');
		expect(register.observe('a', '2026-08-01T10:00:01Z', NOW)).toBe(false);
	});
});

describe('a balance', () => {
	it.each<[string, string, boolean]>([
		['2026-08-01T10:00:00Z', '2026-08-01T10:00:01Z', true],
		['2026-08-01T10:00:01Z', '2026-08-01T10:00:00Z', false],
		['2026-08-01T10:00:00Z', '2026-08-01T10:00:00Z', true],
		['2026-08-01T10:00:00.123456Z', '2026-08-01T10:00:00.123457Z', true],
		['2026-08-01T10:00:00.123457Z', '2026-08-01T10:00:00.123456Z', false],
		['2026-08-01T10:00:00.123456789Z', '2026-08-01T10:00:00.123456788Z', false],
		['2026-08-01T10:00:00.9Z', '2026-08-01T10:00:00.10Z', false],
		['2026-08-01T10:00:00.10Z', '2026-08-01T10:00:00.9Z', true],
		['2026-08-01T10:00:00.1Z', '2026-08-01T10:00:00.100Z', true],
		['2026-08-01T10:00:00.100Z', '2026-08-01T10:00:00.1Z', true],
		['2026-08-01T10:00:00.5Z', '2026-08-01T10:00:00Z', false],
		['2026-08-01T10:00:00Z', '2026-08-01T12:00:00+02:00', true],
		['2026-08-01T10:00:00Z', '2026-08-01T11:59:59+02:00', false],
		['2026-08-01T10:00:00Z', '2026-08-01T05:00:00.001-05:00', true],
	])('that says %s and then %s is fresh: %s', (first, second, fresh) => {
		const register = new OwnerRegistry();
		expect(register.observe('a', first, NOW)).toBe(true);
		expect(register.observe('a', second, NOW)).toBe(fresh);
	});

	it('that is old does not become the newest', () => {
		const register = new OwnerRegistry();
		for (const second of [2, 0, 1]) register.observe('a', `2026-08-01T10:00:0${second}Z`, NOW);
		expect(register.observe('a', '2026-08-01T10:00:01Z', NOW)).toBe(false);
		expect(register.observe('a', '2026-08-01T10:00:02Z', NOW)).toBe(true);
	});

	it('is old by its own owner’s newest only', () => {
		const register = new OwnerRegistry();
		register.observe('a', '2026-08-01T10:00:02Z', NOW);
		expect(register.observe('b', '2026-08-01T10:00:00Z', NOW)).toBe(true);
	});

	it('does not believe a date that is far ahead of this machine’s clock', () => {
		const register = new OwnerRegistry();
		expect(register.observe('a', '9999-01-01T00:00:00Z', NOW)).toBe(true);
		expect(register.observe('a', '2026-12-01T20:00:00Z', NOW)).toBe(true);
		expect(register.observe('a', '2026-12-01T10:00:00Z', NOW)).toBe(false);
	});

	it.each<[unknown]>([[undefined], [null], [''], ['yesterday'], [1], ['2026-08-01'], ['2026-13-01T10:00:00Z']])(
		'that says %j is no evidence either way',
		(updatedAt) => {
			const register = new OwnerRegistry();
			register.observe('a', '2026-08-01T10:00:02Z', NOW);
			expect(register.observe('a', updatedAt, NOW)).toBe(true);
			expect(register.observe('a', '2026-08-01T10:00:01Z', NOW)).toBe(false);
		},
	);
});

describe('an ID', () => {
	it('is never given twice, in whichever process', () => {
		const registers = [new OwnerRegistry(), new OwnerRegistry()];
		const ids = registers.flatMap((register) => Array.from({ length: 100 }, () => register.newId()));
		expect(new Set(ids).size).toBe(200);
	});
});

it('a moment up to a day ahead may be another clock’s, and is believed', () => {
	const now = Date.parse('2026-01-01T00:00:00Z');
	const register = new OwnerRegistry();
	expect(register.observe('owner', '2026-01-02T00:00:00Z', now)).toBe(true);
	expect(register.observe('owner', '2026-01-01T23:59:59Z', now)).toBe(false);
});

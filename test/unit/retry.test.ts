// What every outcome of an attempt means, and whether and when to send again.

import fc from 'fast-check';

import { readJsonObject } from '../../nodes/ZooBilling/balance/reply';
import {
	isZoosOwn,
	judge,
	nextStep,
	readRetryAfter,
	type Sent,
	type AttemptResult,
	type InDoubt,
} from '../../nodes/ZooBilling/zoo/retry';
import { badCertificate, refusedConnection, replied, timedOut } from './given';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const judged = (sent: Sent): AttemptResult => judge(sent, readJsonObject, NOW);

const trickled: Sent = { kind: 'noResponse', inDoubt: 'maybeApplied', again: false, cause: 'the reply did not end' };
const HELD = { retryAfter: '7' };

describe('an attempt', () => {
	it.each<[string, Sent, InDoubt, 'again' | 'final']>([
		['a refused connection', refusedConnection, 'no', 'again'],
		['a certificate that is not accepted', badCertificate, 'no', 'final'],
		['a time-out', timedOut, 'maybeApplied', 'again'],
		['a reply that trickles', trickled, 'maybeApplied', 'final'],
		['200 with nothing', replied(200, ''), 'maybeApplied', 'again'],
		['200 with broken JSON', replied(200, '{"pre_pay'), 'maybeApplied', 'again'],
		['200 with HTML', replied(200, '<html></html>'), 'maybeApplied', 'again'],
		['200 with a list', replied(200, '[]'), 'maybeApplied', 'again'],
		['204', replied(204, ''), 'maybeApplied', 'again'],
		['299', replied(299, ''), 'maybeApplied', 'again'],
		['300', replied(300), 'rejected', 'final'],
		['301', replied(301), 'rejected', 'final'],
		['302', replied(302), 'rejected', 'final'],
		['303', replied(303), 'maybeApplied', 'final'],
		['304', replied(304), 'rejected', 'final'],
		['307', replied(307), 'rejected', 'final'],
		['308', replied(308), 'rejected', 'final'],
		['400', replied(400), 'rejected', 'final'],
		['401', replied(401), 'no', 'final'],
		['402', replied(402), 'rejected', 'final'],
		['403', replied(403), 'no', 'final'],
		['404', replied(404), 'rejected', 'final'],
		['405', replied(405), 'rejected', 'final'],
		['407', replied(407), 'rejected', 'final'],
		['408', replied(408), 'maybeApplied', 'again'],
		['409', replied(409), 'rejected', 'final'],
		['412', replied(412), 'rejected', 'final'],
		['422', replied(422), 'rejected', 'final'],
		['422 with a wait', replied(422, {}, HELD), 'rejected', 'final'],
		['425', replied(425), 'rejected', 'final'],
		['429', replied(429), 'rejected', 'again'],
		['429 with a wait', replied(429, {}, HELD), 'rejected', 'again'],
		['451', replied(451), 'rejected', 'final'],
		['499', replied(499), 'rejected', 'final'],
		['500', replied(500), 'maybeApplied', 'again'],
		['500 with a wait', replied(500, {}, HELD), 'maybeApplied', 'again'],
		['501', replied(501), 'maybeApplied', 'final'],
		['502 with HTML', replied(502, '<html></html>'), 'maybeApplied', 'again'],
		['502 with a wait', replied(502, {}, HELD), 'maybeApplied', 'again'],
		['503', replied(503), 'maybeApplied', 'again'],
		['503 with a wait', replied(503, {}, HELD), 'maybeApplied', 'again'],
		['503 with an unreadable wait', replied(503, {}, { retryAfter: 'shortly' }), 'maybeApplied', 'again'],
		['504', replied(504), 'maybeApplied', 'again'],
		['504 with a wait', replied(504, {}, HELD), 'maybeApplied', 'again'],
		['505', replied(505), 'maybeApplied', 'final'],
		['507', replied(507), 'maybeApplied', 'final'],
		['520', replied(520), 'maybeApplied', 'final'],
		['524', replied(524), 'maybeApplied', 'final'],
		['599 with a wait', replied(599, {}, HELD), 'maybeApplied', 'final'],
	])('that came to %s inDoubt %3$s, and is sent again or final: %4$s', (_, sent, inDoubt, then) => {
		expect(judged(sent)).toMatchObject({ kind: 'unanswered', inDoubt, again: then === 'again' });
	});

	it.each([200, 201, 299])('that came to %d with an object is answered, whatever it holds', (status) => {
		expect(judged(replied(status, { message: 'no', request_id: 'r' }))).toMatchObject({ kind: 'answered', status });
	});

	it.each<[string, Sent, true | undefined, number | undefined]>([
		['429', replied(429), true, undefined],
		['429 with seconds', replied(429, {}, { retryAfter: '120' }), true, 120_000],
		['429 with a date', replied(429, {}, { retryAfter: 'Thu, 01 Jan 2026 00:00:09 GMT' }), true, 9000],
		['429 with an unreadable wait', replied(429, {}, { retryAfter: 'shortly' }), true, undefined],
		['503 with seconds', replied(503, {}, { retryAfter: '5' }), true, 5000],
		['503 with a date', replied(503, {}, { retryAfter: 'Thu, 01 Jan 2026 00:01:00 GMT' }), true, 60_000],
		['503', replied(503), undefined, undefined],
		['503 with an unreadable wait', replied(503, {}, { retryAfter: 'shortly' }), undefined, undefined],
		['502 with seconds', replied(502, {}, { retryAfter: '6' }), undefined, 6000],
		['404 with seconds', replied(404, {}, { retryAfter: '6' }), undefined, 6000],
		['a refused connection', refusedConnection, undefined, undefined],
		['a time-out', timedOut, undefined, undefined],
	])('that came to %s holds all items: %3$s, for %4$s ms', (_, sent, holdsAll, askedMs) => {
		const { kind, ...verdict } = judged(sent);
		expect(kind).toBe('unanswered');
		expect({ holdsAll: undefined, askedMs: undefined, ...verdict }).toMatchObject({ holdsAll, askedMs });
	});

	it('yields the object of a good reply, its status and its call ID', () => {
		expect(judged(replied(200, '{"a":12345678901234567890}', { callId: 'call-1' }))).toEqual({
			kind: 'answered',
			json: { a: '12345678901234567890' },
			status: 200,
			callId: 'call-1',
		});
	});

	it('has nothing but what was said', () => {
		expect(judged(replied(200, '{}'))).toStrictEqual({ kind: 'answered', json: {}, status: 200 });
		const verdict = {
			kind: 'unanswered',
			inDoubt: 'maybeApplied',
			again: true,
			cause: 'Zoo answered 500',
			status: 500,
		};
		expect(judged(replied(500, '{}'))).toStrictEqual({ ...verdict, zoo: {} });
	});

	it.each([100, 199])('that came to %d is no answer: nobody knows what stands behind it', (status) => {
		expect(judged(replied(status, '{"a":1}', { location: 'https://elsewhere.example/x' }))).toMatchObject({
			kind: 'unanswered',
			inDoubt: 'maybeApplied',
			again: false,
			cause: `Zoo answered ${status}`,
		});
	});

	it('keeps what Zoo said', () => {
		const body = { message: 'no such organization', error_code: 'org_missing', request_id: 'req-1' };
		expect(judged(replied(404, body, { callId: 'call-1' }))).toEqual({
			kind: 'unanswered',
			inDoubt: 'rejected',
			again: false,
			cause: 'Zoo answered 404',
			status: 404,
			callId: 'call-1',
			zoo: { message: 'no such organization', errorCode: 'org_missing', requestId: 'req-1' },
		});
	});

	it.each<[string, string | Record<string, unknown>, object | undefined]>([
		['HTML', '<html></html>', undefined],
		['nothing', '', undefined],
		['an object without words', { a: 1 }, {}],
		['words that are no text', { message: 5, error_code: null, request_id: ['x'] }, {}],
		['empty words', { message: '', error_code: '', request_id: '' }, {}],
		['a message alone', { message: 'no' }, { message: 'no' }],
		[
			'words of great length',
			{ message: 'm'.repeat(999), error_code: 'c'.repeat(999), request_id: 'r'.repeat(999) },
			{ message: `${'m'.repeat(300)}…`, errorCode: `${'c'.repeat(100)}…`, requestId: `${'r'.repeat(100)}…` },
		],
	])('hears in %s what is there', (_, body, zoo) => {
		expect(judged(replied(500, body))).toEqual({
			kind: 'unanswered',
			inDoubt: 'maybeApplied',
			again: true,
			cause: 'Zoo answered 500',
			status: 500,
			...(zoo && { zoo }),
		});
	});

	it('says where a redirect leads and why it is not followed', () => {
		const why = 'which is not followed so that the token goes to no other host';
		expect(judged(replied(302, '', { location: 'https://elsewhere.example/x' }))).toMatchObject({
			cause: `Zoo answered 302, a redirect to https://elsewhere.example/x, ${why}`,
		});
		for (const status of [300, 307, 399]) {
			expect(judged(replied(status, ''))).toMatchObject({ cause: `Zoo answered ${status}, a redirect, ${why}` });
		}
	});

	it.each([304, 299, 400])('does not call %d a redirect, though it names a place', (status) => {
		const verdict = judged(replied(status, '', { location: 'https://elsewhere.example/x' }));
		expect(verdict).toMatchObject({ cause: expect.not.stringContaining('redirect') });
	});

	it('says what a reply that cannot be read was', () => {
		expect(judged(replied(200, 'OK', { callId: 'call-1' }))).toEqual({
			kind: 'unanswered',
			inDoubt: 'maybeApplied',
			again: true,
			cause: 'Zoo answered 200, but its reply cannot be read',
			status: 200,
			callId: 'call-1',
		});
	});

	it.each([refusedConnection, badCertificate, timedOut])('passes on why there was no reply (%#)', (sent) => {
		expect(judged(sent)).toMatchObject({ cause: sent.kind === 'noResponse' ? sent.cause : '' });
	});
});

describe('Zoo’s own error document', () => {
	it.each<[string, string | Record<string, unknown>, boolean]>([
		['both words', { message: 'no', request_id: 'req-1' }, true],
		['both words and a code', { message: 'no', request_id: 'req-1', error_code: 'x' }, true],
		['a message alone, as gateways have it', { message: 'no' }, false],
		['a request ID alone', { request_id: 'req-1' }, false],
		['a message and a code', { message: 'no', error_code: 'x' }, false],
		['an empty message', { message: '', request_id: 'req-1' }, false],
		['words that are no text', { message: 1, request_id: 2 }, false],
		['HTML', '<html></html>', false],
		['nothing', '', false],
	])('is told from others: %s', (_, body, own) => {
		expect(isZoosOwn(judged(replied(422, body)))).toBe(own);
	});
});

describe('Retry-After', () => {
	it.each<[string | undefined, number | undefined]>([
		['0', 0],
		['1', 1000],
		['120', 120_000],
		[' 5 ', 5000],
		['86400', 86_400_000],
		['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
		['Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
		['Wed, 31 Dec 2025 23:59:59 GMT', 0],
		['Thu, 01 Jan 2026 00:00:00 GMT', 0],
		['Thu Jan  1 00:00:30 2026', 30_000],
		['Thu Jan 15 00:00:30 2026', 14 * 86_400_000 + 30_000],
		['9999999999', 9_999_999_999_000],
		['Thu Jan  1 00:00:30 2026 GMT', undefined],
		['Thu, 01 Jan 2026 01:00:30 +0100', undefined],
		['on Thu, 01 Jan 2026 00:00:30 GMT', undefined],
		['Thu, 01 Jan 2026 00:00:30 GMT+0100', undefined],
		['on Thursday, 01-Jan-26 00:00:30 GMT', undefined],
		['Thursday, 01-Jan-26 00:00:30 GMT+0100', undefined],
		['on Thu Jan  1 00:00:30 2026', undefined],
		['soon 60', undefined],
		['wait 120', undefined],
		['abc 5', undefined],
		['Mon 5', undefined],
		[undefined, undefined],
		['', undefined],
		['-1', undefined],
		['1.5', undefined],
		['5s', undefined],
		['5, 10', undefined],
		['shortly', undefined],
		['2026-01-01T00:00:30Z', undefined],
		['NaN', undefined],
		['Infinity', undefined],
		['0x10', undefined],
		['Thu, 99 Foo 2026 00:00:30 GMT', undefined],
	])('%p is %p ms', (value, expected) => {
		expect(readRetryAfter(value, NOW)).toBe(expected);
	});
});

describe('the next step', () => {
	const at = (elapsed: number, retryFor = 60_000, chance = 1) => ({ elapsed, retryFor, random: () => chance });

	it.each([
		[1, 500],
		[2, 1000],
		[3, 2000],
		[4, 4000],
		[5, 8000],
		[6, 16_000],
		[7, 20_000],
		[8, 20_000],
		[50, 20_000],
		[5000, 20_000],
	])('after %d failed attempts waits at most %d ms', (failures, most) => {
		expect(nextStep(failures, undefined, at(0)).wait).toBe(most);
	});

	it.each([0, 0.25, 0.5, 0.999])('spreads waits evenly from nothing upwards (%d)', (chance) => {
		expect(nextStep(3, undefined, at(0, 60_000, chance)).wait).toBe(2000 * chance);
	});

	it.each<[string, number | undefined, number, number, boolean]>([
		['ends at the deadline', undefined, 59_500, 60_000, true],
		['ends a hair after the deadline', undefined, 59_500.1, 60_000, false],
		['ends before the deadline', undefined, 0, 60_000, true],
		['was asked for and ends at the deadline', 60_000, 0, 60_000, true],
		['was asked for and ends after it', 60_001, 0, 60_000, false],
		['was asked for and ends after it, counted from the first send', 5000, 55_001, 60_000, false],
		['comes after the deadline', undefined, 60_001, 60_000, false],
		['would be the first of none', undefined, 0, 0, false],
	])('a wait that %s is begun or not', (_, askedMs, elapsed, retryFor, again) => {
		expect(nextStep(1, askedMs, at(elapsed, retryFor)).again).toBe(again);
	});

	it('backs off as usual when Zoo asks for no wait, which else were a tight loop', () => {
		expect(nextStep(3, 0, at(0)).wait).toBe(2000);
	});

	it('never sends again when nothing may be retried, not even at once', () => {
		expect(nextStep(1, undefined, at(0, 0, 0)).again).toBe(false);
		expect(nextStep(1, 0, at(0, 0)).again).toBe(false);
	});

	it('never cuts an asked wait short, nor begins one that would pass the deadline', () => {
		const ms = fc.nat({ max: 200_000 });
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 60 }),
				fc.option(ms, { nil: undefined }),
				ms,
				ms,
				fc.double({ min: 0, max: 0.9999999, noNaN: true }),
				(failures, askedMs, elapsed, retryFor, chance) => {
					const { wait, again } = nextStep(failures, askedMs, at(elapsed, retryFor, chance));
					expect(wait).toBeGreaterThanOrEqual(askedMs ?? 0);
					if (askedMs === undefined) expect(wait).toBeLessThanOrEqual(20_000);
					if (again) expect(elapsed + wait).toBeLessThanOrEqual(retryFor);
					else expect(retryFor === 0 || elapsed + wait > retryFor).toBe(true);
				},
			),
			{ numRuns: 1000 },
		);
	});
});

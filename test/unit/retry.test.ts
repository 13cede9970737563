// What every outcome of an attempt means, and whether and when to send again.

import fc from 'fast-check';

import { readJsonObject } from '../../nodes/ZooBilling/balance/reply';
import { judge, nextStep, readRetryAfter, type Sent, type Verdict } from '../../nodes/ZooBilling/zoo/retry';
import { badCertificate, refusedConnection, replied, timedOut } from './given';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const judged = (sent: Sent): Verdict => judge(sent, readJsonObject, NOW);

describe('an attempt', () => {
	it.each<[string, Sent, Verdict['kind']]>([
		['a refused connection', refusedConnection, 'notApplied'],
		['a certificate that is not accepted', badCertificate, 'refused'],
		['a time-out', timedOut, 'perhapsApplied'],
		['200 with an object', replied(200, { a: 1 }), 'answered'],
		['201 with an object', replied(201, {}), 'answered'],
		['200 with nothing', replied(200, ''), 'perhapsApplied'],
		['200 with broken JSON', replied(200, '{"pre_pay'), 'perhapsApplied'],
		['200 with HTML', replied(200, '<html></html>'), 'perhapsApplied'],
		['200 with a list', replied(200, '[]'), 'perhapsApplied'],
		['204', replied(204, ''), 'perhapsApplied'],
		['301', replied(301), 'refused'],
		['302', replied(302), 'refused'],
		['303', replied(303), 'perhapsApplied'],
		['307', replied(307), 'refused'],
		['308', replied(308), 'refused'],
		['400', replied(400), 'refused'],
		['401', replied(401), 'refused'],
		['402', replied(402), 'refused'],
		['403', replied(403), 'refused'],
		['404', replied(404), 'refused'],
		['405', replied(405), 'refused'],
		['406', replied(406), 'refused'],
		['408', replied(408), 'perhapsApplied'],
		['409', replied(409), 'refused'],
		['410', replied(410), 'refused'],
		['412', replied(412), 'refused'],
		['413', replied(413), 'refused'],
		['415', replied(415), 'refused'],
		['418', replied(418), 'refused'],
		['422', replied(422), 'refused'],
		['423', replied(423), 'refused'],
		['425', replied(425), 'refused'],
		['429', replied(429), 'notApplied'],
		['429 with a wait', replied(429, {}, { retryAfter: '7' }), 'notApplied'],
		['451', replied(451), 'refused'],
		['500', replied(500), 'perhapsApplied'],
		['500 with a wait', replied(500, {}, { retryAfter: '7' }), 'perhapsApplied'],
		['502 with HTML', replied(502, '<html></html>'), 'perhapsApplied'],
		['503', replied(503), 'perhapsApplied'],
		['503 with a wait', replied(503, {}, { retryAfter: '7' }), 'notApplied'],
		['503 with an unreadable wait', replied(503, {}, { retryAfter: 'shortly' }), 'perhapsApplied'],
		['504', replied(504), 'perhapsApplied'],
	])('that came to %s is judged as %3$s', (_, sent, kind) => {
		expect(judged(sent).kind).toBe(kind);
	});

	it.each<[string, Sent, boolean, number | undefined]>([
		['a refused connection', refusedConnection, false, undefined],
		['429', replied(429), true, undefined],
		['429 with seconds', replied(429, {}, { retryAfter: '120' }), true, 120_000],
		['429 with a date', replied(429, {}, { retryAfter: 'Thu, 01 Jan 2026 00:00:09 GMT' }), true, 9000],
		['429 with an unreadable wait', replied(429, {}, { retryAfter: 'shortly' }), true, undefined],
		['503 with seconds', replied(503, {}, { retryAfter: '5' }), true, 5000],
		['503 with a date', replied(503, {}, { retryAfter: 'Thu, 01 Jan 2026 00:01:00 GMT' }), true, 60_000],
	])('that came to %s holds all items: %3$s', (_, sent, holdsAll, askedMs) => {
		const verdict = judged(sent);
		expect(verdict).toMatchObject({ kind: 'notApplied', holdsAll });
		expect(verdict.kind === 'notApplied' && verdict.askedMs).toBe(askedMs);
	});

	it('that may have been applied passes on the wait that Zoo asked for', () => {
		expect(judged(replied(502, {}, { retryAfter: '6' }))).toMatchObject({ kind: 'perhapsApplied', askedMs: 6000 });
		expect(judged(replied(502))).not.toHaveProperty('askedMs');
	});

	it('yields the object of a good reply, its status and its call ID', () => {
		expect(judged(replied(200, '{"a":12345678901234567890}', { callId: 'call-1' }))).toEqual({
			kind: 'answered',
			json: { a: '12345678901234567890' },
			status: 200,
			callId: 'call-1',
		});
	});

	it('keeps what Zoo said', () => {
		const body = { message: 'no such organization', error_code: 'org_missing', request_id: 'req-1' };
		expect(judged(replied(404, body, { callId: 'call-1' }))).toEqual({
			kind: 'refused',
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
			{ message: 'm'.repeat(300), errorCode: 'c'.repeat(100), requestId: 'r'.repeat(100) },
		],
	])('hears in %s what is there', (_, body, zoo) => {
		expect(judged(replied(500, body))).toEqual({
			kind: 'perhapsApplied',
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
		expect(judged(replied(307, ''))).toMatchObject({ cause: `Zoo answered 307, a redirect, ${why}` });
	});

	it('says what a reply that cannot be read was', () => {
		expect(judged(replied(200, 'OK', { callId: 'call-1' }))).toEqual({
			kind: 'perhapsApplied',
			cause: 'Zoo answered 200, but its reply cannot be read',
			status: 200,
			callId: 'call-1',
		});
	});

	it.each([refusedConnection, badCertificate, timedOut])('passes on why there was no reply (%#)', (sent) => {
		expect(judged(sent)).toMatchObject({ cause: sent.kind === 'silence' ? sent.cause : '' });
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

// Zoo's points in time: read or not, and which of two is earlier, to the last digit.

import { isEarlier, readMoment } from '../../nodes/ZooBilling/balance/moment';

describe('a moment', () => {
	it.each([
		['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z', ''],
		['2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00.000Z', '5'],
		['2026-01-01T00:00:00.123456789Z', '2026-01-01T00:00:00.000Z', '123456789'],
		['2026-01-01T00:00:00.120000Z', '2026-01-01T00:00:00.000Z', '12'],
		['2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000Z', ''],
		['2026-01-01T01:00:00.000001+01:00', '2026-01-01T00:00:00.000Z', '000001'],
		['2025-12-31T16:00:00.7-08:00', '2026-01-01T00:00:00.000Z', '7'],
		['2026-01-01t00:00:00.5z', '2026-01-01T00:00:00.000Z', '5'],
	])('is read from %s', (text, seconds, fraction) => {
		expect(readMoment(text)).toEqual({ seconds: Date.parse(seconds), fraction: fraction.padEnd(20, '0') });
	});

	it.each([
		undefined,
		null,
		0,
		1_767_225_600_000,
		'',
		'yesterday',
		'2026-01-01',
		'2026-01-01T00:00:00',
		'2026-01-01T00:00Z',
		'2026-01-01 00:00:00Z',
		'2026-01-01T00:00:00.Z',
		'2026-01-01T00:00:00,5Z',
		'2026-01-01T00:00:00+0100',
		'2026-13-01T00:00:00Z',
		'2026-01-01T25:00:00Z',
		' 2026-01-01T00:00:00Z',
		'2026-01-01T00:00:00Z and more',
		`2026-01-01T00:00:00.${'1'.repeat(21)}Z`,
		{},
		['2026-01-01T00:00:00Z'],
	])('is not read from %p', (value) => {
		expect(readMoment(value)).toBeUndefined();
	});

	it.each([
		['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'],
		['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000001Z'],
		['2026-01-01T00:00:00.000001Z', '2026-01-01T00:00:00.000002Z'],
		['2026-01-01T00:00:00.0000000000001Z', '2026-01-01T00:00:00.0000000000002Z'],
		['2026-01-01T00:00:00.09Z', '2026-01-01T00:00:00.1Z'],
		['2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.12Z'],
		['2026-01-01T00:00:00.9Z', '2026-01-01T00:00:01.1Z'],
		['2026-01-01T01:00:00.1+01:00', '2026-01-01T00:00:00.2Z'],
		['2026-01-01T09:00:00+09:00', '2025-12-31T23:00:00-02:00'],
	])('%s is earlier than %s, and not the other way round', (one, other) => {
		const [first, second] = [readMoment(one), readMoment(other)];
		expect(first && second && isEarlier(first, second)).toBe(true);
		expect(first && second && isEarlier(second, first)).toBe(false);
	});

	it.each([
		['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
		['2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.100000Z'],
		['2026-01-01T00:00:00.5Z', '2026-01-01T02:00:00.5+02:00'],
	])('%s is no earlier than %s, which is the same', (one, other) => {
		const [first, second] = [readMoment(one), readMoment(other)];
		expect(first && second && isEarlier(first, second)).toBe(false);
		expect(first && second && isEarlier(second, first)).toBe(false);
	});
});

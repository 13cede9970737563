// Replies that are meant to do harm: long, deep, or full of what does not fit; the amounts in them are read all the same, in linear time.

import { readJsonObject, readReply } from '../../nodes/ZooBilling/balance/reply';
import { effortOf } from './effort';

/** Far more than it takes, and far less than anything takes that goes over it again and again. */
const AT_ONCE_MS = 5000;
const MEGABYTE = 1_000_000;
/** Four, and as much again for memory that a processor shares with what runs beside it. */
const MOST = 8;

const within = (more: string) => `{"pre_pay_cash_remaining":"7.5",${more},"updated_at":5}`;
const plan = (more: string) => within(`"subscription_details":{"modeling_app":{${more}}}`);
const repeated = (text: string, length = MEGABYTE) =>
	Array(Math.floor(length / (text.length + 1)))
		.fill(text)
		.join(',');

const read = (text: string) => readReply(readJsonObject(text) ?? {});

it.each([
	['features that do not fit', plan(`"features":[${repeated('{"info":1}')}]`)],
	['features that are none', plan(`"features":[${repeated('0')}]`)],
	['tools that are none', plan(`"zoo_tools_included":[${repeated('0')}]`)],
	['features', plan(`"features":[${repeated('{"info":"a"}')}]`)],
	['a long number', within(`"x":1.${'0'.repeat(MEGABYTE)}1`)],
	['a long amount', within(`"total_due":1.${'0'.repeat(MEGABYTE)}1`)],
	['an amount of a long text', within(`"total_due":"${'1'.repeat(MEGABYTE)}x"`)],
	['a long moment', within(`"created_at":"${'2025-'.repeat(MEGABYTE / 5)}"`)],
	['a long ID', within(`"id":"${'7e29ccf7-'.repeat(MEGABYTE / 9)}"`)],
	['backslashes', within(`"x":"${'\\\\'.repeat(MEGABYTE / 2)}"`)],
	['escapes', within(`"x":"${'\\u005f'.repeat(MEGABYTE / 6)}"`)],
	['prototypes that are none', within(`"x":[${repeated('"__proto__"    ')}]`)],
	['nesting', within(`"x":${'['.repeat(MEGABYTE / 2)}${']'.repeat(MEGABYTE / 2)}`)],
	['nested records', within(`"x":${'{"a":'.repeat(MEGABYTE / 6)}1${'}'.repeat(MEGABYTE / 6)}`)],
	['many names', within(Array.from({ length: 60_000 }, (_, index) => `"name${index}":${index}`).join(','))],
	['nested names that do not fit', plan(`"type":{"type":${'['.repeat(6000)}${']'.repeat(6000)}}`)],
])('a megabyte of %s', (_, text) => {
	const { effort, result } = effortOf(() => read(text));
	expect(effort).toBeLessThan(AT_ONCE_MS);
	const { balance, misfits } = result;
	expect(balance).toMatchObject({ pre_pay_cash_remaining: '7.50', updated_at: 5 });
	expect(misfits).toContain('updated_at');
	expect(misfits.length).toBeLessThan(10);
});

it.each<[string, (length: number) => string]>([
	['a long text', (length) => within(`"x":"${'y'.repeat(length)}"`)],
	['a long name', (length) => within(`"${'y'.repeat(length)}":1`)],
	['escapes', (length) => within(`"x":"${'\\u005f'.repeat(length / 6)}"`)],
	['many texts', (length) => within(`"x":[${repeated('"abcde"', length / 4)}]`)],
	['nesting', (length) => within(`"x":${'['.repeat(length / 4)}${']'.repeat(length / 4)}`)],
	['a long number', (length) => within(`"x":1.${'0'.repeat(length)}1`)],
	['features that do not fit', (length) => plan(`"features":[${repeated('{"info":1}', length / 4)}]`)],
])('four times %s take at most eight times as long, where sixteen would be a square', (_, textOf) => {
	const [short, long] = [textOf(MEGABYTE / 4 - 200), textOf(MEGABYTE - 800)];
	const least = { short: Infinity, long: Infinity };
	// What runs beside it makes a round slower, and never faster.
	for (let round = 0; round < 200 && (round < 5 || least.long > MOST * least.short); round += 1) {
		least.short = Math.min(least.short, effortOf(() => read(short)).effort);
		least.long = Math.min(least.long, effortOf(() => read(long)).effort);
	}
	expect(least.long / least.short).toBeLessThanOrEqual(MOST);
});

/** Replies that a schema allows: each choice once, nullables null, optionals absent, extremes; and mixtures by chance. */
import { LosslessNumber } from 'lossless-json';

import type { Schema } from './schemas';

const numbers = (...digits: readonly string[]): LosslessNumber[] => digits.map((each) => new LosslessNumber(each));

const byFormat: Readonly<Record<NonNullable<Schema['format']>, readonly unknown[]>> = {
	'date-time': ['2026-08-19T06:00:00Z', '2024-04-29T19:59:55.022123456Z', '1970-01-01T00:00:00+14:00'],
	uuid: ['7e29ccf7-8b3c-47db-8a17-bb53528382f4', '00000000-0000-0000-0000-000000000000'],
	uri: ['https://zoo.invalid/', 'data:,'],
	email: ['kim@example.com'],
	decimal: ['50.00', '0', '-12.5', '9999999999999.99', '0.0083'],
	'money-usd': numbers('50.0', '0', '-0.01', '0.0083', '9999999999999.99', '1e-7', '12345678901234567.89', '1e21'),
	uint64: numbers('1200', '0', '9007199254740993', '18446744073709551615'),
};

const byType: Readonly<Record<string, readonly unknown[]>> = {
	string: ['text', '', 'Zoë 🦒\u0000"\\', 'x'.repeat(5000)],
	number: numbers('0.1', '0', '-1', '1.7976931348623157e308', '5e-324', '0.1000000000000000055511151231257827'),
	integer: numbers('1', '0'),
	boolean: [true, false],
	null: [null],
};

/** The first value is the plainest; each other one differs from it in one place. */
export function eachChoice(schema: Schema): unknown[] {
	if (schema.anyOf) return schema.anyOf.flatMap(eachChoice);
	if (schema.enum) return [...schema.enum];
	if (schema.items) return listsOf(schema, schema.items);
	if (schema.properties) return objectsOf(schema, schema.properties);
	if (schema.type === 'object') return [{}, { key: 'value', __proto__x: '' }];
	return fitting(schema, schema.format ? byFormat[schema.format] : (byType[schema.type ?? ''] ?? []));
}

function fitting({ minLength = 0, maxLength = Infinity }: Schema, values: readonly unknown[]): unknown[] {
	return values
		.map((value) => (typeof value === 'string' ? value.slice(0, maxLength) : value))
		.filter((value) => typeof value !== 'string' || value.length >= minLength);
}

function listsOf({ maxItems = 15 }: Schema, items: Schema): unknown[] {
	const choices = eachChoice(items);
	return [choices.slice(0, maxItems), [], ...choices.map((choice) => [choice]), Array(maxItems).fill(choices[0])];
}

function objectsOf({ required = [] }: Schema, properties: Readonly<Record<string, Schema>>): unknown[] {
	const choices = Object.entries(properties).map(([name, property]) => [name, eachChoice(property)] as const);
	const plainest = Object.fromEntries(choices.map(([name, [first]]) => [name, first]));
	const optional = choices.map(([name]) => name).filter((name) => !required.includes(name));
	return [
		plainest,
		...choices.flatMap(([name, [, ...others]]) => others.map((other) => ({ ...plainest, [name]: other }))),
		...optional.map((name) => without(plainest, [name])),
		without(plainest, optional),
	];
}

function without(object: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** One value by chance, in which anything may meet anything. */
export function anyValue(schema: Schema, random: () => number): unknown {
	const pick = <T>(choices: readonly T[]): T | undefined => choices[Math.floor(random() * choices.length)];
	if (schema.anyOf) return anyValue(pick(schema.anyOf) ?? {}, random);
	const { items, properties, required = [], maxItems = 4 } = schema;
	if (items) return Array.from({ length: Math.floor(random() * (maxItems + 1)) }, () => anyValue(items, random));
	if (!properties) return pick(eachChoice(schema));
	const present = Object.entries(properties).filter(([name]) => required.includes(name) || random() < 0.7);
	return Object.fromEntries(present.map(([name, property]) => [name, anyValue(property, random)]));
}

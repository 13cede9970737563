// The previews that the editor shows: each operation's output has exactly the properties of the reply schemas, and what a write adds.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as z from 'zod/v4-mini';

import { allModels } from '../../nodes/ZooBilling/balance/fields';
import { invoiceSchema } from '../../nodes/ZooBilling/balance/invoice';
import { replySchema, subscriptionSchema } from '../../nodes/ZooBilling/balance/schema';
import { adjustmentSchema, confirmationSchema } from '../../nodes/ZooBilling/outcome/written';
import { previewOf, type Preview } from '../../scripts/write-previews';
import { DOCUMENTED_REPLY } from '../zoo-api/documented';

const root = join(__dirname, '../..');

/** Every property's path in any JSON Schema, through unions and lists (`[]`). */
function pathsIn(schema: unknown, path = ''): string[] {
	if (typeof schema !== 'object' || schema === null) return [];
	const parts = schema as Record<string, unknown>;
	const unions = ['anyOf', 'oneOf', 'allOf'].flatMap((key) =>
		Array.isArray(parts[key]) ? parts[key].flatMap((each) => pathsIn(each, path)) : [],
	);
	const properties = Object.entries(parts['properties'] ?? {}).flatMap(([name, inner]) => [
		`${path}.${name}`,
		...pathsIn(inner, `${path}.${name}`),
	]);
	return [...unions, ...properties, ...pathsIn(parts['items'], `${path}[]`)];
}

/** Every property's path in a value. */
function pathsOf(value: unknown, path = ''): string[] {
	if (Array.isArray(value)) return value.flatMap((each) => pathsOf(each, `${path}[]`));
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) => [`${path}.${name}`, ...pathsOf(inner, `${path}.${name}`)]);
}

const sorted = (paths: string[]) => [...new Set(paths)].sort();
const schemaPaths = (schema: z.ZodMiniType, under: string) =>
	pathsIn(z.toJSONSchema(schema, { unrepresentable: 'any' }), under);

const replyPaths = allModels.flatMap(({ name }) => schemaPaths(replySchema(name), ''));
const confirmationPaths = ['.confirmation', ...schemaPaths(confirmationSchema, '.confirmation')];
const adjustmentPaths = [
	'.adjustment',
	'.adjustment.pre_pay_cash_remaining',
	...schemaPaths(adjustmentSchema, '.adjustment.pre_pay_cash_remaining'),
];

const expected: Record<string, string[]> = {
	getBalance: replyPaths,
	getInvoices: schemaPaths(invoiceSchema(), ''),
	getOwnBalance: replyPaths,
	getSubscription: schemaPaths(subscriptionSchema(), ''),
	updateBalance: [...replyPaths, ...confirmationPaths],
	adjustBalance: [...replyPaths, ...confirmationPaths, ...adjustmentPaths],
	applyPreview: [...replyPaths, ...confirmationPaths],
};

let folder: string;
const written = new Map<string, Preview>();

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'previews-'));
	execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/write-previews.ts'), folder], { cwd: root });
	for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
		if (name.endsWith('.json')) written.set(name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Preview);
	}
});
afterAll(() => rmSync(folder, { recursive: true }));

it('are there for every resource and operation', () => {
	const names = ['org', 'user'].flatMap((resource) =>
		Object.keys(expected).map((operation) => join('v2.0.0', resource, `${operation}.json`)),
	);
	expect([...written.keys()].sort()).toEqual(names.sort());
});

it.each(Object.entries(expected))(
	'of %s have exactly the owner and the properties of the schemas',
	(operation, paths) => {
		for (const resource of ['org', 'user']) {
			const owner = operation.startsWith('get') && !operation.endsWith('Balance') ? [] : [`.${resource}Id`];
			const preview = written.get(join('v2.0.0', resource, `${operation}.json`));
			expect(sorted(pathsIn(preview))).toEqual(sorted([...paths, ...owner]));
		}
	},
);

it('have every property of the documented reply', () => {
	const preview = sorted(pathsIn(previewOf({}, 'orgId')));
	expect(preview).toEqual(expect.arrayContaining(pathsOf(JSON.parse(DOCUMENTED_REPLY))));
});

it('have the reply of an endpoint that is not the balance, and nothing else', () => {
	const reply = z.looseObject({
		brand: z.nullish(z.string()),
		cards: z.nullish(z.array(z.looseObject({ last4: z.string() }))),
	});
	expect(previewOf({ endpoint: { path: '/payment/methods', reply: () => reply } }, 'orgId')).toEqual({
		type: 'object',
		properties: {
			brand: { type: 'string' },
			cards: { type: 'array', items: { type: 'object', properties: { last4: { type: 'string' } } } },
		},
	});
});

it('have the amounts and whole credits of both models', () => {
	const names = Object.keys(previewOf({}, 'orgId').properties ?? {});
	for (const { wire, credits } of allModels.flatMap(
		({ fields }) => [...fields] as Array<{ wire: string; credits?: string }>,
	)) {
		expect(names).toContain(wire);
		if (credits !== undefined) expect(names).toContain(credits);
	}
});

it('use only what the editor reads, leave nothing without a type, and show amounts as text and whole credits as whole', () => {
	const check = (preview: Preview): void => {
		expect(preview.type).toBeDefined();
		for (const key of Object.keys(preview)) expect(['type', 'properties', 'items']).toContain(key);
		if (preview.properties) expect(preview.type).toBe('object');
		if (preview.items) {
			expect(preview.type).toBe('array');
			check(preview.items);
		}
		Object.values(preview.properties ?? {}).forEach(check);
	};
	for (const [name, preview] of written) {
		check(preview);
		if (!name.includes('Balance')) continue;
		expect(preview.properties?.['pre_pay_cash_remaining']).toEqual({ type: 'string' });
		expect(preview.properties?.['total_due']).toEqual({ type: 'string' });
		expect(preview.properties?.['monthly_api_credits_remaining']).toEqual({ type: 'integer' });
		expect(preview.properties?.['stable_api_credits_remaining_monetary_value']).toEqual({ type: 'string' });
	}
});

// Writes the output previews that n8n's editor shows for each operation, from the reply schemas.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as z from 'zod/v4-mini';

import { allModels } from '../nodes/ZooBilling/balance/fields';
import { ownerKinds, type OwnerKind } from '../nodes/ZooBilling/balance/owner';
import { money, replySchema } from '../nodes/ZooBilling/balance/schema';
import { adjustmentSchema, confirmationSchema } from '../nodes/ZooBilling/outcome/written';
import { operations } from '../nodes/ZooBilling/operations/all';
import type { Operation } from '../nodes/ZooBilling/operations/operation';

/** The part of JSON Schema that the editor reads. */
export interface Preview {
	type?: string;
	properties?: Record<string, Preview>;
	items?: Preview;
}

/** One operation's output: its endpoint's reply, or the fields of both balance models; and what a write adds. */
export function previewOf(
	{ amounts, adds, endpoint, preview }: Pick<Operation, 'amounts' | 'adds' | 'endpoint' | 'preview'>,
	idParameter: OwnerKind['idParameter'],
): Preview {
	const replies = endpoint ? [flat(endpoint.reply())] : allModels.map(({ name }) => flat(replySchema(name)));
	const added: Preview = {
		properties: {
			...(!endpoint && { [idParameter]: { type: 'string' } }),
			...(adds && { adjustment: { type: 'object', properties: { pre_pay_cash_remaining: flat(adjustmentSchema) } } }),
			...((amounts ?? preview) !== undefined && { confirmation: flat(confirmationSchema) }),
		},
	};
	return merge([{ type: 'object' }, ...replies, added]);
}

/** A schema as plain type, properties and items; unions are merged and null is left out. */
function flat(schema: z.ZodMiniType): Preview {
	const json = z.toJSONSchema(schema, {
		io: 'output',
		unrepresentable: 'any',
		override: ({ zodSchema, jsonSchema }) => {
			if (zodSchema === money) Object.assign(jsonSchema, { type: 'string' });
		},
	});
	return reduce(json);
}

function reduce(json: z.core.JSONSchema._JSONSchema): Preview {
	if (typeof json === 'boolean') return {};
	if (json.anyOf)
		return merge(json.anyOf.filter((each) => typeof each === 'boolean' || each.type !== 'null').map(reduce));
	const { type, properties, items } = json;
	return {
		...(type !== undefined && { type }),
		...(properties && {
			properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, reduce(value)])),
		}),
		...(items && !Array.isArray(items) && { items: reduce(items) }),
	};
}

function merge(previews: readonly Preview[]): Preview {
	return previews.reduce<Preview>((one, other) => {
		const names = new Set([...Object.keys(one.properties ?? {}), ...Object.keys(other.properties ?? {})]);
		const properties = [...names]
			.sort()
			.map((name): [string, Preview] => [name, merge([one.properties?.[name] ?? {}, other.properties?.[name] ?? {}])]);
		const type = one.type ?? other.type;
		const items = one.items && other.items ? merge([one.items, other.items]) : (one.items ?? other.items);
		return {
			...(type !== undefined && { type }),
			...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
			...(items && { items }),
		};
	}, {});
}

function writePreviews(folder: string): void {
	for (const { name: resource, idParameter } of Object.values(ownerKinds)) {
		for (const operation of operations) {
			const path = join(folder, 'v2.0.0', resource);
			mkdirSync(path, { recursive: true });
			writeFileSync(
				join(path, `${operation.name}.json`),
				`${JSON.stringify(previewOf(operation, idParameter), undefined, '\t')}\n`,
			);
		}
	}
}

const [, , folder] = process.argv;
if (require.main === module && folder !== undefined) writePreviews(folder);

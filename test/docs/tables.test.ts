// The documentation's tables are those of the code.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as z from 'zod/v4-mini';

import { operations } from '../../nodes/ZooBilling/operations/all';
import { operationTable, pages, withTables } from '../../scripts/write-tables';

const root = join(__dirname, '../..');

describe('the tables of operations, fields and options', () => {
	it.each(pages)('in %s are what the code has (npm run docs:tables writes them)', (page) => {
		const text = readFileSync(join(root, page), 'utf8');
		expect(text).toContain('<!-- table: ');
		expect(text).toBe(withTables(text));
	});

	it('name the endpoint of an operation that does not read the balance', () => {
		const [operation] = operations.filter(({ name }) => name === 'getBalance');
		if (!operation) throw new Error('There is no read to begin with');
		expect(
			operationTable([{ ...operation, endpoint: { path: '/payment/methods', reply: () => z.looseObject({}) } }]),
		).toContain('| GET `/orgs/{id}/payment/methods` |');
	});
});

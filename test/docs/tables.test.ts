// The documentation's tables are those of the code.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { pages, withTables } from '../../scripts/write-tables';

const root = join(__dirname, '../..');

describe('the tables of operations, fields and options', () => {
	it.each(pages)('in %s are what the code has (npm run tables writes them)', (page) => {
		const text = readFileSync(join(root, page), 'utf8');
		expect(text).toContain('<!-- table: ');
		expect(text).toBe(withTables(text));
	});
});

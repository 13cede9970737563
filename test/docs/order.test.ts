// The order of the rules about repeated writes: as it is written down, each place in it is held by a test.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

test('each rule of the list is named by a test of which one comes first', () => {
	const [, section = ''] = read('docs/money.md').split('## Which rule comes first\n');
	const [list = ''] = section.split('\n## ');
	const numbers = [...list.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
	expect(numbers).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
	const titles = [...read('test/unit/one-record.test.ts').matchAll(/^\t\t\t'(\d+)(?: before (\d+))?: /gm)];
	const held = new Set(titles.flatMap(([, ...each]) => each.map(Number)));
	expect(numbers.filter((number) => !held.has(number))).toEqual([]);
});

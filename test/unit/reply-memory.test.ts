// What a reply holds in memory: thousands of them are kept until an execution is stored.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { readJsonObject } from '../../nodes/ZooBilling/balance/reply';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

function heapInUse(): number {
	if (typeof collect === 'function') collect();
	return process.memoryUsage().heapUsed;
}

test('a text takes no more memory than its characters', () => {
	const length = 300_000;
	const read = (from: string) => readJsonObject(`{"description":"${from.repeat(length)}"}`);
	read('a');
	const before = heapInUse();
	const kept = read('b');
	expect((heapInUse() - before) / length).toBeLessThan(3);
	expect(kept?.['description']).toHaveLength(length);
});

// A part of `npm run prove -- fuzz`, always the same.

import { fuzz } from './fuzz';

it('three thousand hostile cases break no promise', async () => {
	expect(await fuzz(3000, 4711)).toEqual([]);
}, 120_000);

// What judges a mutant, in one file so that everything is loaded once: the tests of the write path, and a second of fixed worlds.

import fc from 'fast-check';

import { liveThrough } from '../simulation/world';

// Every property with a few values is enough to see that code has changed.
fc.configureGlobal({ seed: 20240429, numRuns: 15 });

import '../unit/standing.test';
import '../unit/sending.test';
import '../unit/exchange.test';
import '../unit/retry.test';
import '../unit/moment.test';
import '../unit/preview.test';
import '../unit/confirm.test';
import '../unit/adjust.test';
import '../unit/amounts.test';
import '../unit/register.test';
import '../unit/journal.test';
import '../unit/passes.test';
import '../unit/writes.test';
import '../unit/run.test';
import '../unit/schedule.test';
import '../unit/stale.test';
import '../unit/care.test';

test.each([0, 40, 80])('forty worlds from seed %d on break no rule', async (from) => {
	for (let seed = from + 1; seed <= from + 40; seed += 1) {
		const { broken } = await liveThrough(seed);
		expect(broken).toEqual([]);
	}
});

// What judges a mutant, in one file so that everything is loaded once: the tests of the write path, and a second of fixed worlds.

import { program } from '../simulation/program';
import { liveThrough } from '../simulation/world';

import '../unit/decision.test';
import '../unit/protocol.test';
import '../unit/session.test';
import '../unit/retry.test';
import '../unit/moment.test';
import '../unit/preview.test';
import '../unit/confirm.test';
import '../unit/adjust.test';
import '../unit/amounts.test';
import '../unit/money.test';
import '../unit/owner.test';
import '../unit/reply.test';
import '../unit/invoice.test';
import '../unit/selectable.test';
import '../unit/request.test';
import '../unit/storedPreview.test';
import '../unit/applyPreview.test';
import '../unit/owner-registry.test';
import '../unit/execution-scope.test';
import '../unit/gate.test';
import '../unit/one-record.test';
import '../unit/executions.test';
import '../unit/payments.test';
import '../unit/passes.test';
import '../unit/writes.test';
import '../unit/report.test';
import '../unit/operations.test';
import '../unit/run.test';
import '../unit/resolve.test';
import '../unit/addresses.test';
import '../unit/presence.test';
import '../unit/schedule.test';
import '../unit/stale.test';
import '../unit/care.test';

// It is bundled once, which takes longer than a test may be idle.
beforeAll(async () => {
	await program();
});

test.each([0, 20, 40])('twenty worlds from seed %d on break no rule', async (from) => {
	for (let seed = from + 1; seed <= from + 20; seed += 1) {
		const { broken } = await liveThrough(seed);
		expect(broken).toEqual([]);
	}
});

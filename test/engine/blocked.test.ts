// n8n's own protection of internal addresses: what it blocks was never sent, and is not tried again.

import './harness/protected-network';
import { startZoo, jsonOf, runZoo, detailsOnErrorOutput } from './zoo-run';

// n8n 1 has no such protection.
(detailsOnErrorOutput ? it : it.failing)('a host that n8n blocks was sent nothing', async () => {
	await using zoo = await startZoo();
	const result = await runZoo(zoo, { updateFields: { prePayCashRemaining: '5' } }, { onError: 'continueErrorOutput' });
	expect(zoo.requests).toEqual([]);
	expect(jsonOf(result, 1)).toMatchObject([
		{
			error: `The balance was not changed: n8n itself does not allow requests to ${new URL(zoo.url).host} [item 0]`,
			details: { reason: 'unreachable', outcome: 'notApplied', attempts: 1 },
		},
	]);
});

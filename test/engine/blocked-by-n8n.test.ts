// A request that n8n itself blocks, as its administrator can set, has gone nowhere.

// First, so that n8n reads it while it loads.
import './harness/ssrf-protection';
import { FakeClock, useFakeClocks } from './fake-clock';
import { fatesOf, jsonOf, runZoo, startZoo } from './zoo-run';

useFakeClocks();

it.each(['updateBalance', 'adjustBalance'])('%s is not applied, and not sent again', async (operation) => {
	await using zoo = await startZoo();
	const fields = { prePayCashRemaining: '20' };
	const parameters = { operation, updateFields: fields, adjustFields: fields };
	const clock = new FakeClock();
	const result = await clock.run(async () => await runZoo(zoo, parameters, { onError: 'continueRegularOutput' }));
	expect(zoo.requests).toEqual([]);
	expect(clock.waits).toEqual([]);
	expect(jsonOf(result)).toMatchObject([{ error: expect.not.stringContaining('unknown') }]);
	expect(fatesOf(result)).toEqual([expect.stringMatching(/^(notSent|notApplied)$/)]);
});

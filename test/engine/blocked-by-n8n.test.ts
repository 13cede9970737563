/**
 * n8n's own protection of internal addresses, as its administrator can set it: what it blocks has gone nowhere.
 *
 * @jest-environment node
 */

// First, so that n8n reads it while it loads.
import './harness/protected-network';
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

it('a host that n8n blocks is named as the reason why nothing was sent', async () => {
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

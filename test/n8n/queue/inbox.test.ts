/** The short form of the payment inbox's proof, on two workers: ten rounds of each kind and one storm. `npm run prove -- inbox` is the long one. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import type { CleanUp } from '../clean-up';
import { deliverAllAgain, retryFailed } from '../inbox/aftermath';
import { Flow } from '../inbox/flow';
import { differentAtOnce, sameAtOnce } from '../inbox/rounds';
import { storm, STORM_SETTINGS } from '../inbox/storm';
import type { Cluster } from './cluster';
import type { Worker } from './worker';

const ROUNDS = 10;

export function thePaymentInbox(cluster: () => Cluster, workers: Worker[], cleanUp: CleanUp): void {
	describe('The payment inbox', () => {
		let flow: Flow;
		before(async () => {
			flow = await Flow.open(cluster(), { settings: STORM_SETTINGS, appliers: 2 }, cleanUp);
		});

		it(`adds two payments of one organization that come at one moment, in ${ROUNDS} of ${ROUNDS} rounds`, async () => {
			assert.equal(await differentAtOnce(flow, ROUNDS, 'pair'), ROUNDS);
		});

		it(`adds a payment that comes two and three times at one moment once, in ${ROUNDS} of ${ROUNDS} rounds`, async () => {
			assert.equal(await sameAtOnce(flow, ROUNDS), ROUNDS);
		});

		it('loses and doubles nothing in a storm, nor when everything is retried and delivered again', async (test) => {
			const { seconds } = await storm(flow, workers, {
				seed: 7,
				payments: 80,
				organizations: 10,
				kills: 1,
				worst: true,
			});
			const cases = await flow.check();
			const before = flow.balances();
			await retryFailed(flow);
			await deliverAllAgain(flow);
			assert.equal(flow.balances(), before);
			test.diagnostic(`80 payments in ${seconds} s; for a person: ${cases.map(({ why }) => why).join('; ') || 'none'}`);
		});
	});
}

/** What n8n has kept when everything was run: executions, credentials, logs, and no token that could be read. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { SIGNING_SECRET, STRIPE_KEY } from '../stripe-api/server';
import { EMPLOYEE_TOKEN, MEMBER_TOKEN, UNKNOWN_TOKEN } from '../zoo-api/tokens';
import { columnsWith } from './database';
import type { World } from './world';

const SECRETS = [EMPLOYEE_TOKEN, MEMBER_TOKEN, UNKNOWN_TOKEN, STRIPE_KEY, SIGNING_SECRET];

export function whatIsStored(world: () => World): void {
	it('keeps the executions, and no token in any table of its database', async () => {
		const { cleanUp, n8n } = world();
		const { database } = n8n.home;
		assert.ok((await columnsWith('pre_pay_cash_remaining', database, cleanUp)).includes('execution_data.data'));
		for (const token of SECRETS) assert.deepEqual(await columnsWith(token, database, cleanUp), []);
	});

	it('keeps no token in any file of its home, and logs none', async () => {
		for (const token of SECRETS) {
			assert.deepEqual(await world().n8n.home.filesWith(token), []);
			assert.equal(world().n8n.log.includes(token), false);
		}
	});
}

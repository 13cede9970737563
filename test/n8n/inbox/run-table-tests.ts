/** `npm run test:table`: the payment inbox's table in a real PostgreSQL, without n8n. */
import { after, describe } from 'node:test';

import { CleanUp, interruption } from '../clean-up';
import { theSettings } from './settings.test';
import { stripeAsItIs } from './stripe.test';
import { theTable } from './table.test';

const cleanUp = new CleanUp();

void interruption().then(async () => {
	await cleanUp.run();
	process.exit(130);
});

describe('The table of the payment inbox', { timeout: 300_000 }, () => {
	after(async () => await cleanUp.run());
	theTable(cleanUp);
	describe('Stripe as it is', () => stripeAsItIs(cleanUp));
	describe('Its settings and its life', () => theSettings(cleanUp));
});

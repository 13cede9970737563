/** Stripe as it is: what becomes of its objects and events, and of several that tell of one payment. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';

import { checkoutSession, eventOf } from '../../stripe-api/objects';
import { payloads } from '../../stripe-api/payloads';
import type { CleanUp } from '../clean-up';
import { startPostgres } from '../postgres';
import { confirmed, previewOf, Table, type Work } from './table';

const ORG = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';
const USER = '11111111-1111-4111-8111-111111111111';

export function stripeAsItIs(cleanUp: CleanUp): void {
	let table: Table;
	const paid = async (payment: string, more: object = {}) =>
		await table.takeCheckout(checkoutSession({ payment, organization: ORG, amount: 5000, ...more }));
	const claimed = async (): Promise<Work> => (await table.claim())[0] ?? assert.fail('nothing is claimed');
	const add = async (payment: string) => {
		await paid(payment);
		const work = await claimed();
		await table.keep(work, previewOf(work));
		assert.equal(await table.record(work, confirmed(work)), 'done');
	};
	const statuses = async () => (await table.rows()).map(({ payment, status }) => `${payment} ${status}`);
	const refund = (status: string, payment = 'pi_1') =>
		eventOf('refund.updated', {
			id: 're_1',
			object: 'refund',
			status,
			amount: 5000,
			currency: 'usd',
			payment_intent: payment,
		});

	before(async () => {
		table = new Table(await (await startPostgres(cleanUp)).connect());
		await table.save();
	});
	beforeEach(async () => {
		await table.clear();
		await table.setUp();
		await table.creditFrom(new Date(Date.now() - 3_600_000));
	});

	describe('One of Stripe’s payloads', () => {
		for (const { name, event, answer, became, row, settings = {} } of payloads)
			it(`${name}: ${became}`, async () => {
				await add('pi_added');
				await table.enter(settings);
				assert.equal(await table.takeEvent(event, 200, answer), became);
				assert.equal(
					await table.takeEvent(event, 200, answer),
					['due', 'person', 'ignored'].includes(became) ? 'there' : became,
				);
				const { rows } = await table.client.query<{
					payment: string;
					status: string;
					why: string | null;
					shown: string;
				}>(
					"SELECT payment, status, why, zoo_inbox.shown(amount_cents, currency) FROM zoo_inbox.payment WHERE payment <> 'pi_added'",
				);
				if (!row) return;
				const [payment, status, why, shown] = row;
				assert.deepEqual(
					rows.map((one) => [one.payment, one.status, one.shown]),
					[[payment, status, shown]],
				);
				assert.match(rows[0]?.why ?? '', why ?? /^$/);
			});

		it('is one of more than forty', () => assert.ok(payloads.length >= 40));
	});

	it('a checkout and its own invoice are one row, whichever comes first', async () => {
		const invoice = {
			id: 'in_1',
			object: 'invoice',
			livemode: true,
			amount_paid: 5000,
			currency: 'usd',
			metadata: { organization: ORG },
			payment_intent: 'pi_1',
		};
		assert.equal(await table.takeEvent(eventOf('invoice.paid', invoice), 200, invoice), 'person');
		assert.equal(await paid('pi_1', { invoice: 'in_1' }), 'due');
		assert.equal(await table.takeEvent(eventOf('invoice.paid', invoice), 200, invoice), 'there');
		assert.deepEqual(await statuses(), ['pi_1 due']);
	});

	it('a subscription’s first checkout and its invoice are one row, whichever comes first', async () => {
		const session = {
			...checkoutSession({ payment: 'pi_9', organization: ORG, amount: 5000, mode: 'subscription' }),
			payment_intent: null,
			invoice: 'in_1',
		};
		const invoice = {
			id: 'in_1',
			object: 'invoice',
			livemode: true,
			amount_paid: 5000,
			currency: 'usd',
			subscription: 'sub_1',
			billing_reason: 'subscription_create',
			metadata: {},
			payment_intent: 'pi_9',
		};
		const first = eventOf('checkout.session.completed', { id: session.id });
		const second = eventOf('invoice.paid', invoice);
		assert.equal(await table.takeEvent(first, 200, session), 'person');
		assert.equal(await table.takeEvent(second, 200, invoice), 'there');
		assert.deepEqual(await statuses(), ['in_1 person']);
	});

	it('a refund of a payment that is not added yet holds it, and is no second case', async () => {
		await paid('pi_1');
		assert.equal(await table.takeEvent(refund('succeeded')), 'held');
		assert.deepEqual(await statuses(), ['pi_1 person']);
		assert.match((await table.row('pi_1'))?.why ?? '', /A refund of 50\.00 USD.*before the payment was added/);
	});

	it('a refund that comes while a payment is claimed stops it before it is sent', async () => {
		await paid('pi_1');
		const work = await claimed();
		await table.takeEvent(refund('succeeded'));
		assert.equal(await table.keep(work, previewOf(work)), undefined);
		assert.deepEqual(await statuses(), ['pi_1 person']);
	});

	it('a refund that fails later closes its open case, and opens a settled one anew', async () => {
		await add('pi_1');
		assert.equal(await table.takeEvent(refund('succeeded')), 'person');
		assert.equal(await table.takeEvent(refund('failed')), 'ignored');
		assert.equal(await table.takeEvent(refund('succeeded')), 'person');
		const id = (await table.row('re_1'))?.id;
		assert.match(await table.answer('close_case', id, '50.00', ORG, 'Ada', 'taken away'), /is closed/);
		assert.equal(await table.takeEvent(refund('failed')), 'person');
		assert.match((await table.row('re_1'))?.why ?? '', /settled before \(Settled by Ada: taken away\): decide anew/);
	});

	it('a user named by an address is found before a write is claimed, and has one lane however named', async () => {
		const named = (payment: string, user: string) => checkoutSession({ payment, amount: 5000, metadata: { user } });
		await table.takeCheckout(named('pi_1', 'Kim@example.com'));
		await table.takeCheckout(named('pi_2', USER));
		const works = await table.claimAll();
		assert.deepEqual(
			works.map(({ next, owner }) => [next, owner]),
			[
				['user look', 'kim@example.com'],
				['user prePay', USER],
			],
		);
		const [look] = works;
		assert.ok(look);
		assert.equal(await table.answer('looked', look.id, look.claims, JSON.stringify({ userId: USER })), 'due');
		assert.deepEqual(await table.claim(), [], 'the user has something open');
	});

	it('an address that Zoo does not know is a case', async () => {
		await table.takeCheckout(
			checkoutSession({ payment: 'pi_1', amount: 5000, metadata: { user: 'nobody@example.org' } }),
		);
		const [look] = await table.claimAll();
		assert.ok(look);
		const said = { error: 'Zoo knows no such user', details: { outcome: 'notRead', reason: 'ownerUnknown' } };
		assert.equal(await table.answer('looked', look.id, look.claims, JSON.stringify(said)), 'person');
		assert.deepEqual(await statuses(), ['pi_1 person']);
	});

	it('an address is looked for again while Zoo is away', async () => {
		await table.takeCheckout(checkoutSession({ payment: 'pi_1', amount: 5000, metadata: { user: 'kim@example.com' } }));
		const [look] = await table.claimAll();
		assert.ok(look);
		const said = { error: 'Zoo is away', details: { outcome: 'notRead', reason: 'unavailable' } };
		assert.equal(await table.answer('looked', look.id, look.claims, JSON.stringify(said)), 'due');
	});
}

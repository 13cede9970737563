/** The workflows of the payment inbox in one real n8n: what they take, what they refuse, and what becomes of it at Zoo. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, it } from 'node:test';

import { Deliveries } from '../../stripe-api/deliveries';
import { checkoutSession, completedEvent, eventOf, type Checkout } from '../../stripe-api/objects';
import { SIGNING_SECRET, startStripeApi, type StripeApi } from '../../stripe-api/server';
import { signatureOf } from '../../stripe-api/signature';
import { SAMPLE_ORGS, setSampleBalances } from '../../zoo-api/samples';
import { startZooApi } from '../../zoo-api/server';
import { startPostgres, type Postgres } from '../postgres';
import { until } from '../until';
import type { World } from '../world';
import { openInbox, WEBHOOK_PATH, type Part } from './inbox';
import { Table, type Row } from './table';

const [ACME, BOLT] = SAMPLE_ORGS;
const DAILY = 'Every Day at 5:00';
/** A sweep comes every five seconds. */
const APPLIED_MS = 30_000;
const PAGE = 100;

export function theInbox(world: () => World): void {
	let postgres: Postgres;
	let table: Table;
	let stripe: StripeApi;
	let deliveries: Deliveries;
	let workflows: Record<Part, string>;
	let count = 0;

	/** Somebody pays, and Stripe knows of it. */
	const paid = (more: Partial<Checkout> = {}) => {
		count += 1;
		const session = checkoutSession({ payment: `pi_flow_${count}`, organization: ACME.id, amount: 5000, ...more });
		stripe.add(session);
		return { session, payment: more.payment ?? `pi_flow_${count}` };
	};
	const rowThatIs = async (payment: string, status: string): Promise<Row> =>
		await until(`${payment} is ${status}`, APPLIED_MS, async () => {
			const row = await table.row(payment);
			return row?.status === status ? row : undefined;
		});

	before(async () => {
		const { n8n, rest, zoo, cleanUp } = world();
		stripe = await startStripeApi();
		await cleanUp.later(async () => await stripe.close());
		postgres = await startPostgres(cleanUp);
		table = new Table(await postgres.connect());
		setSampleBalances(zoo);
		workflows = await openInbox({ rest, postgres, stripe, zoo });
		deliveries = new Deliveries({ url: `${n8n.url}/webhook/${WEBHOOK_PATH}`, secret: SIGNING_SECRET });
	});

	it('inbox: Set up asks for a name, and says what it saved and that a new inbox is paused', async () => {
		const { rest, zoo, cleanUp } = world();
		const fresh = await startPostgres(cleanUp);
		const refused = openInbox({ rest, postgres: fresh, stripe, zoo, settings: { who: '' } });
		await assert.rejects(refused, /enter your name under who/);
		const { nodes } = await rest.execute(workflows.setUp, 'Set Up by Hand');
		const [[item] = []] = nodes.get('Save Settings')?.outputs ?? [];
		assert.match(String(item?.['report']), /^The settings are: .*mode live.* Payments are added\.$/);
	});

	it('inbox: adds a delivered payment once, however often it comes', async () => {
		const { zoo } = world();
		const { session, payment } = paid();
		const answers = await Promise.all([1, 2, 3].map(async () => await deliveries.attempt(completedEvent(session))));
		assert.deepEqual(answers.map(({ text }) => text).sort(), [
			'{"became":"due"}',
			...Array(2).fill('{"became":"there"}'),
		]);
		await rowThatIs(payment, 'done');
		assert.equal((await deliveries.attempt(completedEvent(session))).text, '{"became":"there"}');
		const { monthly_credits_remaining: monthly, ...prePay } = zoo.amountsOf('org', ACME.id);
		assert.deepEqual([monthly, Object.values(prePay)], ['100.00', ['150.00', '150.00']]);
	});

	it('inbox: builds nothing on a balance from before an earlier payment', async () => {
		const { zoo } = world();
		const organization = randomUUID();
		zoo.setBalance('org', organization, { pre_pay_cash_remaining: '10.00' });
		const [first, second] = [paid({ organization }), paid({ organization })];
		await deliveries.attempt(completedEvent(first.session));
		const { balance_updated_at: updatedAt } = await rowThatIs(first.payment, 'done');
		assert.ok(updatedAt && updatedAt > new Date(Date.now() - APPLIED_MS), 'the time of the balance is kept');
		// As if every look were half an hour behind.
		await table.client.query(
			"UPDATE zoo_inbox.payment SET balance_updated_at = balance_updated_at + interval '30 minutes' WHERE payment = $1",
			[first.payment],
		);
		await deliveries.attempt(completedEvent(second.session));
		const why = await until(
			'the payment is put off',
			APPLIED_MS,
			async () => (await table.row(second.payment))?.why ?? undefined,
		);
		assert.equal(why, 'Zoo answered with an older balance than after an earlier payment');
		assert.equal(zoo.amountsOf('org', organization)['pre_pay_cash_remaining'], '60.00');
		await table.client.query('UPDATE zoo_inbox.payment SET balance_updated_at = NULL WHERE organization = $1', [
			organization,
		]);
		await rowThatIs(second.payment, 'done');
		assert.equal(zoo.amountsOf('org', organization)['pre_pay_cash_remaining'], '110.00');
	});

	it('inbox: takes what counts from Stripe, not from the event', async () => {
		const { session, payment } = paid({ organization: BOLT.id, amount: 300 });
		const event = completedEvent({ ...session, amount_total: 99_999, metadata: { organization: ACME.id } });
		await deliveries.attempt(event);
		const row = await rowThatIs(payment, 'done');
		assert.deepEqual([row.organization, row.amount_cents], [BOLT.id, '300']);
	});

	const forged: ReadonlyArray<readonly [string, (body: string) => Record<string, string>]> = [
		['has no signature', () => ({})],
		['has another secret’s signature', (body) => ({ 'stripe-signature': signatureOf(body, 'another') })],
		['has another body’s signature', (body) => ({ 'stripe-signature': signatureOf(`${body} `, SIGNING_SECRET) })],
		[
			'was signed more than five minutes ago',
			(body) => ({ 'stripe-signature': signatureOf(body, SIGNING_SECRET, new Date(Date.now() - 310_000)) }),
		],
		[
			'was signed for another moment than it names',
			(body) => ({
				'stripe-signature': signatureOf(body, SIGNING_SECRET).replace(
					/t=\d+/,
					`t=${Math.floor(Date.now() / 1000) - 9}`,
				),
			}),
		],
	];
	for (const [name, headers] of forged)
		it(`inbox: refuses a delivery that ${name}, and keeps nothing`, async () => {
			const { session, payment } = paid();
			const body = JSON.stringify(completedEvent(session));
			assert.equal((await deliveries.attempt(body, headers(body))).status, 400);
			assert.equal(await table.row(payment), undefined);
		});

	it('inbox: checks the bytes as they came, whatever they are', async () => {
		const { session } = paid();
		const body = JSON.stringify({ ...completedEvent(session), note: 'Ünïcödé  and   spaces “🦓”' }, null, 3);
		assert.equal((await deliveries.attempt(body)).text, '{"became":"due"}');
	});

	it('inbox: answers 500 while Stripe does not tell of the checkout, so that it comes again', async () => {
		const { session, payment } = paid();
		stripe.sessions.delete(session.id);
		assert.equal((await deliveries.attempt(completedEvent(session))).status, 500);
		stripe.add(session);
		assert.equal((await deliveries.attempt(completedEvent(session))).status, 200);
		await rowThatIs(payment, 'done');
	});

	it('inbox: answers 200 and keeps no row for what is not to be added', async () => {
		const unpaid = paid({ paid: false, method: 'us_bank_account' });
		for (const [event, became] of [
			[completedEvent(unpaid.session), 'not paid'],
			[eventOf('customer.created', { id: 'cus_1' }), 'another event'],
			[eventOf('checkout.session.completed', paid({ live: false }).session, false), 'another mode'],
		] as const)
			assert.deepEqual(await deliveries.attempt(event), { status: 200, text: JSON.stringify({ became }) });
		assert.equal(await table.row(unpaid.payment), undefined);
	});

	it('inbox: takes a bank debit when it is paid in the end', async () => {
		const { session, payment } = paid({ method: 'us_bank_account' });
		await deliveries.attempt(eventOf('checkout.session.async_payment_succeeded', session));
		await rowThatIs(payment, 'done');
	});

	it('inbox: Reconcile takes what was never delivered, from all pages, once', async () => {
		const { rest, zoo } = world();
		zoo.setBalance('org', BOLT.id, { pre_pay_cash_remaining: '0.00' });
		const missed = Array.from({ length: 2 * PAGE + 1 }, () => paid({ organization: BOLT.id, amount: 1 }).payment);
		const reversal = { id: 're_flow', object: 'refund', amount: 1, created: Math.floor(Date.now() / 1000) } as const;
		stripe.reversals.push({ ...reversal, status: 'succeeded', currency: 'usd', payment_intent: 'pi_flow_1' });
		for (let run = 0; run < 2; run += 1)
			assert.equal((await rest.execute(workflows.reconcile, DAILY)).status, 'success');
		const rows = await table.rows();
		assert.equal(rows.filter(({ payment }) => missed.includes(payment)).length, missed.length);
		assert.equal((await table.row('re_flow'))?.status, 'person');
	});

	it('inbox: Reconcile takes what Stripe gives when it refuses one list and a later page of another', async () => {
		const { rest } = world();
		const cent = { organization: BOLT.id, amount: 1 };
		const [early] = [paid(cent), ...Array.from({ length: PAGE }, () => paid(cent))];
		const late = paid(cent);
		stripe.refuses = ({ pathname, searchParams }) => {
			if (pathname === '/v1/refunds') return 403;
			return pathname === '/v1/checkout/sessions' && searchParams.has('starting_after') ? 500 : undefined;
		};
		const { status, nodes } = await rest.execute(workflows.reconcile, DAILY);
		stripe.refuses = undefined;
		assert.equal(status, 'success');
		const taken = nodes.get('Take What Is Missing')?.outputs[0] ?? [];
		assert.deepEqual(
			taken.map(({ list, seen, missing }) => [list, seen, /status \d+/.exec(String(missing))?.[0]]),
			[
				['checkout/sessions', PAGE, undefined],
				['checkout/sessions', 0, 'status 500'],
				['refunds', 0, 'status 403'],
				['disputes', 0, undefined],
			],
		);
		assert.ok(await table.row(late.payment));
		assert.equal(await table.row(early.payment), undefined);
		assert.equal((await rest.execute(workflows.reconcile, DAILY)).status, 'success');
		assert.ok(await table.row(early.payment));
	});

	it('inbox: takes a payment whose texts PostgreSQL cannot keep', async () => {
		const organization = randomUUID();
		world().zoo.setBalance('org', organization, { pre_pay_cash_remaining: '0.00', pre_pay_credits_remaining: '0.00' });
		const { session, payment } = paid({ organization, metadata: { name: 'a\u0000b' } });
		const { status, text } = await deliveries.attempt(eventOf('checkout.session.completed', session));
		assert.deepEqual([status, text], [200, '{"became":"due"}']);
		await rowThatIs(payment, 'done');
	});

	it('inbox: takes thin events, and asks Stripe for what they are about', async () => {
		const { session, payment } = paid({ organization: BOLT.id, amount: 100 });
		const thin = {
			id: 'evt_thin',
			object: 'v2.core.event',
			type: 'v1.checkout.session.completed',
			livemode: true,
			created: new Date().toISOString(),
			related_object: { id: session.id, type: 'checkout.session', url: `/v1/checkout/sessions/${session.id}` },
		};
		assert.equal((await deliveries.attempt(JSON.stringify(thin))).text, '{"became":"due"}');
		assert.equal((await table.row(payment))?.status === 'ignored', false);
	});

	it('inbox: adds for users, whom an address is found for first', async () => {
		const { zoo } = world();
		const user = { id: randomUUID(), email: 'kim@example.com' };
		zoo.nameUser(user.id, user.email);
		zoo.setBalance('user', user.id, { pre_pay_cash_remaining: '0.00', pre_pay_credits_remaining: '0.00' });
		const byId = checkoutSession({ payment: 'pi_user_1', amount: 100, metadata: { user: user.id } });
		const byEmail = checkoutSession({ payment: 'pi_user_2', amount: 200, metadata: { user: user.email } });
		const byNobody = checkoutSession({ payment: 'pi_user_3', amount: 300, metadata: { user: 'nobody@example.org' } });
		for (const session of [byId, byEmail, byNobody]) {
			stripe.add(session);
			assert.equal((await deliveries.attempt(completedEvent(session))).text, '{"became":"due"}');
		}
		await rowThatIs('pi_user_1', 'done');
		const { owner } = await rowThatIs('pi_user_2', 'done');
		assert.equal(owner, user.id);
		assert.equal(zoo.amountsOf('user', user.id)['pre_pay_cash_remaining'], '3.00');
		await rowThatIs('pi_user_3', 'person');
	});

	it('inbox: reads the balance beside a case', async () => {
		const { session, payment } = paid({ organization: BOLT.id, currency: 'eur' });
		await deliveries.attempt(completedEvent(session));
		const read = await until('the balance is read', APPLIED_MS, async () => {
			const row = await table.row(payment);
			return row?.balance_opened ?? undefined;
		});
		assert.match(String(read['pre_pay_cash_remaining']), /^\d+\.\d{2}$/);
	});

	it('inbox: adds nothing while it is paused, and takes what comes', async () => {
		await table.answer('pause', 'Ada', 'a look');
		const organization = randomUUID();
		world().zoo.setBalance('org', organization, { pre_pay_cash_remaining: '0.00', pre_pay_credits_remaining: '0.00' });
		const { session, payment } = paid({ organization });
		assert.equal((await deliveries.attempt(completedEvent(session))).text, '{"became":"due"}');
		await table.client.query('UPDATE zoo_inbox.setting SET swept_at = NULL');
		await until('a sweep has come', APPLIED_MS, async () => {
			const { rows } = await table.client.query('SELECT 1 FROM zoo_inbox.setting WHERE swept_at IS NOT NULL');
			return rows[0];
		});
		assert.equal((await table.row(payment))?.status, 'due');
		await table.answer('resume', 'Ada', 'all is well');
		await rowThatIs(payment, 'done');
	});

	it('inbox: Watch tells of what waits for a person', async () => {
		await deliveries.attempt(completedEvent(paid({ currency: 'eur' }).session));
		const { nodes } = await world().rest.execute(workflows.watch, 'Every 15 Minutes');
		const [[item] = []] = nodes.get('Send Report (Replace Me)')?.outputs ?? [];
		assert.match(String(item?.['report']), /Waiting for a person: \d+.*Paid in EUR/s);
	});

	it('inbox: adds in the API-credits model too', async () => {
		const { rest, cleanUp } = world();
		const zoo = await startZooApi({ model: 'apiCredits' });
		await cleanUp.later(async () => await zoo.close());
		setSampleBalances(zoo, 'apiCredits');
		await rest.deactivate(workflows.apply);
		await rest.deactivate(workflows.take);
		const other = await startPostgres(cleanUp);
		await openInbox({ rest, postgres: other, stripe, zoo, settings: { balance_model: 'apiCredits' } });
		table = new Table(await other.connect());
		const { session, payment } = paid();
		assert.equal((await deliveries.attempt(completedEvent(session))).status, 200);
		await rowThatIs(payment, 'done');
		assert.equal(zoo.amountsOf('org', ACME.id)['stable_api_credits_remaining_monetary_value'], '150.00');
	});
}

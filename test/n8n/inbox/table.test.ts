/** The table of the payment inbox by itself: what its functions promise, with many connections at once and a crash after each step. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, beforeEach, describe, it } from 'node:test';

import type { CleanUp } from '../clean-up';
import { checkoutSession, eventOf, type Checkout } from '../../stripe-api/objects';
import { startPostgres, type Postgres } from '../postgres';
import { confirmed, failed, previewOf, Table, type Work } from './table';

const ORG = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';
const OTHER = '3f0c1e52-6a4d-4b7e-9c8f-2d1b5a6e7f80';
const DAY_MS = 86_400_000;

export function theTable(cleanUp: CleanUp): void {
	let postgres: Postgres;
	let table: Table;
	const paid = async (payment: string, organization = ORG, more: Partial<Checkout> = {}) =>
		await table.takeCheckout(checkoutSession({ payment, organization, amount: 5000, ...more }));
	const claimed = async (): Promise<Work> => {
		const [work, more] = await table.claim();
		assert.ok(work && !more, 'one row is claimed');
		return work;
	};
	/** Claimed, looked up and kept: about to be sent. */
	const kept = async (): Promise<Work> => {
		const work = await claimed();
		const again = await table.keep(work, previewOf(work));
		assert.ok(again);
		return again;
	};
	/** What Watch says of Stripe's lists, however often it has said it. */
	const listsTold = async () => {
		await table.client.query('UPDATE zoo_inbox.setting SET told = NULL');
		return (await table.client.query<{ report: string }>('SELECT * FROM zoo_inbox.watch()')).rows[0]?.report;
	};
	const statusOf = async (payment: string) => (await table.row(payment))?.status;

	before(async () => {
		postgres = await startPostgres(cleanUp);
		table = new Table(await postgres.connect());
		await table.save();
	});
	beforeEach(async () => {
		await table.clear();
		await table.setUp();
	});

	describe('what comes in', () => {
		it('is one row for each payment, whatever tells of it and how often', async () => {
			assert.equal(await paid('pi_1'), 'due');
			assert.equal(await paid('pi_1'), 'there');
			const session = checkoutSession({ payment: 'pi_1', organization: ORG, amount: 5000 });
			await table.takePage('checkout/sessions', { data: [session], has_more: false });
			assert.equal((await table.rows()).length, 1);
		});

		it('is one row when forty connections bring the same payment at once', async () => {
			const tables = await Promise.all(Array.from({ length: 40 }, async () => new Table(await postgres.connect())));
			const session = checkoutSession({ payment: 'pi_1', organization: ORG, amount: 5000 });
			const became = await Promise.all(tables.map(async (one) => await one.takeCheckout(session)));
			assert.deepEqual([became.filter((one) => one === 'due').length, (await table.rows()).length], [1, 1]);
		});

		const without: ReadonlyArray<readonly [string, Partial<Checkout>, string]> = [
			['is unpaid', { paid: false }, 'not paid'],
			['is of the other mode', { live: false }, 'another mode'],
			['costs nothing', { amount: 0 }, 'nothing paid'],
		];
		for (const [name, more, became] of without)
			it(`leaves no row when the checkout ${name}`, async () => {
				assert.equal(await paid('pi_1', ORG, more), became);
				assert.deepEqual(await table.rows(), []);
			});

		it('leaves no row for other products where a metadata key marks ours', async () => {
			await table.setUp({ marker: 'zoo' });
			assert.equal(await paid('pi_1'), 'another product');
			assert.equal(await paid('pi_2', ORG, { metadata: { zoo: 'yes' } }), 'due');
		});

		const forAPerson: ReadonlyArray<readonly [string, Partial<Checkout>, RegExp]> = [
			['in another currency', { currency: 'eur' }, /Paid in EUR/],
			['with two organizations', { metadata: { organization: `${ORG},${OTHER}` } }, /No organization/],
			['for an organization and a user', { metadata: { user: OTHER } }, /an organization .* and a user/],
			['with an ID that is none', { metadata: { organization: 'acme' } }, /No organization.*acme/],
			['of a subscription', { mode: 'subscription' }, /subscription/],
			['received in part', { captured: 'manual', received: 4000 }, /40\.00 USD of 50\.00 USD/],
			['larger than the largest', { amount: 100_001 }, /Larger than max_amount \(1000 USD\)/],
		];
		for (const [name, more, why] of forAPerson)
			it(`waits for a person when it is ${name}, and holds nobody back`, async () => {
				assert.equal(await paid('pi_1', ORG, more), 'person');
				assert.match((await table.row('pi_1'))?.why ?? '', why);
				await paid('pi_2');
				assert.equal((await claimed()).payment, 'pi_2');
			});

		it('gives contents that differ from the row a companion for a person, once, and keeps the row', async () => {
			await paid('pi_1');
			assert.equal(await paid('pi_1', ORG, { amount: 7000 }), 'person');
			assert.equal(await paid('pi_1', ORG, { amount: 7000 }), 'there');
			const rows = await table.rows();
			assert.deepEqual(
				rows.map(({ kind, status, amount_cents }) => [kind, status, amount_cents]),
				[
					['payment', 'due', '5000'],
					['difference', 'person', '7000'],
				],
			);
		});

		it('is recorded and not added when it was paid before payments are credited', async () => {
			await table.setUp();
			const session = checkoutSession({ payment: 'pi_1', organization: ORG, amount: 5000 });
			assert.equal(await table.takeCheckout(session, new Date('2025-12-31T23:59:59Z')), 'ignored');
			assert.deepEqual(await table.claim(), []);
		});

		it('is added when it was captured by hand, and all of it', async () => {
			assert.equal(await paid('pi_1', ORG, { captured: 'manual' }), 'due');
		});

		it('asks a person about a bank debit that a list shows and that was begun before', async () => {
			const from = new Date(Date.now() - DAY_MS);
			await table.creditFrom(from);
			const debit = (payment: string, method: 'card' | 'us_bank_account', chargedAt: Date) =>
				checkoutSession({ payment, organization: ORG, amount: 5000, method, chargedAt });
			const before = new Date(from.getTime() - DAY_MS);
			assert.equal(await table.takeCheckout(debit('pi_1', 'us_bank_account', before), null), 'person');
			assert.equal(await table.takeCheckout(debit('pi_2', 'card', before), null), 'ignored');
			assert.equal(await table.takeCheckout(debit('pi_3', 'us_bank_account', before), new Date()), 'due');
			assert.equal(await table.takeCheckout(debit('pi_4', 'card', new Date()), null), 'due');
			// The event tells when it was paid, and nobody has to decide any more.
			assert.equal(await table.takeCheckout(debit('pi_1', 'us_bank_account', before), new Date()), 'due');
		});

		it('leaves tax and shipping out where that is set', async () => {
			await table.setUp({ net: true });
			await paid('pi_1', ORG, { amount: 5000, tax: 800, shipping: 500 });
			assert.equal((await table.row('pi_1'))?.amount_cents, '3700');
		});

		it('makes refunds and disputes of added payments cases that hold nobody back', async () => {
			await paid('pi_1');
			const work = await kept();
			await table.record(work, confirmed(work));
			const reversal = {
				id: 're_1',
				object: 'refund',
				status: 'succeeded',
				amount: 5000,
				currency: 'usd',
				payment_intent: 'pi_1',
			};
			const event = eventOf('refund.created', reversal);
			assert.equal(await table.takeEvent(event), 'person');
			assert.equal(await table.takeEvent(event), 'there');
			const foreign = eventOf('refund.created', { ...reversal, id: 're_2', payment_intent: 'pi_9' });
			assert.equal(await table.takeEvent(foreign), 'not of the inbox');
			await paid('pi_2');
			assert.equal((await claimed()).payment, 'pi_2');
		});

		for (const total of ['5000.00', '-1', '', null, 'NaN', 1e30, {}])
			it(`is a case when its amount is ${JSON.stringify(total)}`, async () => {
				const session = checkoutSession({ payment: 'pi_1', organization: ORG, amount: 5000 });
				assert.equal(await table.answer('take_checkout', { ...session, amount_total: total }, null, 'test'), 'person');
				assert.match((await table.row('pi_1'))?.why ?? '', /amount_total is no amount/);
			});

		const texts: ReadonlyArray<readonly [string, string, string]> = [
			['U+0000', 'a\\u0000\\u0000b', 'a\uFFFD\uFFFDb'],
			['half a surrogate pair', 'a\\ud800b\\uDC00\\ud83d\\ude00', 'a\uFFFDb\uFFFD\u{1F600}'],
			['a backslash before what only looks like U+0000', '\\\\u0000 \\u0000', '\\u0000 \uFFFD'],
		];
		for (const [name, written, read] of texts)
			it(`is taken when a text has ${name} in it`, async () => {
				const session = checkoutSession({ payment: 'pi_1', organization: ORG, amount: 5000 });
				const text = JSON.stringify({ ...session, customer_details: { email: '?' } }).replace('?', written);
				const event = JSON.stringify(eventOf('checkout.session.completed', { id: session.id, name: '?' }));
				assert.equal(await table.takeEvent(event.replace('"?"', `"${written}"`), 200, text), 'due');
				const { rows } = await table.client.query<{ payer: string }>('SELECT payer FROM zoo_inbox.payment');
				assert.equal(rows[0]?.payer, read);
			});

		it('harms nothing else when one object of a list cannot be read: it is a case', async () => {
			const good = (payment: string) => checkoutSession({ payment, organization: ORG, amount: 5000 });
			const data = [
				good('pi_1'),
				{ ...good('pi_2'), total_details: { amount_tax: 'much' } },
				{ object: 'checkout.session' },
				{ id: 'xx_1', object: 'something.new' },
				7,
				good('pi_3'),
			];
			await table.setUp({ net: true });
			const taken = await table.takePage('checkout/sessions', { data, has_more: false });
			assert.deepEqual([taken.seen, taken.added, taken.for_a_person], [6, 2, 3]);
			assert.match((await table.row('unreadable cs_live_pi_2'))?.why ?? '', /cannot read it.*Look at it at Stripe/);
			assert.match((await table.row('unreadable xx_1'))?.why ?? '', /something\.new/);
			const again = await table.takePage('checkout/sessions', { data, has_more: false });
			assert.deepEqual([again.added, again.for_a_person], [0, 0]);
		});

		it('answers Stripe when an event’s object cannot be read: it is a case', async () => {
			await paid('pi_1');
			const refund = {
				id: 're_1',
				object: 'refund',
				status: 'succeeded',
				amount: 'all',
				currency: 'usd',
				payment_intent: 'pi_1',
			};
			assert.equal(await table.takeEvent(eventOf('refund.created', refund)), 'person');
			assert.equal((await table.row('unreadable re_1'))?.kind, 'unreadable');
		});

		it('is taken list by list: what Stripe does not give is told, and harms no other list', async () => {
			const session = checkoutSession({ payment: 'pi_1', organization: ORG, amount: 5000 });
			const refused = await table.takePage('refunds', { error: { message: 'No right to read refunds' } }, 403);
			assert.match(refused.missing ?? '', /no list of refunds \(status 403\): No right to read refunds/);
			const broken = await table.takePage('disputes', '<html>', 200);
			assert.match(broken.missing ?? '', /no list of disputes/);
			assert.equal((await table.takePage('checkout/sessions', { data: [session], has_more: false })).added, 1);
			const { rows } = await table.client.query<{ report: string }>('SELECT * FROM zoo_inbox.watch()');
			assert.match(
				rows[0]?.report ?? '',
				/Not read to the end at .* UTC: .*disputes[^]*Not read to the end at .* UTC: .*refunds/,
			);
			await table.takePage('refunds', { data: [], has_more: true });
			assert.match((await listsTold()) ?? '', /refunds/);
			await table.takePage('refunds', { data: [], has_more: false });
			assert.doesNotMatch((await listsTold()) ?? '', /refunds/);
		});

		it('refuses a checkout that Stripe does not tell of, so that the event is delivered again', async () => {
			const session = checkoutSession({ payment: 'pi_1', organization: ORG, amount: 5000 });
			const event = eventOf('checkout.session.completed', session);
			await assert.rejects(table.takeEvent(event, 500, {}), /does not tell/);
			const other = checkoutSession({ payment: 'pi_2', organization: ORG, amount: 5000 });
			await assert.rejects(table.takeEvent(event, 200, other), /does not tell/);
		});

		it('is never deleted', async () => {
			await paid('pi_1');
			await assert.rejects(table.client.query('DELETE FROM zoo_inbox.payment'), /never deleted/);
			await assert.rejects(table.client.query('TRUNCATE zoo_inbox.payment'), /never deleted/);
		});
	});

	describe('a claim', () => {
		it('takes the oldest payment of each organization and none beside an open one', async () => {
			await paid('pi_1');
			await paid('pi_2');
			await paid('pi_3', OTHER);
			assert.deepEqual(
				(await table.claim()).map(({ payment }) => payment),
				['pi_1', 'pi_3'],
			);
			assert.deepEqual(await table.claim(), []);
		});

		it('takes the others’ payments while one organization has something open', async () => {
			await paid('pi_1');
			await paid('pi_2');
			await claimed();
			await paid('pi_3', OTHER);
			assert.equal((await claimed()).payment, 'pi_3');
		});

		it('never gives one organization to two of forty connections, and loses no row', async () => {
			const orgs = Array.from({ length: 20 }, () => randomUUID());
			for (let index = 0; index < 200; index += 1) await paid(`pi_${index}`, orgs[index % 20]);
			const open = new Map<string, string>();
			const worker = async (one: Table): Promise<void> => {
				while ((await statusesOf(one)).get('done') !== 200) {
					for (const work of await one.claim(5)) {
						assert.equal(open.get(work.owner), undefined, 'nobody else works on it');
						open.set(work.owner, work.payment);
						const held = await one.keep(work, previewOf(work));
						assert.ok(held);
						open.delete(work.owner);
						assert.equal(await one.record(held, confirmed(held)), 'done');
					}
				}
			};
			await Promise.all(Array.from({ length: 40 }, async () => await worker(new Table(await postgres.connect()))));
			assert.ok(
				(await table.rows()).every(({ history }) => history.filter(({ what }) => what === 'claimed').length === 1),
			);
		});

		it('does not stumble over payments that come in meanwhile', async () => {
			const from = new Table(await postgres.connect());
			const coming = (async () => {
				for (let index = 0; index < 150; index += 1) await paid(`pi_${index}`, index % 2 ? ORG : OTHER);
			})();
			let done = 0;
			while (done < 150)
				for (const work of await from.claim()) {
					const held = await from.keep(work, previewOf(work));
					assert.ok(held);
					await from.record(held, confirmed(held));
					done += 1;
				}
			await coming;
		});

		it('refuses another version of the table', async () => {
			await table.client.query('UPDATE zoo_inbox.setting SET version = 3');
			await assert.rejects(table.claim(), /set up for version 3.*made for version 2/);
		});

		it('takes what has met trouble apart from the rest', async () => {
			await paid('pi_1');
			const work = await kept();
			assert.equal(await table.record(work, failed(work, 'notSent', 'unavailable')), 'due');
			await table.letWaitsEnd();
			await paid('pi_2', OTHER);
			assert.deepEqual(
				(await table.claim()).map(({ payment }) => payment),
				['pi_1'],
			);
			assert.deepEqual(
				(await table.claim()).map(({ payment }) => payment),
				['pi_2'],
			);
		});

		it('hands back the asker’s clock and a time to send in that ends before the lease', async () => {
			await paid('pi_1');
			const { send_within: within, asked_at: asked } = await claimed();
			assert.ok(within !== null && within > 100 && within <= 135, String(within));
			assert.equal(asked, '0');
		});
	});

	describe('a crash', () => {
		it('after the claim: the payment is looked up anew, as one that was not sent', async () => {
			await paid('pi_1');
			await claimed();
			await table.letLeasesRunOut();
			const work = await claimed();
			assert.deepEqual([work.preview, work.next], [null, 'org prePay']);
		});

		it('after the preview was kept: the same preview is taken over, as one that may have been sent', async () => {
			await paid('pi_1');
			const before = await kept();
			assert.equal(before.sent_before, 'no');
			await table.letLeasesRunOut();
			const work = await claimed();
			assert.deepEqual([work.preview, work.next, work.sent_before], [previewOf(before), 'org apply', 'perhaps']);
		});

		it('after the result was stored: nothing is left to do', async () => {
			await paid('pi_1');
			const work = await kept();
			assert.equal(await table.record(work, confirmed(work)), 'done');
			await table.letLeasesRunOut();
			assert.deepEqual(await table.claim(), []);
		});

		it('holds back the organization until the lease has run out', async () => {
			await paid('pi_1');
			await paid('pi_2');
			await kept();
			assert.deepEqual(await table.claim(), []);
		});
	});

	describe('whoever comes late', () => {
		it('keeps no preview once the lease has run out, even if nobody has taken over', async () => {
			await paid('pi_1');
			const work = await claimed();
			await table.letLeasesRunOut();
			assert.equal(await table.keep(work, previewOf(work)), undefined);
		});

		it('neither keeps nor records what somebody else has taken over, with the same holder too', async () => {
			await paid('pi_1');
			const work = await claimed();
			await table.letLeasesRunOut();
			const next = await claimed();
			assert.equal(await table.keep(work, previewOf(work)), undefined);
			assert.equal(await table.record(work, confirmed(work)), 'late');
			assert.ok(await table.keep(next, previewOf(next)));
		});

		it('may still record what it did as long as nobody has taken over', async () => {
			await paid('pi_1');
			const work = await kept();
			await table.letLeasesRunOut();
			assert.equal(await table.record(work, confirmed(work)), 'done');
		});

		it('records nothing twice', async () => {
			await paid('pi_1');
			const work = await kept();
			await table.record(work, confirmed(work));
			assert.equal(await table.record(work, failed(work, 'unknown', 'outcomeUnknown')), 'late');
			assert.equal(await statusOf('pi_1'), 'done');
		});
	});

	describe('a balance as Zoo had it before an earlier payment', () => {
		const BEFORE = '2026-01-02T00:00:00.000001Z';
		const AFTER = '2026-01-02T00:00:00.000002Z';

		/** One payment is added, the next one is claimed. */
		async function next(updatedAt: string | undefined): Promise<Work> {
			await paid('pi_1');
			await paid('pi_2');
			const first = await kept();
			assert.equal(await table.record(first, confirmed(first, 'confirmed', updatedAt)), 'done');
			return await claimed();
		}

		it('is no ground for a write: no preview is kept, and the payment is looked up again', async () => {
			const work = await next(AFTER);
			assert.equal(await table.keep(work, previewOf(work, '0.00', '50.00', BEFORE)), undefined);
			const { status, preview, attempts, why } = (await table.row('pi_2')) ?? assert.fail();
			assert.deepEqual([status, preview, attempts], ['due', null, 1]);
			assert.match(why ?? '', /older balance than after an earlier payment/);
			assert.deepEqual(await table.claim(), []);
			await table.letWaitsEnd();
			assert.ok(await table.keep(await claimed(), previewOf(work, '50.00', '100.00', AFTER)));
		});

		for (const [updatedAt, isKept] of [
			['2026-01-02T01:00:00.000002+01:00', true],
			['2026-01-02T01:00:00.000001+01:00', false],
			['2026-01-01T23:00:00.000002-01:00', true],
			['2026-01-02T00:00:00.000002499Z', true],
			['2026-01-02t00:00:00.000001999z', false],
		] as const)
			it(`is told by the microsecond, in whatever time zone: ${updatedAt}`, async () => {
				const work = await next('2026-01-02T00:00:00.000002999Z');
				assert.equal((await table.keep(work, previewOf(work, '50.00', '100.00', updatedAt))) !== undefined, isKept);
			});

		it('is older than the newest of all payments before', async () => {
			await next(AFTER);
			await table.client.query(
				"UPDATE zoo_inbox.payment SET status = 'done', lease_until = NULL, balance_updated_at = $1 WHERE payment = 'pi_2'",
				['2026-01-01T00:00:00Z'],
			);
			await paid('pi_3');
			const work = await claimed();
			assert.equal(await table.keep(work, previewOf(work, '0.00', '50.00', BEFORE)), undefined);
		});

		it('becomes a case that holds back nobody when it lasts', async () => {
			const work = await next(AFTER);
			await table.client.query("UPDATE zoo_inbox.payment SET attempts = 8 WHERE payment = 'pi_2'");
			assert.equal(await table.keep(work, previewOf(work, '0.00', '50.00', BEFORE)), undefined);
			assert.equal(await statusOf('pi_2'), 'person');
			await paid('pi_3');
			assert.equal((await claimed()).payment, 'pi_3');
		});

		it('is kept by a table that was set up before it was', async () => {
			await table.client.query('ALTER TABLE zoo_inbox.payment DROP COLUMN balance_updated_at');
			await table.save();
			const work = await next(AFTER);
			assert.equal(await table.keep(work, previewOf(work, '0.00', '50.00', BEFORE)), undefined);
		});

		it('is another organization’s business', async () => {
			await next(AFTER);
			await paid('pi_3', OTHER);
			const work = await claimed();
			assert.ok(await table.keep(work, previewOf(work, '0.00', '50.00', BEFORE)));
		});

		for (const unreadable of [
			undefined,
			'yesterday',
			'2026-13-45T00:00:00Z',
			'9999-01-01T00:00:00Z',
			'infinity',
			'2026-01-02T00:00:00',
		]) {
			it(`is not told by the time ${unreadable ?? 'that Zoo does not say'}`, async () => {
				const work = await next(unreadable);
				assert.equal((await table.row('pi_1'))?.balance_updated_at, null);
				assert.ok(await table.keep(work, previewOf(work, '0.00', '50.00', BEFORE)));
			});
		}

		it('is not told of a preview without a time', async () => {
			const work = await next(AFTER);
			assert.ok(await table.keep(work, previewOf(work)));
		});
	});

	describe('a preview', () => {
		const CENT = { pre_pay_cash_remaining: '50.01', pre_pay_credits_remaining: '50.01' };
		const wrong: ReadonlyArray<readonly [string, (work: Work) => unknown, RegExp]> = [
			['is for another payment', (work) => ({ ...previewOf(work), reference: 'pi_2' }), /payment pi_2/],
			['is for another organization', (work) => ({ ...previewOf(work), orgId: OTHER }), /it is for 3f0c1e52/],
			['adds a cent more', (work) => ({ ...previewOf(work), to: CENT }), /from 0\.00 to 50\.01/],
			['takes away', (work) => previewOf(work, '50.00', '0.00'), /from 50\.00 to 0\.00/],
			[
				'adds to cash alone',
				(work) => ({ ...previewOf(work), to: { pre_pay_cash_remaining: '50.00' } }),
				/pre_pay_credits_remaining is missing/,
			],
			[
				'sets another field as well',
				(work) => ({ ...previewOf(work), to: { ...previewOf(work).to, monthly_credits_remaining: '9.00' } }),
				/monthly_credits_remaining goes from nothing to 9\.00/,
			],
			['does not say from what', (work) => ({ ...previewOf(work), from: {} }), /from nothing/],
			['has an amount that is none', (work) => previewOf(work, '0.00', 'NaN'), /NaN/],
			['has an amount that is no number', (work) => previewOf(work, '0.00', 'fifty'), /cannot be read/],
			['is none', () => null, /there is none/],
		];
		for (const [name, made, why] of wrong)
			it(`is not kept when it ${name}: it is made once more, then a person decides`, async () => {
				await paid('pi_1');
				const first = await claimed();
				assert.equal(await table.keep(first, made(first)), undefined);
				assert.equal(await statusOf('pi_1'), 'due');
				await table.letWaitsEnd();
				const second = await claimed();
				assert.equal(await table.keep(second, made(second)), undefined);
				const { status, preview, why: told } = (await table.row('pi_1')) ?? assert.fail();
				assert.deepEqual([status, preview], ['person', null]);
				assert.match(told ?? '', why);
			});

		it('has the credits that the multiplier makes of the cash, to the cent', async () => {
			await table.setUp({ credit_multiplier: '1.333333' });
			await paid('pi_1', ORG, { amount: 101 });
			const work = await claimed();
			const amounts = (cash: string, credits: string) => ({
				pre_pay_cash_remaining: cash,
				pre_pay_credits_remaining: credits,
			});
			const made = { ...previewOf(work), from: amounts('1.00', '1.00'), to: amounts('2.01', '2.35') };
			assert.ok(await table.keep(work, made));
		});

		it('has API credits, and nothing else, where that is the balance model', async () => {
			await table.setUp({ balance_model: 'apiCredits' });
			await paid('pi_1');
			const work = await claimed();
			const name = 'stable_api_credits_remaining_monetary_value';
			assert.ok(await table.keep(work, { ...previewOf(work), from: { [name]: '1' }, to: { [name]: '51.00' } }));
		});
	});

	describe('what the node says', () => {
		it('is a person’s when it is about another payment', async () => {
			await paid('pi_1');
			const work = await kept();
			assert.equal(await table.record(work, confirmed({ ...work, payment: 'pi_2' })), 'person');
			assert.match((await table.row('pi_1'))?.why ?? '', /not the confirmation of this payment.*pi_2/);
		});

		/** Of a payment that is about to be sent for the first time, and of one that may have been sent before. */
		const verdicts: ReadonlyArray<readonly [string, string, string, string]> = [
			['notSent', 'unavailable', 'due', 'working'],
			['notSent', 'changedMeanwhile', 'due', 'working'],
			['notSent', 'blockedByEarlierItem', 'due', 'working'],
			['notSent', 'invalidInput', 'person', 'working'],
			['notSent', 'referenceRepeated', 'person', 'working'],
			['notSent', 'memoryUnreadable', 'person', 'working'],
			['notSent', 'overtaken', 'person', 'working'],
			['notSent', 'aWordOfANewerNode', 'person', 'working'],
			['notSent', '', 'person', 'working'],
			['aNewOutcome', 'unavailable', 'person', 'person'],
			['notRead', 'unavailable', 'person', 'person'],
			['', 'unavailable', 'person', 'person'],
			['notSent', 'endpointMissing', 'due', 'working'],
			['written', 'alreadyWritten', 'person', 'person'],
			['notApplied', 'unavailable', 'due', 'working'],
			['notApplied', 'tokenRefused', 'due', 'working'],
			['unknown', 'outcomeUnknown', 'working', 'working'],
			['unknown', 'changedMeanwhile', 'person', 'person'],
			['unknown', 'unforeseen', 'person', 'person'],
			['different', 'different', 'person', 'person'],
			['notConfirmed', 'notConfirmed', 'person', 'person'],
		];
		for (const [outcome, reason, first, later] of verdicts)
			it(`${outcome}, ${reason}: ${first}, and ${later} if it may have been sent before`, async () => {
				await paid('pi_1');
				const work = await kept();
				assert.equal(await table.record(work, failed(work, outcome, reason)), first);
				assert.equal((await table.row('pi_1'))?.preview === null, first === 'due');

				await paid('pi_2', OTHER);
				const second =
					(await table.claim()).find(({ payment }) => payment === 'pi_2') ?? (await claimedAfterPause(table));
				await table.keep(second, previewOf(second));
				await table.letLeasesRunOut();
				const taken =
					(await table.claim()).find(({ payment }) => payment === 'pi_2') ?? (await claimedAfterPause(table));
				assert.equal(taken.sent_before, 'perhaps');
				assert.equal(await table.record(taken, failed(taken, outcome, reason)), later);
				assert.ok((await table.row('pi_2'))?.preview, 'the preview is kept');
			});

		const noSuccess: ReadonlyArray<readonly [string, unknown]> = [
			['names no payment', { confirmation: { status: 'confirmed' } }],
			['names an empty payment', { confirmation: { status: 'confirmed', reference: '' } }],
			['has a status of a newer node', { confirmation: { status: 'scheduled', reference: 'pi_1' } }],
			['has no status', { confirmation: { reference: 'pi_1' } }],
			['is a word', { confirmation: 'confirmed' }],
			['is null', { confirmation: null }],
		];
		for (const [name, said] of noSuccess)
			it(`is no success when the confirmation ${name}: a person decides, and the preview stands`, async () => {
				await paid('pi_1');
				assert.equal(await table.record(await kept(), said), 'person');
				assert.ok((await table.row('pi_1'))?.preview);
			});

		it('is no success before a preview was kept', async () => {
			await paid('pi_1');
			const work = await claimed();
			assert.equal(await table.record(work, confirmed(work)), 'person');
		});

		for (const sentBefore of ['', 'No', 'perhaps', null])
			it(`is taken as of a payment that may have been sent when 'sent_before' is ${JSON.stringify(sentBefore)}`, async () => {
				await paid('pi_1');
				const { id, claims, ...work } = await kept();
				const said = failed({ id, claims, ...work }, 'notSent', 'unavailable');
				assert.equal(await table.answer('record', id, claims, sentBefore, JSON.stringify(said)), 'working');
				assert.ok((await table.row('pi_1'))?.preview);
			});

		it('that the endpoint is gone pauses everything in those words', async () => {
			await paid('pi_1');
			const work = await kept();
			await table.record(work, { ...failed(work, 'notApplied', 'endpointMissing'), error: 'Zoo has no such endpoint' });
			await paid('pi_2', OTHER);
			assert.deepEqual(await table.claim(), []);
			const { rows } = await table.client.query<{ report: string }>('SELECT * FROM zoo_inbox.watch()');
			assert.match(rows[0]?.report ?? '', /Paused: Zoo has no such endpoint/);
		});

		it('that cannot be read goes to a person in the end, whether it may have been sent or not', async () => {
			await paid('pi_1');
			await table.client.query('UPDATE zoo_inbox.payment SET attempts = 8');
			assert.equal(await table.record(await claimed(), { error: 'Something' }), 'person');
			await paid('pi_2', OTHER);
			const work = await kept();
			await table.client.query("UPDATE zoo_inbox.payment SET attempts = 8 WHERE payment = 'pi_2'");
			assert.equal(await table.record(work, { error: 'Something' }), 'person');
		});

		it('that it was there already counts as added, for what may have been sent before', async () => {
			await paid('pi_1');
			await kept();
			await table.letLeasesRunOut();
			const work = await claimed();
			assert.equal(await table.record(work, confirmed(work, 'alreadyThere')), 'done');
		});

		it('of several attempts keeps the next payment waiting while the earlier ones may still land', async () => {
			await paid('pi_1');
			await paid('pi_2');
			const work = await kept();
			const { confirmation } = confirmed(work);
			await table.record(work, { confirmation: { ...confirmation, attempts: 2 } });
			assert.deepEqual(await table.claim(), []);
			await table.client.query(
				'UPDATE zoo_inbox.payment SET open_until = clock_timestamp() WHERE open_until IS NOT NULL',
			);
			assert.equal((await claimed()).payment, 'pi_2');
		});

		it('that cannot be read leaves in doubt what may have been sent, and nothing else', async () => {
			await paid('pi_1');
			const work = await claimed();
			assert.equal(await table.record(work, { error: 'Something' }), 'due');
			await table.letWaitsEnd();
			const again = await kept();
			assert.equal(await table.record(again, { error: 'Something' }), 'working');
		});

		it('of a token that is refused pauses everything, then one payment tries', async () => {
			await paid('pi_1');
			await paid('pi_2', OTHER);
			const [work] = await table.claim(1);
			assert.ok(work);
			await table.record(work, failed(work, 'notSent', 'tokenRefused'));
			assert.deepEqual(await table.claim(), []);
			await table.client.query('UPDATE zoo_inbox.setting SET paused_until = clock_timestamp()');
			await table.letWaitsEnd();
			const probe = await kept();
			assert.equal(await table.record(probe, confirmed(probe)), 'done');
			assert.equal((await table.claim()).length, 1);
		});

		it('of a payment that Zoo refuses goes to a person in the end, and of an outage never', async () => {
			for (const [payment, reason, wanted] of [
				['pi_1', 'refusedByZoo', 'person'],
				['pi_2', 'unavailable', 'due'],
			] as const) {
				await paid(payment, payment === 'pi_1' ? ORG : OTHER);
				let status = 'due';
				for (let attempt = 0; attempt < 12 && status === 'due'; attempt += 1) {
					await table.letWaitsEnd();
					const work = await kept();
					status = await table.record(work, failed(work, 'notApplied', reason));
				}
				assert.equal(status, wanted);
			}
		});
	});

	describe('a person', () => {
		const inDoubt = async (): Promise<string> => {
			await paid('pi_1');
			await paid('pi_2');
			const work = await kept();
			await table.record(work, failed(work, 'unknown', 'changedMeanwhile'));
			assert.deepEqual(await table.claim(), [], 'the organization is held back');
			return String(work.id);
		};

		const close = async (...values: readonly unknown[]) => await table.answer('close_case', ...values);
		const makeDue = async (...values: readonly unknown[]) => await table.answer('make_due', ...values);

		it('closes a case as added, and the organization goes on', async () => {
			const id = await inDoubt();
			assert.match(await close(id, '50.00', ORG, 'Ada', 'it is there'), /^Row \d+ is closed: 50\.00 USD for 7e29/);
			assert.equal(await statusOf('pi_1'), 'done');
			assert.equal((await claimed()).payment, 'pi_2');
			assert.match(
				await close(id, '50.00', ORG, 'Ada', 'it is there'),
				/^Nothing was changed: row \d+ is no case any more/,
			);
		});

		it('makes it due again, with a preview of its own', async () => {
			const id = await inDoubt();
			assert.match(
				await makeDue(id, '50.00', ORG, 'Ada', 'it is not there'),
				/^Row \d+ is due: 50\.00 USD will be added/,
			);
			const work = await claimed();
			assert.deepEqual([work.payment, work.preview], ['pi_1', null]);
		});

		const refusals: ReadonlyArray<readonly [string, readonly unknown[], RegExp]> = [
			['who it is', ['50.00', ORG, ' ', 'why'], /say who you are/],
			['why', ['50.00', ORG, 'Ada', ''], /say why/],
			['the amount as it is', ['30.00', ORG, 'Ada', 'why'], /the amount of row \d+ is 50\.00 USD, not '30\.00'/],
			['the owner as it is', ['50.00', OTHER, 'Ada', 'why'], /the owner of row \d+ is 7e29.*, not 3f0c/],
			['an owner at all', ['50.00', '', 'Ada', 'why'], /the owner of row \d+ is 7e29.*, not nobody/],
		];
		for (const [what, values, why] of refusals)
			it(`has to say ${what}, and hears it when nothing was changed`, async () => {
				const id = await inDoubt();
				for (const settle of [close, makeDue]) {
					const answer = await settle(id, ...values);
					assert.match(answer, /^Nothing was changed: /);
					assert.match(answer, why);
				}
				assert.equal(await statusOf('pi_1'), 'person');
				assert.match(await close(999, '1', '', 'Ada', 'why'), /there is no such row/);
			});

		it('names whom it is for where a payment named nobody, and cannot name another one later', async () => {
			await paid('pi_1', 'nobody');
			const id = (await table.row('pi_1'))?.id;
			assert.match(await makeDue(id, '50.00', '', 'Ada', 'asked them'), /Nothing was changed: name whom it is for/);
			assert.match(await makeDue(id, '50.00', ORG, 'Ada', 'asked them'), /is due/);
			assert.equal((await claimed()).owner, ORG);
			assert.equal(await paid('pi_1', 'nobody'), 'there');
		});

		it('adds what was received of a payment, and one that is larger than the largest, without asking again', async () => {
			await paid('pi_1', ORG, { received: 3000 });
			await paid('pi_2', OTHER, { amount: 500_000 });
			await makeDue((await table.row('pi_1'))?.id, '30.00', ORG, 'Ada', 'the rest is not delivered');
			await makeDue((await table.row('pi_2'))?.id, '5000.00', OTHER, 'Ada', 'a big customer');
			const { rows } = await table.client.query<{ work: Record<string, unknown> }>(
				"SELECT * FROM zoo_inbox.claim(2, 'test', 9, '0')",
			);
			const works = rows.map(({ work }) => work).filter(({ next }) => next === 'org prePay');
			assert.deepEqual(
				works.map(({ amount_cents: cents, max_amount: largest }) => [cents, largest]),
				[
					['3000', '1000'],
					['500000', '5000'],
				],
			);
		});

		it('is told that refunds, other currencies and other modes cannot be made due', async () => {
			await paid('pi_1', ORG, { currency: 'jpy' });
			const yen = await makeDue((await table.row('pi_1'))?.id, '5000', ORG, 'Ada', 'why');
			assert.match(yen, /paid in JPY/);
			await paid('pi_2', 'nobody');
			await table.enter({ mode: 'test' });
			assert.match(await makeDue((await table.row('pi_2'))?.id, '50.00', ORG, 'Ada', 'why'), /of the live mode/);
		});

		it('sees the balance when the case was opened, and it is read again when the case was settled', async () => {
			await paid('pi_1', ORG, { received: 3000 });
			const [look] = await table.claimAll();
			assert.ok(look);
			assert.deepEqual([look.next, look.owner], ['org look', ORG]);
			const read = { orgId: ORG, pre_pay_cash_remaining: '7.00' };
			assert.equal(await table.answer('looked', look.id, look.claims, JSON.stringify(read)), 'read');
			assert.deepEqual(await table.claimAll(), [], 'it is read once');
			const { rows } = await table.client.query<{ balance_when_opened: Record<string, unknown> }>(
				'SELECT * FROM zoo_inbox.for_a_person',
			);
			assert.equal(rows[0]?.balance_when_opened['pre_pay_cash_remaining'], '7.00');
			await close(look.id, '30.00', ORG, 'Ada', 'by hand');
			const [again] = await table.claimAll();
			assert.ok(again);
			await table.answer(
				'looked',
				again.id,
				again.claims,
				JSON.stringify({ ...read, pre_pay_cash_remaining: '37.00' }),
			);
			const { rows: audit } = await table.client.query<{ what: string; who: string; balance: Record<string, unknown> }>(
				'SELECT * FROM zoo_inbox.audit WHERE row_id = $1 ORDER BY id',
				[look.id],
			);
			assert.deepEqual(
				audit.map(({ what, who, balance }) => [what, who, balance['pre_pay_cash_remaining']]),
				[
					['close_case', 'Ada', '7.00'],
					['balance read', 'the inbox', '37.00'],
				],
			);
		});

		it('sees that the balance could not be read, which is tried again while Zoo is away', async () => {
			await paid('pi_1', ORG, { received: 3000 });
			const [look] = await table.claimAll();
			assert.ok(look);
			await table.answer('looked', look.id, look.claims, JSON.stringify(failed(look, 'notRead', 'unavailable')));
			assert.match(String((await table.row('pi_1'))?.balance_opened?.['not read']), /Something happened/);
			await table.client.query('UPDATE zoo_inbox.payment SET look_at = clock_timestamp()');
			assert.equal((await table.claimAll()).length, 1);
		});
	});

	describe('who looks', () => {
		it('sees what waits, what needs a person and what was added, in dollars and cents', async () => {
			await paid('pi_1');
			const work = await kept();
			await table.record(work, confirmed(work));
			await paid('pi_2');
			await paid('pi_3', 'nobody');
			const { rows } = await table.client.query<{ shown: string }>(`
				SELECT concat_ws(' ', 'added', payment, usd, balance_after ->> 'pre_pay_cash_remaining') AS shown FROM zoo_inbox.added
				UNION ALL SELECT concat_ws(' ', 'waits', payment, usd, status) FROM zoo_inbox.waiting
				UNION ALL SELECT concat_ws(' ', 'needs a person', payment, shown) FROM zoo_inbox.for_a_person`);
			assert.deepEqual(
				rows.map(({ shown }) => shown),
				['added pi_1 50.00 50.00', 'waits pi_2 50.00 due', 'needs a person pi_3 50.00 USD'],
			);
		});
	});

	describe('who watches', () => {
		const told = async () =>
			(await table.client.query<{ report: string }>('SELECT * FROM zoo_inbox.watch()')).rows[0]?.report;

		it('hears of a stopped applier, of old payments and of cases, once a day', async () => {
			assert.match((await told()) ?? '', /Nobody applies payments/);
			assert.equal(await told(), undefined);
			await table.client.query("UPDATE zoo_inbox.setting SET told_at = told_at - interval '25 hours'");
			assert.match((await told()) ?? '', /Nobody applies payments/);
			await table.claim();
			assert.equal(await told(), undefined);
			await paid('pi_1', 'nobody');
			assert.match((await told()) ?? '', /Waiting for a person: 1\.[^]*pi_1[^]*No organization/);
			await paid('pi_2');
			await table.client.query("UPDATE zoo_inbox.payment SET received_at = received_at - interval '1 hour'");
			assert.match((await told()) ?? '', /oldest payment that is not added/);
		});
	});

	describe('after a restore', () => {
		it('what was open, and what is found of the time before, goes to a person', async () => {
			await paid('pi_1');
			await paid('pi_2', OTHER);
			await table.claim(1);
			await table.creditFrom(new Date(Date.now() - DAY_MS));
			assert.match(
				await table.answer('restored', 'Ada'),
				/^2 payments that were open wait for a person now, and the inbox is paused/,
			);
			await table.answer('resume', 'Ada', 'looked at everything');
			assert.deepEqual(await table.claim(), []);
			const lost = checkoutSession({
				payment: 'pi_3',
				organization: ORG,
				amount: 5000,
				chargedAt: new Date(),
			});
			assert.equal(await table.takeCheckout(lost, null), 'person');
			assert.equal(await paid('pi_4', ORG, { chargedAt: new Date(Date.now() + 1000) }), 'due');
		});
	});
}

async function statusesOf(table: Table): Promise<Map<string, number>> {
	const counts = new Map<string, number>();
	for (const { status } of await table.rows()) counts.set(status, (counts.get(status) ?? 0) + 1);
	return counts;
}

/** When a token was refused before, everything pauses. */
async function claimedAfterPause(table: Table): Promise<Work> {
	await table.client.query('UPDATE zoo_inbox.setting SET paused_until = NULL, paused_because = NULL');
	const [work] = (await table.claim()).filter(({ payment }) => payment === 'pi_2');
	assert.ok(work);
	return work;
}

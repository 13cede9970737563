/** Every setting at every moment of an inbox's life; the moment from which payments count, the hourly limit, the audit; and the upgrade. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'node:test';

import { checkoutSession } from '../../stripe-api/objects';
import type { CleanUp } from '../clean-up';
import { startPostgres } from '../postgres';
import { confirmed, previewOf, Table } from './table';

const ORG = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';
const OTHER = '3f0c1e52-6a4d-4b7e-9c8f-2d1b5a6e7f80';
const HOUR_MS = 3_600_000;

export function theSettings(cleanUp: CleanUp): void {
	let table: Table;
	const paid = async (payment: string, organization = ORG, amount = 5000) =>
		await table.takeCheckout(checkoutSession({ payment, organization, amount }));
	const add = async (payment: string, organization = ORG) => {
		await paid(payment, organization);
		const [work] = (await table.claim()).filter((one) => one.payment === payment);
		assert.ok(work);
		const held = await table.keep(work, previewOf(work));
		assert.ok(held);
		assert.equal(await table.record(held, confirmed(held)), 'done');
	};
	const working = async () => {
		await paid('pi_open');
		assert.equal((await table.claim()).length, 1);
	};
	/** Reconcile has read all that was paid before. */
	const listed = async (...earlier: ReadonlyArray<readonly [payment: string, at: Date, currency?: string]>) => {
		const data = earlier.map(([payment, chargedAt, currency = 'usd']) =>
			checkoutSession({ payment, organization: ORG, amount: 5000, chargedAt, currency }),
		);
		return await table.takePage('checkout/sessions', { data, has_more: false });
	};
	const hoursAgo = (hours: number) => new Date(Math.floor(Date.now() / 1000) * 1000 - hours * HOUR_MS);

	before(async () => {
		table = new Table(await (await startPostgres(cleanUp)).connect());
		await table.save();
	});
	beforeEach(async () => await table.clear());

	const moments: Readonly<Record<string, () => Promise<void>>> = {
		'an empty inbox': async () => await table.setUp(),
		'one with due rows': async () => {
			await table.setUp();
			await paid('pi_1');
		},
		'one with a row that may have been sent': async () => {
			await table.setUp();
			await working();
		},
		'one with added rows': async () => {
			await table.setUp();
			await add('pi_1');
		},
		'a paused one': async () => {
			await table.setUp();
			await table.answer('pause', 'Ada', 'a look');
		},
		'one after a restore': async () => {
			await table.setUp();
			await paid('pi_1');
			await table.answer('restored', 'Ada');
		},
	};
	const always: ReadonlyArray<readonly [Readonly<Record<string, string>>, RegExp | true]> = [
		[{ who: '' }, /enter your name under who/],
		[{ mode: 'production' }, /mode has to be 'live' or 'test'/],
		[{ balance_model: 'apiCredits' }, true],
		[{ balance_model: 'credits' }, /balance_model has to be/],
		[{ credit_multiplier: '1.25' }, true],
		[{ credit_multiplier: '1000' }, /credit_multiplier has to be .* below 1000/],
		[{ credit_multiplier: '0' }, /credit_multiplier has to be above 0/],
		[{ max_amount: '500.50' }, true],
		[{ max_amount: '0' }, /every payment would be a case/],
		[{ max_amount: '1,000' }, /max_amount has to be US dollars/],
		[{ max_amount: '500', credit_multiplier: '999' }, true],
		[{ hourly_payments: '0' }, /hourly_payments has to be a whole number/],
		[{ hourly_dollars: '10' }, /hourly_dollars \(10\) has to be at least max_amount \(1000\)/],
		[{ hourly_payments: '50', hourly_dollars: '5000' }, true],
		[{ net: 'true' }, true],
		[{ net: 'yes' }, /net has to be/],
		[{ marker: 'zoo' }, true],
		[{ marker: 'none' }, true],
		[{ client_reference: 'on', intent_metadata: 'on' }, true],
		[{ client_reference: 'maybe' }, /client_reference has to be 'on' or 'off'/],
		[{ lease_seconds: '7200' }, /lease_seconds has to be a whole number from 80 to 4800/],
		[{ lease_seconds: '79' }, /from 80 to 4800/],
		[{ lease_seconds: '4800', rest_seconds: '3600' }, true],
		[{ rest_seconds: '0' }, /rest_seconds has to be/],
		[{ credited_from: '2099-01-01T00:00:00Z' }, /credited_from is to come/],
		[{ credited_from: 'today' }, /'now' or a moment with its offset/],
		[{ credited_from: '12/11/2026' }, /'now' or a moment with its offset/],
		[{ credited_from: '2026-11-24T18:00:00' }, /'now' or a moment with its offset/],
		[{ credited_from: '2020-01-01T00:00:00Z' }, /more than 31 days back/],
	];
	for (const [moment, live] of Object.entries(moments))
		describe(`In ${moment}`, () => {
			for (const [entered, wanted] of always)
				it(`${JSON.stringify(entered)} is ${wanted === true ? 'saved' : 'refused with a sentence'}, and changes no row and no pause`, async () => {
					await live();
					const state = async () => JSON.stringify([await table.rows(), await braked(table)]);
					const before = await state();
					const settings = await settingsOf(table);
					if (wanted === true) assert.equal((await table.enter(entered)).saved, true);
					else {
						await assert.rejects(table.enter(entered), wanted);
						assert.equal(await settingsOf(table), settings);
					}
					assert.equal(await state(), before);
				});

			it('what is left empty is kept', async () => {
				await live();
				await table.enter({ marker: 'zoo', credit_multiplier: '1.25', max_amount: '500' });
				const settings = await settingsOf(table);
				assert.equal((await table.enter()).saved, true);
				assert.equal(await settingsOf(table), settings);
			});

			it('another mode is refused while a row may have been sent, and else adds no row of the old one', async () => {
				await live();
				if (/may have been sent|restore/.test(moment)) {
					await assert.rejects(
						table.enter({ mode: 'test' }),
						/mode cannot be changed while .* may have been sent \(rows 1\)/,
					);
					return;
				}
				await table.enter({ mode: 'test' });
				assert.deepEqual(await table.claim(), []);
				assert.equal(await paid('pi_old'), 'another mode');
			});
		});

	describe('The moment from which payments are added', () => {
		it('is the moment of setting up, to the second, so that a payment of that second counts', async () => {
			await table.setUp();
			assert.equal(await paid('pi_1'), 'due');
		});

		it('is not taken earlier before Stripe’s list was read', async () => {
			await table.setUp();
			await assert.rejects(table.enter({ credited_from: hoursAgo(2).toISOString() }), /execute Reconcile, then enter/);
		});

		it('shows what an earlier one would add, and is taken when just that sum is typed', async () => {
			await table.setUp();
			await listed(['pi_1', hoursAgo(3)], ['pi_2', hoursAgo(1)], ['pi_3', hoursAgo(1), 'eur'], ['pi_4', hoursAgo(2)]);
			assert.deepEqual(
				(await table.rows()).map(({ status }) => status),
				Array(4).fill('ignored'),
			);
			const credited_from = hoursAgo(2).toISOString();
			for (const confirm of ['', '50', '100.01', 'yes']) {
				const { saved, report } = await table.enter({ credited_from, confirm });
				assert.equal(saved, false);
				assert.match(report, /2 payments, 100\.00 USD in all: pi_2 .*pi_4 .*enter 100\.00 under confirm/);
			}
			assert.equal((await table.enter({ credited_from, confirm: '100.00' })).saved, true);
			assert.deepEqual(
				(await table.rows()).map(({ payment, status }) => `${payment} ${status}`),
				['pi_1 ignored', 'pi_2 due', 'pi_3 person', 'pi_4 due'],
			);
		});

		it('makes a payment a case that it had not shown', async () => {
			await table.setUp();
			await listed(['pi_1', hoursAgo(1)]);
			await table.enter({ credited_from: hoursAgo(2).toISOString(), confirm: '50' });
			const hidden = checkoutSession({ payment: 'pi_9', organization: ORG, amount: 5000, chargedAt: hoursAgo(1.5) });
			assert.equal(await table.takeCheckout(hidden, null), 'person');
			assert.match((await table.row('pi_9'))?.why ?? '', /not among those that were shown/);
		});

		it('is corrected while nothing was added, showing what it would no longer add', async () => {
			await table.setUp();
			await paid('pi_1');
			await table.creditFrom(hoursAgo(1));
			await table.client.query("UPDATE zoo_inbox.payment SET paid_at = paid_at - interval '10 minutes'");
			const { saved, report } = await table.enter({ credited_from: 'now' });
			assert.equal(saved, false);
			assert.match(report, /no longer add: pi_1\..*enter 0\.00/);
			await table.enter({ credited_from: 'now', confirm: '0.00' });
			assert.equal((await table.row('pi_1'))?.status, 'ignored');
		});

		it('stays once something was added or may have been', async () => {
			await table.setUp();
			await table.creditFrom(hoursAgo(1));
			await add('pi_1');
			await assert.rejects(table.enter({ credited_from: 'now', confirm: '0' }), /were added already/);
		});

		it('is another one for each mode, so that a change of mode makes no old payment new', async () => {
			await table.setUp({ mode: 'test' });
			await table.creditFrom(hoursAgo(48));
			await table.enter({ mode: 'live' });
			const old = checkoutSession({ payment: 'pi_1', organization: ORG, amount: 5000, chargedAt: hoursAgo(24) });
			assert.equal(await table.takeCheckout(old, null), 'ignored');
		});

		it('lets the event decide where the list came first and cannot know', async () => {
			await table.setUp();
			await listed(['pi_1', new Date(Date.now() - 2000)]);
			assert.equal((await table.row('pi_1'))?.status, 'ignored');
			assert.equal(await paid('pi_1'), 'due');
			assert.equal(await paid('pi_1'), 'there');
		});

		for (const more of [{ currency: 'eur' }, { mode: 'subscription' }, { organization: 'nobody' }] as const)
			it(`ignores what was paid before and is ${JSON.stringify(more)}: it is no case`, async () => {
				await table.setUp();
				const old = checkoutSession({
					payment: 'pi_1',
					organization: ORG,
					amount: 5000,
					chargedAt: hoursAgo(24),
					...more,
				});
				assert.equal(await table.takeCheckout(old, null), 'ignored');
			});
	});

	it('switching net makes no case of payments that are there', async () => {
		await table.setUp();
		const session = checkoutSession({ payment: 'pi_1', organization: ORG, amount: 5000, tax: 800 });
		assert.equal(await table.takeCheckout(session), 'due');
		await table.enter({ net: 'true' });
		assert.equal(await table.takeCheckout(session), 'there');
	});

	describe('The brake', () => {
		it('is on in a new inbox, and nothing but a person’s resume takes it off', async () => {
			await table.enter({});
			assert.equal(await paid('pi_1'), 'due');
			await table.save({ marker: 'none' });
			assert.deepEqual(await table.claim(), []);
			assert.match(await table.answer('resume', '', 'why'), /Nothing was changed: say who you are/);
			assert.match(await table.answer('resume', 'Ada', 'all is well'), /Ada resumed/);
			assert.equal((await table.claim()).length, 1);
		});

		it('sends a payment that was claimed before it back, and tells who, why and since when', async () => {
			await table.setUp();
			await paid('pi_1');
			const [work] = await table.claim();
			assert.ok(work);
			assert.match(await table.answer('pause', 'Ada', 'odd refunds'), /Paused by Ada since .* UTC: odd refunds/);
			assert.equal(await table.keep(work, previewOf(work)), undefined);
			const { status, attempts } = (await table.row('pi_1')) ?? assert.fail();
			assert.deepEqual([status, attempts], ['due', 0]);
			const { rows } = await table.client.query<{ report: string }>('SELECT * FROM zoo_inbox.watch()');
			assert.match(rows[0]?.report ?? '', /Paused by Ada since .* UTC: odd refunds/);
		});

		for (const limit of [{ hourly_payments: '2' }, { max_amount: '60', hourly_dollars: '100' }])
			it(`is put on by the inbox itself beyond ${JSON.stringify(limit)}, over all owners`, async () => {
				await table.setUp(limit);
				await add('pi_1');
				await add('pi_2', OTHER);
				await paid('pi_3', '00000000-0000-4000-8000-000000000003');
				assert.deepEqual(await table.claim(), []);
				assert.match(await braked(table), /the inbox.*beyond what is added in an hour/);
				await table.answer('resume', 'Ada', 'a sale');
				assert.equal((await table.claim()).length, 1);
			});
	});

	it('what people did stands in the audit, which refuses to be changed', async () => {
		await table.setUp();
		await table.enter({ max_amount: '500', why: 'smaller' });
		await table.answer('pause', 'Bob', 'a look');
		const { rows } = await table.client.query<{ told: string }>(
			"SELECT concat_ws(' ', who, what, why) AS told FROM zoo_inbox.audit ORDER BY id",
		);
		const told = rows.map(({ told: one }) => one);
		assert.deepEqual(told.slice(-2), ['Ada settings smaller', 'Bob pause a look']);
		for (const change of ['DELETE FROM', 'TRUNCATE'])
			await assert.rejects(table.client.query(`${change} zoo_inbox.audit`), /never changed or deleted/);
		await assert.rejects(table.client.query("UPDATE zoo_inbox.audit SET who = 'Eve'"), /never changed or deleted/);
	});

	describe('An upgrade of version 1', () => {
		let old: string;
		const ROWS = `INSERT INTO zoo_inbox.payment (account, live, payment, kind, status, why, organization, amount_cents, currency, received_by, lease_until, preview, added_at, claims) VALUES
			('main', true, 'pi_done', 'payment', 'done', NULL, '${ORG}', 5000, 'usd', 'event', NULL, '{}', now(), 1),
			('main', true, 'pi_due', 'payment', 'due', NULL, '${ORG}', 5000, 'usd', 'event', NULL, NULL, NULL, 0),
			('main', true, 'pi_open', 'payment', 'working', NULL, '${OTHER}', 5000, 'usd', 'event', now() + interval '1 minute', '{"to": 1}', NULL, 1),
			('main', true, 'pi_case', 'payment', 'person', 'No organization', NULL, 5000, 'usd', 'event', NULL, NULL, NULL, 0),
			('main', true, 'pi_old', 'payment', 'ignored', 'Paid before the inbox credits payments.', '${ORG}', 5000, 'usd', 'reconciliation', NULL, NULL, NULL, 0),
			('main', true, 're_1', 'refund', 'person', 'A refund', '${ORG}', 5000, 'usd', 'event', NULL, NULL, NULL, 0)`;
		const RENAMED = `INSERT INTO zoo_inbox.payment (account, live, payment, kind, status, organization, amount_cents, currency, received_by, preview, added_at) VALUES
			('acme', true, 'pi_done', 'payment', 'done', '${ORG}', 5000, 'usd', 'event', '{}', now()),
			('acme', true, 'pi_old', 'payment', 'due', '${ORG}', 5000, 'usd', 'event', NULL, NULL),
			('acme', true, 'pi_due', 'payment', 'due', '${ORG}', 5000, 'usd', 'event', NULL, NULL)`;

		beforeEach(async () => {
			old = await readFile(join(__dirname, 'version-1.sql'), 'utf8');
			await table.empty();
			await table.client.query(old);
			const settings = {
				account: 'main',
				live: true,
				credited_from: '2026-01-01T00:00:00Z',
				balance_model: 'prePay',
				credit_multiplier: '1.5',
				max_amount: '700',
				net: true,
				marker: 'zoo',
				lease_seconds: 90,
				rest_seconds: 5,
			};
			await table.client.query('SELECT zoo_inbox.set_up($1)', [JSON.stringify(settings)]);
			await table.client.query(ROWS);
		});
		afterEach(async () => {
			await table.empty();
			await table.save();
		});
		const upgraded = async () => {
			const shown = await table.save().then(() => assert.fail('it asks first'), String);
			const [, confirm = ''] = /"(upgrade \w+)"/.exec(shown) ?? [];
			return [shown, await table.save({ confirm })] as const;
		};
		const states = async () => (await table.rows()).map(({ id, payment, status }) => `${id} ${payment} ${status}`);

		it('first shows what it will do and changes nothing, then keeps every row and every setting', async () => {
			const before = await states();
			const [shown, { report }] = await upgraded();
			assert.match(
				shown,
				/keeps its settings \(mode live, credited_from 2026-01-01 00:00:00 UTC.*Nothing was changed yet/s,
			);
			assert.deepEqual(await states(), before);
			assert.match(report, /mode live.*max_amount 700.*Payments are added\./);
			assert.match(await settingsOf(table), /"net": true.*"marker": "zoo"|"marker": "zoo".*"net": true/);
			assert.equal((await table.save()).saved, true, 'it is done once');
			assert.deepEqual(
				(await table.claim()).map(({ payment }) => payment),
				['pi_due'],
			);
		});

		it('changes nothing of the old table until it is agreed to', async () => {
			await assert.rejects(table.save({ confirm: 'upgrade 000000' }), /Nothing was changed yet/);
			await table.client.query("SELECT * FROM zoo_inbox.claim(1, 'old', 9, '0')");
			await table.client.query(old);
		});

		it('of a renamed account lets the oldest stand that was sent, makes the others cases, and gives nothing twice', async () => {
			await table.client.query(RENAMED);
			const [shown] = await upgraded();
			assert.match(shown, /pi_done stands in it twice: row 1 stands; row 7/);
			assert.deepEqual((await states()).slice(6), [
				"7 pi_done under 'acme' person",
				"8 pi_old under 'acme' person",
				"9 pi_due under 'acme' person",
			]);
			assert.match((await table.row("pi_done under 'acme'"))?.why ?? '', /added as well/);
			assert.deepEqual(
				(await table.claim()).map(({ id }) => id),
				[2],
			);
		});

		it('cannot be undone by the old file, which would forget the brake', async () => {
			await upgraded();
			await assert.rejects(table.client.query(old), /cannot change return type/);
		});
	});
}

async function settingsOf(table: Table): Promise<string> {
	const { rows } = await table.client.query<{ told: string }>(
		'SELECT zoo_inbox.settings_of(s)::text AS told FROM zoo_inbox.setting s',
	);
	return rows[0]?.told ?? '';
}

async function braked(table: Table): Promise<string> {
	const { rows } = await table.client.query<{ told: string }>(
		'SELECT zoo_inbox.brake_of(s) AS told FROM zoo_inbox.setting s',
	);
	return rows[0]?.told ?? '';
}

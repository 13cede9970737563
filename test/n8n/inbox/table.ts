/** The table of the payment inbox, set up in a real PostgreSQL from the file that users get, and the functions as the workflows call them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Client } from 'pg';
import { z } from 'zod';

import { EXAMPLES } from '../examples';
import type { CheckoutSession } from '../../stripe-api/objects';

export const SETTINGS = {
	account: 'main',
	live: true,
	credited_from: '2026-01-01T00:00:00Z',
	balance_model: 'prePay',
	credit_multiplier: '1',
	max_amount: '1000',
	net: false,
	marker: '',
	lease_seconds: 180,
	rest_seconds: 60,
} as const;

const work = z.object({
	id: z.number(),
	claims: z.number(),
	payment: z.string(),
	organization: z.string(),
	amount_cents: z.string(),
	preview: z.record(z.unknown()).nullable(),
	sent_before: z.enum(['no', 'perhaps']),
	next: z.string(),
	send_within: z.number(),
	asked_at: z.string(),
});
export type Work = z.infer<typeof work>;

export interface Row {
	readonly id: string;
	readonly payment: string;
	readonly kind: string;
	readonly status: string;
	readonly why: string | null;
	readonly organization: string | null;
	readonly amount_cents: string;
	readonly preview: unknown;
	readonly attempts: number;
	readonly balance_updated_at: Date | null;
	readonly history: ReadonlyArray<{ readonly what: string }>;
}

export interface Taken {
	readonly list: string;
	readonly seen: number;
	readonly added: number;
	readonly for_a_person: number;
	readonly missing: string | null;
}

export async function setUpSql(): Promise<string> {
	return await readFile(join(EXAMPLES, '6-payment-inbox.sql'), 'utf8');
}

export class Table {
	constructor(readonly client: Client) {}

	async setUp(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
		await this.client.query(await setUpSql());
		await this.client.query('SELECT zoo_inbox.set_up($1)', [JSON.stringify({ ...SETTINGS, ...changes })]);
	}

	/** For a test of its own. */
	async empty(): Promise<void> {
		await this.client.query('DROP SCHEMA IF EXISTS zoo_inbox CASCADE');
	}

	async takeCheckout(session: CheckoutSession, toldAt: Date | null = new Date()): Promise<string> {
		return await this.answer('take_checkout', JSON.stringify(session), toldAt, 'test');
	}

	async claim(many = 50, holder = 'test'): Promise<Work[]> {
		const { rows } = await this.client.query<{ work: unknown }>('SELECT * FROM zoo_inbox.claim(1, $1, $2, $3)', [
			holder,
			many,
			'0',
		]);
		return rows.map((row) => work.parse(row.work));
	}

	/** Undefined when it was not kept, and nothing may be sent. */
	async keep({ id, claims }: Work, preview: unknown): Promise<Work | undefined> {
		const { rows } = await this.client.query<{ work: unknown }>('SELECT * FROM zoo_inbox.keep($1, $2, $3, $4)', [
			id,
			claims,
			JSON.stringify(preview),
			'0',
		]);
		return rows[0] && work.parse(rows[0].work);
	}

	async record({ id, claims, sent_before }: Work, said: unknown): Promise<string> {
		return await this.answer('record', id, claims, sent_before, JSON.stringify(said));
	}

	async row(payment: string): Promise<Row | undefined> {
		const { rows } = await this.client.query<Row>('SELECT * FROM zoo_inbox.payment WHERE payment = $1', [payment]);
		return rows[0];
	}

	async rows(): Promise<Row[]> {
		return (await this.client.query<Row>('SELECT * FROM zoo_inbox.payment ORDER BY id')).rows;
	}

	/** As if the lease of whatever is worked on had run out. */
	async letLeasesRunOut(): Promise<void> {
		await this.client.query(
			"UPDATE zoo_inbox.payment SET lease_until = clock_timestamp() - interval '1 second' WHERE status = 'working'",
		);
	}

	/** As if every wait were over. */
	async letWaitsEnd(): Promise<void> {
		await this.client.query("UPDATE zoo_inbox.payment SET not_before = clock_timestamp() WHERE status = 'due'");
	}

	/** What became of an event, with what Stripe answered when it was asked. */
	async takeEvent(event: unknown, status: number | null = null, session: unknown = null): Promise<string> {
		const texts = [event, session].map((one) => (one === null || typeof one === 'string' ? one : JSON.stringify(one)));
		return await this.answer('take_event', texts[0], status, texts[1]);
	}

	/** One page of a list, and what came of it. */
	async takePage(list: string, page: unknown, status = 200): Promise<Taken> {
		const text = typeof page === 'string' ? page : JSON.stringify(page);
		const { rows } = await this.client.query<Taken>('SELECT * FROM zoo_inbox.take_page($1, $2, $3)', [
			list,
			status,
			text,
		]);
		const [taken] = rows;
		if (!taken) throw new Error('take_page answered nothing');
		return taken;
	}

	async answer(name: string, ...values: unknown[]): Promise<string> {
		const places = values.map((_, index) => `$${index + 1}`).join(', ');
		const { rows } = await this.client.query<{ answer: string }>(
			`SELECT zoo_inbox.${name}(${places})::text AS answer`,
			values,
		);
		return rows[0]?.answer ?? '';
	}
}

/** What a dry run decides for a payment of 50 dollars, as far as the table cares. */
export function previewOf({ organization, payment }: Work, from = '0.00', to = '50.00', updatedAt?: string) {
	return {
		orgId: organization,
		reference: payment,
		...(updatedAt !== undefined && { updatedAt }),
		from: { pre_pay_cash_remaining: from, pre_pay_credits_remaining: from },
		to: { pre_pay_cash_remaining: to, pre_pay_credits_remaining: to },
	};
}

export function confirmed({ payment }: Work, status = 'confirmed', updatedAt?: string) {
	return { updated_at: updatedAt, confirmation: { status, reference: payment, callId: 'a call' } };
}

export function failed({ payment }: Work, outcome: string, reason: string) {
	return { error: 'Something happened', details: { outcome, reason, reference: payment } };
}

/** The table of the payment inbox, set up in a real PostgreSQL from the file that users get, and the functions as the workflows call them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Client } from 'pg';
import { z } from 'zod';

import { EXAMPLES, readExample } from '../examples';
import type { CheckoutSession } from '../../stripe-api/objects';

/** As in the file, where what is left empty is kept, or has its default. */
export const SETTINGS = {
	who: 'Ada',
	why: '',
	confirm: '',
	mode: '',
	credited_from: '',
	balance_model: '',
	credit_multiplier: '',
	max_amount: '',
	hourly_payments: '',
	hourly_dollars: '',
	net: '',
	marker: '',
	client_reference: '',
	intent_metadata: '',
	lease_seconds: '',
	rest_seconds: '',
} as const;

/** More than a test adds in an hour. */
export const NO_LIMIT = { hourly_payments: '1000000', hourly_dollars: '100000000' } as const;

const work = z.object({
	id: z.number(),
	claims: z.number(),
	payment: z.string(),
	owner: z.string(),
	amount_cents: z.string(),
	preview: z.record(z.unknown()).nullable(),
	sent_before: z.enum(['no', 'perhaps']),
	next: z.string(),
	/** Of what is to be written. */
	send_within: z.number().nullable(),
	asked_at: z.string(),
});
export type Work = z.infer<typeof work>;

export interface Row {
	readonly id: string;
	readonly live: boolean;
	readonly code: string | null;
	readonly flaw: string | null;
	readonly owner: string | null;
	readonly user_email: string | null;
	readonly checkout: string | null;
	readonly invoice: string | null;
	readonly balance_opened: Readonly<Record<string, unknown>> | null;
	readonly balance_settled: Readonly<Record<string, unknown>> | null;
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

export interface Saved {
	readonly saved: boolean;
	readonly report: string;
}

/** The node of *Set up* that notes what was entered. */
async function noteSql(): Promise<string> {
	const { nodes } = await readExample('6-payment-inbox-1-set-up.json');
	return String(nodes.find(({ name }) => name === 'Note What Was Entered')?.parameters['query']);
}

export async function setUpSql(): Promise<string> {
	return await readFile(join(EXAMPLES, '6-payment-inbox.sql'), 'utf8');
}

export class Table {
	constructor(readonly client: Client) {}

	/** As *Set up* does, without resuming. */
	async save(changes: Readonly<Record<string, unknown>> = {}): Promise<Saved> {
		const settings = JSON.stringify({ ...SETTINGS, ...changes });
		// n8n puts values into several statements at once by itself.
		await this.client.query((await noteSql()).replace('$1', () => this.client.escapeLiteral(settings)));
		await this.client.query(await setUpSql());
		return await this.enter(changes);
	}

	/** The last node of *Set up* alone. */
	async enter(changes: Readonly<Record<string, unknown>> = {}): Promise<Saved> {
		const settings = JSON.stringify({ ...SETTINGS, ...changes });
		const { rows } = await this.client.query<Saved>('SELECT * FROM zoo_inbox.set_up($1)', [settings]);
		const [saved] = rows;
		if (!saved) throw new Error('set_up answered nothing');
		return saved;
	}

	/** Set up and adding, with limits that no test comes to. */
	async setUp(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
		await this.enter({ ...NO_LIMIT, ...changes });
		await this.answer('resume', 'Ada', 'a test');
	}

	/** As if it had just been created, by whatever SQL created it. */
	async clear(): Promise<void> {
		await this.client.query(`SET session_replication_role = replica;
			TRUNCATE zoo_inbox.payment, zoo_inbox.setting, zoo_inbox.cutoff, zoo_inbox.list, zoo_inbox.audit, zoo_inbox.wanted RESTART IDENTITY;
			SET session_replication_role = DEFAULT`);
	}

	/** For a test of its own. */
	async empty(): Promise<void> {
		await this.client.query('DROP SCHEMA IF EXISTS zoo_inbox CASCADE');
	}

	async takeCheckout(session: CheckoutSession, toldAt: Date | null = new Date()): Promise<string> {
		return await this.answer('take_checkout', JSON.stringify(session), toldAt, toldAt ? 'event' : 'reconciliation');
	}

	/** What is to be written; balances to be read for people are left to `claimAll`. */
	async claim(many = 50, holder = 'test'): Promise<Work[]> {
		return (await this.claimAll(many, holder)).filter(({ next }) => !next.endsWith('look'));
	}

	async claimAll(many = 50, holder = 'test'): Promise<Work[]> {
		const { rows } = await this.client.query<{ work: unknown }>('SELECT * FROM zoo_inbox.claim(2, $1, $2, $3)', [
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

	/** As if this moment had been entered, with nothing from before it. */
	async creditFrom(moment: Date): Promise<void> {
		await this.client.query('UPDATE zoo_inbox.cutoff SET credited_from = $1', [moment]);
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
export function previewOf({ owner, payment, next }: Work, from = '0.00', to = '50.00', updatedAt?: string) {
	return {
		[next.startsWith('user') ? 'userId' : 'orgId']: owner,
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

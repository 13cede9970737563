/** Payments on their way: from Stripe's deliveries through the inbox on several workers to the balances at Zoo. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Deliveries } from '../../stripe-api/deliveries';
import { checkoutSession, completedEvent, type CheckoutSession } from '../../stripe-api/objects';
import { SIGNING_SECRET, startStripeApi, type StripeApi } from '../../stripe-api/server';
import type { CleanUp } from '../clean-up';
import type { Cluster } from '../queue/cluster';
import { openInbox, WEBHOOK_PATH, type Part } from './inbox';
import { Table, type Row } from './table';

const CASH = 'pre_pay_cash_remaining';
const POLL_MS = 250;

export interface Payment {
	readonly payment: string;
	readonly organization: string;
	/** In cents. */
	readonly amount: number;
}

export interface FlowSettings {
	/** Changes to those of *Set up*. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** How many copies of *Apply* there are: all of them claim in the same second. */
	readonly appliers?: number;
	/** Whether executions that end well are stored, so that they can be run again. */
	readonly keepFinished?: boolean;
}

export class Flow {
	/** In cents, what each organization had before its first payment here. */
	private readonly initial = new Map<string, bigint>();
	private readonly payments: Payment[] = [];

	private constructor(
		readonly cluster: Cluster,
		readonly workflows: Readonly<Record<Part, string>>,
		readonly table: Table,
		readonly stripe: StripeApi,
		readonly deliveries: Deliveries,
	) {}

	/** Opens the inbox in a cluster. */
	static async open(
		cluster: Cluster,
		{ settings, appliers = 1, keepFinished = false }: FlowSettings,
		cleanUp: CleanUp,
	): Promise<Flow> {
		const stripe = await startStripeApi();
		await cleanUp.later(async () => await stripe.close());
		const { main, postgres, zoo } = cluster;
		const workflows = await openInbox({
			rest: main.rest,
			postgres,
			stripe,
			zoo,
			...(settings && { settings }),
			keepFinished,
		});
		for (let more = 1; more < appliers; more += 1) await main.rest.activate(await main.rest.duplicate(workflows.apply));
		const table = new Table(await postgres.connect());
		const url = `${main.url}/webhook/${WEBHOOK_PATH}`;
		return new Flow(cluster, workflows, table, stripe, new Deliveries({ url, secret: SIGNING_SECRET }));
	}

	/** An organization of its own, with a hundred dollars. */
	addOrganization(): string {
		const id = randomUUID();
		this.cluster.zoo.setBalance('org', id, { [CASH]: '100.00', pre_pay_credits_remaining: '100.00' });
		this.initial.set(id, 10_000n);
		return id;
	}

	/** Somebody pays: from then on Stripe knows of it. */
	pay(payment: Payment): CheckoutSession {
		const session = checkoutSession(payment);
		this.stripe.add(session);
		this.payments.push(payment);
		return session;
	}

	/** Stripe delivers it this often, at one moment. */
	deliver(session: CheckoutSession, times = 1): void {
		for (let delivery = 0; delivery < times; delivery += 1) this.deliveries.send(completedEvent(session));
	}

	/** Resolves with the seconds it took until every delivery is answered and no payment is due or worked on. */
	async settled(withinMs: number): Promise<number> {
		const startedAt = Date.now();
		await this.deliveries.settled();
		for (;;) {
			const { rows } = await this.table.client.query<{ open: number }>(
				"SELECT count(*)::integer AS open FROM zoo_inbox.payment WHERE status IN ('due', 'working')",
			);
			const took = Date.now() - startedAt;
			if (rows[0]?.open === 0) return took / 1000;
			if (took > withinMs) throw new Error(`${rows[0]?.open} payments are still open:\n${await this.openRows()}`);
			await sleep(POLL_MS);
		}
	}

	/**
	 * The daily reconciliation, now. n8n marks what runs and stands in no queue as crashed, as often as it looks for what a worker
	 * has left; the next day's run would make up for it.
	 */
	async reconcile(days = 3): Promise<void> {
		const { status, failure } = await this.cluster.main.rest.execute(this.workflows.reconcile, 'Every Day at 5:00');
		if (status === 'crashed' && days > 1) {
			await this.reconcile(days - 1);
			return;
		}
		assert.equal(status, 'success', String(failure?.message));
	}

	/** In cents. */
	cashOf(organization: string): bigint {
		return cents(this.cluster.zoo.amountsOf('org', organization)[CASH]);
	}

	/** Every balance, to be compared with itself later. */
	balances(): string {
		return [...this.initial.keys()].map((id) => `${id} ${this.cashOf(id)}`).join('\n');
	}

	/**
	 * Every organization has its initial balance and its payments that are done, and every payment is in the table once. One that
	 * waits for a person because it may have been sent may be in the balance or not. Returns what waits for a person.
	 */
	async check(): Promise<Row[]> {
		const rows = await this.table.rows();
		const byPayment = new Map(rows.map((row) => [row.payment, row]));
		assert.equal(byPayment.size, rows.length);
		const lost = this.payments.filter(({ payment }) => !byPayment.has(payment));
		assert.deepEqual(lost, [], 'every payment is in the table');
		for (const [organization, initial] of this.initial) {
			const own = this.payments.filter((one) => one.organization === organization);
			const statusOf = ({ payment }: Payment) => byPayment.get(payment)?.status ?? '';
			const sum = (some: readonly Payment[]) => some.reduce((all, { amount }) => all + BigInt(amount), 0n);
			const least = initial + sum(own.filter((one) => statusOf(one) === 'done'));
			const doubtful = own.filter((one) => statusOf(one) === 'person' && byPayment.get(one.payment)?.preview);
			const allowed = [least, ...doubtful.map((one) => least + BigInt(one.amount))];
			const cash = this.cashOf(organization);
			const told = JSON.stringify(rows.filter((row) => row.organization === organization));
			assert.ok(allowed.includes(cash), `${organization} has ${cash}, not ${allowed.join(' or ')}: ${told}`);
		}
		return rows.filter(({ status }) => status === 'person');
	}

	private async openRows(): Promise<string> {
		const rows = await this.table.rows();
		return rows
			.filter(({ status }) => status === 'due' || status === 'working')
			.slice(0, 5)
			.map((row) => JSON.stringify(row))
			.join('\n');
	}
}

function cents(amount = ''): bigint {
	assert.match(amount, /^\d+\.\d{2}$/);
	return BigInt(amount.replace('.', ''));
}

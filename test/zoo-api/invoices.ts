/** The invoices the stand-in has for each organization and user, newest first, and the pages it shows them on. */
import Big from 'big.js';

import { asReplyAmount } from './amounts';
import type { Owner } from './balances';
import { jsonText } from './json';

/** As it goes over the wire; numbers may be lossless-json's. */
export type Invoice = Readonly<Record<string, unknown>>;

/** What Zoo shows at most on one page, and where a request does not say; both are guesses. */
const MOST_ON_A_PAGE = 100;
const USUAL_PAGE = 20;

export class Invoices {
	private readonly byOwner = new Map<string, readonly Invoice[]>();

	set(owner: Owner, invoices: readonly Invoice[]): void {
		this.byOwner.set(keyOf(owner), invoices);
	}

	/** The page's text; undefined where the token or limit is none. */
	page(owner: Owner, { limit, page_token: token }: Readonly<Record<string, string>>): string | undefined {
		const all = this.byOwner.get(keyOf(owner)) ?? [];
		const from = token === undefined ? 0 : all.findIndex(({ id }) => tokenOf(id) === token);
		const asked = Number(limit ?? USUAL_PAGE);
		if (from < 0 || !Number.isInteger(asked) || asked < 1) return undefined;
		const to = from + Math.min(asked, MOST_ON_A_PAGE);
		return jsonText({ items: all.slice(from, to), next_page: all[to] ? tokenOf(all[to]['id']) : null });
	}
}

/** A page begins with an invoice, so that a new one on top moves nothing. The token needs care in a URL. */
function tokenOf(id: unknown): string {
	return `from=${String(id)}&v/1+`;
}

function keyOf({ kind, id }: Owner): string {
	return `${kind} ${id.toLowerCase()}`;
}

const DAY_MS = 86_400_000;
const NEWEST = Date.parse('2026-08-19T06:00:00Z');

/** Invoices that differ in number, day and amount. `count`: how many, the first one the newest. */
export function sampleInvoices(count: number): Invoice[] {
	return Array.from({ length: count }, (_, index) => {
		const number = count - index;
		const total = asReplyAmount(new Big(number).div(100).plus(20), 'number');
		return {
			amount_due: total,
			amount_paid: total,
			amount_refunded: asReplyAmount(new Big(0), 'number'),
			amount_remaining: asReplyAmount(new Big(0), 'number'),
			attempt_count: 1,
			attempted: true,
			billing_reason: 'subscription_cycle',
			collection_method: 'charge_automatically',
			created_at: new Date(NEWEST - index * DAY_MS).toISOString(),
			currency: 'USD',
			customer_email: 'billing@example.com',
			customer_id: 'cus_standin',
			discounts: [{ coupon: { amount_off: null, id: 'WELCOME', metadata: {}, name: 'Welcome', percent_off: 10 } }],
			id: `in_standin_${number}`,
			lines: [{ amount: total, currency: 'USD', description: 'Team plan', id: `il_${number}`, metadata: {} }],
			metadata: { plan: 'team' },
			number: `ZOO-${String(number).padStart(4, '0')}`,
			paid: true,
			pdf: `https://invoices.zoo.invalid/${number}.pdf`,
			receipt_number: `R-${number}`,
			refund_status: null,
			status: 'paid',
			subscription_id: null,
			subtotal: total,
			tax: asReplyAmount(new Big(0), 'number'),
			total,
			url: `https://invoices.zoo.invalid/${number}`,
		};
	});
}

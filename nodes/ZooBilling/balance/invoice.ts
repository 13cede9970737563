// What one of Zoo's invoices holds, as a zod schema: like the balance typed, and tolerant.

import * as z from 'zod/v4-mini';

import { flag, fraction, list, maybe, moment, money, onDemand, text, whole } from './schema';

const amount = () => maybe(money);
const labels = () => maybe(z.record(z.string(), z.string()));

const coupon = () =>
	z.looseObject({ amount_off: amount(), id: text, metadata: labels(), name: text, percent_off: fraction });

const line = () =>
	z.looseObject({
		amount: amount(),
		currency: text,
		description: text,
		id: text,
		invoice_item: text,
		metadata: labels(),
	});

const amounts = () => ({
	amount_due: amount(),
	amount_paid: amount(),
	amount_refunded: amount(),
	amount_remaining: amount(),
	subtotal: amount(),
	tax: amount(),
	total: amount(),
});

const state = () => ({
	attempt_count: whole,
	attempted: flag,
	billing_reason: text,
	collection_method: text,
	paid: flag,
	refund_status: maybe(z.enum(['partially_refunded', 'refunded'])),
	status: maybe(z.enum(['draft', 'open', 'paid', 'uncollectible', 'void', 'unknown'])),
});

export const invoiceSchema = onDemand(() =>
	z.looseObject({
		...amounts(),
		...state(),
		created_at: moment,
		currency: text,
		customer_email: text,
		customer_id: text,
		default_payment_method: text,
		description: text,
		discounts: list(z.looseObject({ coupon: maybe(coupon()) })),
		id: text,
		lines: list(line()),
		metadata: labels(),
		number: text,
		pdf: text,
		receipt_number: text,
		statement_descriptor: text,
		subscription_id: text,
		url: text,
	}),
);

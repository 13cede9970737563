// What one of Zoo's invoices holds, as a zod schema: like the balance typed, and tolerant.

import * as z from 'zod/v4-mini';

import { flag, fraction, maybe, moment, money, onDemand, text, whole } from './schema';

const amount = () => maybe(money);
const labels = () => maybe(z.record(z.string(), z.string()));

export const invoiceSchema = onDemand(() =>
	z.looseObject({
		amount_due: amount(),
		amount_paid: amount(),
		amount_refunded: amount(),
		amount_remaining: amount(),
		attempt_count: whole,
		attempted: flag,
		billing_reason: text,
		collection_method: text,
		created_at: moment,
		currency: text,
		customer_email: text,
		customer_id: text,
		default_payment_method: text,
		description: text,
		discounts: maybe(
			z.array(
				z.looseObject({
					coupon: maybe(
						z.looseObject({
							amount_off: amount(),
							id: text,
							metadata: labels(),
							name: text,
							percent_off: fraction,
						}),
					),
				}),
			),
		),
		id: text,
		lines: maybe(
			z.array(
				z.looseObject({
					amount: amount(),
					currency: text,
					description: text,
					id: text,
					invoice_item: text,
					metadata: labels(),
				}),
			),
		),
		metadata: labels(),
		number: text,
		paid: flag,
		pdf: text,
		receipt_number: text,
		refund_status: maybe(z.enum(['partially_refunded', 'refunded'])),
		statement_descriptor: text,
		status: maybe(z.enum(['draft', 'open', 'paid', 'uncollectible', 'void', 'unknown'])),
		subscription_id: text,
		subtotal: amount(),
		tax: amount(),
		total: amount(),
		url: text,
	}),
);

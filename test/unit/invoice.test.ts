// Zoo's invoices: typed as far as they fit, and kept as they came where they do not.

import { invoiceSchema } from '../../nodes/ZooBilling/balance/invoice';
import { fit } from '../../nodes/ZooBilling/balance/reply';

const line = {
	amount: '5.00',
	currency: 'usd',
	description: 'x',
	id: 'il_1',
	invoice_item: 'ii_1',
	metadata: { a: 'b' },
};
const coupon = { amount_off: '1.00', id: 'c_1', metadata: { a: 'b' }, name: 'x', percent_off: 12.5 };
const AMOUNTS = ['amount_due', 'amount_paid', 'amount_refunded', 'amount_remaining', 'subtotal', 'tax', 'total'];

it('is typed whole', () => {
	const amounts = Object.fromEntries(AMOUNTS.map((name) => [name, '5.50']));
	const state = { attempt_count: 1, attempted: true, refund_status: 'refunded', status: 'paid' };
	const whole = {
		...amounts,
		...state,
		lines: [line],
		discounts: [{ coupon }, { coupon: null }],
		metadata: { a: 'b' },
	};
	const wire = {
		...whole,
		...Object.fromEntries(AMOUNTS.map((name) => [name, 5.5])),
		lines: [{ ...line, amount: 5 }],
		discounts: [{ coupon: { ...coupon, amount_off: 1 } }, { coupon: null }],
	};
	expect(fit(invoiceSchema(), wire)).toEqual({ value: whole, misfits: [] });
	const strange = { ...whole, attempted: 'no', status: 'lost', lines: [{ ...line, description: 5 }] };
	expect(fit(invoiceSchema(), strange)).toEqual({
		value: strange,
		misfits: expect.arrayContaining(['attempted', 'status', 'lines.0.description']),
	});
});

it.each(['draft', 'open', 'paid', 'uncollectible', 'void', 'unknown', null])('has the status %p', (status) => {
	expect(fit(invoiceSchema(), { status })).toEqual({ value: { status }, misfits: [] });
});

it.each(['partially_refunded', 'refunded', null])('has the refund status %p', (status) => {
	expect(fit(invoiceSchema(), { refund_status: status })).toEqual({ value: { refund_status: status }, misfits: [] });
});

it.each<[path: string, json: Record<string, unknown>]>([
	['status', { status: 'lost' }],
	['refund_status', { refund_status: 'lost' }],
	['total', { total: 'n/a' }],
	['metadata', { metadata: 5 }],
	['metadata.a', { metadata: { a: 5 } }],
	['attempted', { attempted: 'no' }],
	['attempt_count', { attempt_count: 1.5 }],
	['created_at', { created_at: 'yesterday' }],
	['customer_email', { customer_email: 5 }],
	['discounts.0.coupon.percent_off', { discounts: [{ coupon: { percent_off: 'half' } }] }],
	['discounts.0.coupon', { discounts: [{ coupon: 5 }] }],
	['lines.0.description', { lines: [{ description: 5 }] }],
	['lines.0.metadata', { lines: [{ metadata: 5 }] }],
])('keeps a strange %s as it came, and names it', (path, json) => {
	expect(fit(invoiceSchema(), json)).toEqual({ value: json, misfits: [path] });
});

it('types the lines beside one that does not fit', () => {
	const { value, misfits } = fit(invoiceSchema(), { lines: [{ amount: 5, description: 5 }, { amount: 7 }], total: 12 });
	expect(value).toEqual({ lines: [{ amount: '5.00', description: 5 }, { amount: '7.00' }], total: '12.00' });
	expect(misfits).toEqual(['lines.0.description']);
});

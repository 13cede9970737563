/** What Stripe has of a payment, as its API answers it: only the parts that a receiver may look at. */

export interface Checkout {
	/** The payment's own ID. */
	readonly payment: string;
	readonly organization?: string;
	/** In cents, or whatever is the smallest unit of the currency. */
	readonly amount: number;
	readonly currency?: string;
	readonly live?: boolean;
	readonly paid?: boolean;
	readonly mode?: 'payment' | 'subscription';
	/** A bank debit is charged at once and paid days later. */
	readonly method?: 'card' | 'us_bank_account';
	readonly chargedAt?: Date;
	readonly captured?: 'automatic' | 'manual';
	/** In cents; all of it by default. */
	readonly received?: number;
	/** In cents, of what was given back before anybody asked. */
	readonly refunded?: number;
	readonly disputed?: boolean;
	/** That Stripe made for it. */
	readonly invoice?: string;
	readonly tax?: number;
	readonly shipping?: number;
	/** Beside the organization. */
	readonly metadata?: Readonly<Record<string, string>>;
}

export interface Charge {
	readonly id: string;
	readonly object: 'charge';
	readonly created: number;
	readonly payment_method_details: { readonly type: string };
	readonly amount_refunded: number;
	readonly refunded: boolean;
	readonly disputed: boolean;
}

export interface PaymentIntent {
	readonly id: string;
	readonly object: 'payment_intent';
	readonly amount_received: number;
	readonly capture_method: string;
	readonly latest_charge: Charge | string;
}

export interface CheckoutSession {
	readonly id: string;
	readonly object: 'checkout.session';
	readonly invoice: string | null;
	readonly amount_total: number;
	readonly created: number;
	readonly currency: string;
	readonly customer_details: { readonly email: string };
	readonly livemode: boolean;
	readonly metadata: Readonly<Record<string, string>>;
	readonly mode: string;
	readonly payment_intent: PaymentIntent | string;
	readonly payment_status: string;
	readonly status: string;
	readonly total_details: { readonly amount_tax: number; readonly amount_shipping: number };
}

export interface Reversal {
	readonly id: string;
	readonly object: 'refund' | 'dispute';
	readonly amount: number;
	readonly created: number;
	readonly currency: string;
	readonly payment_intent: string;
	readonly status: string;
}

export interface StripeEvent {
	readonly id: string;
	readonly object: 'event';
	readonly type: string;
	readonly created: number;
	readonly livemode: boolean;
	readonly data: { readonly object: unknown };
}

let count = 0;

/** With the payment expanded, as it is asked for. */
export function checkoutSession(checkout: Checkout): CheckoutSession {
	const { payment, organization, amount, currency = 'usd', live = true, paid = true, metadata = {} } = checkout;
	const { method = 'card', chargedAt = new Date(), captured = 'automatic', received = amount } = checkout;
	const created = seconds(chargedAt);
	const { refunded = 0, disputed = false, invoice = null } = checkout;
	const charge: Charge = {
		id: `ch_${payment}`,
		object: 'charge',
		created,
		payment_method_details: { type: method },
		amount_refunded: refunded,
		refunded: refunded >= received,
		disputed,
	};
	return {
		id: `cs_${live ? 'live' : 'test'}_${payment}`,
		object: 'checkout.session',
		invoice,
		amount_total: amount,
		created,
		currency,
		customer_details: { email: `${organization ?? 'nobody'}@example.com` },
		livemode: live,
		metadata: { ...(organization !== undefined && { organization }), ...metadata },
		mode: checkout.mode ?? 'payment',
		payment_intent: {
			id: payment,
			object: 'payment_intent',
			amount_received: received,
			capture_method: captured,
			latest_charge: charge,
		},
		payment_status: paid ? 'paid' : 'unpaid',
		status: 'complete',
		total_details: { amount_tax: checkout.tax ?? 0, amount_shipping: checkout.shipping ?? 0 },
	};
}

/** As it stands in events, and in answers to those who do not ask for more. */
export function unexpanded(session: CheckoutSession): CheckoutSession {
	const { payment_intent: intent } = session;
	return { ...session, payment_intent: typeof intent === 'string' ? intent : intent.id };
}

/** An event of its own each time: only the payment's ID tells that two are about the same. */
export function eventOf(type: string, object: unknown, live = true, created = new Date()): StripeEvent {
	count += 1;
	return {
		id: `evt_${count}`,
		object: 'event',
		type,
		created: seconds(created),
		livemode: live,
		data: { object },
	};
}

export function completedEvent(session: CheckoutSession): StripeEvent {
	return eventOf('checkout.session.completed', unexpanded(session), session.livemode);
}

function seconds(moment: Date): number {
	return Math.floor(moment.getTime() / 1000);
}

/** Objects and events as Stripe's documentation has them, and the row that each is to become. */
import { checkoutSession, eventOf, type Checkout } from './objects';

const ORG = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';
const USER = '11111111-1111-4111-8111-111111111111';

export interface Payload {
	readonly name: string;
	readonly event: unknown;
	/** What Stripe answers when it is asked for the object; nothing where it is not to be asked. */
	readonly answer?: unknown;
	readonly became: string;
	/** The row: its status, what it says, its amount as people read it. */
	readonly row?: readonly [payment: string, status: string, why: RegExp | null, shown: string];
	readonly settings?: Readonly<Record<string, string>>;
}

function checkout(
	name: string,
	more: Partial<Checkout> & { readonly raw?: object },
	rest: Omit<Payload, 'name' | 'event' | 'answer'>,
): Payload {
	const { raw = {}, ...given } = more;
	const answer = { ...checkoutSession({ payment: 'pi_x', organization: ORG, amount: 5000, ...given }), ...raw };
	const event = eventOf('checkout.session.completed', { id: answer.id, object: 'checkout.session' }, answer.livemode);
	return { name, event, answer, ...rest };
}

const due = (shown = '50.00 USD') => ({ became: 'due', row: ['pi_x', 'due', null, shown] }) as const;
const person = (why: RegExp, shown = '50.00 USD', payment = 'pi_x') =>
	({ became: 'person', row: [payment, 'person', why, shown] }) as const;
const charge = {
	id: 'ch_x',
	object: 'charge',
	created: Math.floor(Date.now() / 1000),
	payment_method_details: { type: 'card' },
};
const intent = {
	id: 'pi_x',
	object: 'payment_intent',
	amount_received: 5000,
	capture_method: 'automatic',
	latest_charge: charge,
};

/** `object`: as the event and Stripe itself have it. */
function told(
	name: string,
	type: string,
	object: Readonly<Record<string, unknown>> & { readonly id: string },
	rest: Omit<Payload, 'name' | 'event' | 'answer'>,
): Payload {
	return { name, event: eventOf(type, object), answer: object, ...rest };
}

const invoice = {
	id: 'in_x',
	object: 'invoice',
	livemode: true,
	amount_paid: 5000,
	currency: 'usd',
	customer_email: 'kim@example.com',
	metadata: { organization: ORG },
	payment_intent: 'pi_x',
};
const subscription = {
	...invoice,
	metadata: {},
	subscription: 'sub_x',
	subscription_details: { metadata: { organization: ORG } },
};
const refund = {
	id: 're_x',
	object: 'refund',
	amount: 5000,
	currency: 'usd',
	payment_intent: 'pi_added',
	created: 1_790_000_000,
};
const dispute = { ...refund, id: 'du_x', object: 'dispute' };
const thin = (id: string, type: string, kind: string) => ({
	id: 'evt_t',
	object: 'v2.core.event',
	type,
	livemode: true,
	created: new Date().toISOString(),
	related_object: { id, type: kind },
});

/** In the table already: a payment `pi_added` of 50 USD that was added. */
export const payloads: readonly Payload[] = [
	checkout('a paid checkout', {}, due()),
	checkout('one in test mode', { live: false }, { became: 'another mode' }),
	checkout('one that is unpaid', { paid: false }, { became: 'not paid' }),
	checkout(
		'one that is set up for later',
		{ raw: { mode: 'setup', payment_status: 'no_payment_required', amount_total: null } },
		{ became: 'not paid' },
	),
	checkout('one that has expired', { raw: { status: 'expired', payment_status: 'unpaid' } }, { became: 'not paid' }),
	checkout('one that a coupon paid in full', { amount: 0 }, { became: 'nothing paid' }),
	checkout('one in euros', { currency: 'eur' }, person(/Paid in EUR/, '50.00 EUR')),
	checkout('one in yen, without decimals', { currency: 'jpy' }, person(/Paid in JPY/, '5000 JPY')),
	checkout('one in Kuwaiti dinars, with three', { currency: 'kwd' }, person(/Paid in KWD/, '5.000 KWD')),
	checkout(
		'one in Ugandan shillings, which Stripe counts in hundredths',
		{ currency: 'ugx' },
		person(/Paid in UGX/, '50.00 UGX'),
	),
	checkout('one in forints', { currency: 'huf' }, person(/Paid in HUF/, '50.00 HUF')),
	checkout(
		'one in a currency that Stripe does not have',
		{ currency: 'xyz' },
		person(/Paid in XYZ/, '5000 smallest units of XYZ'),
	),
	checkout(
		'one with adaptive pricing',
		{ raw: { presentment_details: { presentment_amount: 4600, presentment_currency: 'eur' } } },
		due(),
	),
	checkout('one with tax, where it is left out', { tax: 800 }, { ...due('42.00 USD'), settings: { net: 'true' } }),
	checkout('one captured by hand in full', { captured: 'manual' }, due()),
	checkout(
		'one captured in part',
		{ captured: 'manual', received: 3000 },
		person(/Received in part: 30\.00 USD of 50\.00 USD/, '30.00 USD'),
	),
	checkout('one refunded before it came', { refunded: 5000 }, person(/Refunded \(50\.00 USD\) or disputed before/)),
	checkout('one refunded in part before it came', { refunded: 1000 }, person(/Refunded \(10\.00 USD\)/)),
	checkout('one disputed before it came', { disputed: true }, person(/disputed before it was added/)),
	checkout(
		'one without a payment behind it',
		{ raw: { payment_intent: null } },
		person(/was not answered/, '50.00 USD', 'cs_live_pi_x'),
	),
	checkout(
		'one of a subscription',
		{ raw: { mode: 'subscription', payment_intent: null, invoice: 'in_x' } },
		person(/first payment of a subscription/, '50.00 USD', 'in_x'),
	),
	checkout('one with an invoice of its own', { invoice: 'in_x' }, due()),
	checkout('one that names nobody', { raw: { metadata: {} } }, person(/No organization and no user/)),
	checkout(
		'one of a Payment Link with a reference that is not read',
		{ raw: { metadata: {}, client_reference_id: ORG } },
		person(/No organization and no user/),
	),
	checkout(
		'the same where references are read',
		{ raw: { metadata: {}, client_reference_id: ORG } },
		{ ...due(), settings: { client_reference: 'on' } },
	),
	checkout(
		'one whose reference disagrees',
		{ raw: { client_reference_id: USER } },
		{ ...person(/disagree about the organization/), settings: { client_reference: 'on' } },
	),
	checkout(
		'one whose payment names the organization, not read',
		{ raw: { metadata: {}, payment_intent: { ...intent, metadata: { organization: ORG } } } },
		person(/No organization and no user/),
	),
	checkout(
		'the same where the payment’s metadata are read',
		{ raw: { metadata: {}, payment_intent: { ...intent, metadata: { organization: ORG } } } },
		{ ...due(), settings: { intent_metadata: 'on' } },
	),
	checkout('one for a user by UUID', { raw: { metadata: { user: USER } } }, due()),
	checkout('one for a user by address', { raw: { metadata: { user: ' Kim@Example.com' } } }, due()),
	checkout(
		'one for a user whom nobody can be',
		{ raw: { metadata: { user: 'kim' } } },
		person(/neither a UUID nor an address/),
	),
	checkout(
		'one with an address typed by the payer alone',
		{ raw: { metadata: {}, customer_details: { email: 'kim@example.com' } } },
		person(/No organization and no user/),
	),
	{
		...checkout('a thin event of a paid checkout', {}, due()),
		event: thin('cs_live_pi_x', 'v1.checkout.session.completed', 'checkout.session'),
	},
	{
		...told(
			'a thin event of a refund',
			'refund.created',
			{ ...refund, status: 'succeeded' },
			{ became: 'person', row: ['re_x', 'person', /Decide whether to take it/, '50.00 USD'] },
		),
		event: thin('re_x', 'v1.refund.created', 'refund'),
	},
	told('an invoice that stands by itself', 'invoice.paid', invoice, person(/no checkout tells of it/)),
	told(
		'a subscription’s first invoice',
		'invoice.paid',
		{ ...subscription, billing_reason: 'subscription_create' },
		person(/invoice of a subscription/, '50.00 USD', 'in_x'),
	),
	told(
		'a renewal',
		'invoice.paid',
		{ ...subscription, billing_reason: 'subscription_cycle' },
		person(/invoice of a subscription/, '50.00 USD', 'in_x'),
	),
	told(
		'an invoice of something else',
		'invoice.paid',
		{ ...invoice, metadata: {}, payment_intent: 'pi_y' },
		{ became: 'another product' },
	),
	told(
		'a refund that is pending',
		'refund.created',
		{ ...refund, status: 'pending' },
		{ became: 'ignored', row: ['re_x', 'ignored', /no money has moved yet/, '50.00 USD'] },
	),
	told(
		'a refund that has failed',
		'refund.failed',
		{ ...refund, status: 'failed' },
		{ became: 'ignored', row: ['re_x', 'ignored', /or it is back/, '50.00 USD'] },
	),
	told('a refund that was canceled', 'refund.updated', { ...refund, status: 'canceled' }, { became: 'ignored' }),
	told(
		'a refund in a state that nobody knows',
		'refund.updated',
		{ ...refund, status: 'thawing' },
		{ became: 'person', row: ['re_x', 'person', /does not know/, '50.00 USD'] },
	),
	told('an inquiry', 'charge.dispute.created', { ...dispute, status: 'warning_needs_response' }, { became: 'ignored' }),
	told(
		'a dispute',
		'charge.dispute.created',
		{ ...dispute, status: 'needs_response' },
		{ became: 'person', row: ['du_x', 'person', /A dispute of 50\.00 USD/, '50.00 USD'] },
	),
	told('a dispute that was won', 'charge.dispute.closed', { ...dispute, status: 'won' }, { became: 'ignored' }),
	told('an event of another kind', 'customer.created', { id: 'cus_1' }, { became: 'another event' }),
];

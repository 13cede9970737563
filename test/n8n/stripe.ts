/** Stripe's side of the top-up: events of its shape, its API for checkouts, and a webhook in place of the Stripe Trigger. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { CleanUp } from './clean-up';
import type { Example } from './examples';

export const STRIPE_TRIGGER = 'Stripe Checkout Completed';

export interface Checkout {
	readonly payment: string;
	readonly organization?: string;
	/** In cents, or whatever is the smallest unit of the currency. */
	readonly amount: number;
	readonly currency?: string;
	readonly live?: boolean;
	readonly paid?: boolean;
	readonly mode?: 'payment' | 'subscription';
}

export const STRIPE_KEY = 'made-up key of an account at Stripe'.replaceAll(' ', '_');

/** The one call of Stripe's API that the example makes: a checkout by its ID, for whoever has the account's key. */
export class StripeApi {
	/** Request lines, in order. */
	readonly requests: string[] = [];
	private readonly sessions = new Map<string, Record<string, unknown>>();

	private constructor(readonly url: string) {}

	static async start(cleanUp: CleanUp): Promise<StripeApi> {
		const server = createServer((request, response) => {
			const { method = '', url = '', headers } = request;
			stripe.requests.push(`${method} ${url}`);
			const session = stripe.sessions.get(url.replace('/v1/checkout/sessions/', ''));
			const known = headers.authorization === `Bearer ${STRIPE_KEY}` && headers['stripe-version'] !== undefined;
			const status = known ? (session ? 200 : 404) : 401;
			response.writeHead(status, { 'content-type': 'application/json' });
			response.end(JSON.stringify(status === 200 ? session : { error: { message: 'No such checkout.session' } }));
		});
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		await cleanUp.later(() => void server.close());
		const { port } = server.address() as AddressInfo;
		const stripe = new StripeApi(`http://127.0.0.1:${port}`);
		return stripe;
	}

	/** A checkout that Stripe knows, and the event that tells of it. */
	complete(checkout: Checkout): Record<string, unknown> {
		const session = sessionOf(checkout);
		this.sessions.set(session.id, session);
		return checkoutCompleted(checkout);
	}
}

function sessionOf({
	payment,
	organization,
	amount,
	currency = 'usd',
	live = true,
	paid = true,
	mode = 'payment',
}: Checkout) {
	return {
		id: `cs_${payment}`,
		object: 'checkout.session',
		amount_total: amount,
		currency,
		livemode: live,
		metadata: organization === undefined ? {} : { organization },
		mode,
		payment_intent: payment,
		payment_status: paid ? 'paid' : 'unpaid',
	};
}

let events = 0;

/** The parts of `checkout.session.completed` that matter here; each is an event of its own, so that only the payment's ID tells that two are about the same. */
export function checkoutCompleted(checkout: Checkout): Record<string, unknown> {
	events += 1;
	return {
		id: `evt_${events}`,
		object: 'event',
		type: 'checkout.session.completed',
		livemode: checkout.live ?? true,
		data: { object: sessionOf(checkout) },
	};
}

/** The example with a webhook instead of the Stripe Trigger, which needs an account at Stripe, and with the stand-in's address; all else stays as it is. */
export function openToDeliveries(example: Example, path: string, stripe: StripeApi): Example {
	const nodes = example.nodes.map((node) => {
		const { url } = node.parameters;
		if (typeof url !== 'string') return node;
		return { ...node, parameters: { ...node.parameters, url: url.replace('https://api.stripe.com', stripe.url) } };
	});
	return withWebhook({ ...example, nodes }, STRIPE_TRIGGER, path);
}

/** The example with a webhook instead of the trigger named, whose output is then the body of what is posted. */
export function withWebhook(example: Example, trigger: string, path: string): Example {
	const webhook = {
		name: 'Delivery',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2.1,
		position: [-224, 64],
		webhookId: path,
		parameters: { httpMethod: 'POST', path, options: {} },
	};
	const nodes = example.nodes.map((node) => {
		if (node.name !== trigger) return node;
		return {
			...node,
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: '={{ $json.body }}', options: {} },
		};
	});
	const connections = {
		...example.connections,
		Delivery: { main: [[{ node: trigger, type: 'main', index: 0 }]] },
	};
	return { ...example, nodes: [...nodes, webhook], connections, pinData: {} };
}

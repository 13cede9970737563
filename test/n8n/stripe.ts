/** Stripe's side of the top-up: events of its shape, and a webhook that takes them where the example has the Stripe Trigger. */
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
}

let events = 0;

/** The parts of `checkout.session.completed` that matter here; each is an event of its own, so that only the payment's ID tells that two are about the same. */
export function checkoutCompleted({
	payment,
	organization,
	amount,
	currency = 'usd',
	live = true,
	paid = true,
}: Checkout): Record<string, unknown> {
	const metadata = organization === undefined ? {} : { organization };
	const session = {
		id: `cs_${payment}`,
		object: 'checkout.session',
		amount_total: amount,
		currency,
		metadata,
		mode: 'payment',
		payment_intent: payment,
		payment_status: paid ? 'paid' : 'unpaid',
	};
	events += 1;
	return {
		id: `evt_${events}`,
		object: 'event',
		type: 'checkout.session.completed',
		livemode: live,
		data: { object: session },
	};
}

/** The example with a webhook instead of the Stripe Trigger, which needs an account at Stripe; all else stays as it is. */
export function openToDeliveries(example: Example, path: string): Example {
	return withWebhook(example, STRIPE_TRIGGER, path);
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

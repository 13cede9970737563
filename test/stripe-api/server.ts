/** A stand-in for the part of Stripe's API that reads payments: a real HTTP server on loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { unexpanded, type CheckoutSession, type Reversal } from './objects';

/** What the stand-in takes for a secret key; Stripe's own look otherwise. */
export const STRIPE_KEY = 'key-of-the-stand-in';
/** What its deliveries are signed with. */
export const SIGNING_SECRET = 'signing-secret-of-the-stand-in';

const LARGEST_PAGE = 100;

export async function startStripeApi(port = 0): Promise<StripeApi> {
	const api = new StripeApi();
	await api.listen(port);
	return api;
}

export class StripeApi {
	/** The newest last. */
	readonly sessions = new Map<string, CheckoutSession>();
	readonly reversals: Reversal[] = [];
	/** Path and query of every request. */
	readonly requests: string[] = [];
	/** Answers `GET /pay`, with which a person plays a customer; nobody pays without it. */
	onPay: ((query: URLSearchParams) => Promise<string>) | undefined;
	/** The status of a refusal in place of the answer, for path and query. */
	refuses: ((url: URL) => number | undefined) | undefined;
	private readonly server: Server = createServer((request, response) => this.serve(request, response));

	async listen(port: number): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', reject).listen(port, '127.0.0.1', resolve);
		});
	}

	/** Without a slash at the end. */
	get url(): string {
		const address = this.server.address();
		if (typeof address !== 'object' || address === null) throw new Error('The stand-in is not listening');
		return `http://127.0.0.1:${address.port}`;
	}

	add(session: CheckoutSession): void {
		this.sessions.set(session.id, session);
	}

	async close(): Promise<void> {
		const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
		this.server.closeAllConnections();
		await closed;
	}

	private serve(request: IncomingMessage, response: ServerResponse): void {
		const { pathname, searchParams } = new URL(request.url ?? '', 'http://stand-in');
		if (pathname === '/pay' && this.onPay) {
			void this.onPay(searchParams).then((text) => response.end(`${text}\n`));
			return;
		}
		this.requests.push(request.url ?? '');
		const { status, json } = this.answer(request);
		response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
	}

	private answer({ method, url = '', headers }: IncomingMessage): { status: number; json: unknown } {
		if (headers.authorization !== `Bearer ${STRIPE_KEY}`) return refusal(401, 'Invalid API Key provided');
		if (headers['stripe-version'] === undefined) return refusal(400, 'The stand-in wants its version named');
		const asked = new URL(url, 'http://stand-in');
		const refused = this.refuses?.(asked);
		if (refused !== undefined) return refusal(refused, 'The stand-in refuses this');
		const { pathname, searchParams } = asked;
		if (method !== 'GET') return refusal(404, `Unrecognized request URL (${method}: ${pathname})`);
		const [, one] = /^\/v1\/checkout\/sessions\/([\w-]+)$/.exec(pathname) ?? [];
		if (one !== undefined) {
			const session = this.sessions.get(one);
			if (!session) return refusal(404, `No such checkout.session: '${one}'`);
			return { status: 200, json: this.shown(session, searchParams, '') };
		}
		const lists: Record<string, () => ReadonlyArray<CheckoutSession | Reversal>> = {
			'/v1/checkout/sessions': () => [...this.sessions.values()].map((s) => this.shown(s, searchParams, 'data.')),
			'/v1/refunds': () => this.reversals.filter(({ object }) => object === 'refund'),
			'/v1/disputes': () => this.reversals.filter(({ object }) => object === 'dispute'),
		};
		const list = lists[pathname];
		return list ? page(pathname, list(), searchParams) : refusal(404, `Unrecognized request URL (GET: ${pathname})`);
	}

	private shown(session: CheckoutSession, query: URLSearchParams, prefix: string): CheckoutSession {
		const asked = query.getAll('expand[]');
		const { payment_intent: intent } = session;
		const deeply = asked.includes(`${prefix}payment_intent.latest_charge`);
		if (typeof intent === 'string' || deeply) return session;
		if (!asked.includes(`${prefix}payment_intent`)) return unexpanded(session);
		const { latest_charge: charge } = intent;
		return {
			...session,
			payment_intent: { ...intent, latest_charge: typeof charge === 'string' ? charge : charge.id },
		};
	}
}

/** The newest first, after the one that the last page ended with. */
function page(url: string, all: ReadonlyArray<CheckoutSession | Reversal>, query: URLSearchParams) {
	const limit = Number(query.get('limit') ?? 10);
	if (!(limit >= 1 && limit <= LARGEST_PAGE)) return refusal(400, 'Invalid limit');
	const since = Number(query.get('created[gte]') ?? 0);
	const status = query.get('status');
	const wanted = [...all]
		.reverse()
		.filter(({ created }) => created >= since)
		.filter((one) => status === null || !('status' in one) || one.status === status);
	const after = query.get('starting_after');
	const start = after === null ? 0 : wanted.findIndex(({ id }) => id === after) + 1;
	if (after !== null && start === 0) return refusal(400, `No such object: '${after}'`);
	const data = wanted.slice(start, start + limit);
	return { status: 200, json: { object: 'list', url, has_more: start + limit < wanted.length, data } };
}

function refusal(status: number, message: string) {
	return { status, json: { error: { type: 'invalid_request_error', message } } };
}

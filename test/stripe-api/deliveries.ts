/** Stripe's deliveries to a webhook: signed anew each time, and sent again with growing pauses until they are answered well. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { StripeEvent } from './objects';
import { signatureOf } from './signature';

const MOST_UNDER_WAY = 40;

export interface Endpoint {
	readonly url: string;
	readonly secret: string;
	/** How long an answer is waited for. */
	readonly timeoutMs?: number;
	/** The pause before the second attempt; each later one is twice as long. */
	readonly firstPauseMs?: number;
	/** Of one event; what is still unanswered then has not arrived. */
	readonly attempts?: number;
}

export interface Answer {
	/** Undefined when no answer came. */
	readonly status: number | undefined;
	readonly text: string;
}

export class Deliveries {
	/** How many attempts were made, and how many of them were not answered with 2xx. */
	readonly count = { attempts: 0, failed: 0, givenUp: 0 };
	readonly events: StripeEvent[] = [];
	private readonly open = new Set<Promise<unknown>>();

	constructor(private readonly endpoint: Endpoint) {}

	/** In the background, until it is answered with 2xx. */
	send(event: StripeEvent): void {
		this.events.push(event);
		const sending = this.insist(event).finally(() => this.open.delete(sending));
		this.open.add(sending);
	}

	/** Resolves when there is room for more: Stripe, too, has only so many deliveries to one endpoint under way. */
	async fewUnderWay(): Promise<void> {
		while (this.open.size > MOST_UNDER_WAY) await Promise.race(this.open);
	}

	/** Resolves when nothing is under way any more. */
	async settled(): Promise<void> {
		while (this.open.size > 0) await Promise.all(this.open);
	}

	/** One attempt. `headers`: in place of the right signature. */
	async attempt(event: StripeEvent | string, headers?: Readonly<Record<string, string>>): Promise<Answer> {
		const { url, secret, timeoutMs = 20_000 } = this.endpoint;
		const body = typeof event === 'string' ? event : JSON.stringify(event);
		this.count.attempts += 1;
		const answer = await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/json; charset=utf-8',
				...(headers ?? { 'stripe-signature': signatureOf(body, secret) }),
			},
			body,
			signal: AbortSignal.timeout(timeoutMs),
		})
			.then(async (response) => ({ status: response.status, text: await response.text() }))
			.catch(() => ({ status: undefined, text: '' }));
		if (!isGood(answer)) this.count.failed += 1;
		return answer;
	}

	private async insist(event: StripeEvent): Promise<void> {
		const { firstPauseMs = 5_000, attempts = 10 } = this.endpoint;
		for (let tried = 0; tried < attempts; tried += 1) {
			if (tried > 0) await sleep(firstPauseMs * 2 ** (tried - 1));
			if (isGood(await this.attempt(event))) return;
		}
		this.count.givenUp += 1;
	}
}

function isGood({ status = 0 }: Answer): boolean {
	return status >= 200 && status < 300;
}

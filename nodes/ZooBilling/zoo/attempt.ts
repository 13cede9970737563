// One attempt's time and reply: it is over when it is said to be, and leaves nothing open and nothing in memory.

import type { IExecuteFunctions } from 'n8n-workflow';

/** Zoo's replies have a few kB. */
const LONGEST_REPLY = 1_000_000;

/** A reply of which something came so short a time ago still comes in, if slowly; in milliseconds. */
const MOVING = 500;

/**
 * One attempt, which is let go for good when its time is over, when the execution is canceled, and when it has ended.
 */
export class Attempt {
	private readonly ending = new AbortController();
	private readonly timer: AbortSignal;
	private lastByteAt = -Infinity;

	constructor(
		private readonly cancel: AbortSignal | undefined,
		timeout: number,
	) {
		// A signal takes whole milliseconds only.
		this.timer = AbortSignal.timeout(Math.ceil(timeout));
		for (const signal of [this.timer, cancel]) signal?.addEventListener('abort', this.letGo, { once: true });
		if (cancel?.aborted) this.letGo();
	}

	get isOverdue(): boolean {
		return this.timer.aborted;
	}

	get isMoving(): boolean {
		return performance.now() - this.lastByteAt < MOVING;
	}

	/** n8n's context with this attempt's signal for the execution's: the helper heeds no other. */
	contextOf(context: IExecuteFunctions): IExecuteFunctions {
		return new Proxy(context, {
			get: (target, name): unknown =>
				name === 'getExecutionCancelSignal' ? () => this.ending.signal : Reflect.get(target, name),
		});
	}

	/** Closes what is open. What has listened to a signal would keep it, and its timer, in memory. */
	readonly letGo = (): void => {
		for (const signal of [this.timer, this.cancel]) signal?.removeEventListener('abort', this.letGo);
		this.ending.abort();
	};

	/** The text of a reply; empty where it is longer than any reply of Zoo, which is not read to its end. */
	async textOf(body: unknown): Promise<string> {
		if (!isStream(body)) return '';
		const decoder = new TextDecoder();
		let text = '';
		let length = 0;
		for await (const chunk of body) {
			this.lastByteAt = performance.now();
			if (!(chunk instanceof Uint8Array)) continue;
			length += chunk.length;
			if (length > LONGEST_REPLY) return '';
			text += decoder.decode(chunk, { stream: true });
		}
		return text + decoder.decode();
	}
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
	return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

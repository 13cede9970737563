/** What can go wrong between a client and Zoo, as data, and which request it happens to. */
import { matches, type LoggedRequest, type RequestMatch } from './requests';

/** Whether the write takes effect all the same; `'late'`: only once the client has let go of the connection. */
export type Applied = boolean | 'late';

interface Effect {
	/** Default: true for `delay` and `edit`, false for all others. */
	readonly applied?: Applied;
	/** How long after that a late write happens: 0 by default; Infinity = when applyLateWrites() is called. */
	readonly lateByMs?: number;
}

export type Fault = Effect &
	(
		| {
				readonly kind: 'status';
				readonly status: number;
				readonly headers?: Readonly<Record<string, string>>;
				/** A string goes out as it is, anything else as JSON; by default Zoo's own body for an unhappy status. */
				readonly body?: unknown;
		  }
		/** The normal reply after a while; a late write happens when that while is over. */
		| { readonly kind: 'delay'; readonly ms: number }
		/** No reply at all. */
		| { readonly kind: 'hang' }
		| { readonly kind: 'resetBeforeHeaders' }
		/** The headers and half of the body, then a reset. */
		| { readonly kind: 'resetMidBody' }
		/** The headers and half of the body, then silence. */
		| { readonly kind: 'stallMidBody' }
		/** The headers, then the body byte by byte, for as long as anybody listens. */
		| { readonly kind: 'trickle'; readonly everyMs: number }
		/** 200 and a body that never ends, as fast as it is taken. */
		| { readonly kind: 'endless' }
		/** 200 with JSON that breaks off, at its full Content-Length. */
		| { readonly kind: 'brokenJson' }
		/** 200 with sound JSON that is no balance. */
		| { readonly kind: 'wrongShape'; readonly json?: unknown }
		/** What a proxy shows when it is out of sorts; 200 by default. */
		| { readonly kind: 'htmlPage'; readonly status?: number }
		| { readonly kind: 'redirect'; readonly status: number; readonly location: string }
		/** 200 with this text. */
		| { readonly kind: 'body'; readonly text: string }
		/** 200 with the normal reply as this function changes it; numbers in it are lossless-json's. */
		| { readonly kind: 'edit'; readonly edit: ReplyEdit }
	);

/** May change the reply in place or return another one. */
export type ReplyEdit = (reply: Record<string, unknown>) => unknown;

export interface FaultMatch extends RequestMatch {
	/** How many matching requests are hit: 1 by default, Infinity = all. */
	readonly times?: number;
}

export function appliedBy(fault: Fault): Applied {
	return fault.applied ?? (fault.kind === 'delay' || fault.kind === 'edit');
}

/** Faults waiting for their requests; the one queued first goes first. */
export class FaultQueue {
	private readonly waiting: Array<{ fault: Fault; match: RequestMatch; left: number }> = [];

	add(fault: Fault, match: FaultMatch): void {
		this.waiting.push({ fault, match, left: match.times ?? 1 });
	}

	takeFor(request: LoggedRequest): Fault | undefined {
		const index = this.waiting.findIndex(({ match }) => matches(match, request));
		const entry = this.waiting[index];
		if (!entry) return undefined;
		entry.left -= 1;
		if (entry.left <= 0) this.waiting.splice(index, 1);
		return entry.fault;
	}

	clear(): void {
		this.waiting.length = 0;
	}
}

/** Stripe's signature of a delivery: over the moment and the raw bytes, so that neither can be changed. */
import { createHmac } from 'node:crypto';

export function signatureOf(body: string, secret: string, at = new Date()): string {
	const moment = Math.floor(at.getTime() / 1000);
	const v1 = createHmac('sha256', secret).update(`${moment}.${body}`).digest('hex');
	// Stripe sends others beside it: of an older secret that is being replaced, and of an older scheme.
	return `t=${moment},v1=${'0'.repeat(64)},v1=${v1},v0=${'1'.repeat(64)}`;
}

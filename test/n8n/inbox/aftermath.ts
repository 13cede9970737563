/** What must change no balance any more: retries, second runs of finished executions, and Stripe delivering everything again. */
import { completedEvent } from '../../stripe-api/objects';
import type { Flow } from './flow';

const SETTLED_MS = 120_000;

/** n8n's Retry of every failed execution among the newest of the inbox. Returns how many there were. */
export async function retryFailed({ cluster: { main }, workflows }: Flow): Promise<number> {
	let count = 0;
	for (const workflow of [workflows.take, workflows.apply]) {
		for (const { id, status } of await main.rest.executionsOf(workflow)) {
			if (status !== 'error') continue;
			count += 1;
			// An execution that holds nothing to begin with is refused, which changes nothing either.
			await main.rest.retry(id).catch(() => undefined);
		}
	}
	return count;
}

/** Stripe tells of everything once more, in events of their own, and the reconciliation runs. */
export async function deliverAllAgain(flow: Flow): Promise<void> {
	for (const session of flow.stripe.sessions.values()) flow.deliveries.send(completedEvent(session));
	await flow.settled(SETTLED_MS);
	await flow.cluster.main.rest.execute(flow.workflows.reconcile, 'Every Day at 5:00');
	await flow.settled(SETTLED_MS);
}

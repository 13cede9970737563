/** What must change no balance any more: retries, second runs of finished executions, and Stripe delivering everything again. */
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

/**
 * Finished executions of *Apply* run again with the preview that they have stored, and deliveries with the bytes that they brought.
 * Returns how many there were.
 */
export async function runFinishedAgain({ cluster: { main }, workflows }: Flow): Promise<number> {
	let count = 0;
	const again = async (workflow: string, wanted: string, from: string, to: string) => {
		for (const { id, status } of await main.rest.executionsOf(workflow)) {
			if (status !== 'success') continue;
			const { nodes } = await main.rest.executionOver(id);
			if (!nodes.get(wanted)?.outputs.some((items) => items.length > 0)) continue;
			await main.rest.runAgain(workflow, id, from, to);
			count += 1;
		}
	};
	await again(workflows.apply, 'Keep Preview', 'Apply Preview', 'Record');
	await again(workflows.take, 'Read Raw Body', 'Compute Signature', 'Take Each Payment Once');
	return count;
}

/** Stripe tells of everything once more, in events of their own, and the reconciliation runs. */
export async function deliverAllAgain(flow: Flow): Promise<void> {
	for (const session of flow.stripe.sessions.values()) {
		flow.deliver(session);
		await flow.deliveries.fewUnderWay();
	}
	await flow.settled(SETTLED_MS);
	await flow.reconcile();
	await flow.settled(SETTLED_MS);
}

// When requests arrive at the API: whether lanes march in step, all at one moment and then nothing, or out of step.

import { loadPackage, runNode } from '../test/engine/harness';
import { EMPLOYEE_TOKEN } from '../test/zoo-api/tokens';
import { update } from './update';
import { orgId, startZooServer, type Latency } from './zoo-server';

export const ITEMS = 1_000;
const BUCKET_MS = 10;
/** Of the run's middle, where neither its beginning nor its end counts. */
const SHOWN = 60;

/** Arrivals in each 10 ms of a run. `folder`: the package, the project's own build by default. */
async function arrivalsPerBucket(latency: Latency, folder: string | undefined): Promise<number[]> {
	const zoo = await startZooServer(ITEMS, latency);
	try {
		const tested = await loadPackage(folder);
		const run = async () =>
			await runNode({
				parameters: update,
				items: Array.from({ length: ITEMS }, (_, index) => ({ orgId: orgId(index) })),
				credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
				tested,
			});
		await run();
		await zoo.arrivals();
		await run();
		const times = await zoo.arrivals();
		const first = Math.min(...times);
		const buckets = new Array<number>(Math.ceil((Math.max(...times) - first + 1) / BUCKET_MS)).fill(0);
		for (const time of times) {
			const bucket = Math.floor((time - first) / BUCKET_MS);
			buckets[bucket] = (buckets[bucket] ?? 0) + 1;
		}
		return buckets;
	} finally {
		zoo.stop();
	}
}

/** The most in 10 ms, the share of the time without any, and the counts of each 10 ms in the middle. */
export async function trace(latency: Latency, folder?: string): Promise<string[]> {
	const buckets = await arrivalsPerBucket(latency, folder);
	const middle = Math.max(0, Math.floor((buckets.length - SHOWN) / 2));
	const empty = buckets.filter((count) => count === 0).length / buckets.length;
	const shown = buckets.slice(middle, middle + SHOWN).join(' ');
	return [String(Math.max(...buckets)), `${(100 * empty).toFixed(0)} %`, shown];
}

/** `constant` or `varies`, and the folder of the package, the project's own by default. */
async function main(): Promise<void> {
	const [, , spread = 'constant', folder] = process.argv;
	process.stdout.write(`${(await trace({ mean: 100, varies: spread === 'varies' }, folder)).join(' | ')}\n`);
}

if (require.main === module) void main().then(() => process.exit());

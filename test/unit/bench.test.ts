// What the benchmarks reckon with: the floor below every figure, and latencies that vary.

import { floorOf } from '../../bench/floor';
import { instantContext } from '../../bench/own-cost';
import { latencyOf } from '../../bench/zoo-server';
import { execute } from '../../nodes/ZooBilling/execution';

it.each([
	['an API that answers at once leaves the processor’s time', 0, 1.5],
	['a fast API hides behind the processor', 50, 1.5],
	['a slow API adds to the check, which comes before the first request', 100, 2.5],
])('%s', (_, latencyMs, floor) => {
	expect(floorOf({ check: 0.5, processor: 1.5 }, latencyMs, 50)).toBe(floor);
});

it('a latency that varies goes evenly from half to one and a half times its mean', () => {
	const drawn = Array.from({ length: 1000 }, (_, index) => latencyOf({ mean: 100, varies: true }, index));
	const inTenth = (tenth: number) => drawn.filter((ms) => Math.floor((ms - 50) / 10) === tenth).length;
	expect(drawn.filter((ms) => ms < 50 || ms >= 150)).toEqual([]);
	for (let tenth = 0; tenth < 10; tenth++) expect(inTenth(tenth)).toBeGreaterThan(95);
});

it('a latency that does not vary is its mean', () => {
	expect(latencyOf({ mean: 20, varies: false }, 7)).toBe(20);
});

it('what measures the node’s own cost has all that the node asks n8n for', async () => {
	const [items = []] = await execute(instantContext(3));
	expect(items.map(({ json }) => json['confirmation'])).toEqual(
		[1, 2, 3].map(() => expect.objectContaining({ status: 'confirmed' })),
	);
});

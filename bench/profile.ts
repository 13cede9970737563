// Where an item's time goes: the processor time of this process while the node writes, by the code that spends it.

import { Session, type Profiler } from 'node:inspector/promises';

/** From the innermost frame outwards, the first that matches tells whose time it is. */
const owners: ReadonlyArray<readonly [owner: string, pattern: RegExp]> = [
	['Zoo Billing', /\/dist\/nodes\/ZooBilling\//],
	[
		'n8n: parameters and expressions',
		/\/node_modules\/(n8n-workflow|@n8n\/(tournament|expression-runtime)|luxon|recast|esprima-next|lodash|ast-types)\/|^evalmachine/,
	],
	[
		'n8n: HTTP helper',
		/\/node_modules\/(axios|follow-redirects|form-data|@n8n\/backend-network|proxy-from-env|https?-proxy-agent|agent-base|qs)\//,
	],
	['n8n: the rest of its engine', /\/node_modules\/(n8n-core|@n8n\/)/],
	['Node.js: HTTP and sockets', /^node:/],
];
const byName = new Map([
	['(garbage collector)', 'garbage collection'],
	['(idle)', 'idle'],
	['(program)', 'Node.js: HTTP and sockets'],
]);

/** Milliseconds that each owner spends while `work` runs, the greatest first. Idle time is left out. */
export async function profile(work: () => Promise<unknown>): Promise<ReadonlyMap<string, number>> {
	const session = new Session();
	session.connect();
	await session.post('Profiler.enable');
	await session.post('Profiler.setSamplingInterval', { interval: 1000 });
	await session.post('Profiler.start');
	await work();
	const { profile: found } = await session.post('Profiler.stop');
	session.disconnect();
	return sharesOf(found);
}

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<string, number> {
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
	const ownerOf = (id: number | undefined): string => {
		const frame = id === undefined ? undefined : byId.get(id)?.callFrame;
		if (!frame || id === undefined) return 'other';
		return (
			byName.get(frame.functionName) ??
			owners.find(([, pattern]) => pattern.test(frame.url))?.[0] ??
			ownerOf(parents.get(id))
		);
	};
	const shares = new Map<string, number>();
	samples.forEach((id, index) => {
		const owner = ownerOf(id);
		if (owner !== 'idle') shares.set(owner, (shares.get(owner) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
	});
	return new Map([...shares].sort(([, one], [, other]) => other - one));
}

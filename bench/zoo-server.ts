// A stand-in for Zoo in a process of its own, with very many organizations, so that a measured client shares nothing with it.

import { fork } from 'node:child_process';
import { once } from 'node:events';

import { startZooApi } from '../test/zoo-api/server';

/** What the stand-in takes for a request, in milliseconds: always the mean, or from half of it to one and a half times. */
export interface Latency {
	readonly mean: number;
	readonly varies: boolean;
}

export const atOnce: Latency = { mean: 0, varies: false };

export interface ZooServer {
	readonly url: string;
	/** When requests arrived since the last call, in milliseconds. */
	arrivals(): Promise<number[]>;
	stop(): void;
}

/** The ID of the nth organization. */
export function orgId(index: number): string {
	return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** The nth request's latency: evenly spread, and the same in each run, so that contestants meet the same ones. */
export function latencyOf({ mean, varies }: Latency, index: number): number {
	const goldenRatio = (Math.sqrt(5) - 1) / 2;
	return varies ? mean * (0.5 + ((index * goldenRatio) % 1)) : mean;
}

export async function startZooServer(organizations: number, latency: Latency): Promise<ZooServer> {
	const child = fork(__filename, [String(organizations), JSON.stringify(latency)], { execArgv: ['--import', 'tsx'] });
	const url = await new Promise<string>((resolve, reject) => {
		child.once('message', (message) =>
			typeof message === 'string' ? resolve(message) : reject(new Error('The stand-in sent no address')),
		);
		child.once('exit', () => reject(new Error('The stand-in ended before it listened')));
	});
	return {
		url,
		arrivals: async () => {
			child.send('arrivals');
			const [times] = (await once(child, 'message')) as [number[]];
			return times;
		},
		stop: () => child.kill(),
	};
}

/** Ends with the process that started it. */
async function serve(organizations: number, latency: Latency): Promise<void> {
	process.once('disconnect', () => process.exit());
	const zoo = await startZooApi({ log: false });
	for (let index = 0; index < organizations; index++) zoo.setBalance('org', orgId(index));
	let requests = 0;
	let arrivals: number[] = [];
	zoo.onRequest = () => {
		arrivals.push(performance.now());
		return latency.mean > 0 ? { kind: 'delay', ms: latencyOf(latency, requests++) } : undefined;
	};
	process.on('message', () => {
		process.send?.(arrivals);
		arrivals = [];
	});
	process.send?.(zoo.url);
}

if (require.main === module && process.send) {
	const [, , organizations = '1', latency = JSON.stringify(atOnce)] = process.argv;
	void serve(Number(organizations), JSON.parse(latency) as Latency);
}

// A stand-in for Zoo in a process of its own, with very many organizations, so that a measured client shares nothing with it.

import { fork } from 'node:child_process';

import { startZooApi } from '../test/zoo-api/server';

export interface ZooServer {
	readonly url: string;
	stop(): void;
}

/** The ID of the nth organization. */
export function orgId(index: number): string {
	return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

export async function startZooServer(organizations: number, latencyMs: number): Promise<ZooServer> {
	const child = fork(__filename, [String(organizations), String(latencyMs)], { execArgv: ['--import', 'tsx'] });
	const url = await new Promise<string>((resolve, reject) => {
		child.once('message', (message) =>
			typeof message === 'string' ? resolve(message) : reject(new Error('The stand-in sent no address')),
		);
		child.once('exit', () => reject(new Error('The stand-in ended before it listened')));
	});
	return { url, stop: () => child.kill() };
}

/** Ends with the process that started it. */
async function serve(organizations: number, latencyMs: number): Promise<void> {
	process.once('disconnect', () => process.exit());
	const zoo = await startZooApi({ log: false, latencyMs });
	for (let index = 0; index < organizations; index++) zoo.setBalance('org', orgId(index));
	process.send?.(zoo.url);
}

if (require.main === module && process.send) {
	const [, , organizations = '1', latencyMs = '0'] = process.argv;
	void serve(Number(organizations), Number(latencyMs));
}

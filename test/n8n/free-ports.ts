/** Finds ports on loopback that nothing listens on. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range that systems give out by themselves, so that nobody's outgoing connection takes one before it is used. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

const given = new Set<number>();

/** None is given twice by one process. */
export async function freePorts(count: number): Promise<number[]> {
	const found: number[] = [];
	while (found.length < count) {
		const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
		if (given.has(port)) continue;
		given.add(port);
		if (await isFree(port)) found.push(port);
	}
	return found;
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer().listen(port, '127.0.0.1');
	try {
		await once(server, 'listening');
	} catch {
		return false;
	}
	await once(server.close(), 'close');
	return true;
}

/** A throw-away Redis on loopback, from Debian's package, which keeps nothing on disk. */
import type { CleanUp } from '../clean-up';
import { freePorts } from '../free-ports';
import { Home } from '../home';
import { ProcessGroup } from '../processes';
import { until } from '../until';

const START_MS = 15_000;

/** Returns n8n's settings for it. */
export async function startRedis(cleanUp: CleanUp): Promise<Record<string, string>> {
	const { folder } = await Home.make(cleanUp);
	const [port = 0] = await freePorts(1);
	const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
	const server = await ProcessGroup.start({ file: 'redis-server', args }, cleanUp).catch((): never => {
		throw new Error('The tests of queue mode need Redis. On Debian and Ubuntu: apt-get install redis-server');
	});
	await until('Redis answers', START_MS, async () => {
		if (!server.running) throw new Error(`Redis ended:\n${server.lastLines()}`);
		return await Promise.resolve(server.output.includes('Ready to accept connections') ? true : undefined);
	});
	return { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port) };
}

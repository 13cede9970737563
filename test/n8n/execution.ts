/** One execution as n8n stored it: what every node put out, and what went wrong. */
import { z } from 'zod';

export interface Execution {
	readonly id: string;
	readonly status: string;
	/** Its failure, if it ended with one. */
	readonly failure: Failure | undefined;
	/** By the node's name; a node that did not run is absent. */
	readonly nodes: ReadonlyMap<string, NodeResult>;
}

export interface NodeResult {
	readonly status: string;
	/** The items' JSON of each output, in the order of the outputs. */
	readonly outputs: ReadonlyArray<ReadonlyArray<Record<string, unknown>>>;
	readonly hints: readonly string[];
	readonly failure: Failure | undefined;
}

export interface Failure {
	readonly message: string;
	readonly description?: string | null | undefined;
}

const failure = z.object({ message: z.string(), description: z.string().nullish() });
const item = z.object({ json: z.record(z.unknown()) });
const nodeRun = z.object({
	executionStatus: z.string().default(''),
	data: z.record(z.array(z.array(item).nullable())).optional(),
	hints: z.array(z.object({ message: z.string() })).default([]),
	error: failure.optional(),
});
const results = z.object({
	resultData: z.object({
		error: failure.optional(),
		runData: z.record(z.array(nodeRun)).default({}),
	}),
});
const wholeRuns = z.object({ resultData: z.object({ runData: z.record(z.unknown()) }) });
const stored = z.object({ id: z.string(), status: z.string(), data: z.string() });

/** Takes the answer of n8n's REST interface, whose `data` is a text in which repeated values are references. */
export async function readExecution(answer: unknown): Promise<Execution> {
	const { parse } = await import('flatted');
	const { id, status, data } = stored.parse(answer);
	// Of one that n8n has marked as crashed it may have nothing.
	const { resultData } = results.parse(parse(data) ?? { resultData: {} });
	const nodes = Object.entries(resultData.runData).map(([name, runs]) => [name, lastOf(runs)] as const);
	return { id, status, failure: resultData.error, nodes: new Map(nodes) };
}

/** What its nodes have put out, as n8n stores it. */
export async function runDataOf(answer: unknown): Promise<Readonly<Record<string, unknown>>> {
	const { parse } = await import('flatted');
	return wholeRuns.parse(parse(stored.parse(answer).data)).resultData.runData;
}

/** A node that ran more than once, in a loop or after a retry, counts as it was left. */
function lastOf(runs: ReadonlyArray<z.infer<typeof nodeRun>>): NodeResult {
	const run = runs.at(-1);
	const outputs = run?.data?.['main'] ?? Object.values(run?.data ?? {})[0] ?? [];
	return {
		status: run?.executionStatus ?? '',
		outputs: outputs.map((items) => (items ?? []).map(({ json }) => json)),
		hints: (run?.hints ?? []).map(({ message }) => message),
		failure: run?.error,
	};
}

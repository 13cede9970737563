/** n8n's own REST interface, the one its editor uses, as the owner of the instance. */
import { z } from 'zod';

import { readExecution, runDataOf, type Execution } from './execution';
import { until } from './until';

/** Good for a throw-away instance that listens on loopback only. */
export const OWNER = {
	email: 'owner@example.com',
	firstName: 'Olive',
	lastName: 'Owner',
	password: 'Playground-1',
} as const;

/** What the editor exports and imports; n8n keeps whatever else stands in it. */
export interface Workflow {
	readonly name: string;
	readonly nodes: readonly unknown[];
	readonly connections: Readonly<Record<string, unknown>>;
	readonly settings?: Readonly<Record<string, unknown>>;
}

export interface Credential {
	readonly name: string;
	readonly type: string;
	readonly data: Readonly<Record<string, unknown>>;
}

const answer = z.object({ data: z.unknown() });
const withId = z.object({ id: z.string() });
const exported = z.object({
	name: z.string(),
	nodes: z.array(z.unknown()),
	connections: z.record(z.unknown()),
	settings: z.record(z.unknown()),
});
const withVersion = z.object({ versionId: z.string() });
const publication = z.object({
	status: z.string(),
	triggers: z.array(z.object({ errorMessage: z.string().nullish() })),
});
const started = z.object({ executionId: z.string() });
/** Nothing at all is answered about an execution that was started but not stored yet. */
const withStatus = z.object({ status: z.string() }).optional();
const list = z.object({ results: z.array(z.object({ id: z.string(), status: z.string() })) });

const counted = z.object({ count: z.number() });

const ACTIVATION_MS = 30_000;
const EXECUTION_MS = 60_000;
const OVER = ['success', 'error', 'crashed', 'canceled'];

export class Rest {
	private cookie = '';

	constructor(readonly url: string) {}

	/** Makes the owner's account and logs in with it. */
	async setUpOwner(): Promise<void> {
		await this.send('POST', '/owner/setup', OWNER);
	}

	async logIn(): Promise<void> {
		await this.send('POST', '/login', { emailOrLdapLoginId: OWNER.email, password: OWNER.password });
	}

	/** Returns its ID. */
	async addCredential(credential: Credential): Promise<string> {
		return withId.parse(await this.send('POST', '/credentials', credential)).id;
	}

	/** Returns its ID. */
	async addWorkflow(workflow: Workflow): Promise<string> {
		return withId.parse(await this.send('POST', '/workflows', workflow)).id;
	}

	/** A copy of it, with its credentials. Returns its ID. */
	async duplicate(workflowId: string): Promise<string> {
		const { name, ...rest } = exported.parse(await this.send('GET', `/workflows/${workflowId}`));
		return await this.addWorkflow({ ...rest, name: `${name} (copy)` });
	}

	/** Resolves when its triggers and webhooks are live, which comes a moment after n8n's answer. */
	async activate(workflowId: string): Promise<void> {
		const path = `/workflows/${workflowId}`;
		const { versionId } = withVersion.parse(await this.send('GET', path));
		await this.send('POST', `${path}/activate`, { versionId });
		await until(`workflow ${workflowId} is live`, ACTIVATION_MS, async () => {
			const { status, triggers } = publication.parse(await this.send('GET', `${path}/publication-status`));
			const failed = triggers.find(({ errorMessage }) => errorMessage);
			if (failed) throw new Error(`A trigger did not start: ${failed.errorMessage}`);
			return status === 'published' ? true : undefined;
		});
	}

	async deactivate(workflowId: string): Promise<void> {
		await this.send('POST', `/workflows/${workflowId}/deactivate`, {});
	}

	/** Runs it by hand from the trigger named, as if that had put out `json`, and resolves when it is over, well or not. */
	async execute(workflowId: string, trigger: string, json?: Readonly<Record<string, unknown>>): Promise<Execution> {
		const data = json && {
			executionIndex: 0,
			executionTime: 0,
			startTime: 0,
			source: [],
			data: { main: [[{ json }]] },
		};
		const body = { triggerToStartFrom: { name: trigger, ...(data && { data }) } };
		const { executionId } = started.parse(await this.send('POST', `/workflows/${workflowId}/run`, body));
		return await this.executionOver(executionId);
	}

	/** The newest hundred, the newest first. */
	async executionsOf(workflowId: string): Promise<Array<{ id: string; status: string }>> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		return list.parse(await this.send('GET', `/executions?filter=${filter}&limit=100`)).results;
	}

	async countExecutions(workflowId: string, status: readonly string[]): Promise<number> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId, status }));
		return counted.parse(await this.send('GET', `/executions?filter=${filter}&limit=1`)).count;
	}

	/**
	 * Runs a workflow by hand with what a stored execution's nodes have put out, as the editor does once that is copied to it: all
	 * that comes from the node named on. Resolves when it is over, well or not.
	 */
	async runAgain(workflowId: string, executionId: string, from: string, to: string): Promise<Execution> {
		const runData = await runDataOf(await this.send('GET', `/executions/${executionId}`));
		const body = { runData, dirtyNodeNames: [from], destinationNode: { nodeName: to, mode: 'inclusive' } };
		const { executionId: again } = started.parse(await this.send('POST', `/workflows/${workflowId}/run`, body));
		return await this.executionOver(again);
	}

	/** The ID of the newest execution of all workflows; IDs are counted up from 1. */
	async newestExecution(): Promise<number> {
		const { results } = list.parse(await this.send('GET', '/executions?limit=100'));
		return Math.max(0, ...results.map(({ id }) => Number(id)));
	}

	/** How it ended, and all that n8n has of it in text: also of one that ended with its process, of which little else can be read. */
	async outcomeOf(executionId: string, withinMs: number): Promise<{ readonly status: string; readonly text: string }> {
		return await until(`execution ${executionId} is over`, withinMs, async () => {
			const stored = await this.send('GET', `/executions/${executionId}`);
			const status = withStatus.parse(stored)?.status;
			return status && OVER.includes(status) ? { status, text: JSON.stringify(stored) } : undefined;
		});
	}

	async executionOver(executionId: string): Promise<Execution> {
		return await until(`execution ${executionId} is over`, EXECUTION_MS, async () => {
			const stored = await this.send('GET', `/executions/${executionId}`);
			const status = withStatus.parse(stored)?.status;
			return status && OVER.includes(status) ? await readExecution(stored) : undefined;
		});
	}

	/** n8n's Retry of a failed execution, which starts at the node that failed; resolves with the new execution. */
	async retry(executionId: string): Promise<Execution> {
		const { id } = withId.parse(await this.send('POST', `/executions/${executionId}/retry`, { loadWorkflow: false }));
		return await this.executionOver(id);
	}

	/** Resolves with the next execution of the workflow that is over, beside the ones that are known. */
	async nextExecution(workflowId: string, known: ReadonlySet<string> = new Set()): Promise<Execution> {
		const id = await until(`workflow ${workflowId} is executed`, EXECUTION_MS, async () => {
			return (await this.executionsOf(workflowId)).find((one) => !known.has(one.id))?.id;
		});
		return await this.executionOver(id);
	}

	/** A file that n8n serves to its editor, such as a node's icon. */
	async file(path: string): Promise<{ readonly type: string; readonly text: string }> {
		const response = await fetch(`${this.url}/${path}`, { headers: { cookie: this.cookie } });
		if (!response.ok) throw new Error(`n8n: ${path}: ${response.status}`);
		return { type: response.headers.get('content-type') ?? '', text: await response.text() };
	}

	/** Resolves with what stands under `data` in the answer; a refusal becomes an Error with n8n's words. */
	async send(method: string, path: string, body?: unknown): Promise<unknown> {
		const response = await fetch(`${this.url}/rest${path}`, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`n8n: ${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
		const [cookie] = response.headers.getSetCookie();
		if (cookie?.startsWith('n8n-auth=')) this.cookie = cookie.slice(0, cookie.indexOf(';'));
		return answer.parse(JSON.parse(text)).data;
	}
}

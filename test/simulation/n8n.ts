// What n8n hands to one run of `execute()`: parameters, credential, the execution's memory and the stop button.

import type { Details } from './said';

export interface HttpRequest {
	readonly method: string;
	readonly url: string;
	readonly body?: string;
}

export interface HttpReply {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: AsyncIterable<Uint8Array>;
}

/** The part of n8n's `IExecuteFunctions` that the node may use. */
export interface NodeContext {
	readonly getNodeParameter: (name: string, item: number) => unknown;
	readonly getInputData: () => ReadonlyArray<{ readonly json: object }>;
	readonly continueOnFail: () => boolean;
	readonly getNode: () => Readonly<Record<string, unknown>>;
	readonly getCredentials: () => Promise<{ readonly apiToken: string; readonly baseUrl: string }>;
	readonly getContext: (type: string) => Record<string, unknown>;
	readonly getExecutionId: () => string;
	readonly getMode: () => string;
	readonly getExecutionCancelSignal: () => AbortSignal | undefined;
	readonly getWorkflowDataProxy: () => { readonly $runIndex: number };
	readonly isToolExecution: () => boolean;
	readonly addExecutionHints: (...hints: unknown[]) => void;
	readonly helpers: {
		readonly httpRequestWithAuthentication: (
			this: NodeContext,
			credential: string,
			request: HttpRequest,
		) => Promise<HttpReply>;
	};
}

/** How a node stands in a workflow. */
export interface NodeInWorkflow {
	readonly id: string;
	readonly name: string;
	readonly operation: string;
	readonly isTool: boolean;
	readonly continueOnFail: boolean;
	readonly retryOnFail: boolean;
}

export interface Call {
	readonly node: NodeInWorkflow;
	/** The parameters of each item. */
	readonly items: ReadonlyArray<Readonly<Record<string, unknown>>>;
	/** How often the node ran before; undefined for a call of a tool. */
	readonly run: number | undefined;
	readonly executionId: string;
	/** What n8n keeps for all nodes of the execution. */
	readonly memory: Record<string, unknown>;
	/** Undefined where nodes do not hear of a cancellation. */
	readonly cancel: AbortSignal | undefined;
	readonly openCredential: () => Promise<{ readonly apiToken: string; readonly baseUrl: string }>;
	readonly request: (request: HttpRequest, signal: AbortSignal | undefined) => Promise<HttpReply>;
}

const TYPE = 'n8n-nodes-zoo-billing.zooBilling';

export function contextOf(call: Call): NodeContext {
	const { node, items, run, memory, cancel } = call;
	const { id, name, isTool, retryOnFail } = node;
	const type = isTool ? `${TYPE}Tool` : TYPE;
	const onError = node.continueOnFail ? 'continueRegularOutput' : 'stopWorkflow';
	const described = {
		id,
		name,
		type,
		retryOnFail,
		onError,
		parameters: {},
		credentials: { zooApi: { id: '1', name: 'Zoo API' } },
	};
	return {
		getNodeParameter: (parameter, item) => parameterOf(node, items[item] ?? {}, parameter),
		getInputData: () => items.map(() => ({ json: {} })),
		continueOnFail: () => node.continueOnFail,
		getNode: () => described,
		getCredentials: call.openCredential,
		getContext: (kind) => (kind === 'flow' ? memory : {}),
		getExecutionId: () => call.executionId,
		getMode: () => 'trigger',
		getExecutionCancelSignal: () => cancel,
		getWorkflowDataProxy: () => ({ $runIndex: run ?? 0 }),
		isToolExecution: () => isTool,
		addExecutionHints: () => undefined,
		helpers: {
			async httpRequestWithAuthentication(_, request) {
				return await call.request(request, this.getExecutionCancelSignal());
			},
		},
	};
}

function parameterOf({ operation }: NodeInWorkflow, raw: Readonly<Record<string, unknown>>, name: string): unknown {
	if (name === 'operation') return operation;
	if (name in raw) return raw[name];
	throw new Error(`Could not get parameter: ${name}`);
}

/** As the sum of a stopped workflow names what became of an item. */
const GROUPS: Readonly<Record<string, string>> = {
	unknown: 'of unknown outcome',
	different: 'written with a difference',
	notConfirmed: 'not confirmed',
	notApplied: 'not written',
	notRead: 'not read',
	notSent: 'not sent',
	written: 'written earlier',
};

export function groupOf({ outcome }: Pick<Details, 'outcome'>): string {
	return GROUPS[outcome] ?? outcome;
}

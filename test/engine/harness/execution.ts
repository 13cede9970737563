/** Executes a workflow in n8n's own engine, inside this process, on n8n 1.122 and later. */
import './engine-settings';
import { ExecutionLifecycleHooks, ExternalSecretsProxy, WorkflowExecute } from 'n8n-core';
import {
	jsonParse,
	Workflow,
	type IConnections,
	type ICredentialsHelper,
	type IDataObject,
	type INode,
	type INodeTypes,
	type IRun,
	type IRunExecutionData,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

export interface Execution {
	readonly nodes: INode[];
	readonly connections: IConnections;
	/** The name of the node to start with. */
	readonly start: string;
	readonly nodeTypes: INodeTypes;
	readonly credentialsHelper: ICredentialsHelper;
	/** Aborting it stops the execution as the Stop button does. */
	readonly cancel?: AbortSignal;
	/** A failed execution to take up again where it failed, as n8n's Retry does in its list of executions. */
	readonly retryOf?: IRun;
	/** What `$vars` holds. */
	readonly variables?: IDataObject;
}

const NAME = 'Workflow under test';

export async function execute(execution: Execution): Promise<IRun> {
	const { nodes, connections, nodeTypes, cancel } = execution;
	const workflow = new Workflow({
		id: 'workflow-1',
		name: NAME,
		nodes,
		connections,
		nodeTypes,
		active: false,
		settings: { executionOrder: 'v1' },
	});
	const running = start(workflow, execution);
	const stop = (): void => running.cancel();
	if (cancel?.aborted) stop();
	cancel?.addEventListener('abort', stop, { once: true });
	try {
		return await running;
	} finally {
		cancel?.removeEventListener('abort', stop);
	}
}

type Running = ReturnType<WorkflowExecute['run']>;

function start(workflow: Workflow, execution: Execution): Running {
	if (execution.retryOf) return takeUpAgain(workflow, execution, execution.retryOf);
	const startNode = workflow.getNode(execution.start);
	if (!startNode) throw new Error(`The workflow has no node ${execution.start}`);
	const engine = new WorkflowExecute(additionalDataFor(execution), 'manual');
	return isOfVersion1(engine) ? engine.run(workflow, startNode) : engine.run({ workflow, startNode });
}

/** The engine of n8n 1 takes one by one what that of n8n 2 takes as one object. */
interface Version1 {
	run(workflow: Workflow, startNode: INode): Running;
}

function isOfVersion1(engine: WorkflowExecute): engine is WorkflowExecute & Version1 {
	return engine.run.length > 1;
}

function takeUpAgain(workflow: Workflow, execution: Execution, { data }: IRun): Running {
	// Through text, since n8n takes it out of its database.
	const stored = jsonParse<IRunExecutionData>(JSON.stringify(data));
	delete stored.resultData.error;
	const failed = stored.resultData.runData[stored.resultData.lastNodeExecuted ?? ''];
	if (failed?.at(-1)?.error) failed.pop();
	// As n8n's Retry with the currently saved workflow does.
	for (const waiting of stored.executionData?.nodeExecutionStack ?? []) {
		waiting.node = workflow.getNode(waiting.node.name) ?? waiting.node;
	}
	return new WorkflowExecute(additionalDataFor(execution), 'retry', stored).processRunExecutionData(workflow);
}

export function additionalDataFor({
	nodes,
	connections,
	credentialsHelper,
	variables = {},
}: Pick<Execution, 'nodes' | 'connections' | 'credentialsHelper' | 'variables'>): IWorkflowExecuteAdditionalData {
	const url = 'http://n8n.invalid/';
	const now = new Date();
	return {
		credentialsHelper,
		executionId: 'execution-1',
		hooks: new ExecutionLifecycleHooks('manual', 'execution-1', {
			id: 'workflow-1',
			name: NAME,
			nodes,
			connections,
			active: false,
			isArchived: false,
			activeVersionId: null,
			createdAt: now,
			updatedAt: now,
		}),
		externalSecretsProxy: new ExternalSecretsProxy(),
		currentNodeExecutionIndex: 0,
		variables,
		restApiUrl: url,
		instanceBaseUrl: url,
		formBaseUrl: url,
		formWaitingBaseUrl: url,
		formTestBaseUrl: url,
		webhookBaseUrl: url,
		webhookWaitingBaseUrl: url,
		webhookTestBaseUrl: url,
		mcpBaseUrl: url,
		mcpTestBaseUrl: url,
		logAiEvent: () => undefined,
		executeWorkflow: async () => await notOffered('executeWorkflow'),
		getRunExecutionData: async () => await notOffered('getRunExecutionData'),
		getRuntimeCredential: async () => await notOffered('getRuntimeCredential'),
		startRunnerTask: async () => await notOffered('startRunnerTask'),
	};
}

async function notOffered(what: string): Promise<never> {
	return await Promise.reject(new Error(`${what} is nothing a node should need`));
}

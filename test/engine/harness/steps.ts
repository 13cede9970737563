/** Runs the built node once, with a context of the caller's. Without more it is as n8n's second engine does (`toV1ExecuteContext` of @n8n/node-engine-compatibility 0.9.1): each step with an empty context, and without a way to hear of a cancellation. */
import './engine-settings';
import { ExecuteContext } from 'n8n-core';
import {
	createRunExecutionData,
	NodeConnectionTypes,
	Workflow,
	type IDataObject,
	type IExecuteContextData,
	type INode,
	type INodeParameters,
} from 'n8n-workflow';

import { CREDENTIAL_ID, CREDENTIAL_NAME, OneCredential } from './credential';
import { additionalDataFor } from './execution';
import { TestNodeTypes } from './node-types';
import { loadPackage } from './package';

export interface Step {
	readonly name: string;
	readonly parameters: INodeParameters;
	readonly credential: { readonly apiToken: string; readonly baseUrl: string };
	readonly executionId?: string;
	readonly items?: readonly IDataObject[];
	/** How often the node ran before. */
	readonly run?: number;
	/** What n8n's first engine keeps for all nodes of an execution. */
	readonly contextData?: IExecuteContextData;
	/** How that hears of a cancellation. */
	readonly cancel?: AbortSignal;
	readonly retryOnFail?: boolean;
}

/** Gives what the node puts out. */
export async function runStep(step: Step): Promise<unknown> {
	const { name, parameters, credential, executionId = 'execution-1', run = 0, contextData = {}, cancel } = step;
	const tested = await loadPackage();
	const node: INode = {
		id: name,
		name,
		type: `${tested.name}.zooBilling`,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: { zooApi: { id: CREDENTIAL_ID, name: CREDENTIAL_NAME } },
		onError: 'continueRegularOutput',
		...(step.retryOnFail && { retryOnFail: true }),
	};
	const nodeTypes = new TestNodeTypes(tested, new Map());
	const workflow = new Workflow({ id: 'workflow-1', nodes: [node], connections: {}, active: false, nodeTypes });
	const credentialsHelper = new OneCredential(tested.credentialType('zooApi'), { ...credential });
	const additionalData = {
		...additionalDataFor({ nodes: [node], connections: {}, credentialsHelper }),
		executionId,
	};
	const items = (step.items ?? [{}]).map((json) => ({ json }));
	const data = { [NodeConnectionTypes.Main]: [items] };
	const context = new ExecuteContext(
		workflow,
		node,
		additionalData,
		'trigger',
		createRunExecutionData({
			startData: {},
			resultData: { runData: {} },
			executionData: {
				contextData,
				nodeExecutionStack: [],
				metadata: {},
				waitingExecution: {},
				waitingExecutionSource: null,
			},
		}),
		run,
		items,
		data,
		{ node, data, source: null },
		[],
		cancel,
	);
	const executing: unknown = Reflect.get(tested.nodeType('zooBilling'), 'execute');
	if (typeof executing !== 'function') throw new Error('The node has no execute()');
	// n8n's types of a context and of what a node takes differ.
	return await Reflect.apply(executing, context, []);
}

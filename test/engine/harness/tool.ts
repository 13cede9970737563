/** Lets an agent of n8n's engine call the built node as a tool. */
import { NodeConnectionTypes, type IDataObject, type INodeParameters, type INodeType, type IRun } from 'n8n-workflow';

import { CREDENTIAL_ID, CREDENTIAL_NAME, OneCredential } from './credential';
import { execute } from './execution';
import { TestNodeTypes } from './node-types';
import { loadPackage, type LoadedPackage } from './package';
import { AgentNode, DelegatingAgentNode, SourceNode } from './stub-nodes';

export interface ToolRun {
	/** As a workflow stores them; `$fromAI()` stands where the agent decides. */
	readonly parameters: INodeParameters;
	/** What the agent passes, by the names in `$fromAI()`; one call for each. */
	readonly calls: readonly IDataObject[];
	readonly credential: { readonly apiToken: string; readonly baseUrl: string };
	/** Who runs the tool: the agent itself (default), or n8n's engine on its behalf (from n8n 2 on). */
	readonly by?: 'agent' | 'engine';
	readonly retryOnFail?: boolean;
	readonly tested?: LoadedPackage;
}

const TOOL = 'Zoo Billing Tool';

export interface ToolRunResult {
	/** What the agent is told the tool is for. */
	readonly description?: string;
	/** What each call answered: JSON text. */
	readonly replies: readonly unknown[];
	/** Why the agent stopped, where the tool threw. */
	readonly error?: string;
	readonly run: IRun;
}

export async function runTool(toolRun: ToolRun): Promise<ToolRunResult> {
	const { parameters, calls, credential } = toolRun;
	const loaded = toolRun.tested ?? (await loadPackage());
	const at = { typeVersion: 1, position: [0, 0] as [number, number] };
	const run = await execute({
		nodes: [
			{ ...at, id: '1', name: 'Source', type: 'test.source', parameters: {} },
			{ ...at, id: '2', name: 'Agent', type: 'test.agent', parameters: {} },
			{
				...at,
				id: '3',
				name: TOOL,
				type: `${loaded.name}.zooBillingTool`,
				parameters,
				credentials: { zooApi: { id: CREDENTIAL_ID, name: CREDENTIAL_NAME } },
				...(toolRun.retryOnFail && { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 }),
			},
		],
		connections: {
			Source: { main: [[{ node: 'Agent', type: NodeConnectionTypes.Main, index: 0 }]] },
			[TOOL]: { ai_tool: [[{ node: 'Agent', type: NodeConnectionTypes.AiTool, index: 0 }]] },
		},
		start: 'Source',
		nodeTypes: new TestNodeTypes(
			loaded,
			new Map<string, INodeType>([
				['test.source', new SourceNode(calls.map((json) => ({ json })))],
				['test.agent', toolRun.by === 'engine' ? new DelegatingAgentNode(TOOL) : new AgentNode()],
			]),
		),
		credentialsHelper: new OneCredential(loaded.credentialType('zooApi'), { ...credential }),
	});
	return resultOf(run);
}

function resultOf(run: IRun): ToolRunResult {
	const { runData, error } = run.data.resultData;
	const items = runData['Agent']?.[0]?.data?.['main']?.[0] ?? [];
	const description = items[0]?.json['description'];
	return {
		...(typeof description === 'string' && { description }),
		replies: items.map(({ json }) => json['reply']),
		...(error && { error: error.message }),
		run,
	};
}

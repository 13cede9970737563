/** The nodes around the one under test: where the items come from, where they go, and an agent for tools. */
import {
	NodeConnectionTypes,
	type EngineRequest,
	type EngineResponse,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type Logger,
} from 'n8n-workflow';

const COMMON = {
	group: ['transform'],
	version: 1,
	description: 'Stands beside the node under test',
	outputs: [NodeConnectionTypes.Main],
	properties: [],
} satisfies Partial<INodeTypeDescription>;

/** Starts the workflow with the given items, as a trigger would. */
export class SourceNode implements INodeType {
	description: INodeTypeDescription = {
		...COMMON,
		displayName: 'Source',
		name: 'source',
		defaults: { name: 'Source' },
		inputs: [],
	};

	/** `meetLogger` is shown the logger that all nodes of n8n share. */
	constructor(items: INodeExecutionData[], meetLogger: (logger: Logger) => void = () => undefined) {
		// A function of its own, since n8n calls execute() with the execution as `this`.
		this.execute = async function (this: IExecuteFunctions) {
			meetLogger(this.logger);
			return await Promise.resolve([items]);
		};
	}

	execute: (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;
}

/** Takes what arrives, so that a connection really carries something somewhere. */
export class SinkNode implements INodeType {
	description: INodeTypeDescription = {
		...COMMON,
		displayName: 'Sink',
		name: 'sink',
		defaults: { name: 'Sink' },
		inputs: [NodeConnectionTypes.Main],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await Promise.resolve([this.getInputData()]);
	}
}

/** Calls its one connected tool itself, with each input item's json as the arguments, as agents of n8n 1 do. */
export class AgentNode implements INodeType {
	description: INodeTypeDescription = {
		...COMMON,
		displayName: 'Agent',
		name: 'agent',
		defaults: { name: 'Agent' },
		inputs: [NodeConnectionTypes.Main, NodeConnectionTypes.AiTool],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const connected: unknown = await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0);
		const tool: unknown = Array.isArray(connected) ? connected[0] : connected;
		if (!isTool(tool)) throw new Error('No tool is connected');
		const replies: INodeExecutionData[] = [];
		for (const [item, { json }] of this.getInputData().entries()) {
			const { name, description } = tool;
			replies.push({ json: { name, description, reply: await tool.invoke(json) }, pairedItem: { item } });
		}
		return [replies];
	}
}

/** Has n8n's engine run its tool, once for each input item, as the agents of n8n 2 do. */
export class DelegatingAgentNode implements INodeType {
	description: INodeTypeDescription = {
		...COMMON,
		displayName: 'Delegating Agent',
		name: 'delegatingAgent',
		defaults: { name: 'Agent' },
		inputs: [NodeConnectionTypes.Main, NodeConnectionTypes.AiTool],
	};

	constructor(nodeName: string) {
		// A function of its own, since n8n calls execute() with the execution as `this`.
		this.execute = async function (this: IExecuteFunctions, response?: EngineResponse) {
			const answered = response?.actionResponses ?? [];
			if (answered.length === 0) return await Promise.resolve(requestFor(nodeName, this.getInputData()));
			const replies = answered.map(({ data }) => data.data?.[NodeConnectionTypes.AiTool]?.[0] ?? []);
			return [replies.map((items) => ({ json: { reply: JSON.stringify(items.map(({ json }) => json)) } }))];
		};
	}

	execute: (this: IExecuteFunctions, response?: EngineResponse) => Promise<INodeExecutionData[][] | EngineRequest>;
}

function requestFor(nodeName: string, items: INodeExecutionData[]): EngineRequest {
	const actions = items.map(({ json }, itemIndex) => ({
		actionType: 'ExecutionNodeAction' as const,
		nodeName,
		input: json,
		type: NodeConnectionTypes.AiTool,
		id: `call-${itemIndex}`,
		metadata: { itemIndex },
	}));
	return { actions, metadata: {} };
}

interface Tool {
	readonly name: string;
	readonly description: string;
	invoke(args: IDataObject): Promise<string>;
}

function isTool(value: unknown): value is Tool {
	return (
		typeof value === 'object' &&
		value !== null &&
		'name' in value &&
		'description' in value &&
		'invoke' in value &&
		typeof value.invoke === 'function'
	);
}

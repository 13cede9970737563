/** Runs the built node in n8n's own engine, with a source before it and a sink behind each of its outputs. */
import {
	NodeConnectionTypes,
	type IConnections,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type IRun,
	type ITaskData,
	type NodeExecutionHint,
	type OnError,
} from 'n8n-workflow';

import { CREDENTIAL_ID, CREDENTIAL_NAME, OneCredential } from './harness/credential';
import { execute } from './harness/execution';
import { LogRecorder, type LogLine } from './harness/log-recorder';
import { TestNodeTypes } from './harness/node-types';
import { loadPackage, type LoadedPackage } from './harness/package';
import { announcingPasses, type BeforePass } from './harness/passes';
import { SinkNode, SourceNode } from './harness/stub-nodes';

export { loadPackage } from './harness/package';

export interface ZooCredential {
	readonly apiToken: string;
	readonly baseUrl: string;
}

export interface NodeRun {
	/** As a workflow stores them; may hold expressions. */
	readonly parameters: INodeParameters;
	/** Plain data, or complete items for their pairedItem, binary and the like. */
	readonly items: readonly IDataObject[] | readonly INodeExecutionData[];
	readonly credential: ZooCredential;
	/** n8n's default is stopWorkflow. */
	readonly onError?: OnError;
	/** n8n takes 2 to 5 tries; a wait of 0 means a whole second to it, so use 1 (milliseconds). */
	readonly retryOnFail?: { readonly maxTries: number; readonly waitBetweenTries: number };
	readonly typeVersion?: number;
	/** Aborting it stops the execution as the Stop button does. */
	readonly cancel?: AbortSignal;
	/** The run of a failed execution, to take it up again as n8n's Retry does: `items` are then those of that run. */
	readonly retryOf?: IRun;
	/** The node's name in the workflow. */
	readonly name?: string;
	/** Another one than usual, as a node has that was cut and pasted. */
	readonly id?: string;
	/** Called, and waited for, before n8n runs the node, and before it runs it again. */
	readonly beforePass?: BeforePass;
	/** What `$vars` holds; a test may change it between passes. */
	readonly variables?: IDataObject;
	/** Another node of the same type, behind the first output of this one. */
	readonly followedBy?: Pick<NodeRun, 'parameters' | 'onError' | 'retryOnFail'>;
	/** The project's own build by default. */
	readonly tested?: LoadedPackage;
}

export interface NodeRunResult {
	readonly status: IRun['status'];
	/** What the node threw, also when the workflow went on. */
	readonly error?: NonNullable<ITaskData['error']>;
	/** What the node put out, as n8n keeps it: [0] success, [1] the error output where there is one. */
	readonly output: INodeExecutionData[][];
	/** The json that arrived at the node connected to each output: the same, unless the wiring is at odds. */
	readonly delivered: IDataObject[][];
	readonly hints: NodeExecutionHint[];
	/** Milliseconds, retries and the waits between them included. */
	readonly nodeTime: number;
	readonly logs: readonly LogLine[];
	/** The same of the node that followed. */
	readonly next?: NodeRunResult;
	/** All that n8n would store. */
	readonly run: IRun;
}

const CREDENTIAL_TYPE = 'zooApi';
const NODE_NAME = 'zooBilling';
const SINKS = ['Success', 'Error'];
const FOLLOWER = 'Zoo Billing 2';

export async function runNode(run: NodeRun): Promise<NodeRunResult> {
	const tested = announcingPasses(run.tested ?? (await loadPackage()), run.beforePass);
	const name = run.name ?? 'Zoo Billing';
	const recorder = new LogRecorder();
	recorder.startWithEngine();
	try {
		const finished = await execute({
			nodes: [stubNode('Source', 'test.source', 0), ...testedNodes(name, run, tested), ...sinks()],
			connections: wiring(name, run),
			start: 'Source',
			nodeTypes: new TestNodeTypes(tested, stubsAround(run, recorder)),
			credentialsHelper: new OneCredential(tested.credentialType(CREDENTIAL_TYPE), { ...run.credential }),
			...(run.cancel && { cancel: run.cancel }),
			...(run.retryOf && { retryOf: run.retryOf }),
			...(run.variables && { variables: run.variables }),
		});
		const result = resultOf(finished, name, recorder);
		return run.followedBy ? { ...result, next: resultOf(finished, FOLLOWER, recorder) } : result;
	} finally {
		recorder.stop();
	}
}

function stubsAround(run: NodeRun, recorder: LogRecorder): Map<string, INodeType> {
	const items = run.items.map((item) => (isCompleteItem(item) ? item : { json: item }));
	return new Map<string, INodeType>([
		['test.source', new SourceNode(items, (logger) => recorder.listenTo(logger))],
		['test.sink', new SinkNode()],
	]);
}

function testedNodes(name: string, run: NodeRun, tested: LoadedPackage): INode[] {
	const { followedBy, typeVersion } = run;
	const first = testedNode(name, run, tested);
	if (!followedBy) return [first];
	const second = testedNode(FOLLOWER, { ...followedBy, ...(typeVersion !== undefined && { typeVersion }) }, tested);
	return [first, { ...second, id: 'node-2' }];
}

type InWorkflow = Pick<NodeRun, 'id' | 'parameters' | 'onError' | 'retryOnFail' | 'typeVersion'>;

function testedNode(name: string, run: InWorkflow, tested: LoadedPackage): INode {
	const { description } = tested.nodeType(NODE_NAME, run.typeVersion);
	return {
		id: run.id ?? 'node-1',
		name,
		type: `${tested.name}.${NODE_NAME}`,
		typeVersion: run.typeVersion ?? latestVersion(description),
		position: [200, 0],
		parameters: run.parameters,
		credentials: { [CREDENTIAL_TYPE]: { id: CREDENTIAL_ID, name: CREDENTIAL_NAME } },
		...(run.onError && { onError: run.onError }),
		...(run.retryOnFail && { retryOnFail: true, ...run.retryOnFail }),
	};
}

/** The version a node gets when a user adds it today. */
function latestVersion({ defaultVersion, version }: INodeType['description']): number {
	return defaultVersion ?? Math.max(...[version].flat());
}

function sinks(): INode[] {
	return SINKS.map((name) => stubNode(name, 'test.sink', 400));
}

function stubNode(name: string, type: string, x: number): INode {
	return { id: `stub-${name}`, name, type, typeVersion: 1, position: [x, 0], parameters: {} };
}

function wiring(name: string, { onError, followedBy }: NodeRun): IConnections {
	const to = (node: string) => [{ node, type: NodeConnectionTypes.Main, index: 0 }];
	const outputs = onError === 'continueErrorOutput' ? SINKS : SINKS.slice(0, 1);
	const source = { Source: { main: [to(name)] } };
	if (!followedBy) return { ...source, [name]: { main: outputs.map(to) } };
	return { ...source, [name]: { main: [to(FOLLOWER)] }, [FOLLOWER]: { main: outputs.map(to) } };
}

function resultOf(run: IRun, name: string, recorder: LogRecorder): NodeRunResult {
	const { runData, error: lastError } = run.data.resultData;
	const task = runData[name]?.[0];
	const error = task?.error ?? lastError;
	return {
		status: run.status,
		...(error && { error }),
		output: mainOutputs(task),
		delivered: SINKS.map((sink) => (mainOutputs(runData[sink]?.[0])[0] ?? []).map(({ json }) => json)),
		hints: task?.hints ?? [],
		nodeTime: task?.executionTime ?? 0,
		logs: recorder.lines,
		run,
	};
}

function mainOutputs(task: ITaskData | undefined): INodeExecutionData[][] {
	return (task?.data?.['main'] ?? []).map((items) => items ?? []);
}

function isCompleteItem(item: IDataObject | INodeExecutionData): item is INodeExecutionData {
	return 'json' in item && typeof item['json'] === 'object';
}

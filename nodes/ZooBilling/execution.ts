// One execution of the node: n8n's items and settings in, its items out.

import type { IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

import { ownerKinds, type OwnerKind } from './balance/owner';
import { invalidInput } from './outcome/inputFailures';
import type { Task } from './pass/item';
import type { Result } from './outcome/result';
import { operations } from './operations/all';
import { optionTable, type OptionName } from './operations/options';
import type { Operation, RawParameters } from './operations/operation';
import { isTool, toOutput } from './outcome/output';
import { isRecord, Refusal } from './text/refusal';
import { ownerRegistry } from './records/ownerRegistry';
import { runPass } from './pass/run';
import { sanitize } from './text/words';
import { connect, type Connection } from './zoo/transport';
import { type Failure, isFailure } from './outcome/failure';
import { openExecution, type ExecutionScope } from './records/executionScope';

/** Checks every item, then sends. With On Error = Stop, one refused item keeps all of them from being sent. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const stopOnFailure = !context.continueOnFail();
	const operation = operations.find(({ name }) => name === context.getNodeParameter('operation', 0));
	const zoo = await connect(context);
	const remembered = executionOf(context, operation, zoo);
	const results = await runPass(checks(context, operation), { zoo, stopOnFailure, execution: remembered });
	if (!mayRepeat(context, results)) remembered.close();
	return toOutput(context, results);
}

/** One after another, so that nobody but the pass holds them. */
function* checks(context: IExecuteFunctions, operation: Operation | undefined): Generator<Task | Failure> {
	// n8n copies the whole node for whoever asks for it, so that an item must not.
	const node = context.getNode();
	const refusal = isTool(context) ? refusalOfTool(node, operation) : undefined;
	for (const item of context.getInputData().keys())
		yield check(context, { operation, version: node.typeVersion, refusal }, item);
}

/** What all items have in common. */
interface Common {
	readonly operation: Operation | undefined;
	/** Of the node's type. */
	readonly version: number;
	/** Why a tool does not work as it is set. */
	readonly refusal: Refusal | undefined;
}

/** One item's parameters, checked. */
function check(context: IExecuteFunctions, common: Common, item: number): Task | Failure {
	const { operation, version, refusal } = common;
	const kind = Object.values(ownerKinds).find(({ name }) => name === context.getNodeParameter('resource', item));
	if (!operation || !kind) {
		return refused(item, "'Operation' is none of this node's operations", 'Choose one in the node.');
	}
	if (refusal) return invalidInput({ item }, refusal);
	try {
		return operation.prepare(parametersOf(context, { operation, version, kind }, item), kind, item);
	} catch (error) {
		const reason = error instanceof Error ? sanitize(error.message, 200) : 'no reason given';
		return refused(item, `A parameter could not be read: ${reason}`, 'Check the expressions in the parameters.');
	}
}

function refusalOfTool({ retryOnFail, parameters }: INode, operation: Operation | undefined): Refusal | undefined {
	if (operation?.adds && retryOnFail) {
		return new Refusal(
			"'Retry On Fail' is on, which an adjustment by a tool does not allow",
			"Turn off 'Retry On Fail' in the settings of this tool: n8n would repeat the whole call, and an adjustment could be added twice.",
		);
	}
	const left = leftToTheModel(parameters['options']);
	if (left === undefined) return undefined;
	return new Refusal(
		`'${optionTable[left].label}' is left to the model, which it is to hold back`,
		'Set it in this tool by hand: what the model writes must not decide whether, or up to which amount, something is written.',
	);
}

/** What keeps a write in bounds, and so is for whoever builds the workflow to say. */
const bounds = [
	'creditMultiplier',
	'currency',
	'dryRun',
	'maxAmount',
	'onlyIf',
	'repeatedReference',
	'validFor',
] as const satisfies readonly OptionName[];

/** The first of the bounds that an agent's model fills in. `options`: as the workflow has them, not evaluated. */
function leftToTheModel(options: unknown): (typeof bounds)[number] | undefined {
	return bounds.find((name) => isRecord(options) && JSON.stringify(options[name] ?? '').includes('$fromAI'));
}

/** Each is read once: an expression costs more than all of our own work. */
function parametersOf(
	context: IExecuteFunctions,
	{ operation, version, kind }: { operation: Operation; version: number; kind: OwnerKind },
	item: number,
): RawParameters {
	const read = (name: string): unknown => context.getNodeParameter(name, item);
	const raw: Record<string, unknown> = { options: read(optionsOf(operation, version)) };
	for (const name of namesOf(operation, kind, version)) raw[name] = read(name);
	// n8n has no value for a field that is hidden.
	return operation.lists && raw['returnAll'] !== true ? { ...raw, limit: read('limit') } : raw;
}

function namesOf({ byId, amounts, lists, preview }: Operation, kind: OwnerKind, version: number): string[] {
	return [
		...(byId ? [kind.idParameter] : []),
		...(preview ? ['preview', 'sentBefore'] : []),
		...(amounts ? ['amountUnit', amounts.parameter] : []),
		...(amounts && version === 1 ? ['balanceModel'] : []),
		...(lists ? ['returnAll'] : []),
	];
}

/** Reads of version 1 shared the options of writes. */
function optionsOf({ amounts, preview }: Operation, version: number): string {
	return amounts !== undefined || preview || version === 1 ? 'options' : 'readOptions';
}

function refused(item: number, what: string, next: string): Failure {
	return invalidInput({ item }, new Refusal(what, next));
}

/** n8n keeps this context for all nodes of an execution, and hands it back when it runs the node again. */
function executionOf(
	context: IExecuteFunctions,
	operation: Operation | undefined,
	zoo: Connection | Refusal,
): ExecutionScope {
	const { name: nodeName } = context.getNode();
	const run = isTool(context) ? undefined : Number(context.getWorkflowDataProxy(0).$runIndex);
	const host = zoo instanceof Refusal ? '' : zoo.host;
	// A read leaves nothing to remember.
	const kept = operation?.amounts || operation?.preview ? context.getContext('flow') : {};
	return openExecution(kept, { nodeName, run, host, execution: unkept(context) }, ownerRegistry);
}

/**
 * The ID of an execution whose context is not kept: n8n's second engine gives each node an empty one. It is known by
 * what else it does not give, a way to hear of a cancellation.
 */
function unkept(context: IExecuteFunctions): string | undefined {
	return context.getExecutionCancelSignal() === undefined ? context.getExecutionId() : undefined;
}

/**
 * Whether n8n may run the node again: after a thrown failure or a cancellation when somebody presses Retry, else by
 * itself.
 */
function mayRepeat(context: IExecuteFunctions, results: readonly Result[]): boolean {
	if (context.getExecutionCancelSignal()?.aborted) return true;
	const failed = results.some((result) => isFailure(result) || 'error' in result.json);
	return failed && (!context.continueOnFail() || context.getNode().retryOnFail === true);
}

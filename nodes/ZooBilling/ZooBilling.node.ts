// The Zoo Billing node: reads, sets and adjusts what organizations and users have left at Zoo.

import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { ownerKinds, type OwnerKind } from './balance/owner';
import { nodeProperties } from './descriptions/properties';
import { Failure } from './failures/failure';
import { invalidInput } from './failures/input';
import type { Result, Task } from './item';
import { openJournal, type Journal } from './journal';
import { operations } from './operations/all';
import type { Operation, RawParameters } from './operations/operation';
import { errorFor, hintsFor, itemsFor, mostUrgent } from './output';
import { Refusal } from './refusal';
import { register } from './register';
import { runPass } from './run';
import { tally } from './tally';
import { plainWords } from './words';
import { connect, type Connection } from './zoo/transport';

export class ZooBilling implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zoo Billing',
		name: 'zooBilling',
		icon: { light: 'file:../../icons/zooBilling.svg', dark: 'file:../../icons/zooBilling.dark.svg' },
		group: ['output'],
		version: [1],
		defaultVersion: 1,
		// What only pretends to write says so first, where the editor does not cut it off.
		subtitle:
			'={{ ($parameter["options"]?.["dryRun"] ? "(dry run) " : "") + $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Read, set and adjust balances of organizations and users at Zoo, exactly and with confirmation',
		defaults: { name: 'Zoo Billing' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'zooApi', required: true }],
		properties: nodeProperties,
	};

	/** Checks every item, then sends. With On Error = Stop, one refused item keeps all of them from being sent. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const stopOnFailure = !this.continueOnFail();
		const operation = operations.find(({ name }) => name === this.getNodeParameter('operation', 0));
		const zoo = await connect(this);
		const checked = this.getInputData().map((_, item) => check(this, operation, item));
		const journal = journalOf(this, operation, zoo);
		const results = await runPass(checked, { zoo, stopOnFailure, journal });
		if (!mayRepeat(this, results)) journal.close();
		const failure = mostUrgent(results);
		if (stopOnFailure && failure) throw errorFor(this.getNode(), failure, tally(results), isTool(this));
		this.addExecutionHints(...hintsFor(results));
		const withDetails = this.getNode().onError !== 'continueErrorOutput' || takesDetails(this);
		return [results.flatMap((result, item) => itemsFor(result, item, withDetails))];
	}
}

/** One item's parameters, checked. */
function check(context: IExecuteFunctions, operation: Operation | undefined, item: number): Task | Failure {
	const kind = Object.values(ownerKinds).find(({ name }) => name === context.getNodeParameter('resource', item));
	if (!operation || !kind) {
		return refused(item, "'Operation' is none of this node's operations", 'Choose one in the node.');
	}
	if (operation.adds && isTool(context) && context.getNode().retryOnFail) {
		return refused(
			item,
			"'Retry On Fail' is on, which an adjustment by a tool does not allow",
			"Turn off 'Retry On Fail' in the settings of this tool: n8n would repeat the whole call, and an adjustment could be added twice.",
		);
	}
	try {
		return operation.prepare(parametersOf(context, operation, kind, item), kind, item);
	} catch (error) {
		const reason = error instanceof Error ? plainWords(error.message, 200) : 'no reason given';
		return refused(item, `A parameter could not be read: ${reason}`, 'Check the expressions in the parameters.');
	}
}

/** Each is read once: an expression costs more than all of our own work. */
function parametersOf(
	context: IExecuteFunctions,
	{ byId, amounts, lists, preview }: Operation,
	kind: OwnerKind,
	item: number,
): RawParameters {
	const names = [
		...(byId ? [kind.idParameter] : []),
		...(preview ? ['preview', 'sentBefore'] : []),
		...(amounts ? ['balanceModel', 'amountUnit', amounts.parameter] : []),
		...(lists ? ['returnAll'] : []),
		'options',
	];
	const read = (name: string): unknown => context.getNodeParameter(name, item);
	const raw = Object.fromEntries(names.map((name) => [name, read(name)]));
	// n8n has no value for a field that is hidden.
	return lists && raw['returnAll'] !== true ? { ...raw, limit: read('limit') } : raw;
}

function refused(item: number, what: string, next: string): Failure {
	return invalidInput({ item }, new Refusal(what, next));
}

/** n8n keeps this context for all nodes of an execution, and hands it back when it runs the node again. */
function journalOf(context: IExecuteFunctions, operation: Operation | undefined, zoo: Connection | Refusal): Journal {
	const { id: nodeId, name: nodeName } = context.getNode();
	const run = isTool(context) ? undefined : Number(context.getWorkflowDataProxy(0).$runIndex);
	const host = zoo instanceof Refusal ? '' : zoo.host;
	// A read leaves nothing to remember.
	const kept = operation?.amounts || operation?.preview ? context.getContext('flow') : {};
	return openJournal(kept, { nodeId, nodeName, run, host }, register);
}

/**
 * Whether n8n may run the node again: after a thrown failure or a cancellation when somebody presses Retry, else by
 * itself.
 */
function mayRepeat(context: IExecuteFunctions, results: readonly Result[]): boolean {
	if (context.getExecutionCancelSignal()?.aborted) return true;
	const failed = results.some((result) => result instanceof Failure || 'error' in result.json);
	return failed && (!context.continueOnFail() || context.getNode().retryOnFail === true);
}

function isTool(context: IExecuteFunctions): boolean {
	return ('isToolExecution' in context && context.isToolExecution()) || context.getNode().type.endsWith('Tool');
}

/** n8n takes `details` beside an item's error since 2.34; a field that its errors have since later tells. */
function takesDetails(context: IExecuteFunctions): boolean {
	return 'failure' in new NodeOperationError(context.getNode(), '');
}

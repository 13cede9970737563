// The Zoo Billing node: reads, sets and adjusts what organizations and users have left at Zoo.

import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { ownerKinds } from './balance/owner';
import { nodeProperties } from './descriptions/properties';
import { openLedger, type OpenLedger } from './ledger';
import { operations } from './operations/all';
import type { Operation, Result, Task } from './operations/operation';
import { optionDefaults } from './options';
import { errorFor, hintsFor, itemsFor, mostUrgent } from './output';
import { Refusal } from './refusal';
import { resolveOwners } from './resolve';
import { earlier, notBegun, refusedInDoubt, refuseRepeats, runItems, tally } from './run';
import { Exchange } from './zoo/exchange';
import { Failure, invalidInput } from './zoo/failure';
import { connect } from './zoo/transport';

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
		const ledger = operation?.amounts ? ledgerOf(this) : undefined;
		const items = this.getInputData();
		const checked = refuseRepeats(
			items.map((_, item) => check(this, operation, item)),
			ledger,
		).map((task) => refusedInDoubt(task, ledger));
		const refused = stopOnFailure && checked.some((task) => task instanceof Failure);
		const results = refused
			? checked.map((task) => notBegun(task, ledger))
			: await send(this, checked, stopOnFailure, ledger);
		const failure = mostUrgent(results);
		// n8n runs the node again, too, when the first item has a property of this name, from whomever.
		if (!failure && !results.some((result) => !(result instanceof Failure) && 'error' in result.json)) ledger?.close();
		if (stopOnFailure && failure) throw errorFor(this.getNode(), failure, tally(results), isTool(this));
		this.addExecutionHints(...hintsFor(results));
		const withDetails = this.getNode().onError !== 'continueErrorOutput' || takesDetails(this);
		return [results.flatMap((result, item) => itemsFor(result, item, withDetails))];
	}
}

/** One item's parameters, checked. Each is read once: an expression costs more than all of our own work. */
function check(context: IExecuteFunctions, operation: Operation | undefined, item: number): Task | Failure {
	const kind = Object.values(ownerKinds).find(({ name }) => name === context.getNodeParameter('resource', item));
	if (!operation || !kind) {
		return invalidInput(
			{ item },
			new Refusal("'Operation' is none of this node's operations", 'Choose one in the node.'),
		);
	}
	if (operation.adds && isTool(context) && context.getNode().retryOnFail) {
		const next =
			"Turn off 'Retry On Fail' in the settings of this tool: n8n would repeat the whole call, and an adjustment could be added twice.";
		return invalidInput(
			{ item },
			new Refusal("'Retry On Fail' is on, which an adjustment by a tool does not allow", next),
		);
	}
	const names = [
		...(operation.byId ? [kind.idParameter] : []),
		...(operation.amounts ? ['balanceModel', 'amountUnit', operation.amounts.parameter] : []),
		...(operation.lists ? ['returnAll'] : []),
		'options',
	];
	try {
		const raw: Record<string, unknown> = Object.fromEntries(
			names.map((name) => [name, context.getNodeParameter(name, item)]),
		);
		// n8n has no value for a field that is hidden.
		if (operation.lists && raw['returnAll'] !== true) raw['limit'] = context.getNodeParameter('limit', item);
		return operation.prepare(raw, kind, item);
	} catch (error) {
		const reason = error instanceof Error ? error.message : 'no reason given';
		return invalidInput(
			{ item },
			new Refusal(`A parameter could not be read: ${reason}`, 'Check the expressions in the parameters.'),
		);
	}
}

async function send(
	context: IExecuteFunctions,
	checked: ReadonlyArray<Task | Failure>,
	stopOnFailure: boolean,
	ledger: OpenLedger | undefined,
): Promise<Result[]> {
	const zoo = await connect(context);
	if (zoo instanceof Refusal) {
		return checked.map((task) =>
			task instanceof Failure ? task : (earlier(task, ledger) ?? invalidInput(task.subject, zoo, 'credentialUnusable')),
		);
	}
	const first = checked.find((task): task is Task => !(task instanceof Failure));
	const { maxConcurrency } = first?.options ?? optionDefaults;
	const traffic = { heldUntil: 0, stopped: false };
	const resolved = await resolveOwners(checked, ({ options }) => new Exchange(zoo, traffic, options), maxConcurrency);
	if (stopOnFailure && resolved.some((task) => task instanceof Failure))
		return resolved.map((task) => notBegun(task, ledger));
	return await runItems(resolved, { zoo, maxConcurrency, stopOnFailure, ledger });
}

/** n8n keeps a node's context across Retry On Fail, and between the calls of a tool, which nothing else tells apart. */
function ledgerOf(context: IExecuteFunctions): OpenLedger {
	const run: unknown = isTool(context) ? undefined : context.getWorkflowDataProxy(0).$runIndex;
	return openLedger(context.getContext('node'), run === undefined ? undefined : Number(run));
}

function isTool(context: IExecuteFunctions): boolean {
	return ('isToolExecution' in context && context.isToolExecution()) || context.getNode().type.endsWith('Tool');
}

/** n8n takes `details` beside an item's error since 2.34; a field that its errors have since later tells. */
function takesDetails(context: IExecuteFunctions): boolean {
	return 'failure' in new NodeOperationError(context.getNode(), '');
}

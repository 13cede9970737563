// From results to what n8n shows: items, hints, and the one thrown error of a workflow that stops.

import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type NodeExecutionHint,
} from 'n8n-workflow';

import type { Owner } from '../balance/owner';
import type { Reply } from '../balance/reply';
import { amounts, identifiers } from '../balance/selectable';
import type { Options } from '../operations/options';
import type { Result } from './result';
import { tally } from './tally';
import { sanitize } from '../text/words';
import { type Failure, isFailure } from './failure';

/**
 * What a person looks for comes first: whose balance it is and what we say of it; then Zoo's balance in Zoo's order,
 * whole, or its identifiers and the fields that are wanted.
 */
export function balanceOutput(
	{ kind, id }: Owner,
	{ balance }: Reply,
	output: Options['output'],
	said: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
	// Only the documented model tells whose balance the token's own is.
	const mapped = 'map_id' in balance && typeof balance.map_id === 'string' ? balance.map_id : undefined;
	const owner = id ?? mapped;
	const shown = Object.entries(balance).filter(([name]) => isShown(name, output));
	const ours = { ...(owner !== undefined && { [kind.idParameter]: owner }), ...said };
	// A field of Zoo's that has one of our names would pass for ours.
	return { ...ours, ...Object.fromEntries(shown), ...ours };
}

function isShown(name: string, output: Options['output']): boolean {
	if (output === 'balance') return true;
	return identifiers.includes(name) || (output === 'amounts' ? amounts : output).includes(name);
}

/** Half-sentences about a reply that a person should know. */
export function replyHints({ misfits }: Pick<Reply, 'misfits'>): string[] {
	if (misfits.length === 0) return [];
	// The name of a label is whatever somebody gave it.
	const named = misfits.slice(0, 5).map((path) => sanitize(path, 120));
	const more = misfits.length > 5 ? ` and ${misfits.length - 5} more` : '';
	return [
		`Zoo’s reply has fields of an unknown shape, kept as they came: ${named.join(', ')}${more}; look for an update of this node if a later step needs them`,
	];
}

/** Ends an execution: what n8n shows for the results, or the one thrown error of a workflow that stops. */
export function toOutput(context: IExecuteFunctions, results: readonly Result[]): INodeExecutionData[][] {
	const failure = mostUrgent(results);
	if (failure && !context.continueOnFail()) throw errorFor(context.getNode(), failure, tally(results), isTool(context));
	context.addExecutionHints(...hintsFor(results));
	const withDetails = context.getNode().onError !== 'continueErrorOutput' || takesDetails(context);
	return [results.flatMap((result, item) => itemsFor(result, item, withDetails))];
}

export function isTool(context: IExecuteFunctions): boolean {
	return ('isToolExecution' in context && context.isToolExecution()) || context.getNode().type.endsWith('Tool');
}

/** n8n takes `details` beside an item's error since 2.34; a field that its errors have since later tells. */
function takesDetails(context: IExecuteFunctions): boolean {
	return 'failure' in new NodeOperationError(context.getNode(), '');
}

/** `withDetails`: whether n8n takes an item with `details` for a failed one when it has an error output. */
export function itemsFor(result: Result, item: number, withDetails: boolean): INodeExecutionData[] {
	const pairedItem = { item };
	if (!isFailure(result)) return (result.items ?? [result.json]).map((json) => ({ json: jsonOf(json), pairedItem }));
	const { what, next, details } = result;
	const json = { error: what, message: `${what}. ${next}`, ...(withDetails && { details: jsonOf(details) }) };
	return [{ json, pairedItem }];
}

/** Plain data under names, which is what a JSON value of ours always is. */
function jsonOf(value: Readonly<Record<string, unknown>>): IDataObject {
	return value as IDataObject;
}

const MOST_HINTS = 20;

/**
 * One hint per item that has any, those about amounts before those about shapes alone, and beyond twenty one with the
 * count: n8n breaks on very many, after every write was made.
 */
export function hintsFor(results: readonly Result[]): NodeExecutionHint[] {
	const weighty: string[] = [];
	const slight: string[] = [];
	results.forEach((result, item) => {
		if (isFailure(result)) return;
		const texts = [...result.hints, ...(result.shapes ?? [])];
		if (texts.length > 0) (result.hints.length > 0 ? weighty : slight).push(`${texts.join('; ')} [item ${item}]`);
	});
	const all = [...weighty, ...slight];
	const more =
		all.length > MOST_HINTS
			? [`${all.length - MOST_HINTS} more items have such remarks; look at the items themselves`]
			: [];
	return [...all.slice(0, MOST_HINTS), ...more].map((message) => ({
		message,
		type: 'warning',
		location: 'outputPane',
	}));
}

/**
 * The n8n error for a failure. `summary`: what became of all items. `inOneLine`: with the next step in the message,
 * for readers that get nothing else.
 */
export function errorFor(
	node: INode,
	{ source, what, next, details }: Failure,
	summary: string,
	inOneLine: boolean,
): NodeOperationError | NodeApiError {
	const shown = {
		message: inOneLine ? `${what}. ${next}` : what,
		description: `${next} ${summary}`.trimEnd(),
		itemIndex: details.item,
	};
	const error =
		source === 'input'
			? new NodeOperationError(node, what, shown)
			: new NodeApiError(
					node,
					{ message: what },
					{ ...shown, httpCode: details.httpStatus === undefined ? '' : String(details.httpStatus) },
				);
	// n8n replaces a whole message that happens to contain a word such as EPERM, as a value that a message quotes may.
	error.message = shown.message;
	error.description = shown.description;
	return error;
}

/**
 * What stops the workflow: an unknown outcome before anything else, because it needs a person; else the first
 * failure.
 */
export function mostUrgent(results: readonly Result[]): Failure | undefined {
	const failures = results.filter((result) => isFailure(result));
	return (
		failures.find(({ details }) => details.outcome === 'unknown') ??
		failures.find(({ details }) => details.reason !== 'stopped')
	);
}

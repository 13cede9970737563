// From results to what n8n shows: items, hints, and the one thrown error of a workflow that stops.

import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type NodeExecutionHint,
} from 'n8n-workflow';

import { allModels } from './balance/fields';
import type { Reply } from './balance/reply';
import type { Options } from './options';
import { Failure } from './failures/failure';
import type { Result } from './item';

const identifiers = ['id', 'map_id', 'subscription_id'];
const amounts = allModels.flatMap((model) => model.fields.flatMap(({ wire, credits }) => [wire, credits]));
const short = new Set<string | undefined>([...identifiers, ...amounts, 'total_due']);

/** Zoo's balance, whole or its identifiers and amounts. */
export function balanceOutput({ balance }: Reply, output: Options['output']): Record<string, unknown> {
	if (output === 'balance') return { ...balance };
	return Object.fromEntries(Object.entries(balance).filter(([name]) => short.has(name)));
}

/** Half-sentences about a reply that a person should know. */
export function replyHints({ misfits }: Reply): string[] {
	return misfits.length === 0
		? []
		: [
				`Zoo’s reply has fields of an unknown shape, kept as they came: ${misfits.slice(0, 5).join(', ')}${misfits.length > 5 ? ` and ${misfits.length - 5} more` : ''}`,
			];
}

/** `withDetails`: whether n8n takes an item with `details` for a failed one when it has an error output. */
export function itemFor(result: Result, item: number, withDetails: boolean): INodeExecutionData {
	if (!(result instanceof Failure)) return { json: jsonOf(result.json), pairedItem: { item } };
	const { what, next, details } = result;
	return {
		json: { error: what, message: `${what}. ${next}`, ...(withDetails && { details: jsonOf(details) }) },
		pairedItem: { item },
	};
}

/** Plain data under names, which is what a JSON value of ours always is. */
function jsonOf(value: Readonly<Record<string, unknown>>): IDataObject {
	return value as IDataObject;
}

const MOST_HINTS = 20;

/**
 * One hint per item that has any, and beyond twenty one with the count: n8n breaks on very many, after every write
 * was made.
 */
export function hintsFor(results: readonly Result[]): NodeExecutionHint[] {
	const messages: string[] = [];
	let more = 0;
	results.forEach((result, item) => {
		if (result instanceof Failure || result.hints.length === 0) return;
		if (messages.length < MOST_HINTS) messages.push(`${result.hints.join('; ')} [item ${item}]`);
		else more += 1;
	});
	if (more > 0) messages.push(`${more} more items have such remarks`);
	return messages.map((message) => ({ message, type: 'warning', location: 'outputPane' }));
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
	const failures = results.filter((result) => result instanceof Failure);
	return (
		failures.find(({ details }) => details.outcome === 'unknown') ??
		failures.find(({ details }) => details.reason !== 'stopped')
	);
}

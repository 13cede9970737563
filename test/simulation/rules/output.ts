// Rules for what n8n gets of a pass: items one by one, or the one thing that stops the workflow.

import type { Chronicle } from '../chronicle';
import type { End } from '../engine';
import { groupOf } from '../n8n';
import { NodeError } from '../n8n-workflow';
import type { NodePlan } from '../plan';
import { hasFailed, type Refused, type Result } from '../said';

export interface PutOut {
	readonly name: string;
	readonly node: NodePlan;
	/** Items that went in. */
	readonly count: number;
	readonly results: readonly Result[];
	readonly end: End;
}

type Rule = (putOut: PutOut) => string | undefined;

const rules: Readonly<Record<string, Rule>> = {
	'each item has one report': ({ results, count }) =>
		results.length === count ? undefined : `${results.length} for ${count}`,
	'an item is blocked only by what is in doubt': ({ results }) => {
		const isWrong = (result: Result) => {
			const by = hasFailed(result) ? result.details['blockedBy'] : undefined;
			const blocker = typeof by === 'number' ? results[by] : undefined;
			return blocker !== undefined && !(hasFailed(blocker) && blocker.details.outcome === 'unknown');
		};
		const index = results.findIndex(isWrong);
		return index < 0 ? undefined : `item ${index}`;
	},
	'a workflow stops on a failure, and on nothing else': ({ node, results, end }) => {
		const stops = !node.continueOnFail && results.some(isUrgent);
		return stops === 'error' in end ? undefined : String('error' in end ? end.error : 'it went on');
	},
	'each item comes out as what was said of it': ({ results, end }) => {
		if ('error' in end) return undefined;
		const index = results.findIndex((result, item) => !isPutOut(result, end.items[item], item));
		return index < 0 && end.items.length === results.length ? undefined : `item ${index}`;
	},
	'what stops a workflow is what needs a person most': ({ results, end }) => {
		if (!('error' in end)) return undefined;
		if (!(end.error instanceof NodeError)) return String(end.error);
		const { message, itemIndex } = end.error;
		const named = results.filter(isUrgent).find(({ details }) => details.item === itemIndex);
		const hasUnknown = results.some((result) => hasFailed(result) && result.details.outcome === 'unknown');
		const isRight = named && message.startsWith(named.what) && (!hasUnknown || named.details.outcome === 'unknown');
		return isRight ? undefined : message;
	},
	'the sum of a stopped workflow counts every item': ({ results, end }) => {
		if (!('error' in end) || results.length < 2 || !(end.error instanceof NodeError)) return undefined;
		const { description = '' } = end.error;
		const counts = new Map<string, number>();
		for (const result of results) counts.set(wordFor(result), (counts.get(wordFor(result)) ?? 0) + 1);
		const isMissing = ([group, count]: [string, number]) => !description.includes(`${count} ${group} (item`);
		return [...counts].some(isMissing) ? description : undefined;
	},
};

function isUrgent(result: Result): result is Refused {
	return hasFailed(result) && result.details.reason !== 'stopped';
}

function wordFor(result: Result): string {
	if (hasFailed(result)) return groupOf(result.details);
	return result.wrote ? 'written' : 'done without writing';
}

function isPutOut(
	result: Result,
	item: End extends { items: readonly (infer Each)[] } ? Each : unknown,
	index: number,
): boolean {
	const said = JSON.stringify(hasFailed(result) ? result.details : result.json);
	const { json, pairedItem } = item as { json: Record<string, unknown>; pairedItem: { item: number } };
	const told = hasFailed(result) ? json['details'] : json;
	return JSON.stringify(told) === said && pairedItem.item === index;
}

export function checkPutOut(chronicle: Chronicle, putOut: PutOut): void {
	for (const [rule, check] of Object.entries(rules)) {
		const what = check(putOut);
		if (what !== undefined) chronicle.breaks(rule, `${putOut.name}: ${what}`);
	}
}

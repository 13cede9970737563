// What n8n stores of an execution's journal, as plain data, and whether it can be read back.

import { balanceModels } from './balance/fields';
import { ownerKinds } from './balance/owner';
import type { Page } from './item';
import { isRecord } from './refusal';

/** A run is named by its node's ID and its number, as JSON. */
export interface Stored {
	readonly version: typeof VERSION;
	/** The pages of each run by item. */
	readonly runs: Record<string, Record<string, Page>>;
	/** Payment references that have, or may have, been added. */
	readonly references: Record<string, Position>;
	readonly nodes: Record<string, { readonly name: string; readonly calls: number }>;
}

export interface Position {
	readonly run: string;
	readonly item: number;
}

/** Another one may follow other rules: what it has noted is not guessed at. */
const VERSION = 1;

export function nothingStored(): Stored {
	return { version: VERSION, runs: {}, references: {}, nodes: {} };
}

/** What was found to be right; all that this process adds to it is right as well. */
const known = new WeakSet<object>();

export function isStored(value: unknown): value is Stored {
	if (!isRecord(value)) return false;
	if (!known.has(value) && isWhole(value)) known.add(value);
	return known.has(value);
}

function isWhole({ version, runs, references, nodes }: Record<string, unknown>): boolean {
	const areRuns = isRecord(runs) && Object.entries(runs).every(([run, pages]) => isRun(run) && isEach(pages, isPage));
	return version === VERSION && areRuns && isEach(references, isPosition) && isEach(nodes, isNode);
}

function isEach(value: unknown, isRight: (entry: unknown) => boolean): boolean {
	return isRecord(value) && Object.values(value).every(isRight);
}

function isRun(name: unknown): boolean {
	return typeof name === 'string' && name.startsWith('["') && name.endsWith(']');
}

function isPosition(value: unknown): boolean {
	return isRecord(value) && isRun(value['run']) && typeof value['item'] === 'number';
}

function isNode(value: unknown): boolean {
	return isRecord(value) && typeof value['name'] === 'string' && typeof value['calls'] === 'number';
}

function isPage(value: unknown): boolean {
	if (!isRecord(value) || !isRecord(value['mark']) || !isPreview(value['preview'])) return false;
	const { id, asks, adds, state, result } = value;
	const isKnown = typeof id === 'string' && typeof asks === 'string' && typeof adds === 'boolean';
	if (state === 'settled') return isKnown && isRecord(result);
	return isKnown && (state === 'begun' || state === 'doubt');
}

function isPreview(value: unknown): boolean {
	if (!isRecord(value) || !isRecord(value['to'])) return false;
	const { host, ownerId, resource, balanceModel } = value;
	const isNamed = typeof host === 'string' && typeof ownerId === 'string';
	return isNamed && isIn(ownerKinds, resource) && isIn(balanceModels, balanceModel);
}

function isIn(choices: object, name: unknown): boolean {
	return typeof name === 'string' && Object.hasOwn(choices, name);
}

// What n8n stores of an execution's records, as plain data, and whether it can be read back.

import { balanceModels } from '../balance/fields';
import { ownerKinds } from '../balance/owner';
import { isRecord } from '../text/refusal';
import type { WriteRecord } from './record';

/** A run is named by its node's name and its number, as JSON. */
export interface Stored {
	readonly version: typeof VERSION;
	/** The records of each run by item. */
	readonly runs: Record<string, Record<string, WriteRecord | TakenUp>>;
	/** Where the payments are that have, or may have, been added: by payment reference, and by preview. */
	readonly names: Record<string, Position>;
	/** How often each tool was called, by the node's name. */
	readonly calls: Record<string, number>;
}

export interface Position {
	readonly run: string;
	readonly item: number;
}

/** Where an item has taken up what another one has left in doubt. */
export interface TakenUp {
	/** What this item asks for. */
	readonly fingerprint: string;
	readonly of: Position;
}

/** Another one may follow other rules: what it has noted is not guessed at. */
const VERSION = 3;

export function nothingStored(): Stored {
	return { version: VERSION, runs: {}, names: {}, calls: {} };
}

/** What was found to be right; all that this process adds to it is right as well. */
const known = new WeakSet<object>();

export function isStored(value: unknown): value is Stored {
	if (!isRecord(value)) return false;
	if (!known.has(value) && isWhole(value)) known.add(value);
	return known.has(value);
}

function isWhole({ version, runs, names, calls }: Record<string, unknown>): boolean {
	const areRuns =
		isRecord(runs) && Object.entries(runs).every(([run, entries]) => isRun(run) && isEach(entries, isEntry));
	return version === VERSION && areRuns && isEach(names, isPosition) && isEach(calls, isCount);
}

type Check = (value: unknown) => boolean;
type Checks = Readonly<Record<string, Check>>;

function isEach(value: unknown, isRight: Check): boolean {
	return isRecord(value) && Object.values(value).every(isRight);
}

/** Whether all properties are right, and no other is there: a later version may mean something by it. */
function hasOnly(value: unknown, checks: Checks): boolean {
	if (!isRecord(value)) return false;
	const areKnown = Object.keys(value).every((name) => Object.hasOwn(checks, name));
	return areKnown && Object.entries(checks).every(([name, isRight]) => isRight(value[name]));
}

const isText: Check = (value) => typeof value === 'string';
const isName: Check = (value) => typeof value === 'string' && value !== '';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isAmount: Check = (value) => typeof value === 'string' && /^-?\d+\.\d{2,}$/.test(value);

function optional(isRight: Check): Check {
	return (value) => value === undefined || isRight(value);
}

function isIn(choices: object): Check {
	return (name) => typeof name === 'string' && Object.hasOwn(choices, name);
}

function isOneOf(...words: readonly unknown[]): Check {
	return (value) => words.includes(value);
}

function isRun(name: unknown): boolean {
	return typeof name === 'string' && name.startsWith('["') && name.endsWith(']');
}

const isPosition: Check = (value) => hasOnly(value, { run: isRun, item: isCount });

const isEntry: Check = (value) =>
	isRecord(value) && 'of' in value ? hasOnly(value, { fingerprint: isName, of: isPosition }) : isWriteRecord(value);

const isLogicalTime: Check = (value) => hasOnly(value, { process: isName, at: isCount });

const isWriteRecord: Check = (value) => {
	const state = isRecord(value) ? value['state'] : undefined;
	const own = typeof state === 'string' && Object.hasOwn(states, state) ? states[state] : undefined;
	return own !== undefined && isRecord(value) && hasOnly(value, { ...common, ...own }) && isBuilt(value);
};

/** What adds is built on what it adds to. */
function isBuilt({ adds, preview }: Record<string, unknown>): boolean {
	return adds === false || (isRecord(preview) && isRecord(preview['from']));
}

const isAmounts: Check = (value) => isEach(value, isAmount);

const isPreview: Check = (value) =>
	hasOnly(value, {
		host: isName,
		resource: isIn(ownerKinds),
		ownerId: isName,
		email: optional(isName),
		balanceModel: isIn(balanceModels),
		from: optional(isAmounts),
		to: isAmounts,
		beside: optional(isAmounts),
		updatedAt: optional(isText),
		reference: optional(isText),
	});

const isResult: Check = (value) =>
	isRecord(value) && value['kind'] === 'success' ? hasOnly(value, success) : hasOnly(value, failed);

const success: Checks = {
	kind: isOneOf('success'),
	json: isRecord,
	hints: (value) => Array.isArray(value) && value.every(isText),
	wrote: isFlag,
};

const failed: Checks = {
	kind: isOneOf('failure'),
	source: isOneOf('input', 'service'),
	what: isName,
	next: isText,
	details: (value: unknown) => isRecord(value) && isOneOf('different', 'notConfirmed')(value['outcome']),
};

const common: Checks = {
	id: isName,
	fingerprint: isName,
	adds: isFlag,
	applies: optional(isName),
	taken: optional(isOneOf(true)),
	preview: isPreview,
	startedAt: isLogicalTime,
	state: isText,
};

/** What a record has besides, by its state. */
const states: Readonly<Record<string, Checks>> = {
	inProgress: {},
	inDoubt: {
		inDoubt: isOneOf('maybeApplied', 'rejected'),
		attempts: optional((value) => hasOnly(value, { count: isCount, firstAt: Number.isFinite })),
	},
	completed: { result: isResult },
};

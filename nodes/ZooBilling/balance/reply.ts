// Zoo's reply from text to a typed balance: no digit lost, nothing unknown dropped, no applied write called a failure.

import { isSafeNumber, parse } from 'lossless-json';
import type * as z from 'zod/v4-mini';

import { isRecord } from '../refusal';
import { balanceModels, modelOf, type BalanceModel } from './fields';
import { replySchema, type Balance } from './schema';

export interface Reply {
	/** The typed balance: amounts as decimal text, misfits and unknown fields as they came. */
	readonly balance: Balance;
	/** The balance model whose amounts the reply carries; undefined when it carries none. */
	readonly model: BalanceModel | undefined;
	/** Paths of the fields that do not fit the schema, such as `subscription_details.modeling_app.name`. */
	readonly misfits: readonly string[];
}

/** A key that would become a prototype, and with it amounts that nobody sent. */
const PROTOTYPE_KEY = /"__proto__"\s*:/;
/** As deep as Zoo's replies go, many times over. */
const DEEPEST = 50;
const LONGEST_NUMBER = 60;
const ANYTHING = /^/;
const ESCAPED = /\\u00([0-7][\da-f])/gi;

/** The JSON object in a reply, numbers that a double cannot hold as their digits; undefined when there is none. */
export function readJsonObject(text: string): Record<string, unknown> | undefined {
	if (PROTOTYPE_KEY.test(text.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))))
		return undefined;
	try {
		const value = parse(withoutDepths(text), mask, readNumber);
		return isRecord(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** A number as a double where that keeps its digits. Longer ones are not looked at: it could take long. */
function readNumber(digits: string): number | string {
	return digits.length <= LONGEST_NUMBER && isSafeNumber(digits) ? Number(digits) : digits;
}

/** The JSON text with `"…"` for what is nested too deep: parsers, and n8n itself, run out of stack on such. */
function withoutDepths(text: string): string {
	let kept = '';
	let from = 0;
	let depth = 0;
	for (let at = 0; at < text.length; at += 1) {
		const character = text[at] ?? '';
		if (character === '"') at = endOfString(text, at);
		else if ('[{'.includes(character)) {
			depth += 1;
			if (depth === DEEPEST) kept += `${text.slice(from, at)}"…"`;
		} else if (']}'.includes(character)) {
			if (depth === DEEPEST) from = at + 1;
			depth -= 1;
		}
	}
	return kept + text.slice(from);
}

/** Where the string that begins at `start` has its closing quote; the end of the text when it has none. */
function endOfString(text: string, start: number): number {
	for (let at = start + 1; at < text.length; at += 1) {
		if (text[at] === '\\') at += 1;
		else if (text[at] === '"') return at;
	}
	return text.length;
}

/** Stripe's client secret may ride in a subscription; it must not reach an item. */
function mask(key: string, value: unknown): unknown {
	return key === 'action_client_secret' && value !== null ? '***' : compact(value);
}

/** The parser joins a text from its characters, and V8 keeps every joint until something looks inside. */
function compact(value: unknown): unknown {
	if (typeof value === 'string') ANYTHING.test(value);
	return value;
}

/** `json`: what `readJsonObject` returned. */
export function readReply(json: Record<string, unknown>): Reply {
	const model = modelOf(json);
	const { value, misfits } = fit<Balance>(replySchema((model ?? balanceModels.prePay).name), json);
	return { model, balance: value, misfits };
}

type Path = readonly PropertyKey[];

/**
 * Parses with a schema whose every property is optional. Where a value does not fit, it is set aside, the rest is
 * parsed, and it is put back as it came; so in the end something always fits.
 */
export function fit<Value>(
	schema: z.ZodMiniType<Value>,
	json: Record<string, unknown>,
): { readonly value: Value; readonly misfits: readonly string[] } {
	let result = schema.safeParse(json);
	if (result.success) return { value: result.data, misfits: [] };
	const misfits = result.error.issues.map((issue) => issue.path.join('.'));
	const rest = structuredClone(json);
	const aside: Aside = new Map();
	while (!result.success) {
		for (const issue of result.error.issues) setAside(rest, issue.path, aside);
		result = schema.safeParse(rest);
	}
	for (const path of aside.values()) put(result.data, path, at(json, path));
	return { value: result.data, misfits: [...new Set(misfits)] };
}

/** Paths by their text. */
type Aside = Map<string, Path>;

const textOf = (path: Path): string => path.join('\0');

/** Takes a property out of a tree; for an array element, or a property that is gone already, the one that holds it. */
function setAside(tree: unknown, path: Path, aside: Aside): void {
	if (path.some((_, depth) => aside.has(textOf(path.slice(0, depth))))) return;
	const holder = at(tree, path.slice(0, -1));
	const key = path.at(-1);
	if (isRecord(holder) && typeof key === 'string' && key in holder) {
		delete holder[key];
		aside.set(textOf(path), path);
	} else if (path.length > 1) {
		setAside(tree, path.slice(0, -1), aside);
	}
}

function put(tree: unknown, path: Path, value: unknown): void {
	const holder = at(tree, path.slice(0, -1));
	const key = path.at(-1);
	if (isRecord(holder) && typeof key === 'string') holder[key] = value;
}

function at(tree: unknown, path: Path): unknown {
	return path.reduce<unknown>((value, key) => {
		if (Array.isArray(value)) return value[Number(key)];
		return isRecord(value) ? value[String(key)] : undefined;
	}, tree);
}

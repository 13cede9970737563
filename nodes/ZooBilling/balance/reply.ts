// Zoo's reply from text to a typed balance: no digit lost, nothing unknown dropped, no applied write called a failure.

import { isSafeNumber } from 'lossless-json';
import type * as z from 'zod/v4-mini';

import { isRecord } from '../text/refusal';
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

/** As deep as Zoo's replies go, many times over. */
const DEEPEST = 50;
const LONGEST_NUMBER = 60;
/** Stripe's client secret may ride in a subscription; it must not reach an item. */
const SECRET = 'action_client_secret';
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;

/** The JSON object in a reply, numbers that a double cannot hold as their digits; undefined when there is none. */
export function readJsonObject(text: string): Record<string, unknown> | undefined {
	try {
		const taming = new Taming(text);
		const tamed = taming.tamed();
		// A look at every value takes longer than all the rest.
		const value: unknown = taming.hasSecret ? JSON.parse(tamed, mask) : JSON.parse(tamed);
		return isRecord(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/**
 * JSON text made fit for the parser: numbers that it would cut short as text, and `"…"` for what is nested too deep,
 * where parsers, and n8n itself, run out of stack.
 */
class Taming {
	/** Whether a name in the text is that of a secret. */
	hasSecret = false;
	private kept = '';
	private from = 0;
	/** The names so far of each object that is open. */
	private readonly names: Array<Set<string> | undefined> = [];
	private depth = 0;

	constructor(private readonly text: string) {}

	/** Throws where a name would say two things, or become a prototype: amounts that nobody sent. */
	tamed(): string {
		const { text } = this;
		for (let at = 0; at < text.length; at += 1) {
			const character = text[at] ?? '';
			if (character === '"') at = this.passString(at);
			else if (character === '[' || character === '{') this.open(at);
			else if (character === ']' || character === '}') this.close(at);
			else if (this.depth < DEEPEST && /[-\d]/.test(character)) at = this.passNumber(at);
		}
		return this.kept + text.slice(this.from);
	}

	private open(at: number): void {
		this.depth += 1;
		if (this.depth === DEEPEST) this.replace(at, at, '"…"');
		if (this.depth < DEEPEST) this.names[this.depth] = undefined;
	}

	private close(at: number): void {
		if (this.depth === DEEPEST) this.from = at + 1;
		this.depth -= 1;
	}

	/** Returns where the string ends that begins at `start`. */
	private passString(start: number): number {
		const end = endOfString(this.text, start);
		if (this.depth < DEEPEST && this.isName(end + 1)) {
			const written = this.text.slice(start + 1, end);
			const name = written.includes('\\') ? String(JSON.parse(`"${written}"`)) : written;
			const names = (this.names[this.depth] ??= new Set());
			if (name === '__proto__' || names.has(name)) throw new SyntaxError(name);
			names.add(name);
			this.hasSecret ||= name === SECRET;
		}
		return end;
	}

	/** Returns where the number ends that begins at `start`. Long ones are not looked at: it could take long. */
	private passNumber(start: number): number {
		NUMBER.lastIndex = start;
		const [digits = '-'] = NUMBER.exec(this.text) ?? [];
		const end = start + digits.length;
		const isSafe = digits.length <= LONGEST_NUMBER && (digits === '-' || isSafeNumber(digits));
		if (!isSafe && !this.isName(end)) this.replace(start, end, `"${digits}"`);
		return end - 1;
	}

	/** Whether what ends before `at` is the name of a property. */
	private isName(at: number): boolean {
		SPACE.lastIndex = at;
		return this.text[at + (SPACE.exec(this.text)?.[0].length ?? 0)] === ':';
	}

	private replace(start: number, end: number, by: string): void {
		this.kept += this.text.slice(this.from, start) + by;
		this.from = end;
	}
}

/** Where the string that begins at `start` has its closing quote; the end of the text when it has none. */
function endOfString(text: string, start: number): number {
	for (let at = start + 1; at < text.length; at += 1) {
		if (text[at] === '\\') at += 1;
		else if (text[at] === '"') return at;
	}
	return text.length;
}

function mask(key: string, value: unknown): unknown {
	return key === SECRET && value !== null ? '***' : value;
}

/** `json`: what `readJsonObject` returned. */
export function readReply(json: Record<string, unknown>): Reply {
	const model = modelOf(json);
	const { value, misfits } = fit<Balance>(replySchema((model ?? balanceModels.prePay).name), json);
	return { model, balance: Object.assign(orderOf(json), value), misfits };
}

/** The names in Zoo's order, which a schema would put in its own. */
function orderOf(json: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(Object.keys(json).map((name) => [name, undefined]));
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

// A preview as a dry run puts it out and a workflow stores it, and how it is read back: as strictly as any input.

import { balanceModels, type BalanceModel, type ModelName } from '../balance/fields';
import { readMoment } from '../balance/moment';
import { Usd } from '../balance/money';
import { ownerKinds, readOwner, type OwnerKind } from '../balance/owner';
import type { Amounts, Preview } from './preview';
import type { ItemSession } from '../pass/item';
import { isNothing, isRecord, Refusal, quoteValue } from '../text/refusal';
import { hasInvisible } from '../text/words';

/** A preview that is to be applied, and the ID by which this process remembers it. */
export interface StoredPreview {
	readonly id: string;
	readonly preview: Preview & { readonly from: Amounts };
}

/** The plain data that a dry run puts out. */
export function stored(preview: Preview, { registry, exchange }: ItemSession): Record<string, unknown> {
	const { ownerId, ...rest } = preview;
	const { idParameter } = ownerKinds[preview.resource];
	const madeAt = new Date(exchange.now()).toISOString();
	return { id: registry.newId(), madeAt, [idParameter]: ownerId, ...rest };
}

const NOTHING_TO_DO = new Refusal(
	"'Preview' changes nothing: what it sets was there already",
	'There is nothing to apply: leave such dry runs out, for instance with a Filter node before this one.',
);
const MAKE_ANEW = "Give the item that 'Dry Run' has put out, whole or its 'preview', as it was stored.";
/** Characters; a real one has some hundred. */
const LONGEST = 20_000;

/** `value`: the dry run's item or its `preview`, as an object or as JSON text. */
export function readStored(value: unknown, kind: OwnerKind): StoredPreview | Refusal {
	const given = typeof value === 'string' ? parsed(value) : value;
	const data = isRecord(given) && isRecord(given['preview']) ? given['preview'] : given;
	if (isRecord(data)) return data['preview'] === null ? NOTHING_TO_DO : readData(data, kind);
	const more = data === null ? ' A dry run that changes nothing has none.' : '';
	return new Refusal(`'Preview' is no preview: ${quoteValue(value)}`, MAKE_ANEW + more);
}

function readData(data: Record<string, unknown>, kind: OwnerKind): StoredPreview | Refusal {
	const model = modelIn(data);
	if (!model) return incomplete('balanceModel');
	const fault = faultIn(data, kind, model);
	if (fault) return fault;
	const read = checked(data, kind, model);
	const { from, to } = read.preview;
	return Object.keys(to).some((name) => from[name] !== to[name]) ? read : NOTHING_TO_DO;
}

/** `data`: found without fault. */
function checked(data: Record<string, unknown>, kind: OwnerKind, model: BalanceModel): StoredPreview {
	const amounts = (name: string) => amountsIn(data, name, model) ?? {};
	const optional = (name: string) => {
		const text = word(data, name);
		return text === undefined ? {} : { [name]: text };
	};
	const preview = {
		host: word(data, 'host') ?? '',
		resource: kind.name,
		ownerId: idIn(data, kind) ?? '',
		...optional('email'),
		balanceModel: model.name,
		from: amounts('from'),
		to: amounts('to'),
		beside: amounts('beside'),
		...optional('updatedAt'),
		...optional('reference'),
	};
	return { id: word(data, 'id') ?? '', preview };
}

function idIn(data: Record<string, unknown>, kind: OwnerKind): string | undefined {
	const owner = readOwner(kind, data[kind.idParameter]);
	return owner instanceof Refusal ? undefined : owner.id;
}

function isEmail(value: unknown, kind: OwnerKind): boolean {
	const owner = readOwner(kind, value);
	return !(owner instanceof Refusal) && owner.email === value;
}

function parsed(text: string): unknown {
	if (text.length > LONGEST) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function incomplete(name: string): Refusal {
	return new Refusal(`'Preview' is incomplete or at odds with itself: ${name}`, MAKE_ANEW);
}

/** The first property that is missing, malformed or contradicts another. */
function faultIn(data: Record<string, unknown>, kind: OwnerKind, model: BalanceModel): Refusal | undefined {
	if (data['resource'] !== kind.name) {
		const next = `Choose the resource that the preview was made for, or give one for this ${kind.noun}.`;
		return new Refusal(`'Preview' is for another resource: ${quoteValue(data['resource'])}`, next);
	}
	const checks: Record<string, boolean> = {
		id: word(data, 'id') !== undefined,
		host: word(data, 'host') !== undefined,
		madeAt: readMoment(data['madeAt']) !== undefined,
		[kind.idParameter]: idIn(data, kind) !== undefined,
		email: isAbsent(data['email']) || isEmail(data['email'], kind),
		updatedAt: isAbsent(data['updatedAt']) || readMoment(data['updatedAt']) !== undefined,
		reference: isAbsent(data['reference']) || isReference(word(data, 'reference')),
		...amountChecks(data, model),
	};
	const wrong = Object.keys(checks).find((name) => !checks[name]);
	return wrong === undefined ? undefined : incomplete(wrong);
}

function amountChecks(data: Record<string, unknown>, model: BalanceModel): Record<string, boolean> {
	const from = amountsIn(data, 'from', model);
	const to = amountsIn(data, 'to', model);
	const beside = amountsIn(data, 'beside', model);
	const names = Object.keys(to ?? {});
	return {
		from: from !== undefined && names.every((name) => name in from),
		to: names.length > 0 && names.every((name) => isWritable(to?.[name], from?.[name])),
		beside: isAbsent(data['beside']) || (beside !== undefined && !names.some((name) => name in beside)),
	};
}

/** Without an exponent, which no dry run writes. */
const plainDigits = /^-?\d+(\.\d+)?$/;

/** The amounts under a name in one spelling each; undefined when there are none or one is no amount of the model. */
function amountsIn(data: Record<string, unknown>, name: string, model: BalanceModel): Amounts | undefined {
	const given = data[name];
	if (!isRecord(given)) return undefined;
	// In the model's order: a database may have stored them in another one.
	const read = model.fields.flatMap(({ wire }) => {
		const value = given[wire];
		const amount = typeof value === 'string' && plainDigits.test(value) ? Usd.fromReply(value) : undefined;
		return amount ? [[wire, amount.toString()] as const] : [];
	});
	return read.length === Object.keys(given).length ? Object.fromEntries(read) : undefined;
}

/** Whole cents, or as far from what stood there: a dry run comes to nothing else. */
function isWritable(text = '', before = '0'): boolean {
	const amount = Usd.of(text);
	const isWhole = [amount, amount.minus(Usd.of(before))].some((each) => each.equals(each.roundedToCents()));
	return isWhole && !amount.isBelow(Usd.zero) && amount.isBelow(Usd.limit);
}

function modelIn({ balanceModel }: Record<string, unknown>): BalanceModel | undefined {
	const isName = (value: unknown): value is ModelName =>
		typeof value === 'string' && Object.hasOwn(balanceModels, value);
	return isName(balanceModel) ? balanceModels[balanceModel] : undefined;
}

function isReference(text: string | undefined): boolean {
	return text !== undefined && !isNothing(text);
}

function isAbsent(value: unknown): boolean {
	return value === undefined || value === null;
}

/** A text that can be seen, of a sensible length. */
function word(data: Record<string, unknown>, name: string): string | undefined {
	const value = data[name];
	if (typeof value !== 'string' || value === '' || value.length > 500) return undefined;
	return hasInvisible(value) ? undefined : value;
}

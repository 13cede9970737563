// An item across its passes: what its parameters say, independent of how the node reads them.

import type { Account, Given, Writer } from './chronicle';
import { amountsIn, unitsIn, type Amounts } from './money';
import { PARAMETERS, type NodePlan, type RawParameters } from './plan';
import { isRecord } from './said';
import { FIELDS } from './zoo';

type Place = Pick<Writer, 'execution' | 'place' | 'isTool' | 'item' | 'isDamaged'>;

export function writerOf(place: Place): Writer {
	return {
		...place,
		name: `[${place.place}, item ${place.item}]`,
		attempts: [],
		reports: [],
		excuses: new Set(),
		isInDoubt: false,
		doubtSince: Infinity,
		isLost: false,
		preview: undefined,
		page: undefined,
		asks: undefined,
		begunAs: undefined,
		begunFor: undefined,
		look: undefined,
		conditions: {},
		retryFor: 0,
		timeout: 0,
		validFor: Infinity,
		given: undefined,
		isPerhaps: false,
		payment: undefined,
		reference: undefined,
		returnsFirst: undefined,
	};
}

/** Takes note of what the options are now. */
export function setBy(writer: Writer, { options }: RawParameters): void {
	const chosen = isRecord(options) ? options : {};
	const seconds = (name: string, otherwise: number) => Number(chosen[name] ?? otherwise) * 1000;
	writer.conditions = unitsOf(chosen['onlyIf']);
	writer.retryFor = seconds('retryFor', 60);
	writer.timeout = seconds('timeout', 30);
	writer.validFor = seconds('validFor', Infinity);
	const { reference, repeatedReference } = chosen;
	writer.reference = typeof reference === 'string' ? reference : undefined;
	writer.returnsFirst = repeatedReference === 'returnFirst' ? writer.reference : undefined;
}

/** What an item asks for, in one spelling; `whose`: the account, or the preview that is applied. */
export function asksOf(operation: NodePlan['operation'], raw: RawParameters, whose: string | undefined): string {
	if (operation === 'applyPreview') return JSON.stringify([operation, whose]);
	const options = isRecord(raw['options']) ? raw['options'] : {};
	const { reference, onlyIf, dryRun } = options;
	const amounts = raw[operation === 'adjustBalance' ? 'adjustFields' : 'updateFields'];
	return JSON.stringify([operation, whose, amounts, unitsOf(onlyIf), reference, dryRun]);
}

/** What an adjustment or a preview adds, in one spelling. */
export function paymentOf(
	operation: NodePlan['operation'],
	raw: RawParameters,
	{ account, given }: { readonly account: Account | undefined; readonly given: Given | undefined },
): string | undefined {
	const isDryRun = isRecord(raw['options']) && raw['options']['dryRun'] === true;
	if (operation === 'updateBalance' || !account || isDryRun) return undefined;
	const changes = operation === 'adjustBalance' ? unitsOf(raw['adjustFields']) : given && changesIn(given.kept.preview);
	const real = Object.entries(changes ?? {}).filter(([, units]) => units !== 0);
	return JSON.stringify([account.name, real.sort(([one], [other]) => (one < other ? -1 : 1))]);
}

function changesIn({ from, to }: Given['kept']['preview']): Amounts {
	const before = textsIn(from);
	return Object.fromEntries(
		Object.entries(amountsIn(textsIn(to))).map(([name, units]) => [name, units - unitsIn(before[name] ?? '0')]),
	);
}

function textsIn(value: unknown): Record<string, string> {
	return Object.fromEntries(Object.entries(isRecord(value) ? value : {}).map(([name, text]) => [name, String(text)]));
}

/** By the names that Zoo has for them. */
function unitsOf(amounts: unknown): Amounts {
	if (!isRecord(amounts)) return {};
	return Object.fromEntries(
		Object.entries(amounts).map(([name, text]) => [WIRE.get(name) ?? name, text === '' ? 0 : unitsIn(String(text))]),
	);
}

const WIRE = new Map<string, string>(
	(['prePay', 'apiCredits'] as const).flatMap((model) =>
		PARAMETERS[model].map((name, index) => [name, FIELDS[model][index] ?? name] as const),
	),
);

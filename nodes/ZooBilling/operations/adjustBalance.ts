// Adjust Balance: adds signed amounts to what is there, by way of an absolute amount that is computed once and never
// added twice.

import { derivedCredits, outOfBounds, sumUp, type Sum } from '../balance/adjust';
import { amountsByName, type FieldAmount } from '../balance/amounts';
import { amountIn } from '../balance/confirm';
import { balanceModels } from '../balance/fields';
import { readOwner, type Owner } from '../balance/owner';
import type { Preview } from '../writing/preview';
import type { Reply } from '../balance/reply';
import type { Adjustment } from '../outcome/written';
import { amountMissing, invalidInput, outOfRange } from '../outcome/inputFailures';
import type { ItemSession, Task } from '../pass/item';
import type { Result } from '../outcome/result';
import { optionTable, type OptionName } from './options';
import { Refusal } from '../text/refusal';
import { forOwner } from '../pass/resolve';
import { aboveMaximum, requestOf, readIntent, writeOptions, type WriteIntent } from '../writing/intent';
import type { Operation, RawParameters } from './operation';
import { look, previewOf, show } from '../writing/look';
import { unchanged, type Kind } from '../writing/report';
import { begin, resume } from '../writing/write';
import { type Failure, isFailure } from '../outcome/failure';
import type { WriteRecord } from '../records/record';

const amounts = {
	parameter: 'adjustFields',
	label: 'Amounts to Add',
	describe: (meaning: string) => `${meaning}; a negative amount takes away`,
} as const;

const options: readonly OptionName[] = [...writeOptions, 'creditMultiplier', 'repeatedReference'];

export const adjustBalance: Operation = {
	name: 'adjustBalance',
	label: ({ label }) => `Adjust ${label} Balance`,
	action: ({ name }) => `Adjust ${name} balance`,
	description: ({ noun }) => `Add to or take from what one ${noun} has left; running it again adds again`,
	token: () => 'employee',
	notice: () =>
		'Reads the balance, adds, and writes the result. Running an execution again by hand can add again, and another writer between the read and the write is not noticed',
	adds: true,
	byId: true,
	amounts,
	options,
	prepare: (raw, kind, item) => forOwner(readOwner(kind, raw[kind.idParameter]), (owner) => prepare(raw, owner, item)),
};

const kind: Kind = {
	adds: true,
	isEnough: ({ balance }, target) => target.every(({ field }) => amountIn(balance, field) !== undefined),
	more: (intent, { from = {} }: Preview, now) => ({
		adjustment: adjustmentOf(sumUp(intent.amounts, from).sums, intent, now),
	}),
};

function prepare(raw: RawParameters, owner: Owner | Refusal, item: number): Task | Failure {
	const read = readIntent(raw, owner, item, { ...amounts, sign: 'signed', options });
	if (isFailure(read)) return read;
	const changes = withDerivedCredits(read);
	if (changes instanceof Refusal) return invalidInput(read.subject, changes);
	const intent = { ...read, amounts: changes, subject: { ...read.subject, asked: amountsByName(changes) } };
	const { subject, ownerKey } = intent;
	const tooMuch = aboveMaximum(changes, intent.options);
	if (tooMuch) return invalidInput(subject, tooMuch);
	const run: Task['run'] = async (session, resumed) => await adjust(session, intent, resumed);
	const writes = !intent.options.dryRun && { writes: requestOf(intent, true) };
	return { subject, options: intent.options, ownerKey, ...writes, run };
}

function withDerivedCredits(intent: WriteIntent): readonly FieldAmount[] | Refusal {
	const { amounts: changes, options: chosen, model } = intent;
	const { creditMultiplier } = chosen;
	if (creditMultiplier === undefined) return changes;
	const { label } = optionTable.creditMultiplier;
	const derived = model.derived ?? balanceModels.prePay.derived;
	const { from, to } = derived;
	if (changes.some(({ field }) => field === to)) {
		const next = `Remove one: '${label}' derives '${to.label}' from '${from.label}'.`;
		return new Refusal(`'${to.label}' and '${label}' are both set`, next);
	}
	const credits = derivedCredits(changes, creditMultiplier, derived);
	if (credits) return [...changes, credits];
	return new Refusal(`'${label}' is set, but '${from.label}' is not`, `Add '${from.label}', or remove '${label}'.`);
}

async function adjust(session: ItemSession, intent: WriteIntent, resumed: WriteRecord | undefined): Promise<Result> {
	if (resumed) return await resume(session, intent, kind, resumed);
	const { subject, options: chosen, amounts: changes } = intent;
	const before = await look(session, intent);
	if (isFailure(before)) return before;
	const { sums, missing } = sumUp(changes, before.balance);
	if (missing.length > 0) return amountMissing(subject, missing);
	const bound = outOfBounds(sums);
	if (bound) return outOfRange(subject, bound, sums.map(sumText).join('; '));
	const more = { adjustment: adjustmentOf(sums, intent) };
	const target = sums.filter(({ change }) => !change.isZero()).map(({ field, after }) => ({ field, amount: after }));
	const preview = previewOf(session, intent, target, before);
	if (chosen.dryRun) return show(session, intent, before, { preview, more });
	if (target.length === 0) return unchanged(session, intent, before, { preview, more });
	return await begin(session, { intent, kind, inDoubt: 'no' }, preview);
}

/** `now`: the balance after the write; without it, as computed. */
function adjustmentOf(
	sums: readonly Sum[],
	{ model, options: { creditMultiplier } }: WriteIntent,
	now?: Reply['balance'],
): Record<string, Adjustment> {
	const entries = sums.map(({ field, before, change: requested, after: computed }) => {
		// What nothing was added to is not this item's doing, whatever stands there now.
		const after = (now && !requested.isZero() && amountIn(now, field)) || computed;
		const derived = creditMultiplier !== undefined && field === model.derived?.to;
		const adjustment = {
			before: before.toString(),
			requested: requested.toString(),
			change: after.minus(before).toString(),
			after: after.toString(),
			...(derived && { derivedFrom: `${model.derived.from.wire} × ${creditMultiplier}` }),
		};
		return [field.wire, adjustment] as const;
	});
	return Object.fromEntries<Adjustment>(entries);
}

function sumText({ field, before, change, after }: Sum): string {
	return `${field.wire}: ${before.toString()} now, ${change.toString()} to add, would be ${after.toString()}`;
}

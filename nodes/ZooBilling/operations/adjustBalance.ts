// Adjust Balance: adds signed amounts to what is there, by way of an absolute amount that is computed once and never added twice.

import { outOfBounds, derivedCredits, sumUp, type Sum } from '../balance/adjust';
import { amountsByName, type FieldAmount } from '../balance/amounts';
import { amountIn, compare, holds } from '../balance/confirm';
import type { BalanceModel } from '../balance/fields';
import { readOwner, type Owner } from '../balance/owner';
import type { Reply } from '../balance/reply';
import type { Adjustment } from '../balance/written';
import { optionTable } from '../options';
import { balanceOutput, replyHints } from '../output';
import { Refusal } from '../refusal';
import { forOwner } from '../resolve';
import type { Standing } from '../zoo/exchange';
import { adjustAdvice, amountMissing, Failure, invalidInput, outOfRange, referenceRepeated } from '../zoo/failure';
import type { Done, Operation, RawParameters, Result, Session, Task } from './operation';
import {
	aboveMaximum,
	carryOut,
	confirm,
	look,
	preview,
	readWriteIntent,
	settledBefore,
	writeOptions,
	type WriteIntent,
} from './write';

const amounts = {
	parameter: 'adjustFields',
	label: 'Amounts to Add',
	describe: (meaning: string) => `${meaning}; a negative amount takes away`,
} as const;

const options = (model: BalanceModel | undefined) =>
	model?.derived ? [...writeOptions(model), 'creditMultiplier' as const] : writeOptions(model);

export const adjustBalance: Operation = {
	name: 'adjustBalance',
	label: ({ label }) => `Adjust ${label} Balance`,
	action: ({ name }) => `Adjust ${name} balance`,
	description: ({ noun }) =>
		`Add to or take from what one ${noun} has left; running it again adds again; needs the token of a Zoo employee`,
	notice: () =>
		'Reads the balance, adds, and writes the result. Running an execution again by hand can add again, and another writer between the read and the write is not noticed',
	adds: true,
	byId: true,
	amounts,
	options,
	prepare: (raw, kind, item) => forOwner(readOwner(kind, raw[kind.idParameter]), (owner) => prepare(raw, owner, item)),
};

function prepare(raw: RawParameters, owner: Owner | Refusal, item: number): Task | Failure {
	const read = readWriteIntent(raw, owner, item, { ...amounts, sign: 'signed', options });
	if (read instanceof Failure) return read;
	const changes = withDerivedCredits(read);
	if (changes instanceof Refusal) return invalidInput(read.subject, changes);
	const intent = { ...read, amounts: changes, subject: { ...read.subject, asked: amountsByName(changes) } };
	const tooMuch = aboveMaximum(changes, intent.options);
	if (tooMuch) return invalidInput(intent.subject, tooMuch);
	const { subject, laneKey } = intent;
	return {
		subject,
		options: intent.options,
		laneKey,
		onceOnly: true,
		writes: !intent.options.dryRun,
		run: async (session) => await run(session, intent),
	};
}

function withDerivedCredits({
	amounts: changes,
	options: { creditMultiplier },
	model,
}: WriteIntent): readonly FieldAmount[] | Refusal {
	if (creditMultiplier === undefined || !model.derived) return changes;
	const { label } = optionTable.creditMultiplier;
	const { from, to } = model.derived;
	if (changes.some(({ field }) => field === to)) {
		return new Refusal(
			`'${to.label}' and '${label}' are both set`,
			`Remove one: '${label}' derives '${to.label}' from '${from.label}'.`,
		);
	}
	const credits = derivedCredits(changes, creditMultiplier, model.derived);
	return credits
		? [...changes, credits]
		: new Refusal(`'${label}' is set, but '${from.label}' is not`, `Add '${from.label}', or remove '${label}'.`);
}

async function run(session: Session, intent: WriteIntent): Promise<Result> {
	const { subject, options: chosen, amounts: changes, laneKey } = intent;
	const mark = JSON.stringify([laneKey, subject.asked, subject.reference]);
	const entry = session.ledger?.recall(subject.item);
	const settled = entry && settledBefore(entry, mark, session, subject);
	if (settled) return settled;
	if (entry?.before) return await write(session, intent, mark, sumUp(changes, entry.before).sums, true);

	const before = await look(session, intent);
	if (before instanceof Failure) return before;
	const { sums, missing } = sumUp(changes, before.balance);
	if (missing.length > 0) return amountMissing(subject, missing);
	const bound = outOfBounds(sums);
	if (bound) return outOfRange(subject, bound, sums.map(sumText).join('; '));
	if (chosen.dryRun)
		return preview(session, intent, before, targetOf(sums), { adjustment: adjustmentOf(sums, intent) });
	if (targetOf(sums).length === 0) return unchanged(session, intent, before, sums);
	return await write(session, intent, mark, sums, false);
}

/** Writes the sums, whatever it takes, but never anything else than these sums. `resumed`: an earlier pass may have sent them. */
async function write(
	session: Session,
	intent: WriteIntent,
	mark: string,
	sums: readonly Sum[],
	resumed: boolean,
): Promise<Result> {
	const { ledger } = session;
	const { subject, model, owner } = intent;
	const target = targetOf(sums);
	const amountsBefore = (some: readonly Sum[]) => some.map(({ field, before: amount }) => ({ field, amount }));
	const before = amountsBefore(sums.filter(({ change }) => !change.isZero()));
	const entry = {
		intent: mark,
		owner,
		before: amountsByName(amountsBefore(sums)),
		target: amountsByName(target),
		...(subject.reference !== undefined && { reference: subject.reference }),
	};
	// Without doubt it was somebody else who came to the same sum, and this change is still to be added.
	const standing = ({ balance }: Reply, doubt: boolean): Standing => {
		if (holds(balance, before)) return holds(balance, intent.options.onlyIf ?? []) ? 'resend' : 'moved';
		return doubt && compare(target, balance, model).differences.length === 0 ? 'there' : 'moved';
	};
	const settles = ({ balance }: Reply) => target.every(({ field }) => amountIn(balance, field) !== undefined);
	// A call of a tool that came at the same time may have used it since the check.
	const user = subject.reference === undefined ? undefined : ledger?.usedBy(subject.reference, subject.item);
	if (user !== undefined) return referenceRepeated(subject, user);
	const more = ({ balance }: Reply) => ({ adjustment: adjustmentOf(sums, intent, balance) });
	return await carryOut(session, intent, target, {
		entry,
		advice: adjustAdvice,
		more,
		settles,
		standing,
		lookBeforeResend: true,
		inDoubt: resumed,
	});
}

function targetOf(sums: readonly Sum[]): FieldAmount[] {
	return sums.filter(({ change }) => !change.isZero()).map(({ field, after }) => ({ field, amount: after }));
}

/** A change of zero writes nothing; the item shows the balance that was read. */
function unchanged({ exchange }: Session, intent: WriteIntent, before: Reply, sums: readonly Sum[]): Done {
	const confirmation = confirm(intent, exchange, {
		status: 'unchanged',
		by: 'readBack',
		rounded: false,
		differences: [],
		callId: null,
		asked: amountsByName(sums.map(({ field, after: amount }) => ({ field, amount }))),
	});
	const json = {
		...balanceOutput(intent.owner, before, intent.options.output),
		adjustment: adjustmentOf(sums, intent),
		confirmation,
	};
	return { json, hints: [], shapes: replyHints(before), wrote: false };
}

/** `now`: the balance after the write; without it, as computed. */
function adjustmentOf(
	sums: readonly Sum[],
	{ model, options: { creditMultiplier } }: WriteIntent,
	now?: Reply['balance'],
): Record<string, Adjustment> {
	const entries = sums.map(({ field, before, change: requested, after: computed }) => {
		const after = (now && amountIn(now, field)) ?? computed;
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

// What a look at the balance says of a write: the rules about money, as tables.

import { amountsOf, targetOf, type Preview } from './preview';
import type { FieldAmount } from '../balance/amounts';
import { amountIn, compare, holds } from '../balance/confirm';
import { balanceModels } from '../balance/fields';
import { isEarlier, readMoment } from '../balance/moment';
import { Usd } from '../balance/money';
import type { Reply } from '../balance/reply';

/**
 * What has been sent of a write so far: nothing that can have been applied, what Zoo said no to, or what it perhaps
 * applied.
 */
export type Doubt = 'none' | 'claim' | 'perhaps';

export type Standing =
	/** It is there by our doing. */
	| 'applied'
	/** It was not applied, as far as this look can tell. */
	| 'notApplied'
	| 'unknown'
	/** It may be sent, or sent again. */
	| 'send'
	/** Somebody else has changed the balance; the preview is void. */
	| 'void'
	/** 'Only If Balance Is' expects something else. */
	| 'conditionNotMet';

export interface Circumstances {
	readonly doubt: Doubt;
	/** What 'Only If Balance Is' expects. */
	readonly conditions: readonly FieldAmount[];
	/** Whether anybody else in this process has written to the owner since the preview's look. */
	readonly otherWriter: boolean;
}

/** What the look shows of a write that was built on an earlier one. */
type Shows = 'from' | 'fromBilled' | 'fromTouched' | 'to' | 'toAfterAnother' | 'else';

const builtOnLook: Readonly<Record<Shows, Readonly<Record<Exclude<Doubt, 'none'>, Standing>>>> = {
	from: { perhaps: 'notApplied', claim: 'notApplied' },
	// Something else moved, as by a bill, and nobody here wrote: that is why Zoo says that it was updated.
	fromBilled: { perhaps: 'notApplied', claim: 'notApplied' },
	// Perhaps we, and then somebody who took it back.
	fromTouched: { perhaps: 'unknown', claim: 'unknown' },
	to: { perhaps: 'applied', claim: 'unknown' },
	toAfterAnother: { perhaps: 'unknown', claim: 'unknown' },
	else: { perhaps: 'unknown', claim: 'unknown' },
};

const plainUpdate: Readonly<Record<'to' | 'else' | 'elseAfterAnother', Readonly<Record<Doubt, Standing>>>> = {
	to: { perhaps: 'applied', claim: 'applied', none: 'send' },
	else: { perhaps: 'send', claim: 'notApplied', none: 'send' },
	// Perhaps we, and then somebody who set something else.
	elseAfterAnother: { perhaps: 'send', claim: 'unknown', none: 'send' },
};

/** `look`: fresh, with the amounts of the fields that are to be written. */
export function standing(preview: Preview, look: Reply, circumstances: Circumstances): Standing {
	const { doubt, conditions, otherWriter } = circumstances;
	if (!preview.from) return plainUpdate[showsOfUpdate(preview, look, otherWriter)][doubt];
	const met = holds(look.balance, conditions);
	if (doubt === 'none') return met ? beforeSending(preview, look) : 'conditionNotMet';
	const is = builtOnLook[shows(preview, look, otherWriter)][doubt];
	return is === 'notApplied' && !met ? 'conditionNotMet' : is;
}

function showsOfUpdate(preview: Preview, look: Reply, otherWriter: boolean): keyof typeof plainUpdate {
	if (isThere(preview, look)) return 'to';
	return otherWriter ? 'elseAfterAnother' : 'else';
}

function beforeSending(preview: Preview, look: Reply): Standing {
	return isFrom(preview, look) ? 'send' : 'void';
}

/** A change below one whole credit looks like both: where it started comes first. */
function shows(preview: Preview, look: Reply, otherWriter: boolean): Shows {
	if (isFrom(preview, look)) {
		const touched = isTouched(preview, look);
		// Where Zoo does not say when, the register may know of somebody who has set it back.
		if (!(touched ?? otherWriter)) return 'from';
		return othersMoved(preview, look) && !otherWriter ? 'fromBilled' : 'fromTouched';
	}
	if (!isThere(preview, look)) return 'else';
	return otherWriter ? 'toAfterAnother' : 'to';
}

/** Whether every field that changes is as it was. */
function isFrom({ from = {}, to, balanceModel }: Preview, { balance }: Reply): boolean {
	const before = amountsOf(from, balanceModels[balanceModel]).filter(({ field }) => field.wire in to);
	return before.length === Object.keys(to).length && holds(balance, before);
}

function isThere(preview: Preview, { balance }: Reply): boolean {
	const { differences, missing } = compare(targetOf(preview), balance, balanceModels[preview.balanceModel]);
	return differences.length + missing.length === 0;
}

/** Whether Zoo has updated the balance since; undefined where it does not say. */
function isTouched({ updatedAt }: Preview, { balance }: Reply): boolean | undefined {
	const before = readMoment(updatedAt);
	const now = readMoment(balance.updated_at);
	return before && now && isEarlier(before, now);
}

/**
 * Whether other amounts moved, though none by just what was to be added: a bill that took this very change looks like
 * that.
 */
function othersMoved({ from = {}, to, beside = {}, balanceModel }: Preview, { balance }: Reply): boolean {
	const model = balanceModels[balanceModel];
	const moves = amountsOf(beside, model).flatMap(({ field, amount }) => amountIn(balance, field)?.minus(amount) ?? []);
	const changes = amountsOf(to, model).map(({ field, amount }) =>
		amount.minus(Usd.fromReply(from[field.wire]) ?? amount),
	);
	// A bill stops at nothing: what was added to nothing may be used up already.
	const mayBeUsedUp = Object.keys(to).some((wire) => Usd.fromReply(from[wire])?.isZero() ?? false);
	const isBill = moves.some((move) => changes.some((change) => move.plus(change).isZero()));
	return moves.some((move) => !move.isZero()) && !isBill && !mayBeUsedUp;
}

// What a read-back of the balance says of a write: the rules about money, as tables.

import { amountsOf, targetOf, type Preview } from './preview';
import type { FieldAmount } from '../balance/amounts';
import { amountIn, compare, holds } from '../balance/confirm';
import { balanceModels } from '../balance/fields';
import { isEarlier, readMoment } from '../balance/moment';
import { Usd } from '../balance/money';
import type { Reply } from '../balance/reply';
import type { InDoubt } from '../zoo/retry';

export type Decision =
	/** It is there by our doing. */
	| 'confirm'
	/** It was not applied, as far as this read-back can tell: it may be sent, or sent again. */
	| 'send'
	| 'unknown'
	/** Somebody else has changed the balance; the preview is void. */
	| 'changedMeanwhile'
	/** 'Only If Balance Is' expects something else. */
	| 'conditionNotMet';

export interface Circumstances {
	readonly inDoubt: InDoubt;
	/** What 'Only If Balance Is' expects. */
	readonly conditions: readonly FieldAmount[];
	/** Whether anybody else in this process has written to the owner since the preview's look. */
	readonly concurrentWriter: boolean;
}

/** What the look shows of a write that was built on an earlier one. */
type Shows = 'from' | 'fromBilled' | 'fromTouched' | 'to' | 'toAfterAnother' | 'else';

const builtOnLook: Readonly<Record<Shows, Readonly<Record<Exclude<InDoubt, 'no'>, Decision>>>> = {
	from: { maybeApplied: 'send', rejected: 'send' },
	// Something else moved, as by a bill, and nobody here wrote: that is why Zoo says that it was updated.
	fromBilled: { maybeApplied: 'send', rejected: 'send' },
	// Perhaps we, and then somebody who took it back.
	fromTouched: { maybeApplied: 'unknown', rejected: 'unknown' },
	to: { maybeApplied: 'confirm', rejected: 'unknown' },
	toAfterAnother: { maybeApplied: 'unknown', rejected: 'unknown' },
	else: { maybeApplied: 'unknown', rejected: 'unknown' },
};

const plainUpdate: Readonly<Record<'to' | 'else' | 'elseAfterAnother', Readonly<Record<InDoubt, Decision>>>> = {
	to: { maybeApplied: 'confirm', rejected: 'confirm', no: 'send' },
	else: { maybeApplied: 'send', rejected: 'send', no: 'send' },
	// Perhaps we, and then somebody who set something else.
	elseAfterAnother: { maybeApplied: 'send', rejected: 'unknown', no: 'send' },
};

/** `readBack`: fresh, with the amounts of the fields that are to be written. */
export function decide(preview: Preview, readBack: Reply, circumstances: Circumstances): Decision {
	const { inDoubt, conditions, concurrentWriter } = circumstances;
	if (!preview.from) return plainUpdate[showsOfUpdate(preview, readBack, concurrentWriter)][inDoubt];
	const met = holds(readBack.balance, conditions);
	if (inDoubt === 'no') return met ? beforeSending(preview, readBack) : 'conditionNotMet';
	const is = builtOnLook[shows(preview, readBack, concurrentWriter)][inDoubt];
	return is === 'send' && !met ? 'conditionNotMet' : is;
}

function showsOfUpdate(preview: Preview, readBack: Reply, concurrentWriter: boolean): keyof typeof plainUpdate {
	if (isThere(preview, readBack)) return 'to';
	return concurrentWriter ? 'elseAfterAnother' : 'else';
}

function beforeSending(preview: Preview, readBack: Reply): Decision {
	return isFrom(preview, readBack) ? 'send' : 'changedMeanwhile';
}

/** A change below one whole credit looks like both: where it started comes first. */
function shows(preview: Preview, readBack: Reply, concurrentWriter: boolean): Shows {
	if (isFrom(preview, readBack)) {
		const touched = versionChanged(preview, readBack);
		// Where Zoo does not say when, the registry may know of somebody who has set it back.
		if (!(touched ?? concurrentWriter)) return 'from';
		return othersMoved(preview, readBack) && !concurrentWriter ? 'fromBilled' : 'fromTouched';
	}
	if (!isThere(preview, readBack)) return 'else';
	return concurrentWriter ? 'toAfterAnother' : 'to';
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
function versionChanged({ updatedAt }: Preview, { balance }: Reply): boolean | undefined {
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

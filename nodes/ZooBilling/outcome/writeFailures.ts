// Failures of a write that was sent: not confirmed, different, overtaken by somebody else, or of unknown outcome.

import { labelsOf } from '../balance/amounts';
import type { Comparison } from '../balance/confirm';
import type { Amounts } from '../writing/preview';
import type { Subject } from './subject';
import type { Unanswered } from '../zoo/session';
import type { Reported } from '../zoo/retry';
import { failure, listed, NOTHING_WRITTEN, type Tries, type Failure } from './failure';
import { comparisonFacts, comparisonText } from './inputFailures';
import { unsentBecause, waitAsked } from './wireFailures';

/** The amounts that tell whether a write was applied. */
export interface Sight {
	/** Of a write that was built on a look. */
	readonly before?: Amounts | undefined;
	readonly target: Amounts;
	/** As last read back; empty when that was not possible, absent when nobody tried. */
	readonly now?: Amounts;
}

const adjustAdvice =
	'Read the balance before anything else. If nobody else has written: the target means that the adjustment was applied and must not run again; the amounts before, still there after a few minutes, mean that it was not, and running this item again is right.';
const updateAdvice =
	'Read the balance first: if it shows the target, the write was applied. If it does not, running this item again sets the same amounts; look whether somebody else has changed them since.';
const ambiguousAdvice =
	'The balance was read back and does not tell whose doing it is: before anything is written again, compare it with what Zoo has billed and with whoever else writes.';

/** What is known of a write in doubt. */
export interface UnknownWrite {
	readonly sight: Sight;
	/** Whether doing it twice adds twice. */
	readonly adds: boolean;
	readonly last?: Unanswered | undefined;
	/** Whether a look has told that it cannot tell. */
	readonly isAmbiguous?: boolean;
}

/** A write that may have been applied, now or later. */
export function outcomeUnknown(subject: Subject, inDoubt: UnknownWrite, tries: Tries): Failure {
	const { sight, last } = inDoubt;
	return failure(subject, {
		reason: 'outcomeUnknown',
		outcome: 'unknown',
		what: `The outcome is unknown: ${causeOf(last)}`,
		next: `${waitAsked(tries)}${adviceFor(inDoubt)} ${sightText(sight)}.`,
		reported: last?.kind === 'notSent' ? undefined : last,
		attempts: tries.attempts,
		more: factsIn(sight),
	});
}

function adviceFor({ adds, isAmbiguous }: UnknownWrite): string {
	if (isAmbiguous) return ambiguousAdvice;
	return adds ? adjustAdvice : updateAdvice;
}

function causeOf(last: Unanswered | undefined): string {
	if (last === undefined) return 'nothing has confirmed an earlier attempt';
	return last.kind === 'notSent' ? unsentBecause[last.why].cause : last.cause;
}

function factsIn({ before, target, now }: Sight): Record<string, Amounts> {
	return { ...(before && { before }), target, ...(now && { now }) };
}

function sightText({ before, target, now }: Sight): string {
	const sentence = [
		...(before ? [`before: ${listed(before)}`] : []),
		`target: ${listed(target)}`,
		...(now ? [seenText(now)] : []),
	].join('; ');
	return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function seenText(now: Amounts): string {
	return Object.keys(now).length === 0 ? 'it could not be read back' : `when last read back: ${listed(now)}`;
}

/** How a write stands that the balance does not fit any more. */
export interface Stranded {
	/** `unknown` where another execution may have sent it before. */
	readonly outcome: 'notSent' | 'notApplied' | 'unknown';
	readonly attempts: number;
}

const leftBy = {
	notSent: NOTHING_WRITTEN,
	notApplied: 'Nothing of this write was applied, so trying again is safe.',
	unknown:
		'It may have been applied before somebody else wrote: a person has to decide. Nothing was written this time.',
} as const;

/** The balance is neither what the write was built on nor what it was to become. */
export function changedMeanwhile(subject: Subject, { outcome, attempts }: Stranded, sight: Sight): Failure {
	return failure(subject, {
		reason: 'changedMeanwhile',
		outcome,
		what:
			outcome === 'unknown'
				? 'The balance does not tell whether the preview was written'
				: 'The balance changed before the write could be sent',
		next: `${sightText(sight)}. ${leftBy[outcome]}`,
		attempts,
		more: factsIn(sight),
	});
}

/** A preview that nobody should have sent is there already. */
export function alreadyThere(subject: Subject, sight: Sight): Failure {
	return failure(subject, {
		reason: 'alreadyThere',
		outcome: 'unknown',
		what: 'The balance is already what the preview would make it',
		next: `An earlier run of the same preview has written it, or somebody else has made the same change: a person has to decide. ${sightText(sight)}. Nothing was written this time.`,
		more: factsIn(sight),
	});
}

/** What Zoo answered, and how often it was asked. */
export interface Answered {
	readonly reported: Reported;
	readonly attempts: number;
}

/** Zoo answered a write, but not with every amount that was written. */
export function notConfirmed(subject: Subject, comparison: Comparison, answered: Answered): Failure {
	return failure(subject, {
		reason: 'notConfirmed',
		outcome: 'notConfirmed',
		what: `Zoo answered, but the reply does not confirm ${labelsOf(comparison.missing)}`,
		next: `Read the balance to see what stands there before you rely on this write. ${comparisonText(comparison)}`,
		...answered,
		more: comparisonFacts(comparison),
	});
}

/** Zoo's balance is another than the one asked for, and the workflow wants that to count. */
export function different(subject: Subject, { confirmed, differences }: Comparison, answered: Answered): Failure {
	const list = differences.map(({ field, asked, got }) => `${field} asked ${asked}, got ${got}`).join('; ');
	return failure(subject, {
		reason: 'different',
		outcome: 'different',
		what: 'Zoo applied the write, but its balance is another than the one asked for',
		next: `Compare: ${list}. Zoo or somebody else may have changed it; read the balance before you write again.`,
		...answered,
		more: { confirmed, differences },
	});
}

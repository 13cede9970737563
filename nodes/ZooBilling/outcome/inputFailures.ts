// Failures of an item that cannot be taken up as it is: its parameters, or what the balance has to say to them.

import { labelsOf } from '../balance/amounts';
import type { Comparison, Difference } from '../balance/confirm';
import type { BalanceField, BalanceModel } from '../balance/fields';
import type { Subject } from './subject';
import type { Refusal } from '../text/refusal';
import type { Reported } from '../zoo/retry';
import { failure, NOTHING_SENT, NOTHING_WRITTEN, SAFE, type Reason, type Tries, type Failure } from './failure';

/** A parameter, option or credential that cannot be used. */
export function invalidInput(subject: Subject, refusal: Refusal, reason: Reason = 'invalidInput'): Failure {
	const next = `${refusal.next} ${NOTHING_SENT}`;
	return failure(subject, { reason, outcome: 'notSent', source: 'input', what: refusal.what, next });
}

/** A field that the operation builds on is not in the balance that was read. */
export function amountMissing(subject: Subject, missing: readonly BalanceField[]): Failure {
	return failure(subject, {
		reason: 'amountMissing',
		outcome: 'notSent',
		what: `The balance that was read has no amount for ${labelsOf(missing)}`,
		next: `A missing amount is never taken as 0. Read the balance to see which amounts Zoo has. ${NOTHING_WRITTEN}`,
	});
}

/** What 'Only If Balance Is' expected is not what was read, before the first write or before another one. */
export function conditionNotMet(subject: Subject, differences: readonly Difference[], { attempts }: Tries): Failure {
	const list = differences.map(({ field, asked, got }) => `${field} expected ${asked}, found ${got}`).join('; ');
	return failure(subject, {
		reason: 'conditionNotMet',
		outcome: attempts > 0 ? 'notApplied' : 'notSent',
		what: "The balance is not what 'Only If Balance Is' expects",
		next: `Found: ${list}. Read the balance again and decide anew. ${attempts > 0 ? SAFE : NOTHING_WRITTEN}`,
		attempts,
		more: { differences },
	});
}

/** An adjustment whose result cannot be written. `sums`: per field before, change and result. */
export function outOfRange(subject: Subject, reason: 'belowZero' | 'tooLarge', sums: string): Failure {
	const would = reason === 'belowZero' ? 'take the balance below zero' : 'make the balance too large';
	return failure(subject, {
		reason,
		outcome: 'notSent',
		source: 'input',
		what: `The adjustment would ${would}`,
		next: `${sums}. Change the amount. ${NOTHING_WRITTEN}`,
	});
}

/** Which model was chosen, and which one the reply has. */
export interface Models {
	readonly chosen: BalanceModel;
	readonly shown: BalanceModel;
}

/** Zoo's amounts are those of the other balance model, and nothing was written. */
export function otherModel(subject: Subject, models: Models, reported: Reported, { attempts }: Tries): Failure {
	return failure(subject, {
		...mismatch(models),
		outcome: attempts > 0 ? 'notApplied' : 'notSent',
		next: `${useInstead(models)} ${attempts > 0 ? SAFE : NOTHING_WRITTEN}`,
		reported,
		attempts,
	});
}

/** Zoo answered a write with the amounts of the other balance model. */
export function otherModelAnswered(
	subject: Subject,
	models: Models,
	comparison: Comparison,
	{ reported, attempts }: { readonly reported: Reported; readonly attempts: number },
): Failure {
	return failure(subject, {
		...mismatch(models),
		outcome: 'notConfirmed',
		next: `${useInstead(models)} ${comparisonText(comparison)}`,
		reported,
		attempts,
		more: comparisonFacts(comparison),
	});
}

function mismatch({ chosen, shown }: Models) {
	const what = `This Zoo has ${shown.label}, not ${chosen.label}`;
	return { reason: 'otherBalanceModel', what } as const;
}

function useInstead({ chosen, shown }: Models): string {
	return `Use ${labelsOf(shown.fields)} in place of ${labelsOf(chosen.fields)}.`;
}

export function comparisonText({ missing, confirmed, differences }: Comparison): string {
	return [
		`Not confirmed: ${missing.map((field) => field.wire).join(', ')}.`,
		...(confirmed.length > 0 ? [`Confirmed: ${confirmed.join(', ')}.`] : []),
		...differences.map(({ field, asked, got }) => `Different: ${field} asked ${asked}, got ${got}.`),
	].join(' ');
}

export function comparisonFacts({ missing, confirmed, differences }: Comparison): Record<string, unknown> {
	return { notConfirmed: missing.map((field) => field.wire), confirmed, differences };
}

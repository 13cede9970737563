// Failures of an item because of what the execution remembers: an earlier try, node or item has written, or may have.

import { ownerOf } from '../writing/preview';
import type { Subject } from './subject';
import { failure, listed, NOTHING_SENT, type Tries, type Failure } from './failure';
import { outcomeUnknown } from './writeFailures';
import { type WriteRecord, attemptsAt } from '../records/record';

/** What was written then, whatever the item asks for now. */
function subjectOf({ preview }: WriteRecord, item: number): Subject {
	const { reference } = preview;
	return { item, owner: ownerOf(preview), ...(reference !== undefined && { reference }) };
}

/** An item that was written in an earlier try, and is refused, or asks for something else, or only previews now. */
export function alreadyWritten(record: WriteRecord, item: number): Failure {
	const { to } = record.preview;
	return failure(subjectOf(record, item), {
		reason: 'alreadyWritten',
		outcome: 'written',
		source: 'input',
		what: 'This item was written before, and cannot be taken up as it is now',
		next: `Written then: ${listed(to)}. It is not written again; start a new execution for what is missing.`,
		more: { written: to },
	});
}

/** A write that an earlier try sent and nothing confirmed, when the item cannot be taken up again. */
export function stillInDoubt(record: WriteRecord, item: number): Failure {
	const { from: before, to: target } = record.preview;
	const tries: Tries = { attempts: attemptsAt(record)?.count ?? 0, askedToWait: undefined, hasSent: false };
	return outcomeUnknown(subjectOf(record, item), { sight: { before, target }, adds: record.adds }, tries);
}

/** A later item for an owner whose balance is in doubt. `earlier`: such as `item 0`. */
export function blocked(subject: Subject, earlier: string): Failure {
	return failure(subject, {
		reason: 'blockedByEarlierItem',
		outcome: 'notSent',
		what: `Not sent, because the outcome of ${earlier} for the same ${subject.owner?.kind.noun ?? 'owner'} is unknown`,
		next: `Clear up ${earlier} first; then run this item again. ${NOTHING_SENT}`,
		more: { blockedBy: /^item \d+$/.test(earlier) ? Number(earlier.slice(5)) : earlier },
	});
}

/** An update that would undo what a later item has set in an earlier try. */
export function overtaken(subject: Subject, later: number): Failure {
	return failure(subject, {
		reason: 'overtaken',
		outcome: 'notSent',
		what: `Not sent, because item ${later} for the same ${subject.owner?.kind.noun ?? 'owner'} was sent in an earlier try`,
		next: `Updates take effect in the order of the items, and this one would undo the later one. If it is still wanted, run it in a new execution. ${NOTHING_SENT}`,
		more: { overtakenBy: later },
	});
}

/** A write, where it cannot be told what earlier tries have written. */
export function memoryUnreadable(subject: Subject): Failure {
	return failure(subject, {
		reason: 'memoryUnreadable',
		outcome: 'notSent',
		what: 'Not sent, because this execution’s notes of what was written cannot be read',
		next: `Another version of this node has made them, or something else has changed them. Read the balance to see what earlier tries have written; then start a new execution for what is missing. ${NOTHING_SENT}`,
	});
}

/** A payment reference that an earlier item of this execution has used. */
export function referenceRepeated(subject: Subject, earlier: string): Failure {
	return failure(subject, {
		reason: 'referenceRepeated',
		outcome: 'notSent',
		source: 'input',
		what: `'Payment Reference' was used by ${earlier} in this execution`,
		next: `One payment is added once. Remove the repeated item, or give each payment a reference of its own. ${NOTHING_SENT}`,
	});
}

/** A stored preview that an earlier item of this execution has written. */
export function previewRepeated(subject: Subject, earlier: string): Failure {
	return failure(subject, {
		reason: 'alreadyWritten',
		outcome: 'written',
		source: 'input',
		what: `'Preview' was written by ${earlier} in this execution`,
		next: 'A preview is applied once. Leave the repeated item out. Nothing was sent this time.',
	});
}

/** A payment reference that this process has seen with another owner or other amounts. */
export function referenceTaken(subject: Subject): Failure {
	return failure(subject, {
		reason: 'referenceRepeated',
		outcome: 'notSent',
		source: 'input',
		what: "'Payment Reference' was used before for another owner or other amounts",
		next: `One payment is added once. Give each payment a reference of its own. ${NOTHING_SENT}`,
	});
}

/** A payment whose first try may have added it. */
export function referenceInDoubt(subject: Subject): Failure {
	return failure(subject, {
		reason: 'referenceInDoubt',
		outcome: 'unknown',
		what: "Not sent, because it is unknown whether an earlier item with the same 'Payment Reference' was added",
		next: 'Read the balance before anything else, and clear up the earlier item first. Nothing was sent this time.',
	});
}

// Payments that were added in this process, by their references: what a repeated one gets instead of being added again.

import { Failure, ofItem } from './failures/failure';
import { referenceInDoubt, referenceTaken } from './failures/memory';
import type { Task } from './item';
import type { Result } from './result';
import type { Register } from './register';

/** What a task comes to whose payment was added, or may have been; undefined when it is to be added now. */
export function addedBefore(task: Task, host: string, register: Register): Result | undefined {
	const reference = referenceOf(task);
	const payment = reference === undefined ? undefined : register.payments.get(keyOf(reference, host));
	if (!payment) return undefined;
	if (payment.what !== task.writes?.payment) return referenceTaken(task.subject);
	const { result } = payment;
	if (!result) return referenceInDoubt(task.subject);
	if (result instanceof Failure) return ofItem(result, task.subject.item);
	return { ...result, hints: ['added before in this n8n process, and not again'], wrote: false };
}

/** Reserves the reference until it is known what came of the payment. */
export function reserve(task: Task, host: string, register: Register): void {
	const reference = referenceOf(task);
	if (reference !== undefined) register.payments.set(keyOf(reference, host), { what: task.writes?.payment ?? '' });
}

/** Keeps what came of the payment, or frees its reference where nothing was applied. */
export function settle(task: Task, result: Result, host: string, register: Register): void {
	const reference = referenceOf(task);
	if (reference === undefined) return;
	const key = keyOf(reference, host);
	const outcome = result instanceof Failure ? result.details.outcome : 'written';
	if (outcome === 'notSent' || outcome === 'notApplied') register.payments.delete(key);
	else if (outcome !== 'unknown') register.payments.set(key, { what: task.writes?.payment ?? '', result });
}

/** Of a task whose repeated reference returns the first result. */
function referenceOf({ subject, writes, options }: Task): string | undefined {
	return writes?.adds && options.repeatedReference === 'returnFirst' ? subject.reference : undefined;
}

function keyOf(reference: string, host: string): string {
	return `${host} ${reference}`;
}

// What is remembered of one write, whoever takes it up: plain data, which n8n stores with the execution.
//
//   (nothing) ── begin ──▶ inProgress ── Zoo answered ──▶ completed
//       ▲                    │     │                          ▲
//       ├─── not applied ────┘     └── nobody knows ──▶ inDoubt ── taken up, and Zoo answered
//       └─────────────────────── taken up, and not applied ──┘
//
// What each state is to whoever comes next: docs/money.md#what-a-balance-proves

import { ownerAtHost, ownerKeyOf } from '../balance/owner';
import type { Result } from '../outcome/result';
import { ownerOf, type Preview } from '../writing/preview';
import type { Attempts } from '../zoo/session';
import type { LogicalTime } from './ownerRegistry';
import type { InDoubt } from '../zoo/retry';

export type WriteRecord = {
	/** The same in whichever execution and process. */
	readonly id: string;
	/** What was asked for, as one text. */
	readonly fingerprint: string;
	readonly adds: boolean;
	/** The ID of the stored preview that it is. */
	readonly applies?: string;
	/** Whether another item has written it, whose result this one got. */
	readonly taken?: true;
	readonly preview: Preview;
	readonly startedAt: LogicalTime;
} & (
	| { readonly state: 'inProgress' }
	| { readonly state: 'inDoubt'; readonly inDoubt: LeftOpen; readonly attempts?: Attempts }
	| { readonly state: 'completed'; readonly result: Result }
);

/** What attempts at a write can leave open. */
export type LeftOpen = Exclude<InDoubt, 'no'>;

/** What a record's attempts have left open; of those that n8n has stored while they were under way, the worst. */
export function leftOpenBy(record: WriteRecord): LeftOpen {
	return record.state === 'inDoubt' ? record.inDoubt : 'maybeApplied';
}

export function attemptsAt(record: WriteRecord): Attempts | undefined {
	return record.state === 'inDoubt' ? record.attempts : undefined;
}

/** Whether it has written anything, or may have: not where the balance was found as it should be. */
export function hasWritten(record: WriteRecord): boolean {
	if (record.taken || record.state !== 'completed') return true;
	return record.result.kind === 'failure' || record.result.wrote;
}

/** The owner that a preview is about: an organization or user at one host. */
export function ownerAtHostIn(preview: Preview): string {
	return ownerAtHost(preview.host, ownerKeyOf(ownerOf(preview)));
}

/** The names under which this process finds a payment, whoever repeats it. */
export function namesInProcess({ adds, applies, preview }: WriteRecord): string[] {
	const { host, reference } = preview;
	return [
		...(applies === undefined ? [] : [previewName(applies, preview)]),
		...(adds && reference !== undefined ? [referenceName(host, reference)] : []),
	];
}

/** The names under which its execution finds a payment: there a reference, or a preview's ID, is used once. */
export function namesInExecution({ adds, applies, preview: { reference } }: WriteRecord): string[] {
	return [
		...(applies === undefined ? [] : [previewKey(applies)]),
		...(adds && reference !== undefined ? [referenceKey(reference)] : []),
	];
}

export function referenceName(host: string, reference: string): string {
	return `reference ${host} ${reference}`;
}

/** With all that it holds; an address only says how the owner was named. */
export function previewName(id: string, preview: Preview): string {
	return `preview ${JSON.stringify([id, { ...preview, email: undefined }])}`;
}

/** Keeps a reference such as `__proto__` an ordinary key. */
export function referenceKey(reference: string): string {
	return `reference ${reference}`;
}

export function previewKey(id: string): string {
	return `preview ${id}`;
}

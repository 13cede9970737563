// The gate: two questions of each item, before anything is ordered and once its owner's lock is held, and the rules
// that answer them. The first rule that says something decides; test/unit/gate.test.ts pins the order of each list.

import {
	alreadyWritten,
	blocked,
	memoryUnreadable,
	overtaken,
	referenceInDoubt,
	referenceRepeated,
	referenceTaken,
	stillInDoubt,
} from '../outcome/memoryFailures';
import { ofItem, type Failure, isFailure } from '../outcome/failure';
import type { Result } from '../outcome/result';
import type { Task, WriteRequest } from '../pass/item';
import { paymentIn } from '../writing/preview';
import { previewKey, referenceKey, type WriteRecord, previewName, referenceName, hasWritten } from './record';
import type { ExecutionScope } from './executionScope';

/** What becomes of an item: it runs, goes on with a record that is in doubt, or has its result. */
export type Admission = Admitted | { readonly result: Result };

export interface Admitted {
	readonly task: Task;
	readonly resumed?: WriteRecord;
}

/** Asked of each item before anything is ordered; it runs only if the last rule is reached. */
export const rulesBeforeOrdering = [
	writtenOrLeftByAnEarlierPass,
	refusedInput,
	memoryCannotBeRead,
	repeatsAnItemOfThePass,
	repeatsWhatIsInDoubt,
	repeatsAReference,
	overtakenByALaterItem,
	begins,
] as const;

/** Asked once nobody else in this process writes to the owner. */
export const rulesInsideTheLock = [
	completedMeanwhile,
	ownerIsInDoubt,
	referenceOfAnotherPayment,
	goesOn,
	beginsNow,
] as const;

interface Question {
	readonly checked: Task | Failure;
	/** The item of this pass that has the same payment reference, in words. */
	readonly earlier: string | undefined;
	readonly execution: ExecutionScope;
}

interface LockedQuestion {
	readonly task: Task;
	/** What is known of the item's payment by now, by whatever hand. */
	readonly known: WriteRecord | undefined;
	readonly execution: ExecutionScope;
}

/** `earlier`: the item of this pass that has the same payment reference, in words. */
export function admit(execution: ExecutionScope, checked: Task | Failure, earlier?: string): Admission {
	execution.catchUp(itemOf(checked), isFailure(checked) ? undefined : checked.ownerKey);
	return first(rulesBeforeOrdering, { checked, earlier, execution });
}

/** `resumed`: what was in doubt when the pass began. */
export function admitLocked(execution: ExecutionScope, task: Task, resumed: WriteRecord | undefined): Admission {
	execution.catchUp(task.subject.item, task.ownerKey);
	return first(rulesInsideTheLock, { task, known: knownOf(execution, task, resumed), execution });
}

function first<Asked>(rules: ReadonlyArray<(question: Asked) => Admission | undefined>, question: Asked): Admission {
	for (const rule of rules) {
		const admission = rule(question);
		if (admission) return admission;
	}
	throw new RangeError('noRuleDecides');
}

function writtenOrLeftByAnEarlierPass({ checked, execution }: Question): Admission | undefined {
	const item = itemOf(checked);
	const record = execution.recordAt(item);
	if (!record) return undefined;
	const task = isFailure(checked) || !isSame(checked, record, execution) ? undefined : checked;
	if (record.state !== 'completed') return task ? { task, resumed: record } : { result: stillInDoubt(record, item) };
	// What was found as it should be was not written: an item that asks for something else now begins anew.
	if (!task && !hasWritten(record)) return undefined;
	return { result: resultAgain(record, item, task !== undefined) };
}

function refusedInput({ checked }: Question): Admission | undefined {
	return isFailure(checked) ? { result: checked } : undefined;
}

function memoryCannotBeRead({ checked, execution }: Question): Admission | undefined {
	return execution.isLost && !isFailure(checked) && checked.writes
		? { result: memoryUnreadable(checked.subject) }
		: undefined;
}

function repeatsAnItemOfThePass({ checked, earlier, execution }: Question): Admission | undefined {
	if (isFailure(checked) || earlier === undefined || returnsFirst(checked)) return undefined;
	return { result: repeatOf(checked, earlier, execution) };
}

function repeatsWhatIsInDoubt({ checked, execution }: Question): Admission | undefined {
	if (isFailure(checked)) return undefined;
	const resumed = inDoubtLike(checked, execution);
	return resumed && { task: checked, resumed };
}

function repeatsAReference({ checked, execution }: Question): Admission | undefined {
	if (isFailure(checked) || !checked.writes?.adds || returnsFirst(checked)) return undefined;
	const { subject, writes } = checked;
	const { item, reference } = subject;
	if (reference === undefined) return undefined;
	// The very preview that is to be applied gets its first result.
	if (writes.applies !== undefined && execution.isOne(previewKey(writes.applies), referenceKey(reference)))
		return undefined;
	const user = execution.userOf(reference, item);
	return user === undefined ? undefined : { result: repeatOf(checked, user, execution) };
}

/** An update would undo what a later item has set in an earlier pass. */
function overtakenByALaterItem({ checked, execution }: Question): Admission | undefined {
	if (isFailure(checked) || checked.writes?.adds !== false) return undefined;
	const { subject, ownerKey } = checked;
	const later = execution.latestOf(ownerKey);
	return later === undefined || later <= subject.item ? undefined : { result: overtaken(subject, later) };
}

function begins({ checked }: Question): Admission | undefined {
	return isFailure(checked) ? undefined : { task: checked };
}

function completedMeanwhile({ task, known, execution }: LockedQuestion): Admission | undefined {
	if (known?.state !== 'completed') return undefined;
	const { subject, writes } = task;
	const { item } = subject;
	const result = resultForAnother(known, item);
	if (execution.recordAt(item)?.id === known.id) return { result };
	if (nameOnce(task, execution) === undefined) {
		const user = execution.userOf(known.preview.reference ?? '', item);
		return { result: user === undefined ? alreadyWritten(known, item) : referenceRepeated(subject, user) };
	}
	execution.noteTaken(item, { ...known, fingerprint: writes?.fingerprint ?? known.fingerprint }, result);
	return { result };
}

function ownerIsInDoubt({ task, known, execution }: LockedQuestion): Admission | undefined {
	const { subject, ownerKey } = task;
	const doubt = ownerKey === undefined ? undefined : execution.otherInDoubt(task, known);
	if (doubt === undefined) return undefined;
	return { result: known ? stillInDoubt(known, subject.item) : blocked(subject, doubt) };
}

/** One reference with Return First Result is one payment, also while that is under way. */
function referenceOfAnotherPayment({ task, known, execution }: LockedQuestion): Admission | undefined {
	const name = known || task.writes?.applies !== undefined ? undefined : nameOnce(task, execution);
	if (name === undefined) return undefined;
	const { payments } = execution.registry;
	const isTaken = payments.under(name).some((record) => !isSamePayment(task, record));
	if (!isTaken && !payments.isReserved(name, task.writes?.payment ?? '')) return undefined;
	return { result: referenceTaken(task.subject) };
}

function goesOn({ task, known }: LockedQuestion): Admission | undefined {
	return known && { task, resumed: known };
}

function beginsNow({ task }: LockedQuestion): Admission {
	return { task };
}

/** Nobody knows whether a payment in doubt was added, whoever may not repeat it. `user`: who has used its reference. */
function repeatOf(task: Task, user: string, execution: ExecutionScope): Failure {
	const { subject } = task;
	const known = inDoubtLike(task, execution) ?? knownToProcess(execution, task);
	const isOpen = known !== undefined && known.state !== 'completed';
	return isOpen ? referenceInDoubt(subject) : referenceRepeated(subject, user);
}

function itemOf(checked: Task | Failure): number {
	return isFailure(checked) ? checked.details.item : checked.subject.item;
}

function returnsFirst({ options }: Task): boolean {
	return options.repeatedReference === 'returnFirst';
}

function isSame({ writes }: Task, { fingerprint, preview }: WriteRecord, { host }: ExecutionScope): boolean {
	return writes?.fingerprint === fingerprint && preview.host === host;
}

/** What is known of an item's payment when its turn has come: completed or in doubt, by whatever hand. */
function knownOf(execution: ExecutionScope, task: Task, resumed: WriteRecord | undefined): WriteRecord | undefined {
	const known = knownToProcess(execution, task);
	const isOwn = resumed !== undefined && execution.recordAt(task.subject.item)?.id === resumed.id;
	// What has been added is not added again, whatever else of this execution may have added it as well.
	if (known?.state === 'completed' && !isOwn) return known;
	if (resumed) return execution.registry.payments.get(resumed.id) ?? resumed;
	return inDoubtLike(task, execution) ?? known;
}

/** A payment that was added in this process, or may have been, and that the item asks for once. */
function knownToProcess(execution: ExecutionScope, task: Task): WriteRecord | undefined {
	const name = nameOnce(task, execution);
	if (name === undefined) return undefined;
	const same = execution.registry.payments.under(name).filter((record) => isSamePayment(task, record));
	return same.find(({ state }) => state === 'completed') ?? same[0];
}

/** What is in doubt in this execution, and is what this item asks for. */
function inDoubtLike(task: Task, execution: ExecutionScope): WriteRecord | undefined {
	return task.writes && execution.inDoubtOf(task.ownerKey).find((record) => isRepeated(task, record, execution));
}

function isRepeated({ subject, writes }: Task, record: WriteRecord, { host, isTool }: ExecutionScope): boolean {
	if (!writes || record.preview.host !== host || writes.adds !== record.adds) return false;
	// n8n repeats a tool's call as a new one.
	if (!writes.adds) return isTool && writes.fingerprint === record.fingerprint;
	if (appliesIt(writes, record)) return true;
	const { reference } = record.preview;
	const isNamed = reference !== undefined && reference === subject.reference;
	return isNamed && writes.payment === paymentIn(record.preview);
}

/** Under which name an item's payment is to be added once in this process. */
function nameOnce({ subject: { reference }, options, writes }: Task, { host }: ExecutionScope): string | undefined {
	if (writes?.applies !== undefined) return writes.fingerprint;
	const isOnce = writes?.adds && options.repeatedReference === 'returnFirst';
	return isOnce && reference !== undefined ? referenceName(host, reference) : undefined;
}

/** Whether it is the very preview that the record has applied, or may have. */
function appliesIt({ fingerprint }: WriteRequest, { applies, preview }: WriteRecord): boolean {
	return applies !== undefined && fingerprint === previewName(applies, preview);
}

function isSamePayment({ writes }: Task, record: WriteRecord): boolean {
	if (writes && appliesIt(writes, record)) return true;
	return writes?.applies === undefined && writes?.payment === paymentIn(record.preview);
}

const WRITTEN_EARLIER =
	'written in an earlier try of this execution, and not again; its confirmation says what came of it';

/** What an earlier pass has made of an item. `same`: whether it asks for the same now. */
function resultAgain(record: WriteRecord & { readonly state: 'completed' }, item: number, same: boolean): Result {
	const { result } = record;
	if (result.kind === 'failure') return result;
	if (!same) return alreadyWritten(record, item);
	if (!result.wrote) return result;
	return { ...result, hints: [WRITTEN_EARLIER] };
}

const ADDED_BEFORE =
	"added before in this n8n process, and not again; a different payment needs a 'Payment Reference' of its own";
const APPLIED_BEFORE = 'applied before in this n8n process, and not again; a further change needs a preview of its own';

/** What a payment came to, for another item that stands for it. */
function resultForAnother({ result, applies }: WriteRecord & { readonly state: 'completed' }, item: number): Result {
	if (result.kind === 'failure') return ofItem(result, item);
	return { ...result, hints: [applies === undefined ? ADDED_BEFORE : APPLIED_BEFORE], wrote: false };
}

// Rules that are checked when the world is over and every write has landed: what became of the money, against what was said of it.

import type { Account, Attempt, Chronicle, Impossibility, Kept, Report, Version, Writer } from '../chronicle';
import { amountsIn, listed, stand, unitsIn, type Amounts } from '../money';
import { hasFailed, isRecord, reasonOf } from '../said';
import { isTooLate } from '../zoo';
import { amountsOf, shownIn } from './reports';
import { attemptsAt, isRepeated, isUnknown, isWritten } from './sending';

export interface Truth {
	/** Whether replies say when a balance was updated. */
	readonly hasMoments: boolean;
	/** Units of a whole credit. */
	readonly credit: number | undefined;
	readonly isCalm: boolean;
}

/** One version of a balance that an attempt has made. */
interface Landing {
	readonly attempt: Attempt;
	readonly index: number;
	readonly before: Version;
	readonly after: Version;
}

export function checkMoney(chronicle: Chronicle, truth: Truth): void {
	for (const writer of chronicle.writers) noteTakenBack(writer, truth);
	for (const attempt of chronicle.attempts)
		for (const landing of landingsOf(attempt)) checkIntruders(chronicle, landing);
	for (const writer of chronicle.writers) if (!writer.isLost) checkWriter(chronicle, writer, truth);
	checkOrder(chronicle);
	checkReferences(chronicle);
	noteAddedElsewhere(chronicle);
	checkOnce(chronicle, truth);
	if (truth.isCalm) checkCalm(chronicle, truth);
}

function landingsOf(attempt: Attempt): Landing[] {
	const { versions } = attempt.account;
	return attempt.applied.flatMap((index) => {
		const before = versions[index - 1];
		const after = versions[index];
		return before && after ? [{ attempt, index, before, after }] : [];
	});
}

function effectiveOf({ attempts }: Writer): Landing[] {
	return attempts.flatMap(landingsOf).filter(({ before, after }) => !stand(before.amounts, after.amounts));
}

/** Whoever is no item of this process that a page tells of: other writers, other processes, and those whose page a crash took. */
function isOutsider({ by }: Version, { writer, pass, page }: Attempt): boolean {
	if (typeof by === 'string') return true;
	// The inbox keeps its workers apart, and remembers for those that died.
	if (by.writer.given?.payment !== undefined && writer.given?.payment !== undefined) return false;
	if (by.writer.isLost || by.pass.process !== pass.process) return true;
	// What a record of another process says of when it was begun means nothing here.
	return (
		by.writer !== writer && writer.attempts.some((each) => each.page === page && each.pass.process !== pass.process)
	);
}

/**
 * Whether another amount than those that are written has moved since the preview, which may be why the balance was
 * updated: neither by just what was to be added, nor where that may be used up already.
 */
function isExplained({ account, asked, look, writer }: Attempt, amounts: Amounts): boolean {
	const builtOn = account.versions[(writer.given?.kept.look ?? look)?.version ?? 0]?.amounts ?? {};
	const moves = Object.entries(builtOn).map(([name, units]) => (name in asked ? 0 : (amounts[name] ?? 0) - units));
	const changes = Object.entries(asked).map(([name, units]) => units - (builtOn[name] ?? 0));
	const isBill = moves.some((move) => changes.includes(-move));
	const mayBeUsedUp = Object.keys(asked).some((name) => builtOn[name] === 0);
	return moves.some((move) => move !== 0) && !isBill && !mayBeUsedUp;
}

/** Whether an attempt of another item has written just the same preview or payment. */
function isSame({ by }: Version, { once }: Attempt): boolean {
	return typeof by !== 'string' && by.once.some((key) => once.includes(key));
}

function noteTakenBack(writer: Writer, { hasMoments, credit = 1 }: Truth): void {
	for (const attempt of writer.attempts) {
		const { account, preview, look } = attempt;
		const from = preview?.from && fromOf(preview.from, attempt.asked);
		const since = account.versions.slice((look?.version ?? 0) + 1);
		const others = since.filter(
			(version) =>
				(isOutsider(version, attempt) || isTooLate(version)) &&
				!isSame(version, attempt) &&
				version.at >= attempt.sentAt,
		);
		if (from && others.some(({ amounts }) => stand(from, amounts) && (!hasMoments || isExplained(attempt, amounts))))
			writer.excuses.add('takenBack');
		const arrival = account.versions[attempt.applied[0] ?? -1]?.at ?? Infinity;
		if (others.some(({ amounts, at }) => at < arrival && areClose(attempt.asked, amounts, credit)))
			writer.excuses.add('sameByAnother');
		const landed = attempt.applied.at(-1) ?? Infinity;
		const isOverwritten = account.versions.some(
			(version, index) => index > landed && isOutsider(version, attempt) && !stand(attempt.asked, version.amounts),
		);
		// After a claim the balance as somebody else has left it looks like the one that was never written.
		if (!from && !attempt.isConfirmed && isOverwritten) writer.excuses.add('raced');
		const kept = account.versions[landed];
		if (!from && !attempt.isConfirmed && kept && !areClose(attempt.asked, kept.amounts, credit))
			writer.excuses.add('keptOther');
	}
}

/** Whether amounts are the same but for Zoo's rounding to whole credits. */
export function areClose(asked: Amounts, amounts: Amounts, credit: number): boolean {
	return Object.entries(asked).every(([name, units]) => Math.abs(units - (amounts[name] ?? 0)) < credit);
}

function fromOf(from: Readonly<Record<string, string>>, asked: Amounts): Amounts {
	return amountsIn(Object.fromEntries(Object.entries(from).filter(([name]) => name in asked)));
}

/** Between what a write was built on and its landing nobody of the same process writes to the owner. */
function checkIntruders(chronicle: Chronicle, { attempt, index }: Landing): void {
	const { writer, account, look, sentAt } = attempt;
	const since = account.versions.slice(0, index).filter((_, each) => each > (look?.version ?? -1));
	for (const version of since) {
		const { by, at } = version;
		if (typeof by !== 'string' && (by.writer === writer || by.page === attempt.page)) continue;
		if (isSame(version, attempt)) continue;
		if (!look && at < sentAt) continue;
		if (isOutsider(version, attempt) || writer.isLost) {
			writer.excuses.add('raced');
			if (typeof by !== 'string') by.writer.excuses.add('raced');
		} else if (typeof by !== 'string' && (writer.excuses.has('tooLate') || by.writer.excuses.has('tooLate'))) {
			by.writer.excuses.add('tooLate');
			writer.excuses.add('tooLate');
		} else if (
			typeof by !== 'string' &&
			![writer, by.writer].some(({ excuses }) => excuses.has('staleLook') || excuses.has('sameByAnother'))
		) {
			const late = at > sentAt ? 'landed after' : 'did not know of';
			chronicle.breaks('no write lands over another that it does not know', `${writer.name} ${late} ${by.writer.name}`);
		}
	}
}

function checkWriter(chronicle: Chronicle, writer: Writer, truth: Truth): void {
	const landings = writer.attempts.flatMap(landingsOf);
	for (const report of writer.reports) {
		const said = sayOf(report);
		const landed = landings.filter(({ attempt }) => writer.attempts.indexOf(attempt) < report.attempts);
		const hasEffect = landed.some(({ before, after }) => !stand(before.amounts, after.amounts));
		if (said === 'notApplied' && hasEffect && !isExcused(writer) && !isOfThisPassAlone(report)) {
			chronicle.breaks('what was reported as not applied never is', `${writer.name}: ${reasonOf(report.result)}`);
		}
		if (hasFailed(report.result) || said !== 'applied') continue;
		checkConfirmation(chronicle, report, truth);
		if (reasonOf(report.result) === 'alreadyThere') {
			checkThere(chronicle, report, truth);
			continue;
		}
		noteBuiltOnPreview(chronicle, writer, truth);
		const done = [...landed, ...landingsOfOthers(chronicle, writer)].filter(({ after }) => after.at <= report.at);
		// A plain update may find its amounts there by anybody's doing, a tool's call by another call's.
		if (writer.preview?.from && done.length === 0 && !writer.isTool && !isExcused(writer)) {
			chronicle.breaks('what was reported as applied is', `${writer.name}: ${reasonOf(report.result)}`);
		}
	}
	if (!isExcused(writer)) checkEffect(chronicle, writer, landings);
}

/** Of an item whose notes cannot be read, or that is refused or held back then for what it asks for now. */
function isOfThisPassAlone({ writer, pass, result }: Report): boolean {
	const isSent = writer.attempts.some((attempt) => attempt.pass === pass);
	const reason = reasonOf(result);
	return reason === 'memoryUnreadable' || (['invalidInput', 'stopped'].includes(reason) && writer.isDamaged && !isSent);
}

/** Of the same preview or payment: what one item has left in doubt, another may have written. */
function landingsOfOthers(chronicle: Chronicle, writer: Writer): Landing[] {
	const keys = new Set(writer.attempts.flatMap(({ once }) => once));
	const ofKeys = chronicle.attempts.filter(({ once }) => once.some((key) => keys.has(key)));
	return [...ofKeys, ...attemptsAt(writer, chronicle)].flatMap(landingsOf);
}

/** A preview that nobody has sent, and that was built on another one, may have come to what stood there before both. */
function noteBuiltOnPreview({ kept }: Chronicle, writer: Writer, { credit = 1 }: Truth): void {
	const { preview, attempts } = writer;
	if (!preview || attempts.length > 0) return;
	const { to, from } = preview;
	const isOfRecord = (each: Kept) =>
		JSON.stringify([each.preview['from'], each.preview['to']]) === JSON.stringify([from, to]);
	const wasThere = ({ account, look }: Kept) =>
		areClose(amountsIn(to), account.versions[look?.version ?? 0]?.amounts ?? {}, credit);
	if (kept.some((each) => isOfRecord(each) && wasThere(each))) writer.excuses.add('builtOnPreview');
}

/** Nothing was sent, because it stands there: by an earlier try of the same preview, or by somebody who set the same. */
function checkThere(chronicle: Chronicle, { writer, at, pass }: Report, { credit = 1 }: Truth): void {
	const { kept } = writer.given ?? {};
	if (!kept || writer.excuses.has('staleLook')) return;
	const to = toOf(kept);
	const since = kept.account.versions.slice((kept.look?.version ?? 0) + 1);
	const { process } = pass;
	// What another item of this process has written is not this payment.
	const isByAnother = ({ by }: Version) =>
		typeof by !== 'string' &&
		by.pass.process === process &&
		!by.once.includes(`preview ${kept.id}`) &&
		!isSameReference(writer, by.writer);
	const isThere = since.some(
		(version) => version.at <= at && areClose(to, version.amounts, credit) && !isByAnother(version),
	);
	// The dry run was built on another one.
	const wasThere = areClose(to, kept.account.versions[kept.look?.version ?? 0]?.amounts ?? {}, credit);
	if (!isThere && wasThere) writer.excuses.add('builtOnPreview');
	else if (!isThere) chronicle.breaks('what is said to be there already is', `${writer.name}: ${listed(to)}`);
}

function isSameReference({ reference, payment }: Writer, other: Writer): boolean {
	return reference !== undefined && reference === other.reference && payment === other.payment;
}

export function toOf({ preview }: Kept): Amounts {
	return amountsOf(preview['to']);
}

function isExcused({ excuses }: Writer): boolean {
	return excuses.size > 0;
}

function sayOf(report: Report): 'applied' | 'notApplied' | 'unknown' {
	const { result } = report;
	if (isWritten(report)) return 'applied';
	if (isUnknown(report.result)) return 'unknown';
	if (hasFailed(result)) return 'notApplied';
	if (!report.adds) return 'unknown';
	return ['confirmed', 'different', 'alreadyThere'].includes(reasonOf(result)) ? 'applied' : 'notApplied';
}

/** An adjustment is added once, and by the amounts that its report tells. */
function checkEffect(chronicle: Chronicle, writer: Writer, landings: readonly Landing[]): void {
	const last = writer.reports.at(-1);
	if (!last?.adds) return;
	const effects = landings.map(({ before, after, attempt }) => effectOf(before, after, attempt.asked));
	const real = effects.filter((effect) => Object.values(effect).some((units) => units !== 0));
	if (real.length > 1) chronicle.breaks('nothing is added twice', writer.name);
	const others = landingsOfOthers(chronicle, writer);
	if (others.some(({ attempt }) => isExcused(attempt.writer))) return;
	// What it has taken up may be there by somebody else, who has set the same.
	if (attemptsAt(writer, chronicle).some((attempt) => attempt.writer.excuses.has('sameByAnother'))) return;
	const ofOthers = others.map(({ before, after, attempt }) => effectOf(before, after, attempt.asked));
	const told = hasFailed(last.result) ? undefined : changesIn(last.result.json);
	if (!told || !isWritten(last)) return;
	const sum = Object.fromEntries(Object.entries(told).filter(([, units]) => units !== 0));
	const [effect = {}] = real;
	if (![effect, ...ofOthers].some((each) => stand(sum, each))) {
		chronicle.breaks('a report tells what was added', `${writer.name}: ${listed(sum)} instead of ${listed(effect)}`);
	}
}

function effectOf(before: Version, after: Version, asked: Amounts): Amounts {
	return Object.fromEntries(
		Object.keys(asked).map((name) => [name, (after.amounts[name] ?? 0) - (before.amounts[name] ?? 0)]),
	);
}

function changesIn({ adjustment }: Readonly<Record<string, unknown>>): Amounts | undefined {
	if (!isRecord(adjustment)) return undefined;
	return Object.fromEntries(
		Object.entries(adjustment).map(([name, sum]) => [name, isRecord(sum) ? unitsIn(String(sum['change'])) : 0]),
	);
}

/** What a report shows has stood there since the item was first sent, and is what was asked for to less than one credit. */
function checkConfirmation(chronicle: Chronicle, report: Report, { credit = 1 }: Truth): void {
	const { writer, result, at, attempts } = report;
	const last = writer.attempts[attempts - 1];
	const first = writer.attempts.find(({ preview }) => preview === last?.preview);
	// Another item's result, which is checked there.
	if (!first || hasFailed(result) || isRepeated(report)) return;
	const names = Object.keys(first.asked);
	const shown = shownIn(report, names);
	const stood = first.account.versions.some((version) => version.at <= at && stand(shown, version.amounts));
	const isOld = writer.excuses.has('staleLook');
	const since = isOld || versionsSince(first.account, first.sentAt).some((version) => stand(shown, version.amounts));
	if (!stood || !since) chronicle.breaks('what a report shows has stood there', `${writer.name}: ${listed(shown)}`);
	const asked = amountsOf(isRecord(result.json['confirmation']) ? result.json['confirmation']['asked'] : undefined);
	const status = reasonOf(result);
	// Where no credits are left, a reply does not tell what one is worth.
	const isGood = ['confirmed', 'alreadyThere'].includes(status);
	if (isGood ? !areClose(asked, shown, credit) : stand(asked, shown)) {
		chronicle.breaks(
			'confirmed is what was asked for, and nothing else',
			`${writer.name}: ${status}, ${listed(shown)}`,
		);
	}
}

function versionsSince({ versions }: Account, at: number): Version[] {
	return versions.filter((version, index) => version.at >= at || (versions[index + 1]?.at ?? Infinity) >= at);
}

/** Updates of one owner in one node run take effect in input order. */
function checkOrder(chronicle: Chronicle): void {
	const updates = chronicle.writers.filter(
		({ reports, isLost, isTool }) => !isLost && !isTool && reports.some(({ adds }) => !adds),
	);
	for (const earlier of updates) {
		for (const later of updates) {
			if (earlier.place !== later.place || earlier.execution !== later.execution || earlier.item >= later.item)
				continue;
			const last = effectiveOf(earlier).at(-1);
			const [first] = effectiveOf(later);
			if (!last || !first || last.attempt.account !== first.attempt.account || last.index < first.index) continue;
			if (isExcused(earlier) || isExcused(later)) continue;
			chronicle.breaks('updates take effect in input order', `${earlier.name} after ${later.name}`);
		}
	}
}

/** A payment reference is added once in an execution. */
function checkReferences(chronicle: Chronicle): void {
	const users = new Map<string, Writer>();
	for (const writer of chronicle.writers) {
		const reference = writer.preview?.reference;
		const isAdded = writer.attempts
			.flatMap(landingsOf)
			.some(({ before, after }) => !stand(before.amounts, after.amounts));
		if (writer.isLost || isExcused(writer) || reference === undefined || !isAdded || !writer.reports.at(-1)?.adds)
			continue;
		const key = `${writer.execution} ${reference}`;
		const user = users.get(key);
		if (user && user !== writer)
			chronicle.breaks('a payment reference is added once', `${user.name} and ${writer.name}`);
		users.set(key, writer);
	}
}

/**
 * A preview is applied at most once, in whatever process, where the workflow tells the truth of it; so is a payment of
 * the inbox, in whichever preview; and a reference whose first result is put out, in one process.
 */
function checkOnce(chronicle: Chronicle, truth: Truth): void {
	const keys = new Set(chronicle.attempts.flatMap(({ once }) => once));
	for (const key of keys) {
		const attempts = chronicle.attempts.filter(({ once }) => once.includes(key));
		const landings = attempts
			.flatMap(landingsOf)
			.filter(({ before, after }) => !stand(before.amounts, after.amounts))
			.sort((one, other) => one.index - other.index);
		if (landings.length < 2) continue;
		for (const attempt of attempts) noteSaidNo(attempt, attempts);
		noteTakenBackSince(landings, truth);
		const writers = new Set(attempts.map(({ writer }) => writer));
		// A crash is just what stored previews are for.
		const isExcusable = [...writers].some(({ excuses }) => EXCUSES.some((excuse) => excuses.has(excuse)));
		if (isRestored(landings)) continue;
		const isLost = key.startsWith('reference') && [...writers].some((writer) => writer.isLost);
		if (!isExcusable && !isLost) {
			const names = landings.map(({ attempt }) => attempt.writer.name).join(' and ');
			chronicle.breaks('what is to be done once is done once', `${key} by ${names}`);
		}
	}
}

/** What may let a payment be written twice without anybody noticing. */
const EXCUSES: readonly Impossibility[] = [
	'tooLate',
	'staleLook',
	'takenBack',
	'believedClaim',
	'saidNo',
	'addedElsewhere',
];

/** The same amounts once more, over what others have written of whom this process knows nothing. */
function isRestored(landings: readonly Landing[]): boolean {
	const [first] = landings;
	return landings.every(({ attempt, index }) => {
		const between = attempt.account.versions.slice((first?.index ?? 0) + 1, index);
		const isSameWrite = first && stand(attempt.asked, first.attempt.asked) && attempt.writer.excuses.has('raced');
		const isOfAnother = (version: Version) => !isSame(version, attempt) && !isOutsider(version, attempt);
		return landings[0]?.index === index || (isSameWrite && !between.some(isOfAnother));
	});
}

/** Added again by a process that does not know of the first time. */
function noteAddedElsewhere(chronicle: Chronicle): void {
	const users = new Map<string, number>();
	for (const { writer, pass, applied } of chronicle.attempts) {
		const { returnsFirst } = writer;
		if (returnsFirst === undefined || applied.length === 0) continue;
		const first = users.get(returnsFirst) ?? pass.process;
		users.set(returnsFirst, first);
		if (first !== pass.process) writer.excuses.add('addedElsewhere');
	}
}

function noteSaidNo({ writer, pass, sentAt }: Attempt, attempts: readonly Attempt[]): void {
	if (writer.given?.sentBefore !== 'no') return;
	const isSent = attempts.some((other) => other.sentAt < sentAt && other.pass.process !== pass.process);
	if (isSent) writer.excuses.add('saidNo');
}

/** Between two landings somebody has set it back to where the preview began, and Zoo does not tell. */
function noteTakenBackSince(landings: readonly Landing[], { hasMoments }: Truth): void {
	const [first] = landings;
	const last = landings.at(-1);
	const from = first?.attempt.preview?.from;
	if (!first || !last || !from) return;
	const { attempt } = first;
	const between = attempt.account.versions.slice(first.index + 1, last.index);
	const isUntold = (amounts: Amounts) => !hasMoments || isExplained(attempt, amounts);
	const before = fromOf(from, attempt.asked);
	const isTakenBack = (version: Version, index: number) =>
		isUnknownTo(version, last.attempt, attempt) &&
		stand(before, version.amounts) &&
		!stand(before, between[index - 1]?.amounts ?? first.after.amounts) &&
		isUntold(version.amounts);
	if (between.some(isTakenBack)) last.attempt.writer.excuses.add('takenBack');
}

/** Whether the process of an attempt cannot have counted a version against what it wrote before. */
function isUnknownTo({ by }: Version, { pass }: Attempt, first: Attempt): boolean {
	return typeof by === 'string' || by.pass.process !== pass.process || first.pass.process !== pass.process;
}

const ORDINARY = [
	'confirmed',
	'unchanged',
	'dryRun',
	'invalidInput',
	'referenceRepeated',
	'belowZero',
	'conditionNotMet',
	'otherBalanceModel',
	'stopped',
	'alreadyWritten',
	'overtaken',
	'alreadyThere',
	'changedMeanwhile',
	'previewExpired',
];

/** Where nothing goes wrong, nothing is unknown. */
function checkCalm(chronicle: Chronicle, { credit }: Truth): void {
	// A change from nothing by less than a credit cannot be told from another amount.
	const rounded = credit === undefined ? [] : ['different'];
	// What the workflow says may have been sent, it may have been.
	const isPerhaps = chronicle.writers.some((writer) => writer.isPerhaps);
	const ordinary = [
		...ORDINARY,
		...rounded,
		...(isPerhaps ? ['outcomeUnknown', 'blockedByEarlierItem', 'referenceInDoubt'] : []),
	];
	for (const { writer, result } of chronicle.reports) {
		const reason = reasonOf(result);
		// Another process has written at the same time, also as the one whose result this item puts out.
		const isRaced = () =>
			[{ writer }, ...attemptsAt(writer, chronicle)].some((each) => each.writer.excuses.has('raced'));
		if (writer.isDamaged || (reason === 'different' && isRaced())) continue;
		if (!ordinary.includes(reason))
			chronicle.breaks('where nothing goes wrong, nothing is unknown', `${writer.name}: ${reason}`);
	}
}

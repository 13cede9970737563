// Rules that are checked when a pass ends: whether each item has one report, and whether it names what was on the wire.

import type { Attempt, Chronicle, Pass, Report, Writer } from '../chronicle';
import { amountsIn, listed, stand, unitsIn, type Amounts } from '../money';
import { hasFailed, isRecord, reasonOf, type Preview } from '../said';
import { attemptsAt, isOneOf, isRepeated, isSamePayment, isUnknown, isWritten, paymentOf } from './sending';

const MOST_REQUESTS = 200;

const UNWRITTEN = ['notSent', 'notApplied'];
/** Why an item does not even come to be looked at. */
const UNMET = ['stopped', 'invalidInput', 'memoryUnreadable', 'credentialUnusable', 'canceled', 'alreadyWritten'];

/** Whether one repeats what another one has left in doubt, as this execution or this process knows. */
function isRepeat(writer: Writer, other: Writer, { process }: Pass): boolean {
	const isHere = other.attempts.at(-1)?.pass.process === process;
	if (isHere && isSamePayment(writer, other)) return true;
	const { payment, reference } = paymentOf(other);
	const isOfExecution = writer.execution === other.execution && writer !== other && writer.payment === payment;
	return isOfExecution && payment !== undefined && writer.reference !== undefined && writer.reference === reference;
}

type Rule = (report: Report, chronicle: Chronicle) => string | undefined;

const rules: Readonly<Record<string, Rule>> = {
	'nothing is unforeseen': ({ result }) => (reasonOf(result) === 'unforeseen' ? result.constructor.name : undefined),
	'each report is about its own item': ({ result, writer }) => {
		if (!hasFailed(result)) return undefined;
		const { what, details } = result;
		return details.item === writer.item && what.endsWith(`[item ${writer.item}]`) ? undefined : what;
	},
	'the number of requests is bounded': ({ writer, pass }) => {
		const count = pass.requests.get(writer) ?? 0;
		return count > MOST_REQUESTS ? String(count) : undefined;
	},
	'a report counts its attempts': ({ writer, pass, result }, chronicle) => {
		const made = writer.attempts.filter((attempt) => attempt.pass === pass).length;
		// Those of earlier passes and of other hands as well, as long as what they have left is in doubt.
		const all = writer.isTool || writer.excuses.has('crash') ? Infinity : attemptsAt(writer, chronicle).length;
		const told = attemptsToldIn(result);
		const isToldBefore = writer.reports.some(
			(report) => report.pass !== pass && attemptsToldIn(report.result) === told,
		);
		const isTold = told >= made && (told <= all || isToldBefore);
		return isTold || isRepeated({ writer, result, pass }) ? undefined : `${told} instead of ${made} to ${all}`;
	},
	'a report names the owner that was written to': (report, chronicle) => {
		const { result, writer, account, isChanged } = report;
		const facts = factsOf(result);
		const { attempt, preview } = isUnknown(report.result) || isWritten(report) ? lastOf(writer, chronicle) : NOTHING;
		if (!attempt && preview) return namesOwnerOf(preview, facts) ? undefined : `not ${preview.ownerId}`;
		// What is no preview names nobody.
		const isOfNobody = writer.given && reasonOf(result) === 'invalidInput';
		// The first result of another one, when the item was another one.
		const isOld = isChanged || isWritten(report);
		const expected = attempt?.account ?? (isOfNobody || isOld ? undefined : account);
		const named = expected && facts[expected.idName];
		return !expected || named === expected.id ? undefined : `${String(named)} instead of ${expected.id}`;
	},
	'a report names the amounts that were written': (report, chronicle) => {
		const { result, writer } = report;
		if (!isUnknown(report.result) && !isWritten(report)) return undefined;
		const { attempt, preview } = lastOf(writer, chronicle);
		const asked = attempt?.asked ?? (preview && amountsIn(preview.to));
		if (!asked) return undefined;
		const facts = factsOf(result);
		const told = facts['target'] ?? facts['written'] ?? (hasFailed(result) ? undefined : facts['asked']);
		if (told === undefined) return undefined;
		const amounts = amountsOf(told);
		return stand(amounts, asked) && stand(asked, amounts) ? undefined : listed(amounts);
	},
	'what was sent is not called unsent': ({ writer, pass, result }) => {
		const isSent = writer.attempts.some((attempt) => attempt.pass === pass);
		return isSent && hasFailed(result) && result.details.outcome === 'notSent' ? result.details.reason : undefined;
	},
	'a repeat that meets a doubt says so': ({ writer, pass, result }, { writers }) => {
		if (!hasFailed(result) || !UNWRITTEN.includes(result.details.outcome)) return undefined;
		if (UNMET.includes(result.details.reason)) return undefined;
		const isMet = (other: Writer) =>
			other.isInDoubt && !other.isLost && other.doubtSince <= pass.begunAt && isRepeat(writer, other, pass);
		const other = writers.find(isMet);
		return other && `${result.details.reason}, while ${other.name} is in doubt`;
	},
	'unknown has a cause': (report, chronicle) => {
		if (!isUnknown(report.result)) return undefined;
		const { excuses } = report.writer;
		const { writers } = chronicle;
		const reason = reasonOf(report.result);
		const others = writers.filter((each) => isOneOf(report.writer, each));
		const isPerhaps = others.some((each) => each.isPerhaps || each.attempts.length > 0);
		const isForAPerson = reason === 'alreadyThere' || reason === 'referenceInDoubt';
		const wasUnknown = report.writer.reports.some((each) => each !== report && isUnknown(each.result));
		return wasUnknown ||
			isPerhaps ||
			isForAPerson ||
			excuses.has('crash') ||
			attemptsAt(report.writer, chronicle).some((attempt) => !attempt.isConfirmed)
			? undefined
			: 'nothing went wrong with it';
	},
	'a look that shows what was written settles it': (report, chronicle) => {
		const { writer, pass } = report;
		const { attempts, look } = writer;
		const [first] = attempts;
		if (!isUnknown(report.result) || !look || !first || writer.isTool || pass.canceledAt !== undefined)
			return undefined;
		const since = look.account.versions.slice((first.look?.version ?? 0) + 1);
		// The register counts whatever may have been applied.
		const isOthers = (other: Attempt) => other.writer !== writer && other.account === first.account;
		const isUnseen = (other: Attempt) => other.pass.process === pass.process && other.applied.length === 0;
		const isCounted = (other: Attempt) => !other.isConfirmed || isUnseen(other);
		const isAlone =
			!chronicle.attempts.some((other) => isOthers(other) && isCounted(other)) &&
			since.every(({ by }) => typeof by !== 'string' && by.writer === writer);
		const shown = look.account.versions[look.version]?.amounts ?? {};
		const isThere = since.length > 0 && look.account === first.account && stand(first.asked, shown);
		const isOfOnePass = attempts.every((attempt) => attempt.pass === pass && attempt.isOpen);
		return isAlone && isThere && isOfOnePass ? `it showed ${listed(shown)}` : undefined;
	},
	'what was unknown or written does not become unsent for other parameters': (report) => {
		const { writer, isChanged } = report;
		const before = writer.reports.at(-2);
		if (!before || !isChanged || writer.isTool || writer.isDamaged) return undefined;
		if (isWritten(before) && !isWritten(report)) return reasonOf(report.result);
		// Another item may have settled it meanwhile.
		const isKept = isUnknown(report.result) || isWritten(report);
		return isUnknown(before.result) && !isKept ? reasonOf(report.result) : undefined;
	},
};

interface Last {
	readonly attempt?: Attempt | undefined;
	/** Of a record that nobody here has sent yet. */
	readonly preview?: Preview | undefined;
}

const NOTHING: Last = {};

/** The last attempt at an item's record, by whichever hand. */
function lastOf(writer: Writer, { attempts }: Chronicle): Last {
	const { page, preview } = writer;
	if (page === undefined) return { attempt: writer.attempts.at(-1) };
	const attempt = attempts.findLast((each) => each.page === page);
	return attempt ? { attempt } : { preview };
}

function namesOwnerOf({ ownerId }: Preview, facts: Readonly<Record<string, unknown>>): boolean {
	return [facts['orgId'], facts['userId']].some((id) => String(id).toLowerCase() === ownerId.toLowerCase());
}

function factsOf(result: Report['result']): Readonly<Record<string, unknown>> {
	if (hasFailed(result)) return result.details;
	const { json } = result;
	const { confirmation } = json;
	return isRecord(confirmation) ? confirmation : json;
}

function attemptsToldIn(result: Report['result']): number {
	return hasFailed(result) ? (result.details.attempts ?? 0) : attemptsIn(result.json);
}

function attemptsIn(json: Readonly<Record<string, unknown>>): number {
	const { confirmation } = json;
	return isRecord(confirmation) ? Number(confirmation['attempts']) : 0;
}

export function amountsOf(value: unknown): Amounts {
	if (!isRecord(value)) return {};
	return amountsIn(Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)])));
}

/** The amounts of the balance that a report shows. */
export function shownIn({ result }: Report, names: readonly string[]): Amounts {
	if (hasFailed(result)) return {};
	const { json } = result;
	return Object.fromEntries(names.filter((name) => name in json).map((name) => [name, unitsIn(String(json[name]))]));
}

export function checkReport(chronicle: Chronicle, report: Report): void {
	for (const [rule, check] of Object.entries(rules)) {
		const what = check(report, chronicle);
		if (what !== undefined) chronicle.breaks(rule, `${report.writer.name}: ${what}`);
	}
}

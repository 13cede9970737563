// Rules that are checked when a pass ends: whether each item has one report, and whether it names what was on the wire.

import { Failure } from '../../../nodes/ZooBilling/failures/failure';
import { isRecord } from '../../../nodes/ZooBilling/refusal';
import type { Attempt, Chronicle, Report } from '../chronicle';
import { amountsIn, listed, stand, unitsIn, type Amounts } from '../money';
import { isRepeated, isUnknown, isWritten } from './sending';

const MOST_REQUESTS = 200;

type Rule = (report: Report, chronicle: Chronicle) => string | undefined;

const rules: Readonly<Record<string, Rule>> = {
	'nothing is unforeseen': ({ result }) => (reasonOf(result) === 'unforeseen' ? result.constructor.name : undefined),
	'each report is about its own item': ({ result, writer }) => {
		if (!(result instanceof Failure)) return undefined;
		const { what, details } = result;
		return details.item === writer.item && what.endsWith(`[item ${writer.item}]`) ? undefined : what;
	},
	'the number of requests is bounded': ({ writer, pass }) => {
		const count = pass.requests.get(writer) ?? 0;
		return count > MOST_REQUESTS ? String(count) : undefined;
	},
	'a report counts its attempts': ({ writer, pass, result }, { attempts }) => {
		const made = writer.attempts.filter((attempt) => attempt.pass === pass).length;
		// Those of its record as well, whoever has made them.
		const isIts = (attempt: Attempt) => attempt.writer === writer || (attempt.page ?? '') === writer.page;
		const isAnyones = writer.isTool || writer.attempts.length === 0 || writer.excuses.has('crash');
		const all = isAnyones ? Infinity : attempts.filter(isIts).length;
		const told = result instanceof Failure ? (result.details.attempts ?? 0) : attemptsIn(result.json);
		const isTold = told >= made && told <= all;
		return isTold || isRepeated({ writer, result, pass }) ? undefined : `${told} instead of ${made} to ${all}`;
	},
	'a report names the owner that was written to': (report) => {
		const { result, writer, account } = report;
		const facts = factsOf(result);
		const sent = isUnknown(report.result) || isWritten(report) ? writer.attempts.at(-1)?.account : undefined;
		// What is no preview names nobody.
		const expected = sent ?? (writer.given && reasonOf(result) === 'invalidInput' ? undefined : account);
		const named = expected && facts[expected.idName];
		return !expected || named === expected.id ? undefined : `${String(named)} instead of ${expected.id}`;
	},
	'a report names the amounts that were written': (report) => {
		const { result, writer } = report;
		const last = writer.attempts.at(-1);
		if (!last || !(isUnknown(report.result) || isWritten(report))) return undefined;
		const facts = factsOf(result);
		const told = facts['target'] ?? facts['written'] ?? (result instanceof Failure ? undefined : facts['asked']);
		if (told === undefined) return undefined;
		const amounts = amountsOf(told);
		return stand(amounts, last.asked) && stand(last.asked, amounts) ? undefined : listed(amounts);
	},
	'unknown has a cause': (report, { writers, attempts: allOf }) => {
		if (!isUnknown(report.result)) return undefined;
		const { isTool, excuses, given, page } = report.writer;
		const attempts = allOf.filter((each) => each.writer === report.writer || (each.page ?? '') === page);
		const reason = reasonOf(report.result);
		const others = writers.filter((each) => given && each.given?.kept === given.kept);
		const isPerhaps = others.some((each) => each.given?.sentBefore === 'perhaps' || each.attempts.length > 0);
		const isForAPerson = reason === 'alreadyThere' || reason === 'referenceInDoubt';
		const isTakenUp = attempts.length === 0 && reason === 'outcomeUnknown';
		return isTool ||
			isPerhaps ||
			isForAPerson ||
			isTakenUp ||
			excuses.has('crash') ||
			attempts.some((attempt) => !attempt.isConfirmed)
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
		if (!before || !isChanged || writer.isTool) return undefined;
		if (isWritten(before) && !isWritten(report)) return reasonOf(report.result);
		return isUnknown(before.result) && !isUnknown(report.result) ? reasonOf(report.result) : undefined;
	},
};

function factsOf(result: Report['result']): Readonly<Record<string, unknown>> {
	if (result instanceof Failure) return result.details;
	const { json } = result;
	const { confirmation } = json;
	return isRecord(confirmation) ? confirmation : json;
}

function attemptsIn(json: Readonly<Record<string, unknown>>): number {
	const { confirmation } = json;
	return isRecord(confirmation) ? Number(confirmation['attempts']) : 0;
}

export function amountsOf(value: unknown): Amounts {
	if (!isRecord(value)) return {};
	return amountsIn(Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)])));
}

export function reasonOf(result: Report['result']): string {
	return result instanceof Failure ? result.details.reason : statusOf(result.json);
}

function statusOf({ confirmation, dryRun }: Readonly<Record<string, unknown>>): string {
	if (dryRun === true) return 'dryRun';
	return isRecord(confirmation) ? String(confirmation['status']) : 'read';
}

/** The amounts of the balance that a report shows. */
export function shownIn({ result }: Report, names: readonly string[]): Amounts {
	if (result instanceof Failure) return {};
	const { json } = result;
	return Object.fromEntries(names.filter((name) => name in json).map((name) => [name, unitsIn(String(json[name]))]));
}

export function checkReport(chronicle: Chronicle, report: Report): void {
	for (const [rule, check] of Object.entries(rules)) {
		const what = check(report, chronicle);
		if (what !== undefined) chronicle.breaks(rule, `${report.writer.name}: ${what}`);
	}
}

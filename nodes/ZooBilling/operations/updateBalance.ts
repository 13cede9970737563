// Update Balance: sets amounts to absolute values and reports what Zoo says it has now.

import { amountsByName } from '../balance/amounts';
import { compare, holds } from '../balance/confirm';
import type { Reply } from '../balance/reply';
import type { OwnerKind } from '../balance/owner';
import type { Standing } from '../zoo/exchange';
import { changedMeanwhile, Failure, invalidInput, notApplied, outcomeUnknown } from '../zoo/failure';
import type { Operation, RawParameters, Result, Session, Task } from './operation';
import { aboveMaximum, conclude, look, plain, preview, readWriteIntent, requests, settledBefore, sightOf, writeOptions, type WriteIntent } from './write';

const amounts = {
	parameter: 'updateFields',
	label: 'Update Fields',
	describe: (meaning: string) => `${meaning}; replaces what is there`,
} as const;

export const updateBalance: Operation = {
	name: 'updateBalance',
	label: ({ label }) => `Update ${label} Balance`,
	action: ({ name }) => `Update ${name} balance`,
	description: ({ noun }) => `Set what one ${noun} has left to absolute amounts; needs the token of a Zoo employee`,
	byId: true,
	amounts,
	options: writeOptions,
	prepare,
};

function prepare(raw: RawParameters, kind: OwnerKind, item: number): Task | Failure {
	const read = readWriteIntent(raw, kind, item, { ...amounts, sign: 'unsigned', options: writeOptions });
	if (read instanceof Failure) return read;
	const { subject, options, laneKey } = read;
	const tooMuch = aboveMaximum(read.amounts, options);
	if (tooMuch) return invalidInput(subject, tooMuch);
	return { subject, options, laneKey, writes: !options.dryRun, run: async (session) => await run(session, read) };
}

async function run(session: Session, intent: WriteIntent): Promise<Result> {
	const { options, subject, model, amounts: target, owner, laneKey } = intent;
	const { exchange } = session;
	// What the balance had to be, it no longer is after this very write: a second pass must not look at it anew.
	const ledger = options.onlyIf && !options.dryRun ? session.ledger : undefined;
	const mark = JSON.stringify([laneKey, subject.asked, subject.reference]);
	const begun = ledger?.recall(subject.item);
	const settled = begun && settledBefore(begun, mark, session, subject);
	if (settled) return settled;
	if (options.dryRun || (options.onlyIf && !begun)) {
		const before = await look(session, intent);
		if (before instanceof Failure) return before;
		if (options.dryRun) return preview(session, intent, before, target);
	}
	const standing = ({ balance }: Reply): Standing => {
		const { differences, missing } = compare(target, balance, model);
		if (differences.length + missing.length === 0) return 'there';
		return options.onlyIf && !holds(balance, options.onlyIf) ? 'moved' : 'resend';
	};
	const settles = (reply: Reply) => reply.model !== undefined;
	const entry = { intent: mark, owner, before: amountsByName(options.onlyIf ?? []), target: amountsByName(target) };
	ledger?.note(subject.item, entry);
	const end = await exchange.write({ ...requests(intent, target), settles, standing, lookBeforeResend: options.onlyIf !== undefined, inDoubt: begun !== undefined || (session.ledger?.leftInDoubt(laneKey, subject.item) ?? false) });
	if (end.kind === 'answered') {
		const result = conclude(session, intent, target, end);
		ledger?.note(subject.item, { ...entry, result: plain(result) });
		return result;
	}
	const sight = { target: entry.target, now: sightOf(end.seen, target) };
	if (end.doubt) return outcomeUnknown(subject, end.last, advice, exchange, sight);
	ledger?.note(subject.item, undefined);
	return end.moved || !end.last ? changedMeanwhile(subject, exchange, sight) : notApplied(subject, end.last, exchange);
}

const advice =
	'Read the balance first: if it shows the target, the write was applied. If it does not, running this item again sets the same amounts; look whether somebody else has changed them since.';

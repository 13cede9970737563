// Update Balance: sets amounts to absolute values and reports what Zoo says it has now.

import { amountsByName } from '../balance/amounts';
import { compare, holds } from '../balance/confirm';
import type { Reply } from '../balance/reply';
import { readOwner, type Owner } from '../balance/owner';
import type { Refusal } from '../refusal';
import { forOwner } from '../resolve';
import type { Standing } from '../zoo/exchange';
import { Failure, invalidInput, updateAdvice } from '../zoo/failure';
import type { Operation, RawParameters, Result, Session, Task } from './operation';
import {
	aboveMaximum,
	carryOut,
	look,
	preview,
	readWriteIntent,
	settledBefore,
	writeOptions,
	type WriteIntent,
} from './write';

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
	prepare: (raw, kind, item) => forOwner(readOwner(kind, raw[kind.idParameter]), (owner) => prepare(raw, owner, item)),
};

function prepare(raw: RawParameters, owner: Owner | Refusal, item: number): Task | Failure {
	const read = readWriteIntent(raw, owner, item, { ...amounts, sign: 'unsigned', options: writeOptions });
	if (read instanceof Failure) return read;
	const { subject, options, laneKey } = read;
	const tooMuch = aboveMaximum(read.amounts, options);
	if (tooMuch) return invalidInput(subject, tooMuch);
	return { subject, options, laneKey, writes: !options.dryRun, run: async (session) => await run(session, read) };
}

async function run(session: Session, intent: WriteIntent): Promise<Result> {
	const { options, subject, model, amounts: target, owner, laneKey } = intent;
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
	const entry = ledger && { intent: mark, owner, target: amountsByName(target) };
	const inDoubt = begun !== undefined || (session.ledger?.leftInDoubt(laneKey, subject.item) ?? false);
	return await carryOut(session, intent, target, {
		entry,
		advice: updateAdvice,
		settles,
		standing,
		lookBeforeResend: options.onlyIf !== undefined,
		inDoubt,
	});
}

// Update Balance: sets amounts to absolute values and reports what Zoo says it has now.

import { amountsByName } from '../balance/amounts';
import { compare, holds } from '../balance/confirm';
import type { Reply } from '../balance/reply';
import type { OwnerKind } from '../balance/owner';
import type { Standing } from '../zoo/exchange';
import { changedMeanwhile, Failure, invalidInput, notApplied, outcomeUnknown } from '../zoo/failure';
import type { Operation, RawParameters, Result, Session, Task } from './operation';
import { aboveMaximum, conclude, look, preview, readWriteIntent, requests, sightOf, writeOptions, type WriteIntent } from './write';

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
	const intent = { ...read, subject: { ...read.subject, asked: amountsByName(read.amounts) } };
	const tooMuch = aboveMaximum(intent.amounts, intent.options);
	if (tooMuch) return invalidInput(intent.subject, tooMuch);
	const { subject, options, laneKey } = intent;
	return { subject, options, laneKey, writes: !options.dryRun, run: async (session) => await run(session, intent) };
}

async function run(session: Session, intent: WriteIntent): Promise<Result> {
	const { options, subject, model, amounts: target } = intent;
	const { exchange } = session;
	if (options.dryRun || options.onlyIf) {
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
	const end = await exchange.write({ ...requests(intent, target), settles, standing, lookBeforeResend: options.onlyIf !== undefined, inDoubt: false });
	if (end.kind === 'answered') return conclude(session, intent, target, end);
	const sight = { target: amountsByName(target), now: sightOf(end.seen, target) };
	if (end.doubt) return outcomeUnknown(subject, end.last, advice, exchange, sight);
	return end.moved || !end.last ? changedMeanwhile(subject, exchange, sight) : notApplied(subject, end.last, exchange);
}

const advice =
	'Read the balance first: if it shows the target, the write was applied. If it does not, running this item again sets the same amounts; look whether somebody else has changed them since.';

// Update Balance: sets amounts to absolute values and reports what Zoo says it has now.

import { holds } from '../balance/confirm';
import { readOwner, type Owner } from '../balance/owner';
import { invalidInput } from '../outcome/inputFailures';
import type { ItemSession, Task } from '../pass/item';
import type { Result } from '../outcome/result';
import type { Refusal } from '../text/refusal';
import { forOwner } from '../pass/resolve';
import { aboveMaximum, requestOf, readIntent, writeOptions, type WriteIntent } from '../writing/intent';
import type { Operation, RawParameters } from './operation';
import { look, previewOf, show } from '../writing/look';
import { unchanged, type Kind } from '../writing/report';
import { begin, resume } from '../writing/write';
import { type Failure, isFailure } from '../outcome/failure';
import type { WriteRecord } from '../records/record';

const amounts = {
	parameter: 'updateFields',
	label: 'Update Fields',
	describe: (meaning: string) => `${meaning}; replaces what is there`,
} as const;

export const updateBalance: Operation = {
	name: 'updateBalance',
	label: ({ label }) => `Update ${label} Balance`,
	action: ({ name }) => `Update ${name} balance`,
	description: ({ noun }) => `Set what one ${noun} has left to absolute amounts`,
	token: () => 'employee',
	byId: true,
	amounts,
	options: writeOptions,
	prepare: (raw, kind, item) => forOwner(readOwner(kind, raw[kind.idParameter]), (owner) => prepare(raw, owner, item)),
};

/** Today's API ignores fields that it does not know: a reply without the amounts is still Zoo's answer. */
const kind: Kind = { adds: false, isEnough: (reply) => reply.model !== undefined };

function prepare(raw: RawParameters, owner: Owner | Refusal, item: number): Task | Failure {
	const intent = readIntent(raw, owner, item, { ...amounts, sign: 'unsigned', options: writeOptions });
	if (isFailure(intent)) return intent;
	const { subject, options, ownerKey } = intent;
	const tooMuch = aboveMaximum(intent.amounts, options);
	if (tooMuch) return invalidInput(subject, tooMuch);
	const run: Task['run'] = async (session, resumed) => await update(session, intent, resumed);
	return { subject, options, ownerKey, ...(!options.dryRun && { writes: requestOf(intent, false) }), run };
}

async function update(session: ItemSession, intent: WriteIntent, resumed: WriteRecord | undefined): Promise<Result> {
	if (resumed) return await resume(session, intent, kind, resumed);
	const { options, amounts: target } = intent;
	const before = options.dryRun || options.onlyIf ? await look(session, intent) : undefined;
	if (isFailure(before)) return before;
	const preview = previewOf(session, intent, target, before);
	if (before && options.dryRun) return show(session, intent, before, { preview });
	if (before && holds(before.balance, target)) return unchanged(session, intent, before, { preview });
	return await begin(session, { intent, kind, inDoubt: 'no' }, preview);
}

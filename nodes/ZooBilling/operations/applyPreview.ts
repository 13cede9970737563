// Apply Balance Preview: writes just what a dry run has previewed, once, and only while the balance is as it was.

import { amountIn } from '../balance/confirm';
import { balanceModels, type BalanceModel } from '../balance/fields';
import { ownerKeyOf, type Owner, type OwnerKind } from '../balance/owner';
import { changesIn, ownerOf, paymentIn, targetOf } from '../writing/preview';
import { readMoment } from '../balance/moment';
import { decide } from '../writing/decision';
import { invalidInput } from '../outcome/inputFailures';
import { alreadyThere, changedMeanwhile } from '../outcome/writeFailures';
import type { ItemSession, Task } from '../pass/item';
import type { Result } from '../outcome/result';
import type { Subject } from '../outcome/subject';
import { readOptions, type OptionName, type Options } from './options';
import { Refusal, quoteValue } from '../text/refusal';
import { aboveMaximum, inModel, type WriteIntent } from '../writing/intent';
import type { Operation, RawParameters } from './operation';
import { readStored, type StoredPreview } from '../writing/storedPreview';
import { look } from '../writing/look';
import { sightOf, type Kind } from '../writing/report';
import { begin, resume } from '../writing/write';
import { type Failure, isFailure } from '../outcome/failure';
import { type WriteRecord, previewName } from '../records/record';
import type { InDoubt } from '../zoo/retry';

const options: readonly OptionName[] = [
	'includeTotalDue',
	'maxAmount',
	'maxConcurrency',
	'onDifference',
	'output',
	'outputFields',
	'retryFor',
	'timeout',
	'validFor',
];
const OTHER_OPTIONS = 'Remove it here: a preview says for itself what is written, and on what terms.';

export const applyPreview: Operation = {
	name: 'applyPreview',
	label: ({ label }) => `Apply ${label} Balance Preview`,
	action: ({ name }) => `Apply ${name} balance preview`,
	description: ({ noun }) =>
		`Write what a dry run has previewed for one ${noun}, once, and only while the balance is still as it was`,
	token: () => 'employee',
	byId: false,
	preview: true,
	options,
	prepare,
};

const kind: Kind = {
	adds: true,
	isEnough: ({ balance }, target) => target.every(({ field }) => amountIn(balance, field) !== undefined),
	unsent: (subject, sight) => changedMeanwhile(subject, { outcome: 'unknown', attempts: 0 }, sight),
};

interface Applying {
	readonly stored: StoredPreview['preview'];
	readonly sentBefore: InDoubt;
	readonly intent: WriteIntent;
}

function prepare(raw: RawParameters, owner: OwnerKind, item: number): Task | Failure {
	const read = readStored(raw['preview'], owner);
	if (read instanceof Refusal) return invalidInput({ item }, read);
	const { id, preview: stored } = read;
	const { reference } = stored;
	const subject = { item, owner: ownerOf(stored), asked: stored.to, ...(reference !== undefined && { reference }) };
	const sentBefore = readSentBefore(raw['sentBefore']);
	if (sentBefore instanceof Refusal) return invalidInput(subject, sentBefore);
	const model = balanceModels[stored.balanceModel];
	const chosen = readOptions(raw['options'], options, OTHER_OPTIONS);
	if (chosen instanceof Refusal) return invalidInput(subject, chosen);
	const intent = intentOf(subject, stored, model, chosen);
	const tooMuch = aboveMaximum(changesIn(stored), chosen);
	if (tooMuch) return invalidInput(subject, tooMuch);
	const applying = { stored, sentBefore, intent };
	return {
		subject,
		options: chosen,
		ownerKey: intent.ownerKey,
		writes: {
			fingerprint: previewName(id, stored),
			adds: true,
			payment: paymentIn(stored),
			applies: id,
			perhaps: sentBefore === 'maybeApplied',
		},
		run: async (session, resumed) => await apply(session, applying, resumed),
	};
}

function readSentBefore(value: unknown): InDoubt | Refusal {
	if (value === 'no') return 'no';
	if (value === 'perhaps') return 'maybeApplied';
	const next = "Give 'no' for a preview that nothing has sent yet, 'perhaps' for one that may have been sent.";
	return new Refusal(`'Sent Before' is none of its choices: ${quoteValue(value)}`, next);
}

function intentOf(
	subject: Subject & { readonly owner: Owner },
	stored: StoredPreview['preview'],
	model: BalanceModel,
	chosen: Options,
): WriteIntent {
	const { owner } = subject;
	return {
		subject,
		owner,
		ownerKey: ownerKeyOf(owner),
		model,
		amounts: targetOf(stored),
		options: inModel(chosen, model),
	};
}

async function apply(session: ItemSession, applying: Applying, resumed: WriteRecord | undefined): Promise<Result> {
	const { stored, intent } = applying;
	if (stored.host !== session.host) {
		const next = `Use the credential of the host that it was made with, or preview it anew.`;
		return invalidInput(
			intent.subject,
			new Refusal(`'Preview' was made for another host: ${quoteValue(stored.host)}`, next),
		);
	}
	return resumed ? await resume(session, intent, kind, resumed) : await first(session, applying);
}

/** As far as the clocks of machines may differ, in milliseconds. */
const CLOCKS_DIFFER = 3_600_000;

/** Whether no balance of today could be newer: each would pass for an old one. */
function isToCome({ updatedAt }: StoredPreview['preview'], now: number): boolean {
	const moment = readMoment(updatedAt);
	return moment !== undefined && moment.seconds > now + CLOCKS_DIFFER;
}

async function first(session: ItemSession, { stored, sentBefore, intent }: Applying): Promise<Result> {
	if (isToCome(stored, session.exchange.now())) {
		const next = "Preview it anew, and see that this machine's clock is right.";
		return invalidInput(intent.subject, new Refusal("'Preview' holds a time that has not come yet: updatedAt", next));
	}
	if (sentBefore !== 'no') return await begin(session, { intent, kind, inDoubt: sentBefore }, stored);
	const now = await look(session, intent, stored.updatedAt);
	if (isFailure(now)) return now;
	const is = (inDoubt: InDoubt) => decide(stored, now, { inDoubt, conditions: [], concurrentWriter: false });
	if (is('no') === 'send') return await begin(session, { intent, kind, inDoubt: 'no' }, stored);
	const sight = sightOf(intent, stored, now);
	// Somebody has changed the balance by just this, or an earlier run has: a person decides.
	if (is('maybeApplied') === 'confirm') return alreadyThere(intent.subject, sight);
	return changedMeanwhile(intent.subject, { outcome: 'notSent', attempts: 0 }, sight);
}

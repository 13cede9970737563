// Rules of the payment inbox, checked when the world is over: each payment is added once, or a person is asked.

import type { Chronicle, Impossibility, Kept } from '../chronicle';
import type { Row } from '../inbox';
import { stand } from '../money';
import { areClose, toOf, type Truth } from './money';

export function checkInbox(chronicle: Chronicle, rows: readonly Row[], truth: Truth): void {
	const { isCalm, credit = 1, hasMoments } = truth;
	// Of a balance from before an earlier payment the table tells, where Zoo says when it was updated.
	const isExcuse = (excuse: Impossibility) => excuse !== 'crash' && !(hasMoments && excuse === 'staleLook');
	for (const { name, status, preview } of rows) {
		const attempts = chronicle.attempts.filter(({ once }) => once.includes(`payment ${name}`));
		const writers = [...attempts.map(({ writer }) => writer), ...(preview ? [preview.by] : [])];
		const isExcused = writers.some(({ excuses }) => [...excuses].some(isExcuse));
		const isAdded = attempts.some(({ account: { versions }, applied }) =>
			applied.some((index) => {
				const [before, after] = [versions[index - 1], versions[index]];
				return before && after && !stand(before.amounts, after.amounts);
			}),
		);
		if (isCalm && status !== 'done') chronicle.breaks('where nothing goes wrong, every payment is added', name);
		if (isExcused) continue;
		// Less than a whole credit may be rounded away.
		const isApplied = attempts.some(({ applied }) => applied.length > 0);
		if (status === 'done' && !isApplied && preview && isByAnother(preview, credit)) {
			for (const { given, excuses } of chronicle.writers) if (given?.payment === name) excuses.add('sameByAnother');
		} else if (status === 'done' && !isApplied) chronicle.breaks('a payment that is done was added', name);
		if (status === 'due' && isAdded) chronicle.breaks('a payment that is due was not added', name);
		if (status === 'person' && isAdded && !preview) chronicle.breaks('a payment without a preview was not added', name);
	}
}

/** Somebody else has set just these amounts since the preview was made. */
function isByAnother(kept: Kept, credit: number): boolean {
	const since = kept.account.versions.slice((kept.look?.version ?? 0) + 1);
	return since.some(({ by, amounts }) => typeof by === 'string' && areClose(toOf(kept), amounts, credit));
}

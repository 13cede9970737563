// What n8n, the journal and the editor are told of each operation, and what its parameters are refused for.

import { Failure } from '../../nodes/ZooBilling/failures/failure';
import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { adjustBalance } from '../../nodes/ZooBilling/operations/adjustBalance';
import { operations } from '../../nodes/ZooBilling/operations/all';
import { updateBalance } from '../../nodes/ZooBilling/operations/updateBalance';
import { apiCredits, ORG_ID, prePay } from './given';

it('an adjustment adds, a preview names the owner by itself, and the token’s own balance needs no ID', () => {
	const flags = operations.map(({ name, adds = false, byId, preview = false }) => [name, adds, byId, preview]);
	expect(flags).toEqual(
		expect.arrayContaining([
			['adjustBalance', true, true, false],
			['updateBalance', false, true, false],
			['applyPreview', false, false, true],
		]),
	);
});

it('credits are derived in the model that has cash only', () => {
	expect(adjustBalance.options(prePay)).toContain('creditMultiplier');
	for (const model of [apiCredits, undefined]) {
		const names: readonly string[] = adjustBalance.options(model);
		expect(names.slice(-1)).toEqual(['repeatedReference']);
		expect(names).not.toContain('creditMultiplier');
	}
	expect(updateBalance.options(prePay)).not.toContain('repeatedReference');
});

it('the total due is asked for in the model that does not tell it by itself', () => {
	expect(updateBalance.options(apiCredits)).toContain('includeTotalDue');
	for (const model of [prePay, undefined]) expect(updateBalance.options(model)).not.toContain('includeTotalDue');
});

const adjusting = (adjustFields: object, options: object) =>
	adjustBalance.prepare({ orgId: ORG_ID, amountUnit: 'usd', adjustFields, options }, ownerKinds.org, 3);

it.each<[string, object, object, string]>([
	[
		'with credits that are given and derived',
		{ prePayCashRemaining: '5', prePayCreditsRemaining: '1' },
		{ creditMultiplier: '2' },
		"'Pre-Pay Credits' and 'Credit Multiplier' are both set [item 3]",
	],
	[
		'with credits to be derived from no cash',
		{ monthlyCreditsRemaining: '5' },
		{ creditMultiplier: '2' },
		"'Credit Multiplier' is set, but 'Pre-Pay Cash' is not [item 3]",
	],
	[
		'above the maximum',
		{ prePayCashRemaining: '-5.01' },
		{ maxAmount: '5' },
		"'Pre-Pay Cash' is above 'Max Amount (USD)': -5.01 USD [item 3]",
	],
])('an adjustment %s is refused', (_, fields, options, what) => {
	const checked = adjusting(fields, options);
	expect(checked).toMatchObject({ what, details: { reason: 'invalidInput', orgId: ORG_ID } });
});

it('an adjustment up to the maximum is not refused', () => {
	expect(adjusting({ prePayCashRemaining: '5.00' }, { maxAmount: '5' })).not.toBeInstanceOf(Failure);
});

// What n8n, the journal and the editor are told of each operation, and what its parameters are refused for.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { adjustBalance } from '../../nodes/ZooBilling/operations/adjustBalance';
import { operations } from '../../nodes/ZooBilling/operations/all';
import { ORG_ID } from './given';

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
		'with credits to be derived from API credits',
		{ stableApiCreditsRemainingMonetaryValue: '5' },
		{ creditMultiplier: '2' },
		"'Credit Multiplier' is set, but 'Pre-Pay Cash' is not [item 3]",
	],
	[
		'with a condition of the other kind of balance',
		{ prePayCashRemaining: '5' },
		{ onlyIf: { stableApiCreditsRemainingMonetaryValue: '5' } },
		"'Only If Balance Is' has 'API Credits (Stable)', but what is to be written are pre-pay amounts [item 3]",
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
	expect(adjusting({ prePayCashRemaining: '5.00' }, { maxAmount: '5' })).not.toMatchObject({ kind: 'failure' });
});

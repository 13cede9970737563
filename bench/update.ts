// The write that is measured everywhere: one amount of an organization is set, with one expression.

export const update = {
	resource: 'org',
	operation: 'updateBalance',
	orgId: '={{ $json.orgId }}',
	amountUnit: 'usd',
	updateFields: { prePayCashRemaining: '50.00' },
	options: {},
};

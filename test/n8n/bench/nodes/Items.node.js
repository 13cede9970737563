// Puts out items for a benchmark, one organization each, without a task runner.
'use strict';

class Items {
	description = {
		displayName: 'Items',
		name: 'items',
		group: ['transform'],
		version: 1,
		description: 'Puts out items',
		defaults: { name: 'Items' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [{ displayName: 'Count', name: 'count', type: 'number', default: 1 }],
	};

	async execute() {
		const count = this.getNodeParameter('count', 0);
		return [
			Array.from({ length: count }, (_, item) => ({
				json: { orgId: `00000000-0000-4000-8000-${String(item).padStart(12, '0')}`, cash: '50.00', credits: '62.50' },
				pairedItem: { item: 0 },
			})),
		];
	}
}

module.exports = { Items };

// Puts out items for a benchmark, one organization each, without a task runner.
'use strict';

const { performance } = require('node:perf_hooks');

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
		properties: [
			{ displayName: 'Count', name: 'count', type: 'number', default: 1 },
			{ displayName: 'Spoil Last', name: 'spoilLast', type: 'boolean', default: false },
		],
	};

	async execute() {
		const count = this.getNodeParameter('count', 0);
		const items = Array.from({ length: count }, (_, item) => ({
			json: { orgId: `00000000-0000-4000-8000-${String(item).padStart(12, '0')}`, cash: '50.00', credits: '62.50' },
			pairedItem: { item: 0 },
		}));
		if (this.getNodeParameter('spoilLast', 0)) items[count - 1].json.orgId = 'none';
		globalThis.itemsPutOutAt = performance.now();
		return [items];
	}
}

module.exports = { Items };

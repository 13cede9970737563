// Notes in a file how long the node before it took, and how many items it wrote; passes on nothing.
'use strict';

const { writeFileSync } = require('node:fs');
const { performance } = require('node:perf_hooks');

class Stopwatch {
	description = {
		displayName: 'Stopwatch',
		name: 'stopwatch',
		group: ['output'],
		version: 1,
		description: 'Notes the time since the items were put out',
		defaults: { name: 'Stopwatch' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [{ displayName: 'File', name: 'file', type: 'string', default: '' }],
	};

	async execute() {
		const took = performance.now() - globalThis.itemsPutOutAt;
		const items = this.getInputData();
		const written = items.filter(({ json }) => json.pre_pay_cash_remaining === '50.00').length;
		writeFileSync(this.getNodeParameter('file', 0), JSON.stringify({ took, items: items.length, written }));
		return [[]];
	}
}

module.exports = { Stopwatch };

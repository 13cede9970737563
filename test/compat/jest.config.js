// The engine tests against the oldest supported n8n-core.
'use strict';

const base = require('../../jest.config.js');

const oldest = '<rootDir>/test/compat/node_modules';

module.exports = {
	...base,
	rootDir: '../..',
	testEnvironment: 'node',
	roots: ['<rootDir>/test/engine'],
	moduleNameMapper: {
		'^(n8n-core|n8n-workflow)$': `${oldest}/$1`,
		'^(n8n-core|n8n-workflow)/(.*)$': `${oldest}/$1/$2`,
	},
	// This n8n cannot block requests yet.
	testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/engine/blocked-by-n8n'],
	globals: { OLDEST_N8N: true },
	// This n8n-core leaves a timer behind that would keep the process alive.
	forceExit: true,
};

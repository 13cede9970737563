// Tests run the TypeScript sources through esbuild and the built package through n8n's own engine.
'use strict';

const { availableParallelism } = require('node:os');

const folders = ['docs', 'engine', 'fuzz', 'package', 'simulation', 'unit', 'zoo-api'];

module.exports = {
	testEnvironment: '<rootDir>/test/worker/environment.js',
	// Not all of test/: where the real n8n has been installed, it lies there.
	roots: folders.map((folder) => `<rootDir>/test/${folder}`),
	testMatch: ['**/*.test.ts'],
	setupFiles: ['<rootDir>/test/chance.ts', '<rootDir>/test/worker/n8n.ts'],
	transform: { '^.+\\.ts$': '<rootDir>/scripts/transform.js' },
	maxWorkers: availableParallelism(),
	testTimeout: 30_000,
};

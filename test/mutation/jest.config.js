// Runs what judges mutants, without type checks.
'use strict';

module.exports = {
	testEnvironment: 'node',
	rootDir: '../..',
	roots: ['<rootDir>/test/mutation'],
	testMatch: ['**/judges.ts'],
	moduleNameMapper: { '^n8n-workflow$': '<rootDir>/test/mutation/n8n-workflow.ts' },
	transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false, isolatedModules: true }] },
	testTimeout: 30_000,
};

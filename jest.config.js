// Tests run the TypeScript sources through ts-jest and the built package through n8n's own engine.
'use strict';

module.exports = {
	testEnvironment: 'node',
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/n8n/'],
	modulePathIgnorePatterns: ['<rootDir>/test/n8n/', '<rootDir>/test/compat/', '<rootDir>/dist/'],
	setupFiles: ['<rootDir>/test/chance.ts'],
	transform: { '^.+\\.ts$': 'ts-jest' },
	testTimeout: 30_000,
};

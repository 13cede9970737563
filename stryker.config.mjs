// Mutation testing of the write path: small changes of its code, each of which the unit tests or a second of fixed worlds must notice.

export default {
	testRunner: 'judges',
	plugins: ['./test/mutation/runner.mjs'],
	coverageAnalysis: 'perTest',
	mutate: [
		'nodes/ZooBilling/balance/*.ts',
		'nodes/ZooBilling/zoo/{retry,session}.ts',
		'nodes/ZooBilling/records/*.ts',
		'nodes/ZooBilling/pass/{run,schedule}.ts',
		'nodes/ZooBilling/operations/{adjustBalance,applyPreview,updateBalance}.ts',
		'nodes/ZooBilling/writing/{decision,look,preview,protocol,report,storedPreview,write}.ts',
	],
	checkers: [],
	disableTypeChecks: true,
	// Texts for people are compared with the documentation, not here.
	mutator: { excludedMutations: ['StringLiteral'] },
	ignorers: ['texts'],
	ignorePatterns: ['/test/n8n', '/test/engine', '/test/compat', '/dist', '/docs', '/examples'],
	tempDirName: '.stryker-tmp',
	reporters: ['clear-text', 'progress-append-only'],
	clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
	concurrency: 2,
	// For a busy machine: what waits for nothing is noticed sooner.
	timeoutMS: 30_000,
	thresholds: { high: 100, low: 95, break: 95 },
};

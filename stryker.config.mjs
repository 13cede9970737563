// Mutation testing of the write path: small changes of its code, each of which the unit tests or a second of fixed worlds must notice.

export default {
	testRunner: 'jest',
	plugins: ['@stryker-mutator/jest-runner'],
	jest: { configFile: 'test/mutation/jest.config.js', enableFindRelatedTests: false },
	coverageAnalysis: 'perTest',
	mutate: [
		'nodes/ZooBilling/balance/{adjust,amounts,confirm,moment,preview,standing}.ts',
		'nodes/ZooBilling/zoo/{retry,exchange,sending}.ts',
		'nodes/ZooBilling/{journal,register,schedule,run}.ts',
		'nodes/ZooBilling/operations/{look,write,report,adjustBalance,updateBalance,applyPreview,storedPreview}.ts',
	],
	checkers: [],
	disableTypeChecks: true,
	// Texts for people are compared with the documentation, not here.
	mutator: { excludedMutations: ['StringLiteral'] },
	ignorePatterns: ['/test/n8n', '/test/engine', '/test/compat', '/dist', '/docs/images'],
	tempDirName: '.stryker-tmp',
	reporters: ['clear-text', 'progress-append-only'],
	clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
	concurrency: 2,
	// A runner keeps what it has loaded for each mutant, and gets slow.
	maxTestRunnerReuse: 25,
	timeoutMS: 4_000,
	thresholds: { high: 100, low: 95, break: 95 },
};

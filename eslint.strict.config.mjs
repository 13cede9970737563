// Our lint, for all sources: what n8n asks of community nodes, on top of strict TypeScript rules. The file beside it is
// n8n's own and has to stay as it is, for n8n Cloud.

import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import js from '@eslint/js';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

import lineLength from './scripts/line-length.js';

const typed = {
	files: ['**/*.{ts,mts}'],
	languageOptions: { parserOptions: { project: ['./tsconfig.json', './test/n8n/tsconfig.json'] } },
	linterOptions: { noInlineConfig: true },
};

export default tseslint.config(
	{ ignores: ['dist/', '**/node_modules/', '.stryker-tmp/'] },
	// Plain JavaScript has no types to check it by.
	{
		files: ['**/*.{js,mjs}'],
		extends: [js.configs.recommended, tseslint.configs.strict],
		languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
		linterOptions: { noInlineConfig: true },
		// Taken for TypeScript's job by the rules above.
		rules: { 'no-undef': 'error' },
	},
	{
		files: ['**/*.js'],
		languageOptions: { sourceType: 'commonjs' },
		rules: { '@typescript-eslint/no-require-imports': 'off' },
	},
	{ ...typed, extends: [tseslint.configs.strictTypeChecked] },
	{
		...typed,
		rules: {
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
			'@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
			// The journal is plain data, which n8n stores; a Map would not survive that.
			'@typescript-eslint/no-dynamic-delete': 'off',
			// `_` marks a value that is taken out to be left out.
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ varsIgnorePattern: '^_', argsIgnorePattern: '^_', ignoreRestSiblings: true },
			],
		},
	},
	{
		// A pattern that takes more than linear time lets one long text from outside stop n8n for everybody.
		files: ['nodes/**/*.ts', 'credentials/**/*.ts'],
		plugins: { regexp },
		rules: {
			'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
			'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false }],
		},
	},
	{
		// JSON that a test has just seen written needs no guards.
		files: ['test/**/*.{ts,mts}'],
		rules: Object.fromEntries(
			['argument', 'assignment', 'call', 'member-access', 'return'].map((kind) => [
				`@typescript-eslint/no-unsafe-${kind}`,
				'off',
			]),
		),
	},
	{
		// What the real n8n brings along is known to TypeScript only where it has been installed.
		files: ['test/n8n/**/*.{ts,mts}'],
		rules: {
			'@typescript-eslint/restrict-plus-operands': ['error', { allowAny: true }],
			'@typescript-eslint/no-floating-promises': [
				'error',
				// The runner waits for its tests itself.
				{ allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['describe', 'it'] }] },
			],
		},
	},
	{
		// What ships is read more often than it is written: a function that no longer fits half a screen is two functions.
		files: ['nodes/**/*.ts', 'credentials/**/*.ts'],
		plugins: { own: { rules: { 'line-length': lineLength } } },
		rules: {
			complexity: ['error', 10],
			'max-lines-per-function': ['error', { max: 30, skipBlankLines: true, skipComments: true }],
			'max-params': ['error', 4],
			'no-nested-ternary': 'error',
			'own/line-length': 'error',
		},
	},
	{ ...n8nCommunityNodesPlugin.configs.recommended, files: ['nodes/**/*.ts', 'credentials/**/*.ts', 'package.json'] },
	{
		files: ['package.json'],
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'], project: null } },
		extends: [tseslint.configs.disableTypeChecked],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: n8nNodesBase.configs.community.rules,
	},
	// The documentation is a URL, not one of n8n's own page names.
	{
		files: ['credentials/**/*.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: {
			...n8nNodesBase.configs.credentials.rules,
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: {
			...n8nNodesBase.configs.nodes.rules,
			// These two want string literals, which n8n's newer rule for community nodes forbids.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
		},
	},
);

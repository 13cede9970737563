// Lint: n8n's rules for community nodes and its base rules for node descriptions, on top of strict TypeScript rules.

import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const typed = {
	files: ['**/*.ts'],
	languageOptions: { parserOptions: { project: './tsconfig.json' } },
	linterOptions: { noInlineConfig: true },
};

export default tseslint.config(
	{ ignores: ['dist/', 'test/compat/', 'node_modules/', 'test/n8n/', '**/*.js', '**/*.mjs'] },
	{ ...typed, extends: [tseslint.configs.strictTypeChecked] },
	{
		...typed,
		rules: {
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
			'@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
			// The ledger is plain data, which n8n stores; a Map would not survive that.
			'@typescript-eslint/no-dynamic-delete': 'off',
			// `_` marks a value that is taken out to be left out.
			'@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
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
		files: ['test/**/*.ts'],
		rules: Object.fromEntries(
			['argument', 'assignment', 'call', 'member-access', 'return'].map((kind) => [
				`@typescript-eslint/no-unsafe-${kind}`,
				'off',
			]),
		),
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

// How esbuild makes n8n's files of the sources, in the build and while somebody develops.
'use strict';

const { join } = require('node:path');
const { compileFunction } = require('node:vm');

const esbuild = require('esbuild');

/** n8n loads plain CommonJS and gives a community node no dependencies, so zod, big.js and lossless-json go inside. */
const plain = {
	bundle: true,
	platform: 'node',
	format: 'cjs',
	target: 'node20',
	// The second one is a bundle of its own, for the first execution: n8n reads descriptions whenever it starts.
	external: ['n8n-workflow', './execution.js'],
	legalComments: 'none',
	treeShaking: true,
};

/** The properties go in as plain data: the code that puts them together would bring all operations along. */
const propertiesAsData = {
	name: 'properties as data',
	setup: (build) =>
		build.onLoad({ filter: /[\\/]editor[\\/]properties\.ts$/ }, async ({ path }) => {
			const { absWorkingDir = process.cwd() } = build.initialOptions;
			const bundled = { ...plain, absWorkingDir, entryPoints: [path], write: false, metafile: true };
			const { outputFiles, metafile } = await esbuild.build(bundled);
			const watchFiles = Object.keys(metafile.inputs).map((file) => join(absWorkingDir, file));
			return { contents: JSON.stringify(exportsOf(outputFiles[0].text)), loader: 'json', watchFiles };
		}),
};

function exportsOf(code) {
	const module = { exports: {} };
	compileFunction(code, ['module', 'exports', 'require'])(module, module.exports, require);
	return module.exports;
}

/** @type {import('esbuild').BuildOptions} */
exports.bundling = {
	...plain,
	entryPoints: [
		'nodes/ZooBilling/ZooBilling.node.ts',
		'nodes/ZooBilling/execution.ts',
		'credentials/ZooApi.credentials.ts',
	],
	outbase: '.',
	// It is required like any other, so that n8n lets go of it when it loads the package anew.
	supported: { 'dynamic-import': false },
	plugins: [propertiesAsData],
};

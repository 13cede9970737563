// How esbuild makes n8n's two files of the sources, in the build and while somebody develops.
'use strict';

/**
 * n8n loads plain CommonJS and gives a community node no dependencies, so zod, big.js and lossless-json go inside.
 *
 * @type {import('esbuild').BuildOptions}
 */
exports.bundling = {
	entryPoints: ['nodes/ZooBilling/ZooBilling.node.ts', 'credentials/ZooApi.credentials.ts'],
	outbase: '.',
	bundle: true,
	platform: 'node',
	format: 'cjs',
	target: 'node20',
	external: ['n8n-workflow'],
	legalComments: 'none',
	treeShaking: true,
};

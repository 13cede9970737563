// How Jest gets its TypeScript: by esbuild, file by file. The types are checked once, by the build.
'use strict';

const { createHash } = require('node:crypto');
const { basename } = require('node:path');

const esbuild = require('esbuild');

/** @type {import('esbuild').TransformOptions} */
const options = { loader: 'ts', format: 'cjs', target: 'node20', sourcemap: 'inline' };

module.exports = {
	process: (source, path) => esbuild.transformSync(source, { ...options, sourcefile: basename(path) }),
	getCacheKey: (source, path) =>
		createHash('sha256')
			.update(JSON.stringify([source, path, options, esbuild.version]))
			.digest('hex'),
};

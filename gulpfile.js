// The build: type-check, bundle, icons, codex, output previews and licence notices, from clean into dist/.
'use strict';

const { execFile } = require('node:child_process');
const { readFile, rm, writeFile } = require('node:fs/promises');
const { promisify } = require('node:util');
const esbuild = require('esbuild');
const { dest, parallel, series, src } = require('gulp');

const { bundling } = require('./scripts/bundling.js');

const run = promisify(execFile);

async function clean() {
	await rm('dist', { recursive: true, force: true });
}

async function typeCheck() {
	await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.']).catch(({ stdout, stderr }) => {
		throw new Error(stdout + stderr);
	});
}

async function bundle() {
	await esbuild.build({ ...bundling, outdir: 'dist', minifySyntax: true, minifyWhitespace: true });
}

/** For a debugger, which then knows the lines of the sources. */
async function bundleWithMaps() {
	await esbuild.build({ ...bundling, outdir: 'dist', sourcemap: 'linked' });
}

function icons() {
	return src('icons/*.svg').pipe(dest('dist/icons'));
}

function codex() {
	return src('nodes/**/*.node.json', { base: '.' }).pipe(dest('dist'));
}

async function previews() {
	await run(process.execPath, ['--import', 'tsx', 'scripts/write-previews.ts', 'dist/nodes/ZooBilling/__schema__']);
}

const bundled = ['big.js', 'lossless-json', 'zod'];

async function notices() {
	const texts = await Promise.all(
		bundled.map(async (name) => {
			const { version } = JSON.parse(await readFile(`node_modules/${name}/package.json`, 'utf8'));
			const licence = await licenceOf(name);
			return `## ${name} ${version}\n\n${licence.trim()}\n`;
		}),
	);
	await writeFile('dist/THIRD_PARTY_NOTICES.md', `# Libraries bundled in this package\n\n${texts.join('\n')}`);
}

async function licenceOf(name) {
	for (const file of ['LICENSE', 'LICENSE.md', 'LICENCE.md', 'LICENCE']) {
		const text = await readFile(`node_modules/${name}/${file}`, 'utf8').catch(() => undefined);
		if (text) return text;
	}
	throw new Error(`${name} has no licence file to pass on`);
}

exports.build = series(clean, parallel(typeCheck, bundle, icons, codex), parallel(previews, notices));
exports.debug = series(clean, parallel(bundleWithMaps, icons, codex), parallel(previews, notices));
exports.clean = clean;
exports.default = exports.build;

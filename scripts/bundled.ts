// Audits the libraries inside the bundle: what is really in it, its pinned version, its licence, its notice, and on request known advisories.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildSync } from 'esbuild';

import { isRecord } from '../nodes/ZooBilling/text/refusal';
import { bundling } from './bundling';

export interface Library {
	readonly name: string;
	readonly version: string;
	readonly licence: string;
}

/** Licences that ask for nothing but their notice. */
const permissive = ['0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** The libraries of a fresh build, which has to be in dist/; throws where one is not pinned, not permissive or without notice. */
export function auditBundled(): Library[] {
	const pinned = record(readJson('package.json')['devDependencies']);
	const locked = record(readJson('package-lock.json')['packages']);
	const notices = readFileSync('dist/THIRD_PARTY_NOTICES.md', 'utf8');
	const names = bundledNames();
	const noticed = [...notices.matchAll(/^## (\S+) \S+$/gm)].map(([, name]) => name).sort();
	expect(
		names.length > 0 && String(noticed) === String(names),
		`dist/ holds ${names.join(', ')}, but its notices name ${noticed.join(', ')}`,
	);
	return names.map((name) => {
		const { version, license } = readJson(join('node_modules', name, 'package.json'));
		expect(typeof version === 'string' && typeof license === 'string', `${name} has no version or licence`);
		const library = { name, version: String(version), licence: String(license) };
		expect(
			pinned[name] === version,
			`package.json asks for ${name} ${String(pinned[name])}, ${library.version} is installed`,
		);
		expect(
			record(locked[`node_modules/${name}`])['version'] === version,
			`package-lock.json has another version of ${name} than ${library.version}`,
		);
		expect(permissive.includes(library.licence), `${name} has the licence ${library.licence}`);
		expect(
			new RegExp(`^## ${name} ${library.version}\\n[^#]*copyright`, 'im').test(notices),
			`the notice of ${name} ${library.version} is not in dist/`,
		);
		return library;
	});
}

/** By what goes into the bundles; in their text there are no names of files. */
function bundledNames(): string[] {
	const { metafile } = buildSync({ ...bundling, plugins: [], outdir: 'dist', write: false, metafile: true });
	const names = Object.keys(metafile.inputs).flatMap((file) => {
		const [, name] = /(?:^|.*\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
		return name === undefined ? [] : [name];
	});
	return [...new Set(names)].sort();
}

/** Known advisories for the bundled libraries, one line each, as npm's own audit reports them; throws where the registry tells of none at all. */
function advisoriesFor(libraries: readonly Library[]): string[] {
	const { vulnerabilities: affected, message } = record(JSON.parse(auditReport()));
	if (!isRecord(affected))
		throw new Error(
			`the advisories are unknown, npm audit gave no report: ${typeof message === 'string' ? message : 'no reason given'}`,
		);
	return libraries.flatMap(({ name, version }) => {
		const { nodes, via } = record(affected[name]);
		if (!Array.isArray(nodes) || !nodes.includes(`node_modules/${name}`)) return [];
		return [`${name} ${version}: ${JSON.stringify(via)}`];
	});
}

/** npm exits with 1 when it has found something anywhere, the tools included, and when it could not ask. */
function auditReport(): string {
	try {
		return execFileSync('npm', ['audit', '--json'], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
			maxBuffer: 1e8,
		});
	} catch (error) {
		return isRecord(error) && typeof error['stdout'] === 'string' && error['stdout'] !== '' ? error['stdout'] : '{}';
	}
}

function readJson(path: string): Record<string, unknown> {
	return record(JSON.parse(readFileSync(path, 'utf8')));
}

function record(value: unknown): Record<string, unknown> {
	return isRecord(value) ? value : {};
}

function expect(holds: boolean, otherwise: string): void {
	if (!holds) throw new Error(otherwise);
}

if (require.main === module) {
	try {
		const libraries = auditBundled();
		console.table(libraries);
		if (process.argv.includes('--advisories')) {
			const found = advisoriesFor(libraries);
			expect(found.length === 0, found.join('\n'));
			console.log('no known advisory for any of them');
		}
	} catch (error) {
		console.error(error instanceof Error ? error.message : error);
		process.exitCode = 1;
	}
}

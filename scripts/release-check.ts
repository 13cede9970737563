// Everything that a release needs, in one command: each check by name with what it found, and a non-zero exit if one does not hold.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { isRecord } from '../nodes/ZooBilling/text/refusal';
import { auditBundled } from './bundled';

/** A check's finding in a few words; it throws when the check does not hold. */
type Check = () => string | Promise<string>;

const MOST_BYTES = 85_000;
const lifecycle = [
	'preinstall',
	'install',
	'postinstall',
	'preprepare',
	'prepare',
	'postprepare',
	'prepublish',
	'prepublishOnly',
	'prepack',
	'postpack',
	'publish',
	'postpublish',
	'dependencies',
];
/** What a user needs; everything else stays out of the tarball. */
const wanted = [
	/^(LICENSE|README)\.md$/,
	/^package\.json$/,
	/^dist\/THIRD_PARTY_NOTICES\.md$/,
	/^dist\/credentials\/ZooApi\.credentials\.js$/,
	/^dist\/icons\/zooBilling(\.dark)?\.svg$/,
	/^dist\/nodes\/ZooBilling\/(ZooBilling\.node\.(js|json)|execution\.js)$/,
	/^dist\/nodes\/ZooBilling\/__schema__\/v\d+\.\d+\.\d+\/(org|user)\/\w+\.json$/,
];
/** Shapes of tokens and keys: Zoo, Stripe, GitHub, npm, AWS, Slack, private keys, bearer headers. */
const secrets =
	/\bapi-[0-9a-f]{8}-[0-9a-f]{4}-|\b[srp]k_(live|test)_\w{8}|\bwhsec_\w{8}|\bgh[pousr]_\w{20}|\bgithub_pat_\w{20}|\bnpm_\w{30}|\bAKIA[0-9A-Z]{16}|\bxox[abprs]-\w{8}|-----BEGIN [A-Z ]*PRIVATE KEY|Bearer [\w.-]{20}/;

const folder = mkdtempSync(join(tmpdir(), 'release-check-'));
const packed = join(folder, 'package');
const testReport = join(folder, 'tests.json');

const checks: Readonly<Record<string, Check>> = {
	'versions agree': versions,
	'no lifecycle scripts': () =>
		none(
			'lifecycle scripts',
			lifecycle.filter((name) => name in record(manifest()['scripts'])),
		),
	'no dependencies': () =>
		none(
			'dependencies',
			['dependencies', 'optionalDependencies', 'bundleDependencies', 'bundledDependencies'].filter(
				(kind) => kind in manifest(),
			),
		),
	'peer n8n-workflow only': peers,
	'lockfiles name no download address': lockfiles,
	lint: async () => await npm('lint', 'clean'),
	types: async () => await npm('types', 'clean'),
	build: async () => await npm('build', () => `${Object.keys(hashes('dist')).length} files in dist/`),
	'build is reproducible': reproducible,
	'bundled libraries: versions, licences, notices': () =>
		auditBundled()
			.map(({ name, version, licence }) => `${name} ${version} (${licence})`)
			.join(', '),
	'community scan of tarball and sources': async () => await npm('scan', 'clean'),
	'tarball holds what a user needs': tarball,
	'tarball stays small': () => `${sizeOf(tarballPath())} of at most ${MOST_BYTES} bytes`,
	'tarball holds no secret': noSecrets,
	tests: tests,
	'documentation tells the truth': () => resultsOf('test/docs/'),
	'engine tests on the oldest and newest n8n': async () => await npm('test:compat', 'passed on both'),
	'workflows pass actionlint': async () => await npm('lint:workflows', 'clean'),
};

function versions(): string {
	const { version } = manifest();
	if (typeof version !== 'string') throw new Error('package.json has no version');
	for (const locked of [readJson('package-lock.json'), record(record(readJson('package-lock.json')['packages'])[''])]) {
		if (locked['version'] !== version)
			throw new Error(`package-lock.json says ${String(locked['version'])}, package.json ${version}`);
	}
	const [, entry, date] = /^## \[(\d\S*)\] - (.+)$/m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];
	if (entry !== version || date === undefined)
		throw new Error(`CHANGELOG.md begins with ${entry ?? 'no version'}, package.json says ${version}`);
	const tag = process.env['GITHUB_REF_TYPE'] === 'tag' ? process.env['GITHUB_REF_NAME'] : undefined;
	if (tag === undefined) return `${version}, ${date === 'Unreleased' ? 'not dated yet' : date}`;
	if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, package.json says ${version}`);
	if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new Error(`CHANGELOG.md has no date for ${version}, which is tagged`);
	return `${version}, ${date}, ${tag}`;
}

function peers(): string {
	const found = JSON.stringify(manifest()['peerDependencies']);
	if (found !== '{"n8n-workflow":"*"}') throw new Error(`peerDependencies are ${found}`);
	return found;
}

/** Where a package was downloaded from is nobody else's business, and would bind the lockfile to it. */
function lockfiles(): string {
	const files = ['.', ...readdirSync('test').map((name) => join('test', name))]
		.map((each) => join(each, 'package-lock.json'))
		.filter((path) => existsSync(path));
	none(
		'download addresses',
		files.filter((file) => /"resolved": "https?:/.test(readFileSync(file, 'utf8'))),
	);
	return files.join(', ');
}

async function reproducible(): Promise<string> {
	const first = hashes('dist');
	await npm('build', '');
	const second = hashes('dist');
	const changed = [...new Set([...Object.keys(first), ...Object.keys(second)])].filter(
		(file) => first[file] !== second[file],
	);
	none('files that differ between two builds', changed);
	return `${Object.keys(second).length} files are equal to the byte`;
}

function hashes(root: string): Record<string, string> {
	return Object.fromEntries(
		filesUnder(root).map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
	);
}

async function tarball(): Promise<string> {
	await run('npm', ['pack', '--pack-destination', folder]);
	await run('tar', ['-xzf', tarballPath(), '-C', folder]);
	const files = filesUnder(packed).map((path) => relative(packed, path));
	none(
		'files that a user does not need',
		files.filter((file) => !wanted.some((pattern) => pattern.test(file))),
	);
	none(
		'kinds of files that are missing',
		wanted.filter((pattern) => !files.some((file) => pattern.test(file))).map(String),
	);
	const { nodes, credentials } = record(manifest()['n8n']);
	none(
		'files that n8n is told of and that are missing',
		[...list(nodes), ...list(credentials)].map(String).filter((file) => !existsSync(join(packed, file))),
	);
	return `${files.length} files`;
}

function tarballPath(): string {
	const [file] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
	if (file === undefined) throw new Error('nothing was packed');
	return join(folder, file);
}

function sizeOf(path: string): number {
	const { size } = statSync(path);
	if (size > MOST_BYTES) throw new Error(`${size} bytes are more than ${MOST_BYTES}`);
	return size;
}

function noSecrets(): string {
	const files = filesUnder(packed);
	if (files.length === 0) throw new Error('nothing was packed');
	none(
		'files with something like a token or key',
		files.filter((path) => secrets.test(readFileSync(path, 'utf8'))).map((path) => relative(packed, path)),
	);
	return `${files.length} files searched`;
}

async function tests(): Promise<string> {
	await run(process.execPath, ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${testReport}`]).catch(
		(error: unknown) => {
			if (!existsSync(testReport)) throw error;
		},
	);
	return resultsOf('test/');
}

/** The counts of the test files under a path, from the report of the one run. */
function resultsOf(path: string): string {
	if (!existsSync(testReport)) throw new Error('the tests did not run to their end');
	const files = list(readJson(testReport)['testResults'])
		.map(record)
		.filter(({ name }) => relative('.', String(name)).startsWith(path));
	const results = files.flatMap(({ assertionResults }) => list(assertionResults)).map(record);
	const broken = files.filter(({ status }) => status !== 'passed').map(({ name }) => relative('.', String(name)));
	const failed = results.filter(({ status }) => status === 'failed').map(({ fullName }) => `\n    ${String(fullName)}`);
	none('test files that do not pass', [...broken, ...failed.slice(0, 10)]);
	if (results.length === 0) throw new Error(`there is no test in ${path}`);
	return `${results.length} tests in ${files.length} files`;
}

/** Runs a script of package.json. `finding`: what to report when it ends well. */
async function npm(script: string, finding: string | (() => string)): Promise<string> {
	await run('npm', ['run', '--silent', script]);
	return typeof finding === 'string' ? finding : finding();
}

async function run(program: string, args: readonly string[]): Promise<string> {
	return await new Promise((resolve, reject) => {
		execFile(program, args, { maxBuffer: 1e8 }, (error, stdout, stderr) => {
			if (error)
				reject(
					new Error(`${program} ${args.join(' ')}\n${(stdout + stderr).trimEnd().split('\n').slice(-40).join('\n')}`),
				);
			else resolve(stdout);
		});
	});
}

function none(what: string, found: readonly string[]): string {
	if (found.length > 0) throw new Error(`${what}: ${found.join(', ')}`);
	return 'none';
}

function filesUnder(root: string): string[] {
	if (!existsSync(root)) return [];
	return readdirSync(root, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
}

function manifest(): Record<string, unknown> {
	return readJson('package.json');
}

function readJson(path: string): Record<string, unknown> {
	return record(JSON.parse(readFileSync(path, 'utf8')));
}

function record(value: unknown): Record<string, unknown> {
	return isRecord(value) ? value : {};
}

function list(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

async function main(): Promise<void> {
	const width = Math.max(...Object.keys(checks).map((name) => name.length));
	const told: string[] = [];
	for (const [name, check] of Object.entries(checks)) {
		const startedAt = Date.now();
		const [mark, finding] = await Promise.resolve()
			.then(check)
			.then(
				(found) => ['✓', found] as const,
				(error: unknown) => ['✗', error instanceof Error ? error.message : String(error)] as const,
			);
		if (mark === '✗') told.push(name);
		console.log(
			`${mark} ${name.padEnd(width)}  ${String(Math.round((Date.now() - startedAt) / 1000)).padStart(3)} s  ${finding}`,
		);
	}
	console.log(
		told.length === 0
			? `\nReady to release: ${Object.keys(checks).length} checks hold.`
			: `\nNot ready: ${told.join(', ')}.`,
	);
	process.exitCode = told.length === 0 ? 0 : 1;
}

void main().finally(() => rmSync(folder, { recursive: true, force: true }));

// The package as n8n gets it: packed, installed in an empty folder, and loaded.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'zoo-package-'));
const installed = join(folder, 'node_modules/n8n-nodes-zoo-billing');

interface Packed {
	filename: string;
	size: number;
	files: Array<{ path: string }>;
}
let packed: Packed;

beforeAll(() => {
	const run = (command: string, args: string[], cwd: string) =>
		execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
	const answer: Packed[] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root));
	const [first] = answer;
	if (!first) throw new Error('npm packed nothing');
	packed = first;
	writeFileSync(join(folder, 'package.json'), '{ "private": true }');
	// n8n-workflow is a peer that n8n brings; without it the package has nothing to download.
	run(
		'npm',
		['install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', join(folder, packed.filename)],
		folder,
	);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('holds what a user needs and nothing else', () => {
	const kinds = packed.files.map(({ path }) => path.replace(/__schema__\/.*/, '__schema__'));
	expect([...new Set(kinds)].sort()).toEqual([
		'LICENSE.md',
		'README.md',
		'dist/THIRD_PARTY_NOTICES.md',
		'dist/credentials/ZooApi.credentials.js',
		'dist/icons/zooBilling.dark.svg',
		'dist/icons/zooBilling.svg',
		'dist/nodes/ZooBilling/ZooBilling.node.js',
		'dist/nodes/ZooBilling/ZooBilling.node.json',
		'dist/nodes/ZooBilling/__schema__',
		'dist/nodes/ZooBilling/execution.js',
		'package.json',
	]);
});

it('stays under 80 kB', () => {
	expect(statSync(join(folder, packed.filename)).size).toBeLessThan(80_000);
});

it('installs nothing beside itself', () => {
	expect(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))).not.toHaveProperty('dependencies');
	expect(Object.keys(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages)).toEqual([
		'',
		'node_modules/n8n-nodes-zoo-billing',
	]);
});

it('has every file that its manifest names', () => {
	const { n8n } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
	for (const file of [...n8n.nodes, ...n8n.credentials]) expect(existsSync(join(installed, file))).toBe(true);
});

it('names the bundled libraries and their licences', () => {
	const notices = readFileSync(join(installed, 'dist/THIRD_PARTY_NOTICES.md'), 'utf8');
	for (const library of ['big.js', 'lossless-json', 'zod'])
		expect(notices).toMatch(new RegExp(`## ${library} \\d+\\.\\d+\\.\\d+\\n\\n[^#]*copyright`, 'i'));
});

it('is eligible for n8n Cloud by n8n’s own check', () => {
	const program = join(root, 'node_modules/@n8n/node-cli/bin/n8n-node.mjs');
	const env = { ...process.env, NO_COLOR: '1' };
	const told = execFileSync(process.execPath, [program, 'cloud-support'], { cwd: root, encoding: 'utf8', env });
	expect(told).toContain('Status: eligible for n8n Cloud');
});

it('loads in a plain Node process with n8n-workflow alone, in less than 4 ms, or on a slow machine a 100th of what n8n-workflow takes', () => {
	// A process of its own each time, as the figure would otherwise be that of a warm cache; the best of a few, as the machine may be busy.
	const file = JSON.stringify(join(installed, 'dist/nodes/ZooBilling/ZooBilling.node.js'));
	const script = `const times = [performance.now()]; require('n8n-workflow'); times.push(performance.now()); const { ZooBilling } = require(${file}); times.push(performance.now()); console.log(JSON.stringify({ name: new ZooBilling().description.name, times }))`;
	const runs = Array.from({ length: 7 }, (): { name: string; times: [number, number, number] } =>
		JSON.parse(
			execFileSync(process.execPath, ['-e', script], {
				cwd: root,
				encoding: 'utf8',
				env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
			}),
		),
	);
	expect(runs.map(({ name }) => name)).toEqual(Array(7).fill('zooBilling'));
	const good = runs.filter(({ times: [start, before, after] }) => after - before < Math.max(4, (before - start) / 100));
	expect(good).not.toEqual([]);
});

// The parts of `npm test` and `npm run test:quick`, side by side where none needs another: each one's output, then the seconds.

import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

const eslint = (cache, ...words) =>
	`eslint --cache --cache-location node_modules/.cache/eslint/${cache}`.split(' ').concat(words);
const format = { run: ['prettier', '--cache', '--check', '--log-level', 'warn', '.'] };
const lint = { run: eslint('strict', '-c', 'eslint.strict.config.mjs', '.') };
const lintAsN8n = { run: eslint('n8n', 'nodes', 'credentials', 'package.json') };

/** `needs`: the part whose result a part needs. `after`: those that it waits for, since some tests are short of time on a busy machine. */
const plans = {
	test: {
		build: { run: ['gulp', 'build'] },
		format,
		lint,
		'lint as n8n does': lintAsN8n,
		'community scan': { run: ['node', 'scripts/scan.mjs'], needs: 'build' },
		tests: { run: ['jest'], needs: 'build', after: ['format', 'lint', 'lint as n8n does', 'community scan'] },
	},
	quick: {
		types: { run: ['tsc', '-p', '.'] },
		'unit tests': { run: ['jest', 'test/unit'] },
		lint,
		'lint as n8n does': lintAsN8n,
		'300 worlds': { run: ['tsx', 'test/simulation/simulate.ts', '--seeds', '300'] },
	},
};

const plan = plans[process.argv[2] ?? ''];
if (!plan) throw new Error(`Which parts? ${Object.keys(plans).join(' or ')}`);

const begun = new Map();
for (const name of Object.keys(plan)) begin(name);
const ends = await Promise.all(begun.values());
for (const { name, seconds, code } of ends)
	console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}${code === 0 ? '' : `: ended with ${code}`}`);
console.log(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  in all`);
process.exitCode = ends.every(({ code }) => code === 0) ? 0 : 1;

function begin(name) {
	if (!begun.has(name)) begun.set(name, end(name));
	return begun.get(name);
}

async function end(name) {
	const { run, needs, after = [] } = plan[name];
	await Promise.all(after.map(begin));
	if (needs !== undefined && (await begin(needs)).code !== 0)
		return { name, seconds: 0, code: `nothing, for want of: ${needs}` };
	const start = performance.now();
	const { code, output } = await outputOf(run);
	const seconds = (performance.now() - start) / 1000;
	console.log(`== ${name} (${seconds.toFixed(1)} s)\n${output}`);
	return { name, seconds, code };
}

function outputOf([command, ...words]) {
	// What npm has put into the path is found by its name alone.
	const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
	return new Promise((resolve, reject) => {
		child.once('error', reject).once('close', (code, signal) => resolve({ code: code ?? signal, output }));
	});
}

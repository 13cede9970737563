// Plants each fault in a bundle of its own, and prints the seed that found it, after how many worlds and seconds.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { build, type Plugin } from 'esbuild';

import { faults, type Fault } from './faults';

const sources = path.resolve(__dirname, '../../nodes/ZooBilling');

function planting({ file, from, to }: Fault): Plugin {
	return {
		name: 'fault',
		setup: (bundle) => {
			bundle.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
				if (loaded !== path.join(sources, file)) return undefined;
				const text = readFileSync(loaded, 'utf8');
				if (text.split(from).length !== 2) throw new Error(`${file} has this not exactly once: ${from}`);
				return { contents: text.replace(from, () => to), loader: 'ts' };
			});
		},
	};
}

async function main(): Promise<void> {
	const folder = mkdtempSync(path.join(tmpdir(), 'zoo-faults-'));
	const word = process.argv[2] ?? '';
	let found = 0;
	const chosen = faults.filter(({ name }) => name.includes(word));
	for (const fault of chosen) {
		const outfile = path.join(folder, 'hunt.js');
		const entry = path.join(__dirname, 'hunt.ts');
		await build({
			entryPoints: [entry],
			bundle: true,
			platform: 'node',
			outfile,
			plugins: [planting(fault)],
			logLevel: 'silent',
		});
		const { seed, seconds, rule }: { seed?: number; seconds: number; rule?: string } = JSON.parse(
			execFileSync(process.execPath, [outfile], { encoding: 'utf8' }),
		);
		if (seed !== undefined) found += 1;
		const by = seed === undefined ? 'NOT FOUND' : `seed ${seed} (${rule ?? ''})`;
		console.log(`${fault.name}: ${by}, ${seconds.toFixed(1)} s`);
	}
	rmSync(folder, { recursive: true });
	console.log(`${found} of ${chosen.length} faults found`);
	if (found < chosen.length) process.exitCode = 1;
}

void main();

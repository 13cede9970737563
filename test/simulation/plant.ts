// Plants each fault in a program of its own, and prints the seed that found it, after how many worlds and seconds.

import { faults } from './faults';
import { programWith, type Start } from './program';
import { onceBroken } from './seeds';
import { liveThrough } from './world';

const MOST = Number(process.env['WORLDS'] ?? 20_000);

/** Those that have once shown a fault of the code come first. */
function* worlds(): Generator<number> {
	yield* onceBroken.map(([seed]) => seed);
	for (let seed = 1; seed <= MOST; seed += 1) yield seed;
}

/** The first world that breaks a rule. */
async function found(node: Start): Promise<{ seed: number; rule: string } | undefined> {
	for (const seed of worlds()) {
		const { broken } = await liveThrough(seed, node);
		const [first] = broken;
		if (first) return { seed, rule: first.rule };
	}
	return undefined;
}

async function main(): Promise<void> {
	const word = process.argv[2] ?? '';
	const chosen = faults.filter(({ name }) => name.includes(word));
	let count = 0;
	for (const fault of chosen) {
		const begun = performance.now();
		const by = await found(await programWith(fault));
		if (by) count += 1;
		const seconds = ((performance.now() - begun) / 1000).toFixed(1);
		console.log(`${fault.name}: ${by ? `seed ${by.seed} (${by.rule})` : 'NOT FOUND'}, ${seconds} s`);
	}
	console.log(`${count} of ${chosen.length} faults found`);
	if (count < chosen.length) process.exitCode = 1;
}

void main();

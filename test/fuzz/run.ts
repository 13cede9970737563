// `npm run prove -- fuzz [cases] [seed]`: prints the seed, which repeats a failure, and what promise was broken.

import { fuzz } from './fuzz';

const [cases = '100000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);

async function main(): Promise<void> {
	console.log(`${cases} cases from seed ${seed} …`);
	const begun = performance.now();
	const broken = await fuzz(Number(cases), Number(seed));
	console.log(broken.length === 0 ? 'No promise was broken' : broken.slice(0, 20).join('\n'));
	console.log(`${Math.round((performance.now() - begun) / 1000)} s`);
	process.exitCode = broken.length === 0 ? 0 : 1;
}

void main();

// Lives through worlds until one breaks a rule, and prints which and how long that took, as JSON.

import { liveThrough } from './world';

const MOST = Number(process.env['WORLDS'] ?? 20_000);

async function main(): Promise<void> {
	const begun = performance.now();
	for (let seed = 1; seed <= MOST; seed += 1) {
		const { broken } = await liveThrough(seed);
		const seconds = (performance.now() - begun) / 1000;
		const [first] = broken;
		if (!first) continue;
		console.log(JSON.stringify({ seed, seconds, rule: first.rule }));
		return;
	}
	console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1000 }));
}

void main();

// Lives through worlds from the command line: `npm run prove -- simulate --seeds 1000 --from 1`, or for as long as `--seconds` says.

import { parseArgs } from 'node:util';

import { Sum } from './sum';
import { liveThrough } from './world';

const { values } = parseArgs({
	options: {
		seeds: { type: 'string', default: '1000' },
		from: { type: 'string', default: '1' },
		seconds: { type: 'string' },
		/** Goes on after a broken rule, and counts them. */
		all: { type: 'boolean', default: false },
		/** Prints the story even where no rule is broken. */
		story: { type: 'boolean', default: false },
	},
});

async function main(): Promise<void> {
	const from = Number(values.from);
	const until = values.seconds === undefined ? from + Number(values.seeds) : Infinity;
	const sum = new Sum();
	for (let seed = from; seed < until; seed += 1) {
		const end = await liveThrough(seed);
		sum.add(end);
		if (values.story || (end.broken.length > 0 && !values.all)) console.log(end.story.join('\n'));
		if (end.broken.length > 0 && !values.all) break;
		if (sum.seconds > Number(values.seconds ?? Infinity)) break;
	}
	console.log(sum.text());
	if (sum.broken.size > 0) process.exitCode = 1;
}

void main();

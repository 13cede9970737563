// `npm run prove -- NAME …`: what takes long and proves something, by its name; what follows goes to it.

import { spawnSync } from 'node:child_process';

const install = 'node --import tsx test/n8n/install.ts';

/** The last command of each takes the words that follow. */
const proofs = {
	simulate: ['tsx test/simulation/simulate.ts'],
	faults: ['tsx test/simulation/plant.ts'],
	mutate: ['stryker run'],
	fuzz: ['gulp build', 'tsx test/fuzz/run.ts'],
	inbox: [install, 'tsc -p test/n8n', 'node --import tsx test/n8n/inbox/run.ts'],
	bench: [install, 'gulp build', 'node --import tsx test/n8n/bench/bench.ts'],
	load: ['gulp build', 'node --import tsx bench/load.ts'],
};

const [name = '', ...words] = process.argv.slice(2);
const commands = Object.hasOwn(proofs, name) ? proofs[name] : undefined;
if (!commands) {
	console.error(`What is to be proven? npm run prove -- ${Object.keys(proofs).join('|')}`);
	process.exit(1);
}
for (const [index, command] of commands.entries()) {
	const [program = '', ...own] = command.split(' ');
	const more = index === commands.length - 1 ? words : [];
	const { status, error } = spawnSync(program, [...own, ...more], { stdio: 'inherit' });
	if (error) throw error;
	if (status !== 0) process.exit(status ?? 1);
}

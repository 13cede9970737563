/** `npm run test:n8n`: the packed node in one real n8n, from what it serves to what its database holds. */
import { after, before, describe } from 'node:test';

import { CleanUp, interruption } from './clean-up';
import { theEditor } from './editor.test';
import { theExamples } from './examples.test';
import { byHand } from './hands.test';
import { aSavedSource } from './hot-reload.test';
import { theImports } from './imports.test';
import { theInbox } from './inbox/workflows.test';
import { whatIsServed } from './served.test';
import { whatIsStored } from './stored.test';
import { startWorld, type World } from './world';

const cleanUp = new CleanUp();

void interruption().then(async () => {
	await cleanUp.run();
	process.exit(130);
});

describe('The packed node in a real n8n', { timeout: 1_200_000 }, () => {
	let started: World | undefined;
	const world = (): World => {
		if (!started) throw new Error('n8n has not started');
		return started;
	};
	before(async () => {
		started = await startWorld(cleanUp);
	});
	after(async () => await cleanUp.run());

	whatIsServed(world);
	theEditor(world);
	describe('By hand', () => byHand(world));
	describe('Examples by hand', () => theImports(world));
	theExamples(world);
	// Its credentials come after the editor's.
	describe('The payment inbox', () => theInbox(world));
	whatIsStored(world);
	aSavedSource(world);
});

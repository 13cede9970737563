// The editor's launch configurations start what there is.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { read, root } from './pages';

interface Launch {
	readonly name: string;
	readonly program?: string;
	readonly preLaunchTask?: string;
	readonly runtimeExecutable?: string;
	readonly runtimeArgs?: readonly string[];
	readonly serverReadyAction?: { readonly pattern: string; readonly name: string };
	readonly port?: number;
}

const { configurations }: { configurations: Launch[] } = JSON.parse(read('.vscode/launch.json'));
const { tasks }: { tasks: Array<{ label: string; command: string }> } = JSON.parse(read('.vscode/tasks.json'));
const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
const playground = read('test/n8n/playground.ts');

it.each(configurations)('$name names programs, tasks and scripts that exist', (launch) => {
	const { program, preLaunchTask, runtimeExecutable, runtimeArgs = [] } = launch;
	if (program !== undefined) expect(existsSync(join(root, program.replace('${workspaceFolder}', '.')))).toBe(true);
	if (preLaunchTask !== undefined) expect(tasks.map(({ label }) => label)).toContain(preLaunchTask);
	if (runtimeExecutable === 'npm') expect(scripts).toHaveProperty(runtimeArgs[1] ?? '');
});

it('builds with a task that the build has', () => {
	const named = tasks.map(({ command }) => /^npx gulp (\w+)$/.exec(command)?.[1]);
	expect(named.filter((name) => !read('gulpfile.js').includes(`exports.${name ?? ''} =`))).toEqual([]);
});

it('attaches when n8n says that it is ready, where its debugger listens', () => {
	const waiting = configurations.flatMap(({ serverReadyAction }) => serverReadyAction ?? []);
	expect(waiting).toHaveLength(1);
	for (const { pattern, name } of waiting) {
		expect('n8n is ready: open http://127.0.0.1:1234 and log in').toMatch(new RegExp(pattern));
		expect(playground).toContain('n8n is ready: open ');
		const { port = 0 } = configurations.find((launch) => launch.name === name) ?? {};
		expect(playground).toContain(`127.0.0.1:${port}`);
	}
});

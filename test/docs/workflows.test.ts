// GitHub's workflows: actions pinned by commit, least permissions, and no command that the project does not have.

import { read, under } from './pages';

const workflows = under('.github/workflows');

it('are there', () => {
	expect(workflows).toEqual(['.github/workflows/ci.yml', '.github/workflows/publish.yml']);
});

describe.each(workflows)('%s', (path) => {
	const text = read(path);

	it('pins every action by commit and says which version that is', () => {
		const uses = [...text.matchAll(/uses: (.+)/g)].map(([, action]) => action);
		expect(uses.length).toBeGreaterThan(0);
		for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
	});

	it('runs only commands of npm itself and of package.json', () => {
		const runs = [...text.matchAll(/run: (.+)/g)].map(([, command]) => command);
		expect(runs.length).toBeGreaterThan(0);
		for (const command of runs)
			expect(command).toMatch(/^npm (ci|test|run [\w:-]+|publish --provenance --access public)$/);
	});

	it('has no right by default and keeps no token in the checkout', () => {
		expect(text).toMatch(/^permissions: \{\}$/m);
		expect([...text.matchAll(/actions\/checkout/g)]).toHaveLength(
			[...text.matchAll(/persist-credentials: false/g)].length,
		);
		expect(text).not.toContain('secrets.');
	});
});

it('only the job that publishes may prove who it is, and it waits for the release check', () => {
	const [ci = '', publish = ''] = workflows.map(read);
	expect(ci).not.toContain('id-token');
	const [before = '', after = ''] = publish.split(/^ {2}publish:$/m);
	expect(before).toContain('run: npm run release:check');
	expect(before).not.toContain('id-token');
	expect(after).toContain('id-token: write');
	expect(after).toContain('needs: check');
});

// The notes of the example workflows follow n8n's template guidelines.

import { read, under } from './pages';

interface Node {
	readonly name: string;
	readonly type: string;
	readonly parameters: { readonly content?: string; readonly color?: number };
}

const NEUTRAL = 7;
const files = under('examples').filter((path) => path.endsWith('.json'));

describe.each(files)('%s', (path) => {
	const { nodes }: { nodes: Node[] } = JSON.parse(read(path));
	const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');

	it('has one yellow note of at most 200 words, and neutral ones', () => {
		const yellow = notes.filter(({ parameters }) => parameters.color === undefined);
		expect(yellow).toHaveLength(1);
		for (const { parameters } of yellow)
			expect((parameters.content ?? '').trim().split(/\s+/).length).toBeLessThanOrEqual(200);
		for (const { parameters } of notes.filter((note) => !yellow.includes(note))) expect(parameters.color).toBe(NEUTRAL);
	});

	it('names every node once, and in expressions none that is not there', () => {
		const names = nodes.map(({ name }) => name);
		expect(names).toHaveLength(new Set(names).size);
		const named = [...JSON.stringify(nodes).matchAll(/\$\('([^']+)'\)/g)].map(([, name = '']) => name);
		expect(named.filter((name) => !names.includes(name))).toEqual([]);
	});
});

// The example items in README and docs are those that the built node puts out; only times and IDs of Zoo's making differ from run to run.

import { exampleNames, runExample } from './examples';
import { examplesOf, jsonBlocksOf, pages, read } from './pages';

const shown = pages.flatMap((page) => examplesOf(read(page)).map((example) => ({ page, ...example })));

it.each(shown)('$name in $page', async ({ name, json }) => {
	expect(comparable(json)).toEqual(comparable(await runExample(name)));
});

it.each(pages)('every JSON block in %s is such an example', (page) => {
	expect(examplesOf(read(page))).toHaveLength(jsonBlocksOf(read(page)));
});

it('every example is shown somewhere', () => {
	expect([...new Set(shown.map(({ name }) => name))].sort()).toEqual(exampleNames);
});

function comparable(value: unknown): unknown {
	const text = JSON.stringify(value, (key, each: unknown) =>
		each !== null && ['id', 'callId', 'requestId', 'sentAt', 'confirmedAt', 'madeAt', 'updatedAt', 'host'].includes(key)
			? '…'
			: each,
	);
	return JSON.parse(text.replace(/\b(request|call) [0-9a-f-]{36}/g, '$1 …'));
}

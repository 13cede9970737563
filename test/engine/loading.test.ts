// What n8n loads when: the description at its start, the rest with the first execution, and what it says when that is missing.

import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { nodeProperties } from '../../nodes/ZooBilling/editor/properties';
import { loadPackage, type LoadedPackage } from './harness/package';
import { jsonOf, record, runZoo, startZoo, wire } from './zoo-run';

const root = join(__dirname, '../..');
// Where the copied files find n8n-workflow.
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'incomplete-'));
let incomplete: LoadedPackage;

beforeAll(async () => {
	for (const part of ['dist', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true });
	rmSync(join(folder, 'dist/nodes/ZooBilling/execution.js'));
	incomplete = await loadPackage(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const what = 'A part of this node could not be loaded [item 0]';
const next =
	/^Install the package again, and restart n8n\. It was told: (Error: )?Cannot find module .*execution\.js.* Nothing was sent/;
const parameters = { updateFields: { prePayCashRemaining: '50' } };

it('describes the node as the sources do', async () => {
	const { description } = (await loadPackage()).nodeType('zooBilling');
	expect(description.properties).toStrictEqual(nodeProperties);
});

it('describes the node without the part that executes', () => {
	expect(incomplete.nodeType('zooBilling').description.properties).toStrictEqual(nodeProperties);
});

it('stops the workflow when the part that executes is missing', async () => {
	await using zoo = await startZoo();
	const { error, status } = await runZoo(zoo, parameters, { tested: incomplete });
	expect({ status, message: error?.message }).toEqual({ status: 'error', message: what });
	expect(error?.description).toMatch(next);
	expect(wire(zoo)).toEqual([]);
});

it.each(['continueRegularOutput', 'continueErrorOutput'] as const)('fails every item with %s', async (onError) => {
	await using zoo = await startZoo();
	const result = await runZoo(zoo, parameters, { tested: incomplete, onError, items: [{}, {}] });
	const failed = onError === 'continueErrorOutput' ? (result.output[1] ?? []).map(({ json }) => json) : jsonOf(result);
	expect(failed.map(({ error }) => error)).toEqual([what, what.replace('0', '1')]);
	expect(record(failed[0]?.['details'])).toMatchObject({ reason: 'unforeseen', outcome: 'notSent' });
	expect(result.output[0]).toHaveLength(onError === 'continueErrorOutput' ? 0 : 2);
	expect(wire(zoo)).toEqual([]);
});

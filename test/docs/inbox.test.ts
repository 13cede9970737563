// The payment inbox's files: the SQL stands in a file of its own and in the workflow that runs it, and must be the same.

import { SET_UP, withSql } from '../../scripts/write-inbox';
import { read, under } from './pages';

const workflows = under('examples').filter((path) => /6-payment-inbox-.*\.json$/.test(path));
const nodesOf = (path: string): Array<{ name: string; type: string; parameters: Record<string, unknown> }> =>
	JSON.parse(read(path)).nodes;

it('Set up runs the file as it is: `npm run tables` writes it in', () => {
	expect(JSON.parse(read(SET_UP))).toEqual(JSON.parse(withSql(read(SET_UP))));
});

it('the SQL has nothing in it that n8n or its database driver would replace', () => {
	const sql = read('examples/6-payment-inbox.sql');
	expect(sql).not.toMatch(/\{\{|\$\{|\$\d|\$[[({<\/]/);
});

describe.each(workflows)('%s', (path) => {
	const queries = nodesOf(path).filter(({ type }) => type === 'n8n-nodes-base.postgres');

	it('gives values to SQL as one list, and puts none into its text', () => {
		for (const { parameters } of queries) {
			expect(String(parameters['query'])).not.toContain('{{');
			const { queryReplacement } = parameters['options'] as { queryReplacement?: string };
			expect(queryReplacement ?? '={{ [] }}').toMatch(/^=\{\{ \[.*\] \}\}$/);
		}
	});

	it('asks Stripe in one version of its API, and follows no redirect with the key', () => {
		for (const { type, parameters } of nodesOf(path)) {
			if (type !== 'n8n-nodes-base.httpRequest') continue;
			expect(parameters).toMatchObject({
				headerParameters: { parameters: [{ name: 'Stripe-Version', value: '2024-06-20' }] },
				options: { redirect: { redirect: { followRedirects: false } } },
			});
		}
	});
});

// The payment inbox's files: the SQL stands in a file of its own and in the workflow that runs it, and must be the same.

import { SET_UP, withSql } from '../../scripts/write-inbox';
import { read, under } from './pages';

const workflows = under('examples').filter((path) => /6-payment-inbox-.*\.json$/.test(path));
const nodesOf = (path: string): Array<{ name: string; type: string; parameters: Record<string, unknown> }> =>
	JSON.parse(read(path)).nodes;

it('Set up runs the file as it is: `npm run docs:tables` writes it in', () => {
	expect(JSON.parse(read(SET_UP))).toEqual(JSON.parse(withSql(read(SET_UP))));
});

it('the SQL has nothing in it that n8n or its database driver would replace', () => {
	const sql = read('examples/6-payment-inbox.sql');
	expect(sql).not.toMatch(/\{\{|\$\{|\$\d|\$[[({<\/]/);
});

it('the SQL knows each reason that a node can give by its name, and takes none for another', () => {
	const source = read('nodes/ZooBilling/outcome/failure.ts');
	const union = /export type Reason =([^;]+);/.exec(source)?.[1] ?? '';
	const reasons = [...union.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason);
	expect(reasons).toContain('endpointMissing');
	const sql = read('examples/6-payment-inbox.sql');
	const judging = sql.slice(sql.indexOf('FUNCTION zoo_inbox.patience'), sql.indexOf('FUNCTION zoo_inbox.record'));
	// These come with outcomes that are a person's whatever the reason is.
	const decided = ['alreadyWritten', 'referenceInDoubt', 'alreadyThere', 'different', 'notConfirmed'];
	const unnamed = reasons.filter((reason) => !new RegExp(`\\b${reason}\\b`).test(judging));
	expect(unnamed.filter((reason) => !decided.includes(reason))).toEqual([]);
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

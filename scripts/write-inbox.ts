// Writes examples/6-payment-inbox.sql into the workflow that sets the inbox up, so that the SQL can be edited as SQL.

import { readFileSync, writeFileSync } from 'node:fs';

const SQL = 'examples/6-payment-inbox.sql';
export const SET_UP = 'examples/6-payment-inbox-1-set-up.json';
const NODE = 'Create What Is Missing';

interface Workflow {
	readonly nodes: Array<{ readonly name: string; readonly parameters: Record<string, unknown> }>;
}

/** The workflow's text with the SQL as the file has it. */
export function withSql(text: string, sql = readFileSync(SQL, 'utf8')): string {
	const workflow = JSON.parse(text) as Workflow;
	const node = workflow.nodes.find(({ name }) => name === NODE);
	if (!node) throw new Error(`${SET_UP} has no node '${NODE}'`);
	node.parameters['query'] = sql;
	return `${JSON.stringify(workflow, null, '\t')}\n`;
}

if (require.main === module) writeFileSync(SET_UP, withSql(readFileSync(SET_UP, 'utf8')));

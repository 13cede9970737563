// What the documentation tells to do works in every n8n that is supported, and in 3.0 as published.

import { pages, read, under } from './pages';

const told = [...pages, ...under('examples').filter((path) => path.endsWith('.json'))].filter(
	(path) => path !== 'CHANGELOG.md',
);

/** Gone in n8n 3.0, or never right. */
const gone = [
	/import from url/i,
	/npx n8n(?![\w-])/,
	/OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS/,
	/\$getPairedItem/,
	/npm install (?:-g )?n8n(?![\w-])/,
	/npm install n8n-nodes-zoo-billing/,
];

it.each(told)('%s tells nobody to use what n8n 3.0 lacks, or to install more than one package', (page) => {
	expect(gone.filter((pattern) => pattern.test(read(page))).map(String)).toEqual([]);
});

it.each(['README.md', 'docs/reference.md'])('%s says what lets n8n 3.0 load a package that is not verified', (page) => {
	expect(read(page)).toContain('N8N_UNVERIFIED_PACKAGES_ENABLED=true');
});

// Links within the repository lead somewhere, commands exist, and no other hosts are named than the ones that belong here.

import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { anchorsOf, linksOf, pages, read, root, under } from './pages';

const hosts = [
	'api.zoo.dev',
	'zoo.dev',
	'n8n.io',
	'docs.n8n.io',
	'github.com',
	'docs.github.com',
	'raw.githubusercontent.com',
	'docs.npmjs.com',
	'keepachangelog.com',
	'semver.org',
	'stripe.com',
	'docs.stripe.com',
	'localhost',
	'127.0.0.1',
];
const texts = [...pages, ...under('.github')];
const { scripts, repository }: { scripts: Record<string, string>; repository: { url: string } } = JSON.parse(
	read('package.json'),
);

it.each(texts)('%s links to files and headings that exist', (page) => {
	const dead = linksOf(read(page)).filter((link) => !/^[a-z]+:/.test(link) && !resolves(page, link));
	expect(dead).toEqual([]);
});

it.each(texts)('%s links to files of this repository on GitHub that exist', (page) => {
	const [, address = ''] = /^git\+(.+)\.git$/.exec(repository.url) ?? [];
	const raw = address.replace('github.com', 'raw.githubusercontent.com');
	const files = [...read(page).matchAll(/https:[^\s)"'`<>]+/g)]
		.map(([link]) => link.split(`${address}/blob/main/`)[1] ?? link.split(`${raw}/main/`)[1])
		.filter((file) => file !== undefined);
	expect(files.filter((file) => !resolves('README.md', file))).toEqual([]);
});

function resolves(page: string, link: string): boolean {
	const [path = '', anchor] = decodeURIComponent(link).split('#');
	const target = path === '' ? page : normalize(join(dirname(page), path));
	if (target.startsWith('..') || !existsSync(join(root, target))) return false;
	return anchor === undefined || anchorsOf(read(target)).includes(anchor);
}

/** What `npm run prove` knows. */
const [, listed = ''] = /const proofs = \{(.*?)\n\};/s.exec(read('scripts/prove.mjs')) ?? [];
const proofs = [...listed.matchAll(/^\t(\w+):/gm)].map(([, name]) => `prove -- ${name}`);
const known = [...Object.keys(scripts), ...proofs];

it.each(texts)('%s names only commands that package.json has, and proofs that there are', (page) => {
	const commands = [...read(page).matchAll(/\bnpm (?:run (?:--silent )?(prove -- \w+|[\w:-]+)|(test|start)\b)/g)].map(
		([, run, word]) => run ?? word ?? '',
	);
	expect(commands.filter((name) => !known.includes(name))).toEqual([]);
});

it('CONTRIBUTING says of every command of package.json, and of everything that can be proven, what it is for', () => {
	const contributing = read('CONTRIBUTING.md');
	expect(proofs).toContain('prove -- simulate');
	const commands = known.filter((name) => name !== 'test');
	expect(commands.filter((name) => !new RegExp(`npm run ${name}(?![\\w:-])`).test(contributing))).toEqual([]);
});

it.each(texts)('%s names no other host than those of Zoo, n8n, GitHub, npm and Stripe', (page) => {
	const named = [...read(page).matchAll(/\bhttps?:\/\/([^/\s:)"'`<>]+)/g)].map(([, host = '']) => host);
	expect(named.filter((host) => !hosts.includes(host))).toEqual([]);
});

it('the README leads to every page of docs/', () => {
	const linked = linksOf(read('README.md')).map((link) => link.replace(/#.*/, ''));
	expect(under('docs').filter((path) => path.endsWith('.md') && !linked.includes(path))).toEqual([]);
});

it('the README is short enough to be read', () => {
	const words = read('README.md')
		.split(/\s+/)
		.filter((word) => word !== '');
	expect(words.length).toBeLessThanOrEqual(1500);
});

it('the README and examples/ lead to every example, and the README by an address that n8n imports', () => {
	const files = under('examples').filter((path) => /^examples\/[1-5].*\.json$/.test(path));
	expect(files.length).toBeGreaterThan(0);
	const imported = [...read('README.md').matchAll(/raw\.githubusercontent\.com\/[^)]*\/main\/([^)]+)\)/g)];
	expect(imported.map(([, file = '']) => file).sort()).toEqual(files);
	const shown = linksOf(read('examples/README.md')).map((link) => `examples/${link}`);
	expect(files.filter((file) => !shown.includes(file))).toEqual([]);
});

// The documentation's pages, and the parts of a page that can be checked: links, headings, tables, code, examples.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../..');

/** Paths from the project's root. */
export const pages = [
	...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md'],
	...[...under('docs'), ...under('examples')].filter((path) => path.endsWith('.md')),
];

/** All files under a folder of the project. */
export function under(folder: string): string[] {
	if (!existsSync(join(root, folder))) return [];
	return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
		.sort();
}

export function read(path: string): string {
	return readFileSync(join(root, path), 'utf8');
}

/** The page without its fenced blocks, where nothing is a link or a heading. */
function prose(page: string): string {
	return page.replace(/^```[^]*?^```$/gm, '');
}

/** Targets of links and images, in Markdown and in HTML. */
export function linksOf(page: string): string[] {
	const text = prose(page).replace(/`[^`\n]*`/g, '');
	const found = [
		...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g),
		...text.matchAll(/\b(?:href|src|srcset)="([^"]+)"/g),
		...text.matchAll(/^\[[^\]]+\]: (\S+)/gm),
	];
	return found.map(([, target = '']) => target);
}

/** The anchors that GitHub gives the headings. */
export function anchorsOf(page: string): string[] {
	const seen = new Map<string, number>();
	return [...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
		const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
		const slug = plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
		const count = seen.get(slug) ?? 0;
		seen.set(slug, count + 1);
		return count === 0 ? slug : `${slug}-${count}`;
	});
}

/** Rows of all tables whose first column has this head, without heads; cells as they are written. */
export function rowsOf(page: string, head: string): string[][] {
	const lines = page.split('\n');
	return lines.flatMap((line, index) => {
		if (cells(line)[0] !== head || !/^\|[\s|-]+\|$/.test(lines[index + 1] ?? '')) return [];
		const rows = lines.slice(index + 2);
		const end = rows.findIndex((row) => !row.startsWith('|'));
		return rows.slice(0, end < 0 ? undefined : end).map(cells);
	});
}

function cells(line: string): string[] {
	if (!line.startsWith('|')) return [];
	return line
		.slice(1, line.lastIndexOf('|'))
		.split(/(?<!\\)\|/)
		.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** The texts between backticks. */
export function codeIn(text: string): string[] {
	return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** The JSON blocks that name their example: `<!-- example: name -->` in the line before. */
export function examplesOf(page: string): Array<{ name: string; json: unknown }> {
	return [...page.matchAll(/<!-- example: ([\w-]+) -->\n```json\n([^]*?)\n```/g)].map(([, name = '', json = '']) => ({
		name,
		json: JSON.parse(json) as unknown,
	}));
}

/** How many JSON blocks a page has, with a name or without one. */
export function jsonBlocksOf(page: string): number {
	return [...page.matchAll(/^```json$/gm)].length;
}

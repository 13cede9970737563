/** The project as its users get it: built, packed, and put where n8n keeps the community packages it installed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import type { CleanUp } from './clean-up';
import { runToEnd } from './processes';

export const PROJECT = resolve(__dirname, '..', '..');

const packList = z.tuple([z.object({ filename: z.string() })]);
const manifest = z.object({ name: z.string(), version: z.string() }).passthrough();

/** Builds first. Returns the tarball's path. */
export async function packProject(into: string, cleanUp: CleanUp): Promise<string> {
	await runToEnd({ file: 'npm', args: ['run', 'build'], cwd: PROJECT }, cleanUp);
	return await packFolder(PROJECT, into, cleanUp);
}

export async function packFolder(folder: string, into: string, cleanUp: CleanUp): Promise<string> {
	const args = ['pack', '--ignore-scripts', '--json', '--loglevel=silent', '--pack-destination', into];
	const printed = await runToEnd({ file: 'npm', args, cwd: folder }, cleanUp);
	const [{ filename }] = packList.parse(JSON.parse(printed));
	return join(into, filename);
}

/**
 * The steps n8n takes when somebody installs a package in its settings, less the download:
 * unpack, keep of package.json what matters at run time, add the dependencies, note the package in the list.
 * Returns the package's folder.
 */
export async function installTarball(tarball: string, n8nFolder: string, cleanUp: CleanUp): Promise<string> {
	const nodes = join(n8nFolder, 'nodes');
	const { devDependencies, peerDependencies, optionalDependencies, ...kept } = await manifestIn(tarball, cleanUp);
	const folder = join(nodes, 'node_modules', kept.name);
	await mkdir(folder, { recursive: true });

	await runToEnd({ file: 'tar', args: ['-xzf', tarball, '-C', folder, '--strip-components=1'] }, cleanUp);
	await writeJson(join(folder, 'package.json'), kept);
	await runToEnd({ file: 'npm', args: ADD_DEPENDENCIES, cwd: folder }, cleanUp);
	await writeJson(join(nodes, 'package.json'), {
		name: 'installed-nodes',
		private: true,
		dependencies: { [kept.name]: kept.version },
	});
	return folder;
}

const ADD_DEPENDENCIES = [
	'install',
	'--audit=false',
	'--fund=false',
	'--bin-links=false',
	'--install-strategy=shallow',
	'--ignore-scripts=true',
	'--package-lock=false',
];

async function manifestIn(tarball: string, cleanUp: CleanUp): Promise<z.infer<typeof manifest>> {
	const args = ['-xzOf', tarball, 'package/package.json'];
	return manifest.parse(JSON.parse(await runToEnd({ file: 'tar', args }, cleanUp)));
}

async function writeJson(path: string, value: unknown): Promise<void> {
	await writeFile(path, JSON.stringify(value, null, 2));
}

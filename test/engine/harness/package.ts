/** Loads a built package the way n8n does: by the `n8n` section of its package.json, from dist. */
import './engine-settings';
import { resolve } from 'node:path';

import { PackageDirectoryLoader } from 'n8n-core';
import { NodeHelpers, type ICredentialType, type INodeType } from 'n8n-workflow';

export interface LoadedPackage {
	/** The package's name; a node's type is this, a dot and the node's own name. */
	readonly name: string;
	/** As n8n has them after loading: icons and codex filled in. */
	nodeType(name: string, version?: number): INodeType;
	credentialType(name: string): ICredentialType;
	readonly nodeNames: readonly string[];
	readonly credentialNames: readonly string[];
}

const PROJECT_ROOT = resolve(__dirname, '../../..');

const loaded = new Map<string, Promise<LoadedPackage>>();

/** Each directory is loaded once and shared; by default the project's own build. */
export async function loadPackage(directory: string = PROJECT_ROOT): Promise<LoadedPackage> {
	const known = loaded.get(directory) ?? load(directory);
	loaded.set(directory, known);
	return await known;
}

async function load(directory: string): Promise<LoadedPackage> {
	const loader = new PackageDirectoryLoader(directory);
	await loader.loadAll();
	return {
		name: loader.packageName,
		nodeType: (name, version) => NodeHelpers.getVersionedNodeType(loader.getNode(name).type, version),
		credentialType: (name) => loader.getCredential(name).type,
		nodeNames: Object.keys(loader.nodeTypes),
		credentialNames: Object.keys(loader.credentialTypes),
	};
}

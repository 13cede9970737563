/** The node types that a workflow under test may name: the stubs, the package's own, and their tool variants. */
import type { IDataObject, INodeType, INodeTypes } from 'n8n-workflow';

import type { LoadedPackage } from './package';
import { toolVariant } from './tool-variant';

export class TestNodeTypes implements INodeTypes {
	/** Stubs by their full type names. */
	constructor(
		private readonly tested: LoadedPackage,
		private readonly stubs: ReadonlyMap<string, INodeType>,
	) {}

	getByName(type: string): INodeType {
		return this.getByNameAndVersion(type);
	}

	getByNameAndVersion(type: string, version?: number): INodeType {
		const stub = this.stubs.get(type);
		if (stub) return stub;
		const name = type.slice(this.tested.name.length + 1);
		if (!type.startsWith(`${this.tested.name}.`)) throw new Error(`No node type ${type}`);
		if (this.tested.nodeNames.includes(name)) return this.tested.nodeType(name, version);
		return toolVariant(this.tested.nodeType(name.replace(/Tool$/, ''), version));
	}

	getKnownTypes(): IDataObject {
		return {};
	}
}

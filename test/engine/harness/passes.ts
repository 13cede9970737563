/** Tells a test when n8n is about to run a node, and run it again. */
import type { IExecuteFunctions, INodeType } from 'n8n-workflow';

import type { LoadedPackage } from './package';
import { isNodeType } from './tool-variant';

/** `pass`: 1 for the first run of that node in an execution, 2 when n8n runs it again, and so on. */
export type BeforePass = (pass: number, node: string) => void | Promise<void>;

/** The package, with nodes that call `beforePass` and wait for it before they do anything. */
export function announcingPasses(tested: LoadedPackage, beforePass: BeforePass | undefined): LoadedPackage {
	if (!beforePass) return tested;
	const passes = new Map<string, number>();
	const announce = async (node: string) => {
		const pass = (passes.get(node) ?? 0) + 1;
		passes.set(node, pass);
		await beforePass(pass, node);
	};
	return { ...tested, nodeType: (name, version) => announcing(tested.nodeType(name, version), announce) };
}

function announcing(nodeType: INodeType, announce: (node: string) => Promise<void>): INodeType {
	// The object stays the node's own, for whatever else it inherits.
	const variant: unknown = Object.create(nodeType, {
		execute: {
			value: async function (this: IExecuteFunctions) {
				await announce(this.getNode().name);
				if (!nodeType.execute) throw new Error(`${nodeType.description.name} has no execute()`);
				return await nodeType.execute.call(this);
			},
		},
	});
	if (!isNodeType(variant)) throw new Error('A variant of a node is a node');
	return variant;
}

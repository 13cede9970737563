// The Zoo Billing node: reads, sets and adjusts what organizations and users have left at Zoo.

import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { nodeProperties } from './editor/properties';
import { notLoaded } from './outcome/failure';
import { toOutput } from './outcome/output';

export class ZooBilling implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zoo Billing',
		name: 'zooBilling',
		icon: { light: 'file:../../icons/zooBilling.svg', dark: 'file:../../icons/zooBilling.dark.svg' },
		group: ['output'],
		// Version 1 had a parameter for the balance model, and options that changed with it.
		version: [1, 2],
		defaultVersion: 2,
		// What only pretends to write says so first, where the editor does not cut it off.
		subtitle:
			'={{ ($parameter["options"]?.["dryRun"] && !$parameter["operation"].startsWith("get") ? "(dry run) " : "") + $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Read, set and adjust balances of organizations and users at Zoo, exactly and with confirmation',
		defaults: { name: 'Zoo Billing' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'zooApi', required: true }],
		properties: nodeProperties,
	};

	/** What only an execution needs waits for the first one: n8n reads the description of every node when it starts. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const program = await import('./execution.js').catch((reason: unknown) => ({ missing: reason }));
		if ('execute' in program) return await program.execute(this);
		return toOutput(
			this,
			this.getInputData().map((_, item) => notLoaded({ item }, program.missing)),
		);
	}
}

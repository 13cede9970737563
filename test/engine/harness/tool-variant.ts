/** Makes of a node what n8n makes of it for AI agents. n8n's server does this, not its engine. */
import {
	deepCopy,
	NodeConnectionTypes,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

export function toolVariant(nodeType: INodeType): INodeType {
	const { usableAsTool } = nodeType.description;
	if (!usableAsTool) throw new Error(`${nodeType.description.name} is not usable as a tool`);
	// The object stays the node's own, for execute() and whatever else it inherits.
	const description = toolDescription(nodeType.description);
	const variant: unknown = Object.create(nodeType, { description: { value: description } });
	if (!isNodeType(variant)) throw new Error('A variant of a node is a node');
	return variant;
}

export function isNodeType(value: unknown): value is INodeType {
	return typeof value === 'object' && value !== null && 'description' in value;
}

function toolDescription(node: INodeTypeDescription): INodeTypeDescription {
	const { usableAsTool, ...description } = deepCopy(node);
	const replacements = typeof usableAsTool === 'object' ? usableAsTool.replacements : {};
	return {
		...description,
		...replacements,
		name: `${node.name}Tool`,
		displayName: `${node.displayName} Tool`,
		inputs: [],
		outputs: [NodeConnectionTypes.AiTool],
		properties: [...descriptionFields(node), ...description.properties],
	};
}

/** The agent reads this text to decide when to call the tool; by default it follows resource and operation. */
function descriptionFields(node: INodeTypeDescription): INodeProperties[] {
	const chosen = node.properties.some(({ name }) => name === 'resource' || name === 'operation');
	const description: INodeProperties = {
		displayName: 'Description',
		name: 'toolDescription',
		type: 'string',
		required: true,
		default: node.description,
	};
	if (!chosen) return [description];
	return [
		{
			displayName: 'Tool Description',
			name: 'descriptionType',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Set Automatically', value: 'auto' },
				{ name: 'Set Manually', value: 'manual' },
			],
			default: 'auto',
		},
		{ ...description, displayOptions: { show: { descriptionType: ['manual'] } } },
	];
}

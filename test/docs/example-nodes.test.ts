// The Zoo nodes of the example workflows: the editor keeps all that they say, and the operation takes it.

import { NodeHelpers, type INode, type INodeParameters } from 'n8n-workflow';

import { operations } from '../../nodes/ZooBilling/operations/all';
import { ZooBilling } from '../../nodes/ZooBilling/ZooBilling.node';
import { read, under } from './pages';

const { description } = new ZooBilling();
/** What n8n itself adds to a node that is a tool. */
const OF_TOOLS = ['descriptionType', 'toolDescription'];

const zooNodes = under('examples')
	.filter((path) => path.endsWith('.json'))
	.flatMap((path) => {
		const { nodes }: { nodes: INode[] } = JSON.parse(read(path));
		return nodes.filter(({ type }) => type.includes('zooBilling')).map((node) => [path, node.name, node] as const);
	});

function namesIn(parameters: INodeParameters, collection: string): string[] {
	return Object.keys(parameters[collection] ?? {});
}

it('there are some', () => {
	expect(zooNodes.length).toBeGreaterThan(10);
});

it.each(zooNodes)('%s: n8n’s editor keeps every parameter of %s', (_, __, node) => {
	const own = Object.fromEntries(Object.entries(node.parameters).filter(([name]) => !OF_TOOLS.includes(name)));

	const kept = NodeHelpers.getNodeParameters(description.properties, own, true, false, node, description) ?? {};

	expect(kept).toMatchObject(own);
});

it.each(zooNodes)('%s: the operation of %s takes every option that is set', (_, __, { parameters }) => {
	const operation = operations.find(({ name }) => name === parameters['operation']);
	const writes = operation?.amounts !== undefined || operation?.preview === true;
	const [taken, idle] = writes ? ['options', 'readOptions'] : ['readOptions', 'options'];

	expect(namesIn(parameters, idle)).toEqual([]);
	expect(operation?.options).toEqual(expect.arrayContaining(namesIn(parameters, taken)));
});

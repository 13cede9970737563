/** What n8n serves of the package that was installed as a community package: node, tool, credential, icons, search words, previews. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { z } from 'zod';

import { operations } from '../../nodes/ZooBilling/operations/all';
import type { World } from './world';

const icons = z.object({ light: z.string(), dark: z.string() });
const nodeTypes = z.array(
	z.object({ name: z.string(), displayName: z.string(), iconUrl: z.unknown(), codex: z.unknown() }),
);
const codex = z.object({
	alias: z.array(z.string()),
	resources: z.object({ primaryDocumentation: z.array(z.object({ url: z.string() })) }),
});
const credentialTypes = z.array(z.object({ name: z.string(), displayName: z.string(), iconUrl: z.unknown() }));
const preview = z.object({ type: z.literal('object'), properties: z.record(z.unknown()) });

const NODE = 'n8n-nodes-zoo-billing.zooBilling';

export function whatIsServed(world: () => World): void {
	const nodeNamed = async (name: string) => {
		const all = nodeTypes.parse(JSON.parse((await world().rest.file('types/nodes.json')).text));
		const found = all.find((one) => one.name === name);
		assert.ok(found, `n8n serves no ${name}`);
		return found;
	};
	const assertIcons = async (iconUrl: unknown) => {
		for (const path of Object.values(icons.parse(iconUrl))) {
			const { type, text } = await world().rest.file(path);
			assert.match(type, /^image\/svg\+xml/);
			assert.match(text, /<svg/);
		}
	};

	it('serves the node with its icons for both themes', async () => {
		const { displayName, iconUrl } = await nodeNamed(NODE);
		assert.equal(displayName, 'Zoo Billing');
		await assertIcons(iconUrl);
	});

	it('serves the search words and the link to the documentation', async () => {
		const { alias, resources } = codex.parse((await nodeNamed(NODE)).codex);
		for (const word of ['credits', 'invoice', 'subscription']) assert.ok(alias.includes(word));
		assert.match(resources.primaryDocumentation[0]?.url ?? '', /^https:\/\/github\.com\/.+#readme$/);
	});

	it('serves the tool for AI agents', async () => {
		assert.equal((await nodeNamed(`${NODE}Tool`)).displayName, 'Zoo Billing Tool');
	});

	it('serves the credential with its icons', async () => {
		const all = credentialTypes.parse(JSON.parse((await world().rest.file('types/credentials.json')).text));
		const found = all.find(({ name }) => name === 'zooApi');
		assert.equal(found?.displayName, 'Zoo API');
		await assertIcons(found.iconUrl);
	});

	for (const resource of ['org', 'user']) {
		for (const { name } of operations) {
			it(`previews the output of ${resource} ${name}`, async () => {
				const { text } = await world().rest.file(`schemas/${NODE}/2.0.0/${resource}/${name}.json`);
				assert.ok(Object.keys(preview.parse(JSON.parse(text)).properties).length > 2);
			});
		}
	}
}

// The two kinds of 404: an owner that Zoo does not know, and a call that the host does not have (any more).

import type { INodeParameters } from 'n8n-workflow';

import type { ZooApi } from '../zoo-api/server';
import { MEMBER_TOKEN } from '../zoo-api/tokens';
import { jsonOf, ORG, OTHER_ORG, runZoo, startZoo, wire } from './zoo-run';

const NOBODY = 'deadbeef-0000-4000-8000-000000000000';
const onError = 'continueRegularOutput';

const operations: ReadonlyArray<[string, INodeParameters, string]> = [
	['Update', { updateFields: { prePayCashRemaining: '1' } }, 'notApplied'],
	['Adjust', { operation: 'adjustBalance', adjustFields: { prePayCashRemaining: '1' } }, 'notSent'],
	['Get', { operation: 'getBalance' }, 'notRead'],
];

const probes = (zoo: ZooApi) => wire(zoo).filter((line) => line.startsWith('OPTIONS'));

describe.each(operations)('%s Balance', (_, parameters, outcome) => {
	it('says of an unknown organization that Zoo does not know it', async () => {
		await using zoo = await startZoo();
		const result = await runZoo(zoo, { ...parameters, orgId: NOBODY }, { onError });
		expect(jsonOf(result)).toMatchObject([
			{
				error: 'Zoo does not know this organization [item 0]',
				message: expect.stringContaining("Check 'Organization ID', and 'Base URL' in the credential."),
				details: { reason: 'ownerUnknown', outcome, httpStatus: 404, orgId: NOBODY },
			},
		]);
		expect(probes(zoo)).toEqual([`OPTIONS /orgs/${NOBODY}/payment/balance`]);
	});

	it('says of a host without the endpoint that it has none, and asks once for all items', async () => {
		await using zoo = await startZoo({ withoutBalancesById: true });
		const items = [{ org: ORG }, { org: OTHER_ORG }, { org: NOBODY }];
		const result = await runZoo(zoo, { ...parameters, orgId: '={{ $json.org }}' }, { items, onError });
		expect(jsonOf(result)).toMatchObject(
			items.map(({ org }, item) => ({
				error: `This Zoo host has no such endpoint (any more) [item ${item}]`,
				details: { reason: 'endpointMissing', outcome, httpStatus: 404, orgId: org },
			})),
		);
		expect(probes(zoo)).toHaveLength(1);
	});

	it.each([
		['405', { kind: 'status', status: 405 }],
		['a page of a proxy', { kind: 'htmlPage' }],
		['nothing', { kind: 'resetBeforeHeaders' }],
	] as const)('says that it can be either where OPTIONS is answered with %s', async (_name, fault) => {
		await using zoo = await startZoo();
		zoo.failNext(fault, { method: 'OPTIONS' });
		const result = await runZoo(zoo, { ...parameters, orgId: NOBODY }, { onError });
		expect(jsonOf(result)).toMatchObject([
			{
				error: 'Zoo does not know this organization, or this host has no such endpoint (any more) [item 0]',
				details: { reason: 'ownerOrEndpointUnknown', outcome },
			},
		]);
		expect(probes(zoo)).toHaveLength(1);
	});
});

it('the balance of the token’s own is told apart, too', async () => {
	await using zoo = await startZoo();
	zoo.failNext({ kind: 'status', status: 404 }, { method: 'GET' });
	const result = await runZoo(zoo, { operation: 'getOwnBalance' }, { token: MEMBER_TOKEN });
	expect(result.error?.message).toBe('Zoo does not know this organization [item 0]');
	expect(result.error?.description).toContain('Check that the token’s user has an organization');
	expect(probes(zoo)).toEqual(['OPTIONS /org/payment/balance']);
});

it('nothing but a 404 is asked about', async () => {
	await using zoo = await startZoo();
	zoo.failNext({ kind: 'status', status: 403 });
	await runZoo(zoo, { operation: 'getBalance' }, { onError });
	expect(probes(zoo)).toEqual([]);
});

// A stand-in for Zoo and the built node against it, with the parameters that most tests share.

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { checkBoth } from '../zoo-api/conformance';
import { startZooApi, type ZooApi, type ZooApiSettings } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { passTime } from './fake-clock';
import { runNode, type NodeRun, type NodeRunResult } from './harness';

export const ORG = '7e29ccf7-8b3c-47db-8a17-bb53528382f4';
export const OTHER_ORG = '1f0a2c44-93a1-4b7e-8f4d-0c2f5f7b1a10';
export const USER = 'c3d9b8e2-5b57-4a39-9d3f-6a1b0f2e4d21';
export const USER_EMAIL = 'kim+zoo@example.com';

export const PRE_PAY = {
	monthly_credits_remaining: '1.00',
	pre_pay_cash_remaining: '10.00',
	pre_pay_credits_remaining: '12.50',
};
export const API_CREDITS = {
	monthly_api_credits_remaining_monetary_value: '1.00',
	stable_api_credits_remaining_monetary_value: '20.00',
};

export interface Setup extends ZooApiSettings {
	readonly amounts?: Readonly<Record<string, string>>;
}

/** A stand-in that knows two organizations and a user, and stumbles over what is not in Zoo's document. */
export async function startZoo({ amounts, ...settings }: Setup = {}): Promise<ZooApi> {
	const zoo = await startZooApi({ onAnswer: checkBoth(settings), onQuiet: passTime, ...settings });
	const initial = amounts ?? (settings.model === 'apiCredits' ? API_CREDITS : PRE_PAY);
	zoo.setBalance('org', ORG, initial);
	zoo.setBalance('org', OTHER_ORG, initial);
	zoo.setBalance('user', USER, initial);
	zoo.nameUser(USER, USER_EMAIL);
	return zoo;
}

export interface ZooRun extends Omit<Partial<NodeRun>, 'parameters' | 'items'> {
	readonly items?: readonly IDataObject[];
	readonly token?: string;
}

/** Runs the node once; by default it writes amounts in US dollars for one organization. */
export async function runZoo(
	zoo: ZooApi,
	parameters: INodeParameters,
	{ items = [{}], token = EMPLOYEE_TOKEN, followedBy, ...run }: ZooRun = {},
): Promise<NodeRunResult> {
	const usual: INodeParameters = {
		resource: 'org',
		operation: 'updateBalance',
		orgId: ORG,
		userId: USER,
		amountUnit: 'usd',
		updateFields: {},
		adjustFields: {},
		options: {},
	};
	return await runNode({
		parameters: run.typeVersion === 1 ? { ...usual, ...parameters } : named({ ...usual, ...parameters }),
		items,
		credential: { apiToken: token, baseUrl: zoo.url },
		...(followedBy && { followedBy: { ...followedBy, parameters: { ...usual, ...followedBy.parameters } } }),
		...run,
	});
}

/** Reads have options of their own, under another name; those of version 1 had not. */
function named(parameters: INodeParameters): INodeParameters {
	const { operation, options, ...others } = parameters;
	const isRead = typeof operation === 'string' && operation.startsWith('get');
	return { ...others, operation, [isRead ? 'readOptions' : 'options']: options };
}

/** Until the faults are cleared, writes get no clear answer, and no look after one succeeds: what was written stays in doubt. */
export function leaveInDoubt(zoo: ZooApi, { applied, ownerId = ORG }: { applied: boolean; ownerId?: string }): void {
	let written = false;
	zoo.onRequest = ({ method, owner }) => {
		if (owner?.id !== ownerId) return undefined;
		if (method === 'PUT') {
			written = true;
			return { kind: 'status', status: 502, applied };
		}
		return written ? { kind: 'status', status: 403 } : undefined;
	};
}

/** What each item says became of it: the status of its confirmation, or the outcome of its failure. */
export function fatesOf(result: NodeRunResult): unknown[] {
	const fates: unknown[] = [];
	for (const { json, pairedItem } of result.output.flat()) fates[Number(record(pairedItem)['item'])] = fateOf(json);
	return fates;
}

function fateOf({ confirmation, details }: IDataObject): unknown {
	return confirmation === undefined ? record(details)['outcome'] : record(confirmation)['status'];
}

/** Request lines and bodies as they went over the wire. */
export function wire(zoo: ZooApi): string[] {
	return zoo.requests.map(({ method, target, body }) => `${method} ${target} ${body}`.trimEnd());
}

/** The json of an output's items. */
export function jsonOf({ output }: NodeRunResult, index = 0): IDataObject[] {
	return (output[index] ?? []).map(({ json }) => json);
}

/** Whether n8n takes an item with `details` for a failed one on an error output; the oldest does not, and the node leaves them out there. */
export const detailsOnErrorOutput = !('OLDEST_N8N' in globalThis);

/** Whether a failed item says that its outcome is unknown; its error and its details have to agree. */
export function isUnknown({ error, details }: IDataObject): boolean {
	const unknown = typeof error === 'string' && error.startsWith('The outcome is unknown: ');
	if (detailsOnErrorOutput || details !== undefined) expect(record(details)['outcome'] === 'unknown').toBe(unknown);
	return unknown;
}

/** A value that is a record, for tests that look into one. */
export function record(value: unknown): Record<string, unknown> {
	if (typeof value !== 'object' || value === null) throw new Error(`Not a record: ${JSON.stringify(value)}`);
	return { ...value };
}

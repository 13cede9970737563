/** The workflows that are measured: items, one of the contestants, and a stopwatch. */
import { randomUUID } from 'node:crypto';

import { update } from '../../../bench/update';
import { optionDefaults } from '../../../nodes/ZooBilling/operations/options';
import { EMPLOYEE_TOKEN } from '../../zoo-api/tokens';
import type { Rest, Workflow } from '../rest';

export const contestants = ['HTTP Request', 'bare loop', 'Zoo Billing'] as const;
export type Contestant = (typeof contestants)[number];
/** What the items alone cost n8n. */
export const PASSED_ON = 'passed on';

export interface Work {
	readonly items: number;
	readonly expressions: 1 | 3;
	/** Requests at a time, of all but the HTTP Request node. */
	readonly lanes: number;
}

export interface Setting {
	/** The stand-in's address. */
	readonly url: string;
	readonly credentials: unknown;
	/** Where the stopwatch notes what it saw. */
	readonly file: string;
	/** The last item cannot be written, so that all are checked and none is sent. */
	readonly spoilLast?: boolean;
}

export const MEASURED = 'Measured';

/** The credential for the stand-in at this address, as a node names it. */
export async function addCredential(rest: Rest, url: string): Promise<unknown> {
	const name = `Zoo ${randomUUID()}`;
	const id = await rest.addCredential({ name, type: 'zooApi', data: { apiToken: EMPLOYEE_TOKEN, baseUrl: url } });
	return { zooApi: { id, name } };
}

export function workflowOf(measured: Contestant | typeof PASSED_ON, work: Work, setting: Setting): Workflow {
	const { file, credentials, spoilLast = false } = setting;
	const at = (x: number) => ({ id: randomUUID(), position: [x, 0] });
	const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	return {
		name: `Bench ${measured} ${randomUUID()}`,
		nodes: [
			{ ...at(0), name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} },
			{
				...at(200),
				name: 'Items',
				type: 'CUSTOM.items',
				typeVersion: 1,
				parameters: { count: work.items, spoilLast },
			},
			{ ...at(400), name: MEASURED, ...nodeOf(measured, work, setting.url), credentials },
			{ ...at(600), name: 'Stopwatch', type: 'CUSTOM.stopwatch', typeVersion: 1, parameters: { file } },
		],
		connections: { Start: to('Items'), Items: to(MEASURED), [MEASURED]: to('Stopwatch') },
	};
}

function nodeOf(measured: Contestant | typeof PASSED_ON, { expressions, lanes }: Work, url: string): object {
	const cash = expressions === 3 ? '={{ $json.cash }}' : '50.00';
	const credits = expressions === 3 ? '={{ $json.credits }}' : '';
	switch (measured) {
		case PASSED_ON:
			return { type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
		case 'HTTP Request':
			return { type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, parameters: httpRequest(url, cash, credits) };
		case 'bare loop':
			return {
				type: 'CUSTOM.bareLoop',
				typeVersion: 1,
				parameters: { orgId: '={{ $json.orgId }}', cash, credits, concurrency: String(lanes) },
			};
		case 'Zoo Billing':
			return { type: 'n8n-nodes-zoo-billing.zooBilling', typeVersion: 2, parameters: zooBilling(cash, credits, lanes) };
	}
}

function httpRequest(url: string, cash: string, credits: string): object {
	const amounts = [
		{ name: 'pre_pay_cash_remaining', value: cash },
		{ name: 'pre_pay_credits_remaining', value: credits },
	];
	return {
		method: 'PUT',
		url: `=${url}/orgs/{{ $json.orgId }}/payment/balance`,
		authentication: 'predefinedCredentialType',
		nodeCredentialType: 'zooApi',
		sendBody: true,
		bodyParameters: { parameters: amounts.filter(({ value }) => value !== '') },
		options: {},
	};
}

function zooBilling(cash: string, credits: string, lanes: number): object {
	return {
		...update,
		updateFields: { prePayCashRemaining: cash, ...(credits !== '' && { prePayCreditsRemaining: credits }) },
		options: lanes === optionDefaults.maxConcurrency ? {} : { maxConcurrency: lanes },
	};
}

// Hostile values against the built node in n8n's engine: whatever comes in, no crash, no leak, no stray request, no silent item.

import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import { loadPackage, type NodeRunResult } from '../engine/harness';
import { textIn } from '../engine/harness/text-in';
import { record, runZoo, startZoo } from '../engine/zoo-run';
import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { address, amount, faultFor, valueLike } from './hostile';

const ITEMS = 500;
/** A value each, at every execution in another set. */
const OPTIONS = ['creditMultiplier', 'currency', 'maxAmount', 'reference', 'includeTotalDue', 'onDifference', 'output'];

/** Runs so many cases, half of them addresses; returns a line for each broken promise. */
export async function fuzz(cases: number, seed: number): Promise<string[]> {
	const broken = await addresses(cases - ITEMS * Math.ceil(cases / 2 / ITEMS), seed);
	for (let round = 0; broken.length === 0 && round < Math.ceil(cases / 2 / ITEMS); round += 1)
		broken.push(...(await execution(seed + round)));
	return broken;
}

const ids = (seed: number) => Array.from({ length: ITEMS }, (_, index) => idOf(seed * ITEMS + index));

function idOf(number: number): string {
	return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0').slice(-12)}`;
}

async function execution(seed: number): Promise<string[]> {
	await using zoo = await startZoo();
	await using elsewhere = await startZoo();
	const known = ids(seed);
	for (const id of known)
		zoo.setBalance('org', id, { pre_pay_cash_remaining: '10.00', pre_pay_credits_remaining: '10.00' });
	const [{ operation, chosen } = { operation: '', chosen: [] }] = fc.sample(
		fc.record({
			operation: fc.constantFrom('updateBalance', 'adjustBalance', 'getBalance'),
			chosen: fc.subarray(OPTIONS, { maxLength: 2 }),
		}),
		{ seed, numRuns: 1 },
	);
	const item = fc.record({
		amount: valueLike(amount),
		unit: valueLike(fc.constant('usd')),
		option: valueLike(fc.constantFrom('1', 'usd', true, 'warn')),
	});
	const items = fc.sample(item, { seed, numRuns: ITEMS });
	const orgs = fc.sample(valueLike(fc.constantFrom('')), { seed, numRuns: ITEMS });
	const faults = fc.sample(faultFor(EMPLOYEE_TOKEN, elsewhere.url), { seed, numRuns: ITEMS });
	let requests = 0;
	zoo.onRequest = () => faults[(requests += 1) % faults.length];
	const result = await runZoo(zoo, parametersOf(operation, chosen), {
		items: items.map((each, index) => ({ ...each, org: orgs[index] === '' ? known[index] : orgs[index] })) as never,
		onError: 'continueRegularOutput',
	});
	return brokenPromises(result, zoo, elsewhere, new Set(known)).map(
		(promise) => `seed ${seed}, ${operation} ${chosen.join()}: ${promise}`,
	);
}

function parametersOf(operation: string, chosen: readonly string[]): INodeParameters {
	const fields = { prePayCashRemaining: '={{ $json.amount }}' };
	const usable = chosen.filter((name) => operation !== 'getBalance' || name === 'output');
	return {
		operation,
		orgId: '={{ $json.org }}',
		amountUnit: '={{ $json.unit }}',
		updateFields: fields,
		adjustFields: fields,
		options: { retryFor: 0, ...Object.fromEntries(usable.map((name) => [name, '={{ $json.option }}'])) },
	};
}

function brokenPromises(result: NodeRunResult, zoo: ZooApi, elsewhere: ZooApi, known: ReadonlySet<string>): string[] {
	const broken: string[] = [];
	const items = result.output[0] ?? [];
	if (result.error) broken.push(`the execution failed: ${result.error.message}`);
	if (items.length !== ITEMS) broken.push(`${items.length} items came out`);
	items.forEach(({ json, pairedItem }, index) => {
		if (JSON.stringify(pairedItem) !== JSON.stringify({ item: index }))
			broken.push(`item ${index} is paired with another`);
		if (!isReport(json)) broken.push(`item ${index} reports nothing: ${JSON.stringify(json).slice(0, 200)}`);
	});
	if (textIn(result).includes(EMPLOYEE_TOKEN)) broken.push('the token is in the result');
	for (const { target, headers } of zoo.requests) {
		const [, id = ''] = /^\/orgs\/([^/]+)\/payment\/balance(\?include_total_due=true)?$/.exec(target) ?? [];
		if (!known.has(id)) broken.push(`a request went to ${target}`);
		if (`http://${headers['host']}` !== zoo.url) broken.push(`a request named the host ${headers['host']}`);
	}
	if (elsewhere.requests.length > 0) broken.push('a request went to another host');
	return broken;
}

/** Whether an item says what became of it: a balance that was read, a confirmed write, or a failure with its outcome. */
function isReport(json: Record<string, unknown>): boolean {
	if (json['confirmation'] !== undefined) return true;
	if (json['error'] === undefined) return Object.keys(json).some((name) => /_remaining/.test(name));
	const { reason, outcome } = record(json['details']);
	return typeof json['message'] === 'string' && typeof outcome === 'string' && reason !== 'unforeseen';
}

/** The credential gives its token to https and to this machine only, and to the one host of its Base URL. */
async function addresses(cases: number, seed: number): Promise<string[]> {
	const { authenticate } = (await loadPackage()).credentialType('zooApi');
	if (typeof authenticate !== 'function') throw new Error('The credential does not authenticate by a function');
	const broken: string[] = [];
	for (const [baseUrl, url] of fc.sample(fc.tuple(address, address), { seed, numRuns: cases })) {
		const request = await authenticate({ apiToken: EMPLOYEE_TOKEN, baseUrl }, { url, baseURL: baseUrl }).catch(
			(error: unknown) => error,
		);
		if (request instanceof Error) {
			if (request.message.includes(EMPLOYEE_TOKEN) || !/. .*\.$/s.test(request.message))
				broken.push(`${JSON.stringify(baseUrl)} says ${request.message}`);
			continue;
		}
		const { url: path, baseURL } = record(request);
		const target = new URL(String(path), String(baseURL));
		const safe = target.protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(target.hostname);
		if (!safe || target.origin !== new URL(baseUrl.trim()).origin)
			broken.push(`${JSON.stringify([baseUrl, url])} takes the token to ${target.href}`);
	}
	return broken;
}

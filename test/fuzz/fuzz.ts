// Hostile values against the built node in n8n's engine: whatever comes in, no crash, no leak, no stray request, no silent item.

import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { hostOf } from '../../nodes/ZooBilling/zoo/baseUrl';
import { loadPackage, type NodeRunResult } from '../engine/harness';
import { textIn } from '../engine/harness/text-in';
import { record, runZoo, startZoo } from '../engine/zoo-run';
import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { address, amount, faultFor, valueLike } from './hostile';

const ITEMS = 500;
/** As many of them are run again, one by one, in a workflow that stops on failures. */
const STOPPED = 20;
/** A value each, at every execution in another set. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
	getBalance: ['output'],
	applyPreview: ['maxAmount', 'onDifference', 'output'],
};
const PREVIEWED = [
	'id',
	'madeAt',
	'host',
	'orgId',
	'userId',
	'resource',
	'balanceModel',
	'from',
	'to',
	'beside',
	'updatedAt',
	'reference',
	'email',
];
const OPTIONS = ['creditMultiplier', 'currency', 'maxAmount', 'reference', 'includeTotalDue', 'onDifference', 'output'];

/** Runs so many cases, half of them addresses; returns a line for each broken promise. */
export async function fuzz(cases: number, seed: number): Promise<string[]> {
	const broken = await addresses(cases - ITEMS * Math.ceil(cases / 2 / ITEMS), seed);
	for (let round = 0; broken.length === 0 && round < Math.ceil(cases / 2 / ITEMS); round += 1)
		broken.push(...(await execution(seed + round)));
	return broken;
}

/** What all items of an execution share. */
interface Course {
	readonly operation: string;
	readonly resource: 'org' | 'user';
	readonly chosen: readonly string[];
}

const courses = fc.record<Course>({
	operation: fc.constantFrom('updateBalance', 'adjustBalance', 'getBalance', 'applyPreview'),
	resource: fc.constantFrom('org', 'user'),
	chosen: fc.subarray(OPTIONS, { maxLength: 2 }),
});

/** Items, each for an owner of whom the stand-in knows. */
function itemFor({ resource }: Course, host: string): fc.Arbitrary<(id: string) => IDataObject> {
	const parts = fc.record({
		amount: valueLike(amount),
		unit: valueLike(fc.constant('usd')),
		option: valueLike(fc.constantFrom('1', 'usd', true, 'warn')),
		owner: valueLike(fc.constantFrom('', '', '@')),
		sentBefore: valueLike(fc.constantFrom('no', 'perhaps')),
		wrong: fc.dictionary(fc.constantFrom(...PREVIEWED), valueLike(amount), { maxKeys: 1 }),
	});
	const to = { pre_pay_cash_remaining: '15.00' };
	const from = { pre_pay_cash_remaining: '10.00' };
	const fixed = { madeAt: '2026-11-23T16:27:13.033Z', host, resource, balanceModel: 'prePay', from, to };
	return parts.map(({ owner, wrong, ...values }) => (id: string) => ({
		...values,
		owner: owner === '' ? id : owner === '@' ? addressOf(id) : owner,
		preview: { ...fixed, id, [`${resource}Id`]: id, ...wrong },
	})) as never;
}

const addressOf = (id: string) => `kim+${id}@example.com`;
const ids = (seed: number) => Array.from({ length: ITEMS }, (_, index) => idOf(seed * ITEMS + index));

function idOf(number: number): string {
	return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0').slice(-12)}`;
}

async function execution(seed: number): Promise<string[]> {
	await using zoo = await startZoo();
	await using elsewhere = await startZoo();
	const known = ids(seed);
	const [course] = fc.sample(courses, { seed, numRuns: 1 }) as [Course];
	for (const id of known) {
		zoo.setBalance(course.resource, id, { pre_pay_cash_remaining: '10.00', pre_pay_credits_remaining: '10.00' });
		if (course.resource === 'user') zoo.nameUser(id, addressOf(id));
	}
	const items = fc
		.sample(itemFor(course, hostOf(zoo.url)), { seed, numRuns: ITEMS })
		.map((build, index) => build(known[index] ?? ''));
	const faults = fc.sample(faultFor(EMPLOYEE_TOKEN, elsewhere.url), { seed, numRuns: ITEMS });
	let requests = 0;
	zoo.onRequest = () => faults[(requests += 1) % faults.length];
	const parameters = parametersOf(course);
	const result = await runZoo(zoo, parameters, { items, onError: 'continueRegularOutput' });
	const broken: string[] = [];
	for (const item of items.slice(0, STOPPED)) broken.push(...thrown(await runZoo(zoo, parameters, { items: [item] })));
	broken.push(...brokenPromises(result, zoo, elsewhere, new Set(known)));
	return broken.map((promise) => `seed ${seed}, ${JSON.stringify(course)}: ${promise}`);
}

/** What is thrown is in the error view, description and all. */
function thrown({ error, logs }: NodeRunResult): string[] {
	if (!error) return [];
	const broken = unfit(`${error.message} ${error.description}`);
	if (textIn([error, logs]).includes(EMPLOYEE_TOKEN)) broken.push('the token is in an error that was thrown');
	return broken;
}

/** Markup, and what nobody sees or what turns the line around. */
const UNFIT = /[<>\p{Cc}\p{Cf}\p{Co}\p{Cs}]|\]\(/u;

function unfit(...texts: unknown[]): string[] {
	return texts
		.map(String)
		.filter((text) => UNFIT.test(text))
		.map((text) => `people get to read ${JSON.stringify(text).slice(0, 300)}`);
}

function parametersOf({ operation, resource, chosen }: Course): INodeParameters {
	const fields = { prePayCashRemaining: '={{ $json.amount }}' };
	const usable = chosen.filter((name) => (TAKEN[operation] ?? OPTIONS).includes(name));
	return {
		operation,
		resource,
		orgId: '={{ $json.owner }}',
		userId: '={{ $json.owner }}',
		amountUnit: '={{ $json.unit }}',
		updateFields: fields,
		adjustFields: fields,
		preview: '={{ $json.preview }}',
		sentBefore: '={{ $json.sentBefore }}',
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
		if (json['error'] !== undefined) broken.push(...unfit(json['error'], json['message'], ...textsIn(factsIn(json))));
		if (!isReport(json)) broken.push(`item ${index} reports nothing: ${JSON.stringify(json).slice(0, 200)}`);
	});
	broken.push(...unfit(...result.hints.map(({ message }) => message)));
	if (textIn(result).includes(EMPLOYEE_TOKEN)) broken.push('the token is in the result');
	for (const { target, headers } of zoo.requests) {
		if (!isAllowed(target, known)) broken.push(`a request went to ${target}`);
		if (`http://${headers['host']}` !== zoo.url) broken.push(`a request named the host ${headers['host']}`);
	}
	if (elsewhere.requests.length > 0) broken.push('a request went to another host');
	return broken;
}

/** The balance of somebody known, or who has an address: `known` may not have it, then Zoo is asked. */
function isAllowed(target: string, known: ReadonlySet<string>): boolean {
	const [, id] = /^\/(?:orgs|users)\/([^/]+)\/payment\/balance(?:\?include_total_due=true)?$/.exec(target) ?? [];
	if (id !== undefined) return known.has(id);
	return /^\/users\/[\w%.+-]+%40[\w%.-]+$/.test(target);
}

/** Without the reference, which is the workflow's own and has to be found again as it was given. */
function factsIn({ details }: IDataObject): unknown[] {
	return Object.entries(record(details)).map(([name, value]) => (name === 'reference' ? '' : value));
}

function textsIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
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
			broken.push(...unfit(request.message));
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

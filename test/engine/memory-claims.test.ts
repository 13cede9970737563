// An answer that says no is a claim: a gateway may give it after Zoo has applied the write. Nothing may be added twice for it.

import type { INodeParameters, OnError } from 'n8n-workflow';

import type { Fault } from '../zoo-api/faults';
import type { ZooApi } from '../zoo-api/server';
import { FakeClock, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { detailsOnErrorOutput, fatesOf, jsonOf, ORG, runZoo, startZoo, wire, type ZooRun } from './zoo-run';

useFakeClocks();

const MODES = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const satisfies readonly OnError[];
const BODIES = ['with Zoo’s own error document', 'with a page of a gateway', 'with nothing'] as const;
type Body = (typeof BODIES)[number];

interface Claim {
	readonly name: string;
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
}

/** Statuses that say no without proving it; `again`: those after which the node sends again by itself. */
const again: Claim[] = [
	{ name: '429', status: 429 },
	{ name: '429 with Retry-After', status: 429, headers: { 'Retry-After': '1' } },
];
const final: Claim[] = [
	...[400, 402, 404, 405, 406, 409, 410, 413, 422].map((status) => ({ name: `${status}`, status })),
	...[301, 302, 304, 307, 308].map((status) => ({
		name: `${status}`,
		status,
		headers: { location: 'http://127.0.0.1:9/' },
	})),
];

const page = { 'content-type': 'text/html' };

function faultOf({ status, headers = {} }: Claim, body: Body, applied: boolean): Fault {
	if (body === 'with Zoo’s own error document') return { kind: 'status', status, headers, applied };
	const text = body === 'with nothing' ? '' : '<html><body>No</body></html>';
	return { kind: 'status', status, headers: { ...page, ...headers }, body: text, applied };
}

const matrix = [...again, ...final].flatMap((claim) =>
	BODIES.map((body) => ({ claim, body, title: `${claim.name} ${body}` })),
);
const inEachMode = matrix.flatMap((each) => MODES.map((mode) => ({ ...each, mode, title: `${each.title}: ${mode}` })));

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

const fields = { prePayCashRemaining: '5' };
const adjust = { operation: 'adjustBalance', adjustFields: fields };
const update = { operation: 'updateBalance', updateFields: fields };
const retryOnFail = { maxTries: 3, waitBetweenTries: 1 };
const cash = () => zoo.amountsOf('org', ORG)['pre_pay_cash_remaining'];
const puts = () => wire(zoo).filter((line) => line.startsWith('PUT'));

async function run(parameters: INodeParameters, more: ZooRun = { onError: 'continueRegularOutput' }) {
	return await new FakeClock().run(async () => await runZoo(zoo, parameters, more));
}

/** In each mode alike: what the one item says, and never that it can be tried again. */
function expectUnknown(result: NodeRunResult): void {
	const [said] = result.error ? [result.error.message] : jsonOf(result).concat(jsonOf(result, 1));
	const text = JSON.stringify([said, result.error?.description]);
	expect(text).toMatch(/unknown/i);
	expect(text).not.toMatch(/trying again is safe|Nothing was sent|Nothing of this write|was not changed/);
	if (!result.error && detailsOnErrorOutput) expect(fatesOf(result)).toEqual(['unknown']);
}

/** Without the question whether an endpoint is there. */
function methodsOf({ requests }: ZooApi): string[] {
	return requests.map(({ method }) => method).filter((method) => method !== 'OPTIONS');
}

describe('an adjustment that Zoo applied, and that was answered all the same with', () => {
	it.each(inEachMode)('$title is not added again by Retry On Fail', async ({ claim, body, mode }) => {
		zoo.failNext(faultOf(claim, body, true), { method: 'PUT' });
		const result = await run(adjust, { onError: mode, retryOnFail });
		expect(cash()).toBe('15.00');
		expect(puts()).toHaveLength(1);
		expectUnknown(result);
	});

	it.each(matrix)('$title is reported as unknown', async ({ claim, body }) => {
		zoo.failNext(faultOf(claim, body, true), { method: 'PUT' });
		const result = await run(adjust);
		expect(cash()).toBe('15.00');
		expectUnknown(result);
	});
});

describe('an adjustment that Zoo did not apply and answered with', () => {
	it.each(inEachMode)('$title is added once by Retry On Fail', async ({ claim, body, mode }) => {
		zoo.failNext(faultOf(claim, body, false), { method: 'PUT' });
		const result = await run(adjust, { onError: mode, retryOnFail });
		expect(result.status).toBe('success');
		expect(jsonOf(result)).toMatchObject([{ confirmation: { status: 'confirmed', by: 'reply' } }]);
		expect(cash()).toBe('15.00');
		expect(puts()).toHaveLength(2);
	});

	it.each(matrix.filter(({ claim }) => final.includes(claim)))(
		'$title is reported as not applied, once a look has shown it',
		async ({ claim, body }) => {
			zoo.failNext(faultOf(claim, body, false), { method: 'PUT' });
			const result = await run(adjust);
			expect(fatesOf(result)).toEqual(['notApplied']);
			expect(zoo.requests.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET']);
		},
	);
});

describe('an update with Only If Balance Is that Zoo applied, and that was answered all the same with', () => {
	const conditional = { ...update, options: { onlyIf: { prePayCashRemaining: '10' } } };

	it.each(matrix)('$title is reported as unknown, whatever Retry On Fail does', async ({ claim, body }) => {
		zoo.failNext(faultOf(claim, body, true), { method: 'PUT' });
		const result = await run(conditional, { onError: 'continueRegularOutput', retryOnFail });
		expect(cash()).toBe('5.00');
		expect(puts()).toHaveLength(1);
		expectUnknown(result);
	});
});

describe('a plain update that was answered with', () => {
	it.each(matrix.filter(({ claim }) => final.includes(claim)))(
		'$title is confirmed by reading back where Zoo has applied it',
		async ({ claim, body }) => {
			zoo.failNext(faultOf(claim, body, true), { method: 'PUT' });
			const result = await run(update);
			expect(jsonOf(result)).toMatchObject([{ confirmation: { status: 'confirmed', by: 'readBack' } }]);
			expect(puts()).toHaveLength(1);
		},
	);

	it.each(matrix.filter(({ claim }) => final.includes(claim)))(
		'$title is reported as not applied where Zoo has not',
		async ({ claim, body }) => {
			zoo.failNext(faultOf(claim, body, false), { method: 'PUT' });
			const result = await run(update);
			expect(fatesOf(result)).toEqual(['notApplied']);
			expect(zoo.requests.map(({ method }) => method)).toEqual(['PUT', 'GET']);
		},
	);

	it.each(matrix.filter(({ claim }) => again.includes(claim)))(
		'$title is sent again without a look',
		async ({ claim, body }) => {
			zoo.failNext(faultOf(claim, body, false), { method: 'PUT' });
			const result = await run(update);
			expect(jsonOf(result)).toMatchObject([{ confirmation: { status: 'confirmed', by: 'reply' } }]);
			expect(zoo.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT']);
		},
	);
});

describe('the look after a claim', () => {
	const claim: Claim = { name: '409', status: 409 };

	it('that fails with the same status lets the claim be believed', async () => {
		const fault = faultOf(claim, 'with a page of a gateway', false);
		let written = false;
		zoo.onRequest = ({ method }) => ((written ||= method === 'PUT') ? fault : undefined);
		const result = await run({ ...adjust, options: { retryFor: 0 } });
		expect(fatesOf(result)).toEqual(['notApplied']);
	});

	it.each([
		['leaves the outcome unknown after the page of a gateway', 'with a page of a gateway', 'unknown'],
		['lets Zoo’s own error document be believed', 'with Zoo’s own error document', 'notApplied'],
	] as const)('that fails with another status %s', async (_, body, fate) => {
		let written = false;
		zoo.onRequest = ({ method }) => {
			if (method === 'PUT') written = true;
			else if (written) return { kind: 'status', status: 403 };
			return written ? faultOf(claim, body, false) : undefined;
		};
		const result = await run({ ...adjust, options: { retryFor: 0 } });
		expect(fatesOf(result)).toEqual([fate]);
	});

	it('goes out at once, even while Zoo asks everybody to wait', async () => {
		zoo.failNext(
			{ kind: 'status', status: 429, headers: { 'Retry-After': '3600' }, body: '', applied: true },
			{ method: 'PUT' },
		);
		const clock = new FakeClock();
		const result = await clock.run(async () => await runZoo(zoo, adjust, { onError: 'continueRegularOutput' }));
		expectUnknown(result);
		expect(methodsOf(zoo)).toEqual(['GET', 'PUT', 'GET']);
		expect(clock.waits).toEqual([]);
	});
});

it.each([401, 403])('%d proves that an adjustment was not applied, without a look', async (status) => {
	zoo.failNext({ kind: 'status', status }, { method: 'PUT' });
	const result = await run(adjust);
	expect(fatesOf(result)).toEqual(['notApplied']);
	expect(methodsOf(zoo)).toEqual(['GET', 'PUT']);
});

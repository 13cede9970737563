// What is evidence and what is not: stale looks, requests that never left, writes that would overlap, and canceled reads.

import { createServer, type Server } from 'node:net';

import type { INodeParameters } from 'n8n-workflow';

import type { Fault } from '../zoo-api/faults';
import type { ZooApi, ZooApiSettings } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { FakeClock, until, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { fatesOf, jsonOf, ORG, record, runZoo, startZoo, type ZooRun } from './zoo-run';

useFakeClocks();

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

const onError = 'continueRegularOutput';
const cash = () => zoo.amountsOf('org', ORG)['pre_pay_cash_remaining'];
const methods = () => zoo.requests.map(({ method }) => method).join(' ');
const adjust = { operation: 'adjustBalance', adjustFields: { prePayCashRemaining: '={{ $json.amount }}' } };
const update = { updateFields: { prePayCashRemaining: '={{ $json.amount }}' } };
const fiveAndSeven = [{ amount: '5' }, { amount: '7' }];

async function run(parameters: INodeParameters, more: ZooRun, clock = new FakeClock()): Promise<NodeRunResult> {
	return await clock.run(async () => await runZoo(zoo, parameters, { onError, ...more }));
}

async function balanceNow(of: ZooApi): Promise<string> {
	const reply = await fetch(`${of.url}/orgs/${ORG}/payment/balance`, {
		headers: { authorization: `Bearer ${EMPLOYEE_TOKEN}` },
	});
	return await reply.text();
}

/** So many reads after the first write show the balance as it was before all of this. */
async function answerStale(times: number, of = zoo): Promise<void> {
	const fault: Fault = { kind: 'body', text: await balanceNow(of) };
	let written = false;
	let left = times;
	of.onRequest = ({ method }) => {
		written ||= method === 'PUT';
		return method === 'GET' && written && left-- > 0 ? fault : undefined;
	};
}

describe('a look that is older than the last confirmed write', () => {
	it.each([
		['prePay', 'prePayCashRemaining', 'pre_pay_cash_remaining', '22.00'],
		['apiCredits', 'stableApiCreditsRemainingMonetaryValue', 'stable_api_credits_remaining_monetary_value', '32.00'],
	] as const)('is repeated before an adjustment builds on it: %s', async (model, field, wire, sum) => {
		const settings: ZooApiSettings = { model };
		await using other = await startZoo(settings);
		await answerStale(2, other);
		const parameters = { ...adjust, adjustFields: { [field]: '={{ $json.amount }}' } };
		const result = await new FakeClock().run(
			async () => await runZoo(other, parameters, { items: fiveAndSeven, onError }),
		);
		expect(other.amountsOf('org', ORG)[wire]).toBe(sum);
		expect(fatesOf(result)).toEqual(['confirmed', 'confirmed']);
	});

	it('counts as none when it does not get any newer: nothing is sent', async () => {
		await answerStale(Infinity);
		const result = await run(adjust, { items: fiveAndSeven });
		expect(cash()).toBe('15.00');
		expect(fatesOf(result)).toEqual(['confirmed', 'notSent']);
	});

	it('counts as none for Only If Balance Is', async () => {
		await answerStale(2);
		const parameters = {
			...update,
			options: { onlyIf: { prePayCashRemaining: "={{ $itemIndex === 0 ? '10' : '10.00' }}" } },
		};
		const result = await run(parameters, { items: fiveAndSeven });
		expect(cash()).toBe('5.00');
		expect(fatesOf(result)).toEqual(['confirmed', 'notSent']);
		expect(record(jsonOf(result)[1]?.['details'])).toMatchObject({ reason: 'conditionNotMet' });
	});

	it('is repeated in the next execution, too', async () => {
		const stale = await balanceNow(zoo);
		await run(adjust, { items: [{ amount: '5' }] });
		zoo.failNext({ kind: 'body', text: stale }, { method: 'GET' });
		await run(adjust, { items: [{ amount: '7' }] });
		expect(cash()).toBe('22.00');
	});

	it('is known by all the digits of its time', async () => {
		const at = (digits: string): Fault => ({
			kind: 'edit',
			edit: (reply) => ({ ...reply, updated_at: `2026-01-01T00:00:00.${digits}Z` }),
		});
		const stale: Fault = {
			kind: 'edit',
			edit: (reply) => ({
				...reply,
				pre_pay_cash_remaining: '10.00',
				updated_at: '2026-01-01T00:00:00.123456788Z',
			}),
		};
		const replies = [at('1'), at('123456789'), stale, at('123456789'), at('1234567891')];
		zoo.onRequest = () => replies.shift();
		await run(adjust, { items: fiveAndSeven });
		expect(cash()).toBe('22.00');
		expect(methods()).toBe('GET PUT GET GET PUT');
	});
});

describe('a look without a time', () => {
	const timeless = (missing: unknown): Fault => ({
		kind: 'edit',
		edit: ({ updated_at: _, ...reply }) => (missing === undefined ? reply : { ...reply, updated_at: missing }),
	});

	it.each([undefined, null, 'yesterday', 7])('(%j) is judged by its amounts alone', async (missing) => {
		zoo.onRequest = () => timeless(missing);
		const result = await run(adjust, { items: fiveAndSeven });
		expect(cash()).toBe('22.00');
		expect(fatesOf(result)).toEqual(['confirmed', 'confirmed']);
	});

	it.each([
		['was not applied, which is sent again', false, 'GET PUT GET PUT'],
		['was applied, which is confirmed', true, 'GET PUT GET'],
	])('settles a write that %s', async (_, applied, requests) => {
		zoo.failNext({ kind: 'status', status: 502, applied }, { method: 'PUT' });
		zoo.onRequest = () => timeless(undefined);
		const result = await run(adjust, { items: [{ amount: '5' }] });
		expect(cash()).toBe('15.00');
		expect(fatesOf(result)).toEqual(['confirmed']);
		expect(methods()).toBe(requests);
	});
});

describe('a write that may have been applied and is given up', () => {
	const once = { options: { retryFor: 0 } };
	const items = [{ amount: '5' }];

	it('is reported as not applied by a look that comes ten seconds later and shows nothing new', async () => {
		zoo.failNext({ kind: 'status', status: 502 }, { method: 'PUT' });
		const clock = new FakeClock();
		const result = await run({ ...adjust, ...once }, { items }, clock);
		expect(fatesOf(result)).toEqual(['notApplied']);
		expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThanOrEqual(10_000);
		expect(methods()).toMatch(/^GET PUT( GET)+$/);
	});

	it('is confirmed by that look when it took effect in the meantime', async () => {
		zoo.failNext({ kind: 'status', status: 502, applied: 'late', lateByMs: Infinity }, { method: 'PUT' });
		const clock = new FakeClock('by hand');
		const running = run({ ...adjust, ...once }, { items }, clock);
		await clock.asleep(1);
		zoo.applyLateWrites();
		clock.advance(10_000);
		const result = await running;
		expect(jsonOf(result)).toMatchObject([{ confirmation: { status: 'confirmed', by: 'readBack' } }]);
		expect(cash()).toBe('15.00');
	});

	it('stays unknown as a plain update', async () => {
		zoo.failNext({ kind: 'status', status: 502 }, { method: 'PUT' });
		const result = await run({ ...update, ...once }, { items });
		expect(fatesOf(result)).toEqual(['unknown']);
	});
});

describe('writes for one owner are never open at once', () => {
	it('with a time-out of a fraction of a millisecond, and both are written', async () => {
		await using slow = await startZoo({ latencyMs: 30 });
		const options = { timeout: '={{ 100 / 3 }}' };
		const results = await Promise.all(
			fiveAndSeven.map(async (item) => await runZoo(slow, { ...update, options }, { items: [item], onError })),
		);
		// An item that ended too early has left its write on the way.
		await until(
			() => slow.requests.length === 2,
			() => `${slow.requests.length} requests have come`,
		);
		await slow.noneOpen();
		expect(slow.mostOpenWrites).toBe(1);
		expect(results.flatMap(fatesOf)).toEqual(['confirmed', 'confirmed']);
	});

	it('with two spellings of its host, and no sum is lost', async () => {
		await using slow = await startZoo({ latencyMs: 30 });
		const hosts = [slow.url, slow.url.replace('127.0.0.1', 'localhost')];
		await Promise.all(
			hosts.map(async (baseUrl) => {
				const credential = { apiToken: EMPLOYEE_TOKEN, baseUrl };
				await runZoo(slow, adjust, { items: fiveAndSeven, onError, credential });
			}),
		);
		expect(slow.mostOpenWrites).toBe(1);
		expect(slow.amountsOf('org', ORG)['pre_pay_cash_remaining']).toBe('34.00');
	});
});

describe('a request that never left', () => {
	async function listening(server: Server): Promise<number> {
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const address = server.address();
		if (typeof address !== 'object' || !address) throw new Error('The server is not listening');
		return address.port;
	}

	async function expectNeverSent(baseUrl: string): Promise<void> {
		const clock = new FakeClock();
		const credential = { apiToken: EMPLOYEE_TOKEN, baseUrl };
		const result = await run(update, { items: [{ amount: '5' }], credential }, clock);
		expect(fatesOf(result)).toEqual([expect.stringMatching(/^(notSent|notApplied)$/)]);
		expect(clock.waits).toEqual([]);
	}

	it('because the port speaks no TLS is not applied, and not sent again', async () => {
		await expectNeverSent(zoo.url.replace('http:', 'https:'));
		expect(zoo.requests).toEqual([]);
	});

	it.each(['end', 'resetAndDestroy'] as const)(
		'because the other side went away in the handshake (%s) is not applied, and not sent again',
		async (how) => {
			const server = createServer((socket) => {
				socket.on('error', () => undefined).once('data', () => socket[how]());
			});
			try {
				await expectNeverSent(`https://127.0.0.1:${await listening(server)}`);
			} finally {
				server.close();
			}
		},
	);
});

describe('a read that was sent and then canceled', () => {
	it.each([
		['a read', { operation: 'getBalance' }, 'notRead'],
		['the look before an adjustment', adjust, 'notSent'],
	])('does not say that nothing was sent: %s', async (_, parameters, fate) => {
		const stop = new AbortController();
		zoo.failNext({ kind: 'hang' });
		const arrived = zoo.nextRequest();
		const running = run(parameters, { items: [{ amount: '5' }], cancel: stop.signal }, new FakeClock('by hand'));
		await arrived;
		stop.abort();
		const result = await running;
		expect(fatesOf(result)).toEqual([fate]);
		expect(record(jsonOf(result)[0])['message']).not.toMatch(/nothing was sent|not sent/i);
	});
});

it('what nobody foresees is reported with its cause', async () => {
	const dice = jest.spyOn(Math, 'random');
	zoo.onRequest = ({ method }) => {
		if (method !== 'PUT') return undefined;
		dice.mockImplementation(() => {
			throw new Error('The dice are gone');
		});
		return { kind: 'status', status: 502 };
	};
	const result = await run(update, { items: [{ amount: '5' }] });
	dice.mockRestore();
	expect(jsonOf(result)).toMatchObject([
		{ message: expect.stringContaining('The dice are gone'), details: { reason: 'unforeseen', outcome: 'unknown' } },
	]);
});

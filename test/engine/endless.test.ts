// Replies that never end, and hosts that never begin: the execution ends in time, the item says what is known, and nothing stays open.

import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as realSleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Fault } from '../zoo-api/faults';
import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { FakeClock, useFakeClocks } from './fake-clock';
import { detailsOnErrorOutput, jsonOf, ORG, runZoo, startZoo } from './zoo-run';

useFakeClocks();

let zoo: ZooApi;
beforeEach(async () => {
	zoo = await startZoo();
});
afterEach(async () => {
	await zoo.close();
});

const TIMEOUT_S = 1;
const PATIENCE_MS = 3000;
const fields = { prePayCashRemaining: '5' };

/** Sockets of this process, of both ends. */
function openSockets(): number {
	return process.getActiveResourcesInfo().filter((resource) => /^(TCPSocketWrap|TLSWrap)$/.test(resource)).length;
}

async function expectNothingOpen(): Promise<void> {
	const end = performance.now() + PATIENCE_MS;
	while (openSockets() > 0 && performance.now() < end) await realSleep(5);
	expect(openSockets()).toBe(0);
}

const late = 'no reply came within the time-out';
const tooLong = 'its reply cannot be read';
const replies: ReadonlyArray<[name: string, fault: Fault, cause: string]> = [
	['that never comes', { kind: 'hang' }, late],
	['that stalls', { kind: 'stallMidBody' }, late],
	['that trickles', { kind: 'trickle', everyMs: 100 }, late],
	['that never ends', { kind: 'endless' }, tooLong],
	['of many megabytes', { kind: 'body', text: `{"x":"${'x'.repeat(5_000_000)}"}` }, tooLong],
];

it.each(replies)('a reply %s ends in time and leaves nothing open', async (_, fault, cause) => {
	zoo.failNext(fault, { times: Infinity });
	const running = ['updateBalance', 'adjustBalance', 'getBalance'].map(async (operation, index) => {
		const clock = new FakeClock();
		const begun = clock.now();
		const parameters = {
			operation,
			orgId: ORG.slice(0, -2) + String(index + 10),
			updateFields: fields,
			adjustFields: fields,
			options: { timeout: TIMEOUT_S, retryFor: 0 },
		};
		const onError = 'continueRegularOutput';
		const result = await clock.run(async () => await runZoo(zoo, parameters, { onError }));
		return { result, seconds: (clock.now() - begun) / 1000 };
	});
	const ends = await Promise.all(running);
	// An attempt, and one reading back.
	expect(Math.max(...ends.map(({ seconds }) => seconds))).toBeLessThanOrEqual(2 * TIMEOUT_S);
	expect(ends.flatMap(({ result }) => jsonOf(result))).toMatchObject(
		Array(3).fill({ error: expect.stringContaining(cause) }),
	);
	await expectNothingOpen();
});

it('a hundred executions with such replies leave no memory behind', async () => {
	const collect = garbageCollector();
	const faults = replies.map(([, fault]) => fault);
	const kilobytes: number[] = [];
	for (let round = 0; round < 5; round += 1) {
		let asked = round;
		zoo.onRequest = () => faults[(asked += 1) % faults.length];
		const running = Array.from(
			{ length: 20 },
			async (_, index) =>
				await new FakeClock().run(
					async () =>
						await runZoo(zoo, {
							// Each its own: what got no answer makes the next write to the same one wait.
							orgId: ORG.slice(0, -3) + String(100 + 20 * round + index),
							updateFields: fields,
							options: { timeout: TIMEOUT_S, retryFor: 0 },
						}),
				),
		);
		await zoo.nextRequest();
		expect(openSockets()).toBeGreaterThan(0);
		await Promise.all(running);
		await expectNothingOpen();
		zoo.requests.length = 0;
		collect();
		kilobytes.push(Math.round(process.memoryUsage().heapUsed / 1024));
	}
	const [, second = 0, , , last = 0] = kilobytes;
	expect(last - second).toBeLessThan(2000);
});

function garbageCollector(): () => void {
	setFlagsFromString('--expose-gc');
	const collect: unknown = runInNewContext('gc');
	if (typeof collect !== 'function') throw new Error('The garbage collector cannot be called');
	return () => void collect();
}

it('an applied write with 6,000-fold nesting in its reply is confirmed', async () => {
	const deep = `${'{"a":['.repeat(3000)}${']}'.repeat(3000)}`;
	zoo.failNext({ kind: 'body', text: `{"pre_pay_cash_remaining":"5.00","later":${deep}}`, applied: true });
	const result = await runZoo(zoo, { updateFields: fields });
	expect(jsonOf(result)).toMatchObject([{ confirmation: { status: 'confirmed', by: 'reply' } }]);
});

describe('a host that', () => {
	const hosts: ReadonlyArray<[name: string, meet: (socket: Socket) => void]> = [
		['speaks plain HTTP where TLS was expected', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
		['closes in the handshake', (socket) => socket.end()],
		['resets in the handshake', (socket) => socket.resetAndDestroy()],
	];

	// n8n 1 hides the connection from its nodes: there only a close is told apart, by Node's own words for it.
	const known = detailsOnErrorOutput ? hosts : hosts.filter(([name]) => name.startsWith('closes'));
	it.each(known)('%s was sent nothing, and is not tried again', async (_, meet) => {
		let met = 0;
		const server = createServer((socket) => {
			met += 1;
			socket.on('error', () => undefined).once('data', () => meet(socket));
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const result = await runZoo(
			zoo,
			{ updateFields: fields },
			{
				credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: `https://127.0.0.1:${port}` },
				onError: 'continueErrorOutput',
			},
		);
		await new Promise((resolve) => server.close(resolve));
		expect(met).toBe(1);
		expect(jsonOf(result, 1)).toMatchObject([
			{
				error: `The balance was not changed: no secure connection came about to 127.0.0.1:${port} [item 0]`,
				...(detailsOnErrorOutput && { details: { reason: 'unreachable', outcome: 'notApplied' } }),
			},
		]);
		await expectNothingOpen();
	});
});

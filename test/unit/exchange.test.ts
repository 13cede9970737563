// One item's conversation with Zoo, on a scripted wire and a clock that only moves when it is told to.

import fc from 'fast-check';

import type { Reply } from '../../nodes/ZooBilling/balance/reply';
import { Exchange, type Standing, type Traffic, type Write } from '../../nodes/ZooBilling/zoo/exchange';
import { readBalance, writeBalance } from '../../nodes/ZooBilling/zoo/request';
import type { Sent } from '../../nodes/ZooBilling/zoo/retry';
import {
	amountOf,
	badCertificate,
	cash,
	org,
	prePay,
	refusedConnection,
	replied,
	ScriptedWorld,
	timedOut,
	type Turn,
} from './given';

const put = writeBalance(org, prePay, [amountOf(cash, '50')]);
const readBack = readBalance(org);

const THERE = replied(200, { now: 'there' });
const RESEND = replied(200, { now: 'resend' });
const MOVED = replied(200, { now: 'moved' });
const WRITTEN = replied(200, { now: 'there' }, { callId: 'call-1' });
const UNSETTLED = replied(200, { hello: 'world' }, { callId: 'call-2' });
const asked = (seconds: number, status = 429) =>
	replied(status, { message: 'slow down' }, { retryAfter: String(seconds) });

/** A balance that says in `now` how it stands; a reply without it settles nothing. */
const nowOf = ({ balance }: Reply): unknown => ({ ...balance })['now'];
const standing = (reply: Reply): Standing => {
	const now = nowOf(reply);
	return now === 'there' || now === 'moved' ? now : 'resend';
};
const write = (more: Partial<Write> = {}): Write => ({
	put,
	readBack,
	standing,
	settles: (reply) => nowOf(reply) !== undefined,
	lookBeforeResend: false,
	inDoubt: false,
	...more,
});

interface Scene {
	readonly retryFor?: number;
	readonly traffic?: Traffic;
	readonly prepare?: (world: ScriptedWorld) => void;
}

function scene(turns: Turn[], { retryFor = 60_000, traffic = { heldUntil: 0, stopped: false }, prepare }: Scene = {}) {
	const world = new ScriptedWorld(turns);
	prepare?.(world);
	return { world, traffic, exchange: new Exchange(world, traffic, { timeout: 30_000, retryFor }) };
}

describe('a write', () => {
	it('that Zoo answers is sent once, with the time-out of an attempt', async () => {
		const { world, exchange } = scene([WRITTEN]);
		expect(await exchange.write(write())).toEqual({
			kind: 'answered',
			by: 'reply',
			answer: {
				kind: 'answered',
				json: { now: 'there' },
				reply: { balance: { now: 'there' }, misfits: [] },
				callId: 'call-1',
				status: 200,
			},
		});
		expect(world.requests).toEqual([put]);
		expect(world.timeouts).toEqual([30_000]);
		expect(exchange).toMatchObject({ attempts: 1, firstSentAt: 1_000_000, askedToWait: undefined });
	});

	it.each<[string, Sent]>([
		['a time-out', timedOut],
		['408', replied(408)],
		['500', replied(500)],
		['502', replied(502, '<html></html>')],
		['503', replied(503)],
		['504', replied(504)],
		['a 200 that cannot be read', replied(200, '{"cut')],
		['a 200 that says too little', UNSETTLED],
	])('is read back after %s, and confirmed when it is there', async (_, sent) => {
		const { world, exchange } = scene([sent, THERE]);
		expect(await exchange.write(write())).toMatchObject({
			kind: 'answered',
			by: 'readBack',
			answer: { json: { now: 'there' } },
		});
		expect(world.log).toEqual(['PUT', 'wait 500', 'GET']);
		expect(exchange.attempts).toBe(1);
	});

	it('is read back again while the balance that was read says too little', async () => {
		const { world, exchange } = scene([timedOut, UNSETTLED, THERE]);
		expect(await exchange.write(write())).toMatchObject({ kind: 'answered', by: 'readBack' });
		expect(world.log.filter((entry) => !entry.startsWith('wait'))).toEqual(['PUT', 'GET', 'GET']);
	});

	it('is in doubt, and not sent again, when no balance that was read says enough', async () => {
		const { world, exchange } = scene([timedOut, UNSETTLED, UNSETTLED, UNSETTLED], { retryFor: 3000 });
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: true,
			moved: false,
			last: { kind: 'perhapsApplied' },
		});
		expect(world.log.filter((entry) => entry === 'PUT')).toHaveLength(1);
	});

	it.each<[string, Sent]>([
		['a time-out', timedOut],
		['408', replied(408)],
		['500', replied(500)],
		['502', replied(502)],
		['503', replied(503)],
		['504', replied(504)],
		['a 200 that cannot be read', replied(200, '')],
		['a 200 that says too little', UNSETTLED],
	])('is sent again after %s when reading back does not find it', async (_, sent) => {
		const { world, exchange } = scene([sent, RESEND, WRITTEN]);
		expect(await exchange.write(write())).toMatchObject({ kind: 'answered', by: 'reply' });
		expect(world.log).toEqual(['PUT', 'wait 500', 'GET', 'PUT']);
		expect(world.requests).toEqual([put, readBack, put]);
		expect(exchange.attempts).toBe(2);
	});

	it.each<[string, Sent, string]>([
		['a refused connection', refusedConnection, 'wait 500'],
		['429', replied(429), 'wait 500'],
		['429 with a wait', asked(7), 'wait 7000'],
		['503 with a wait', asked(7, 503), 'wait 7000'],
	])('is sent again after %s without reading back', async (_, sent, wait) => {
		const { world, exchange } = scene([sent, WRITTEN]);
		expect(await exchange.write(write())).toMatchObject({ kind: 'answered', by: 'reply' });
		expect(world.log).toEqual(['PUT', wait, 'PUT']);
	});

	it('is read back even after a refused connection where the operation wants to look', async () => {
		const { world, exchange } = scene([refusedConnection, RESEND, asked(2), RESEND, WRITTEN]);
		expect(await exchange.write(write({ lookBeforeResend: true }))).toMatchObject({ kind: 'answered', by: 'reply' });
		expect(world.log).toEqual(['PUT', 'wait 500', 'GET', 'PUT', 'wait 2000', 'GET', 'PUT']);
	});

	it.each<[string, Sent]>([
		['a redirect', replied(302, '', { location: 'https://elsewhere.example' })],
		['400', replied(400)],
		['401', replied(401)],
		['403', replied(403)],
		['404', replied(404)],
		['406', replied(406)],
		['422', replied(422)],
		['a bad certificate', badCertificate],
	])('is final after %s', async (_, sent) => {
		const { world, exchange } = scene([sent]);
		expect(await exchange.write(write({ lookBeforeResend: true }))).toMatchObject({
			kind: 'givenUp',
			doubt: false,
			moved: false,
			last: { kind: 'refused' },
		});
		expect(world.log).toEqual(['PUT']);
	});

	it('waits as long as Zoo asks, whatever the answer was', async () => {
		const { world, exchange } = scene([replied(502, '', { retryAfter: '6' }), THERE]);
		await exchange.write(write());
		expect(world.log).toEqual(['PUT', 'wait 6000', 'GET']);
	});

	it('waits longer each time, and reading back counts as well', async () => {
		const { world, exchange } = scene(
			[timedOut, replied(500), RESEND, replied(502), RESEND, timedOut, RESEND, WRITTEN],
			{ retryFor: 600_000 },
		);
		await exchange.write(write());
		expect(world.log).toEqual([
			'PUT',
			'wait 500',
			'GET',
			'wait 1000',
			'GET',
			'PUT',
			'wait 2000',
			'GET',
			'PUT',
			'wait 4000',
			'GET',
			'PUT',
		]);
	});
});

describe('doubt', () => {
	it('stays after an attempt that surely was not applied', async () => {
		const { world, exchange } = scene([timedOut, RESEND, asked(1), RESEND, replied(403), RESEND]);
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: true,
			moved: false,
			last: { kind: 'refused', status: 403 },
			seen: { balance: { now: 'resend' } },
		});
		expect(world.log).toEqual(['PUT', 'wait 500', 'GET', 'PUT', 'wait 1000', 'GET', 'PUT', 'GET']);
	});

	it('is resolved by a last look after a final no', async () => {
		const { exchange } = scene([timedOut, RESEND, replied(403), THERE]);
		expect(await exchange.write(write())).toMatchObject({ kind: 'answered', by: 'readBack' });
	});

	it('is resolved by a good reply to a later attempt', async () => {
		const { exchange } = scene([timedOut, RESEND, WRITTEN]);
		expect(await exchange.write(write())).toMatchObject({ kind: 'answered', by: 'reply' });
	});

	it('is not raised by attempts that surely were not applied', async () => {
		const { exchange } = scene([refusedConnection, asked(1), replied(422)]);
		expect(await exchange.write(write())).toMatchObject({ kind: 'givenUp', doubt: false });
	});

	it('remains when the balance cannot be read back, and tells of the write', async () => {
		const { world, exchange } = scene([timedOut, replied(401)]);
		const end = await exchange.write(write());
		expect(end).toMatchObject({
			kind: 'givenUp',
			doubt: true,
			moved: false,
			last: { kind: 'perhapsApplied', cause: 'no reply came within the time-out' },
		});
		expect(end).not.toHaveProperty('seen');
		expect(world.log).toEqual(['PUT', 'wait 500', 'GET']);
	});

	it('from an earlier pass is looked into before anything is sent', async () => {
		const { world, exchange } = scene([THERE]);
		expect(await exchange.write(write({ inDoubt: true }))).toMatchObject({ kind: 'answered', by: 'readBack' });
		expect(world.log).toEqual(['GET']);
		expect(exchange.attempts).toBe(0);
	});

	it('from an earlier pass allows to send again what is not there', async () => {
		const { world, exchange } = scene([RESEND, WRITTEN]);
		expect(await exchange.write(write({ inDoubt: true }))).toMatchObject({ kind: 'answered', by: 'reply' });
		expect(world.log).toEqual(['GET', 'PUT']);
	});

	it.each<[string, Turn[], object]>([
		['something else is there', [MOVED], { doubt: true, moved: true, seen: { balance: { now: 'moved' } } }],
		[
			'the balance cannot be read',
			[replied(403)],
			{ doubt: true, moved: false, last: { kind: 'refused', status: 403 } },
		],
		['a new attempt is refused', [RESEND, replied(403), RESEND], { doubt: true, moved: false, last: { status: 403 } }],
	])('from an earlier pass stays when %s', async (_, turns, end) => {
		const { exchange, world } = scene(turns);
		expect(await exchange.write(write({ inDoubt: true }))).toMatchObject({ kind: 'givenUp', ...end });
		expect(world.left).toBe(0);
	});

	it('of a reply without the amounts tells so, and not what the reply held', async () => {
		const { exchange } = scene([UNSETTLED, RESEND], { retryFor: 0 });
		const end = await exchange.write(write());
		expect(end).toMatchObject({
			kind: 'givenUp',
			doubt: true,
			last: {
				kind: 'perhapsApplied',
				cause: 'Zoo answered, but without the amounts that were written',
				callId: 'call-2',
				status: 200,
			},
		});
		expect(end.kind === 'givenUp' && end.last).not.toHaveProperty('json');
	});
});

describe('what was read back', () => {
	it.each<[string, Turn[], boolean]>([
		['after a time-out', [timedOut, THERE], true],
		['after a 429', [asked(1), THERE], false],
	])('%s is judged with what it can be the doing of', async (_, turns, expected) => {
		const doubts: boolean[] = [];
		const noting = (reply: Reply, doubt: boolean) => {
			doubts.push(doubt);
			return standing(reply);
		};
		await scene(turns).exchange.write(write({ lookBeforeResend: true, standing: noting }));
		expect(doubts).toEqual([expected]);
	});
});

describe('a balance that has moved', () => {
	it.each<[string, Turn[], boolean]>([
		['after a time-out is in doubt', [timedOut, MOVED], true],
		['after a refused connection is not', [refusedConnection, MOVED], false],
	])('%s', async (_, turns, doubt) => {
		const { world, exchange } = scene(turns);
		expect(await exchange.write(write({ lookBeforeResend: true }))).toMatchObject({
			kind: 'givenUp',
			doubt,
			moved: true,
			seen: { balance: { now: 'moved' } },
		});
		expect(world.log).toEqual(['PUT', 'wait 500', 'GET']);
	});
});

describe('the deadline', () => {
	it.each<[string, Sent, string[]]>([
		['without a retry sends once', refusedConnection, ['PUT']],
		['without a retry looks once after a time-out', timedOut, ['PUT', 'GET']],
	])('%s', async (_, sent, log) => {
		const { world, exchange } = scene([sent, RESEND], { retryFor: 0 });
		expect(await exchange.write(write())).toMatchObject({ kind: 'givenUp', doubt: sent === timedOut });
		expect(world.log).toEqual(log);
	});

	it('gives a last look that may confirm', async () => {
		const { world, exchange } = scene([timedOut, THERE], { retryFor: 499 });
		expect(await exchange.write(write())).toMatchObject({ kind: 'answered', by: 'readBack' });
		expect(world.log).toEqual(['PUT', 'GET']);
	});

	it('gives one last look and not more', async () => {
		const { world, exchange } = scene([timedOut, replied(500)], { retryFor: 0 });
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: true,
			last: { cause: 'no reply came within the time-out' },
		});
		expect(world.log).toEqual(['PUT', 'GET']);
	});

	it('is one over all attempts, counted from the first send', async () => {
		const always = Array.from({ length: 40 }, () => refusedConnection);
		const { world, exchange } = scene(always, { prepare: (each) => (each.latency = 1000) });
		await exchange.write(write());
		expect(world.log.filter((entry) => entry === 'PUT')).toHaveLength(8);
		expect(world.time - 1_000_000).toBeLessThanOrEqual(61_000);
		expect(exchange.attempts).toBe(8);
	});

	it('does not begin an asked wait that would pass it, and says how long it was', async () => {
		const { world, exchange, traffic } = scene([asked(61)]);
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: false,
			last: { kind: 'notApplied', status: 429, zoo: { message: 'slow down' } },
		});
		expect(world.log).toEqual(['PUT']);
		expect(exchange.askedToWait).toBe(61_000);
		expect(traffic.heldUntil).toBe(1_061_000);
	});

	it('takes in an asked wait that ends with it', async () => {
		const { world, exchange } = scene([asked(60), WRITTEN]);
		await exchange.write(write());
		expect(world.log).toEqual(['PUT', 'wait 60000', 'PUT']);
	});

	it('does not hammer a Zoo that asks for no wait at all', async () => {
		const { world, exchange } = scene(Array.from({ length: 20 }, () => asked(0)));
		await exchange.write(write());
		expect(world.log.filter((entry) => entry === 'PUT').length).toBeLessThan(10);
	});

	it('says nothing of a wait that was asked for earlier', async () => {
		const { exchange } = scene([asked(1), refusedConnection], { retryFor: 1200 });
		await exchange.write(write());
		expect(exchange.askedToWait).toBeUndefined();
	});
});

describe('a wait that Zoo asks everybody for', () => {
	it('holds back an item that has not begun', async () => {
		const traffic: Traffic = { heldUntil: 1_007_000, stopped: false };
		const { world, exchange } = scene([WRITTEN], { traffic });
		await exchange.write(write());
		expect(world.log).toEqual(['wait 7000', 'PUT']);
		expect(exchange.firstSentAt).toBe(1_007_000);
	});

	it('makes an operation that builds on what it has read read again before it writes', async () => {
		const traffic: Traffic = { heldUntil: 1_007_000, stopped: false };
		const { world, exchange } = scene([MOVED], { traffic });
		expect(await exchange.write(write({ lookBeforeResend: true }))).toMatchObject({
			kind: 'givenUp',
			doubt: false,
			moved: true,
		});
		expect(world.log).toEqual(['wait 7000', 'GET']);
	});

	it('that begins while it reads again makes it read once more', async () => {
		const traffic: Traffic = { heldUntil: 1_007_000, stopped: false };
		const held: Turn = (_, { time }) => {
			traffic.heldUntil = time + 3000;
			return RESEND;
		};
		const { world, exchange } = scene([held, RESEND, WRITTEN], { traffic });
		expect(await exchange.write(write({ lookBeforeResend: true }))).toMatchObject({ kind: 'answered', by: 'reply' });
		expect(world.log).toEqual(['wait 7000', 'GET', 'wait 3000', 'GET', 'PUT']);
	});

	it.each([asked(5), asked(5, 503)])('is what a 429, or a 503 with a wait, asks for (%#)', async (sent) => {
		const traffic: Traffic = { heldUntil: 0, stopped: false };
		await scene([sent, WRITTEN], { traffic }).exchange.write(write());
		expect(traffic.heldUntil).toBe(1_005_000);
	});

	it.each([timedOut, replied(500), replied(503), refusedConnection])(
		'is not asked for by anything else (%#)',
		async (sent) => {
			const traffic: Traffic = { heldUntil: 0, stopped: false };
			await scene([sent, THERE, WRITTEN], { traffic }).exchange.write(write());
			expect(traffic.heldUntil).toBe(0);
		},
	);

	it('holds back all from a last look as well', async () => {
		const { exchange, traffic, world } = scene([timedOut, asked(30)], { retryFor: 0 });
		expect(await exchange.write(write())).toMatchObject({ kind: 'givenUp', doubt: true });
		expect(traffic.heldUntil).toBe(world.time + 30_000);
		expect(exchange.askedToWait).toBe(30_000);
	});

	it('is never shortened by a later, shorter one', async () => {
		const traffic: Traffic = { heldUntil: 0, stopped: false };
		const { exchange } = scene([(_, world) => ((traffic.heldUntil = world.now() + 20_000), asked(1)), WRITTEN], {
			traffic,
		});
		await exchange.write(write());
		expect(traffic.heldUntil).toBe(1_020_000);
	});

	it('is waited for again when it has grown meanwhile', async () => {
		const traffic: Traffic = { heldUntil: 1_005_000, stopped: false };
		let grown = false;
		const { world, exchange } = scene([WRITTEN], {
			traffic,
			prepare: (each) => {
				each.onPause = () => {
					if (!grown) traffic.heldUntil = 1_009_000;
					grown = true;
				};
			},
		});
		await exchange.write(write());
		expect(world.log).toEqual(['wait 5000', 'wait 4000', 'PUT']);
	});

	it.each([
		[60_000, 60_000, true],
		[60_001, 60_000, false],
		[60_000, 0, true],
		[60_001, 0, false],
		[120_000, 120_000, true],
		[120_001, 120_000, false],
	])('of %d ms lets an item that has not begun wait, with %d ms to retry in: %p', async (held, retryFor, sent) => {
		const { world, exchange } = scene([WRITTEN], {
			traffic: { heldUntil: 1_000_000 + held, stopped: false },
			retryFor,
		});
		const end = await exchange.write(write());
		expect(end.kind).toBe(sent ? 'answered' : 'givenUp');
		if (sent) return;
		expect(end).toMatchObject({ doubt: false, last: { kind: 'unsent', why: 'held' } });
		expect(world.log).toEqual([]);
		expect(exchange).toMatchObject({ attempts: 0, firstSentAt: undefined, askedToWait: held });
	});

	it('that would pass the deadline of an item is not waited for', async () => {
		const traffic: Traffic = { heldUntil: 0, stopped: false };
		const { world, exchange } = scene([() => ((traffic.heldUntil = 1_060_001), refusedConnection)], { traffic });
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: false,
			last: { kind: 'unsent', why: 'held' },
		});
		expect(world.log).toEqual(['PUT', 'wait 500']);
		expect(exchange.askedToWait).toBe(59_501);
	});

	it('keeps even the last look back, which leaves the outcome in doubt', async () => {
		const traffic: Traffic = { heldUntil: 0, stopped: false };
		const { world, exchange } = scene([() => ((traffic.heldUntil = 1_060_001), timedOut)], { traffic });
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: true,
			last: { kind: 'perhapsApplied' },
		});
		expect(world.log).toEqual(['PUT', 'wait 500']);
	});
});

describe('canceling', () => {
	const press = (world: ScriptedWorld) => {
		world.stopPressed = true;
	};

	it('before the first send sends nothing', async () => {
		const { world, exchange } = scene([], { prepare: press });
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: false,
			last: { kind: 'unsent', why: 'canceled' },
		});
		expect(world.log).toEqual([]);
		expect(exchange.attempts).toBe(0);
	});

	it('during a wait for everybody sends nothing', async () => {
		const { world, exchange } = scene([], {
			traffic: { heldUntil: 1_005_000, stopped: false },
			prepare: (each) => (each.onPause = () => press(each)),
		});
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: false,
			last: { kind: 'unsent', why: 'canceled' },
		});
		expect(world.log).toEqual(['wait 5000']);
	});

	it.each<[string, Sent, boolean]>([
		['a refused connection', refusedConnection, false],
		['429', replied(429), false],
		['a time-out', timedOut, true],
	])('during the wait after %s sends nothing more', async (_, sent, doubt) => {
		const { world, exchange } = scene([sent], { prepare: (each) => (each.onPause = () => press(each)) });
		expect(await exchange.write(write({ lookBeforeResend: true }))).toMatchObject({
			kind: 'givenUp',
			doubt,
			moved: false,
		});
		expect(world.log).toEqual(['PUT', 'wait 500']);
	});

	it('during a request that may have been applied leaves doubt, and does not read back', async () => {
		const { world, exchange } = scene([(_, each) => (press(each), timedOut)]);
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: true,
			last: { kind: 'perhapsApplied' },
		});
		expect(world.requests).toEqual([put]);
	});

	it('during reading back leaves doubt, and does not send again', async () => {
		const { world, exchange } = scene([timedOut, (_, each) => (press(each), RESEND)]);
		expect(await exchange.write(write())).toMatchObject({ kind: 'givenUp', doubt: true });
		expect(world.requests).toEqual([put, readBack]);
	});

	it('during a request that was answered keeps the answer', async () => {
		const { exchange } = scene([(_, each) => (press(each), WRITTEN)]);
		expect(await exchange.write(write())).toMatchObject({ kind: 'answered', by: 'reply' });
	});
});

describe('stopping after another item’s failure', () => {
	it('keeps back an item that has not begun', async () => {
		const { world, exchange } = scene([], { traffic: { heldUntil: 0, stopped: true } });
		expect(await exchange.write(write())).toMatchObject({
			kind: 'givenUp',
			doubt: false,
			last: { kind: 'unsent', why: 'stopped' },
		});
		expect(world.log).toEqual([]);
	});

	it('keeps back an item that was waiting for everybody', async () => {
		const traffic: Traffic = { heldUntil: 1_005_000, stopped: false };
		const { exchange } = scene([], { traffic, prepare: (each) => (each.onPause = () => (traffic.stopped = true)) });
		expect(await exchange.write(write())).toMatchObject({ last: { kind: 'unsent', why: 'stopped' } });
	});

	it('keeps a write in doubt from an earlier pass in doubt', async () => {
		const { exchange } = scene([], { traffic: { heldUntil: 0, stopped: true } });
		expect(await exchange.write(write({ inDoubt: true }))).toMatchObject({
			kind: 'givenUp',
			doubt: true,
			last: { kind: 'unsent', why: 'stopped' },
		});
	});

	it('lets an item finish whose write was sent', async () => {
		const traffic: Traffic = { heldUntil: 0, stopped: false };
		const { exchange } = scene([() => ((traffic.stopped = true), timedOut), THERE], { traffic });
		expect(await exchange.write(write())).toMatchObject({ kind: 'answered', by: 'readBack' });
	});
});

describe('a read', () => {
	it.each<[string, Sent]>([
		['a refused connection', refusedConnection],
		['a time-out', timedOut],
		['408', replied(408)],
		['429', replied(429)],
		['500', replied(500)],
		['503', replied(503)],
		['a 200 that cannot be read', replied(200, 'OK')],
	])('is tried again after %s, and counts as no attempt to write', async (_, sent) => {
		const { world, exchange } = scene([sent, THERE]);
		expect(await exchange.readBalance(readBack)).toMatchObject({ kind: 'answered', json: { now: 'there' } });
		expect(world.log).toEqual(['GET', 'wait 500', 'GET']);
		expect(exchange.attempts).toBe(0);
	});

	it.each([401, 403, 404, 422, 302])('is final after %d', async (status) => {
		const { world, exchange } = scene([replied(status)]);
		expect(await exchange.read(readBack)).toMatchObject({ kind: 'refused', status });
		expect(world.log).toEqual(['GET']);
	});

	it('ends with its deadline', async () => {
		const { world, exchange } = scene([replied(500), replied(502)], { retryFor: 900 });
		expect(await exchange.read(readBack)).toMatchObject({ kind: 'perhapsApplied', status: 502 });
		expect(world.log).toEqual(['GET', 'wait 500', 'GET']);
	});

	it('starts the deadline of the write that follows', async () => {
		const { world, exchange } = scene([asked(50), RESEND, asked(11)]);
		await exchange.read(readBack);
		expect(await exchange.write(write())).toMatchObject({ kind: 'givenUp', doubt: false });
		expect(world.log).toEqual(['GET', 'wait 50000', 'GET', 'PUT']);
	});
});

describe('whatever the wire does', () => {
	const outcome = fc.constantFrom<Sent>(
		WRITTEN,
		RESEND,
		MOVED,
		UNSETTLED,
		timedOut,
		refusedConnection,
		badCertificate,
		asked(0),
		asked(3),
		asked(70),
		asked(3, 503),
		replied(500),
		replied(502, '<html>'),
		replied(404),
		replied(200, ''),
	);

	const mayBeApplied = (sent: Sent) =>
		sent === timedOut ||
		sent === UNSETTLED ||
		(sent.kind === 'reply' && ([500, 502].includes(sent.status) || sent.text === ''));

	it('every resend in doubt follows a look that allows it, doubt is never forgotten, and the deadline holds', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(outcome, { maxLength: 15 }),
				fc.record({
					lookBeforeResend: fc.boolean(),
					inDoubt: fc.boolean(),
					retryFor: fc.constantFrom(0, 1000, 60_000),
					chance: fc.double({ min: 0.2, max: 1, noNaN: true }),
				}),
				async (some, { lookBeforeResend, inDoubt, retryFor, chance }) => {
					const turns = [...some, ...Array.from({ length: 3 }, () => replied(404))];
					const { world, exchange } = scene([...turns], {
						retryFor,
						prepare: (each) => ((each.chance = chance), (each.latency = 10)),
					});
					const end = await exchange.write(write({ lookBeforeResend, inDoubt }));

					let doubt = inDoubt;
					let puts = 0;
					for (const [index, { method }] of world.requests.entries()) {
						const sent = turns[index];
						if (method !== 'PUT' || !sent) continue;
						if (doubt || (puts > 0 && lookBeforeResend)) {
							expect(world.requests[index - 1]?.method).toBe('GET');
							expect([RESEND, UNSETTLED]).toContain(turns[index - 1]);
						}
						puts += 1;
						doubt ||= mayBeApplied(sent);
					}
					if (end.kind === 'givenUp') expect(end.doubt).toBe(doubt);
					else
						expect(end.by === 'readBack' ? [WRITTEN] : [WRITTEN, RESEND, MOVED]).toContain(
							turns[world.requests.length - 1],
						);
					expect(exchange.attempts).toBe(puts);
					const waited = world.time - 1_000_000 - 10 * world.requests.length;
					expect(waited).toBeLessThanOrEqual(retryFor);
				},
			),
			{ numRuns: 1000 },
		);
	});
});

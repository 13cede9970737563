// One item's attempts and waits, on a scripted wire and a clock that only moves when it is told to.

import type { Reply } from '../../nodes/ZooBilling/balance/reply';
import { RequestSession, type ReasonToReject, type Cooldown } from '../../nodes/ZooBilling/zoo/session';
import { readBalance, writeBalance } from '../../nodes/ZooBilling/zoo/request';
import type { NoAnswer, Sent } from '../../nodes/ZooBilling/zoo/retry';
import {
	amountOf,
	badCertificate,
	cash,
	freeTraffic,
	heldFor,
	org,
	prePay,
	refusedConnection,
	replied,
	ScriptedWorld,
	START,
	timedOut,
	type Turn,
} from './given';

const put = writeBalance(org, prePay, [amountOf(cash, '50')]);
const get = readBalance(org);

const FRESH = replied(200, { now: 'fresh' }, { callId: 'call-1' });
const OLD = replied(200, { now: 'old' }, { callId: 'call-2' });
const LACKING = replied(200, { hello: 'world' });
const asked = (seconds: number, status = 429) =>
	replied(status, { message: 'slow down' }, { retryAfter: String(seconds) });

const nowOf = ({ balance }: Reply): unknown => ({ ...balance })['now'];
/** A balance that says `now: 'old'` is stale; one without `now` lacks what was asked for. */
const flaw: ReasonToReject = (reply) => {
	if (nowOf(reply) === 'old') return { cause: 'an older balance', stale: true };
	return nowOf(reply) === undefined ? { cause: 'no amounts' } : undefined;
};

interface Scene {
	readonly retryFor?: number;
	readonly validFor?: number;
	readonly traffic?: Cooldown;
	readonly prepare?: (world: ScriptedWorld) => void;
}

function scene(turns: Turn[], { retryFor = 60_000, validFor, traffic = freeTraffic(), prepare }: Scene = {}) {
	const world = new ScriptedWorld(turns);
	prepare?.(world);
	const limits = { timeout: 30_000, retryFor, ...(validFor !== undefined && { validFor }) };
	return { world, traffic, exchange: new RequestSession(world, traffic, limits) };
}

const press = (world: ScriptedWorld) => {
	world.stopPressed = true;
};
const unanswered = (more: Partial<NoAnswer> = {}): NoAnswer => ({
	kind: 'unanswered',
	inDoubt: 'maybeApplied',
	again: true,
	cause: 'Zoo answered 500',
	...more,
});

describe('a write', () => {
	it('is sent once, with the time-out of an attempt, and yields the answer', async () => {
		const { world, exchange } = scene([FRESH]);
		expect(await exchange.write(put, flaw)).toEqual({
			kind: 'answered',
			json: { now: 'fresh' },
			reply: { balance: { now: 'fresh' }, misfits: [] },
			callId: 'call-1',
			status: 200,
		});
		expect(world.requests).toEqual([put]);
		expect(world.timeouts).toEqual([30_000]);
		expect(exchange).toMatchObject({
			attempts: 1,
			firstWrittenAt: START,
			askedToWait: undefined,
			hasSent: true,
		});
	});

	it.each<[string, Sent]>([
		['a refused connection', refusedConnection],
		['a time-out', timedOut],
		['500', replied(500)],
		['429', asked(1)],
	])('is one attempt and no more, though it came to %s', async (_, sent) => {
		const { world, exchange } = scene([sent]);
		expect(await exchange.write(put, flaw)).toMatchObject({ kind: 'unanswered' });
		expect(world.log).toEqual(['PUT']);
	});

	it('whose answer lacks the amounts may have been applied; why, and not what it held, is told', async () => {
		const { exchange } = scene([replied(200, { hello: 'world' }, { callId: 'call-3' })]);
		expect(await exchange.write(put, flaw)).toEqual({
			kind: 'unanswered',
			inDoubt: 'maybeApplied',
			again: true,
			cause: 'no amounts',
			status: 200,
			callId: 'call-3',
		});
	});

	it('whose answer lacks the amounts has no call ID where Zoo gave none', async () => {
		const { exchange } = scene([LACKING]);
		expect(Object.keys(await exchange.write(put, flaw))).not.toContain('callId');
	});

	it('is counted each time, and dated by the clock for people when it was sent first', async () => {
		const { world, exchange } = scene([FRESH, timedOut, FRESH], { prepare: (each) => (each.latency = 40) });
		await exchange.readBalance(get, flaw);
		expect(exchange).toMatchObject({ attempts: 0, firstWrittenAt: undefined, hasSent: true });
		world.clockSetBy = 7_000_000;
		await exchange.write(put, flaw);
		await exchange.write(put, flaw);
		expect([exchange.attempts, exchange.firstWrittenAt]).toEqual([2, START + 7_000_040]);
		expect(exchange.now()).toBe(START + 7_000_120);
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
		const { world, exchange } = scene([sent, FRESH]);
		expect(await exchange.read(get)).toMatchObject({ kind: 'answered', json: { now: 'fresh' } });
		expect(world.log).toEqual(['GET', 'wait 500', 'GET']);
		expect(exchange.attempts).toBe(0);
	});

	it.each([401, 403, 404, 422, 302, 303, 501])('is final after %d', async (status) => {
		const { world, exchange } = scene([replied(status)]);
		expect(await exchange.read(get)).toMatchObject({ kind: 'unanswered', status });
		expect(world.log).toEqual(['GET']);
	});

	it('is final after a certificate that is not accepted', async () => {
		const { world, exchange } = scene([badCertificate]);
		expect(await exchange.read(get)).toMatchObject({ kind: 'unanswered', inDoubt: 'no', again: false });
		expect(world.log).toEqual(['GET']);
	});

	it.each<[string, Sent, object]>([
		['an old balance', OLD, { cause: 'an older balance', stale: true, status: 200, callId: 'call-2' }],
		['one that lacks what was asked for', LACKING, { cause: 'no amounts', status: 200 }],
	])('of a balance is repeated after %s, within the time for retries', async (_, sent, last) => {
		const { world, exchange } = scene([sent, FRESH]);
		expect(await exchange.readBalance(get, flaw)).toMatchObject({
			kind: 'answered',
			reply: { balance: { now: 'fresh' } },
		});
		expect(world.log).toEqual(['GET', 'wait 500', 'GET']);

		const short = scene([sent, sent, sent, sent], { retryFor: 2000 });
		expect(await short.exchange.readBalance(get, flaw)).toMatchObject({ kind: 'unanswered', ...last });
		expect(short.world.log).toEqual(['GET', 'wait 500', 'GET', 'wait 1000', 'GET']);
	});

	it('waits longer each time, and at most until its deadline', async () => {
		const { world, exchange } = scene(
			Array.from({ length: 9 }, () => replied(500)),
			{ retryFor: 7500 },
		);
		expect(await exchange.read(get)).toMatchObject({ kind: 'unanswered', status: 500 });
		expect(world.log).toEqual(['GET', 'wait 500', 'GET', 'wait 1000', 'GET', 'wait 2000', 'GET', 'wait 4000', 'GET']);
	});

	it('waits as long as Zoo asks, whatever the answer was', async () => {
		const { world, exchange } = scene([replied(502, '', { retryAfter: '6' }), FRESH]);
		await exchange.read(get);
		expect(world.log).toEqual(['GET', 'wait 6000', 'GET']);
	});
});

describe('the deadline', () => {
	it('counts from the first request of the item, on the clock that is never set', async () => {
		const { world, exchange } = scene([FRESH, timedOut]);
		await exchange.readBalance(get, flaw);
		world.clockSetBy = 86_400_000;
		world.time += 59_500;
		await exchange.write(put, flaw);
		expect(exchange.hasTime).toBe(true);
		expect(exchange.waitAfter(unanswered())).toBe(500);
		world.time += 1;
		expect(exchange.waitAfter(unanswered())).toBeUndefined();
	});

	it('has not begun before the first request', () => {
		const { world, exchange } = scene([], { retryFor: 0 });
		world.time += 86_400_000;
		expect(exchange).toMatchObject({ hasTime: true, hasSent: false });
	});

	it.each([
		[59_999, true],
		[60_000, true],
		[60_001, false],
	])('%d ms after the first request of 60 s leaves time for an attempt: %p', async (passed, hasTime) => {
		const { world, exchange } = scene([FRESH]);
		await exchange.readBalance(get, flaw);
		world.time += passed;
		world.clockSetBy = -86_400_000;
		expect(exchange.hasTime).toBe(hasTime);
	});

	it('is one over all attempts', async () => {
		const { world, exchange } = scene(
			Array.from({ length: 40 }, () => refusedConnection),
			{ prepare: (each) => (each.latency = 1000) },
		);
		await exchange.read(get);
		expect(world.requests).toHaveLength(8);
		expect(world.ticks()).toBeLessThanOrEqual(61_000);
	});
});

describe('the wait after an attempt', () => {
	it('grows with each failure of the item, be it of a read or of a write', async () => {
		const { world, exchange } = scene([replied(500), FRESH]);
		await exchange.read(get);
		expect(world.log).toEqual(['GET', 'wait 500', 'GET']);
		expect([1, 2, 3].map(() => exchange.waitAfter(unanswered()))).toEqual([1000, 2000, 4000]);
	});

	it.each<[string, Partial<NoAnswer>, number | undefined]>([
		['may be sent again', {}, 500],
		['is final', { again: false }, undefined],
		['is final though it names a time', { again: false, askedMs: 1000 }, undefined],
		['names a time that fits', { askedMs: 60_000 }, 60_000],
		['names a time that does not', { askedMs: 60_001 }, undefined],
		['names no time at all', { askedMs: 0 }, 500],
	])('where the answer %2$j is %3$p', (_, more, wait) => {
		expect(scene([]).exchange.waitAfter(unanswered(more))).toBe(wait);
	});

	it('is none where there is no time to retry, nor where nothing was sent', () => {
		expect(scene([], { retryFor: 0 }).exchange.waitAfter(unanswered())).toBeUndefined();
		const { exchange } = scene([]);
		expect(exchange.waitAfter({ kind: 'notSent', why: 'held' })).toBeUndefined();
		expect(exchange.waitAfter(unanswered())).toBe(500);
	});

	it('tells what Zoo asked for last, also where it is not waited for, and nothing once it asks for none', () => {
		const { exchange } = scene([]);
		exchange.waitAfter(unanswered({ askedMs: 90_000, again: false }));
		expect(exchange.askedToWait).toBe(90_000);
		exchange.waitAfter({ kind: 'notSent', why: 'canceled' });
		expect(exchange.askedToWait).toBe(90_000);
		exchange.waitAfter(unanswered());
		expect(exchange.askedToWait).toBeUndefined();
	});
});

describe('a wait that Zoo asks everybody for', () => {
	it.each<[string, Partial<NoAnswer>, number, boolean]>([
		['a time it named', { holdsAll: true, askedMs: 5000 }, 5000, true],
		['a time longer than the item may wait', { holdsAll: true, askedMs: 900_000 }, 900_000, true],
		['no time, so for our own wait', { holdsAll: true }, 500, false],
		['a time of 0, so for our own wait', { holdsAll: true, askedMs: 0 }, 500, false],
		['nobody, only this item', { askedMs: 5000 }, 0, false],
		['nobody', {}, 0, false],
	])('is for %s', (_, more, held, byZoo) => {
		const { world, exchange, traffic } = scene([]);
		world.clockSetBy = 86_400_000;
		exchange.waitAfter(unanswered(more));
		expect(traffic).toMatchObject({ until: held, byZoo: byZoo });
		expect(exchange.isCoolingDown).toBe(held > 0);
		world.time += held;
		expect(exchange.isCoolingDown).toBe(false);
	});

	it.each([asked(5), asked(5, 503)])('is what a 429, or a 503 with a wait, asks for (%#)', async (sent) => {
		const { world, exchange, traffic } = scene([sent, FRESH]);
		await exchange.read(get);
		expect(world.log).toEqual(['GET', 'wait 5000', 'GET']);
		expect(traffic).toMatchObject({ until: 5000, byZoo: true });
	});

	it.each([timedOut, replied(500), replied(503), replied(502, '', { retryAfter: '5' }), refusedConnection])(
		'is not asked for by anything else (%#)',
		async (sent) => {
			const { exchange, traffic } = scene([sent, FRESH]);
			await exchange.read(get);
			expect(traffic).toEqual(freeTraffic());
		},
	);

	it('is never shortened by a later, shorter one, nor loses its author', () => {
		const { exchange, traffic } = scene([], { traffic: heldFor(20_000) });
		exchange.waitAfter(unanswered({ holdsAll: true, askedMs: 1000 }));
		exchange.waitAfter(unanswered({ holdsAll: true }));
		expect(traffic).toMatchObject({ until: 20_000, byZoo: true });
	});

	it.each(['GET', 'PUT'] as const)('holds back an item that has not begun (%s)', async (method) => {
		const { world, exchange } = scene([FRESH], { traffic: heldFor(7000) });
		await (method === 'PUT' ? exchange.write(put, flaw) : exchange.readBalance(get, flaw));
		expect(world.log).toEqual(['wait 7000', method]);
	});

	it('dates the write after the wait', async () => {
		const { exchange } = scene([FRESH], { traffic: heldFor(7000) });
		await exchange.write(put, flaw);
		expect(exchange.firstWrittenAt).toBe(START + 7000);
	});

	it('is waited for again when it has grown meanwhile', async () => {
		const traffic = heldFor(5000);
		const grow = (world: ScriptedWorld) => {
			world.onPause = () => {
				traffic.until = 9000;
			};
		};
		const { world, exchange } = scene([FRESH], { traffic, prepare: grow });
		await exchange.write(put, flaw);
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
		const { world, exchange } = scene([FRESH], { traffic: heldFor(held), retryFor });
		const end = await exchange.write(put, flaw);
		expect(end.kind).toBe(sent ? 'answered' : 'notSent');
		if (sent) return;
		expect(end).toEqual({ kind: 'notSent', why: 'held' });
		expect(world.log).toEqual([]);
		expect(exchange).toMatchObject({ attempts: 0, hasSent: false, askedToWait: held });
	});

	it.each([
		[0, 1, false],
		[1000, 1000, true],
		[1000, 1001, false],
	])('gives an item that has begun its %d ms to retry in and no more: %d ms pass: %p', async (retryFor, held, sent) => {
		const traffic = freeTraffic();
		const { exchange } = scene([FRESH, FRESH], { traffic, retryFor });
		await exchange.readBalance(get, flaw);
		traffic.until = held;
		expect((await exchange.write(put, flaw)).kind).toBe(sent ? 'answered' : 'notSent');
	});

	it('is told as one that Zoo asked for only where Zoo named it', async () => {
		const own = scene([], { traffic: { ...heldFor(60_001), byZoo: false } });
		expect(await own.exchange.write(put, flaw)).toEqual({ kind: 'notSent', why: 'held' });
		expect(own.exchange.askedToWait).toBeUndefined();
		const zoos = scene([], { traffic: heldFor(90_000), prepare: (each) => (each.time += 1000) });
		await zoos.exchange.write(put, flaw);
		expect(zoos.exchange.askedToWait).toBe(89_000);
	});

	it('does not become a tight loop when it is for no time at all', async () => {
		const { world, exchange } = scene(
			Array.from({ length: 5000 }, () => asked(0)),
			{ prepare: (each) => (each.latency = 20) },
		);
		await exchange.read(get);
		expect(world.requests.length).toBeLessThan(10);
	});
});

describe('a look at once', () => {
	it('goes out even while Zoo asks everybody to wait, and once', async () => {
		const { world, exchange, traffic } = scene([FRESH], { traffic: heldFor(600_000), retryFor: 0 });
		expect(await exchange.readAtOnce(get, flaw)).toMatchObject({ kind: 'answered' });
		expect(world.log).toEqual(['GET']);
		expect(traffic.until).toBe(600_000);
	});

	it('goes out though another item has stopped the workflow, and after the deadline', async () => {
		const { world, exchange } = scene([timedOut, FRESH], { traffic: { ...freeTraffic(), stopped: true }, retryFor: 0 });
		await exchange.readAtOnce(get, flaw);
		world.time += 90_000;
		expect(await exchange.readAtOnce(get, flaw)).toMatchObject({ kind: 'answered' });
	});

	it.each<[string, Sent]>([
		['a time-out', timedOut],
		['a refused connection', refusedConnection],
		['500', replied(500)],
		['429', replied(429)],
		['404', replied(404)],
		['a balance that lacks what was asked for', LACKING],
	])('is not repeated after %s', async (_, sent) => {
		const { world, exchange } = scene([sent]);
		expect(await exchange.readAtOnce(get, flaw)).toMatchObject({ kind: 'unanswered' });
		expect(world.log).toEqual(['GET']);
	});

	it('is repeated while it shows an old balance, within the time for retries', async () => {
		const { world, exchange } = scene([OLD, OLD, FRESH]);
		expect(await exchange.readAtOnce(get, flaw)).toMatchObject({ kind: 'answered', json: { now: 'fresh' } });
		expect(world.log).toEqual(['GET', 'wait 500', 'GET', 'wait 1000', 'GET']);

		const short = scene([OLD, OLD], { retryFor: 1000 });
		expect(await short.exchange.readAtOnce(get, flaw)).toMatchObject({ kind: 'unanswered', stale: true });
		expect(short.world.log).toEqual(['GET', 'wait 500', 'GET']);
		const none = scene([OLD], { retryFor: 0 });
		expect(await none.exchange.readAtOnce(get, flaw)).toMatchObject({ kind: 'unanswered', stale: true });
		expect(none.world.log).toEqual(['GET']);
	});

	it('repeats an old balance as everybody: after the wait that Zoo has asked for', async () => {
		const { world, exchange } = scene([OLD, FRESH], { traffic: heldFor(7000) });
		expect(await exchange.readAtOnce(get, flaw)).toMatchObject({ kind: 'answered' });
		expect(world.log).toEqual(['GET', 'wait 500', 'wait 6500', 'GET']);
	});

	it('that was an old one does not forget the wait that Zoo asked for before', async () => {
		const { exchange } = scene([asked(90, 422), OLD], { retryFor: 0 });
		const answer = await exchange.write(put, flaw);
		if (answer.kind === 'unanswered') exchange.waitAfter(answer);
		await exchange.readAtOnce(get, flaw);
		expect(exchange.askedToWait).toBe(90_000);
	});

	it.each<[string, Sent, number, number | undefined]>([
		['a 429 with a time', asked(30), 30_000, 30_000],
		['a 503 with a time', asked(30, 503), 30_000, 30_000],
		['a 429 without one', replied(429), 0, undefined],
		['a 404 with a time', asked(30, 404), 0, undefined],
	])('holds back all after %s only', async (_, sent, held, askedToWait) => {
		const { exchange, traffic } = scene([sent], { retryFor: 0 });
		await exchange.readAtOnce(get, flaw);
		expect(traffic).toMatchObject({ until: held, byZoo: held > 0 });
		expect(exchange.askedToWait).toBe(askedToWait);
	});

	it('does not go out once the execution is canceled', async () => {
		const { world, exchange } = scene([], { prepare: press });
		expect(await exchange.readAtOnce(get, flaw)).toEqual({ kind: 'notSent', why: 'canceled' });
		expect(world.log).toEqual([]);
	});
});

describe('canceling', () => {
	it('before the first request sends nothing', async () => {
		const { world, exchange } = scene([], { prepare: press });
		expect(await exchange.write(put, flaw)).toEqual({ kind: 'notSent', why: 'canceled' });
		expect(world.log).toEqual([]);
		expect(exchange).toMatchObject({ attempts: 0, hasSent: false });
	});

	it('during a wait for everybody sends nothing', async () => {
		const { world, exchange } = scene([], {
			traffic: heldFor(5000),
			prepare: (each) => (each.onPause = () => press(each)),
		});
		expect(await exchange.write(put, flaw)).toEqual({ kind: 'notSent', why: 'canceled' });
		expect(world.log).toEqual(['wait 5000']);
	});

	it('during the wait for the next attempt reads no more', async () => {
		const { world, exchange } = scene([replied(500)], { prepare: (each) => (each.onPause = () => press(each)) });
		expect(await exchange.read(get)).toEqual({ kind: 'notSent', why: 'canceled' });
		expect(world.log).toEqual(['GET', 'wait 500']);
	});

	it('during a request keeps its answer', async () => {
		const { exchange } = scene([(_, each) => (press(each), FRESH)]);
		expect(await exchange.write(put, flaw)).toMatchObject({ kind: 'answered' });
	});
});

describe('stopping after another item’s failure', () => {
	const stopped = (): Cooldown => ({ ...freeTraffic(), stopped: true });

	it.each(['GET', 'PUT'] as const)('keeps back an item that has not begun (%s)', async (method) => {
		const { world, exchange } = scene([], { traffic: stopped() });
		const end = await (method === 'PUT' ? exchange.write(put, flaw) : exchange.read(get));
		expect(end).toEqual({ kind: 'notSent', why: 'stopped' });
		expect(world.log).toEqual([]);
	});

	it('keeps back an item that was waiting for everybody', async () => {
		const traffic = heldFor(5000);
		const { exchange } = scene([], { traffic, prepare: (each) => (each.onPause = () => (traffic.stopped = true)) });
		expect(await exchange.write(put, flaw)).toEqual({ kind: 'notSent', why: 'stopped' });
	});

	it('keeps back the write of an item that has only read, but not its next read', async () => {
		const traffic = freeTraffic();
		const { exchange } = scene([() => ((traffic.stopped = true), FRESH), FRESH], { traffic });
		await exchange.readBalance(get, flaw);
		expect(await exchange.write(put, flaw)).toEqual({ kind: 'notSent', why: 'stopped' });
		expect(await exchange.readBalance(get, flaw)).toMatchObject({ kind: 'answered' });
	});

	it('lets an item finish whose write was sent', async () => {
		const traffic = freeTraffic();
		const { exchange } = scene([() => ((traffic.stopped = true), timedOut), FRESH, FRESH], { traffic });
		await exchange.write(put, flaw);
		expect(await exchange.readBalance(get, flaw)).toMatchObject({ kind: 'answered' });
		expect(await exchange.write(put, flaw)).toMatchObject({ kind: 'answered' });
	});

	it('is reported after canceling', async () => {
		const { exchange } = scene([], { traffic: stopped(), prepare: press });
		expect(await exchange.write(put, flaw)).toEqual({ kind: 'notSent', why: 'canceled' });
	});
});

describe('the time for retries', () => {
	it('begins with the first send, and not with the wait before it', async () => {
		const { exchange, world } = scene([timedOut], { retryFor: 10_000, traffic: heldFor(5000) });
		await exchange.write(put, flaw);
		world.time += 8000;
		expect(exchange.hasTime).toBe(true);
		world.time += 2001;
		expect(exchange.hasTime).toBe(false);
	});
});

describe('Valid For', () => {
	it('keeps back every write from its end on, counted from the beginning of the pass, and no read', async () => {
		const traffic: Cooldown = { ...freeTraffic(), begunAt: 2000, begunOn: START + 2000 };
		const { world, exchange } = scene([FRESH, FRESH], { validFor: 10_000, traffic });
		world.time += 11_999;
		expect(await exchange.write(put, flaw)).toMatchObject({ kind: 'answered' });
		world.time += 1;
		expect(await exchange.write(put, flaw)).toEqual({ kind: 'notSent', why: 'expired' });
		expect(await exchange.readBalance(get, flaw)).toMatchObject({ kind: 'answered' });
		expect(world.log).toEqual(['PUT', 'GET']);
	});

	it.each<[string, (world: ScriptedWorld) => void]>([
		['the clock that is never set', (world) => (world.clockSetBy = -3_600_000)],
		['the clock for people, as after a machine has slept', (world) => (world.time -= 9_000)],
	])('is over when %s says so', async (_, setClocks) => {
		const { world, exchange } = scene([], { validFor: 10_000 });
		world.time += 10_000;
		world.clockSetBy = 9_000;
		setClocks(world);
		expect(await exchange.write(put, flaw)).toEqual({ kind: 'notSent', why: 'expired' });
	});

	it('bounds nothing where it is not set', async () => {
		const { world, exchange } = scene([FRESH]);
		world.time += 1e12;
		expect(await exchange.write(put, flaw)).toMatchObject({ kind: 'answered' });
	});
});

describe('whether a host has the endpoint', () => {
	const asks = (world: ScriptedWorld): string[] => {
		const asked: string[] = [];
		const { presence } = world;
		world.presence = async () => {
			asked.push(world.log.join(', '));
			return await presence();
		};
		return asked;
	};

	it('is asked after a 404 to a read, and told with it', async () => {
		const { world, exchange } = scene([replied(404)]);
		const asked = asks(world);
		expect(await exchange.read(get)).toMatchObject({ status: 404, endpoint: 'there' });
		expect(asked).toEqual(['GET']);
	});

	it.each<[string, Sent]>([
		['an answer', FRESH],
		['another status', replied(422)],
		['no reply', badCertificate],
	])('is not asked after %s', async (_, sent) => {
		const { world, exchange } = scene([sent]);
		const asked = asks(world);
		expect(await exchange.read(get)).not.toHaveProperty('endpoint');
		expect(asked).toEqual([]);
	});

	it('is not asked after a write, nor once the execution is canceled', async () => {
		const { world, exchange } = scene([replied(404), (_, each) => (press(each), replied(404))]);
		const asked = asks(world);
		expect(await exchange.write(put, flaw)).not.toHaveProperty('endpoint');
		expect(await exchange.read(get)).not.toHaveProperty('endpoint');
		expect(asked).toEqual([]);
	});
});

describe('who asked all to wait', () => {
	it('remains Zoo where our own wait ends at the same moment', () => {
		const { exchange, traffic } = scene([], { traffic: heldFor(500) });
		exchange.waitAfter(unanswered({ holdsAll: true }));
		expect(traffic).toMatchObject({ until: 500, byZoo: true });
	});
});

describe('what a relay says that has not got Zoo’s answer', () => {
	it.each([520, 521, 522, 523, 524])('is no reason not to read again: %d', async (status) => {
		const { exchange, world } = scene([replied(status), FRESH]);
		expect(await exchange.readBalance(get, flaw)).toMatchObject({ kind: 'answered' });
		expect(world.log).toEqual(['GET', 'wait 500', 'GET']);
	});

	it.each([519, 525])('is no such thing: %d', async (status) => {
		const { exchange, world } = scene([replied(status)]);
		expect(await exchange.readBalance(get, flaw)).toMatchObject({ kind: 'unanswered', status });
		expect(world.log).toEqual(['GET']);
	});

	it.each([520, 524])('lets no write be sent again: %d', async (status) => {
		const { exchange } = scene([replied(status)]);
		expect(await exchange.write(put, flaw)).toMatchObject({
			kind: 'unanswered',
			again: false,
			inDoubt: 'maybeApplied',
		});
	});
});

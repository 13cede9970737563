// One write from its first attempt to its end: every row of the rules as a course of requests and waits.

import fc from 'fast-check';

import type { FieldAmount } from '../../nodes/ZooBilling/balance/amounts';
import type { Preview } from '../../nodes/ZooBilling/writing/preview';
import { decide, type Decision } from '../../nodes/ZooBilling/writing/decision';
import { RequestSession, type Cooldown } from '../../nodes/ZooBilling/zoo/session';
import { readBalance, writeBalance } from '../../nodes/ZooBilling/zoo/request';
import type { Sent, InDoubt } from '../../nodes/ZooBilling/zoo/retry';
import { WriteProtocol, type End } from '../../nodes/ZooBilling/writing/protocol';
import {
	amountOf,
	badCertificate,
	cash,
	credits,
	freeTraffic,
	heldFor,
	org,
	ORG_ID,
	prePay,
	refusedConnection,
	replied,
	ScriptedWorld,
	timedOut,
	type Turn,
} from './given';

const put = writeBalance(org, prePay, [amountOf(cash, '105')]);
const get = readBalance(org);

const EARLIER = '2025-12-31T23:59:59Z';
const THEN = '2026-01-01T00:00:00.1Z';
const LATER = '2026-01-01T00:00:00.2Z';

const balance = (amount: string, at = LATER, other = '20.00') =>
	replied(
		200,
		{
			monthly_credits_remaining: '0.00',
			pre_pay_cash_remaining: amount,
			pre_pay_credits_remaining: other,
			updated_at: at,
		},
		{ callId: 'call-1' },
	);
const FROM = balance('100.00', THEN);
const TOUCHED = balance('100.00', LATER);
const BILLED = balance('100.00', LATER, '17.00');
const TO = balance('105.00', LATER);
const ELSE = balance('95.00', LATER);
const STALE = balance('105.00', EARLIER);
const ANSWER = TO;

const GATEWAY = replied(422, '<html>no</html>');
const ZOOS_OWN = replied(422, { message: 'no', request_id: 'req-1' });
const asked = (seconds: number) => replied(429, '<html>', { retryAfter: String(seconds) });

const plain: Preview = {
	host: 'https://zoo.test',
	resource: 'org',
	ownerId: ORG_ID,
	balanceModel: 'prePay',
	to: { pre_pay_cash_remaining: '105.00' },
};
const built: Preview = {
	...plain,
	from: { pre_pay_cash_remaining: '100.00' },
	beside: { monthly_credits_remaining: '0.00', pre_pay_credits_remaining: '20.00' },
	updatedAt: THEN,
};

interface Scene {
	readonly retryFor?: number;
	readonly traffic?: Cooldown;
	readonly doubt?: InDoubt;
	readonly concurrentWriter?: boolean;
	readonly conditions?: readonly FieldAmount[];
	/** What a look is said to show. */
	readonly shows?: string;
	readonly prepare?: (world: ScriptedWorld) => void;
	/** Told of each attempt that may have been applied. */
	readonly note?: () => void;
}

/** A word as it stands in a record that somebody has changed. */
function shown(word: string | undefined): Decision | undefined {
	return word as Decision | undefined;
}

/** Runs a write to its end. */
async function run(preview: Preview, turns: readonly Turn[], given: Scene = {}) {
	const { retryFor = 60_000, traffic = freeTraffic(), doubt = 'no', concurrentWriter = false, conditions = [] } = given;
	const world = new ScriptedWorld([...turns]);
	given.prepare?.(world);
	const exchange = new RequestSession(world, traffic, { timeout: 30_000, retryFor });
	let noted = 0;
	const sending = new WriteProtocol(
		exchange,
		{
			put,
			readBack: get,
			builtOnLook: preview.from !== undefined,
			rejectAnswer: ({ model }) => (model ? undefined : { cause: 'no amounts' }),
			rejectReadBack: (reply) => {
				if (!reply.model) return { cause: 'no amounts' };
				return reply.balance.updated_at === EARLIER ? { cause: 'an older balance', stale: true } : undefined;
			},
			decide: (look, open) =>
				shown(given.shows) ?? decide(preview, look, { inDoubt: open, concurrentWriter, conditions }),
			mayBeApplied: () => {
				noted += 1;
				given.note?.();
			},
		},
		doubt,
	);
	const end = await sending.run();
	const { inFlightUntil: openUntil } = sending;
	return { end, is: inShort(end), log: world.log, world, exchange, traffic, openUntil, noted: () => noted };
}

type Short =
	| 'by reply'
	| 'by readBack'
	| 'turnedAway'
	| 'changedMeanwhile'
	| 'conditionNotMet'
	| 'unknown after maybeApplied'
	| 'unknown after rejected';

function inShort(end: End): Short {
	if (end.kind === 'answered') return `by ${end.by}`;
	return end.kind === 'notApplied' ? end.why : `unknown after ${end.inDoubt}`;
}

const press = (world: ScriptedWorld) => {
	world.stopPressed = true;
};
const pressedIn =
	(sent: Sent): Turn =>
	(_, world) => (press(world), sent);
const slow =
	(sent: Sent, ms: number): Turn =>
	(_, world) => ((world.time += ms), sent);

const both: Array<[string, Preview]> = [
	['a write that was built on a look', built],
	['a plain update', plain],
];

describe.each(both)('%s', (_, preview) => {
	it('is sent once when Zoo answers it', async () => {
		const { end, log, world, exchange, noted } = await run(preview, [ANSWER]);
		expect(end).toMatchObject({ kind: 'answered', by: 'reply', answer: { status: 200, callId: 'call-1' } });
		expect(log).toEqual(['PUT']);
		expect(world.requests).toEqual([put]);
		expect(exchange.attempts).toBe(1);
		expect(noted()).toBe(1);
	});

	it('is read back from where it reads its balance', async () => {
		const { world } = await run(preview, [timedOut, TO]);
		expect(world.requests).toEqual([put, get]);
	});

	it.each<[string, Sent]>([
		['401', replied(401)],
		['403', replied(403)],
		['a certificate that is not accepted', badCertificate],
	])('was not applied after %s, which needs no look', async (__, sent) => {
		const { end, log, noted } = await run(preview, [sent]);
		expect(end).toMatchObject({ kind: 'notApplied', why: 'turnedAway', last: { kind: 'unanswered', again: false } });
		expect(log).toEqual(['PUT']);
		expect(noted()).toBe(0);
	});

	it.each<[string, Sent]>([
		['408', replied(408)],
		['500', replied(500)],
		['502', replied(502, '<html></html>')],
		['503', replied(503)],
		['503 with a wait', replied(503, '', { retryAfter: '0' })],
		['504', replied(504)],
		['a reset', { kind: 'noResponse', inDoubt: 'maybeApplied', again: true, cause: 'the connection was reset' }],
		['a 200 that cannot be read', replied(200, '{"cut')],
		['a 200 without the amounts', replied(200, { hello: 'world' })],
	])('is looked for after %s, and confirmed when it is there', async (__, sent) => {
		const { is, log, noted } = await run(preview, [sent, TO]);
		expect(is).toBe('by readBack');
		expect(log).toEqual(['PUT', 'wait 500', 'GET']);
		expect(noted()).toBe(1);
	});

	it.each<[string, Sent]>([
		['303', replied(303)],
		['501', replied(501)],
		['524', replied(524)],
		['a reply that trickles', { kind: 'noResponse', inDoubt: 'maybeApplied', again: false, cause: 'it did not end' }],
	])('is looked for once and not sent again after %s', async (__, sent) => {
		expect(await run(preview, [sent, TO])).toMatchObject({ is: 'by readBack', log: ['PUT', 'GET'] });
		expect(await run(preview, [sent, ELSE])).toMatchObject({ is: 'unknown after maybeApplied', log: ['PUT', 'GET'] });
	});

	it.each<[string, Sent, Turn, Short]>([
		['a gateway’s no and the same to the look', GATEWAY, replied(422, '<html>'), 'turnedAway'],
		['a redirect of both', replied(302), replied(302), 'turnedAway'],
		['404 to both', replied(404), replied(404), 'turnedAway'],
		['a gateway’s no and another to the look', GATEWAY, replied(404), 'unknown after rejected'],
		['a gateway’s no and 403 to the look', GATEWAY, replied(403), 'unknown after rejected'],
		['a gateway’s no and a failing look', GATEWAY, replied(500), 'unknown after rejected'],
		['a gateway’s no and no reply to the look', GATEWAY, timedOut, 'unknown after rejected'],
		['a gateway’s no and a look without amounts', GATEWAY, replied(200, {}), 'unknown after rejected'],
		['a message alone and a failing look', replied(422, { message: 'no' }), replied(500), 'unknown after rejected'],
		['Zoo’s own no and a failing look', ZOOS_OWN, replied(500), 'turnedAway'],
		['Zoo’s own no and no reply to the look', ZOOS_OWN, timedOut, 'turnedAway'],
		['Zoo’s own no and 403 to the look', ZOOS_OWN, replied(403), 'turnedAway'],
	])('after %s is %4$s, looked for at once', async (__, no, look, is) => {
		const ended = await run(preview, [no, look]);
		expect(ended).toMatchObject({
			is,
			log: ['PUT', 'GET'],
			end: { last: { status: no.kind === 'response' && no.status } },
		});
		expect(ended.noted()).toBe(1);
	});

	it.each<[string, Turn[], Scene, Short, string[]]>([
		['before the first attempt', [], { prepare: press }, 'turnedAway', []],
		['while all wait', [], { traffic: heldFor(5000), prepare: pressAtPause }, 'turnedAway', ['wait 5000']],
		['during an attempt that is answered', [pressedIn(ANSWER)], {}, 'by reply', ['PUT']],
		['during one that may be applied', [pressedIn(timedOut)], {}, 'unknown after maybeApplied', ['PUT', 'wait 500']],
		['during one that 403 ends', [pressedIn(replied(403))], {}, 'turnedAway', ['PUT']],
		['during one that a gateway ends', [pressedIn(GATEWAY)], {}, 'unknown after rejected', ['PUT']],
		['during one that Zoo ends', [pressedIn(ZOOS_OWN)], {}, 'turnedAway', ['PUT']],
		[
			'in the wait after a refused connection',
			[refusedConnection],
			{ prepare: pressAtPause },
			'turnedAway',
			['PUT', 'wait 500'],
		],
		[
			'in the wait after a time-out',
			[timedOut],
			{ prepare: pressAtPause },
			'unknown after maybeApplied',
			['PUT', 'wait 500'],
		],
		['during the look that finds it', [timedOut, pressedIn(TO)], {}, 'by readBack', ['PUT', 'wait 500', 'GET']],
		[
			'during a look that finds it not there',
			[timedOut, pressedIn(FROM)],
			{},
			'unknown after maybeApplied',
			['PUT', 'wait 500', 'GET'],
		],
		[
			'before a doubt of an earlier pass is looked into',
			[],
			{ doubt: 'maybeApplied', prepare: press },
			'unknown after maybeApplied',
			[],
		],
		[
			'before a claim of an earlier pass is looked into',
			[],
			{ doubt: 'rejected', prepare: press },
			'unknown after rejected',
			[],
		],
	])('canceled %s: %4$s', async (__, turns, given, is, log) => {
		const ended = await run(preview, turns, given);
		expect(ended).toMatchObject({ is, log });
		expect(ended.world.left).toBe(0);
	});

	it.each<[InDoubt, Short]>([
		['no', 'turnedAway'],
		['maybeApplied', 'unknown after maybeApplied'],
		['rejected', 'unknown after rejected'],
	])('is not begun after another item’s failure; a doubt %p stays', async (doubt, is) => {
		const { end, ...ended } = await run(preview, doubt === 'rejected' && !preview.from ? [timedOut] : [], {
			doubt,
			traffic: { ...freeTraffic(), stopped: true },
		});
		expect(ended).toMatchObject({ is, exchange: { attempts: 0 } });
		expect(end).toMatchObject({ last: { kind: 'notSent', why: 'stopped' } });
	});

	it('that may have been applied is not forgotten for a wait that is too long', async () => {
		const traffic = freeTraffic();
		const hold: Turn = () => ((traffic.until = 60_001), timedOut);
		expect(await run(preview, [hold], { traffic })).toMatchObject({
			is: 'unknown after maybeApplied',
			log: ['PUT', 'wait 500'],
			end: { last: { cause: 'no reply came within the time-out' } },
		});
	});

	it.each<[number, string[]]>([
		[59_500, ['PUT', 'wait 500', 'GET', 'PUT']],
		[59_501, ['PUT', 'wait 500', 'GET', 'GET']],
	])('is sent again until its time is over, and not later: a look of %d ms', async (ms, log) => {
		const end = ms > 59_500 ? TO : ANSWER;
		expect(await run(preview, [timedOut, slow(FROM, ms), end])).toMatchObject({ log });
	});

	it('waits longer each time, and reading back counts as well', async () => {
		const turns = [timedOut, replied(500), FROM, replied(502), FROM, ANSWER];
		expect(await run(preview, turns, { retryFor: 600_000 })).toMatchObject({
			log: ['PUT', 'wait 500', 'GET', 'wait 1000', 'GET', 'PUT', 'wait 2000', 'GET', 'PUT'],
		});
	});

	it('looks again while the look is an old one, which is no evidence', async () => {
		expect(await run(preview, [timedOut, STALE, TO])).toMatchObject({
			is: 'by readBack',
			log: ['PUT', 'wait 500', 'GET', 'wait 1000', 'GET'],
		});
		expect(await run(preview, [timedOut, STALE], { retryFor: 0 })).toMatchObject({
			is: 'unknown after maybeApplied',
			log: ['PUT', 'GET'],
		});
	});

	it.each<[string, Sent, Turn[], Short]>([
		['a gateway’s no', GATEWAY, [STALE, TO], preview.from ? 'unknown after rejected' : 'by readBack'],
		['a gateway’s no, settled', GATEWAY, [STALE, FROM], 'turnedAway'],
	])('looks again at once after %s while the look is an old one', async (__, no, looks, is) => {
		expect(await run(preview, [no, ...looks])).toMatchObject({ is, log: ['PUT', 'GET', 'wait 1000', 'GET'] });
	});

	it('is in doubt after a gateway’s no when all looks are old ones', async () => {
		const { is, noted, log } = await run(preview, [GATEWAY, STALE], { retryFor: 0 });
		expect({ is, log, noted: noted() }).toEqual({ is: 'unknown after rejected', log: ['PUT', 'GET'], noted: 1 });
	});

	it('notes an attempt that ended in a throw, which may have been applied', async () => {
		let noted = 0;
		const note = () => {
			noted += 1;
		};
		const broken: Turn = () => {
			throw new TypeError('broken');
		};
		await expect(run(preview, [broken], { note })).rejects.toThrow('broken');
		expect(noted).toBe(1);
	});

	it('notes each attempt that may have been applied, and no other', async () => {
		expect((await run(preview, [timedOut, FROM, ANSWER])).noted()).toBe(2);
		expect((await run(preview, [refusedConnection, ...(preview.from ? [FROM] : []), ANSWER])).noted()).toBe(1);
		expect((await run(preview, [TO], { doubt: 'maybeApplied' })).noted()).toBe(0);
	});
});

describe('a write that ends unknown', () => {
	it('says whether a look has told that it cannot tell', async () => {
		const told = await run(built, [timedOut, ELSE], { retryFor: 0 });
		expect(told.end).toMatchObject({ kind: 'unknown', isAmbiguous: true });
		const untold = await run(built, [timedOut, replied(500)], { retryFor: 0 });
		expect(untold.end).toMatchObject({ kind: 'unknown', isAmbiguous: false });
	});
});

describe('a 404 to a write', () => {
	it.each([
		[built, [replied(404), replied(404)]],
		[plain, [replied(404), replied(404)]],
	])('tells whether the host has the endpoint, which only the look after it can ask (%#)', async (preview, turns) => {
		const { end } = await run(preview, turns, { prepare: (world) => (world.endpoints = 'absent') });
		expect(end).toMatchObject({ kind: 'notApplied', last: { status: 404, endpoint: 'absent' } });
	});

	it.each([built, plain])('says nothing of that where the look was answered otherwise (%#)', async (preview) => {
		const { end } = await run(preview, [replied(404), replied(401)]);
		expect(Object.keys({ ...end, ...('last' in end && end.last) })).not.toContain('endpoint');
	});
});

function pressAtPause(world: ScriptedWorld): void {
	world.onPause = () => press(world);
}

describe('a write that was built on a look', () => {
	describe('and may have been applied', () => {
		it.each<[string, Turn, Scene, Short, string[]]>([
			['from', FROM, {}, 'by reply', ['PUT']],
			['from after a bill', BILLED, {}, 'by reply', ['PUT']],
			['from after a bill, and another wrote', BILLED, { concurrentWriter: true }, 'unknown after maybeApplied', []],
			['from, touched since', TOUCHED, {}, 'unknown after maybeApplied', []],
			['to', TO, {}, 'by readBack', []],
			['to, and another wrote', TO, { concurrentWriter: true }, 'unknown after maybeApplied', []],
			['something else', ELSE, {}, 'unknown after maybeApplied', []],
		])('is seen at %s: %4$s', async (_, look, given, is, more) => {
			const ended = await run(built, [timedOut, look, ...(more.length > 0 ? [ANSWER] : [])], given);
			expect(ended).toMatchObject({ is, log: ['PUT', 'wait 500', 'GET', ...more] });
		});

		it.each<[string, Turn[], Short, string[]]>([
			['from, and so after a rest', [FROM, FROM], 'turnedAway', ['GET', 'wait 10000', 'GET']],
			['from, and after a rest a bill beside', [FROM, BILLED], 'turnedAway', ['GET', 'wait 10000', 'GET']],
			['from, and after a rest to', [FROM, TO], 'by readBack', ['GET', 'wait 10000', 'GET']],
			['from, and after a rest touched', [FROM, TOUCHED], 'unknown after maybeApplied', ['GET', 'wait 10000', 'GET']],
			[
				'from, and after a rest something else',
				[FROM, ELSE],
				'unknown after maybeApplied',
				['GET', 'wait 10000', 'GET'],
			],
			['from, and after a rest nothing', [FROM, timedOut], 'unknown after maybeApplied', ['GET', 'wait 10000', 'GET']],
			['from, and after a rest an old look', [FROM, STALE], 'unknown after maybeApplied', ['GET', 'wait 10000', 'GET']],
			['to', [TO], 'by readBack', ['GET']],
			['something else', [ELSE], 'unknown after maybeApplied', ['GET']],
			['nothing', [replied(500)], 'unknown after maybeApplied', ['GET']],
		])('is seen at %s when there is no time to retry: %3$s', async (_, looks, is, log) => {
			expect(await run(built, [timedOut, ...looks], { retryFor: 0 })).toMatchObject({ is, log: ['PUT', ...log] });
		});

		it('stays in doubt when canceled while it rests', async () => {
			expect(await run(built, [timedOut, FROM], { retryFor: 0, prepare: pressAtPause })).toMatchObject({
				is: 'unknown after maybeApplied',
				log: ['PUT', 'GET', 'wait 10000'],
			});
		});

		it('stays in doubt after a later no, whoever said it', async () => {
			for (const no of [replied(403), GATEWAY, ZOOS_OWN]) {
				expect(await run(built, [timedOut, FROM, no, ELSE])).toMatchObject({
					is: 'unknown after maybeApplied',
					log: ['PUT', 'wait 500', 'GET', 'PUT', 'GET'],
				});
				expect(await run(built, [timedOut, FROM, no, TO])).toMatchObject({ is: 'by readBack' });
				expect(await run(built, [timedOut, FROM, no, FROM, FROM])).toMatchObject({
					is: 'turnedAway',
					log: ['PUT', 'wait 500', 'GET', 'PUT', 'GET', 'wait 10000', 'GET'],
				});
			}
		});

		it('is not sent again when its time is over after the look; it rests, and looks again', async () => {
			expect(await run(built, [timedOut, slow(FROM, 59_501), FROM, FROM])).toMatchObject({
				is: 'turnedAway',
				log: ['PUT', 'wait 500', 'GET', 'GET', 'wait 10000', 'GET'],
			});
		});
	});

	describe('and was said no to', () => {
		it.each<[string, Turn, Scene, Short]>([
			['from', FROM, {}, 'turnedAway'],
			['from after a bill', BILLED, {}, 'turnedAway'],
			['from after a bill, and another wrote', BILLED, { concurrentWriter: true }, 'unknown after rejected'],
			['from, touched since', TOUCHED, {}, 'unknown after rejected'],
			['to', TO, {}, 'unknown after rejected'],
			['to, and another wrote', TO, { concurrentWriter: true }, 'unknown after rejected'],
			['something else', ELSE, {}, 'unknown after rejected'],
		])('is seen at %s: %4$s, without a rest', async (_, look, given, is) => {
			for (const no of [GATEWAY, ZOOS_OWN]) {
				const { log, ...ended } = await run(built, [no, look], given);
				expect(ended).toMatchObject({ is, end: { last: { status: 422 }, seen: { balance: {} } } });
				expect(log).toEqual(['PUT', 'GET']);
			}
		});

		it.each<[string, Turn[], Short, string[]]>([
			['from twice', [FROM, FROM, ANSWER], 'by reply', ['GET', 'wait 7000', 'GET', 'PUT']],
			['from, then touched', [FROM, TOUCHED, ANSWER], 'by reply', ['GET', 'wait 7000', 'GET', 'PUT']],
			['from, then to', [FROM, TO], 'changedMeanwhile', ['GET', 'wait 7000', 'GET']],
			['from, then something else', [FROM, ELSE], 'changedMeanwhile', ['GET', 'wait 7000', 'GET']],
			['from, then not', [FROM, replied(403)], 'turnedAway', ['GET', 'wait 7000', 'GET']],
			['to', [TO], 'unknown after rejected', ['GET']],
			['something else', [ELSE], 'unknown after rejected', ['GET']],
			['the same no, then from', [replied(429), FROM, ANSWER], 'by reply', ['GET', 'wait 7000', 'GET', 'PUT']],
			['the same no, then to', [replied(429), TO], 'changedMeanwhile', ['GET', 'wait 7000', 'GET']],
			['nothing, then from', [timedOut, FROM, ANSWER], 'by reply', ['GET', 'wait 7000', 'GET', 'PUT']],
			['nothing, then to', [timedOut, TO], 'unknown after rejected', ['GET', 'wait 7000', 'GET']],
			['nothing, then touched', [timedOut, TOUCHED], 'unknown after rejected', ['GET', 'wait 7000', 'GET']],
			['nothing, then again nothing', [timedOut, replied(403)], 'unknown after rejected', ['GET', 'wait 7000', 'GET']],
		])('for a while is looked at at once, and before it is sent again: %s is %3$s', async (_, turns, is, log) => {
			expect(await run(built, [asked(7), ...turns])).toMatchObject({ is, log: ['PUT', ...log] });
		});

		it('and is settled can be in doubt anew', async () => {
			expect(await run(built, [asked(7), FROM, FROM, timedOut, ELSE])).toMatchObject({
				is: 'unknown after maybeApplied',
				log: ['PUT', 'GET', 'wait 7000', 'GET', 'PUT', 'wait 1000', 'GET'],
			});
		});

		it('and is settled is not asked of a later no', async () => {
			expect(await run(built, [asked(7), FROM, FROM, ZOOS_OWN, replied(500)])).toMatchObject({
				is: 'turnedAway',
				log: ['PUT', 'GET', 'wait 7000', 'GET', 'PUT', 'GET'],
			});
		});

		it('for longer than it may wait is looked at, and given up', async () => {
			expect(await run(built, [asked(61), FROM])).toMatchObject({
				is: 'turnedAway',
				log: ['PUT', 'GET'],
				exchange: { askedToWait: 61_000 },
				traffic: { until: 61_000 },
			});
		});
	});

	it.each<[string, Turn[], Short, string[]]>([
		['from', [FROM, ANSWER], 'by reply', ['PUT']],
		['from, touched since', [TOUCHED, ANSWER], 'by reply', ['PUT']],
		['to', [TO], 'changedMeanwhile', []],
		['something else', [ELSE], 'changedMeanwhile', []],
		['nothing', [replied(403)], 'turnedAway', []],
	])('and never left is looked for before it is sent again: %s is %3$s', async (_, turns, is, more) => {
		const ended = await run(built, [refusedConnection, ...turns]);
		expect(ended).toMatchObject({ is, log: ['PUT', 'wait 500', 'GET', ...more] });
		expect(ended.noted()).toBe(more.length);
	});

	it('and never left is not sent when its time is over after the look', async () => {
		expect(await run(built, [refusedConnection, slow(FROM, 59_501)])).toMatchObject({
			is: 'turnedAway',
			log: ['PUT', 'wait 500', 'GET'],
		});
	});

	describe('and is held back', () => {
		it.each<[string, Turn[], Short, string[]]>([
			['from', [FROM, ANSWER], 'by reply', ['GET', 'PUT']],
			['to', [TO], 'changedMeanwhile', ['GET']],
			['something else', [ELSE], 'changedMeanwhile', ['GET']],
		])('looks again before its first attempt, as its look is old: %s is %3$s', async (_, turns, is, log) => {
			const ended = await run(built, turns, { traffic: heldFor(7000) });
			expect(ended).toMatchObject({ is, log: ['wait 7000', ...log] });
			expect(ended.world.left).toBe(0);
		});

		it('once more while it looks, looks once more', async () => {
			const traffic = heldFor(7000);
			const held: Turn = () => ((traffic.until = 10_000), FROM);
			expect(await run(built, [held, FROM, ANSWER], { traffic })).toMatchObject({
				is: 'by reply',
				log: ['wait 7000', 'GET', 'wait 3000', 'GET', 'PUT'],
			});
		});

		it('before it is sent again, looks again', async () => {
			const traffic = freeTraffic();
			const held: Turn = () => ((traffic.until = 3500), FROM);
			expect(await run(built, [timedOut, held, FROM, ANSWER], { traffic })).toMatchObject({
				is: 'by reply',
				log: ['PUT', 'wait 500', 'GET', 'wait 3000', 'GET', 'PUT'],
			});
		});

		it('for too long, is not sent', async () => {
			const { end, log } = await run(built, [], { traffic: heldFor(60_001) });
			expect(end).toEqual({ kind: 'notApplied', why: 'turnedAway', last: { kind: 'notSent', why: 'held' } });
			expect(log).toEqual([]);
		});

		it('for too long after it may have been applied, is in doubt', async () => {
			const traffic = freeTraffic();
			const held: Turn = () => ((traffic.until = 90_000), FROM);
			expect(await run(built, [timedOut, held], { traffic })).toMatchObject({
				is: 'unknown after maybeApplied',
				end: { last: { kind: 'notSent', why: 'held' }, seen: { balance: { pre_pay_cash_remaining: '100.00' } } },
			});
		});
	});

	describe('with a condition', () => {
		const conditions = [amountOf(cash, '100'), amountOf(credits, '20')];

		it.each<[string, Turn[], Short, string[]]>([
			['not met, to the end', [BILLED, BILLED, BILLED], 'conditionNotMet', ['GET', 'GET', 'wait 10000', 'GET']],
			['not met, and there after all', [BILLED, TO], 'by readBack', ['GET', 'GET']],
			['not met, and there after a rest', [BILLED, BILLED, TO], 'by readBack', ['GET', 'GET', 'wait 10000', 'GET']],
			['not met, then something else', [BILLED, ELSE], 'unknown after maybeApplied', ['GET', 'GET']],
			['not met, then no look', [BILLED, replied(500)], 'unknown after maybeApplied', ['GET', 'GET']],
			['met', [FROM, ANSWER], 'by reply', ['GET', 'PUT']],
			['there', [TO], 'by readBack', ['GET']],
		])('is not sent again after a time-out unless it is met: %s is %3$s', async (_, looks, is, log) => {
			const ended = await run(built, [timedOut, ...looks], { conditions });
			expect(ended).toMatchObject({ is, log: ['PUT', 'wait 500', ...log] });
		});

		it.each<[string, Turn[], Short, string[]]>([
			['a no, not met', [GATEWAY, BILLED], 'conditionNotMet', ['PUT', 'GET']],
			['a no, met', [GATEWAY, FROM], 'turnedAway', ['PUT', 'GET']],
			['a wait, not met at once', [asked(7), BILLED], 'conditionNotMet', ['PUT', 'GET']],
			['a wait, not met later', [asked(7), FROM, BILLED], 'conditionNotMet', ['PUT', 'GET', 'wait 7000', 'GET']],
			['a wait, written by somebody', [asked(7), FROM, TO], 'conditionNotMet', ['PUT', 'GET', 'wait 7000', 'GET']],
			['a refused connection, not met', [refusedConnection, BILLED], 'conditionNotMet', ['PUT', 'wait 500', 'GET']],
		])('is heard after %s: %3$s', async (_, turns, is, log) => {
			expect(await run(built, turns, { conditions })).toMatchObject({ is, log });
		});
	});

	describe('and is taken up from an earlier pass', () => {
		it.each<[InDoubt, string, Turn[], Short, string[]]>([
			['maybeApplied', 'to', [TO], 'by readBack', ['GET']],
			['maybeApplied', 'from', [FROM, ANSWER], 'by reply', ['GET', 'PUT']],
			['maybeApplied', 'from after a bill', [BILLED, ANSWER], 'by reply', ['GET', 'PUT']],
			['maybeApplied', 'from, touched since', [TOUCHED], 'unknown after maybeApplied', ['GET']],
			['maybeApplied', 'something else', [ELSE], 'unknown after maybeApplied', ['GET']],
			['maybeApplied', 'nothing', [replied(403)], 'unknown after maybeApplied', ['GET']],
			[
				'maybeApplied',
				'from, and 403',
				[FROM, replied(403), ELSE],
				'unknown after maybeApplied',
				['GET', 'PUT', 'GET'],
			],
			['rejected', 'to', [TO], 'unknown after rejected', ['GET']],
			['rejected', 'from', [FROM, ANSWER], 'by reply', ['GET', 'PUT']],
			['rejected', 'from after a bill', [BILLED, ANSWER], 'by reply', ['GET', 'PUT']],
			['rejected', 'from, touched since', [TOUCHED], 'unknown after rejected', ['GET']],
			['rejected', 'something else', [ELSE], 'unknown after rejected', ['GET']],
			['rejected', 'nothing', [replied(403)], 'unknown after rejected', ['GET']],
			['rejected', 'from, and 403', [FROM, replied(403)], 'turnedAway', ['GET', 'PUT']],
		])('with doubt %p is looked for first: %s is %4$s', async (doubt, _, turns, is, log) => {
			for (const retryFor of [0, 60_000]) {
				const ended = await run(built, turns, { doubt, retryFor });
				expect(ended).toMatchObject({ is, log });
				expect(ended.world.left).toBe(0);
			}
		});

		it('is not believed to be there when another has written since', async () => {
			const given = { doubt: 'maybeApplied', concurrentWriter: true } as const;
			expect(await run(built, [TO], given)).toMatchObject({ is: 'unknown after maybeApplied', log: ['GET'] });
		});
	});
});

describe('a plain update', () => {
	it.each<[string, Turn, Short, string[]]>([
		['there', TO, 'by readBack', []],
		['not there', FROM, 'by reply', ['PUT']],
		['something else', ELSE, 'by reply', ['PUT']],
	])('that may have been applied is %s: %3$s', async (_, look, is, more) => {
		for (const concurrentWriter of [false, true]) {
			const turns = [timedOut, look, ...(more.length > 0 ? [ANSWER] : [])];
			expect(await run(plain, turns, { concurrentWriter })).toMatchObject({
				is,
				log: ['PUT', 'wait 500', 'GET', ...more],
			});
		}
	});

	it.each<[string, Turn, Short]>([
		['there', TO, 'by readBack'],
		['not there', FROM, 'unknown after maybeApplied'],
		['something else', ELSE, 'unknown after maybeApplied'],
		['not to be seen', timedOut, 'unknown after maybeApplied'],
	])('that may have been applied and has no time to retry is %s: %3$s, without a rest', async (_, look, is) => {
		expect(await run(plain, [timedOut, look], { retryFor: 0 })).toMatchObject({ is, log: ['PUT', 'GET'] });
	});

	it.each<[string, Turn, Short]>([
		['there', TO, 'by readBack'],
		['not there', FROM, 'turnedAway'],
		['something else', ELSE, 'turnedAway'],
	])('that is given up after a no is %s: %3$s', async (_, look, is) => {
		for (const no of [GATEWAY, ZOOS_OWN, asked(61)]) {
			expect(await run(plain, [no, look])).toMatchObject({ is, log: ['PUT', 'GET'] });
		}
	});

	it.each<[string, Sent, string]>([
		['a refused connection', refusedConnection, 'wait 500'],
		['429', replied(429), 'wait 500'],
		['429 with a wait', asked(7), 'wait 7000'],
	])('is sent again after %s without a look', async (_, sent, wait) => {
		expect(await run(plain, [sent, ANSWER])).toMatchObject({ is: 'by reply', log: ['PUT', wait, 'PUT'] });
	});

	it.each<[string, Turn[], Short, string[]]>([
		['403, not there', [replied(403), ELSE], 'turnedAway', ['PUT', 'GET']],
		['403, there', [replied(403), TO], 'by readBack', ['PUT', 'GET']],
		['403, not to be seen', [replied(403), replied(403)], 'unknown after rejected', ['PUT', 'GET']],
		['a time-out, not there', [timedOut, ELSE, ANSWER], 'by reply', ['PUT', 'wait 1000', 'GET', 'PUT']],
		['a time-out, there', [timedOut, TO], 'by readBack', ['PUT', 'wait 1000', 'GET']],
	])('stays in doubt after a gateway’s wait that is over: %s is %3$s', async (_, turns, is, log) => {
		expect(await run(plain, [asked(7), ...turns])).toMatchObject({ is, log: ['PUT', 'wait 7000', ...log] });
	});

	it.each<[string, Sent, Sent, Turn, Short]>([
		['Zoo’s own no after a gateway’s wait', asked(7), ZOOS_OWN, replied(500), 'unknown after rejected'],
		['another no after a gateway’s wait', asked(7), replied(404), replied(404), 'unknown after rejected'],
		['twice the same', asked(7), asked(90), replied(429), 'turnedAway'],
	])('is believed to be turned away only when every no is: %s is %5$s', async (_, first, second, look, is) => {
		expect(await run(plain, [first, second, look])).toMatchObject({ is, log: ['PUT', 'wait 7000', 'PUT', 'GET'] });
	});

	it('is not sent again when the wait ended later than its time', async () => {
		const oversleep = (world: ScriptedWorld) => {
			world.onPause = () => {
				world.time += 60_000;
			};
		};
		expect(await run(plain, [refusedConnection], { prepare: oversleep })).toMatchObject({
			is: 'turnedAway',
			log: ['PUT', 'wait 500'],
		});
		expect(await run(plain, [asked(7), ELSE], { prepare: oversleep })).toMatchObject({
			is: 'turnedAway',
			log: ['PUT', 'wait 7000', 'GET'],
		});
	});

	it('is looked for when a no is followed by cancelation only where that is allowed, and else in doubt', async () => {
		expect(await run(plain, [asked(7)], { prepare: pressAtPause })).toMatchObject({
			is: 'unknown after rejected',
			log: ['PUT', 'wait 7000'],
		});
		const own = replied(429, { message: 'slow down', request_id: 'r' }, { retryAfter: '7' });
		expect(await run(plain, [own], { prepare: pressAtPause })).toMatchObject({
			is: 'turnedAway',
			log: ['PUT', 'wait 7000'],
			end: { last: { kind: 'notSent', why: 'canceled' } },
		});
	});

	it('that may have been applied stays in doubt after a later no, whoever said it', async () => {
		for (const no of [replied(403), GATEWAY, ZOOS_OWN]) {
			expect(await run(plain, [timedOut, ELSE, no, ELSE])).toMatchObject({
				is: 'unknown after maybeApplied',
				log: ['PUT', 'wait 500', 'GET', 'PUT', 'GET'],
				end: { seen: { balance: { pre_pay_cash_remaining: '95.00' } } },
			});
			expect(await run(plain, [timedOut, ELSE, no, TO])).toMatchObject({ is: 'by readBack' });
		}
	});

	it('is held back without a look of its own', async () => {
		expect(await run(plain, [ANSWER], { traffic: heldFor(7000) })).toMatchObject({
			is: 'by reply',
			log: ['wait 7000', 'PUT'],
		});
	});

	it.each<[InDoubt, string, Turn[], Short, string[]]>([
		['maybeApplied', 'there', [TO], 'by readBack', ['GET']],
		['maybeApplied', 'not there', [ELSE, ANSWER], 'by reply', ['GET', 'PUT']],
		[
			'maybeApplied',
			'not there, and 403',
			[ELSE, replied(403), ELSE],
			'unknown after maybeApplied',
			['GET', 'PUT', 'GET'],
		],
		['maybeApplied', 'not to be seen', [replied(403)], 'unknown after maybeApplied', ['GET']],
		['rejected', 'there', [TO], 'by readBack', ['GET']],
		['rejected', 'not there', [ELSE, ANSWER], 'by reply', ['GET', 'PUT']],
		['rejected', 'not there, and 403', [ELSE, replied(403)], 'turnedAway', ['GET', 'PUT']],
		[
			'rejected',
			'not there, and no reply',
			[ELSE, timedOut, ELSE],
			'unknown after maybeApplied',
			['GET', 'PUT', 'GET'],
		],
	])('of an earlier pass with doubt %p is looked for first: %s is %4$s', async (doubt, _, turns, is, log) => {
		const ended = await run(plain, turns, { doubt, retryFor: 0 });
		expect(ended).toMatchObject({ is, log });
		expect(ended.world.left).toBe(0);
	});

	it('of an earlier pass with a claim stays in doubt as long as it cannot be seen, whatever the looks come to', async () => {
		for (const status of [403, 404, 422, 429, 500]) {
			const looks = Array.from({ length: 4 }, () => replied(status, { message: 'no', request_id: 'r' }));
			const { is, exchange } = await run(plain, looks, { doubt: 'rejected', retryFor: 0 });
			expect({ is, attempts: exchange.attempts }).toEqual({ is: 'unknown after rejected', attempts: 0 });
		}
	});
});

describe('an attempt that may still land', () => {
	const openOf = async (preview: Preview, turns: readonly Turn[], given?: Scene) =>
		(await run(preview, turns, given)).openUntil;

	it.each(both)('is told for ten seconds from its end, whatever became known of it: %s', async (_, preview) => {
		const answered = await openOf(preview, [slow(timedOut, 30_000), FROM, ANSWER]);
		expect(answered).toBe(40_000);
		const looks = [FROM, FROM];
		expect(await openOf(preview, [slow(replied(524), 5000), ...looks], { retryFor: 0 })).toBe(15_000);
	});

	it.each(both)('is none where each was answered or never left: %s', async (_, preview) => {
		expect(await openOf(preview, [ANSWER])).toBeUndefined();
		expect(await openOf(preview, [refusedConnection, FROM, ANSWER])).toBeUndefined();
		expect(await openOf(preview, [ZOOS_OWN, FROM])).toBeUndefined();
	});

	it('is none where the only one of a write that was built on a look is seen to have landed', async () => {
		expect(await openOf(built, [timedOut, TO])).toBeUndefined();
	});

	it('is left where another one may have done what is seen', async () => {
		const after = (turns: readonly Turn[]) => openOf(built, turns);
		expect(await after([timedOut, FROM, timedOut, TO])).toBe(10_500);
		expect(await after([timedOut, FROM, GATEWAY, TO])).toBe(10_000);
	});

	it('is left by a plain update, whose amounts may have stood there before', async () => {
		expect(await openOf(plain, [timedOut, TO])).toBe(10_000);
	});

	it('is left by a write that is taken up, of which an earlier attempt may be what is seen', async () => {
		expect(await openOf(built, [FROM, timedOut, TO], { doubt: 'maybeApplied' })).toBe(10_000);
	});
});

describe('a write whose turn is over before it is sent', () => {
	it.each(both)('is not noted as one that may have been applied: %s', async (_, preview) => {
		const { is, noted } = await run(preview, [], { prepare: press });
		expect(is).toBe('turnedAway');
		expect(noted()).toBe(0);
	});

	it('is sent once all the same where it is taken up and the look took longer than its time', async () => {
		const { is, log } = await run(plain, [slow(ELSE, 5000), ANSWER], { doubt: 'maybeApplied', retryFor: 1000 });
		expect(log).toEqual(['GET', 'PUT']);
		expect(is).toBe('by reply');
	});
});

describe('whatever the wire does', () => {
	/** What becomes of an attempt, and what is heard of it. */
	const attempt = fc.constantFrom<{ readonly applied: boolean; readonly sent?: Sent }>(
		{ applied: true },
		{ applied: true, sent: timedOut },
		{ applied: true, sent: replied(502) },
		{ applied: true, sent: replied(200, '{"cut') },
		{ applied: true, sent: replied(404, '<html>') },
		{ applied: true, sent: asked(3) },
		{ applied: false, sent: timedOut },
		{ applied: false, sent: replied(500) },
		{ applied: false, sent: refusedConnection },
		{ applied: false, sent: badCertificate },
		{ applied: false, sent: replied(403) },
		{ applied: false, sent: replied(404, '<html>') },
		{ applied: false, sent: ZOOS_OWN },
		{ applied: false, sent: asked(3) },
		{ applied: false, sent: asked(70) },
	);
	const looks = fc.array(fc.constantFrom<'true' | 'fails' | 'stale'>('true', 'true', 'fails', 'stale'), {
		maxLength: 12,
	});

	it('what is said of a write is so, no attempt comes late, and none follows one that may be there unseen', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(attempt, { maxLength: 8 }),
				looks,
				fc.record({
					isBuilt: fc.boolean(),
					retryFor: fc.constantFrom(0, 1000, 60_000),
					chance: fc.double({ min: 0.2, max: 1, noNaN: true }),
				}),
				async (attempts, sights, { isBuilt, retryFor, chance }) => {
					let isThere = false;
					let firstAt: number | undefined;
					let unseen = false;
					const [puts, gets] = [[...attempts], [...sights]];
					const zoo: Turn = ({ method }, world) => {
						if (method === 'GET') {
							const sight = gets.shift() ?? 'true';
							if (sight === 'fails') return replied(500);
							if (sight === 'stale') return STALE;
							unseen = false;
							return isThere ? TO : FROM;
						}
						expect(unseen && isBuilt).toBe(false);
						firstAt ??= world.ticks();
						expect(world.ticks() - firstAt).toBeLessThanOrEqual(retryFor);
						const { applied, sent = ANSWER } = puts.shift() ?? { applied: true };
						isThere ||= applied;
						unseen = sent !== refusedConnection;
						return sent;
					};
					const { end } = await run(
						isBuilt ? built : plain,
						Array.from({ length: 60 }, () => zoo),
						{
							retryFor,
							prepare: (each) => ((each.chance = chance), (each.latency = 10)),
						},
					);
					if (end.kind === 'answered') expect(isThere).toBe(true);
					if (end.kind === 'notApplied') expect(isThere).toBe(false);
				},
			),
			{ numRuns: 1000 },
		);
	});
});

describe('a word that it does not know leads to no sending', () => {
	it.each<[string, Preview, InDoubt]>([
		['of a look, before an adjustment is sent again', built, 'maybeApplied'],
		['of a look after a claim', built, 'rejected'],
		['of a look, before an update is sent again', plain, 'maybeApplied'],
	])('%s', async (_, preview, doubt) => {
		const { end, log } = await run(preview, [FROM], { doubt, shows: 'maybe' });
		expect(end).toMatchObject({ kind: 'unknown' });
		expect(log).toEqual(['GET']);
	});

	it('of a doubt', async () => {
		const damaged = JSON.parse('"maybe"') as InDoubt;
		for (const preview of [built, plain]) {
			const { end, log } = await run(preview, [ELSE], { doubt: damaged });
			expect(end).toMatchObject({ kind: 'unknown' });
			expect(log).toEqual(['GET']);
		}
	});
});

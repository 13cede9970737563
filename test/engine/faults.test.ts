// The fault matrix: every fault, applied or not, lasting or passing, under each On Error setting; the built node against real sockets.

import type { OnError } from 'n8n-workflow';

import type { Applied } from '../zoo-api/faults';
import type { ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { FakeClock, useFakeClocks } from './fake-clock';
import { allFaults, SECRET, type FaultCase } from './fault-cases';
import type { NodeRunResult } from './harness';
import { textIn } from './harness/text-in';
import { detailsOnErrorOutput, jsonOf, runZoo, startZoo } from './zoo-run';

useFakeClocks();

const MODES = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const satisfies readonly OnError[];

/** Which requests are hit, and for how long the node may try. */
const COURSES = {
	'once, then fine weather': { match: { method: 'PUT', times: 1 }, seconds: 60 },
	'on all writes, with a single attempt': { match: { method: 'PUT', times: Infinity }, seconds: 0 },
	'on all writes': { match: { method: 'PUT', times: Infinity }, seconds: 2.5 },
	'on all writes and reads': { match: { times: Infinity }, seconds: 2.5 },
} as const satisfies Record<string, { match: { method?: string; times: number }; seconds: number }>;
type Course = keyof typeof COURSES;

interface Expected {
	/** P for PUT, G for GET. */
	readonly requests: string;
	readonly end: 'reply' | 'readBack' | 'notApplied' | 'unknown';
}

/** With half of the longest wait each time, which is 250, 500, 1000 and 2000 ms, waits of 1.75 s fit into the time. */
function expected({ kind, attempts = 4, slow }: FaultCase, applied: Applied, course: Course): Expected {
	if (kind === 'notLetIn') return { requests: 'P', end: 'notApplied' };
	if (kind === 'final') return { requests: 'PG', end: applied ? 'readBack' : 'notApplied' };
	if (kind === 'wait') {
		if (course === 'once, then fine weather') return { requests: 'PP', end: 'reply' };
		const count = course === 'on all writes, with a single attempt' ? 1 : attempts;
		return { requests: `${'P'.repeat(count)}G`, end: applied ? 'readBack' : 'notApplied' };
	}
	if (kind === 'seeOther')
		return { requests: 'PG', end: applied && course === 'on all writes' ? 'readBack' : 'unknown' };
	if (course === 'on all writes and reads')
		return { requests: `P${'G'.repeat(slow ? 1 : Math.max(1, attempts - 1))}`, end: 'unknown' };
	if (applied) return { requests: 'PG', end: 'readBack' };
	if (course === 'once, then fine weather') return { requests: 'PGP', end: 'reply' };
	if (course === 'on all writes') return { requests: 'PG'.repeat(slow ? 2 : attempts), end: 'unknown' };
	return { requests: 'PG', end: 'unknown' };
}

interface Cell {
	readonly title: string;
	readonly fault: FaultCase;
	readonly applied: Applied;
	readonly course: Course;
	readonly mode: (typeof MODES)[number];
}

interface Outcome {
	readonly result: NodeRunResult;
	readonly requests: string;
	readonly standing: string | undefined;
}

let elsewhere: ZooApi;
const cells = allFaults(() => elsewhere.url).flatMap((fault) =>
	coursesOf(fault).flatMap((course) =>
		appliedWays(fault, course).flatMap((applied) =>
			MODES.map((mode): Cell => ({
				title: `${fault.name}, ${course}${appliedWays(fault, course).length > 1 ? `, ${appliedText(applied)}` : ''}: ${mode}`,
				fault,
				applied,
				course,
				mode,
			})),
		),
	),
);

function coursesOf({ kind }: FaultCase): Course[] {
	const all: Course[] = [
		'once, then fine weather',
		'on all writes, with a single attempt',
		'on all writes',
		'on all writes and reads',
	];
	if (kind === 'seeOther') return ['on all writes', 'on all writes and reads'];
	if (kind === 'final') return ['on all writes', 'on all writes and reads'];
	return kind === 'notLetIn' ? ['on all writes and reads'] : all;
}

function appliedWays({ kind, slow }: FaultCase, course: Course): Applied[] {
	// Who gets the same no to a look believes it.
	if (kind === 'notLetIn' || (['final', 'wait'].includes(kind) && course === 'on all writes and reads')) return [false];
	// Applied when the client has let go: only a client that gives up can tell it from the ordinary way.
	return slow ? [true, false, 'late'] : [true, false];
}

function appliedText(applied: Applied): string {
	return applied === 'late' ? 'applied late' : applied ? 'applied' : 'not applied';
}

async function run({ fault, applied, course, mode }: Cell): Promise<Outcome> {
	return await new FakeClock().run(async () => {
		await using zoo = await startZoo({ model: 'apiCredits', actionClientSecret: SECRET });
		const { match, seconds } = COURSES[course];
		// A slow attempt takes two seconds: a second one is to begin in time, and to end too late.
		const retryFor = fault.slow && seconds > 0 ? seconds + 1.5 : seconds;
		let left: number = match.times;
		zoo.onRequest = ({ method }) => {
			// What is asked after a 404 is tested elsewhere.
			if (method === 'OPTIONS' || ('method' in match && method !== match.method)) return undefined;
			left -= 1;
			return left < 0 ? undefined : { ...fault.fault(Date.now()), applied };
		};
		const parameters = {
			updateFields: { stableApiCreditsRemainingMonetaryValue: '50' },
			options: { retryFor, timeout: fault.slow ? 2 : 30 },
		};
		const result = await runZoo(zoo, parameters, { onError: mode });
		const requests = zoo.requests.map(({ method }) => method.charAt(0).replace('O', '')).join('');
		const { stable_api_credits_remaining_monetary_value: standing } = zoo.amountsOf(
			'org',
			zoo.requests[0]?.owner?.id ?? '',
		);
		return { result, requests, standing };
	});
}

const AT_ONCE = 8;
const outcomes = new Map<Cell, Outcome>();

beforeAll(async () => {
	jest.spyOn(Math, 'random').mockReturnValue(0.5);
	elsewhere = await startZoo();
	const waiting = cells.values();
	const work = async () => {
		for (const cell of waiting) outcomes.set(cell, await run(cell));
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
}, 120_000);
afterAll(async () => {
	await elsewhere.close();
});

function outcomeOf(cell: Cell): Outcome {
	const outcome = outcomes.get(cell);
	if (!outcome) throw new Error('This case was not run');
	return outcome;
}

/** The failed item, from whichever output it belongs to; under stopWorkflow the thrown error in an item's clothes. */
function failedItem({ result }: Outcome, mode: Cell['mode']): Record<string, unknown> {
	const outputs = result.output.map((items) => items.length);
	if (mode === 'stopWorkflow') {
		expect(outputs).toEqual([]);
		return {
			error: result.error?.message,
			message: `${result.error?.message ?? ''}. ${result.error?.description ?? ''}`,
		};
	}
	expect(result.error).toBeUndefined();
	expect(outputs).toEqual(mode === 'continueErrorOutput' ? [0, 1] : [1]);
	expect(result.output.flat()[0]?.pairedItem).toEqual({ item: 0 });
	return { ...result.output.flat()[0]?.json };
}

describe('with one item', () => {
	it.each(cells)('$title', (cell) => {
		const { applied, course, mode } = cell;
		const fault = course === 'on all writes and reads' ? cell.fault : { ...cell.fault, ...cell.fault.whereReadsWork };
		const { requests, end } = expected(fault, applied, course);
		const attempts = requests.replaceAll('G', '').length;
		const outcome = outcomeOf(cell);
		expect(outcome.requests).toBe(requests);
		expect(outcome.standing).toBe(applied !== false || end === 'reply' ? '50.00' : '20.00');
		if (end === 'reply' || end === 'readBack') {
			expect(outcome.result.error).toBeUndefined();
			expect(outcome.result.delivered).toEqual([
				[expect.objectContaining({ stable_api_credits_remaining_monetary_value: '50.00' })],
				[],
			]);
			expect(jsonOf(outcome.result)).toMatchObject([{ confirmation: { status: 'confirmed', by: end, attempts } }]);
			return;
		}
		const failed = failedItem(outcome, mode);
		const message = messageOf(fault, end, attempts);
		if (message instanceof RegExp) expect(failed['error']).toMatch(message);
		else expect(failed['error']).toBe(message);
		expect(failed['message']).toContain(end === 'unknown' ? 'Read the balance first' : 'trying again is safe');
		if (mode === 'stopWorkflow') return;
		if (mode === 'continueErrorOutput' && !detailsOnErrorOutput) {
			expect(failed).not.toHaveProperty('details');
			return;
		}
		const seen = course === 'on all writes' || course === 'on all writes, with a single attempt';
		expect(failed['details']).toMatchObject({
			reason: fault.reason,
			outcome: end,
			attempts,
			item: 0,
			asked: { stable_api_credits_remaining_monetary_value: '50.00' },
			...(end === 'unknown' && { now: seen ? { stable_api_credits_remaining_monetary_value: '20.00' } : {} }),
		});
	});

	it('neither the token nor a secret is shown, stored or logged in any of them', () => {
		expect(outcomes.size).toBe(cells.length);
		const leaks = [...outcomes].filter(([, { result }]) => {
			const text = textIn(result);
			return !text.includes('Zoo Billing') || text.includes(EMPLOYEE_TOKEN) || text.includes(SECRET);
		});
		expect(leaks.map(([{ title }]) => title)).toEqual([]);
	});

	it('nothing is sent to the host that redirects point to', () => {
		expect(elsewhere.requests).toEqual([]);
	});
});

function messageOf({ kind, says }: FaultCase, end: Expected['end'], attempts: number): string | RegExp {
	if (says instanceof RegExp) return says;
	if (kind === 'final' || kind === 'notLetIn') return `${says} [item 0]`;
	const count = end === 'notApplied' && attempts > 1 ? ` (${attempts} attempts)` : '';
	return `${end === 'unknown' ? 'The outcome is unknown' : 'The balance was not changed'}: ${says}${count} [item 0]`;
}

describe('a host that cannot be reached', () => {
	const parameters = { updateFields: { prePayCashRemaining: '5' } };

	it('because it refuses the connection is tried until the time is up, and the item says that nothing was changed', async () => {
		const baseUrl = await freeUrl();
		const { host } = new URL(baseUrl);
		const clock = new FakeClock();
		const result = await clock.run(
			async () =>
				await runZoo(
					elsewhere,
					{ ...parameters, options: { retryFor: '2.5' } },
					{ credential: { apiToken: EMPLOYEE_TOKEN, baseUrl }, onError: 'continueErrorOutput' },
				),
		);
		expect(jsonOf(result, 1)).toMatchObject([
			{
				error: `The balance was not changed: the connection was refused by ${host} (4 attempts) [item 0]`,
				message: expect.stringContaining("Check 'Base URL' in the Zoo API credential."),
				...(detailsOnErrorOutput && { details: { reason: 'unreachable', outcome: 'notApplied', attempts: 4 } }),
			},
		]);
		expect(clock.waits).toEqual([250, 500, 1000]);
		expect(textIn(result)).not.toContain(EMPLOYEE_TOKEN);
	});

	it('because it refuses the connection is written to once it is there again', async () => {
		const clock = new FakeClock('by hand');
		const port = Number(new URL(await freeUrl()).port);
		const running = clock.run(
			async () =>
				await runZoo(elsewhere, parameters, {
					credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: `http://127.0.0.1:${port}` },
				}),
		);
		await clock.asleep(1);
		await using _zoo = await startZoo({ port });
		clock.advance(250);
		expect(jsonOf(await running)).toMatchObject([{ confirmation: { by: 'reply', attempts: 2 } }]);
	});

	it.each(MODES)('because its name is unknown fails the item: %s', async (mode) => {
		// No name has so long a part, so that nobody has to be asked.
		const credential = { apiToken: EMPLOYEE_TOKEN, baseUrl: `https://${'nowhere'.repeat(10)}.invalid` };
		const result = await new FakeClock().run(
			async () =>
				await runZoo(elsewhere, { ...parameters, options: { retryFor: '0.5' } }, { credential, onError: mode }),
		);
		const failed = failedItem({ result, requests: '', standing: undefined }, mode);
		expect(failed['error']).toMatch(
			/^The balance was not changed: the host name (was not found|could not be looked up): \w+\.invalid \(\d attempts\) \[item 0\]$/,
		);
		expect(failed['message']).toContain('trying again is safe');
		expect(textIn(result)).not.toContain(EMPLOYEE_TOKEN);
	});
});

/** Where nothing listens. */
async function freeUrl(): Promise<string> {
	const gone = await startZoo();
	const { url } = gone;
	await gone.close();
	return url;
}

/** Apply Balance Preview in n8n's engine: a stored dry run is written once, and only while the balance is what it was. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import type { ZooApi } from '../zoo-api/server';
import { FakeClock, useFakeClocks } from './fake-clock';
import type { NodeRunResult } from './harness';
import { fatesOf, jsonOf, leaveInDoubt, ORG, record, runZoo, startZoo, USER, USER_EMAIL, type ZooRun } from './zoo-run';

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
const puts = () => zoo.requests.filter(({ method }) => method === 'PUT').length;
const setCash = (amount: string) => zoo.setBalance('org', ORG, { pre_pay_cash_remaining: amount });
const adjust = { operation: 'adjustBalance', adjustFields: { prePayCashRemaining: '5' } };

async function run(parameters: INodeParameters, more: ZooRun = {}): Promise<NodeRunResult> {
	return await new FakeClock().run(async () => await runZoo(zoo, parameters, { onError, ...more }));
}

/** The item that a dry run puts out, as a database hands it back. */
async function dryRun(parameters: INodeParameters = adjust, options: INodeParameters = {}): Promise<IDataObject> {
	const [item = {}] = jsonOf(await run({ ...parameters, options: { ...options, dryRun: true } }));
	return JSON.parse(JSON.stringify(item)) as IDataObject;
}

async function apply(
	preview: unknown,
	sentBefore: string,
	{ options = {}, ...more }: ZooRun & { options?: INodeParameters } = {},
): Promise<NodeRunResult> {
	const parameters = { operation: 'applyPreview', preview: '={{ $json.stored }}', sentBefore, options };
	return await run(parameters, { items: [{ stored: preview } as IDataObject], ...more });
}

const itemOf = (result: NodeRunResult, item = 0) => record(jsonOf(result)[item]);
const detailsOf = (result: NodeRunResult) => record(itemOf(result)['details']);
const previewIn = (item: IDataObject) => record(item['preview']) as IDataObject;

describe('what the balance shows decides', () => {
	it.each(['no', 'perhaps'])('what stood there (sent before: %s): written and confirmed', async (sentBefore) => {
		const result = await apply(await dryRun(adjust, { reference: 'pi_1' }), sentBefore);
		expect(itemOf(result)['confirmation']).toMatchObject({ status: 'confirmed', attempts: 1, reference: 'pi_1' });
		expect(cash()).toBe('15.00');
	});

	it('what shall stand there, and nothing has sent it: a person decides', async () => {
		const item = await dryRun();
		setCash('15.00');
		const result = await apply(item, 'no');
		expect(detailsOf(result)).toMatchObject({
			reason: 'alreadyThere',
			outcome: 'unknown',
			before: { pre_pay_cash_remaining: '10.00' },
			target: { pre_pay_cash_remaining: '15.00' },
			now: { pre_pay_cash_remaining: '15.00' },
		});
		expect(detailsOf(await apply(item, 'no'))).toMatchObject({ reason: 'alreadyThere' });
		expect(puts()).toBe(0);
	});

	it('what shall stand there, and it may have been sent: it is already there', async () => {
		const item = await dryRun();
		setCash('15.00');
		const result = await apply(item, 'perhaps');
		expect(itemOf(result)['confirmation']).toMatchObject({ status: 'alreadyThere', attempts: 0, sentAt: null });
		expect(puts()).toBe(0);
	});

	it.each([
		['no', 'notSent'],
		['perhaps', 'unknown'],
	])('anything else (sent before: %s): %s', async (sentBefore, outcome) => {
		const item = await dryRun();
		setCash('12.00');
		expect(detailsOf(await apply(item, sentBefore))).toMatchObject({
			reason: 'changedMeanwhile',
			outcome,
			before: { pre_pay_cash_remaining: '10.00' },
			target: { pre_pay_cash_remaining: '15.00' },
			now: { pre_pay_cash_remaining: '12.00' },
		});
		expect(puts()).toBe(0);
	});

	it.each([
		['no', 'confirmed', 1],
		['perhaps', 'unknown', 0],
	])('what stood there, but updated since (sent before: %s): %s', async (sentBefore, fate, sent) => {
		const item = await dryRun();
		setCash('15.00');
		setCash('10.00');
		expect(fatesOf(await apply(item, sentBefore))).toEqual([fate]);
		expect(puts()).toBe(sent);
	});

	it('a bill that took from another amount meanwhile does not keep it from being sent', async () => {
		const item = await dryRun();
		zoo.setBalance('org', ORG, { monthly_credits_remaining: '0.50' });
		expect(fatesOf(await apply(item, 'perhaps'))).toEqual(['confirmed']);
	});

	it('an update is applied like an adjustment, only while the balance is what it was', async () => {
		const item = await dryRun({ operation: 'updateBalance', updateFields: { prePayCashRemaining: '40' } });
		setCash('11.00');
		expect(detailsOf(await apply(item, 'no'))).toMatchObject({ reason: 'changedMeanwhile', outcome: 'notSent' });
		setCash('10.00');
		expect(fatesOf(await apply(item, 'no'))).toEqual(['confirmed']);
		expect(cash()).toBe('40.00');
	});

	it('of a user, and in API credits', async () => {
		await zoo.close();
		zoo = await startZoo({ model: 'apiCredits' });
		const item = await dryRun({
			...adjust,
			resource: 'user',
			adjustFields: { stableApiCreditsRemainingMonetaryValue: '5' },
		});
		const parameters = { resource: 'user', operation: 'applyPreview', preview: '={{ $json }}', sentBefore: 'perhaps' };
		expect(itemOf(await run(parameters, { items: [item] }))['confirmation']).toMatchObject({
			status: 'confirmed',
			userId: USER,
		});
		expect(zoo.amountsOf('user', USER)['stable_api_credits_remaining_monetary_value']).toBe('25.00');
	});
});

describe('how it is stored', () => {
	it.each<[string, (item: IDataObject) => unknown]>([
		['whole', (item) => item],
		['its preview', (item) => item['preview']],
		['whole, as JSON text', (item) => JSON.stringify(item)],
		['its preview, as JSON text', (item) => JSON.stringify(item['preview'], undefined, 2)],
	])('%s', async (_, form) => {
		expect(fatesOf(await apply(form(await dryRun()), 'no'))).toEqual(['confirmed']);
	});

	it('a preview of another host is refused', async () => {
		const item = previewIn(await dryRun());
		expect(itemOf(await apply({ ...item, host: 'api.zoo.dev' }, 'no'))['error']).toBe(
			`'Preview' was made for another host: "api.zoo.dev" [item 0]`,
		);
		expect(puts()).toBe(0);
	});

	it.each([['={{ "" }}'], ['yes'], ['No']])('Sent Before has to be chosen, and is not %j', async (sentBefore) => {
		const result = await apply(await dryRun(), sentBefore);
		expect(itemOf(result)['error']).toMatch(/^'Sent Before' is none of its choices/);
		expect(puts()).toBe(0);
	});

	it('Max Amount bounds the change, not the balance', async () => {
		const item = await dryRun();
		const result = await apply(item, 'no', { options: { maxAmount: '4.99' } });
		expect(itemOf(result)['error']).toBe("'Pre-Pay Cash' is above 'Max Amount (USD)': 5.00 USD [item 0]");
		expect(fatesOf(await apply(item, 'no', { options: { maxAmount: '5.00' } }))).toEqual(['confirmed']);
	});
});

describe('of a user', () => {
	const user = { ...adjust, resource: 'user' };
	const applyUser = async (item: IDataObject, sentBefore = 'no') => {
		const parameters = { resource: 'user', operation: 'applyPreview', preview: '={{ $json }}', sentBefore };
		return await run(parameters, { items: [item] });
	};
	const userCash = () => zoo.amountsOf('user', USER)['pre_pay_cash_remaining'];
	const byEmail = { ...user, userId: USER_EMAIL };

	it('who was named by e-mail address names both, and asks for no address again', async () => {
		const item = await dryRun(byEmail);
		zoo.requests.length = 0;
		const result = await applyUser(item);
		expect(itemOf(result)['confirmation']).toMatchObject({ status: 'confirmed', userId: USER, userEmail: USER_EMAIL });
		expect(zoo.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
			`GET /users/${USER}/payment/balance`,
			`PUT /users/${USER}/payment/balance`,
		]);
		expect(userCash()).toBe('15.00');
	});

	it('names both where it is refused or not applied, too', async () => {
		const item = await dryRun(byEmail);
		zoo.setBalance('user', USER, { pre_pay_cash_remaining: '12.00' });
		const result = await applyUser(item);
		expect(detailsOf(result)).toMatchObject({ reason: 'changedMeanwhile', userId: USER, userEmail: USER_EMAIL });
		expect(itemOf(result)['message']).toContain(USER_EMAIL);
		expect(detailsOf(await applyUser(item, 'yes'))).toMatchObject({ reason: 'invalidInput', userEmail: USER_EMAIL });
	});

	it('is the same preview without the address', async () => {
		const { email, ...nameless } = previewIn(await dryRun(byEmail));
		expect(email).toBe(USER_EMAIL);
		await applyUser(nameless);
		zoo.setBalance('user', USER, { pre_pay_cash_remaining: '10.00' });
		await applyUser({ ...nameless, email });
		expect(puts()).toBe(1);
	});

	it('is none of an organization with the same ID', async () => {
		const item = { ...previewIn(await dryRun(user)), orgId: USER };
		const result = await apply(item, 'no');
		expect(itemOf(result)['error']).toMatch(/^'Preview' is for another resource: "user"/);
	});
});

describe('amounts', () => {
	const stable = 'stable_api_credits_remaining_monetary_value';
	const addStable = (amount: string) => ({
		operation: 'adjustBalance',
		adjustFields: { stableApiCreditsRemainingMonetaryValue: amount },
	});
	const stableOf = () => zoo.amountsOf('org', ORG)[stable];
	/** Zoo keeps whole credits of three cents each. */
	async function startRounding(creditRounding: 'nearest' | 'down'): Promise<void> {
		await zoo.close();
		const amounts = { monthly_api_credits_remaining_monetary_value: '0.90', [stable]: '9.99' };
		zoo = await startZoo({ model: 'apiCredits', creditValue: '0.03', creditRounding, amounts });
	}

	it('in cents are applied as the US dollars that they are', async () => {
		const item = await dryRun({ ...adjust, amountUnit: 'cents', adjustFields: { prePayCashRemaining: '1999' } });
		expect(previewIn(item)['to']).toEqual({ pre_pay_cash_remaining: '29.99' });
		expect(fatesOf(await apply(item, 'no'))).toEqual(['confirmed']);
		expect(cash()).toBe('29.99');
	});

	it.each([
		['nearest', '15.00'],
		['down', '14.97'],
	] as const)(
		'that Zoo rounds to whole credits (%s) are confirmed, and there already',
		async (creditRounding, kept) => {
			await startRounding(creditRounding);
			const item = await dryRun(addStable('5'));
			expect(previewIn(item)).toMatchObject({ from: { [stable]: '9.99' }, to: { [stable]: '14.99' } });
			expect(itemOf(await apply(item, 'no'))['confirmation']).toMatchObject({ status: 'confirmed', rounded: true });
			expect(stableOf()).toBe(kept);
			await startRounding(creditRounding);
			const sent = await dryRun(addStable('5'));
			// As another process leaves it.
			zoo.setBalance('org', ORG, { [stable]: kept });
			const again = await apply(sent, 'perhaps');
			expect(itemOf(again)['confirmation']).toMatchObject({ status: 'alreadyThere', rounded: true });
			expect(puts()).toBe(0);
		},
	);

	it.each(['no', 'perhaps'])('below one whole credit are sent once (sent before: %s)', async (sentBefore) => {
		await startRounding('nearest');
		const item = await dryRun(addStable('0.02'));
		expect(itemOf(await apply(item, sentBefore))['confirmation']).toMatchObject({ status: 'confirmed', attempts: 1 });
		expect(stableOf()).toBe('10.02');
	});

	it('of both kinds of API credits are applied together, or neither is', async () => {
		await zoo.close();
		zoo = await startZoo({ model: 'apiCredits' });
		const fields = { monthlyApiCreditsRemainingMonetaryValue: '-1', stableApiCreditsRemainingMonetaryValue: '0.01' };
		const item = await dryRun({ ...addStable('1'), adjustFields: fields });
		zoo.setBalance('org', ORG, { monthly_api_credits_remaining_monetary_value: '0.99' });
		expect(detailsOf(await apply(item, 'no'))).toMatchObject({ reason: 'changedMeanwhile', outcome: 'notSent' });
		zoo.setBalance('org', ORG, { monthly_api_credits_remaining_monetary_value: '1.00' });
		expect(fatesOf(await apply(item, 'no'))).toEqual(['confirmed']);
		expect(zoo.amountsOf('org', ORG)).toMatchObject({
			monthly_api_credits_remaining_monetary_value: '0.00',
			[stable]: '20.01',
		});
	});
});

describe('a dry run that changes nothing', () => {
	const says = "'Preview' changes nothing: what it sets was there already [item 0]";

	it('of an update has a preview that is refused for that', async () => {
		const item = await dryRun({ operation: 'updateBalance', updateFields: { prePayCashRemaining: '10' } });
		for (const given of [item, item['preview']]) expect(itemOf(await apply(given, 'no'))['error']).toBe(says);
		expect(puts()).toBe(0);
	});

	it('of an adjustment has none, and its item is refused for that', async () => {
		const item = await dryRun({ ...adjust, adjustFields: { prePayCashRemaining: '0' } });
		expect(item['preview']).toBeNull();
		for (const sentBefore of ['no', 'perhaps']) {
			expect(itemOf(await apply(item, sentBefore))['error']).toBe(says);
			const alone = await apply(item['preview'], sentBefore);
			expect(itemOf(alone)['error']).toBe("'Preview' is no preview: null [item 0]");
			expect(itemOf(alone)['message']).toContain('A dry run that changes nothing has none');
		}
		expect(puts()).toBe(0);
	});
});

describe('a preview from the future', () => {
	const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

	it.each(['no', 'perhaps'])('is refused, and what comes after it is not (sent before: %s)', async (sentBefore) => {
		const item = previewIn(await dryRun());
		const result = await apply({ ...item, updatedAt: inHours(2) }, sentBefore);
		expect(itemOf(result)['error']).toBe("'Preview' holds a time that has not come yet: updatedAt [item 0]");
		expect(detailsOf(result)).toMatchObject({ reason: 'invalidInput', outcome: 'notSent' });
		expect(puts()).toBe(0);
		expect(fatesOf(await apply(item, sentBefore))).toEqual(['confirmed']);
	});

	it('by no more than clocks differ is applied', async () => {
		const item = previewIn(await dryRun());
		zoo.replyWith((reply) => ({ ...reply, updated_at: inHours(0.6) }), { method: 'GET' });
		expect(fatesOf(await apply({ ...item, updatedAt: inHours(0.5) }, 'no'))).toEqual(['confirmed']);
	});
});

describe('a stopped execution', () => {
	it.each([
		['no', 'notSent', 'canceled'],
		['perhaps', 'unknown', 'outcomeUnknown'],
	])('during the look sends nothing (sent before: %s): %s', async (sentBefore, outcome, reason) => {
		const item = await dryRun();
		const stop = new AbortController();
		zoo.failNext({ kind: 'hang' }, { method: 'GET' });
		const running = apply(item, sentBefore, { cancel: stop.signal });
		await zoo.nextRequest();
		stop.abort();
		const result = await running;
		expect(result.status).toBe('canceled');
		expect(detailsOf(result)).toMatchObject({ outcome, reason });
		expect(puts()).toBe(0);
		expect(fatesOf(await apply(item, 'perhaps'))).toEqual(['confirmed']);
	});

	it.each([true, false])(
		'during the write leaves it unknown, and it is settled later (applied: %s)',
		async (applied) => {
			const item = await dryRun();
			const stop = new AbortController();
			zoo.onRequest = ({ method }) => {
				if (method !== 'PUT') return undefined;
				setImmediate(() => stop.abort());
				return { kind: 'hang', applied };
			};
			const result = await apply(item, 'no', { cancel: stop.signal });
			expect(detailsOf(result)).toMatchObject({ outcome: 'unknown', reason: 'outcomeUnknown' });
			zoo.clearFaults();
			expect(fatesOf(await apply(item, 'no'))).toEqual(['confirmed']);
			expect(cash()).toBe('15.00');
		},
	);
});

describe('Valid For', () => {
	it.each([
		['no', 'previewExpired', 'notSent'],
		['perhaps', 'outcomeUnknown', 'unknown'],
	])('that is over sends nothing (sent before: %s)', async (sentBefore, reason, outcome) => {
		const item = await dryRun();
		const result = await apply(item, sentBefore, { options: { validFor: 0 } });
		expect(detailsOf(result)).toMatchObject({ reason, outcome });
		expect(itemOf(result)['error']).toContain("'Valid For' is over");
		expect(puts()).toBe(0);
		expect(fatesOf(await apply(item, sentBefore, { options: { validFor: 0.5 } }))).toEqual(['confirmed']);
	});

	it('is looked at again after a wait that Zoo asks for before the first write', async () => {
		const item = await dryRun();
		zoo.failNext({ kind: 'status', status: 429, headers: { 'retry-after': '20' } }, { method: 'GET' });
		const late = await apply(item, 'no', { options: { validFor: 19.5 } });
		expect(detailsOf(late)).toMatchObject({ reason: 'previewExpired', outcome: 'notSent' });
		expect(puts()).toBe(0);
		zoo.failNext({ kind: 'status', status: 429, headers: { 'retry-after': '20' } }, { method: 'GET' });
		expect(fatesOf(await apply(item, 'no', { options: { validFor: 20.5 } }))).toEqual(['confirmed']);
	});

	it('is looked at again before it is sent again', async () => {
		const item = await dryRun();
		zoo.failNext({ kind: 'status', status: 429, headers: { 'retry-after': '20' } }, { method: 'PUT' });
		const result = await apply(item, 'no', { options: { validFor: 10 } });
		expect(detailsOf(result)).toMatchObject({ reason: 'previewExpired', outcome: 'notApplied', attempts: 1 });
		expect(puts()).toBe(1);
		expect(cash()).toBe('10.00');
	});

	it('leaves unknown what may have been sent, even where the balance does not show it yet', async () => {
		const item = await dryRun();
		zoo.failNext({ kind: 'status', status: 502, headers: { 'retry-after': '20' } }, { method: 'PUT' });
		const result = await apply(item, 'no', { options: { validFor: 10 } });
		expect(fatesOf(result)).toEqual(['unknown']);
		expect(puts()).toBe(1);
	});
});

describe('the same preview twice', () => {
	it('at one moment in two executions is applied once', async () => {
		const item = await dryRun();
		const results = await Promise.all([apply(item, 'no'), apply(previewIn(item), 'no')]);
		expect(results.map(fatesOf)).toEqual([['confirmed'], ['confirmed']]);
		expect(results.flatMap(({ hints }) => hints.map(({ message }) => message))).toEqual([
			'applied before in this n8n process, and not again; a further change needs a preview of its own [item 0]',
		]);
		expect(cash()).toBe('15.00');
		expect(puts()).toBe(1);
	});

	it('is not applied again where somebody has taken it back', async () => {
		const item = await dryRun();
		await apply(item, 'no');
		setCash('10.00');
		expect(fatesOf(await apply(item, 'no'))).toEqual(['confirmed']);
		expect(cash()).toBe('10.00');
	});

	it('in one run, with and without a reference, is applied once', async () => {
		for (const options of [{}, { reference: 'pi_1' }]) {
			setCash('10.00');
			const item = await dryRun(adjust, options);
			const before = puts();
			await apply(item, 'no', { items: [{ stored: item }, { stored: item }] });
			expect(puts() - before).toBe(1);
			expect(cash()).toBe('15.00');
		}
	});

	it('in two nodes is applied once', async () => {
		const item = await dryRun();
		const parameters = { operation: 'applyPreview', preview: JSON.stringify(item), sentBefore: 'no' };
		await run(parameters, { followedBy: { parameters, onError } });
		expect(puts()).toBe(1);
		expect(cash()).toBe('15.00');
	});

	it('with the keys in another order is the same one', async () => {
		const parameters = { ...adjust, adjustFields: { prePayCashRemaining: '5', prePayCreditsRemaining: '5' } };
		const item = previewIn(await dryRun(parameters));
		const turned = (value: unknown) => Object.fromEntries(Object.entries(record(value)).reverse());
		await apply(item, 'no');
		zoo.setBalance('org', ORG, { pre_pay_cash_remaining: '10.00', pre_pay_credits_remaining: '12.50' });
		await apply({ ...turned(item), from: turned(item['from']), to: turned(item['to']) }, 'no');
		expect(puts()).toBe(1);
	});

	it('after one that got no answer in this process counts as perhaps sent', async () => {
		const item = await dryRun();
		leaveInDoubt(zoo, { applied: true });
		expect(fatesOf(await apply(item, 'no', { options: { retryFor: 0 } }))).toEqual(['unknown']);
		zoo.clearFaults();
		setCash('10.00');
		expect(fatesOf(await apply(item, 'no'))).toEqual(['unknown']);
		expect(puts()).toBe(1);
		expect(cash()).toBe('10.00');
	});

	it('that differs under one ID is another one', async () => {
		const item = previewIn(await dryRun());
		await apply(item, 'no');
		setCash('10.00');
		const other = { ...item, to: { pre_pay_cash_remaining: '16.00' } };
		expect(fatesOf(await apply(other, 'no'))).toEqual(['confirmed']);
		expect(cash()).toBe('16.00');
	});
});

describe('faults', () => {
	const retryOnFail = { maxTries: 3, waitBetweenTries: 1 };

	it('applied, and the answer lost: confirmed by reading back', async () => {
		const item = await dryRun();
		zoo.failNext({ kind: 'status', status: 502, applied: true }, { method: 'PUT' });
		expect(itemOf(await apply(item, 'no'))['confirmation']).toMatchObject({ status: 'confirmed', by: 'readBack' });
		expect(cash()).toBe('15.00');
	});

	it('not applied, and the answer lost: sent again after a look', async () => {
		const item = await dryRun();
		zoo.failNext({ kind: 'status', status: 502 }, { method: 'PUT' });
		expect(itemOf(await apply(item, 'no'))['confirmation']).toMatchObject({ status: 'confirmed', attempts: 2 });
		expect(cash()).toBe('15.00');
	});

	it('a claim that Zoo’s own words carry: not applied, and applied when it comes again', async () => {
		const item = await dryRun();
		zoo.failNext({ kind: 'status', status: 422, body: { message: 'Locked' } }, { method: 'PUT' });
		expect(fatesOf(await apply(item, 'no'))).toEqual(['notApplied']);
		expect(fatesOf(await apply(item, 'no'))).toEqual(['confirmed']);
	});

	it.each([true, false])('Retry On Fail takes up what is in doubt (applied: %s), and adds once', async (applied) => {
		const item = await dryRun();
		leaveInDoubt(zoo, { applied });
		const result = await apply(item, 'no', {
			options: { retryFor: 0 },
			retryOnFail,
			beforePass: (pass) => {
				if (pass === 2) zoo.clearFaults();
			},
		});
		expect(fatesOf(result)).toEqual(['confirmed']);
		expect(cash()).toBe('15.00');
	});

	it('Retry On Fail does not turn a case for a person into a success', async () => {
		const item = await dryRun();
		setCash('15.00');
		expect(detailsOf(await apply(item, 'no', { retryOnFail }))).toMatchObject({ reason: 'alreadyThere' });
	});

	it('a look that is refused leaves one unsent, and one perhaps sent unknown', async () => {
		const item = await dryRun();
		const token = EMPLOYEE_TOKEN;
		zoo.onRequest = () => ({ kind: 'status', status: 403 });
		expect(fatesOf(await apply(item, 'no', { token }))).toEqual(['notSent']);
		expect(fatesOf(await apply(item, 'perhaps', { token }))).toEqual(['unknown']);
		expect(puts()).toBe(0);
	});
});

/** The example workflows as their readers get them: imported, given credentials, published, and run for real. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { SAMPLE_ORGS, setSampleBalances } from '../zoo-api/samples';
import { EMPLOYEE_ORG_ID } from '../zoo-api/tokens';
import { Chat, press } from './chat';
import { COMPANION, completed, exampleFiles, readExample, withParameters, type Example } from './examples';
import type { Execution } from './execution';
import type { ScriptedModel } from './scripted-model';
import { checkoutCompleted, openToDeliveries, withWebhook, type Checkout } from './stripe';
import { WEBHOOK_KEY, type World } from './world';

const [ACME, BOLT, GEAR] = SAMPLE_ORGS;
const TOP_UP = '1-top-up-org-balance-from-stripe-checkout.json';
const SET = '2-set-org-balance-from-a-webhook.json';
const MONTHLY = '3-set-monthly-credits-when-zoo-renews-them.json';
const AGENT = '5-let-an-agent-preview-and-a-person-approve.json';
const HOUR_MS = 3_600_000;
const ADD = 'Add Payment to Org Balance';
/** Enough to tell often from seldom within some seconds. */
const ROUNDS = 30;

export function theExamples(world: () => World): void {
	topUp(world);
	setFromWebhook(world);
	setMonthly(world);
	warnWhenLow(world);
	approveWithAgent(world);
}

function topUp(world: () => World): void {
	let workflow = '';
	let companion = '';
	const known = new Set<string>();
	/** Delivers over HTTP; resolves with the execution that this started, once it is over. */
	const deliver = async (checkout: Checkout): Promise<Execution> => await receive(world().stripe.complete(checkout));
	const receive = async (event: Record<string, unknown>): Promise<Execution> => {
		assert.equal(await post(world().n8n.url, 'stripe', event), 200);
		const execution = await world().rest.nextExecution(workflow, known);
		known.add(execution.id);
		return execution;
	};
	const cashOf = (organization: string) => world().zoo.amountsOf('org', organization)['pre_pay_cash_remaining'];

	it('top-up: adds a live, paid checkout in cents to cash and credits', async () => {
		const { rest, zoo, stripe, credentials } = world();
		setSampleBalances(zoo);
		companion = await rest.addWorkflow(await readExample(COMPANION));
		await rest.activate(companion);
		workflow = await rest.addWorkflow(
			completed(
				openToDeliveries(await readExample(TOP_UP), 'stripe', stripe),
				{ zooApi: taken(credentials, 'zooApi'), stripeApi: taken(credentials, 'stripeApi') },
				companion,
			),
		);
		await rest.activate(workflow);

		const { status, nodes } = await deliver({ payment: 'pi_1', organization: ACME.id, amount: 5000 });
		assert.equal(status, 'success');
		assert.deepEqual(zoo.amountsOf('org', ACME.id), {
			monthly_credits_remaining: '100.00',
			pre_pay_cash_remaining: '150.00',
			pre_pay_credits_remaining: '150.00',
		});
		const [[item] = []] = nodes.get(ADD)?.outputs ?? [];
		assert.deepEqual(pick(item?.['confirmation'], 'status', 'reference'), { status: 'confirmed', reference: 'pi_1' });
	});

	it('top-up: leaves out a duplicate that follows', async () => {
		const { status, nodes } = await deliver({ payment: 'pi_1', organization: ACME.id, amount: 5000 });
		assert.equal(status, 'success');
		assert.equal(nodes.get('Skip Payments Seen Before')?.outputs[0]?.length, 0);
		assert.equal(nodes.has(ADD), false);
		assert.equal(cashOf(ACME.id), '150.00');
	});

	it('top-up: credits nothing for a forged event, whatever it says', async () => {
		const { stripe } = world();
		const forged = { payment: 'pi_forged', organization: ACME.id, amount: 99_900 };
		const { status } = await receive(checkoutCompleted(forged));
		assert.equal(status, 'error');

		const ids = ['cs_x/../../accounts', 'cs_x?expand=y', 'pi_1', '', 'cs_1\n', ['cs_pi_1'], { id: 'cs_pi_1' }, 5, null];
		const before = stripe.requests.length;
		for (const id of ids) {
			const event = { livemode: true, data: { object: { ...forged, id, payment_status: 'paid', currency: 'usd' } } };
			const { nodes } = await receive(event);
			assert.equal(nodes.has('Keep Live Paid Checkouts'), false, JSON.stringify(id));
		}
		assert.deepEqual(stripe.requests.slice(before), []);
		assert.equal(cashOf(ACME.id), '150.00');
	});

	it('top-up: credits for a real checkout what Stripe says of it, not what an event says', async () => {
		const { stripe } = world();
		stripe.complete({ payment: 'pi_real', organization: BOLT.id, amount: 100 });
		const before = Number(cashOf(BOLT.id));
		const { status } = await receive(checkoutCompleted({ payment: 'pi_real', organization: ACME.id, amount: 99_900 }));
		assert.equal(status, 'success');
		assert.equal(cashOf(ACME.id), '150.00');
		assert.equal(Number(cashOf(BOLT.id)), before + 1);
	});

	it('top-up: leaves out tests and what is not paid', async () => {
		for (const checkout of [{ live: false }, { paid: false }]) {
			const { status, nodes } = await deliver({ payment: 'pi_2', organization: ACME.id, amount: 5000, ...checkout });
			assert.equal(status, 'success');
			assert.equal(nodes.has('Can It Be Credited?'), false);
		}
		assert.equal(cashOf(ACME.id), '150.00');
	});

	it('top-up: stops for what was paid but cannot be credited', async () => {
		const { failure } = await deliver({ payment: 'pi_3', amount: 5000 });
		assert.match(failure?.message ?? '', /cannot be credited.*pi_3/);
		for (const [currency, shown] of [
			['eur', '50.00 EUR'],
			['jpy', '5000 JPY'],
			['kwd', '5.000 KWD'],
		] as const) {
			const { failure: said } = await deliver({
				payment: `pi_4_${currency}`,
				organization: ACME.id,
				amount: 5000,
				currency,
			});
			assert.match(said?.message ?? '', new RegExp(shown));
		}
		const subscription = await deliver({
			payment: 'pi_renewed',
			organization: ACME.id,
			amount: 5000,
			mode: 'subscription',
		});
		assert.match(subscription.failure?.message ?? '', /cannot be credited.*mode subscription/);
		assert.equal(cashOf(ACME.id), '150.00');
	});

	it('top-up: reports what Zoo did not apply, and n8n’s Retry applies it once', async () => {
		const { rest, zoo } = world();
		const reported = new Set((await rest.executionsOf(companion)).map(({ id }) => id));
		zoo.failNext(
			{ kind: 'status', status: 422, body: { message: 'The balance is locked for review' } },
			{ method: 'PUT' },
		);
		const { id, status } = await deliver({ payment: 'pi_5', organization: ACME.id, amount: 2500 });
		assert.equal(status, 'error');
		assert.equal(cashOf(ACME.id), '150.00');

		const { nodes } = await rest.nextExecution(companion, reported);
		const [[item] = []] = nodes.get('Send Report (Replace Me)')?.outputs ?? [];
		const report = String(item?.['report']);
		for (const part of [
			/^Workflow: Top up org balance/m,
			/^Node: Add Payment to Org Balance/m,
			/The balance was not changed/,
			/trying again is safe/,
			/pi_5/,
			new RegExp(ACME.id),
			/locked for review/,
			/^Execution: http/m,
		])
			assert.match(report, part);

		const retried = await rest.retry(id);
		known.add(retried.id);
		assert.equal(retried.status, 'success');
		assert.equal(cashOf(ACME.id), '175.00');
	});

	it('top-up: adds once for two simultaneous deliveries of one payment', async () => {
		const { n8n, rest, zoo, stripe } = world();
		for (let round = 0; round < ROUNDS; round += 1) {
			zoo.setBalance('org', BOLT.id, { pre_pay_cash_remaining: '0.00' });
			const delivery = async () =>
				await post(
					n8n.url,
					'stripe',
					stripe.complete({ payment: `pi_round_${round}`, organization: BOLT.id, amount: 100 }),
				);
			const before = new Set((await rest.executionsOf(workflow)).map(({ id }) => id));
			await Promise.all([delivery(), delivery()]);
			for (let seen = 0; seen < 2; seen += 1) before.add((await rest.nextExecution(workflow, before)).id);
			assert.equal(cashOf(BOLT.id), '1.00');
		}
	});
}

function setFromWebhook(world: () => World): void {
	const path = 'zoo-org-balance';
	const key = { [WEBHOOK_KEY.name]: WEBHOOK_KEY.value };
	const wanted = { organization: ACME.id, prePayCash: '50.00', prePayCredits: '62.50', reference: 'invoice 42' };
	const ask = async (body: unknown) => await answer(world().n8n.url, path, body, key);

	it('webhook: answers with the balance that Zoo confirmed', async () => {
		const { rest, zoo, credentials } = world();
		setSampleBalances(zoo);
		await rest.activate(await rest.addWorkflow(completed(await readExample(SET), credentials)));
		const { status, json } = await ask(wanted);
		assert.equal(status, 200);
		assert.deepEqual(pick(json, 'pre_pay_cash_remaining', 'pre_pay_credits_remaining'), {
			pre_pay_cash_remaining: '50.00',
			pre_pay_credits_remaining: '62.50',
		});
		assert.deepEqual(pick(json['confirmation'], 'status', 'reference'), {
			status: 'confirmed',
			reference: 'invoice 42',
		});
		assert.deepEqual(zoo.amountsOf('org', ACME.id), {
			monthly_credits_remaining: '100.00',
			pre_pay_cash_remaining: '50.00',
			pre_pay_credits_remaining: '62.50',
		});
	});

	it('webhook: takes nothing from a caller without the key', async () => {
		assert.equal((await answer(world().n8n.url, path, wanted, {})).status, 403);
	});

	it('webhook: answers 422 and why for an amount that is missing or not plain', async () => {
		for (const prePayCash of [undefined, '1,000', '12.345']) {
			const { status, json } = await ask({ ...wanted, prePayCash });
			assert.equal(status, 422);
			assert.match(String(json['message']), /Pre-Pay Cash.*Nothing was sent/s);
		}
	});

	it('webhook: answers 404, 409 and 503 by what happened', async () => {
		const { zoo } = world();
		assert.equal((await ask({ ...wanted, organization: '00000000-0000-4000-8000-00000000beef' })).status, 404);
		zoo.replyWith((reply) => ({ ...reply, pre_pay_cash_remaining: '49.00' }), { method: 'PUT' });
		const different = await ask(wanted);
		assert.deepEqual([different.status, different.json['outcome']], [409, 'different']);
		// Else the look after the refusal would find what was asked for.
		zoo.setBalance('org', ACME.id, { pre_pay_cash_remaining: '1.00' });
		zoo.failNext({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } }, { method: 'PUT' });
		const refused = await ask(wanted);
		assert.deepEqual([refused.status, refused.json['outcome']], [503, 'notApplied']);
	});

	it('webhook: answers 504 for an outcome that stays unknown', async () => {
		const { n8n, rest, zoo, credentials } = world();
		const hasty = withParameters(await readExample(SET), {
			'Receive New Balance': { path: 'hasty' },
			'Set Org Balance': { options: { retryFor: 0 } },
		});
		await rest.activate(await rest.addWorkflow(completed(hasty, credentials)));
		zoo.failNext({ kind: 'resetBeforeHeaders', applied: true }, { method: 'PUT' });
		zoo.failNext({ kind: 'resetBeforeHeaders' }, { method: 'GET', times: Infinity });
		const { status, json } = await answer(n8n.url, 'hasty', wanted, key);
		zoo.clearFaults();
		assert.deepEqual([status, json['outcome']], [504, 'unknown']);
		assert.match(String(json['message']), /Read the balance first/);
	});
}

function setMonthly(world: () => World): void {
	it('monthly: sets who was renewed, once, and reports what differed and what failed', async () => {
		const { n8n, rest, zoo, credentials } = world();
		setSampleBalances(zoo);
		const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
		/** What Zoo names as the next renewal, or as the last one where it is over. */
		const renewals = new Map<string, string>([
			[ACME.id, inHours(-1)],
			[BOLT.id, inHours(-2)],
			[GEAR.id, inHours(300)],
		]);
		zoo.onRequest = ({ method, owner }) => ({
			kind: 'edit',
			edit: (reply) =>
				method === 'GET' ? { ...reply, monthly_api_credits_refresh_at: renewals.get(owner?.id ?? '') } : reply,
		});
		const id = await rest.addWorkflow(
			completed(withWebhook(await readExample(MONTHLY), 'Every Day at 6:00', 'monthly'), credentials),
		);
		await rest.activate(id);
		const known = new Set<string>();
		const runOnce = async () => {
			assert.equal(await post(n8n.url, 'monthly', {}), 200);
			const execution = await rest.nextExecution(id, known);
			known.add(execution.id);
			return execution;
		};
		const monthly = () => SAMPLE_ORGS.map((org) => zoo.amountsOf('org', org.id)['monthly_credits_remaining']);

		zoo.failNext(
			{ kind: 'status', status: 422, body: { message: 'Closed account' } },
			{ method: 'PUT', ownerId: BOLT.id },
		);
		zoo.failNext({ kind: 'status', status: 403 }, { method: 'GET', ownerId: GEAR.id });
		zoo.replyWith((reply) => ({ ...reply, monthly_credits_remaining: '99.00' }), { method: 'PUT', ownerId: ACME.id });
		const mixed = reportOf(await runOnce());
		assert.match(mixed, /^Monthly credits: 0 confirmed, 1 different, 2 failed\.\n/);
		assert.match(mixed, new RegExp(`^Different: ${ACME.id}: monthly_credits_remaining asked 100.00, got 99.00$`, 'm'));
		assert.match(mixed, /^Failed: .*Closed account/m);

		zoo.setBalance('org', ACME.id, { monthly_credits_remaining: '60.00' });
		assert.equal(reportOf(await runOnce()), 'Monthly credits: 1 confirmed, 0 different, 0 failed.');
		assert.deepEqual(monthly(), ['60.00', '20.00', '25.50']);
		assert.equal((await runOnce()).nodes.has('Write Report'), false);

		// The next renewal that Zoo names is a month after the last one, which is now that of an hour ago.
		const next = new Date(inHours(-0.5));
		next.setUTCMonth(next.getUTCMonth() + 1);
		renewals.set(GEAR.id, next.toISOString());
		await runOnce();
		assert.deepEqual(monthly(), ['60.00', '20.00', '50.00']);
		zoo.clearFaults();
	});
}

function warnWhenLow(world: () => World): void {
	it('warning: comes below the threshold only, and unread balances are reported', async () => {
		const { rest, zoo, credentials } = world();
		const id = await rest.addWorkflow(completed(await readExample('4-warn-when-credits-run-low.json'), credentials));
		const run = async (monthly: string, prePay: string) => {
			zoo.setBalance('org', EMPLOYEE_ORG_ID, { monthly_credits_remaining: monthly, pre_pay_credits_remaining: prePay });
			const { nodes } = await rest.execute(id, 'Every Day at 8:00');
			return {
				left: nodes.get('Count What Is Left')?.outputs[0]?.[0]?.['leftCents'],
				warned: nodes.has('Send Warning (Replace Me)'),
			};
		};
		assert.deepEqual(await run('9.99', '10.01'), { left: 2000, warned: false });
		assert.deepEqual(await run('9.50', '10.49'), { left: 1999, warned: true });
		assert.deepEqual(await run('100.29', '0.00'), { left: 10029, warned: false });

		zoo.failNext({ kind: 'status', status: 422 }, { path: '/org/payment/balance' });
		const { nodes } = await rest.execute(id, 'Every Day at 8:00');
		assert.equal(nodes.has('Report Unread Balance (Replace Me)'), true);
		assert.equal(nodes.has('Send Warning (Replace Me)'), false);
	});
}

function approveWithAgent(world: () => World): void {
	let workflow = '';
	let webhook = '';
	const change = { tool: 'Preview_Cash_Adjustment', input: { organization: ACME.id, amount: '25.00' } };
	const cash = () => world().zoo.amountsOf('org', ACME.id)['pre_pay_cash_remaining'];
	const writes = () => world().zoo.requests.filter(({ method }) => method === 'PUT').length;
	/** Says it, and resolves when the workflow has asked for a decision. */
	const ask = async (...turns: Parameters<ScriptedModel['willSay']>) => {
		world().model.willSay(...turns);
		const chat = await Chat.say(world().n8n.url, webhook, 'Add 25 dollars of cash.');
		const answer = await chat.next();
		assert.equal(answer.text, turns.at(-1));
		return chat;
	};

	it('agent: looks up and previews with its tools, and a person sees organization, from and to', async () => {
		const { rest, zoo, model, credentials } = world();
		setSampleBalances(zoo);
		const published = withParameters(await readExample(AGENT), {
			'When Asked': { public: true, options: { responseMode: 'responseNodes' } },
		});
		webhook = String(published.nodes.find(({ name }) => name === 'When Asked')?.['webhookId']);
		workflow = await rest.addWorkflow(completed(published, credentials));
		await rest.activate(workflow);

		const before = writes();
		const chat = await ask([{ tool: 'Get_Org_Balance', input: { organization: ACME.id } }], [change], 'A lie: 1.00.');
		const seen = JSON.stringify(model.questions.at(-1)?.messages.filter(({ role }) => role === 'tool'));
		assert.match(seen, /pre_pay_cash_remaining.*100\.00/);
		assert.match(seen, /125\.00/);
		const question = await chat.next();
		assert.equal(
			question.text,
			`**Apply this change?**\n\nOrganization ${ACME.id}\n\n- pre_pay_cash_remaining: from 100.00 to 125.00 US dollars`,
		);
		assert.deepEqual([...question.buttons.keys()].sort(), ['Apply', 'Decline']);
		assert.equal(writes(), before);

		assert.match(await press(question, 'Decline'), /Got it/);
		assert.equal((await chat.next()).text, 'Declined. Nothing was sent.');
		assert.deepEqual([writes(), cash()], [before, '100.00']);
	});

	it('agent: applies what was approved, once, however often the button is pressed', async () => {
		const before = writes();
		const chat = await ask([change], 'Previewed.');
		const question = await chat.next();
		await Promise.all([press(question, 'Apply'), press(question, 'Apply'), press(question, 'Apply')]);
		assert.match((await chat.next()).text, /^Done\. Organization .* now has pre_pay_cash_remaining 125\.00\.$/);
		await press(question, 'Apply');
		assert.deepEqual([writes(), cash()], [before + 1, '125.00']);
	});

	it('agent: applies a change once that was asked for and approved twice', async () => {
		const before = writes();
		const first = await ask([change], 'Previewed.');
		const again = await ask([change, change], 'Previewed again.');
		for (const chat of [first, again]) {
			const question = await chat.next();
			assert.match(question.text, /from 125\.00 to 150\.00/);
			await press(question, 'Apply');
			assert.match((await chat.next()).text, chat === first ? /^Done\./ : /already.*a person/is);
		}
		assert.deepEqual([writes(), cash()], [before + 1, '150.00']);
	});

	it('agent: asks nobody where nothing was previewed or the last preview was refused', async () => {
		const { rest } = world();
		const before = writes();
		const refused = { ...change, input: { ...change.input, amount: '1000.01' } };
		for (const turns of [['Nothing to do.'], [[change], [refused], 'That is too much.']] as const) {
			const { executionId } = await ask(...turns);
			const { status, nodes } = await rest.executionOver(executionId);
			assert.deepEqual([status, nodes.has('Ask a Person')], ['success', false]);
		}
		assert.deepEqual([writes(), cash()], [before, '150.00']);
		await rest.deactivate(workflow);
	});

	it('agent: previews only, whichever option its tool has and whatever else was chosen in it', async () => {
		const { rest, model, credentials, zoo } = world();
		const tools = await toolsLikeThePreview();
		await rest.deactivate(workflow);
		workflow = await rest.addWorkflow(completed(await withTools(tools), credentials));
		await rest.activate(workflow);
		const before = writes();
		const calls = [...tools.keys()].map((name) => ({ ...change, tool: name }));

		const { executionId } = await ask(calls, 'All previewed.');

		const { status, nodes } = await rest.executionOver(executionId);
		assert.deepEqual([status, nodes.has('Ask a Person'), nodes.has('Apply Preview')], ['success', false, false]);
		const answers = model.questions.at(-1)?.messages.filter(({ role }) => role === 'tool') ?? [];
		assert.equal(answers.length, tools.size);
		assert.match(JSON.stringify(answers[0]), /175\.00/);
		assert.equal(writes(), before, JSON.stringify(zoo.requests.at(-1)));
		await rest.deactivate(workflow);
	});

	it('are all of examples/, with no credential in any', async () => {
		assert.equal((await exampleFiles()).length, 12);
		for (const file of await exampleFiles()) {
			const { nodes } = await readExample(file);
			for (const node of nodes) assert.equal(node['credentials'], undefined, `${file}: ${node.name}`);
		}
	});
}

/** What n8n stores of the previewing tool with each option set, and after each choice; by the name that the model calls. */
async function toolsLikeThePreview(): Promise<ReadonlyMap<string, Record<string, unknown>>> {
	const preview = (await readExample(AGENT)).nodes.find(({ name }) => name === 'Preview Cash Adjustment');
	assert.ok(preview);
	const { parameters } = preview;
	const set = {
		creditMultiplier: '1',
		currency: 'usd',
		includeTotalDue: true,
		maxConcurrency: 1,
		onDifference: 'fail',
		onlyIf: { prePayCashRemaining: '150.00' },
		output: 'amounts',
		reference: 'pi_agent',
		repeatedReference: 'returnFirst',
		retryFor: 5,
		timeout: 10,
		validFor: 60,
	};
	const options = Object.entries(set).map(([name, value]) => ({
		...parameters,
		options: { ...optionsOf(parameters), [name]: value },
	}));
	const amounts = parameters['adjustFields'];
	const choices = [
		{ amountUnit: 'cents' },
		{ operation: 'updateBalance', updateFields: amounts },
		{ operation: 'getBalance', adjustFields: undefined, readOptions: {} },
		// From there and back.
		{ adjustFields: {} },
		{ resource: 'user', userId: parameters['orgId'], orgId: undefined },
	];
	const all = [parameters, ...options, ...choices.map((choice) => ({ ...parameters, ...choice }))];
	return new Map(all.map((one, index) => [`Variant_${index}`, one]));
}

function optionsOf({ options }: Readonly<Record<string, unknown>>): object {
	return typeof options === 'object' && options !== null ? options : {};
}

async function withTools(tools: ReadonlyMap<string, Record<string, unknown>>): Promise<Example> {
	const published = withParameters(await readExample(AGENT), {
		'When Asked': { public: true, options: { responseMode: 'responseNodes' } },
	});
	const model = published.nodes.find(({ name }) => name === 'Preview Cash Adjustment');
	assert.ok(model);
	const named = [...tools].map(([tool, parameters]) => ({ ...model, id: tool, name: tool, parameters }));
	const to = { ai_tool: [[{ node: 'Billing Assistant', type: 'ai_tool', index: 0 }]] };
	const connections = Object.fromEntries([...tools.keys()].map((name) => [name, to]));
	return {
		...published,
		nodes: [...published.nodes, ...named],
		connections: { ...published.connections, ...connections },
	};
}

function reportOf({ nodes }: Execution): string {
	return String(nodes.get('Write Report')?.outputs[0]?.[0]?.['report']);
}

function taken<T>(record: Readonly<Record<string, T>>, name: string): T {
	const value = record[name];
	assert.ok(value);
	return value;
}

function pick(value: unknown, ...names: string[]): Record<string, unknown> {
	const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
	return Object.fromEntries(entries.filter(([name]) => names.includes(name)));
}

/** Resolves with the status. */
async function post(n8n: string, path: string, body: unknown): Promise<number> {
	return (await answer(n8n, path, body, {})).status;
}

async function answer(
	n8n: string,
	path: string,
	body: unknown,
	headers: Readonly<Record<string, string>>,
): Promise<{ status: number; json: Record<string, unknown> }> {
	const response = await fetch(`${n8n}/webhook/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify(body),
	});
	const text = await response.text();
	const json: unknown = text.startsWith('{') ? JSON.parse(text) : {};
	return { status: response.status, json: { ...(typeof json === 'object' && json) } };
}

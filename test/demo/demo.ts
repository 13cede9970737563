// The node's main job in one command: ten incoming payments go through the built node in n8n's own engine, against a stand-in for Zoo.

import { runNode } from '../engine/harness';
import { startZooApi, type ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';

const customers: Readonly<Record<string, string>> = {
	'Ant Robotics': '7e29ccf7-8b3c-47db-8a17-bb53528382f4',
	'Bee Aerospace': '1f0a2c44-93a1-4b7e-8f4d-0c2f5f7b1a10',
	'Cat Tooling': 'c3d9b8e2-5b57-4a39-9d3f-6a1b0f2e4d21',
};
const stranger = 'deadbeef-0000-4000-8000-000000000000';

/** What a payment provider would send: the new pre-pay cash, in the unit it likes. */
const payments = [
	{ payment: 'pi_01', customer: 'Ant Robotics', amount: '93.39', unit: 'usd' },
	{ payment: 'pi_02', customer: 'Bee Aerospace', amount: 5000, unit: 'cents' },
	{ payment: 'pi_03', customer: 'Cat Tooling', amount: 120.5, unit: 'usd' },
	{ payment: 'pi_04', customer: 'Ant Robotics', amount: '1,093.39', unit: 'usd' },
	{ payment: 'pi_05', customer: 'Bee Aerospace', amount: '7550', unit: 'cents' },
	{ payment: 'pi_06', customer: 'Nobody we know', amount: '10.00', unit: 'usd' },
	{ payment: 'pi_07', customer: 'Cat Tooling', amount: 80.74, unit: 'usd' },
	{ payment: 'pi_08', customer: 'Ant Robotics', amount: 20000, unit: 'cents' },
	{ payment: 'pi_09', customer: 'Bee Aerospace', amount: '68.50', unit: 'usd' },
	{ payment: 'pi_10', customer: 'Cat Tooling', amount: '99.99', unit: 'usd' },
].map((payment) => ({ ...payment, orgId: customers[payment.customer] ?? stranger }));

async function main(): Promise<void> {
	await using zoo = await startZooApi();
	for (const id of Object.values(customers)) {
		zoo.setBalance('org', id, {
			monthly_credits_remaining: '20.00',
			pre_pay_cash_remaining: '10.00',
			pre_pay_credits_remaining: '12.50',
		});
	}
	// Weather: one write is applied, but its reply is lost in a proxy.
	zoo.failNext(
		{ kind: 'status', status: 502, applied: true },
		{ method: 'PUT', ownerId: customers['Cat Tooling'] ?? '' },
	);

	console.log(`\nTen payments arrive for three organizations. Zoo (a stand-in on ${zoo.url}) has:\n`);
	const before = balances(zoo);
	console.table(before);

	const { output, hints, error } = await runNode({
		parameters: {
			resource: 'org',
			operation: 'updateBalance',
			orgId: '={{ $json.orgId }}',
			amountUnit: '={{ $json.unit }}',
			updateFields: { prePayCashRemaining: '={{ $json.amount }}' },
			options: { reference: '={{ $json.payment }}', output: 'amounts' },
		},
		items: payments,
		credential: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
		onError: 'continueErrorOutput',
	});

	if (error) throw error;
	const [written = [], refused = []] = output;
	console.log('\nConfirmed by Zoo:\n');
	for (const { json } of written) console.log(`  ${confirmed(json['confirmation'])}`);
	console.log('\nRefused, and why:\n');
	for (const { json } of refused) console.log(`  ${text(json['payment'])}  ${text(json['message'])}\n`);
	for (const { message } of hints) console.log(`  hint: ${message}`);

	console.log('Pre-pay cash, before → after:\n');
	const after = balances(zoo);
	for (const name of Object.keys(customers))
		console.log(`  ${name.padEnd(14)} ${before[name]?.cash ?? '?'} → ${after[name]?.cash ?? '?'}`);
	const requests = zoo.requests.map(({ method }) => method);
	console.log(
		`\n${payments.length} payments: ${written.length} written and confirmed, ${refused.length} refused; ${requests.filter((method) => method === 'PUT').length} PUT and ${requests.filter((method) => method === 'GET').length} GET requests.\n`,
	);
}

function balances(zoo: ZooApi): Record<string, { monthly: string; cash: string; credits: string }> {
	return Object.fromEntries(
		Object.entries(customers).map(([name, id]) => {
			const {
				monthly_credits_remaining: monthly = '',
				pre_pay_cash_remaining: cash = '',
				pre_pay_credits_remaining: credits = '',
			} = zoo.amountsOf('org', id);
			return [name, { monthly, cash, credits }];
		}),
	);
}

/** One line of a confirmation, as every written item carries it. */
function confirmed(confirmation: unknown): string {
	const { reference, orgId, asked, status, by, attempts } = { ...asRecord(confirmation) };
	const name = Object.entries(customers).find(([, id]) => id === orgId)?.[0] ?? text(orgId);
	const how =
		by === 'readBack' ? `by reading back, because the reply was lost (${text(attempts)} attempt)` : 'by the reply';
	return `${text(reference)}  ${name.padEnd(14)} ${Object.entries(asRecord(asked))
		.map(([field, amount]) => `${field} ${text(amount)}`)
		.join(', ')
		.padEnd(32)} ${text(status)} ${how}`;
}

function asRecord(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? { ...value } : {};
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

void main();

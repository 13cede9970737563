/** The example without an inbox: one n8n process, no database of payments, and deliveries that come at one moment. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { startZooApi, type ZooApi } from '../../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../../zoo-api/tokens';
import type { CleanUp } from '../clean-up';
import { completed, readExample, type Credentials } from '../examples';
import { Home } from '../home';
import { N8n } from '../n8n';
import { packProject } from '../package-under-test';
import { openToDeliveries, STRIPE_KEY, StripeApi, type Checkout } from '../stripe';
import { until } from '../until';
import { inLanes } from './lanes';

const CASH = 'pre_pay_cash_remaining';
const PATH = 'example';
const ROUND_MS = 30_000;
const OVER_MS = 120_000;
/** Rounds at a time, each with an organization of its own. */
const LANES = 4;

export class ExampleFlow {
	/** By organization, what its balance has to be in the end. */
	private readonly wanted = new Map<string, string>();
	private readonly delivered: Checkout[] = [];
	private retried = 0;

	private constructor(
		private readonly n8n: N8n,
		private readonly zoo: ZooApi,
		private readonly stripe: StripeApi,
		private readonly workflow: string,
	) {}

	static async open(latencyMs: number, cleanUp: CleanUp): Promise<ExampleFlow> {
		const home = await Home.make(cleanUp);
		const zoo = await startZooApi({ latencyMs });
		await cleanUp.later(async () => await zoo.close());
		const stripe = await StripeApi.start(cleanUp);
		const n8n = await N8n.start({ home, tarball: await packProject(home.folder, cleanUp) }, cleanUp);
		const credentials = await credentialsFor(n8n, zoo);
		const example = openToDeliveries(await readExample('1-top-up-org-balance-from-stripe-checkout.json'), PATH, stripe);
		const workflow = await n8n.rest.addWorkflow(completed(example, credentials));
		await n8n.rest.activate(workflow);
		return new ExampleFlow(n8n, zoo, stripe, workflow);
	}

	/**
	 * The first payments of all, at one moment: n8n begins its list of what was seen then, and lets whoever comes second to that fail.
	 * Returns what n8n said of those, how many there were, and how many have the right sum once they were retried.
	 */
	async firstAtOnce(payments: number): Promise<{ said: string[]; right: number }> {
		const checkouts = Array.from({ length: payments }, (_, index) => {
			const organization = this.addOrganization('3.00');
			return { payment: `pi_first_${index}`, organization, amount: 300 };
		});
		await Promise.all(checkouts.map(async (checkout) => await this.deliver(checkout)));
		await this.over();
		const { rest } = this.n8n;
		const said: string[] = [];
		for (const { id, status } of await rest.executionsOf(this.workflow)) {
			if (status === 'success') continue;
			said.push((await rest.executionOver(id)).failure?.message ?? status);
			await rest.retry(id);
			this.retried += 1;
		}
		return { said, right: this.right(checkouts.map(({ organization }) => organization)) };
	}

	/** Two different payments of one organization at one moment. Returns how many rounds came to the right sum. */
	async differentAtOnce(rounds: number): Promise<number> {
		return await this.countRight(rounds, (organization, round) =>
			[100, 200].map((amount) => ({ payment: `pi_two_${round}_${amount}`, organization, amount })),
		);
	}

	/** One payment two and three times at one moment. Returns how many rounds came to the right sum. */
	async sameAtOnce(rounds: number): Promise<number> {
		return await this.countRight(rounds, (organization, round) => {
			const payment = { payment: `pi_same_${round}`, organization, amount: 300 };
			return Array<Checkout>(2 + (round % 2)).fill(payment);
		});
	}

	/** Everything once more; returns how many organizations have the right sum then. */
	async againAtOnce(): Promise<{ readonly right: number; readonly all: number }> {
		await inLanes(LANES, [...this.delivered], async (checkout) => await this.deliver(checkout));
		await this.over();
		return { right: this.right([...this.wanted.keys()]), all: this.wanted.size };
	}

	/** How many executions did not end well. */
	async failures(): Promise<number> {
		return await this.n8n.rest.countExecutions(this.workflow, ['error', 'crashed', 'canceled']);
	}

	private async countRight(
		rounds: number,
		deliveriesOf: (organization: string, round: number) => Checkout[],
	): Promise<number> {
		const organizations: string[] = [];
		await inLanes(LANES, Array(rounds).keys(), async (round) => {
			const organization = this.addOrganization('3.00');
			organizations.push(organization);
			const deliveries = deliveriesOf(organization, round);
			await Promise.all(deliveries.map(async (checkout) => await this.deliver(checkout)));
			// A round that does not get there is counted in the end; what comes twice as well.
			await until(
				'it is added',
				ROUND_MS,
				async () => await Promise.resolve(this.cashOf(organization) === '3.00' ? true : undefined),
			).catch(() => undefined);
		});
		await this.over();
		return this.right(organizations);
	}

	/** One without cash, and what it is to have in the end. */
	private addOrganization(wanted: string): string {
		const organization = randomUUID();
		this.zoo.setBalance('org', organization, { [CASH]: '0.00' });
		this.wanted.set(organization, wanted);
		return organization;
	}

	private right(organizations: readonly string[]): number {
		return organizations.filter((one) => this.cashOf(one) === this.wanted.get(one)).length;
	}

	private cashOf(organization: string): string | undefined {
		return this.zoo.amountsOf('org', organization)[CASH];
	}

	private async deliver(checkout: Checkout): Promise<void> {
		this.delivered.push(checkout);
		const response = await fetch(`${this.n8n.url}/webhook/${PATH}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(this.stripe.complete(checkout)),
		});
		await response.text();
		assert.equal(response.status, 200);
	}

	/** Resolves when as many executions as deliveries and retries are over. */
	private async over(): Promise<void> {
		await until('all executions are over', OVER_MS, async () => {
			const count = await this.n8n.rest.countExecutions(this.workflow, ['success', 'error', 'crashed']);
			return count >= this.delivered.length + this.retried ? true : undefined;
		});
	}
}

async function credentialsFor({ rest }: N8n, zoo: ZooApi): Promise<Credentials> {
	const stand = { name: 'Zoo stand-in', type: 'zooApi', data: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url } };
	const stripe = { name: 'Stripe stand-in', type: 'stripeApi', data: { secretKey: STRIPE_KEY } };
	return {
		zooApi: { id: await rest.addCredential(stand), name: stand.name },
		stripeApi: { id: await rest.addCredential(stripe), name: stripe.name },
	};
}

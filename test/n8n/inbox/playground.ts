/** The payment inbox in `npm run dev`: set up and published, with a Stripe that pays when it is asked to. */
import { randomUUID } from 'node:crypto';

import { Deliveries } from '../../stripe-api/deliveries';
import { checkoutSession, completedEvent } from '../../stripe-api/objects';
import { SIGNING_SECRET, startStripeApi } from '../../stripe-api/server';
import { SAMPLE_ORGS } from '../../zoo-api/samples';
import type { ZooApi } from '../../zoo-api/server';
import type { CleanUp } from '../clean-up';
import type { N8n } from '../n8n';
import { startPostgres } from '../postgres';
import { openInbox, WEBHOOK_PATH } from './inbox';

/** Resolves with what the user has to know of it. */
export async function startInboxPlayground({ rest, url }: N8n, zoo: ZooApi, cleanUp: CleanUp): Promise<string> {
	const stripe = await startStripeApi();
	await cleanUp.later(async () => await stripe.close());
	const postgres = await startPostgres(cleanUp);
	const workflows = await openInbox({ rest, postgres, stripe, zoo });
	const deliveries = new Deliveries({ url: `${url}/webhook/${WEBHOOK_PATH}`, secret: SIGNING_SECRET });
	stripe.onPay = async (query) => {
		const amount = Number(query.get('cents') ?? 5000);
		const payment = query.get('payment') ?? `pi_${randomUUID().slice(0, 8)}`;
		const session = checkoutSession({ payment, organization: query.get('organization') ?? SAMPLE_ORGS[0].id, amount });
		stripe.add(session);
		const { status, text } = await deliveries.attempt(completedEvent(session));
		return `Paid ${amount} cents as ${payment}. The inbox answered ${status ?? 'nothing'}: ${text}`;
	};
	return `
The payment inbox is published, on a PostgreSQL of its own and a stand-in for Stripe. This line pays 50.00 USD
for ${SAMPLE_ORGS[0].name}; within seconds it stands in the balance:

  curl '${stripe.url}/pay?organization=${SAMPLE_ORGS[0].id}&cents=5000'

Pay with &payment=pi_1 twice, and it is added once. What came of it: ${url}/workflow/${workflows.look}, execute it.

Ctrl-C ends everything and deletes this n8n and its data.
`;
}

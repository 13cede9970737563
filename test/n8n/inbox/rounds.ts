/** What the workers make of payments that come at one moment. */
import type { Flow } from './flow';

/** Far more than it takes, as it is the sums that count. */
const SETTLED_MS = 180_000;
/** Rounds that begin together, each with an organization of its own. */
const TOGETHER = 5;

/** How many of the rounds came to the right sum. Two different payments for one organization at one moment. */
export async function differentAtOnce(flow: Flow, rounds: number, name: string): Promise<number> {
	return await countRight(flow, rounds, (organization, round) =>
		[1, 2].map((which) => {
			const session = flow.pay({
				payment: `pi_${name}_${round}_${which}`,
				organization,
				amount: 100 * which,
			});
			flow.deliver(session);
			return 100 * which;
		}),
	);
}

/** How many of the rounds came to the right sum. The same payment two or three times at one moment. */
export async function sameAtOnce(flow: Flow, rounds: number): Promise<number> {
	return await countRight(flow, rounds, (organization, round) => {
		const session = flow.pay({ payment: `pi_same_${round}`, organization, amount: 700 });
		flow.deliver(session, 2 + (round % 2));
		return [700];
	});
}

/** Judged when all is over, so that what comes late counts as well. */
async function countRight(
	flow: Flow,
	rounds: number,
	begin: (organization: string, round: number) => number[],
): Promise<number> {
	const wanted = new Map<string, bigint>();
	for (let round = 0; round < rounds; round += 1) {
		const organization = flow.addOrganization();
		const before = flow.cashOf(organization);
		const sum = begin(organization, round).reduce((all, amount) => all + BigInt(amount), before);
		wanted.set(organization, sum);
		if ((round + 1) % TOGETHER === 0) await flow.settled(SETTLED_MS);
	}
	await flow.settled(SETTLED_MS);
	return [...wanted].filter(([organization, cents]) => flow.cashOf(organization) === cents).length;
}

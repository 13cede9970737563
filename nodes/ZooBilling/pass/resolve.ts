// Owners that a workflow names by e-mail address: each address is looked up once, so that one user is one owner however
// it is named.

import { isUuid, type Owner } from '../balance/owner';
import { unforeseen, type Failure, isFailure } from '../outcome/failure';
import { notLookedUp, unreadable } from '../outcome/wireFailures';
import type { Task } from './item';
import type { Subject } from '../outcome/subject';
import { Refusal } from '../text/refusal';
import { runJobs } from './schedule';
import type { RequestSession, Unanswered } from '../zoo/session';
import { findUser } from '../zoo/request';
import type { Answer } from '../zoo/retry';

/**
 * What `build` makes of an owner. One that is named by an address gives a task that cannot run yet, and that is built
 * anew once Zoo has said whose address it is. `build`: checks the rest of an item.
 */
export function forOwner(owner: Owner | Refusal, build: (owner: Owner | Refusal) => Task | Failure): Task | Failure {
	const task = build(owner);
	if (isFailure(task) || owner instanceof Refusal || owner.email === undefined) return task;
	const { subject } = task;
	const outcome = subject.asked === undefined ? 'notRead' : 'notSent';
	return {
		...task,
		named: { email: owner.email, as: (id) => build({ ...owner, id }) },
		run: async ({ exchange }) => await Promise.resolve(unforeseen(subject, NOT_RESOLVED, outcome, exchange)),
	};
}

/** Never the balance of the token's own user instead. */
const NOT_RESOLVED = 'notLookedUp';

type LookUp = { readonly exchange: RequestSession; readonly answer: Answer | Unanswered };

/**
 * The tasks with their owners by UUID; a failure where an address could not be looked up. `open`: begins the
 * conversation for one address. `limit`: how many are looked up at a time.
 */
export async function resolveOwners(
	checked: ReadonlyArray<Task | Failure>,
	open: (task: Task) => RequestSession,
	limit: number,
): Promise<Array<Task | Failure>> {
	const firstBy = new Map<string, Task>();
	for (const task of checked)
		if (!isFailure(task) && task.named && !firstBy.has(task.named.email)) firstBy.set(task.named.email, task);
	const turns = [...firstBy].map(([email, task]) => ({ key: email, run: async () => await lookUp(email, open(task)) }));
	const lookUps = await runJobs(turns, limit, () => undefined);
	const byEmail = new Map([...firstBy.keys()].map((email, index) => [email, lookUps[index]]));
	return checked.map((task) => {
		const found = isFailure(task) || !task.named ? undefined : byEmail.get(task.named.email);
		return isFailure(task) || !task.named || !found ? task : resolved(task.subject, task.named, found);
	});
}

async function lookUp(email: string, exchange: RequestSession): Promise<LookUp> {
	return { exchange, answer: await exchange.read(findUser(email)) };
}

function resolved(
	subject: Subject,
	{ email, as }: NonNullable<Task['named']>,
	{ exchange, answer }: LookUp,
): Task | Failure {
	if (answer.kind !== 'answered') return notLookedUp(subject, answer, exchange);
	const { id, email: found } = answer.json;
	if (typeof id !== 'string' || !isUuid(id)) return unreadable(subject, 'the ID of this user', answer);
	// Whoever else it is, it is not who was meant.
	if (typeof found === 'string' && found.toLowerCase() !== email.toLowerCase())
		return unreadable(subject, 'the user of this address', answer);
	return as(id.toLowerCase());
}

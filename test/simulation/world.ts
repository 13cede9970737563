// One world from its seed: planned, lived through in virtual time, and judged by the rules.

import { Chronicle, type Account, type Broken, type Impossibility } from './chronicle';
import { Clock, Standstill } from './clock';
import { Dice } from './dice';
import { Execution, watched } from './engine';
import { listed } from './money';
import { HOSTS, planWorld, type Intrusion, type WorldPlan } from './plan';
import { program, type Start } from './program';
import { Inbox, Worker } from './inbox';
import { hostOf, Process, type Surroundings } from './process';
import { checkInbox } from './rules/inbox';
import { checkMoney } from './rules/money';
import { isUnknown } from './rules/sending';
import { reasonOf } from './said';
import { current, FIELDS, Zoo } from './zoo';

export interface WorldEnd {
	readonly seed: number;
	readonly broken: readonly Broken[];
	readonly story: readonly string[];
	readonly requests: number;
	readonly isCalm: boolean;
	/** Reports of items by their reason, and how many of them were unknown. */
	readonly outcomes: ReadonlyMap<string, number>;
	readonly unknown: number;
	/** Items that Zoo or the world did something impossible to. */
	readonly impossible: ReadonlyMap<Impossibility, number>;
	/** Of the inbox, by their status. */
	readonly payments: ReadonlyMap<string, number>;
}

/** `node`: its program; without one, as its sources are. */
export async function liveThrough(seed: number, node?: Start): Promise<WorldEnd> {
	const start = node ?? (await program());
	const dice = new Dice(seed);
	const plan = planWorld(dice);
	const clock = new Clock();
	const chronicle = new Chronicle(clock);
	const accounts = HOSTS.slice(0, plan.hosts).flatMap(([url]) =>
		plan.accounts.map((account, index) => openAccount(account, index, { ...plan, host: hostOf(url) })),
	);
	const zoo = new Zoo(plan.zoo, chronicle, dice.fork());
	const { model, moments, credit } = plan.zoo;
	const world: Surroundings = { chronicle, zoo, accounts, model, dice: dice.fork(), start };
	chronicle.tell(`Seed ${seed}: ${plan.isCalm ? 'calm' : JSON.stringify(plan.zoo)}`);
	for (const account of accounts) chronicle.tell(`${account.name} has ${listed(current(account).amounts)}`);
	for (const intrusion of plan.intrusions) clock.in(intrusion.at, () => intrude(world, intrusion));
	const processes: Process[] = [];
	const newProcess = () => {
		const process = new Process(processes.length, world, watched);
		processes.push(process);
		return process;
	};
	const first = newProcess();
	const executions = plan.executions.map(
		(execution, index) =>
			new Execution(index, execution, world, newProcess, execution.startsElsewhere ? newProcess() : first),
	);
	const inbox = plan.inbox && new Inbox(plan.inbox, world);
	const workers = Array.from({ length: plan.inbox?.workers ?? 0 }, (_, number) =>
		inbox ? [new Worker(number + 1, inbox, world, newProcess)] : [],
	).flat();
	const endless = new Promise<void>((resolve) => {
		chronicle.endless = resolve;
	});
	try {
		const all = Promise.all([...executions, ...workers].map(async (each) => await each.run()));
		await clock.run(Promise.race([all, endless]));
		if (chronicle.isEndless) chronicle.breaks('the world ends', 'It does not');
	} catch (error) {
		if (!(error instanceof Standstill)) throw error;
		chronicle.breaks('the world ends', error.message);
	}
	const truth = {
		hasMoments: moments !== 'absent',
		credit: model === 'apiCredits' ? credit : undefined,
		isCalm: plan.isCalm,
	};
	checkMoney(chronicle, truth);
	if (inbox) checkInbox(chronicle, inbox.rows, truth);
	return ended(seed, chronicle, plan, inbox);
}

function openAccount(
	{ kind, id, amounts }: WorldPlan['accounts'][number],
	index: number,
	{ zoo, host }: WorldPlan & { readonly host: string },
): Account {
	const { credit = 1, model } = zoo;
	const rounded = FIELDS[model].map(
		(name, field) => [name, Math.floor((amounts[field] ?? 0) / credit) * credit] as const,
	);
	return {
		name: `${kind} ${'ABC'[index] ?? ''}${host.includes(':') ? ' of the other host' : ''}`,
		host,
		path: `/${kind}s/${id}/`,
		idName: kind === 'org' ? 'orgId' : 'userId',
		id,
		versions: [{ at: 0, amounts: Object.fromEntries(rounded), moment: 0, by: 'the beginning' }],
	};
}

/** Somebody else changes the balance: a bill, another system, a colleague. */
function intrude({ accounts, zoo, dice }: Surroundings, { account: index, kind, by }: Intrusion): void {
	const account = accounts[index];
	if (!account) return;
	const { amounts } = current(account);
	const names = Object.keys(amounts);
	const name = dice.pick(names);
	const now = amounts[name] ?? 0;
	if (kind === 'bill') {
		const billed = names.slice(1).map((each) => [each, Math.max(0, (amounts[each] ?? 0) - by)] as const);
		zoo.change(account, Object.fromEntries(billed), 'a bill');
	}
	if (kind === 'takeBack') zoo.change(account, { [name]: Math.max(0, now - by) }, 'somebody who takes');
	if (kind === 'set') zoo.change(account, { [name]: dice.pick([100, 120, 150]) * 10_000 }, 'somebody who sets');
	if (kind === 'add') zoo.change(account, { [name]: now + by }, 'somebody who adds');
	if (kind === 'touch') zoo.change(account, {}, 'a new plan');
}

function ended(seed: number, chronicle: Chronicle, { isCalm }: WorldPlan, inbox: Inbox | undefined): WorldEnd {
	const { broken, story, requests, reports, writers } = chronicle;
	const outcomes = new Map<string, number>();
	for (const { result } of reports) count(outcomes, reasonOf(result));
	const payments = new Map<string, number>();
	for (const { status } of inbox?.rows ?? []) count(payments, status);
	const impossible = new Map<Impossibility, number>();
	for (const { excuses } of writers) for (const excuse of excuses) count(impossible, excuse);
	return {
		seed,
		broken,
		story,
		requests,
		isCalm,
		outcomes,
		unknown: reports.filter(({ result }) => isUnknown(result)).length,
		impossible,
		payments,
	};
}

export function count<Key>(counts: Map<Key, number>, key: Key, by = 1): void {
	counts.set(key, (counts.get(key) ?? 0) + by);
}

// A worker process of n8n: its register, its connections to Zoo, and its sudden end.

import { AsyncLocalStorage } from 'node:async_hooks';

import { Register } from '../../nodes/ZooBilling/register';
import type { ZooRequest } from '../../nodes/ZooBilling/zoo/request';
import type { Sent } from '../../nodes/ZooBilling/zoo/retry';
import type { Connection } from '../../nodes/ZooBilling/zoo/transport';
import type { Account, Attempt, Chronicle, Pass, Writer } from './chronicle';
import type { Dice } from './dice';
import { listed } from './money';
import { checkEnd, checkSending } from './rules/sending';
import { askedIn, type Zoo } from './zoo';

/** Whose request it is that is sent just now. */
export const writing = new AsyncLocalStorage<Writer>();

/** Ends all that a process has under way. */
export class Crash extends Error {}

/** The stop button of one execution. */
export class Stop {
	isPressed = false;
	press: () => void = () => undefined;
	readonly pressed = new Promise<void>((resolve) => {
		this.press = () => {
			this.isPressed = true;
			resolve();
		};
	});
}

export interface Surroundings {
	readonly chronicle: Chronicle;
	readonly zoo: Zoo;
	readonly accounts: readonly Account[];
	readonly model: 'prePay' | 'apiCredits';
	readonly dice: Dice;
}

export class Process {
	readonly register: Register;
	hasCrashed = false;
	/** Requests and waits until it dies. */
	stepsLeft = Infinity;
	private die: () => void = () => undefined;
	private readonly death: Promise<never>;

	constructor(
		readonly number: number,
		private readonly world: Surroundings,
	) {
		this.register = new Register(world.dice.fork().next);
		this.death = new Promise<never>((_, reject) => {
			this.die = () => {
				this.hasCrashed = true;
				reject(new Crash());
			};
		});
		this.death.catch(() => undefined);
	}

	connect(pass: Pass, stop: Stop): Connection {
		const { chronicle, zoo, dice } = this.world;
		const { clock } = chronicle;
		return {
			begunAt: clock.time,
			origin: 'https://api.zoo.dev',
			host: 'api.zoo.dev',
			cancel: stop.pressed,
			canceled: () => stop.isPressed,
			presence: async () => await Promise.resolve('unclear'),
			now: () => zoo.now(),
			ticks: () => clock.time,
			random: dice.fork().next,
			pause: async (milliseconds) => {
				this.step();
				await Promise.race([clock.sleep(milliseconds), stop.pressed, this.death]);
			},
			send: async (request, timeout) => {
				this.step();
				return await Promise.race([this.send(request, timeout, pass), this.canceled(stop), this.death]);
			},
		};
	}

	/** Before each request, wait, and use of a database. */
	step(): void {
		if (this.hasCrashed) throw new Crash();
		this.stepsLeft -= 1;
		this.world.chronicle.steps += 1;
		checkEnd(this.world.chronicle);
		if (this.stepsLeft !== 0) return;
		const { chronicle, dice } = this.world;
		chronicle.clock.in(dice.pick([0, 50, 3000]), () => {
			chronicle.tell(`Process ${this.number} dies`);
			this.die();
		});
	}

	private async canceled(stop: Stop): Promise<Sent> {
		await stop.pressed;
		return { kind: 'silence', reached: 'perhaps', again: true, cause: 'the execution was canceled' };
	}

	private async send(request: ZooRequest, timeout: number, pass: Pass): Promise<Sent> {
		const { chronicle, zoo, accounts } = this.world;
		const writer = writing.getStore();
		const account = accounts.find(({ path }) => request.path.toLowerCase().startsWith(path));
		if (!writer || !account) throw new RangeError(`Nobody asks for ${request.path}`);
		chronicle.requests += 1;
		pass.requests.set(writer, (pass.requests.get(writer) ?? 0) + 1);
		if (!pass.first.has(writer)) pass.first.set(writer, chronicle.clock.time);
		if (request.method === 'GET') return await zoo.look(account, timeout, { writer, pass });
		const attempt: Attempt = {
			writer,
			pass,
			account,
			asked: askedIn(request),
			sentAt: chronicle.clock.time,
			page: writer.page,
			preview: writer.preview,
			look: writer.look,
			once: onceOf(writer, pass),
			endedAt: undefined,
			answer: 'on its way',
			applied: [],
			isConfirmed: false,
			isOpen: true,
			isFinal: false,
		};
		chronicle.tell(`  ${writer.name}: PUT ${account.name} ${listed(attempt.asked)}`);
		checkSending(chronicle, attempt);
		writer.look = undefined;
		writer.attempts.push(attempt);
		chronicle.attempts.push(attempt);
		return await zoo.write(account, attempt, timeout);
	}

	/** What was under way when the process died, or was canceled, is under way no more. */
	letGo(pass: Pass): void {
		const { chronicle } = this.world;
		for (const attempt of chronicle.attempts) if (attempt.pass === pass) attempt.endedAt ??= chronicle.clock.time;
	}
}

function onceOf({ given, returnsFirst }: Writer, pass: Pass): string[] {
	return [
		...(given ? [`preview ${given.kept.id}`] : []),
		...(given?.payment === undefined ? [] : [`payment ${given.payment}`]),
		...(returnsFirst === undefined ? [] : [`reference ${returnsFirst} in process ${pass.process}`]),
	];
}

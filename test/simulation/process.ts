// A worker process of n8n: the node's program with all that it remembers, its requests to Zoo, and its sudden end.

import { AsyncLocalStorage } from 'node:async_hooks';

import type { Account, Attempt, Chronicle, Pass, Writer } from './chronicle';
import type { Dice } from './dice';
import type { Wire } from './fates';
import { listed } from './money';
import type { HttpReply, HttpRequest } from './n8n';
import type { Program, Start, Watched } from './program';
import { checkEnd, checkSending } from './rules/sending';
import { askedIn, type Zoo } from './zoo';

/** Whose request it is that is sent just now. */
export const writing = new AsyncLocalStorage<Writer>();

/** Ends all that a process has under way. */
export class Crash extends Error {}

export interface Surroundings {
	readonly chronicle: Chronicle;
	readonly zoo: Zoo;
	readonly accounts: readonly Account[];
	readonly model: 'prePay' | 'apiCredits';
	readonly dice: Dice;
	readonly start: Start;
}

export class Process {
	readonly program: Program;
	readonly death: Promise<never>;
	hasCrashed = false;
	/** Requests and waits until it dies. */
	stepsLeft = Infinity;
	private die: () => void = () => undefined;

	constructor(
		readonly number: number,
		private readonly world: Surroundings,
		watched: Watched,
	) {
		const { zoo, dice, chronicle } = world;
		this.program = world.start({
			ticks: () => chronicle.clock.time,
			now: () => Math.floor(zoo.now()),
			random: dice.fork().next,
			sleep: async (milliseconds, signal) => {
				this.step();
				await this.alive(Promise.race([chronicle.clock.sleep(milliseconds), aborted(signal)]));
			},
			abortAfter: (milliseconds) => {
				const timer = new AbortController();
				chronicle.clock.in(milliseconds, () => {
					if (!this.hasCrashed) timer.abort('over');
				});
				return timer.signal;
			},
			watched,
		});
		this.death = new Promise<never>((_, reject) => {
			this.die = () => {
				this.hasCrashed = true;
				reject(new Crash());
			};
		});
		this.death.catch(() => undefined);
	}

	/** Before each request, wait, and use of a database. */
	step(): void {
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

	/** Opening a credential can take its time, and leads to one of the hosts in one of its spellings. */
	async openCredential(baseUrl: string): Promise<{ apiToken: string; baseUrl: string }> {
		const { chronicle, dice } = this.world;
		if (dice.roll(0.1)) await this.alive(chronicle.clock.sleep(dice.pick([10, 1500, 7000])));
		return { apiToken: 'api-0000', baseUrl };
	}

	async request(request: HttpRequest, signal: AbortSignal | undefined, pass: Pass): Promise<HttpReply> {
		this.step();
		const { origin, pathname } = new URL(request.url);
		const writer = writing.getStore();
		const { chronicle, accounts } = this.world;
		const account = accounts.find(({ host, path }) => host === hostOf(origin) && pathname.startsWith(path));
		if (!writer || !account) throw new RangeError(`Nobody asks for ${request.url}`);
		chronicle.requests += 1;
		pass.requests.set(writer, (pass.requests.get(writer) ?? 0) + 1);
		if (!pass.first.has(writer)) pass.first.set(writer, chronicle.clock.time);
		const sent = request.method === 'GET' ? this.look(account, writer, pass) : undefined;
		const wire =
			sent ?? (request.method === 'PUT' ? this.write(account, request, { writer, pass, signal }) : NO_METHOD);
		return await this.alive(received(await this.alive(Promise.race([wire, canceled(signal)])), signal));
	}

	private async look(account: Account, writer: Writer, pass: Pass): Promise<Wire> {
		return await this.world.zoo.look(account, writer.timeout, { writer, pass });
	}

	private async write(
		account: Account,
		request: HttpRequest,
		{ writer, pass, signal }: { writer: Writer; pass: Pass; signal: AbortSignal | undefined },
	): Promise<Wire> {
		const { chronicle, zoo } = this.world;
		const attempt: Attempt = {
			writer,
			pass,
			account,
			asked: askedIn(request),
			sentAt: chronicle.clock.time,
			page: writer.page,
			preview: writer.preview,
			look: writer.look,
			once: onceOf(writer, pass, account),
			endedAt: undefined,
			answer: 'on its way',
			applied: [],
			isConfirmed: false,
			isOpen: true,
			isFinal: false,
		};
		signal?.addEventListener('abort', () => (attempt.endedAt ??= chronicle.clock.time), { once: true });
		chronicle.tell(`  ${writer.name}: PUT ${account.name} ${listed(attempt.asked)}`);
		checkSending(chronicle, attempt);
		writer.look = undefined;
		writer.attempts.push(attempt);
		chronicle.attempts.push(attempt);
		return await zoo.write(account, attempt, writer.timeout);
	}

	/** What a dead process would have gone on with never comes. */
	private async alive<Value>(work: Promise<Value>): Promise<Value> {
		return await new Promise<Value>((resolve, reject) => {
			work.then(
				(value) => {
					if (this.isAlive) resolve(value);
				},
				(reason: unknown) => {
					if (this.isAlive) reject(reason instanceof Error ? reason : new Error(String(reason)));
				},
			);
		});
	}

	private get isAlive(): boolean {
		return !this.hasCrashed && !this.world.chronicle.isEndless;
	}

	/** What was under way when the process died, or was canceled, is under way no more. */
	letGo(pass: Pass): void {
		const { chronicle } = this.world;
		for (const attempt of chronicle.attempts) if (attempt.pass === pass) attempt.endedAt ??= chronicle.clock.time;
	}
}

/** A host in one spelling. */
export function hostOf(url: string): string {
	const { hostname, port } = new URL(url);
	return hostname.replace(/\.$/, '') + (port && `:${port}`);
}

const NO_METHOD: Wire = { kind: 'reply', status: 405, text: '' };

/** As n8n's helper hands it over: a reply with its body as a stream, or an error with a code. */
async function received(wire: Wire, signal: AbortSignal | undefined): Promise<HttpReply> {
	if (wire.kind === 'broken') throw withCode(wire.code);
	if (wire.kind === 'hangs') return await canceled(signal);
	if (wire.kind === 'trickles') return { statusCode: 200, headers: {}, body: trickle(signal) };
	const { status, text, retryAfter, callId } = wire;
	const headers = {
		...(retryAfter !== undefined && { 'retry-after': retryAfter }),
		...(callId !== undefined && { 'x-api-call-id': callId }),
	};
	return { statusCode: status, headers, body: whole(text) };
}

async function* whole(text: string): AsyncGenerator<Uint8Array> {
	yield await Promise.resolve(new TextEncoder().encode(text));
}

/** Something has come in just before the time is over. */
async function* trickle(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
	yield new TextEncoder().encode('{');
	await canceled(signal);
}

async function canceled(signal: AbortSignal | undefined): Promise<never> {
	await aborted(signal);
	throw withCode('ERR_CANCELED');
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
	await new Promise<void>((resolve) => {
		if (signal?.aborted) resolve();
		else signal?.addEventListener('abort', () => resolve(), { once: true });
	});
}

function withCode(code: string): Error {
	return Object.assign(new Error(code), { code });
}

/** What of a payment must not be done twice: its preview, the inbox's payment, its reference in a process. */
function onceOf({ given, returnsFirst }: Writer, pass: Pass, { host }: Account): string[] {
	return [
		...(given ? [`preview ${given.kept.id}`] : []),
		...(given?.payment === undefined ? [] : [`payment ${given.payment}`]),
		...(returnsFirst === undefined ? [] : [`reference ${returnsFirst} at ${host} in process ${pass.process}`]),
	];
}

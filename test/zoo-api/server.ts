/** A stand-in for Zoo's balance API: a real HTTP server on loopback, with state, and faults on demand. */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
// Imported, not global: a test's fake clock must not stop the other side of the wire.
import { setTimeout as sleep } from 'node:timers/promises';

import Big from 'big.js';

import type { AmountStyle, CreditRounding } from './amounts';
import { Balances, type BalanceModel, type OwnerKind } from './balances';
import { deliver, READING_MS } from './delivery';
import { FaultQueue, type Applied, type Fault, type FaultMatch, type ReplyEdit } from './faults';
import { Invoices, type Invoice } from './invoices';
import { LateWrites } from './late-writes';
import { OpenRequests } from './open-requests';
import { People } from './people';
import { matches, noteRequest, ownerIn, type LoggedRequest, type RequestMatch } from './requests';
import { answerTo, type Answer, type Routing } from './routes';
import { knownHolders } from './tokens';

export interface ZooApiSettings {
	/** Any free port by default. */
	readonly port?: number;
	/** The documented one by default. */
	readonly model?: BalanceModel;
	/** `ignore` (default): 200, and nothing changes for those fields, as today's API does; `refuse`: 422. */
	readonly unknownFields?: 'ignore' | 'refuse';
	/** API-credits model, USD: amounts are kept as whole credits of this value. Without it nothing is rounded. */
	readonly creditValue?: string;
	readonly creditRounding?: CreditRounding;
	/** How long every request takes before anything happens to it. */
	readonly latencyMs?: number;
	/** Text by default in the pre-pay model, numbers in the API-credits model. */
	readonly amountsAs?: AmountStyle;
	/** API-credits model: a made-up secret that replies then carry, to see that it is not shown. */
	readonly actionClientSecret?: string;
	/** Whether the paths that take an ID answer 404 to everything, as on a host that has them no more. */
	readonly withoutBalancesById?: boolean;
	/** False: `requests` and `effects` stay empty, for very many requests. */
	readonly log?: boolean;
	/**
	 * Told when a fault has nothing come for so many milliseconds to the client at this port: true when they are over by
	 * then. Without it they really pass.
	 */
	readonly onQuiet?: (port: number | undefined, ms: number) => boolean;
	/** Sees each request with the answer that belongs to it, before any fault; what it throws fails `close`. */
	readonly onAnswer?: (request: LoggedRequest, answer: Answer) => void;
}

/** A write that took effect. */
export interface Effect {
	readonly request: LoggedRequest;
	/** How many requests had come by then: those after them saw the effect. */
	readonly requestsBefore: number;
}

export interface ReplyMatch extends FaultMatch {
	/** Whether the write takes effect: true by default. */
	readonly applied?: Applied;
}

/** In replies, what a credit is worth where nothing else was set. */
const USUAL_CREDIT_VALUE = '0.01';

export async function startZooApi(settings: ZooApiSettings = {}): Promise<ZooApi> {
	const api = new ZooApi(settings);
	await api.listen(settings.port ?? 0);
	return api;
}

export class ZooApi {
	/** Every request in order of arrival, complete with its body. */
	readonly requests: LoggedRequest[] = [];
	/** Every write that took effect, in the order in which they did. */
	readonly effects: Effect[] = [];
	/** Asked when no queued fault wants the request: for faults that follow a plan, such as a seeded one. */
	onRequest: ((request: LoggedRequest) => Fault | undefined) | undefined;

	private readonly server: Server;
	private readonly closing = new AbortController();
	private readonly balances: Balances;
	private readonly invoices = new Invoices();
	private readonly people = new People();
	private readonly routing: Routing;
	private readonly faults = new FaultQueue();
	private readonly lateWrites = new LateWrites();
	private readonly open = new OpenRequests();
	private arrivals: Array<{ match: RequestMatch; seen: (request: LoggedRequest) => void }> = [];
	private mishap: Error | undefined;

	constructor(private readonly settings: ZooApiSettings) {
		const rules = rulesOf(settings);
		this.balances = new Balances(rules.balances);
		this.routing = {
			balances: this.balances,
			invoices: this.invoices,
			people: this.people,
			reply: rules.reply,
			writes: rules.writes,
			withoutBalancesById: settings.withoutBalancesById ?? false,
		};
		for (const holder of knownHolders()) {
			this.setBalance('org', holder.orgId);
			if (!holder.user) continue;
			this.setBalance('user', holder.user.id);
			this.nameUser(holder.user.id, holder.user.email);
		}
		// Each open request may be waiting for the end of the server.
		setMaxListeners(0, this.closing.signal);
		this.server = createServer((request, response) => void this.serve(request, response));
	}

	async listen(port: number): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', reject).listen(port, '127.0.0.1', resolve);
		});
	}

	/** Without a slash at the end. */
	get url(): string {
		const address = this.server.address();
		if (!isAddress(address)) throw new Error('The stand-in is not listening');
		return `http://127.0.0.1:${address.port}`;
	}

	/** Creates the organization or user, or changes the amounts that are given (by their names on the wire). */
	setBalance(kind: OwnerKind, id: string, amounts: Readonly<Record<string, string>> = {}): void {
		this.balances.set({ kind, id }, amounts);
	}

	/** Gives the user an e-mail address, which then stands for the ID. */
	nameUser(id: string, email: string): void {
		this.people.name(id, email);
	}

	/** Replaces the invoices of an organization or user; the newest comes first. */
	setInvoices(kind: OwnerKind, id: string, invoices: readonly Invoice[]): void {
		this.invoices.set({ kind, id }, invoices);
	}

	/** The amounts as they stand now: decimal text with at least two places, by their names on the wire. */
	amountsOf(kind: OwnerKind, id: string): Record<string, string> {
		return this.balances.amountsOf({ kind, id });
	}

	/** Queues a fault for the next request that matches. */
	failNext(fault: Fault, match: FaultMatch = {}): void {
		this.faults.add(fault, match);
	}

	/** Forgets the faults that met no request. */
	clearFaults(): void {
		this.faults.clear();
		this.onRequest = undefined;
	}

	/** Makes the next matching reply this JSON text, or the normal reply as the function changes it. */
	replyWith(reply: string | ReplyEdit, { applied = true, ...match }: ReplyMatch = {}): void {
		this.failNext(
			typeof reply === 'string' ? { kind: 'body', text: reply, applied } : { kind: 'edit', edit: reply, applied },
			match,
		);
	}

	/** The next matching request that comes from now on, once it is there with its body. */
	async nextRequest(match: RequestMatch = {}): Promise<LoggedRequest> {
		return await new Promise((seen) => this.arrivals.push({ match, seen }));
	}

	/** Makes the writes that are still to come happen now; returns how many there were. */
	applyLateWrites(): number {
		return this.lateWrites.applyNow();
	}

	/** Resolves when no write is still to come. */
	async lateWritesApplied(): Promise<void> {
		await this.lateWrites.settled();
	}

	/** Resolves when no request is open: all answered, or given up by the client. */
	async noneOpen(): Promise<void> {
		await this.open.noneOpen();
	}

	/**
	 * The most PUTs that were ever open at the same time for one organization or user. Without latencyMs a
	 * request is answered as soon as it is there, so that hardly anything overlaps.
	 */
	get mostOpenWrites(): number {
		return this.open.mostWritesForOneOwner;
	}

	/** The most requests of any kind that were ever open at the same time. */
	get mostOpenRequests(): number {
		return this.open.mostOpen;
	}

	/** Ends everything at once, hanging connections too. Rejects if the stand-in itself stumbled. */
	async close(): Promise<void> {
		this.lateWrites.drop();
		this.closing.abort();
		const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
		this.server.closeAllConnections();
		await closed;
		if (this.mishap) throw this.mishap;
	}

	/** For `await using`: a test that fails must not leave a server behind that keeps the process alive. */
	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		const end = this.open.begin(writtenOwner(incoming));
		// 'finish' comes before the client can know that the reply is complete, 'close' may come later.
		response.once('finish', end);
		const gone = new Promise<void>((resolve) => response.once('close', resolve));
		void gone.then(end);
		// A client that hangs up before its request is complete has asked for nothing.
		const body = await readText(incoming).catch(() => undefined);
		if (body === undefined) return;
		try {
			await this.meet(noteRequest(incoming, body), response, gone);
		} catch (error) {
			if (this.closing.signal.aborted) return;
			this.mishap ??= error instanceof Error ? error : new Error(String(error));
			response.destroy();
		}
	}

	private async meet(request: LoggedRequest, response: ServerResponse, gone: Promise<void>): Promise<void> {
		const fault = this.faults.takeFor(request) ?? this.onRequest?.(request);
		if (fault) request.fault = fault.kind;
		if (this.settings.log !== false) this.requests.push(request);
		this.announce(request);
		const wait = async (ms: number): Promise<void> => {
			await sleep(ms, undefined, { signal: this.closing.signal });
		};
		if (this.settings.latencyMs) await wait(this.settings.latencyMs);
		const answer = this.noting(request, answerTo(request, this.routing));
		this.settings.onAnswer?.(request, answer);
		const quiet = async (ms: number): Promise<void> => {
			// The client is to have read by then what was sent before.
			await wait(READING_MS);
			if (this.settings.onQuiet?.(response.socket?.remotePort, ms) !== true && ms < Infinity) await wait(ms);
		};
		await deliver(answer, fault, response, { lateWrites: this.lateWrites, gone, wait, quiet });
	}

	private noting(request: LoggedRequest, { effect, ...answer }: Answer): Answer {
		if (!effect || this.settings.log === false) return effect ? { ...answer, effect } : answer;
		const noted = (): void => {
			effect();
			this.effects.push({ request, requestsBefore: this.requests.length });
		};
		return { ...answer, effect: noted };
	}

	private announce(request: LoggedRequest): void {
		const awaited = this.arrivals.filter(({ match }) => matches(match, request));
		this.arrivals = this.arrivals.filter((arrival) => !awaited.includes(arrival));
		for (const { seen } of awaited) seen(request);
	}
}

function rulesOf(settings: ZooApiSettings) {
	const model = settings.model ?? 'prePay';
	const rounding = settings.creditRounding ?? 'nearest';
	const { creditValue, actionClientSecret } = settings;
	return {
		balances: { model, rounding, ...(creditValue !== undefined && { roundTo: new Big(creditValue) }) },
		reply: {
			model,
			rounding,
			amountsAs: settings.amountsAs ?? (model === 'prePay' ? 'text' : 'number'),
			creditValue: new Big(creditValue ?? USUAL_CREDIT_VALUE),
			...(actionClientSecret !== undefined && { actionClientSecret }),
		},
		writes: { model, unknownFields: settings.unknownFields ?? 'ignore' },
	} as const;
}

function writtenOwner(incoming: IncomingMessage): string | undefined {
	if (incoming.method !== 'PUT') return undefined;
	const owner = ownerIn((incoming.url ?? '').replace(/\?.*/, ''));
	return owner && `${owner.kind} ${owner.id}`;
}

async function readText(incoming: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
	return Buffer.concat(chunks).toString('utf8');
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
	return typeof address === 'object' && address !== null;
}

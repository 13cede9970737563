/** Brings an answer to the client, or the fault that the client gets in its place. */
import type { ServerResponse } from 'node:http';

import { parse } from 'lossless-json';

import { appliedBy, type Fault, type ReplyEdit } from './faults';
import { isJsonObject, jsonText } from './json';
import type { LateWrites } from './late-writes';
import { refusal } from './refusals';
import type { Answer } from './routes';

export interface Surroundings {
	readonly lateWrites: LateWrites;
	/** Resolves when the connection or the exchange on it is over, in whichever way. */
	readonly gone: Promise<void>;
	/** Milliseconds; rejects when the server closes. */
	readonly wait: (ms: number) => Promise<void>;
	/** Waits so long without sending anything, or as if it had been so long. */
	readonly quiet: (ms: number) => Promise<void>;
}

/** A client that finds a reset waiting beside unread data may never see the data: let it read first. */
export const READING_MS = 10;

export async function deliver(
	answer: Answer,
	fault: Fault | undefined,
	response: ServerResponse,
	surroundings: Surroundings,
): Promise<void> {
	if (!fault) {
		answer.effect?.();
		send(response, whole(answer));
		return;
	}
	const applied = appliedBy(fault);
	if (applied === true) answer.effect?.();
	if (applied === 'late' && answer.effect) {
		surroundings.lateWrites.add(answer.effect, dueTime(fault, surroundings));
	}
	await deliverFault(fault, answer, response, surroundings);
}

async function dueTime(fault: Fault, { gone, wait }: Surroundings): Promise<void> {
	if (fault.kind === 'delay') await wait(fault.ms);
	else await gone;
	if (fault.lateByMs === Infinity) await new Promise<never>(() => undefined);
	if (fault.lateByMs) await wait(fault.lateByMs);
}

async function deliverFault(
	fault: Fault,
	answer: Answer,
	response: ServerResponse,
	{ wait, quiet }: Surroundings,
): Promise<void> {
	switch (fault.kind) {
		case 'hang':
			await quiet(Infinity);
			break;
		case 'delay':
			await wait(fault.ms);
			send(response, whole(answer));
			break;
		case 'resetBeforeHeaders':
			response.socket?.resetAndDestroy();
			break;
		case 'resetMidBody':
			await sendHalf(response, whole(answer));
			await wait(READING_MS);
			response.socket?.resetAndDestroy();
			break;
		case 'stallMidBody':
			await sendHalf(response, whole(answer));
			await quiet(Infinity);
			break;
		case 'trickle':
			await trickle(response, whole(answer), async () => await quiet(fault.everyMs));
			break;
		case 'endless':
			await flood(response);
			break;
		default:
			send(response, strangeReply(fault, answer));
	}
}

interface Reply {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly text: string;
}

type StrangeReply = Extract<
	Fault,
	{ kind: 'status' | 'brokenJson' | 'wrongShape' | 'htmlPage' | 'redirect' | 'body' | 'edit' }
>;

function strangeReply(fault: StrangeReply, answer: Answer): Reply {
	const { headers } = answer;
	switch (fault.kind) {
		case 'status': {
			const type = { 'content-type': 'application/json' };
			return { status: fault.status, headers: { ...type, ...fault.headers }, text: bodyOf(fault) };
		}
		case 'brokenJson':
			return { status: 200, headers, text: firstHalf(answer.body()) };
		case 'wrongShape':
			return { status: 200, headers, text: jsonText(fault.json ?? { hello: 1 }) };
		case 'htmlPage':
			return { status: fault.status ?? 200, headers: { 'content-type': 'text/html' }, text: HTML_PAGE };
		case 'redirect':
			return { status: fault.status, headers: { location: fault.location }, text: '' };
		case 'body':
			return { status: 200, headers, text: fault.text };
		case 'edit':
			return edited(answer, fault.edit);
	}
}

const HTML_PAGE = '<!DOCTYPE html><html><head><title>One moment</title></head><body><h1>One moment</h1></body></html>';

function bodyOf({ status, body }: Extract<Fault, { kind: 'status' }>): string {
	if (body === undefined) return refusal(status).body;
	return typeof body === 'string' ? body : jsonText(body);
}

function edited(answer: Answer, edit: ReplyEdit): Reply {
	const normal = whole(answer);
	if (normal.status !== 200) return normal;
	const reply: unknown = parse(normal.text);
	if (!isJsonObject(reply)) throw new Error('Only a reply that is an object can be edited');
	return { ...normal, text: jsonText(edit(reply) ?? reply) };
}

function whole({ status, headers, body }: Answer): Reply {
	return { status, headers, text: body() };
}

function send(response: ServerResponse, { status, headers, text }: Reply): void {
	if (response.destroyed) return;
	response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
	response.end(text);
}

/** Resolves when the half has been handed to the network. */
async function sendHalf(response: ServerResponse, { status, headers, text }: Reply): Promise<void> {
	if (response.destroyed) return;
	response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
	await new Promise<void>((resolve) => response.write(firstHalf(text), () => resolve()));
}

async function trickle(
	response: ServerResponse,
	{ status, headers, text }: Reply,
	wait: () => Promise<void>,
): Promise<void> {
	response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
	for (const byte of Buffer.from(text)) {
		if (response.destroyed) return;
		response.write(Buffer.of(byte));
		await wait();
	}
	response.end();
}

async function flood(response: ServerResponse): Promise<void> {
	response.writeHead(200, { 'content-type': 'application/json' });
	response.write('{"features":[');
	const gone = new Promise((resolve) => response.once('close', resolve));
	while (!response.destroyed) {
		if (response.write('{"info":"x"},'.repeat(5000))) await new Promise(setImmediate);
		else await Promise.race([gone, new Promise((resolve) => response.once('drain', resolve))]);
	}
}

function firstHalf(text: string): string {
	return text.slice(0, Math.ceil(text.length / 2));
}

/** A chat model on loopback with an OpenAI-compatible interface, which says what a test has written for it, turn by turn. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { z } from 'zod';

import type { CleanUp } from './clean-up';

/** What it says: a text, or the calls of tools that it wants. */
export type Turn = string | ReadonlyArray<{ readonly tool: string; readonly input: Readonly<Record<string, unknown>> }>;

const question = z.object({
	messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
	tools: z.array(z.object({ function: z.object({ name: z.string() }).passthrough() })).default([]),
	stream: z.boolean().default(false),
});

export type Question = z.infer<typeof question>;

export class ScriptedModel {
	/** What it was asked, in order. */
	readonly questions: Question[] = [];
	private turns: Turn[] = [];
	private calls = 0;

	constructor(private readonly server: Server) {
		server.on('request', (request, response) => {
			void this.serve(request, response).catch((failure: unknown) => response.writeHead(500).end(String(failure)));
		});
	}

	/** As a credential for such models has it. */
	get url(): string {
		const address = this.server.address();
		if (typeof address !== 'object' || address === null) throw new Error('The scripted model is not listening');
		return `http://127.0.0.1:${address.port}/v1`;
	}

	/** Forgets what was left to say, and what it was asked. */
	willSay(...turns: Turn[]): void {
		this.turns = turns;
		this.questions.length = 0;
	}

	private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
		if (!request.url?.endsWith('/chat/completions')) {
			response.writeHead(404).end('{}');
			return;
		}
		const asked = question.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
		this.questions.push(asked);
		const turn = this.turns.shift() ?? 'My script has ended.';
		const message = this.messageOf(turn);
		const finish = typeof turn === 'string' ? 'stop' : 'tool_calls';
		if (asked.stream) streamTo(response, message, finish);
		else
			response.writeHead(200, { 'content-type': 'application/json' }).end(
				JSON.stringify({
					...envelope('chat.completion'),
					choices: [{ index: 0, message, finish_reason: finish }],
					usage: USAGE,
				}),
			);
	}

	private messageOf(turn: Turn): Record<string, unknown> {
		if (typeof turn === 'string') return { role: 'assistant', content: turn };
		const calls = turn.map(({ tool, input }, index) => {
			this.calls += 1;
			return {
				index,
				id: `call_${this.calls}`,
				type: 'function',
				function: { name: tool, arguments: JSON.stringify(input) },
			};
		});
		return { role: 'assistant', content: null, tool_calls: calls };
	}
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

function envelope(object: string): Record<string, unknown> {
	return { id: 'scripted', object, created: 0, model: 'scripted' };
}

function streamTo(response: ServerResponse, message: Record<string, unknown>, finish: string): void {
	response.writeHead(200, { 'content-type': 'text/event-stream' });
	const pieces = [{ delta: message }, { delta: {}, finish_reason: finish }];
	for (const piece of pieces)
		response.write(
			`data: ${JSON.stringify({ ...envelope('chat.completion.chunk'), choices: [{ index: 0, ...piece }] })}\n\n`,
		);
	response.end('data: [DONE]\n\n');
}

export async function startScriptedModel(cleanUp: CleanUp): Promise<ScriptedModel> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	await cleanUp.later(async () => {
		server.closeAllConnections();
		await once(server.close(), 'close');
	});
	return new ScriptedModel(server);
}

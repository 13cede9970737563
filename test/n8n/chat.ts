/** A chat with a published workflow, as n8n's own chat page holds it: messages in, answers and buttons out. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

import { WebSocket } from 'undici';
import { z } from 'zod';

import { until } from './until';

/** n8n looks for something to say every three seconds. */
const ANSWER_MS = 30_000;

/** n8n takes no press of a button by what may be a bot. */
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x64) Chrome/140.0 Safari/537.36' };

const started = z.object({ executionId: z.string(), resumeToken: z.string() });
const withButtons = z.object({
	text: z.string(),
	buttons: z.array(z.object({ text: z.string(), link: z.string() })),
});

export interface Answer {
	readonly text: string;
	/** Addresses by label. */
	readonly buttons: ReadonlyMap<string, string>;
}

/** One message to a workflow, and all that comes back. */
export class Chat {
	private readonly answers: Answer[] = [];

	private constructor(
		readonly executionId: string,
		private readonly socket: WebSocket,
	) {
		socket.addEventListener('message', ({ data }) => this.take(String(data)));
	}

	/** `webhookId`: of the workflow's chat trigger. */
	static async say(n8n: string, webhookId: string, text: string): Promise<Chat> {
		const sessionId = randomUUID();
		const response = await fetch(`${n8n}/webhook/${webhookId}/chat`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ action: 'sendMessage', sessionId, chatInput: text }),
		});
		const { executionId, resumeToken } = started.parse(await response.json());
		const query = new URLSearchParams({ sessionId, executionId, isPublic: 'true', token: resumeToken });
		const socket = new WebSocket(`${n8n.replace(/^http/, 'ws')}/chat?${query.toString()}`);
		await once(socket, 'open');
		return new Chat(executionId, socket);
	}

	/** Resolves with the next answer that was not taken yet. */
	async next(): Promise<Answer> {
		return await until('the chat answers', ANSWER_MS, async () => await Promise.resolve(this.answers.shift()));
	}

	private take(data: string): void {
		if (data === 'n8n|heartbeat') this.socket.send('n8n|heartbeat-ack');
		else if (!data.startsWith('n8n|')) this.answers.push(answerOf(data));
	}
}

function answerOf(data: string): Answer {
	if (!data.startsWith('{')) return { text: data, buttons: new Map() };
	const { text, buttons } = withButtons.parse(JSON.parse(data));
	return { text, buttons: new Map(buttons.map((button) => [button.text, button.link])) };
}

/** Resolves with the page that n8n shows for it. */
export async function press(answer: Answer, label: string): Promise<string> {
	const link = answer.buttons.get(label);
	if (link === undefined) throw new Error(`There is no button ${label} under: ${answer.text}`);
	return await (await fetch(link, { headers: BROWSER })).text();
}

/** A debugger of a Node process, by the protocol that editors use, which knows the lines of the sources by their maps. */
import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { WebSocket } from 'undici';
import { z } from 'zod';

import type { CleanUp } from './clean-up';

const targets = z.tuple([z.object({ webSocketDebuggerUrl: z.string() })]);
const answer = z.object({ id: z.number(), result: z.unknown() });
const parsed = z.object({
	method: z.literal('Debugger.scriptParsed'),
	params: z.object({ scriptId: z.string(), url: z.string() }),
});
const location = z.object({ scriptId: z.string(), lineNumber: z.number(), columnNumber: z.number() });
const paused = z.object({
	method: z.literal('Debugger.paused'),
	params: z.object({ callFrames: z.array(z.object({ callFrameId: z.string(), location })).nonempty() }),
});
const evaluated = z.object({ result: z.object({ value: z.string() }) });

/** A place in a source file, counted from line 1. */
export interface Place {
	readonly file: string;
	readonly line: number;
}

export interface Stop {
	readonly place: Place | undefined;
	/** As Node writes it into an Error. */
	readonly stack: string;
}

export class Debugger {
	/** The newest script of each file. */
	private readonly scripts = new Map<string, string>();
	private readonly answered = new Map<number, (result: unknown) => void>();
	private stopped: ((stop: z.infer<typeof paused>) => void) | undefined;
	private sent = 0;

	private constructor(private readonly socket: WebSocket) {
		socket.addEventListener('message', ({ data }) => {
			const message: unknown = JSON.parse(String(data));
			const script = parsed.safeParse(message).data?.params;
			if (script?.url.startsWith('file:')) this.scripts.set(fileURLToPath(script.url), script.scriptId);
			const reply = answer.safeParse(message).data;
			if (reply) this.answered.get(reply.id)?.(reply.result);
			const stop = paused.safeParse(message).data;
			if (stop) this.stopped?.(stop);
		});
	}

	/** `address`: what `--inspect` was given. */
	static async attach(address: string, cleanUp: CleanUp): Promise<Debugger> {
		const [{ webSocketDebuggerUrl }] = targets.parse(await (await fetch(`http://${address}/json/list`)).json());
		const socket = new WebSocket(webSocketDebuggerUrl);
		await cleanUp.later(() => socket.close());
		await new Promise((opened) => socket.addEventListener('open', opened, { once: true }));
		const attached = new Debugger(socket);
		await attached.send('Debugger.enable');
		return attached;
	}

	/** Sets a breakpoint in a source file, runs `work` into it, and resolves with where that stopped and the stack there. */
	async stopAt(place: Place, bundleFile: string, work: () => Promise<unknown>): Promise<Stop> {
		const bundle = await readBundle(bundleFile);
		const scriptId = this.scripts.get(bundleFile);
		const breakpoint = await this.send('Debugger.setBreakpoint', {
			location: { scriptId, ...generated(bundle, place) },
		});
		const stop = new Promise<z.infer<typeof paused>>((resolve) => (this.stopped = resolve));
		const worked = work();
		const [frame] = (await stop).params.callFrames;
		const { callFrameId } = frame;
		const { result } = evaluated.parse(
			await this.send('Debugger.evaluateOnCallFrame', { callFrameId, expression: 'new Error().stack' }),
		);
		await this.send('Debugger.removeBreakpoint', breakpoint);
		await this.send('Debugger.resume');
		await worked;
		return { place: original(bundle, frame.location), stack: result.value };
	}

	private async send(method: string, params: unknown = {}): Promise<unknown> {
		const id = ++this.sent;
		return await new Promise((resolve) => {
			this.answered.set(id, resolve);
			this.socket.send(JSON.stringify({ id, method, params }));
		});
	}
}

interface Bundle {
	readonly path: string;
	readonly lines: readonly string[];
	readonly map: SourceMap;
}

async function readBundle(path: string): Promise<Bundle> {
	const [code, map] = await Promise.all([path, `${path}.map`].map(async (file) => await readFile(file, 'utf8')));
	return { path, lines: (code ?? '').split('\n'), map: new SourceMap(JSON.parse(map ?? '')) };
}

/** Where the protocol has what a bundle makes of a place, counted from 0. */
function generated(
	bundle: Bundle,
	{ file, line }: Place,
): { readonly lineNumber: number; readonly columnNumber: number } {
	for (const [lineNumber, text] of bundle.lines.entries()) {
		const columnNumber = text.search(/\S|$/);
		const found = original(bundle, { lineNumber, columnNumber });
		if (found?.file === file && found.line === line) return { lineNumber, columnNumber };
	}
	throw new Error(`${bundle.path} has nothing of line ${line} of ${file}`);
}

function original(
	{ path, map }: Bundle,
	{ lineNumber, columnNumber }: { lineNumber: number; columnNumber: number },
): Place | undefined {
	const entry = map.findEntry(lineNumber, columnNumber);
	if (!('originalSource' in entry)) return undefined;
	return { file: resolve(dirname(path), entry.originalSource), line: entry.originalLine + 1 };
}

// n8n around the node: passes, tries, node runs, tool calls, Retry execution, and what it keeps of an execution's memory.

import { setMaxListeners } from 'node:events';

import type { Account, Chronicle, Given, Kept, Pass, Report, Writer } from './chronicle';
import { copied, damage, type Memory } from './memory';
import { contextOf } from './n8n';
import type { ExecutionPlan, ItemPlan, NodePlan, RawParameters } from './plan';
import { Crash, hostOf, Process, type Surroundings } from './process';
import type { Item } from './program';
import { checkPutOut } from './rules/output';
import { checkReport } from './rules/reports';
import { isRepeated, isUnknown, isWritten } from './rules/sending';
import { hasFailed, isRecord, reasonOf, type Result } from './said';
import { passing, type Open } from './watching';
import { asksOf, paymentOf, setBy, writerOf } from './writer';

export { watched } from './watching';

type Ending = 'ok' | 'failed' | 'crashed' | 'canceled';

/** Where an execution begins: with which run of which node. */
interface Begin {
	readonly node: number;
	readonly run: number;
}

/** One run of a node, or one call of a tool. */
export interface Run {
	readonly node: NodePlan;
	readonly items: readonly ItemPlan[];
	/** Undefined for a call of a tool. */
	readonly number: number | undefined;
	readonly place: string;
	/** What the items apply that come from the inbox. */
	readonly given?: readonly Given[];
}

/** What n8n gets of one run of `execute()`. */
export type End = { readonly items: readonly Item[] } | { readonly error: unknown };

export class Execution {
	private memory: Memory = {};
	private stop = stopButton();
	private isEdited = false;
	private retried = 0;
	private passes = 0;
	private calls = 0;
	private readonly writers = new Map<string, Writer>();
	/** What n8n has stored of the items that apply a preview. */
	private readonly given = new Map<string, Given>();
	private readonly open = new Set<Pass>();

	constructor(
		private readonly number: number,
		private readonly plan: ExecutionPlan,
		private readonly world: Surroundings,
		private readonly newProcess: () => Process,
		private process: Process,
	) {}

	async run(): Promise<void> {
		const { chronicle, dice } = this.world;
		const { clock } = chronicle;
		const { startsAt, cancelAfter, crashAtStep, retries, keepsContext } = this.plan;
		await clock.sleep(startsAt);
		if (crashAtStep !== undefined) this.process.stepsLeft = crashAtStep;
		if (cancelAfter !== undefined && keepsContext) clock.in(cancelAfter, () => this.cancel());
		let begin: Begin = { node: 0, run: 0 };
		for (; ; this.retried += 1) {
			const { at, ending } = await this.runFrom(begin);
			chronicle.tell(`Execution ${this.number}: ${ending}`);
			if (ending === 'ok' || this.retried === retries) return;
			begin = at;
			await clock.sleep(dice.pick([2000, 15_000, 120_000]));
			this.takenUp();
		}
	}

	/** n8n has stored the execution, and loads it for Retry. */
	private takenUp(): void {
		const { chronicle, dice } = this.world;
		this.memory = copied(this.memory);
		this.stop = stopButton();
		this.isEdited ||= dice.roll(0.5);
		if (this.process.hasCrashed || this.plan.retriesElsewhere) this.process = this.newProcess();
		const edited = this.isEdited ? `, workflow edited (${this.plan.edit})` : '';
		chronicle.tell(`Execution ${this.number}: Retry in process ${this.process.number}${edited}`);
		const damaged = this.plan.isDamaged ? damage(this.memory, dice) : undefined;
		if (damaged === undefined) return;
		chronicle.tell(`  What is stored is damaged: ${damaged}`);
		for (const writer of this.writers.values()) writer.isDamaged = true;
		this.isDamaged = true;
	}

	private isDamaged = false;

	private cancel(): void {
		const { chronicle } = this.world;
		chronicle.tell(`Execution ${this.number}: canceled`);
		for (const pass of this.open) pass.canceledAt = chronicle.clock.time;
		this.stop.abort();
	}

	/** As the workflow is now: two nodes may have swapped their names. */
	private get nodes(): readonly NodePlan[] {
		const { nodes, edit } = this.plan;
		const [one, other, ...rest] = nodes;
		if (!this.isEdited || edit !== 'swapped' || !one || !other || one.isTool || other.isTool) return nodes;
		return [asAnother(one, other), asAnother(other, one), ...rest];
	}

	/** Nodes and their runs in turn; Retry begins with the run that has failed. */
	private async runFrom(begin: Begin): Promise<{ at: Begin; ending: Ending }> {
		for (const [node, plan] of this.nodes.entries()) {
			const runs = plan.isTool ? 1 : plan.runs.length;
			for (let run = node === begin.node ? begin.run : 0; node >= begin.node && run < runs; run += 1) {
				const ending = await this.runNode(plan, run);
				if (ending !== 'ok') return { at: { node, run }, ending };
			}
		}
		return { at: begin, ending: 'ok' };
	}

	private async runNode(node: NodePlan, number: number): Promise<Ending> {
		const before = copied(this.memory);
		const since = this.world.chronicle.clock.time;
		const place = `${node.name} run ${number}`;
		const run = { node, items: node.runs[number] ?? [], number, place };
		const ending = node.isTool ? await this.callTool(node) : await this.runWithTries(run);
		if (!this.process.hasCrashed) return ending;
		this.memory = before;
		this.lose(since, (writer) => (node.isTool ? writer.place.startsWith(`${node.name} `) : writer.place === place));
		return 'crashed';
	}

	/** Items whose records went with the process. */
	private lose(since: number, isOfRun: (writer: Writer) => boolean): void {
		const isNoted = (report: Report) => report.at <= since && (isWritten(report) || isRepeated(report));
		const lost = [...this.writers.values()].filter((writer) => isOfRun(writer) && !writer.reports.some(isNoted));
		for (const writer of lost) {
			writer.isLost = true;
			if (writer.attempts.length > 0) writer.excuses.add('crash');
		}
		for (const [key, writer] of this.writers) if (writer.isLost) this.writers.delete(key);
	}

	/** One run of a node of the inbox, which n8n neither repeats nor takes up again. */
	async runOnce(run: Run): Promise<readonly Result[]> {
		const { results } = await this.pass(run, 1);
		if (this.process.hasCrashed) this.lose(0, () => true);
		return results;
	}

	/** An agent calls the tool for several things at once, and again for what did not work. */
	private async callTool(node: NodePlan): Promise<Ending> {
		const { chronicle, dice } = this.world;
		const { clock } = chronicle;
		const calls = node.runs.map(async (items) => {
			await clock.sleep(dice.pick([0, 0, 500, 5000]));
			for (let again = dice.whole(0, 1); ; again -= 1) {
				const place = `${node.name} call ${this.calls}`;
				this.calls += 1;
				const { results } = await this.pass({ node, items, number: undefined, place }, 0);
				const isDone = !results.some((result) => hasFailed(result));
				if (isDone || again === 0 || this.process.hasCrashed || this.stop.signal.aborted) return;
			}
		});
		await Promise.all(calls);
		return this.stop.signal.aborted ? 'canceled' : 'ok';
	}

	/** Retry On Fail repeats a pass that threw, and one whose first item has failed. */
	private async runWithTries(run: Run): Promise<Ending> {
		const { node } = run;
		const { clock } = this.world.chronicle;
		for (let attempt = 1; ; attempt += 1) {
			const { end } = await this.pass(run, attempt);
			if (this.process.hasCrashed) return 'crashed';
			if (this.stop.signal.aborted) return 'canceled';
			const threw = 'error' in end;
			const isRepeated = threw || end.items[0]?.json['error'] !== undefined;
			const tries = this.plan.keepsContext ? node.tries : 1;
			if (!isRepeated || attempt >= tries) return threw ? 'failed' : 'ok';
			await clock.sleep(node.waitBetweenTries);
		}
	}

	/** One run of `execute()`. */
	private async pass(run: Run, attempt: number): Promise<{ end: End; results: readonly Result[] }> {
		const { node, items, place } = run;
		const { chronicle } = this.world;
		this.passes += 1;
		const pass: Pass = {
			name: `${place}, pass ${this.passes}`,
			execution: this.number,
			process: this.process.number,
			begunAt: chronicle.clock.time,
			first: new Map(),
			requests: new Map(),
			heldUntil: 0,
			canceledAt: this.stop.signal.aborted ? chronicle.clock.time : undefined,
		};
		chronicle.tell(`${pass.name} (execution ${this.number}, process ${this.process.number}, try ${attempt})`);
		const prepared = items.map((plan, item) => this.prepare(plan, item, run));
		const { process } = this;
		this.open.add(pass);
		const open: Open = { writers: prepared.map(({ writer }) => writer), chronicle, results: [] };
		const end = await passing.run(open, async () => await this.execute(run, prepared, pass));
		this.open.delete(pass);
		process.letGo(pass);
		const { results } = open;
		if (process.hasCrashed) return { end, results: [] };
		results.forEach((result, item) => {
			const known = prepared[item];
			if (known) this.report(result, pass, known);
		});
		checkPutOut(chronicle, { name: pass.name, node, count: items.length, results, end });
		return { end, results };
	}

	private async execute(run: Run, prepared: readonly Prepared[], pass: Pass): Promise<End> {
		const { node, number } = run;
		const { process, stop } = this;
		const isPasted = this.isEdited && this.plan.edit === 'pasted';
		const id = `${node.name} ${isPasted ? 'pasted' : 'drawn'}`;
		const { name, operation, isTool, continueOnFail } = node;
		const context = contextOf({
			node: { id, name, operation, isTool, continueOnFail, retryOnFail: this.plan.keepsContext && node.tries > 1 },
			items: prepared.map(({ raw }) => raw),
			run: number,
			executionId: this.executionId,
			memory: this.plan.keepsContext ? this.memory : {},
			cancel: this.plan.keepsContext ? stop.signal : undefined,
			openCredential: async () => await process.openCredential(node.baseUrl),
			request: async (request, signal) => await process.request(request, signal, pass),
		});
		const work = process.program.execute(context).then(
			([out = []]): End => ({ items: out }),
			(error: unknown): End => ({ error }),
		);
		return await Promise.race([work, process.death]).catch(endOfDead);
	}

	/** Retry is an execution of its own, as n8n counts. */
	private get executionId(): string {
		return `${this.plan.keepsContext ? '' : 'v2-'}${this.number}-${this.retried}`;
	}

	private report(result: Result, pass: Pass, { writer, account, isChanged, adds }: Prepared): void {
		const { chronicle } = this.world;
		const outcome = hasFailed(result) ? ` (${result.details.outcome})` : '';
		chronicle.tell(`  ${writer.name}: reported as ${reasonOf(result)}${outcome}`);
		const attempts = writer.attempts.length;
		const { place, item } = writer;
		const isSame = (other: Writer) => other.isLost && other.place === place && other.item === item;
		// A doubt that was stored before the crash.
		if (isUnknown(result) && attempts === 0 && chronicle.writers.some(isSame)) writer.excuses.add('crash');
		const report = { writer, pass, at: chronicle.clock.time, result, attempts, isChanged, account, adds };
		writer.reports.push(report);
		keepPreview(report, chronicle);
		// Another call of the tool may have taken up its doubt meanwhile.
		if (!isUnknown(result)) writer.isInDoubt = false;
		chronicle.reports.push(report);
		checkReport(chronicle, report);
	}

	private prepare(plan: ItemPlan, item: number, run: Run): Prepared {
		const { node, place } = run;
		const writer = this.writerAt(item, { place, isTool: node.isTool });
		const { raw, account } = plan.applies ? this.applying(plan, item, run) : this.raw(plan, node);
		writer.given = plan.applies ? this.given.get(`${place} ${item}`) : undefined;
		writer.isPerhaps ||= writer.given?.sentBefore === 'perhaps';
		setBy(writer, raw);
		const before = writer.attempts.length > 0 ? writer.begunAs : undefined;
		writer.asks = asksOf(node.operation, raw, writer.given?.kept.id ?? account?.name);
		// A credential for another host applies no preview.
		const whose = account?.host === hostOf(node.baseUrl) ? account : undefined;
		writer.payment = paymentOf(node.operation, raw, { account: whose, given: writer.given });
		writer.reference ??= referenceIn(writer.given);
		const isChanged = before !== undefined && before !== writer.asks;
		const resource = account?.idName === 'userId' ? 'user' : 'org';
		const id = plan.isLoud ? account?.id.toUpperCase() : account?.id;
		const given = { ...raw, resource, [account?.idName ?? 'orgId']: id };
		return { raw: given, writer, account, isChanged, adds: node.operation !== 'updateBalance' };
	}

	private raw(plan: ItemPlan, { baseUrl }: NodePlan): { raw: RawParameters; account: Account | undefined } {
		const { accounts } = this.world;
		const changed = this.isEdited ? plan.changed : undefined;
		const ofHost = accounts.filter(({ host }) => host === hostOf(baseUrl));
		return { raw: changed ?? plan.raw, account: ofHost[changed ? plan.changedAccount : plan.account] };
	}

	/** The item keeps what it was given first, as n8n has stored it. */
	private applying({ raw, applies }: ItemPlan, item: number, { place, given }: Run) {
		const { kept } = this.world.chronicle;
		const key = `${place} ${item}`;
		const chosen = kept[(applies?.nth ?? 0) % Math.max(1, kept.length)];
		const mine = this.given.get(key) ?? given?.[item] ?? (chosen && takenBy(applies, chosen));
		if (mine) {
			this.given.set(key, mine);
			mine.kept.isTaken = true;
		}
		const stored: unknown = applies?.isText ? mine?.kept.json : JSON.parse(mine?.kept.json ?? 'null');
		return { raw: { ...raw, preview: stored, sentBefore: mine?.sentBefore ?? 'no' }, account: mine?.kept.account };
	}

	private writerAt(item: number, { place, isTool }: { place: string; isTool: boolean }): Writer {
		const key = `${place} ${item}`;
		const known = this.writers.get(key);
		if (known) return known;
		const writer = writerOf({ execution: this.number, place, isTool, item, isDamaged: this.isDamaged });
		this.writers.set(key, writer);
		this.world.chronicle.writers.push(writer);
		return writer;
	}
}

function referenceIn(given: Given | undefined): string | undefined {
	const reference = given?.kept.preview['reference'];
	return typeof reference === 'string' ? reference : undefined;
}

interface Prepared {
	readonly raw: RawParameters;
	readonly writer: Writer;
	readonly account: Account | undefined;
	readonly isChanged: boolean;
	readonly adds: boolean;
}

/** Each request of an execution listens to it. */
function stopButton(): AbortController {
	const stop = new AbortController();
	setMaxListeners(0, stop.signal);
	return stop;
}

function endOfDead(reason: unknown): End {
	if (reason instanceof Crash) return { error: reason };
	throw reason;
}

/** What stands in a node under another one's name; n8n goes on with the items that it had stored. */
function asAnother(node: NodePlan, other: NodePlan): NodePlan {
	const items = other.runs[0] ?? [];
	const runs = node.runs.map((run) => run.map((_, item) => items[item % items.length]).flatMap((each) => each ?? []));
	return { ...other, name: node.name, runs };
}

function takenBy(applies: ItemPlan['applies'], kept: Kept): Given {
	const { sentBefore = 'honest' } = applies ?? {};
	if (sentBefore !== 'honest') return { kept, sentBefore };
	return { kept, sentBefore: kept.isTaken ? 'perhaps' : 'no' };
}

/** The workflow stores what a dry run puts out. */
function keepPreview({ result, account, writer }: Report, { kept }: Chronicle): void {
	if (!account || hasFailed(result) || !isRecord(result.json['preview'])) return;
	const { preview } = result.json;
	const json = JSON.stringify(result.json);
	kept.push({ id: String(preview['id']), json, preview, account, look: writer.look, by: writer, isTaken: false });
}

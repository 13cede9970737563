// n8n around the node: passes, tries, node runs, tool calls, Retry execution, and what it keeps of an execution's memory.

import { ownerKinds } from '../../nodes/ZooBilling/balance/owner';
import { Failure } from '../../nodes/ZooBilling/failures/failure';
import type { Page, Task } from '../../nodes/ZooBilling/item';
import type { Result } from '../../nodes/ZooBilling/result';
import { openJournal } from '../../nodes/ZooBilling/journal';
import { adjustBalance } from '../../nodes/ZooBilling/operations/adjustBalance';
import { applyPreview } from '../../nodes/ZooBilling/operations/applyPreview';
import { updateBalance } from '../../nodes/ZooBilling/operations/updateBalance';
import { isRecord } from '../../nodes/ZooBilling/refusal';
import { runPass } from '../../nodes/ZooBilling/run';
import type { Account, Chronicle, Given, Kept, Pass, Report, Writer } from './chronicle';
import { amountsIn } from './money';
import type { RawParameters } from '../../nodes/ZooBilling/operations/operation';
import type { ExecutionPlan, ItemPlan, NodePlan } from './plan';
import { Crash, Process, Stop, writing, type Surroundings } from './process';
import { checkReport, reasonOf } from './rules/reports';
import { isUnknown, isWritten } from './rules/sending';

const operations = { adjustBalance, applyPreview, updateBalance };

type Context = Record<string, unknown>;
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

export class Execution {
	private context: Context = {};
	private stop = new Stop();
	private isEdited = false;
	private passes = 0;
	private calls = 0;
	private readonly writers = new Map<string, Writer>();
	/** What n8n has stored of the items that apply a preview. */
	private readonly given = new Map<string, Given>();

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
		const { startsAt, cancelAfter, crashAtStep, retries } = this.plan;
		await clock.sleep(startsAt);
		if (crashAtStep !== undefined) this.process.stepsLeft = crashAtStep;
		if (cancelAfter !== undefined) clock.in(cancelAfter, () => this.cancel());
		let begin: Begin = { node: 0, run: 0 };
		for (let retry = 0; ; retry += 1) {
			const { at, ending } = await this.runFrom(begin);
			chronicle.tell(`Execution ${this.number}: ${ending}`);
			// n8n stores the execution, and loads it for Retry.
			this.context = copied(this.context);
			if (ending === 'ok' || retry === retries) return;
			begin = at;
			await clock.sleep(dice.pick([2000, 15_000, 120_000]));
			this.stop = new Stop();
			this.isEdited ||= dice.roll(0.5);
			if (this.process.hasCrashed || this.plan.retriesElsewhere) this.process = this.newProcess();
			chronicle.tell(
				`Execution ${this.number}: Retry in process ${this.process.number}${this.isEdited ? ', workflow edited' : ''}`,
			);
		}
	}

	private cancel(): void {
		const { chronicle } = this.world;
		chronicle.tell(`Execution ${this.number}: canceled`);
		this.stop.press();
		for (const pass of this.open) pass.canceledAt = chronicle.clock.time;
	}

	private readonly open = new Set<Pass>();

	/** Nodes and their runs in turn; Retry begins with the run that has failed. */
	private async runFrom(begin: Begin): Promise<{ at: Begin; ending: Ending }> {
		for (const [node, plan] of this.plan.nodes.entries()) {
			const runs = plan.isTool ? 1 : plan.runs.length;
			for (let run = node === begin.node ? begin.run : 0; node >= begin.node && run < runs; run += 1) {
				const ending = await this.runNode(plan, run);
				if (ending !== 'ok') return { at: { node, run }, ending };
			}
		}
		return { at: begin, ending: 'ok' };
	}

	private async runNode(node: NodePlan, number: number): Promise<Ending> {
		const before = copied(this.context);
		const since = this.world.chronicle.clock.time;
		const place = `${node.name} run ${number}`;
		const run = { node, items: node.runs[number] ?? [], number, place };
		const ending = node.isTool ? await this.callTool(node) : await this.runWithTries(run);
		if (!this.process.hasCrashed) return ending;
		this.context = before;
		this.lose(since, (writer) => (node.isTool ? writer.place.startsWith(`${node.name} `) : writer.place === place));
		return 'crashed';
	}

	/** Items whose pages went with the process. */
	private lose(since: number, isOfRun: (writer: Writer) => boolean): void {
		const isKept = ({ reports }: Writer) => reports.some((report) => report.at <= since && isWritten(report));
		const lost = [...this.writers.values()].filter((writer) => isOfRun(writer) && !isKept(writer));
		for (const writer of lost) {
			writer.isLost = true;
			if (writer.attempts.length > 0) writer.excuses.add('crash');
		}
		for (const [key, writer] of this.writers) if (writer.isLost) this.writers.delete(key);
	}

	/** One run of a node of the inbox, which n8n neither repeats nor takes up again. */
	async runOnce(run: Run): Promise<readonly Result[]> {
		const results = await this.pass(run, 1);
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
				const results = await this.pass({ node, items, number: undefined, place }, 0);
				const hasFailed = results.some((result) => result instanceof Failure);
				if (!hasFailed || again === 0 || this.process.hasCrashed || this.stop.isPressed) return;
			}
		});
		await Promise.all(calls);
		return this.stop.isPressed ? 'canceled' : 'ok';
	}

	/** Retry On Fail repeats a pass that threw, and one whose first item has failed. */
	private async runWithTries(run: Run): Promise<Ending> {
		const { node } = run;
		const { clock } = this.world.chronicle;
		for (let attempt = 1; ; attempt += 1) {
			const results = await this.pass(run, attempt);
			if (this.process.hasCrashed) return 'crashed';
			if (this.stop.isPressed) return 'canceled';
			const threw = !node.continueOnFail && results.some((result) => result instanceof Failure);
			const isRepeated = threw || results[0] instanceof Failure;
			if (!isRepeated || attempt === node.tries) return threw ? 'failed' : 'ok';
			await clock.sleep(node.waitBetweenTries);
		}
	}

	/** One run of `execute()`. */
	private async pass(run: Run, attempt: number): Promise<readonly Result[]> {
		const { node, items, number, place } = run;
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
			canceledAt: undefined,
		};
		chronicle.tell(`${pass.name} (execution ${this.number}, process ${this.process.number}, try ${attempt})`);
		const prepared = items.map((plan, item) => this.prepare(plan, item, run));
		const { process, stop } = this;
		const zoo = process.connect(pass, stop);
		const nodePlace = { nodeName: node.name, run: number, host: zoo.host };
		const journal = openJournal(this.context, nodePlace, process.register);
		this.open.add(pass);
		const stopOnFailure = !node.continueOnFail;
		const checked = prepared.map(({ task }) => task);
		const results = await runPass(checked, { zoo, stopOnFailure, journal }).catch(resultsOfDead);
		this.open.delete(pass);
		process.letGo(pass);
		if (process.hasCrashed) return results;
		const hasFailed = results.some((result) => result instanceof Failure);
		const mayRepeat = stop.isPressed || (hasFailed && (stopOnFailure || node.tries > 1));
		if (!mayRepeat) journal.close();
		if (results.length !== items.length)
			chronicle.breaks('each item has one report', `${results.length} for ${items.length}`);
		results.forEach((result, item) => {
			const known = prepared[item];
			if (known) this.report(result, pass, known);
			const by = result instanceof Failure ? result.details['blockedBy'] : undefined;
			const blocker = typeof by === 'number' ? results[by] : undefined;
			if (blocker && !isUnknown(blocker)) {
				chronicle.breaks('an item is blocked only by what is in doubt', known?.writer.name ?? '');
			}
		});
		return results;
	}

	private report(result: Result, pass: Pass, { writer, account, isChanged, adds }: Prepared): void {
		const { chronicle } = this.world;
		const outcome = result instanceof Failure ? ` (${result.details.outcome})` : '';
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
		const writer = this.writerOf(item, { place, isTool: node.isTool });
		const { raw, account } = plan.applies ? this.applying(plan, item, run) : this.raw(plan);
		if (plan.applies) writer.given = this.given.get(`${place} ${item}`);
		const operation = operations[node.operation];
		const kind = ownerKinds[account?.idName === 'userId' ? 'user' : 'org'];
		const checked = operation.prepare(
			{ ...raw, [kind.idParameter]: plan.isLoud ? account?.id.toUpperCase() : account?.id },
			kind,
			item,
		);
		const adds = operation.adds ?? operation.preview ?? false;
		const text = checked instanceof Failure ? undefined : checked.writes?.text;
		const isChanged = writer.asks !== undefined && writer.asks !== text;
		if (checked instanceof Failure) return { task: checked, writer, account, isChanged, adds };
		const { onlyIf = [], retryFor, validFor = Infinity, repeatedReference } = checked.options;
		writer.conditions = amountsIn(
			Object.fromEntries(onlyIf.map(({ field, amount }) => [field.wire, amount.toString()])),
		);
		writer.retryFor = retryFor;
		writer.validFor = validFor;
		writer.returnsFirst = repeatedReference === 'returnFirst' ? checked.subject.reference : undefined;
		return { task: this.watched(checked, writer), writer, account, isChanged, adds };
	}

	private raw(plan: ItemPlan): { raw: RawParameters; account: Account | undefined } {
		const { accounts } = this.world;
		const isEdited = this.isEdited && plan.changed !== undefined;
		return {
			raw: isEdited ? plan.changed : plan.raw,
			account: accounts[isEdited ? plan.changedAccount : plan.account],
		};
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

	/** A task that tells the world whose requests it sends, and by which page. */
	private watched(task: Task, writer: Writer): Task {
		const { chronicle } = this.world;
		return {
			...task,
			run: async (session, resumed) => {
				writer.look = undefined;
				if (resumed) takeUp(writer, resumed, chronicle.writers);
				if (resumed && resumed.asks !== task.writes?.text) {
					chronicle.breaks('what asks for something else now is not taken up again', writer.name);
				}
				const begin: typeof session.begin = (preview) => {
					const page = session.begin(preview);
					if (!(page instanceof Failure)) Object.assign(writer, { preview, page: page.id, asks: page.asks });
					return page;
				};
				const result = await writing.run(writer, async () => await task.run({ ...session, begin }, resumed));
				// What stands there by nobody's doing here closes the owner to nobody.
				writer.isInDoubt = isUnknown(result) && reasonOf(result) !== 'alreadyThere';
				return result;
			},
		};
	}

	private writerOf(item: number, { place, isTool }: { place: string; isTool: boolean }): Writer {
		const { chronicle } = this.world;
		const key = `${place} ${item}`;
		const known = this.writers.get(key);
		if (known) return known;
		const writer: Writer = {
			name: `[${place}, item ${item}]`,
			execution: this.number,
			place,
			isTool,
			item,
			attempts: [],
			reports: [],
			excuses: new Set(),
			isInDoubt: false,
			isLost: false,
			preview: undefined,
			page: undefined,
			asks: undefined,
			look: undefined,
			conditions: {},
			retryFor: 0,
			validFor: Infinity,
			given: undefined,
			returnsFirst: undefined,
		};
		this.writers.set(key, writer);
		chronicle.writers.push(writer);
		return writer;
	}
}

interface Prepared {
	readonly task: Task | Failure;
	readonly writer: Writer;
	readonly account: Account | undefined;
	readonly isChanged: boolean;
	readonly adds: boolean;
}

/** Of the same item, or of another call of the tool. */
function takeUp(writer: Writer, { id, preview, asks }: Page, writers: readonly Writer[]): void {
	for (const other of writers) {
		if (other === writer || other.page !== id) continue;
		other.isInDoubt = false;
		if (other.isLost) writer.excuses.add('crash');
	}
	Object.assign(writer, { preview, page: id, asks });
}

function resultsOfDead(reason: unknown): Result[] {
	if (reason instanceof Crash) return [];
	throw reason;
}

/** As a database stores it. */
function copied(context: Context): Context {
	const copy: unknown = JSON.parse(JSON.stringify(context));
	return typeof copy === 'object' && copy !== null ? { ...copy } : {};
}

function takenBy(applies: ItemPlan['applies'], kept: Kept): Given {
	const { sentBefore = 'honest' } = applies ?? {};
	if (sentBefore !== 'honest') return { kept, sentBefore };
	return { kept, sentBefore: kept.isTaken ? 'perhaps' : 'no' };
}

/** The workflow stores what a dry run puts out. */
function keepPreview({ result, account, writer }: Report, { kept }: Chronicle): void {
	if (!account || result instanceof Failure || !isRecord(result.json['preview'])) return;
	const { preview } = result.json;
	const json = JSON.stringify(result.json);
	kept.push({ id: String(preview['id']), json, preview, account, look: writer.look, by: writer, isTaken: false });
}

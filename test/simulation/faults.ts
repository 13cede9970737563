// Faults that somebody could make in the write path, as changes of its text: each has to be found by some world.

export interface Fault {
	readonly name: string;
	/** In nodes/ZooBilling. */
	readonly file: string;
	/** A text that stands there once, and what stands there instead. */
	readonly from: string;
	readonly to: string;
	/** What has to be wrong as well, where one guard stands behind another. */
	readonly also?: Omit<Fault, 'name'>;
}

export const faults: readonly Fault[] = [
	{
		name: 'where it started is tested after what was to stand there (two lines swapped)',
		file: 'writing/standing.ts',
		from: 'if (isFrom(preview, look)) {',
		to: 'if (isFrom(preview, look) && !isThere(preview, look)) {',
	},
	{
		name: 'a page is written after the send',
		file: 'writing/write.ts',
		from: `const page = session.begin(preview);
	return page instanceof Failure ? page : await send(session, { intent, kind, page, doubt });`,
		to: `const early: Page = { id: 'p', asks: '', adds: kind.adds, preview, mark: session.register.mark(), state: 'begun' };
	const result = await send(session, { intent, kind, page: early, doubt });
	session.begin(preview);
	return result;`,
	},
	{
		name: 'a doubt is forgotten',
		file: 'records/journal.ts',
		from: 'if (isUnknown(result)) this.keepInDoubt',
		to: 'if (isUnknown(result)) this.forget(item, home, page); else if (!page) this.keepInDoubt',
	},
	{
		name: 'a stale look is believed',
		file: 'records/register.ts',
		from: 'if (entry.newest && isEarlier(moment, entry.newest)) return false;',
		to: '',
	},
	{
		name: 'the answer to a write does not count as seen',
		file: 'writing/write.ts',
		from: 'isFresh(session, intent, reply.balance.updated_at);\n			return tooLittle(reply);',
		to: 'return tooLittle(reply);',
	},
	{
		name: 'a lock by spelling',
		file: 'balance/owner.ts',
		from: 'text.length === id.length) ? id.toLowerCase() : undefined;',
		to: 'text.length === id.length) ? id : undefined;',
	},
	{
		name: 'no lock between executions',
		file: 'pass/schedule.ts',
		from: 'const before = tails.get(key);',
		to: 'const before = tails.get(key + String(tails.size));',
	},
	{
		name: 'a no is taken for a proof',
		file: 'zoo/retry.ts',
		from: "const CLAIM: Meaning = { proves: 'claim', again: false };",
		to: "const CLAIM: Meaning = { proves: 'notApplied', again: false };",
	},
	{
		name: 'a request to wait is taken for a proof',
		file: 'zoo/retry.ts',
		from: "const ASKED_TO_WAIT: Meaning = { proves: 'claim',",
		to: "const ASKED_TO_WAIT: Meaning = { proves: 'notApplied',",
	},
	{
		name: 'a time-out is taken for a claim',
		file: 'zoo/retry.ts',
		from: "const PERHAPS: Meaning = { proves: 'perhaps',",
		to: "const PERHAPS: Meaning = { proves: 'claim',",
	},
	{
		name: 'another balance after an attempt without an answer means not applied',
		file: 'writing/standing.ts',
		from: "	else: { perhaps: 'unknown', claim: 'unknown' },",
		to: "	else: { perhaps: 'notApplied', claim: 'notApplied' },",
	},
	{
		name: 'a balance that was touched since counts as untouched',
		file: 'writing/standing.ts',
		from: "fromTouched: { perhaps: 'unknown', claim: 'unknown' }",
		to: "fromTouched: { perhaps: 'notApplied', claim: 'notApplied' }",
	},
	{
		name: 'what is settled is taken for fresh',
		file: 'records/journal.ts',
		from: 'const isKept = task !== undefined || hasWritten(page);',
		to: 'const isKept = page === undefined;',
	},
	{
		name: 'an item with other parameters is taken up again',
		file: 'records/journal.ts',
		from: 'return writes?.text === asks && preview.host === this.host;',
		to: 'return writes !== undefined && asks !== undefined && preview.host === this.host;',
	},
	{
		name: 'no rest before the last look',
		file: 'writing/sending.ts',
		from: 'await this.exchange.pause(REST);',
		to: '',
	},
	{
		name: 'no rest between items after an attempt without an answer',
		file: 'pass/run.ts',
		from: 'if (task.writes) await rest',
		to: 'if (!task.writes) await rest',
	},
	{
		name: 'a payment reference may be used twice',
		file: 'records/journal.ts',
		from: 'return !user || (user.run === home.run && user.item === home.item) ? undefined : this.nameOf(user);',
		to: 'return !user || user.item !== -1 || home.item === -1 ? undefined : this.nameOf(user);',
	},
	{
		name: 'an update that was overtaken is sent',
		file: 'records/journal.ts',
		from: 'if (later === undefined || later <= subject.item) return { task: checked };',
		to: 'if (later === undefined || later < Infinity) return { task: checked };',
	},
	{
		name: 'an owner in doubt stays open',
		file: 'records/journal.ts',
		from: 'find(({ page: { id } }) => id !== own?.id && id !== here)',
		to: 'find(({ page: { id } }) => id === own?.id && id === here)',
	},
	{
		name: 'an adjustment is sent again without a look',
		file: 'writing/sending.ts',
		from: "lookFirst = this.write.builtOnLook || this.doubt === 'perhaps';",
		to: "lookFirst = this.doubt === 'perhaps';",
	},
	{
		name: 'a cancellation is not noticed',
		file: 'zoo/exchange.ts',
		from: "if (this.world.canceled()) return 'canceled';",
		to: '',
	},
	{
		name: 'nobody waits when Zoo asks to',
		file: 'zoo/exchange.ts',
		from: 'if (held <= 0) return undefined;',
		to: 'if (held < 1e9) return undefined;',
	},
	{
		name: 'a final answer is retried',
		file: 'zoo/exchange.ts',
		from: 'return verdict.again && again ? wait : undefined;',
		to: 'return again ? wait : undefined;',
	},
	{
		name: 'the end of a run forgets its doubts',
		file: 'records/journal.ts',
		from: 'if (doubts.length > 0) this.stored.runs[this.run] = Object.fromEntries(doubts);',
		to: 'if (doubts.length < 0) this.stored.runs[this.run] = Object.fromEntries(doubts);',
	},
	{
		name: 'a resumed adjustment is computed again',
		file: 'operations/adjustBalance.ts',
		from: 'if (resumed) return await resume(session, intent, kind, resumed);',
		to: '',
	},
	{
		name: "'Only If Balance Is' is not looked at",
		file: 'writing/look.ts',
		from: 'return found.length > 0 ? conditionNotMet',
		to: 'return found.length > 99 ? conditionNotMet',
	},
	{
		name: 'the report names the change instead of what was written',
		file: 'writing/report.ts',
		from: 'asked: amountsByName(target),\n	};',
		to: 'asked: amountsByName(intent.amounts),\n	};',
	},
	{
		name: 'a note about other writers counts its own as well',
		file: 'records/register.ts',
		from: 'write.at > at && write.by !== page',
		to: 'write.at > at && write.by === page',
	},
	{
		name: 'an earlier claim is forgotten when a later one is believed',
		file: 'writing/sending.ts',
		from: 'this.claims.every(isBelieved)',
		to: 'this.claims.some(isBelieved)',
	},
	{
		name: 'a busy proxy’s 503 with a wait is taken for a no',
		file: 'zoo/retry.ts',
		from: 'return { ...PERHAPS, holdsAll: true };',
		to: 'return ASKED_TO_WAIT;',
	},
	{
		name: 'Apply begins a record of its own each time',
		file: 'records/journal.ts',
		from: 'if (writes?.applies !== undefined) return writes.text;',
		to: 'if (writes?.applies !== undefined) return undefined;',
	},
	{
		name: 'a preview that may have been sent is sent without a doubt',
		file: 'operations/applyPreview.ts',
		from: "begin(session, { intent, kind, doubt: 'perhaps' }, stored)",
		to: "begin(session, { intent, kind, doubt: 'none' }, stored)",
	},
	{
		name: 'a preview is written whatever the balance is now',
		file: 'operations/applyPreview.ts',
		from: "if (is('none') === 'send')",
		to: "if (is('none') !== 'applied')",
	},
	{
		name: 'a write goes out after Valid For',
		file: 'zoo/exchange.ts',
		from: '>= validFor',
		to: '>= validFor + 60_000',
	},
	{
		name: 'a repeated reference adds again',
		file: 'records/journal.ts',
		from: "const isOnce = writes?.adds && options.repeatedReference === 'returnFirst';",
		to: "const isOnce = writes?.adds && options.repeatedReference === 'refuse';",
	},
	{
		name: 'a payment in doubt is unknown to other executions',
		file: 'records/records.ts',
		from: "(page.state === 'settled' ? this.settled : this.inDoubt).set(page.id, page);",
		to: "if (page.state === 'settled') this.settled.set(page.id, page);",
	},
	{
		name: 'what was left in doubt is not settled first',
		file: 'pass/run.ts',
		from: 'first: plan.resumed !== undefined',
		to: 'first: plan.resumed === null',
	},
	{
		name: 'a canceled run forgets its records',
		file: 'execution.ts',
		from: 'if (context.getExecutionCancelSignal()?.aborted) return true;',
		to: 'if (context.getExecutionCancelSignal()?.aborted) return false;',
	},
	{
		name: 'all runs of a node share their records',
		file: 'execution.ts',
		from: 'Number(context.getWorkflowDataProxy(0).$runIndex)',
		to: '0',
	},
	{
		name: 'places are keyed by the ID of the node',
		file: 'execution.ts',
		from: 'const { name: nodeName } = context.getNode();',
		to: 'const { id: nodeName } = context.getNode();',
	},
	{
		name: 'the host of a preview is compared without its port',
		file: 'operations/applyPreview.ts',
		from: 'if (stored.host !== session.host) {',
		to: "if (stored.host.split(':')[0] !== session.host.split(':')[0]) {",
	},
	{
		name: 'Valid For is counted from after the credential was opened',
		file: 'zoo/transport.ts',
		from: '		begunAt,\n		origin,',
		to: '		begunAt: performance.now(),\n		origin,',
	},
	{
		name: 'a repeated reference in the execution that left the doubt is refused',
		file: 'records/journal.ts',
		from: 'return isNamed && writes.payment === paymentIn(page.preview);',
		to: 'return isNamed && writes.payment === undefined;',
	},
	{
		name: 'a preview is not taken up in the execution that left the doubt',
		file: 'records/journal.ts',
		from: 'if (page.applies !== undefined && writes.text === previewName(page.applies, page.preview)) return true;\n		const',
		to: 'const',
	},
	{
		name: 'Return First Result does not see what Apply has added',
		file: 'records/records.ts',
		from: '...(adds && reference !== undefined ?',
		to: '...(adds && applies === undefined && reference !== undefined ?',
	},
	{
		name: 'a first result that was returned is not noted',
		file: 'records/journal.ts',
		from: 'this.noteTaken(item, { ...page, asks: writes?.text ?? page.asks }, result);',
		to: '',
	},
	{
		name: 'an unknown word of doubt leads to sending',
		file: 'records/stored.ts',
		from: "doubt: isOneOf('perhaps', 'claim'),",
		to: 'doubt: isText,',
		also: { file: 'writing/sending.ts', from: 'default:\n				return this.unknown(true);', to: "default:\n				return 'send';" },
	},
	{
		name: 'what happened since the first attempt does not count',
		file: 'writing/write.ts',
		from: 'otherWriterSince(page.mark, key, page.id)',
		to: 'otherWriterSince(session.register.mark(), key, page.id)',
	},
	{
		name: 'what another execution has settled is still in doubt',
		file: 'records/journal.ts',
		from: 'if (!page || !known) return page;',
		to: 'if (!page || !known || page !== known) return page;',
	},
	{
		name: 'whoever was canceled forgets what another one has settled',
		file: 'records/records.ts',
		from: "(page.state !== 'settled' && this.settled.has(page.id))",
		to: "(page.state !== 'settled' && this.settled.has(''))",
	},
	{
		name: 'all calls of a tool share their records',
		file: 'records/journal.ts',
		from: 'stored.calls[callsKey(nodeName)] = calls + 1;',
		to: 'stored.calls[callsKey(nodeName)] = calls;',
	},
	{
		name: 'a workflow stops on whatever went wrong first',
		file: 'outcome/output.ts',
		from: "failures.find(({ details }) => details.outcome === 'unknown') ??",
		to: '',
	},
	{
		name: 'the sum of a stopped workflow counts what is unknown as not sent',
		file: 'outcome/tally.ts',
		from: "unknown: 'of unknown outcome',",
		to: "unknown: 'not sent',",
	},
	{
		name: 'a connection that was closed is taken for one that never stood',
		file: 'zoo/silence.ts',
		from: "return { kind: 'silence', reached: 'perhaps', again: true, cause };",
		to: "return { kind: 'silence', reached: 'no', again: true, cause };",
	},
	{
		name: 'what trickles in is asked for again',
		file: 'zoo/silence.ts',
		from: 'again: !moving',
		to: 'again: moving || true',
	},
	{
		name: 'an engine that keeps nothing gets no notes of its executions',
		file: 'execution.ts',
		from: 'return context.getExecutionCancelSignal() === undefined ? context.getExecutionId() : undefined;',
		to: 'return undefined;',
	},
	{
		name: 'a doubt of the execution goes before what this process has added',
		file: 'records/journal.ts',
		from: "if (known?.state === 'settled' && !isOwn) return known;",
		to: '',
	},
	{
		name: 'a preview counts other writers from when it is applied',
		file: 'records/journal.ts',
		from: 'perhaps && applies !== undefined ? this.register.markOf(applies) : this.register.mark(),',
		to: 'this.register.mark(),',
	},
	{
		name: 'a preview of another process counts nobody who writes in this one',
		file: 'records/register.ts',
		from: 'return entry?.writes.some((write) => write.by !== page && !isSeen(write, looked)) ?? false;',
		to: 'return false;',
	},
	{
		name: 'what a write has made is taken for seen by whoever looked before',
		file: 'records/register.ts',
		from: '!isEarlier(then, moment);',
		to: '!isEarlier(moment, then);',
	},
	{
		name: 'notes that cannot be read are begun anew',
		file: 'records/journal.ts',
		from: 'this.isLost = found === undefined;',
		to: 'this.isLost = false;',
	},
	{
		name: 'who takes up a record begins a mark of its own',
		file: 'records/journal.ts',
		from: 'this.keepInDoubt({ run: this.run, item }, { ...page, asks });',
		to: 'this.keepInDoubt({ run: this.run, item }, { ...page, asks, mark: this.register.mark() });',
	},
];

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
		file: 'writing/decision.ts',
		from: 'if (isFrom(preview, readBack)) {',
		to: 'if (isFrom(preview, readBack) && !isThere(preview, readBack)) {',
	},
	{
		name: 'a page is written after the send',
		file: 'writing/write.ts',
		from: `const record = session.begin(preview);
	return isFailure(record) ? record : await send(session, { intent, kind, record, inDoubt });`,
		to: `const early: WriteRecord = {
		id: 'p', fingerprint: '', adds: kind.adds, preview, startedAt: session.registry.time(), state: 'inProgress',
	};
	const result = await send(session, { intent, kind, record: early, inDoubt });
	session.begin(preview);
	return result;`,
	},
	{
		name: 'a doubt is forgotten',
		file: 'records/executionScope.ts',
		from: 'if (isUnknown(result)) this.keepInDoubt',
		to: 'if (isUnknown(result)) this.forget(item, home, record); else if (!record) this.keepInDoubt',
	},
	{
		name: 'a stale look is believed',
		file: 'records/ownerRegistry.ts',
		from: 'if (entry.newest && isEarlier(moment, entry.newest)) return false;',
		to: '',
	},
	{
		name: 'the answer to a write does not count as seen',
		file: 'writing/write.ts',
		from: `observe(session, intent, reply.balance.updated_at);
			return tooLittle(reply);`,
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
		from: "const CLAIM: Meaning = { inDoubt: 'rejected', again: false };",
		to: "const CLAIM: Meaning = { inDoubt: 'no', again: false };",
	},
	{
		name: 'a request to wait is taken for a proof',
		file: 'zoo/retry.ts',
		from: "const ASKED_TO_WAIT: Meaning = { inDoubt: 'rejected',",
		to: "const ASKED_TO_WAIT: Meaning = { inDoubt: 'no',",
	},
	{
		name: 'a time-out is taken for a claim',
		file: 'zoo/retry.ts',
		from: "const PERHAPS: Meaning = { inDoubt: 'maybeApplied',",
		to: "const PERHAPS: Meaning = { inDoubt: 'rejected',",
	},
	{
		name: 'another balance after an attempt without an answer means not applied',
		file: 'writing/decision.ts',
		from: "	else: { maybeApplied: 'unknown', rejected: 'unknown' },",
		to: "	else: { maybeApplied: 'send', rejected: 'send' },",
	},
	{
		name: 'a balance that was touched since counts as untouched',
		file: 'writing/decision.ts',
		from: "fromTouched: { maybeApplied: 'unknown', rejected: 'unknown' }",
		to: "fromTouched: { maybeApplied: 'send', rejected: 'send' }",
	},
	{
		name: 'what is settled is taken for fresh',
		file: 'records/gate.ts',
		from: 'if (!task && !hasWritten(record)) return undefined;',
		to: 'if (!task || hasWritten(record)) return undefined;',
	},
	{
		name: 'an item with other parameters is taken up again',
		file: 'records/gate.ts',
		from: 'return writes?.fingerprint === fingerprint && preview.host === host;',
		to: 'return writes !== undefined && fingerprint !== undefined && preview.host === host;',
	},
	{
		name: 'no rest before the last look',
		file: 'writing/protocol.ts',
		from: 'await this.exchange.pause(SETTLE_TIME);',
		to: '',
	},
	{
		name: 'no rest between items after an attempt without an answer',
		file: 'pass/run.ts',
		from: 'if (task.writes) await settle',
		to: 'if (!task.writes) await settle',
	},
	{
		name: 'a payment reference may be used twice',
		file: 'records/executionScope.ts',
		from: 'return !user || isSamePlace(user, this.homeOf(item)) ? undefined : this.nameOf(user);',
		to: 'return !user || user.item !== -1 || item === -1 ? undefined : this.nameOf(user);',
	},
	{
		name: 'an update that was overtaken is sent',
		file: 'records/gate.ts',
		from: 'return later === undefined || later <= subject.item ? undefined',
		to: 'return later === undefined || later < Infinity ? undefined',
	},
	{
		name: 'an owner in doubt stays open',
		file: 'records/executionScope.ts',
		from: 'return id !== own?.id && id !== here;',
		to: 'return id === own?.id && id === here;',
	},
	{
		name: 'an adjustment is sent again without a look',
		file: 'writing/protocol.ts',
		from: "lookFirst = this.write.builtOnLook || this.inDoubt === 'maybeApplied';",
		to: "lookFirst = this.inDoubt === 'maybeApplied';",
	},
	{
		name: 'a cancellation is not noticed',
		file: 'zoo/session.ts',
		from: "if (this.world.canceled()) return 'canceled';",
		to: '',
	},
	{
		name: 'nobody waits when Zoo asks to',
		file: 'zoo/session.ts',
		from: 'if (held <= 0) return undefined;',
		to: 'if (held < 1e9) return undefined;',
	},
	{
		name: 'a final answer is retried',
		file: 'zoo/session.ts',
		from: 'return verdict.again && again ? wait : undefined;',
		to: 'return again ? wait : undefined;',
	},
	{
		name: 'the end of a run forgets its doubts',
		file: 'records/executionScope.ts',
		from: 'if (open.length > 0) this.stored.runs',
		to: 'if (open.length < 0) this.stored.runs',
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
		file: 'records/ownerRegistry.ts',
		from: 'write.at > at && write.by !== record',
		to: 'write.at > at && write.by === record',
	},
	{
		name: 'an earlier claim is forgotten when a later one is believed',
		file: 'writing/protocol.ts',
		from: 'this.rejections.every(isBelieved)',
		to: 'this.rejections.some(isBelieved)',
	},
	{
		name: 'a busy proxy’s 503 with a wait is taken for a no',
		file: 'zoo/retry.ts',
		from: 'return { ...PERHAPS, holdsAll: true };',
		to: 'return ASKED_TO_WAIT;',
	},
	{
		name: 'Apply begins a record of its own each time',
		file: 'records/gate.ts',
		from: 'if (writes?.applies !== undefined) return writes.fingerprint;',
		to: 'if (writes?.applies !== undefined) return undefined;',
	},
	{
		name: 'a preview that may have been sent is sent without a doubt',
		file: 'operations/applyPreview.ts',
		from: 'begin(session, { intent, kind, inDoubt: sentBefore }, stored)',
		to: "begin(session, { intent, kind, inDoubt: 'no' }, stored)",
	},
	{
		name: 'a preview is written whatever the balance is now',
		file: 'operations/applyPreview.ts',
		from: "if (is('no') === 'send')",
		to: "if (is('no') !== 'confirm')",
	},
	{
		name: 'a write goes out after Valid For',
		file: 'zoo/session.ts',
		from: 'this.world.ticks() - begunAt >= validFor || this.world.now() - begunOn >= validFor',
		to: 'this.world.ticks() - begunAt >= Infinity && validFor === begunOn',
	},
	{
		name: 'a repeated reference adds again',
		file: 'records/gate.ts',
		from: "const isOnce = writes?.adds && options.repeatedReference === 'returnFirst';",
		to: "const isOnce = writes?.adds && options.repeatedReference === 'refuse';",
	},
	{
		name: 'a payment in doubt is unknown to other executions',
		file: 'records/processScope.ts',
		from: "(record.state === 'completed' ? this.completed : this.inDoubt).set(record.id, record);",
		to: "if (record.state === 'completed') this.completed.set(record.id, record);",
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
		from: `		begunAt,
		begunOn,
		origin,`,
		to: `		begunAt: performance.now(),
		begunOn: Date.now(),
		origin,`,
	},
	{
		name: 'a repeated reference in the execution that left the doubt is refused',
		file: 'records/gate.ts',
		from: 'return isNamed && writes.payment === paymentIn(record.preview);',
		to: 'return isNamed && writes.payment === undefined;',
	},
	{
		name: 'a preview is not taken up in the execution that left the doubt',
		file: 'records/gate.ts',
		from: `if (appliesIt(writes, record)) return true;
	const`,
		to: 'const',
	},
	{
		name: 'Return First Result does not see what Apply has added',
		file: 'records/record.ts',
		from: '...(adds && reference !== undefined ? [referenceName(host, reference)]',
		to: '...(adds && applies === undefined && reference !== undefined ? [referenceName(host, reference)]',
	},
	{
		name: 'a first result that was returned is not noted',
		file: 'records/gate.ts',
		from: 'execution.noteTaken(item, { ...known, fingerprint: writes?.fingerprint ?? known.fingerprint }, result);',
		to: '',
	},
	{
		name: 'an unknown word of doubt leads to sending',
		file: 'records/stored.ts',
		from: "inDoubt: isOneOf('maybeApplied', 'rejected'),",
		to: 'inDoubt: isText,',
		also: { file: 'writing/protocol.ts', from: 'default:\n				return this.unknown(true);', to: "default:\n				return 'send';" },
	},
	{
		name: 'what happened since the first attempt does not count',
		file: 'writing/write.ts',
		from: 'concurrentWriterSince(startedAt, key, id, preview.updatedAt)',
		to: 'concurrentWriterSince(session.registry.time(), key, id, preview.updatedAt)',
	},
	{
		name: 'what another execution has settled is still in doubt',
		file: 'records/executionScope.ts',
		from: 'if (!record || !known) return;',
		to: 'if (!record || !known || record !== known) return;',
	},
	{
		name: 'whoever was canceled forgets what another one has settled',
		file: 'records/processScope.ts',
		from: "(record.state !== 'completed' && this.completed.has(record.id))",
		to: "(record.state !== 'completed' && this.completed.has(''))",
	},
	{
		name: 'all calls of a tool share their records',
		file: 'records/executionScope.ts',
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
		file: 'zoo/noResponse.ts',
		from: "return { kind: 'noResponse', inDoubt: 'maybeApplied', again: true, cause };",
		to: "return { kind: 'noResponse', inDoubt: 'no', again: true, cause };",
	},
	{
		name: 'what trickles in is asked for again',
		file: 'zoo/noResponse.ts',
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
		file: 'records/gate.ts',
		from: "if (known?.state === 'completed' && !isOwn) return known;",
		to: '',
	},
	{
		name: 'a preview counts other writers from when it is applied',
		file: 'records/executionScope.ts',
		from: 'startedAt: perhaps && applies !== undefined ? this.registry.timeOf(applies) : this.registry.time(),',
		to: 'startedAt: this.registry.time(),',
	},
	{
		name: 'a preview of another process counts nobody who writes in this one',
		file: 'records/ownerRegistry.ts',
		from: 'return entry?.writes.some((write) => write.by !== record && !isSeen(write, looked)) ?? false;',
		to: 'return false;',
	},
	{
		name: 'what a write has made is taken for seen by whoever looked before',
		file: 'records/ownerRegistry.ts',
		from: '!isEarlier(then, moment);',
		to: '!isEarlier(moment, then);',
	},
	{
		name: 'notes that cannot be read are begun anew',
		file: 'records/executionScope.ts',
		from: 'this.isLost = found === undefined;',
		to: 'this.isLost = false;',
	},
	{
		name: 'who takes up a record begins a mark of its own',
		file: 'records/executionScope.ts',
		from: 'this.keepInDoubt(here, { ...record, fingerprint });',
		to: 'this.keepInDoubt(here, { ...record, fingerprint, startedAt: this.registry.time() });',
	},
];

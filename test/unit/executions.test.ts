// Executions of which n8n keeps nothing between nodes: what this process keeps of them, and of which others it keeps nothing.

import { Executions } from '../../nodes/ZooBilling/records/executions';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { nothingStored } from '../../nodes/ZooBilling/records/stored';
import { openExecution } from '../../nodes/ZooBilling/records/executionScope';

const page = {
	id: 'a',
	fingerprint: 'x',
	adds: false,
	startedAt: { process: 'p', at: 0 },
	preview: { host: 'h', resource: 'org', ownerId: 'o', balanceModel: 'prePay', to: {} },
} as const;

it('the notes of an execution are the same for each of its nodes', () => {
	const executions = new Executions();
	const notes = executions.notesOf('01');
	expect(notes).toEqual(nothingStored());
	expect(executions.notesOf('01')).toBe(notes);
	expect(executions.notesOf('02')).not.toBe(notes);
});

it('the oldest are forgotten, and then are no new ones', () => {
	const executions = new Executions(2);
	const third = ['01', '02', '03'].map((id) => executions.notesOf(id))[2];
	expect(executions.notesOf('03')).toBe(third);
	expect(executions.notesOf('01')).toBeUndefined();
	expect(executions.notesOf('04')).toBeDefined();
});

it('one with a doubt is never forgotten', () => {
	const executions = new Executions(1);
	const notes = executions.notesOf('01');
	if (notes) notes.runs['["n",0]'] = { 0: { ...page, state: 'inDoubt', inDoubt: 'maybeApplied' } };
	for (const id of ['02', '03', '04']) executions.notesOf(id);
	expect(executions.notesOf('01')).toBe(notes);
	expect(executions.notesOf('02')).toBeUndefined();
});

describe('a execution', () => {
	const place = { nodeName: 'N', run: 0, host: 'h' };
	const notesIn = (context: Record<string, unknown>) => context['zooBilling'];

	it('that n8n keeps leaves nothing to the process', () => {
		const register = new OwnerRegistry();
		const asked: string[] = [];
		register.executions.notesOf = (id) => {
			asked.push(id);
			return undefined;
		};
		openExecution({}, place, register);
		expect(asked).toEqual([]);
	});

	it('that n8n hands back wins', () => {
		const register = new OwnerRegistry();
		const kept = nothingStored();
		const context = { zooBilling: kept };
		openExecution(context, { ...place, execution: '01' }, register);
		expect(notesIn(context)).toBe(kept);
	});

	it('of an empty context is the execution’s', () => {
		const register = new OwnerRegistry();
		const [one, other, next]: Array<Record<string, unknown>> = [{}, {}, {}];
		openExecution(one ?? {}, { ...place, execution: '01' }, register);
		openExecution(other ?? {}, { ...place, nodeName: 'M', execution: '01' }, register);
		openExecution(next ?? {}, { ...place, execution: '02' }, register);
		expect(notesIn(other ?? {})).toBe(notesIn(one ?? {}));
		expect(notesIn(next ?? {})).not.toBe(notesIn(one ?? {}));
	});
});

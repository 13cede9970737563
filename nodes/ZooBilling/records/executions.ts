// What an engine that keeps no context between nodes leaves to this process: the notes of each execution, by its ID.

import { nothingStored, type Stored } from './stored';

/** Executions without a doubt; those with one are kept beside them. */
const MOST = 1_000;

export class Executions {
	/** The one that has begun first stands first. */
	private readonly kept = new Map<string, Stored>();
	/** The IDs of such engines grow: what is not newer than this may have been forgotten. */
	private forgotten = '';

	constructor(private readonly most = MOST) {}

	/** The notes of an execution; undefined where they may have been forgotten. */
	notesOf(id: string): Stored | undefined {
		const found = this.kept.get(id);
		if (found || id <= this.forgotten) return found;
		const begun = nothingStored();
		this.kept.set(id, begun);
		this.trim();
		return begun;
	}

	private trim(): void {
		const settled = [...this.kept].filter(([, stored]) => !isInDoubt(stored));
		for (const [id] of settled.slice(0, -this.most)) {
			this.kept.delete(id);
			if (id > this.forgotten) this.forgotten = id;
		}
	}
}

function isInDoubt({ runs }: Stored): boolean {
	const entries = Object.values(runs).flatMap((run) => Object.values(run));
	return entries.some((entry) => 'state' in entry && entry.state !== 'completed');
}

/** Writes that take effect after their request was answered badly or given up; tests can wait for them. */

export class LateWrites {
	private readonly pending = new Set<() => void>();
	private waiters: Array<() => void> = [];

	/** Happens once `due` has come, unless applyNow() or drop() came first. */
	add(effect: () => void, due: Promise<void>): void {
		const apply = (): void => {
			if (!this.pending.delete(apply)) return;
			effect();
			this.wakeWhenSettled();
		};
		this.pending.add(apply);
		// A `due` that fails belongs to a server that is closing; drop() has been called then.
		due.then(apply, () => undefined);
	}

	/** Returns how many there were. */
	applyNow(): number {
		const due = [...this.pending];
		for (const apply of due) apply();
		return due.length;
	}

	drop(): void {
		this.pending.clear();
		this.wakeWhenSettled();
	}

	async settled(): Promise<void> {
		if (this.pending.size > 0) await new Promise<void>((resolve) => this.waiters.push(resolve));
	}

	private wakeWhenSettled(): void {
		if (this.pending.size > 0) return;
		const waiters = this.waiters;
		this.waiters = [];
		for (const wake of waiters) wake();
	}
}

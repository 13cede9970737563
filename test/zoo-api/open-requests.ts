/** Counts requests that are open at the same time, in all and for each owner's writes. */

export class OpenRequests {
	private readonly writesByOwner = new Map<string, number>();
	private open = 0;
	private waiters: Array<() => void> = [];

	mostOpen = 0;
	mostWritesForOneOwner = 0;

	/** Returns the function that ends the request; calling it again does nothing. */
	begin(writesTo: string | undefined): () => void {
		this.open += 1;
		this.mostOpen = Math.max(this.mostOpen, this.open);
		if (writesTo !== undefined) this.countWrite(writesTo, 1);
		let ended = false;
		return () => {
			if (ended) return;
			ended = true;
			this.open -= 1;
			if (writesTo !== undefined) this.countWrite(writesTo, -1);
			if (this.open === 0) this.wake();
		};
	}

	async noneOpen(): Promise<void> {
		if (this.open > 0) await new Promise<void>((resolve) => this.waiters.push(resolve));
	}

	private countWrite(owner: string, change: 1 | -1): void {
		const writes = (this.writesByOwner.get(owner) ?? 0) + change;
		if (writes === 0) this.writesByOwner.delete(owner);
		else this.writesByOwner.set(owner, writes);
		this.mostWritesForOneOwner = Math.max(this.mostWritesForOneOwner, writes);
	}

	private wake(): void {
		const waiters = this.waiters;
		this.waiters = [];
		for (const wake of waiters) wake();
	}
}

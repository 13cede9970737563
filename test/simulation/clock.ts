// Virtual time: it stands still while code runs, and jumps to the next event when nothing is left to run.

interface Event {
	readonly at: number;
	readonly order: number;
	readonly happen: () => void;
}

/** When nothing will ever happen again, though somebody waits. */
export class Standstill extends Error {}

export class Clock {
	/** Milliseconds since the world began. */
	time = 0;
	private readonly events: Event[] = [];
	private count = 0;

	in(milliseconds: number, happen: () => void): void {
		const event = { at: this.time + milliseconds, order: this.count, happen };
		this.count += 1;
		let index = this.events.length;
		while (index > 0 && isLater(event, this.events[index - 1])) index -= 1;
		this.events.splice(index, 0, event);
	}

	async sleep(milliseconds: number): Promise<void> {
		await new Promise<void>((resolve) => this.in(milliseconds, resolve));
	}

	/** Lets time pass until `work` has ended; then, with nobody waiting any more, until the last event has happened. */
	async run<Result>(work: Promise<Result>): Promise<Result> {
		const state = { isOver: false };
		const over = () => {
			state.isOver = true;
		};
		work.then(over, over);
		for (;;) {
			await new Promise((resolve) => setImmediate(resolve));
			const event = this.events.pop();
			if (!event && state.isOver) return await work;
			if (!event) throw new Standstill('Somebody waits for what never happens');
			this.time = event.at;
			event.happen();
		}
	}
}

/** The next event stands last. */
function isLater(event: Event, other: Event | undefined): boolean {
	if (!other) return false;
	return event.at > other.at || (event.at === other.at && event.order > other.order);
}

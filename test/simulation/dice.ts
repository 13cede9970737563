// Chance that follows from a seed: the same seed rolls the same numbers, on every machine.

export class Dice {
	private state: number;

	constructor(seed: number) {
		// Neighbouring seeds must not begin alike.
		this.state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
		this.next();
		this.next();
	}

	/** From 0 to 1, without 1. */
	next = (): number => {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};

	roll(probability: number): boolean {
		return this.next() < probability;
	}

	/** A whole number, both ends included. */
	whole(from: number, to: number): number {
		return from + Math.floor(this.next() * (to - from + 1));
	}

	between(from: number, to: number): number {
		return from + this.next() * (to - from);
	}

	pick<Value>(values: readonly Value[]): Value {
		const value = values[Math.floor(this.next() * values.length)];
		if (value === undefined) throw new RangeError('There is nothing to pick from');
		return value;
	}

	/** One of the values, as often as their weights say. */
	weigh<Value>(weights: ReadonlyArray<readonly [weight: number, value: Value]>): Value {
		let rest = this.next() * weights.reduce((sum, [weight]) => sum + weight, 0);
		for (const [weight, value] of weights) {
			rest -= weight;
			if (rest < 0) return value;
		}
		throw new RangeError('There is nothing to weigh');
	}

	/** Dice of their own, so that rolls elsewhere do not change theirs. */
	fork(): Dice {
		return new Dice(Math.floor(this.next() * 4294967296));
	}
}

// A memory of the newest entries, for as long as the process lives.

const MOST = 10_000;

export class Newest<Value> {
	private readonly entries = new Map<string, Value>();

	constructor(private readonly most = MOST) {}

	get(key: string): Value | undefined {
		return this.entries.get(key);
	}

	set(key: string, value: Value): void {
		this.entries.delete(key);
		this.entries.set(key, value);
		const [oldest] = this.entries.size > this.most ? this.entries.keys() : [];
		if (oldest !== undefined) this.entries.delete(oldest);
	}

	delete(key: string): void {
		this.entries.delete(key);
	}
}

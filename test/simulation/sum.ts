// What many worlds come to: how many, how fast, with which outcomes, and which rules were broken first by which seed.

import { count, type WorldEnd } from './world';

export class Sum {
	worlds = 0;
	requests = 0;
	reports = 0;
	unknown = 0;
	readonly outcomes = new Map<string, number>();
	readonly impossible = new Map<string, number>();
	readonly payments = new Map<string, number>();
	readonly broken = new Map<string, { worlds: number; readonly seed: number }>();
	private readonly begun = performance.now();

	get seconds(): number {
		return (performance.now() - this.begun) / 1000;
	}

	add(end: WorldEnd): void {
		this.worlds += 1;
		this.requests += end.requests;
		this.unknown += end.unknown;
		for (const [outcome, times] of end.outcomes) {
			this.reports += times;
			count(this.outcomes, outcome, times);
		}
		for (const [what, times] of end.impossible) count(this.impossible, what, times);
		for (const [status, times] of end.payments) count(this.payments, status, times);
		for (const rule of new Set(end.broken.map((broken) => broken.rule))) {
			const known = this.broken.get(rule) ?? { worlds: 0, seed: end.seed };
			known.worlds += 1;
			this.broken.set(rule, known);
		}
	}

	text(): string {
		const rate = Math.round(this.worlds / this.seconds);
		const broken = [...this.broken].map(
			([rule, { worlds, seed }]) => `  BROKEN in ${worlds}, first by seed ${seed}: ${rule}`,
		);
		return [
			`${this.worlds} worlds in ${this.seconds.toFixed(1)} s (${rate} a second), ${this.requests} requests, ${this.reports} reports`,
			`  outcomes: ${shares(this.outcomes, this.reports)}`,
			`  unknown: ${percent(this.unknown, this.reports)}`,
			`  items that met what no client can notice: ${shares(this.impossible, this.reports)}`,
			`  payments of the inbox: ${shares(
				this.payments,
				[...this.payments.values()].reduce((sum, times) => sum + times, 0),
			)}`,
			...(broken.length > 0 ? broken : ['  no rule broken']),
		].join('\n');
	}
}

function shares(counts: ReadonlyMap<string, number>, all: number): string {
	const sorted = [...counts].sort(([, one], [, other]) => other - one);
	return sorted.map(([name, times]) => `${name} ${times} (${percent(times, all)})`).join(', ') || 'none';
}

function percent(part: number, all: number): string {
	return `${((100 * part) / Math.max(1, all)).toFixed(1)} %`;
}

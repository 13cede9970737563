// Medians and spreads of repeated measurements.

export interface Spread {
	readonly least: number;
	readonly median: number;
	readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
	const sorted = [...values].sort((one, other) => one - other);
	const at = (index: number) => sorted[index] ?? Number.NaN;
	const middle = (sorted.length - 1) / 2;
	// An even number of values has two in the middle.
	return { least: at(0), median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, most: at(sorted.length - 1) };
}

/** `2.90 (2.71–3.40)`, or a dash for no values at all. */
export function spreadText({ least, median, most }: Spread, digits = 2): string {
	if (Number.isNaN(median)) return '–';
	return `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

export function markdownTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

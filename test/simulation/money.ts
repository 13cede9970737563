// Amounts of the simulated Zoo: whole ten-thousandths of a dollar, so that nothing here shares arithmetic with the code under test.

/** Ten-thousandths of a US dollar. */
export type Units = number;

export function unitsIn(text: string): Units {
	const [, minus = '', whole = '', decimals = ''] = /^(-?)(\d+)(?:\.(\d{1,4})\d*)?$/.exec(text) ?? [];
	if (whole === '') throw new RangeError(`Not an amount: ${text}`);
	const units = Number(whole) * 10_000 + Number(decimals.padEnd(4, '0'));
	return minus ? -units : units;
}

/** At least two decimals, as the node writes amounts. */
export function textOf(units: Units): string {
	const digits = String(Math.abs(units)).padStart(5, '0');
	const decimals = digits.slice(-4).replace(/0{1,2}$/, '');
	return `${units < 0 ? '-' : ''}${digits.slice(0, -4)}.${decimals}`;
}

export type Amounts = Readonly<Record<string, Units>>;

export function amountsIn(texts: Readonly<Record<string, string>>): Amounts {
	return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, unitsIn(text)]));
}

/** Whether all of `some` stand in `all`. */
export function stand(some: Amounts, all: Amounts): boolean {
	return Object.entries(some).every(([name, units]) => all[name] === units);
}

export function listed(amounts: Amounts): string {
	return Object.entries(amounts)
		.map(([name, units]) => `${shortName(name)} ${textOf(units)}`)
		.join(', ');
}

function shortName(wire: string): string {
	return wire.replace(/_remaining(_monetary_value)?$/, '').replaceAll('_', ' ');
}

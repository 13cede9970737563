/** How the stand-in reads, prints and rounds amounts of US dollars; always exact. */
import Big from 'big.js';
import { LosslessNumber } from 'lossless-json';

/** How replies carry amounts: `"68.50"` or `68.5`. */
export type AmountStyle = 'text' | 'number';

/** Zoo does not say which way it rounds to whole credits, so both ways can be tried. */
export type CreditRounding = 'nearest' | 'down';

export function inPlainDigits(amount: Big, leastPlaces: number): string {
	const [, fraction = ''] = amount.toFixed().split('.');
	return amount.toFixed(Math.max(leastPlaces, fraction.length));
}

/** A double that happens to be whole is printed `50.0`, as JSON writers of typed languages do. */
export function asReplyAmount(amount: Big, style: AmountStyle): string | LosslessNumber {
	return style === 'text' ? inPlainDigits(amount, 2) : new LosslessNumber(inPlainDigits(amount, 1));
}

export function wholeCredits(amount: Big, creditValue: Big, rounding: CreditRounding): Big {
	const mode = rounding === 'down' ? Big.roundDown : Big.roundHalfUp;
	// Divided with many places first, so that only the last step rounds.
	return amount.div(creditValue).round(0, mode);
}

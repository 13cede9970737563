// The API token: what was pasted, made fit for a header, and kept out of every text that comes back.

import { Refusal } from '../text/refusal';

const LONGEST_TOKEN = 10_000;

/** The token without the white space and the invisible characters that were pasted around it. */
export function readToken(value: unknown): string | Refusal {
	const text = typeof value === 'string' && value.length <= LONGEST_TOKEN ? value : '';
	const [, token] = /^[\s\p{Cc}\p{Cf}]*([!-~]+)[\s\p{Cc}\p{Cf}]*$/u.exec(text) ?? [];
	return (
		token ??
		new Refusal(
			"'API Token' of the credential is blank, or has white space or other characters inside that no token has",
			"Open the Zoo API credential and paste the 'API Token' again, whole and alone.",
		)
	);
}

/** What masks a token in a text, however it is spelt: as it is, or in escapes of JSON, of URLs or of HTML. */
export function tokenMask(token: string): (text: string) => string {
	const spelt = new RegExp(Array.from(token, spellings).join(''), 'g');
	return (text) => text.replace(spelt, '***');
}

/** A pattern for one printable character. Quantifiers are bounded, so that no text takes long. */
function spellings(character: string): string {
	const code = character.charCodeAt(0);
	const hex = anyCase(code.toString(16));
	const own = character.replace(/[^\dA-Za-z]/, '\\$&');
	return `(?:\\\\{0,4}(?:${own}|[uU]00${hex}|x${hex})|%(?:25){0,2}${hex}|&#0{0,5}(?:${code}|[xX]0{0,5}${hex});?)`;
}

function anyCase(hex: string): string {
	return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

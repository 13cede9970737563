// Text from outside, made fit for a message: n8n shows messages as HTML, so nothing in them may be a link, an image
// or invisible.

/** Formatting, direction and zero-width characters, private ones, and halves of a pair. */
const INVISIBLE = /[\p{Cf}\p{Co}\p{Cs}]/gu;
const SPACE_OR_CONTROL = /[\p{Cc}\s]+/gu;
const TAG = /<[a-z/!?][^<>]*>/gi;
const LINK_OR_IMAGE = /!?\[([^[\]]*)\]\([^()]*\)/g;

/** The words of a text in one line, without markup and what cannot be seen, cut to `longest` characters. */
export function sanitize(text: string, longest = 300): string {
	// The bound comes first, so that no text is too long for what follows. What goes leaves a space: a secret that was
	// not masked because something stood in its midst must not come together again.
	const words = text
		.slice(0, 4 * longest)
		.replace(INVISIBLE, ' ')
		.replace(TAG, ' ')
		.replace(LINK_OR_IMAGE, ' $1 ')
		.replace(SPACE_OR_CONTROL, ' ');
	return cut(inert(words).trim(), longest);
}

/**
 * A text as it is, where it matters to see what it is: markup does nothing, and what is invisible shows as its code.
 */
export function plainCopy(text: string, longest: number): string {
	const codes = text.slice(0, 4 * longest).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, codeOf);
	return cut(inert(codes), longest);
}

/** Whether a text has characters that nobody sees, so that two that look the same may differ. */
export function hasInvisible(text: string): boolean {
	return /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(text);
}

function inert(text: string): string {
	return text.replaceAll('<', '‹').replaceAll('>', '›').replaceAll('](', '] (');
}

function codeOf(character: string): string {
	return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

function cut(text: string, longest: number): string {
	if (text.length <= longest) return text;
	// Half of a pair may be left at the end.
	return `${text.slice(0, longest).replace(/\p{Cs}$/u, '')}…`;
}

// Text from outside in messages: what stays of it, and that nothing in it can be a link, an image or invisible.

import fc from 'fast-check';

import { quoteValue } from '../../nodes/ZooBilling/text/refusal';
import { plainCopy, sanitize } from '../../nodes/ZooBilling/text/words';

it.each([
	['No luck', 'No luck'],
	['No <b>luck</b>', 'No luck'],
	['See <a href="https://evil.test">this page</a>', 'See this page'],
	['<img src=x onerror=alert(1)>', ''],
	['<img src=https://evil.test/x.png', '‹img src=https://evil.test/x.png'],
	['<<b>img src=x>', '‹ img src=x›'],
	['[click](https://evil.test)', 'click'],
	['![shot](https://evil.test/x.png) of it', 'shot of it'],
	['[![shot](https://evil.test/x.png)](https://evil.test)', '[ shot ] (https://evil.test)'],
	['[a](https://evil.test/(b))', '[a] (https://evil.test/(b))'],
	['[a]<b>(https://evil.test)', '[a] (https://evil.test)'],
	['to<b></b>k\u200be[n](x)', 'to k e n'],
	['a\nb\r\n\tc\u0000d\u0085e\u2028f', 'a b c d e f'],
	['50\u202e00\u202c \u200b\u2066x\u2069\ufeff', '50 00 x'],
	['half \ud800 a pair', 'half a pair'],
	['5 < 6 and 7 > 6', '5 ‹ 6 and 7 › 6'],
])('%j reads %j', (text, words) => {
	expect(sanitize(text)).toBe(words);
});

it('is cut where it is long', () => {
	expect(sanitize('x'.repeat(301))).toBe(`${'x'.repeat(300)}…`);
	expect(sanitize('x'.repeat(300))).toBe('x'.repeat(300));
	expect(sanitize('abcdef', 3)).toBe('abc…');
	expect(sanitize('ab😀cd', 3)).toBe('ab…');
});

it('a copy shows what is invisible by its code, and keeps all else', () => {
	expect(plainCopy('5\u200b0\u202e\n', 80)).toBe('5\\u200b0\\u202e\\u000a');
	expect(plainCopy('<b>[a](b)', 80)).toBe('‹b›[a] (b)');
});

it('a refused value is shown harmless, whatever it is', () => {
	expect(quoteValue('50\u202e"')).toBe('"50\\u202e\\""');
	expect(quoteValue({ html: '<img src=x>' })).toBe('{"html":"‹img src=x›"}');
	expect(quoteValue(10n ** 30n)).toBe('1000000000000000000000000000000');
	expect(quoteValue(10n ** 5000n)).toBe('a value that has no text form');
});

const nasty = fc.string({
	unit: fc.constantFrom(
		'<',
		'>',
		'[',
		']',
		'(',
		')',
		'!',
		'a',
		' ',
		'\n',
		'\u202e',
		'\u200b',
		'\ud800',
		'😀',
		'"',
		'\\',
	),
	maxLength: 400,
});

it('nothing that comes out is markup, invisible or long', () => {
	fc.assert(
		fc.property(nasty, fc.integer({ min: 1, max: 300 }), (text, longest) => {
			for (const words of [sanitize(text, longest), plainCopy(text, longest), quoteValue(text)]) {
				expect(words).not.toMatch(/[<>\p{Cc}\p{Cf}\p{Cs}]|\]\(/u);
				expect(words.length).toBeLessThanOrEqual(Math.max(longest, 80) + 1);
			}
		}),
	);
});

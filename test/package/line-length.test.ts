// The lint rule for long lines, tried on lines that Prettier would leave as they are.

import { Linter } from 'eslint';

import rule from '../../scripts/line-length.js';

const long = 'x'.repeat(130);

it.each([
	['a line of 120 columns', `// ${'x'.repeat(117)}`, 0],
	['a line of 121 columns', `// ${'x'.repeat(118)}`, 1],
	['a tab as two columns', `\t// ${'x'.repeat(116)}`, 1],
	['a text that leaves the width by itself', `say('${long}');`, 0],
	['a template that does', `say([\`${long} \${name} ${long}\`]);`, 0],
	['a pattern that does', `const pattern = /${long}/;`, 0],
	['a template of several lines', `say(\`${long}\n${long}\n\`);`, 0],
	['code after such a text', `say('${long}', name);`, 1],
	['a bracket after code and a text', `say('short', ${'x'.repeat(107)});`, 1],
	['code that leaves the width after a text', `say('short') + ${'x'.repeat(120)};`, 1],
	['a comment after a text', `say('short'); // ${long}`, 1],
	['each long line', `// ${long}\n// short\n// ${long}`, 2],
])('counts the lines that are too long: %s', (_, code, count) => {
	const plugins = { own: { rules: { 'line-length': rule } } };
	const found = new Linter().verify(code, { plugins, rules: { 'own/line-length': 'error' } });
	expect(found.map(({ message }) => message)).toEqual(Array(count).fill('This line is wider than 120 columns.'));
});

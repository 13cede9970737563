// A lint rule: a line ends within Prettier's width, unless all that leaves it is one literal, which Prettier cannot break.
'use strict';

const WIDTH = 120;
const TAB = 2;

/** @type {import('eslint').Rule.RuleModule} */
module.exports = {
	meta: { type: 'layout', schema: [], messages: { long: `This line is wider than ${WIDTH} columns.` } },
	create({ report, sourceCode }) {
		const literals = [];
		const note = (node) => void literals.push(node.range);
		return {
			Literal: note,
			TemplateLiteral: note,
			'Program:exit'() {
				sourceCode.lines.forEach((text, index) => {
					const edge = edgeOf(text);
					if (edge === undefined) return;
					const start = sourceCode.getIndexFromLoc({ line: index + 1, column: 0 });
					const excused = literals.some(
						([from, to]) => from <= start + edge && to > start + edge && onlyClosing(text.slice(to - start)),
					);
					if (!excused) report({ loc: { line: index + 1, column: edge }, messageId: 'long' });
				});
			},
		};
	},
};

/** The first character beyond the width. */
function edgeOf(text) {
	let width = 0;
	for (let index = 0; index < text.length; index++) {
		width += text[index] === '\t' ? TAB : 1;
		if (width > WIDTH) return index;
	}
	return undefined;
}

function onlyClosing(rest) {
	return /^[)\]},;]*$/.test(rest);
}

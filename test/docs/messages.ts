// Every text that the node's code can put into a message, taken from the sources, so that no message escapes the documentation.

import { basename } from 'node:path';

import ts from 'typescript';

import { read, under } from './pages';

/** Texts of the editor and next steps; the latter are sentences with a full stop, which a message has not. */
const noMessages = [
	'action',
	'describe',
	'description',
	'displayName',
	'label',
	'meaning',
	'next',
	'notice',
	'subtitle',
];

/** The messages and their parts, `…` for what is filled in. */
export function messagesInCode(): string[] {
	const files = [...under('nodes'), ...under('credentials')].filter(
		(path) => path.endsWith('.ts') && !path.includes('/editor/') && basename(path) !== 'schema.ts',
	);
	return [...new Set(files.flatMap(messagesIn).map(bare))].sort();
}

/** A message without the name of its field before it and the value after it. */
export function bare(message: string): string {
	return message
		.replace(/…+/g, '…')
		.replace(/^'[^']*' (?=[a-z])/, '')
		.replace(/: …$/, '')
		.trim();
}

/** The words of a union type such as `Reason`. */
export function wordsOf(type: string, path: string): string[] {
	const words: string[] = [];
	visit(sourceOf(path), (node) => {
		if (!ts.isTypeAliasDeclaration(node) || node.name.text !== type) return;
		visit(node, (member) => {
			if (ts.isStringLiteral(member)) words.push(member.text);
		});
	});
	return words.sort();
}

function messagesIn(path: string): string[] {
	const found: string[] = [];
	visit(sourceOf(path), (node, ancestors) => {
		const text = textOf(node);
		if (text === undefined || !/[a-z]{2,} +[a-z0-9]/.test(text.replaceAll('…', ' '))) return;
		const property = ancestors.find(ts.isPropertyAssignment)?.name.getText();
		if (property === 'message') found.push(text.replace(/\. .*/, ''));
		else if (!noMessages.includes(property ?? '') && !/\.(\s|$)/.test(text.trim()) && !isClassProperty(ancestors))
			found.push(text);
	});
	return found;
}

/** The node's and the credential's descriptions are properties of their classes. */
function isClassProperty(ancestors: readonly ts.Node[]): boolean {
	const property = ancestors.find(ts.isPropertyDeclaration);
	return property !== undefined && noMessages.includes(property.name.getText());
}

function textOf(node: ts.Node): string | undefined {
	if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
	if (ts.isTemplateExpression(node))
		return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
	return undefined;
}

function sourceOf(path: string): ts.SourceFile {
	return ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
}

/** `ancestors`: the nearest first. */
function visit(
	node: ts.Node,
	seen: (node: ts.Node, ancestors: readonly ts.Node[]) => void,
	ancestors: readonly ts.Node[] = [],
): void {
	seen(node, ancestors);
	ts.forEachChild(node, (child) => visit(child, seen, [node, ...ancestors]));
}

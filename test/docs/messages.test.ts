// The troubleshooting page has every message, reason and outcome of the code, and none that the code does not have.

import { failures, makers, outcomesByReason } from './failures';
import { bare, messagesInCode, wordsOf } from './messages';
import { codeIn, read, rowsOf } from './pages';

const page = read('docs/troubleshooting.md');
const source = 'nodes/ZooBilling/outcome/failure.ts';
const first = (cell = '') => codeIn(cell)[0] ?? '';

it('lists every message that the code can put together, and no other', () => {
	const documented = rowsOf(page, 'Message')
		.flatMap(([cell = '']) => codeIn(cell))
		.map(bare);
	expect([...new Set(documented)].sort()).toEqual(messagesInCode());
});

it('says a cause and a cure for each message', () => {
	for (const row of rowsOf(page, 'Message')) for (const cell of row) expect(cell).not.toBe('');
});

it('lists no remark beside an item that went well without a next step behind its semicolon', () => {
	const [, section = ''] = /^## Remarks beside [^]*?\n([^]*?)^## /m.exec(page) ?? [];
	const remarks = rowsOf(section, 'Message').map(([cell = '']) => codeIn(cell).join(''));

	expect(remarks).toHaveLength(6);
	expect(remarks.filter((remark) => !/; [a-z]/.test(remark))).toEqual([]);
});

it('knows every function that makes a failure', () => {
	expect(Object.keys(failures).sort()).toEqual(makers);
});

it('lists every reason with the outcomes that it comes with', () => {
	const documented = rowsOf(page, 'Reason').map(
		([reason, outcomes = '']) => [first(reason), codeIn(outcomes).sort()] as const,
	);
	expect(Object.fromEntries(documented)).toEqual(outcomesByReason());
	expect(documented.map(([reason]) => reason).sort()).toEqual(wordsOf('Reason', source));
});

it.each(['docs/troubleshooting.md', 'docs/reference.md'])('%s lists every outcome', (path) => {
	const listed = rowsOf(read(path), 'Outcome').map(([outcome]) => first(outcome));
	expect([...new Set(listed)].sort()).toEqual(wordsOf('Outcome', source));
});

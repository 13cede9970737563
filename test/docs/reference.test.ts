// The reference names every property of the items that the node makes itself.

import { PAGE } from '../../nodes/ZooBilling/operations/getInvoices';
import { adjustmentSchema, confirmationSchema } from '../../nodes/ZooBilling/outcome/written';
import { failures } from './failures';
import { codeIn, read, rowsOf } from './pages';

const page = read('docs/reference.md');
const named = (head: string) =>
	rowsOf(page, head)
		.flatMap(([cell = '']) => codeIn(cell))
		.sort();

it('the confirmation', () => {
	expect(named('Property')).toEqual(Object.keys(confirmationSchema.shape).sort());
});

it('the adjustment', () => {
	expect(named('In `adjustment`')).toEqual(Object.keys(adjustmentSchema.shape).sort());
});

it('the details of a failed item', () => {
	const known = named('In `details`');
	const made = Object.values(failures)
		.flat()
		.flatMap(({ details }) => Object.keys(details));
	expect(made.filter((name) => !known.includes(name))).toEqual([]);
});

it('the reasons that come with each outcome', () => {
	const documented = new Map<string, string[]>();
	for (const [outcome = '', reasons = ''] of rowsOf(page, 'Outcome')) {
		const [name = ''] = codeIn(outcome);
		documented.set(name, [...(documented.get(name) ?? []), ...codeIn(reasons)].sort());
	}
	const made = new Map<string, Set<string>>();
	for (const { details } of Object.values(failures).flat())
		made.set(details.outcome, (made.get(details.outcome) ?? new Set()).add(details.reason));
	expect(Object.fromEntries(documented)).toEqual(
		Object.fromEntries([...made].map(([outcome, reasons]) => [outcome, [...reasons].sort()])),
	);
});

it('how many invoices a page has', () => {
	expect(page).toContain(`reads page after page, ${PAGE} invoices at a time`);
});

// What each role gets from each operation, and the words in which the others are told whose token it takes.

import { ADMIN_TOKEN, EMPLOYEE_TOKEN, MEMBER_TOKEN, SERVICE_ACCOUNT_TOKEN } from '../zoo-api/tokens';
import { jsonOf, runZoo, startZoo } from './zoo-run';

const roles = [
	['a member', MEMBER_TOKEN],
	['an admin', ADMIN_TOKEN],
	['an employee', EMPLOYEE_TOKEN],
	['a service account', SERVICE_ACCOUNT_TOKEN],
] as const;

const done = 'done';
const needsAdmin = 'This works with the token of an admin of the organization only.';
const needsUser = 'This works with the token of any user, which a service account is not.';
const needsEmployee = 'Balances by ID need the token of a Zoo employee';
const employeesOnly = [needsEmployee, needsEmployee, done, needsEmployee] as const;
const usersOnly = [done, done, done, needsUser] as const;

/** In the order of the roles. */
const table = [
	['org', 'getOwnBalance', [done, done, done, done]],
	['org', 'getSubscription', [done, done, done, done]],
	['org', 'getInvoices', [needsAdmin, done, done, needsAdmin]],
	['org', 'getBalance', employeesOnly],
	['org', 'updateBalance', employeesOnly],
	['org', 'adjustBalance', employeesOnly],
	['org', 'applyPreview', employeesOnly],
	['user', 'getOwnBalance', usersOnly],
	['user', 'getSubscription', usersOnly],
	['user', 'getInvoices', usersOnly],
	['user', 'getBalance', employeesOnly],
	['user', 'updateBalance', employeesOnly],
	['user', 'adjustBalance', employeesOnly],
	['user', 'applyPreview', employeesOnly],
] as const;

const cells = table.flatMap(([resource, operation, results]) =>
	roles.map(([role, token], index) => ({ resource, operation, role, token, result: results[index] })),
);

it.each(cells)('$resource: $operation with the token of $role: $result', async (cell) => {
	await using zoo = await startZoo();
	const { resource, operation, token, result } = cell;
	const amounts = { prePayCashRemaining: '5' };
	const dry = await runZoo(zoo, { resource, updateFields: amounts, options: { dryRun: true } });
	const { error, output } = await runZoo(
		zoo,
		{
			resource,
			operation,
			...(operation === 'updateBalance' && { updateFields: amounts }),
			...(operation === 'adjustBalance' && { adjustFields: amounts }),
			...(operation === 'applyPreview' && { preview: JSON.stringify(jsonOf(dry)[0]), sentBefore: 'no' }),
		},
		{ token },
	);
	if (result === done) {
		expect({ error, outputs: output.length }).toEqual({ error: undefined, outputs: 1 });
		return;
	}
	expect(error?.message).toBe('The API token has no right to do this [item 0]');
	expect(error?.description).toContain(`Use another Zoo API credential. ${result}`);
	expect(zoo.requests.at(-1)?.token).toBe(token);
});

/** The tokens the stand-in knows, and whose they are. They open nothing anywhere else. */

export interface TokenHolder {
	/** Only employees reach the balances of others. */
	readonly employee: boolean;
	readonly orgId: string;
	readonly userId: string;
	readonly email: string;
}

export const EMPLOYEE_TOKEN = 'api-00000000-0000-4000-8000-000000000001';
export const EMPLOYEE_ORG_ID = '0e000000-0000-4000-8000-000000000001';
export const EMPLOYEE_USER_ID = '0e000000-0000-4000-8000-000000000002';
export const EMPLOYEE_EMAIL = 'ada@example.com';

export const MEMBER_TOKEN = 'api-00000000-0000-4000-8000-000000000002';
export const MEMBER_ORG_ID = '0a000000-0000-4000-8000-000000000001';
export const MEMBER_USER_ID = '0a000000-0000-4000-8000-000000000002';
export const MEMBER_EMAIL = 'max@example.org';

/** Looks like a token and belongs to nobody. */
export const UNKNOWN_TOKEN = 'api-00000000-0000-4000-8000-00000000dead';

const HOLDERS: ReadonlyMap<string, TokenHolder> = new Map([
	[EMPLOYEE_TOKEN, { employee: true, orgId: EMPLOYEE_ORG_ID, userId: EMPLOYEE_USER_ID, email: EMPLOYEE_EMAIL }],
	[MEMBER_TOKEN, { employee: false, orgId: MEMBER_ORG_ID, userId: MEMBER_USER_ID, email: MEMBER_EMAIL }],
]);

export function knownHolders(): TokenHolder[] {
	return [...HOLDERS.values()];
}

export function holderOf(token: string | undefined): TokenHolder | undefined {
	return token === undefined ? undefined : HOLDERS.get(token);
}

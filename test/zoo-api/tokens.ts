/** The tokens the stand-in knows, and whose they are. They open nothing anywhere else. */

export interface TokenHolder {
	/** Only employees reach the balances of others. */
	readonly employee: boolean;
	/** In the organization; only its admins see its invoices. */
	readonly role: 'admin' | 'member' | 'service_account';
	readonly orgId: string;
	/** A service account has none. Zoo does not say so; whoever needs none is on the safe side. */
	readonly user?: { readonly id: string; readonly email: string };
}

export const EMPLOYEE_TOKEN = 'api-00000000-0000-4000-8000-000000000001';
export const EMPLOYEE_ORG_ID = '0e000000-0000-4000-8000-000000000001';
export const EMPLOYEE_USER_ID = '0e000000-0000-4000-8000-000000000002';
export const EMPLOYEE_EMAIL = 'ada@example.com';

export const MEMBER_TOKEN = 'api-00000000-0000-4000-8000-000000000002';
export const MEMBER_ORG_ID = '0a000000-0000-4000-8000-000000000001';
export const MEMBER_USER_ID = '0a000000-0000-4000-8000-000000000002';
export const MEMBER_EMAIL = 'max@example.org';

/** An admin and a service account of the member's organization. */
export const ADMIN_TOKEN = 'api-00000000-0000-4000-8000-000000000003';
export const ADMIN_USER_ID = '0a000000-0000-4000-8000-000000000003';
export const SERVICE_ACCOUNT_TOKEN = 'svc-00000000-0000-4000-8000-000000000004';

/** Looks like a token and belongs to nobody. */
export const UNKNOWN_TOKEN = 'api-00000000-0000-4000-8000-00000000dead';

const HOLDERS: ReadonlyMap<string, TokenHolder> = new Map([
	[
		EMPLOYEE_TOKEN,
		{
			employee: true,
			role: 'admin',
			orgId: EMPLOYEE_ORG_ID,
			user: { id: EMPLOYEE_USER_ID, email: EMPLOYEE_EMAIL },
		},
	],
	[
		MEMBER_TOKEN,
		{ employee: false, role: 'member', orgId: MEMBER_ORG_ID, user: { id: MEMBER_USER_ID, email: MEMBER_EMAIL } },
	],
	[
		ADMIN_TOKEN,
		{
			employee: false,
			role: 'admin',
			orgId: MEMBER_ORG_ID,
			user: { id: ADMIN_USER_ID, email: 'eva@example.org' },
		},
	],
	[SERVICE_ACCOUNT_TOKEN, { employee: false, role: 'service_account', orgId: MEMBER_ORG_ID }],
]);

export function knownHolders(): TokenHolder[] {
	return [...HOLDERS.values()];
}

export function holderOf(token: string | undefined): TokenHolder | undefined {
	return token === undefined ? undefined : HOLDERS.get(token);
}

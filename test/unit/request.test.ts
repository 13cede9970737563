// Requests to Zoo byte by byte, and the hosts that a token may be sent to.

import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import { readBaseUrl } from '../../nodes/ZooBilling/zoo/baseUrl';
import { readBalance, writeBalance } from '../../nodes/ZooBilling/zoo/request';
import { DOCUMENTED_BODY, DOCUMENTED_ORG_ID } from '../zoo-api/documented';
import {
	amountOf,
	apiCredits,
	cash,
	credits,
	monthly,
	monthlyApi,
	org,
	ORG_ID,
	ownOrg,
	prePay,
	stableApi,
	user,
	USER_ID,
} from './given';

it('writes the documented example byte for byte', () => {
	const amounts = [amountOf(monthly, '93.39'), amountOf(cash, '80.74'), amountOf(credits, '68.5')];
	expect(writeBalance(org, prePay, amounts)).toEqual({
		method: 'PUT',
		path: `/orgs/${DOCUMENTED_ORG_ID}/payment/balance`,
		body: DOCUMENTED_BODY,
	});
});

it('writes the given fields only', () => {
	expect(writeBalance(org, prePay, [amountOf(cash, '0')]).body).toBe('{"pre_pay_cash_remaining":"0.00"}');
});

it('writes API credits as number literals with the two decimals that were asked for', () => {
	expect(writeBalance(user, apiCredits, [amountOf(monthlyApi, '50'), amountOf(stableApi, '9999999999999.99')])).toEqual(
		{
			method: 'PUT',
			path: `/users/${USER_ID}/payment/balance`,
			body: '{"monthly_api_credits_remaining_monetary_value":50.00,"stable_api_credits_remaining_monetary_value":9999999999999.99}',
		},
	);
});

it.each([
	[readBalance(org), `/orgs/${ORG_ID}/payment/balance`],
	[readBalance(user), `/users/${USER_ID}/payment/balance`],
	[readBalance(ownOrg), '/org/payment/balance'],
	[readBalance({ ...user, id: undefined }), '/user/payment/balance'],
	[readBalance(org, true), `/orgs/${ORG_ID}/payment/balance?include_total_due=true`],
	[readBalance(ownOrg, true), '/org/payment/balance?include_total_due=true'],
])('reads a balance without a body (%#)', (request, path) => {
	expect(request).toEqual({ method: 'GET', path });
});

it('asks for the total due when writing, too', () => {
	expect(writeBalance(org, apiCredits, [amountOf(stableApi, '1')], true).path).toBe(
		`/orgs/${ORG_ID}/payment/balance?include_total_due=true`,
	);
});

describe('the Base URL', () => {
	it.each([
		['https://api.zoo.dev', 'https://api.zoo.dev'],
		['https://api.zoo.dev/', 'https://api.zoo.dev'],
		['https://api.zoo.dev///', 'https://api.zoo.dev'],
		[' https://api.zoo.dev/orgs/x?y=1#z \n', 'https://api.zoo.dev'],
		['HTTPS://API.ZOO.DEV', 'https://api.zoo.dev'],
		['https://zoo.example.com:8443/base', 'https://zoo.example.com:8443'],
		['http://127.0.0.1:3000/', 'http://127.0.0.1:3000'],
		['http://127.9.8.7', 'http://127.9.8.7'],
		['http://localhost:3000', 'http://localhost:3000'],
		['http://[::1]:3000', 'http://[::1]:3000'],
	])('%p leads to %s', (value, origin) => {
		expect(readBaseUrl(value)).toBe(origin);
	});

	it.each<[unknown, string]>([
		['http://api.zoo.dev', 'is plain http, which would send the token unencrypted'],
		['http://127.0.0.1.example.com', 'is plain http, which would send the token unencrypted'],
		['http://localhost.example.com', 'is plain http, which would send the token unencrypted'],
		['http://10.0.0.1', 'is plain http, which would send the token unencrypted'],
		['http://0.0.0.0:3000', 'is plain http, which would send the token unencrypted'],
		['ftp://api.zoo.dev', 'is not an https address'],
		['localhost:3000', 'is not an https address'],
		['https://me:secret@api.zoo.dev', 'holds a user name or password'],
		['https://me@api.zoo.dev', 'holds a user name or password'],
		['http://127.0.0.1@example.com', 'holds a user name or password'],
		['api.zoo.dev', 'is not a URL'],
		['https://', 'is not a URL'],
		['', 'is not a URL'],
		[undefined, 'is not a URL'],
		[null, 'is not a URL'],
		[5, 'is not a URL'],
	])('%p is refused and not shown', (value, why) => {
		const refusal = readBaseUrl(value);
		expect(refusal).toBeInstanceOf(Refusal);
		expect(refusal).toMatchObject({
			what: `'Base URL' of the credential ${why}`,
			next: expect.stringContaining("set 'Base URL' to https://api.zoo.dev"),
		});
		expect(JSON.stringify(refusal)).not.toContain('secret');
	});
});

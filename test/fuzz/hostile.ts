// What somebody might send who means harm: parameter values, replies, headers and addresses, as generators.

import fc from 'fast-check';

import type { Fault } from '../zoo-api/faults';

const words = [
	'<img src=x onerror=alert(1)>',
	'<a href="https://evil.test">here</a>',
	'[here](https://evil.test)',
	'![x](https://evil.test/x.png)',
	'\u202e\u2066\u200b\ufeff',
	'\u0000\u0007\u001b[31m',
	'\ud800',
	'../../user',
	'/orgs/x?y#z',
	'%2e%2e%2f',
	'__proto__',
	'constructor',
	'{{ $json }}',
	'EPERM ECONNRESET',
	'$&$1`',
	'9'.repeat(400),
	'1'.repeat(3000).concat('x'),
	' ',
	'\r\nHost: evil.test',
	'https://evil.test/',
	'@evil.test',
];

/** Text with such words in it. */
const text = fc
	.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 4 })
	.map((parts) => parts.join(''));

/** What an expression may hand over in place of `good`, which is three times as likely. */
export const valueLike = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
	fc.oneof(
		{ weight: 6, arbitrary: good },
		{ weight: 1, arbitrary: text },
		{
			weight: 1,
			arbitrary: fc.oneof(fc.double(), fc.boolean(), fc.constant(null), fc.constantFrom(-0, 1e300, 0.1 + 0.2)),
		},
		{ weight: 1, arbitrary: fc.tuple(text, good).map(([before, value]) => `${before}${String(value)}`) },
		{ weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
	);

export const amount = fc.oneof(
	fc.integer({ min: 0, max: 100_000 }).map((cents) => (cents / 100).toFixed(2)),
	fc.constantFrom('0', '1e3', '1,000.00', '-5', '9999999999999.99', '10000000000000', 0.1, '0.1'),
);

/** How a reply may spell the token that it was sent. */
const spellings: ReadonlyArray<(token: string) => string> = [
	(token) => token,
	(token) => token.replaceAll('-', '\\u002d'),
	(token) => token.replace(/./g, (one) => `\\u00${one.charCodeAt(0).toString(16).toUpperCase()}`),
	(token) => token.replaceAll('-', '%2D'),
	(token) => token.replaceAll('-', '&#45;'),
	(token) => token.replace('-', '<b></b>-'),
	(token) => token.replace('-', '\u200b-'),
];

const amountsReply = fc.record(
	{
		monthly_credits_remaining: fc.oneof(amount, fc.jsonValue({ maxDepth: 1 })),
		pre_pay_cash_remaining: fc.oneof(amount, fc.jsonValue({ maxDepth: 1 })),
		pre_pay_credits_remaining: fc.oneof(amount, fc.jsonValue({ maxDepth: 1 })),
		stable_api_credits_remaining_monetary_value: amount,
		id: text,
		message: text,
		error_code: text,
		request_id: text,
		updated_at: text,
		total_due: fc.oneof(amount, text),
		subscription_details: fc.oneof(
			fc.jsonValue({ maxDepth: 3 }),
			fc.record({ modeling_app: fc.record({ features: fc.array(fc.jsonValue({ maxDepth: 1 })), name: text }) }),
		),
	},
	{ requiredKeys: [] },
);

/** Bodies as text, `%TOKEN%` where the token is to come back. */
const body = fc.oneof(
	{ weight: 5, arbitrary: amountsReply.map((reply) => JSON.stringify(reply)) },
	{ weight: 2, arbitrary: amountsReply.map((reply) => JSON.stringify({ ...reply, message: 'No luck for %TOKEN%' })) },
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			'',
			'null',
			'[]',
			'{',
			'%TOKEN%',
			'{"__proto__":{"pre_pay_cash_remaining":"5"}}',
			`{"pre_pay_cash_remaining":"5.00","x":${'['.repeat(7000)}${']'.repeat(7000)}}`,
			`{"pre_pay_cash_remaining":1${'0'.repeat(2000)}}`,
			`{"pre_pay_cash_remaining":5,"pre_pay_cash_remaining":6}`,
			`\ufeff{"pre_pay_cash_remaining":"5.00"}`,
			`{"pre_pay_cash_remaining":"5.00","x":"${'y'.repeat(20_000)}"}`,
			'<html><body>%TOKEN%</body></html>',
		),
	},
	{ weight: 1, arbitrary: text },
);

/** Only what Node lets a server send. */
const headerText = text.map((value) => value.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, ''));

const headers = fc.record(
	{
		// A long wait would keep most items of an execution from being sent at all.
		'Retry-After': fc.oneof(
			{
				weight: 60,
				arbitrary: fc.oneof(
					headerText.map((value) => `x${value}`),
					fc.constantFrom('0', '-1', '1e9'),
				),
			},
			{ weight: 1, arbitrary: fc.constantFrom('99999999999999999999', 'Wed, 21 Oct 2099 07:28:00 GMT') },
		),
		'X-Api-Call-Id': fc.oneof(headerText, fc.constant('%TOKEN%')),
		'Content-Type': fc.constantFrom('application/json', 'text/html', 'application/json; charset=utf-16'),
		'WWW-Authenticate': fc.constantFrom('Digest realm="x", nonce="y"', 'Bearer'),
	},
	{ requiredKeys: [] },
);

/** A fault for one request; undefined lets it go well. `elsewhere`: where redirects point to. */
export const faultFor = (token: string, elsewhere: string): fc.Arbitrary<Fault | undefined> => {
	const echo = fc.constantFrom(...spellings).map((spell) => spell(token));
	const filled = (value: string, spelt: string) => value.replaceAll('%TOKEN%', () => spelt);
	return fc.oneof(
		{ weight: 4, arbitrary: fc.constant(undefined) },
		{
			weight: 4,
			arbitrary: fc
				.record({
					status: fc.oneof(fc.integer({ min: 200, max: 599 }), fc.constantFrom(200, 400, 404, 422, 429, 500, 503)),
					headers,
					body,
					echo,
					applied: fc.boolean(),
				})
				.map(({ echo: spelt, ...fault }): Fault => {
					const filledHeaders = Object.entries(fault.headers).map(([name, value]) => [name, filled(value, token)]);
					return {
						kind: 'status',
						...fault,
						headers: Object.fromEntries(filledHeaders),
						body: filled(fault.body, spelt),
					};
				}),
		},
		{
			weight: 2,
			arbitrary: fc
				.record({ body, echo, applied: fc.boolean() })
				.map(({ body: given, echo: spelt, applied }): Fault => ({ kind: 'body', text: filled(given, spelt), applied })),
		},
		{
			weight: 1,
			arbitrary: fc
				.record({ status: fc.constantFrom(301, 302, 303, 307, 308), path: headerText, echo })
				.map(({ status, path, echo: spelt }): Fault => ({
					kind: 'redirect',
					status,
					location: `${elsewhere}/${path}${/^[\u0020-\u007e]*$/.test(spelt) ? spelt : ''}`,
				})),
		},
		{
			weight: 1,
			arbitrary: fc.constantFrom<Fault>(
				{ kind: 'resetBeforeHeaders' },
				{ kind: 'resetMidBody' },
				{ kind: 'brokenJson' },
			),
		},
	);
};

/** Addresses for Base URL. */
export const address = fc.oneof(
	text,
	fc.webUrl(),
	fc
		.tuple(
			fc.constantFrom('https://', 'http://', 'HTTPS:\\\\', 'ftp://', 'javascript:', 'file:///', '//', ''),
			text,
			fc.domain(),
		)
		.map((parts) => parts.join('')),
	fc.constantFrom(
		'http://localhost:1',
		'http://127.0.0.1.evil.test',
		'http://localhost@evil.test',
		'https://api.zoo.dev#@evil.test',
		'http://[::1]:80',
		'https://api.zoo.dev\\@evil.test',
	),
);

// Zoo's replies: read without losing a digit, typed without ever being brittle, and with Stripe's secret masked.

import fc from 'fast-check';
import { isSafeNumber, parse } from 'lossless-json';

import { amountIn } from '../../nodes/ZooBilling/balance/confirm';
import { allModels } from '../../nodes/ZooBilling/balance/fields';
import { Usd } from '../../nodes/ZooBilling/balance/money';
import { readJsonObject, readReply, type Reply } from '../../nodes/ZooBilling/balance/reply';
import { DOCUMENTED_REPLY } from '../zoo-api/documented';
import { apiCredits, prePay } from './given';

function reply(text: string): Reply {
	const json = readJsonObject(text);
	if (!json) throw new TypeError(`Not a JSON object: ${text}`);
	return readReply(json);
}

const SECRET = 'pi_3OqT_secret_YrKJ';

const API_CREDITS_REPLY = `{
	"created_at": "2025-06-01T00:00:00.123456789Z",
	"monthly_api_credits_refresh_at": "2025-07-01T00:00:00+00:00",
	"monthly_api_credits_remaining": 1200,
	"monthly_api_credits_remaining_monetary_value": 9.96,
	"stable_api_credits_remaining": 0,
	"stable_api_credits_remaining_monetary_value": 0.0083,
	"subscription_details": {
		"action_client_secret": "${SECRET}",
		"action_type": "payment_intent",
		"modeling_app": {
			"annual_discount": 10,
			"billing_mode": "contract",
			"description": "x",
			"display_name": "Team",
			"endpoints_included": ["modeling"],
			"features": [{"info": "a"}, {"info": "b"}],
			"ml_custom_models": true,
			"monthly_pay_as_you_go_api_credits": 2000,
			"monthly_pay_as_you_go_api_credits_monetary_value": 16.6,
			"name": "any_string_at_all",
			"pay_as_you_go_api_credit_price": 0.0083,
			"price": {"type": "contract"},
			"share_links": ["public"],
			"support_tier": "priority_email",
			"training_data_behavior": "default_off",
			"type": {"saml_sso": true, "type": "organization"},
			"zoo_tools_included": ["text_to_cad", "modeling_app"]
		}
	},
	"subscription_id": null,
	"total_due": null,
	"updated_at": "2025-06-01T00:00:00Z"
}`;

it('with several elements of an unknown shape in one list sets aside that list, and nothing around it', () => {
	const { balance, misfits } = readReply({
		pre_pay_cash_remaining: '1',
		subscription_details: { modeling_app: { pay_as_you_go_credits: 5, zoo_tools_included: [{ x: 1 }, { x: 2 }] } },
	});
	expect(balance).toMatchObject({
		subscription_details: { modeling_app: { pay_as_you_go_credits: '5.00', zoo_tools_included: [{ x: 1 }, { x: 2 }] } },
	});
	expect(misfits).toHaveLength(2);
});

describe('a reply in full', () => {
	it('is the documented one, whole and without a misfit', () => {
		const { balance, model, misfits } = reply(DOCUMENTED_REPLY);
		expect(model).toBe(prePay);
		expect(misfits).toEqual([]);
		expect(balance).toEqual(JSON.parse(DOCUMENTED_REPLY));
	});

	it('is one in API credits, its amounts as decimal text and its secret masked', () => {
		const { balance, model, misfits } = reply(API_CREDITS_REPLY);
		const expected = JSON.parse(API_CREDITS_REPLY) as { subscription_details: { modeling_app: object } };
		expect(model).toBe(apiCredits);
		expect(misfits).toEqual([]);
		expect(balance).toEqual({
			...expected,
			monthly_api_credits_remaining_monetary_value: '9.96',
			stable_api_credits_remaining_monetary_value: '0.0083',
			subscription_details: {
				...expected.subscription_details,
				action_client_secret: '***',
				modeling_app: {
					...expected.subscription_details.modeling_app,
					monthly_pay_as_you_go_api_credits_monetary_value: '16.60',
					pay_as_you_go_api_credit_price: '0.0083',
				},
			},
		});
	});

	it.each([
		['{"type":"flat","price":5,"interval":"day"}', { type: 'flat', price: '5.00', interval: 'day' }],
		['{"type":"per_user","price":"99.5","interval":"year"}', { type: 'per_user', price: '99.50', interval: 'year' }],
		['{"type":"enterprise"}', { type: 'enterprise' }],
		['null', null],
	])('has the price %s', (text, price) => {
		const { balance, misfits } = reply(
			`{"pre_pay_cash_remaining":"1","modeling_app_enterprise_price":${text},"subscription_details":{"modeling_app":{"price":${text}}}}`,
		);
		expect(misfits).toEqual([]);
		expect(balance).toEqual({
			pre_pay_cash_remaining: '1.00',
			modeling_app_enterprise_price: price,
			subscription_details: { modeling_app: { price } },
		});
	});

	it.each(['{"type":"contract"}', '{"type":"enterprise"}', '{"type":"flat","interval":"unknown"}', 'null'])(
		'in API credits has the price %s',
		(text) => {
			const price: unknown = JSON.parse(text);
			const json = { stable_api_credits_remaining: 1, subscription_details: { modeling_app: { price } } };
			expect(readReply(json)).toEqual({ model: apiCredits, balance: json, misfits: [] });
		},
	);

	it('does not take a contract for a price of the documented model', () => {
		const { misfits } = readReply({ pre_pay_cash_remaining: '1', modeling_app_enterprise_price: { type: 'contract' } });
		expect(misfits).toEqual(['modeling_app_enterprise_price.type']);
	});

	it('names a flag, a link or an endpoint that is none', () => {
		const app = { ml_custom_models: 'included', endpoints_included: ['ml', 'magic'], share_links: [true, 'public'] };
		const json = { stable_api_credits_remaining: 1, subscription_details: { modeling_app: app } };
		const { balance, misfits } = readReply(json);
		expect(balance).toEqual(json);
		expect(misfits.map((path) => path.replace('subscription_details.modeling_app.', '')).sort()).toEqual([
			'endpoints_included.1',
			'ml_custom_models',
			'share_links.0',
		]);
	});

	it('has counts of whole credits beyond what a number holds', () => {
		const { balance, misfits } = reply('{"stable_api_credits_remaining":18446744073709551615}');
		expect(balance).toEqual({ stable_api_credits_remaining: '18446744073709551615' });
		expect(misfits).toEqual([]);
	});

	const plan = 'subscription_details.modeling_app';
	it.each<[model: string, path: string, values: readonly string[]]>([
		['prePay', `${plan}.name`, ['free', 'pro', 'team', 'enterprise']],
		['prePay', `${plan}.support_tier`, ['community', 'standard', 'premium', 'priority']],
		['prePay', `${plan}.training_data_behavior`, ['always', 'default_on', 'default_off']],
		['prePay', 'modeling_app_enterprise_price.interval', ['day', 'month', 'week', 'year']],
		['prePay', `${plan}.price.interval`, ['day', 'month', 'week', 'year']],
		['apiCredits', `${plan}.name`, ['free', 'diamond', 'any string']],
		['apiCredits', `${plan}.support_tier`, ['community', 'standard_email', 'priority_email', 'premium']],
		['apiCredits', `${plan}.training_data_behavior`, ['always', 'default_on', 'default_off']],
		['apiCredits', `${plan}.price.interval`, ['day', 'month', 'week', 'year', 'unknown']],
		['apiCredits', `${plan}.billing_mode`, ['standard', 'contract']],
		['apiCredits', 'subscription_details.action_type', ['payment_intent', 'setup_intent']],
	])('in the model %s has at %s one of %j, or null, and keeps and names any other', (model, path, values) => {
		const amount = model === 'prePay' ? { pre_pay_cash_remaining: '1.00' } : { stable_api_credits_remaining: 1 };
		for (const value of [...values, null, 'something_new', 5]) {
			const tree = path
				.split('.')
				.reduceRight<unknown>(
					(inner, name) => ({ [name]: inner, ...(name === 'interval' && { type: 'per_user' }) }),
					value,
				);
			const { balance, misfits } = readReply({ ...amount, ...(tree as object) });
			expect(balance).toEqual({ ...amount, ...(tree as object) });
			expect(misfits).toEqual(
				value === null ||
					values.includes(String(value)) ||
					(path === `${plan}.name` && model === 'apiCredits' && value !== 5)
					? []
					: [path],
			);
		}
	});

	it('has every amount of its subscription as decimal text, too', () => {
		const price = { type: 'flat', price: 99.5, interval: 'month' };
		expect(
			readReply({
				pre_pay_cash_remaining: 1,
				modeling_app_enterprise_price: price,
				subscription_details: { modeling_app: { pay_as_you_go_credits: 20, price } },
			}).balance,
		).toEqual({
			pre_pay_cash_remaining: '1.00',
			modeling_app_enterprise_price: { ...price, price: '99.50' },
			subscription_details: { modeling_app: { pay_as_you_go_credits: '20.00', price: { ...price, price: '99.50' } } },
		});
	});
});

describe('amounts', () => {
	it.each([
		['"18.60"', '18.60'],
		['18.60', '18.60'],
		['18.6', '18.60'],
		['"18"', '18.00'],
		['18', '18.00'],
		['"0.0083"', '0.0083'],
		['0.0083', '0.0083'],
		['0.00', '0.00'],
		['-0.00', '0.00'],
		['-12.5', '-12.50'],
		['1e-7', '0.0000001'],
		['"1e-7"', '0.0000001'],
		['1.5e2', '150.00'],
		['12345678901234.56789', '12345678901234.56789'],
		['"12345678901234.56789"', '12345678901234.56789'],
		['9999999999999.99', '9999999999999.99'],
		['123456789012345678901234567890', '123456789012345678901234567890.00'],
		['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
	])('%s comes out as %s', (wire, amount) => {
		for (const model of allModels) {
			for (const field of model.fields) {
				const { balance, misfits } = reply(`{"${field.wire}":${wire},"total_due":${wire}}`);
				expect(balance).toEqual({ [field.wire]: amount, total_due: amount });
				expect(misfits).toEqual([]);
			}
		}
	});

	it.each(['null', '""', '"n/a"', '"1,000.00"', 'true', '{"amount":1}', '[1]', '"$5"', '1e400'])(
		'%s is kept as it came',
		(wire) => {
			const { balance, misfits } = reply(`{"pre_pay_cash_remaining":${wire},"id":null}`);
			const expected: unknown = wire === '1e400' ? '1e400' : JSON.parse(wire);
			expect(balance).toEqual({ pre_pay_cash_remaining: expected, id: null });
			expect(misfits).toEqual(wire === 'null' ? [] : ['pre_pay_cash_remaining']);
		},
	);
});

describe('numbers elsewhere', () => {
	it('stay numbers where a double holds them, else come as their digits', () => {
		const { balance } = reply(
			'{"pre_pay_cash_remaining":1,"a":1.10,"b":12345678901234567890,"c":{"d":[0.30000000000000004441]},"e":1e3}',
		);
		expect(balance).toMatchObject({ a: 1.1, b: '12345678901234567890', c: { d: ['0.30000000000000004441'] }, e: 1000 });
	});
});

describe('what Zoo may add, drop or change', () => {
	it('keeps unknown fields wherever they stand', () => {
		const text =
			'{"pre_pay_cash_remaining":"1.00","new":{"deep":[1,{"x":null}]},"modeling_app_enterprise_price":{"type":"flat","also":1},"subscription_details":{"new":2,"modeling_app":{"new":3,"features":[{"info":"a","new":4}],"type":{"type":"individual","new":5}}}}';
		const { balance, misfits } = reply(text);
		expect(balance).toEqual(JSON.parse(text));
		expect(misfits).toEqual([]);
	});

	it.each<[string, string, string[]]>([
		['a new tier', '{"name":"diamond"}', ['name']],
		['a new support tier', '{"support_tier":"gold"}', ['support_tier']],
		['a number for text', '{"description":5}', ['description']],
		['text for a list', '{"features":"all","zoo_tools_included":"all"}', ['features', 'zoo_tools_included']],
		['a number in a list of texts', '{"zoo_tools_included":["a",5]}', ['zoo_tools_included.1']],
		['text for a feature', '{"features":[{"info":"a"},"b",{"info":6}]}', ['features.1', 'features.2.info']],
		['a new kind of price', '{"price":{"type":"usage","price":5,"interval":"week"}}', ['price.type']],
		['a price without a kind', '{"price":{"price":5}}', ['price.type']],
		['a new interval', '{"price":{"type":"flat","price":5,"interval":"decade"}}', ['price.interval']],
		['text for a flag', '{"type":{"type":"organization","saml_sso":"yes"}}', ['type.saml_sso']],
		['a list for an object', '{"price":[],"type":[1]}', ['type', 'price']],
	])('keeps %s as it came, and names it', (_, app, paths) => {
		const { balance, misfits } = reply(`{"pre_pay_cash_remaining":5,"subscription_details":{"modeling_app":${app}}}`);
		const details = JSON.parse(app) as Record<string, unknown>;
		if (paths.includes('price.interval')) details['price'] = { type: 'flat', price: '5.00', interval: 'decade' };
		expect(balance).toEqual({ pre_pay_cash_remaining: '5.00', subscription_details: { modeling_app: details } });
		expect(misfits).toEqual(paths.map((path) => `subscription_details.modeling_app.${path}`));
	});

	it('still types the amounts beside a misfit of any size', () => {
		const { balance, misfits } = reply(
			'{"pre_pay_cash_remaining":5,"subscription_details":"none","created_at":"yesterday","id":7,"total_due":1}',
		);
		expect(balance).toEqual({
			pre_pay_cash_remaining: '5.00',
			subscription_details: 'none',
			created_at: 'yesterday',
			id: 7,
			total_due: '1.00',
		});
		expect(misfits.toSorted()).toEqual(['created_at', 'id', 'subscription_details']);
	});

	it('leaves what it was given as it was', () => {
		const json = readJsonObject(DOCUMENTED_REPLY.replace('"team"', '5')) ?? {};
		const before = structuredClone(json);
		readReply(json);
		expect(json).toEqual(before);
	});

	it('does not take a field of whatever name for an amount', () => {
		expect(reply('{"undefined":1}').model).toBeUndefined();
	});

	it('has no model where there is no amount', () => {
		expect(reply('{"message":"hello","total_due":5}')).toMatchObject({
			model: undefined,
			balance: { message: 'hello', total_due: '5.00' },
		});
	});
});

describe('Stripe’s client secret', () => {
	it.each([
		['in the subscription', `{"subscription_details":{"action_client_secret":"${SECRET}"}}`],
		['at the top', `{"action_client_secret":"${SECRET}"}`],
		['in a list', `{"x":[{"y":[{"action_client_secret":"${SECRET}"}]}]}`],
		['as an object', `{"subscription_details":{"action_client_secret":{"value":"${SECRET}"}}}`],
		['as a list', `{"subscription_details":{"action_client_secret":["${SECRET}"]}}`],
		['under an escaped name', `{"subscription_details":{"action\\u005fclient_secret":"${SECRET}"}}`],
		[
			'beside a misfit',
			`{"pre_pay_cash_remaining":"1","id":5,"subscription_details":{"action_client_secret":"${SECRET}","action_type":"dance"}}`,
		],
	])('is masked %s', (_, text) => {
		const said = JSON.stringify(reply(text));
		expect(said).toContain('"action_client_secret":"***"');
		expect(said).not.toContain(SECRET);
	});

	it('is null where Zoo has none', () => {
		expect(reply('{"subscription_details":{"action_client_secret":null}}').balance).toEqual({
			subscription_details: { action_client_secret: null },
		});
	});
});

describe('unreadable', () => {
	it.each<[string, string]>([
		['nothing', ''],
		['white space', ' \n'],
		['HTML', '<html><body><h1>502 Bad Gateway</h1></body></html>'],
		['text', 'OK'],
		['a list', '[{"pre_pay_cash_remaining":"1"}]'],
		['null', 'null'],
		['a number', '5'],
		['a JSON text', '"{}"'],
		['a cut object', '{"pre_pay_cash_remaining":"1'],
		['an object with more behind it', '{} {}'],
		['a trailing comma', '{"a":1,}'],
		['single quotes', "{'a':1}"],
		['NaN', '{"pre_pay_cash_remaining":NaN}'],
		['a number with a leading zero', '{"pre_pay_cash_remaining":05}'],
		['the same name twice with different values', '{"pre_pay_cash_remaining":"1","pre_pay_cash_remaining":"2"}'],
		['the same name twice, spelt in two ways', '{"a":{"b":1,"\\u0062":2}}'],
		['a long number for a name', `{${'1'.repeat(40)}:1}`],
		['the same name twice, with space behind it', '{"a"  :1,"a" \n :2}'],
		['a minus for a number', '{"a":-}'],
		['a minus before text', '{"a":-aaaaaaaaaaaaaaa}'],
		['a byte order mark', '\ufeff{}'],
		['lists nested very deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
	])('is %s', (_, text) => {
		expect(readJsonObject(text)).toBeUndefined();
	});

	it('is no reply that has a name in several places', () => {
		const text = '{"a":[{"b":1},{"b":2}],"b":{"b":3},"c":"\\"b\\":4"}';
		expect(readJsonObject(text)).toEqual(JSON.parse(text));
	});

	it('is no reply whose only sin is a strange name', () => {
		expect(readJsonObject('{"constructor":1,"toString":{"valueOf":2},"":3}')).toEqual({
			constructor: 1,
			toString: { valueOf: 2 },
			'': 3,
		});
	});
});

describe('nested deeply', () => {
	const nested = (depth: number, inner: string) => `${'{"a":['.repeat(depth)}${inner}${']}'.repeat(depth)}`;
	/** What is cut off stands at the fiftieth level. */
	const cut: unknown = JSON.parse(nested(24, '{"a":"…"}'));

	it('is cut off where no reply of Zoo has anything, and nowhere else', () => {
		const shallow = `{"a":${nested(24, '"[{\\"["')},"b":"]}"}`;
		expect(readJsonObject(shallow)).toEqual(JSON.parse(shallow));
		expect(readJsonObject(`{"a":${nested(3000, '1')},"b":[2]}`)).toEqual({
			...(JSON.parse(`{"a":${nested(24, '"…"')}}`) as object),
			b: [2],
		});
	});

	it.each([
		'['.repeat(60),
		'{"a":'.repeat(60),
		`{"b":1,"a":${'['.repeat(60)}`,
		`{"a":${'['.repeat(60)}${']'.repeat(59)}`,
	])('what is cut off does not make a reply of a text that is none (%#)', (text) => {
		expect(readJsonObject(text)).toBeUndefined();
	});

	it.each([
		['a long number', `[${'1'.repeat(30)}]`],
		['a long number in a list', `[[${'1'.repeat(30)}]]`],
		['a name twice', '[{"a":1,"a":2}]'],
		['a name twice at the edge', '{"b":1,"b":2}'],
		['lists', '[[[]],[]]'],
	])('is cut off with %s in it', (_, inner) => {
		expect(readJsonObject(nested(24, `{"a":${inner}}`))).toEqual(cut);
	});

	it.each([
		['lists', `{"a":${'['.repeat(48)}1${']'.repeat(48)}}`, `{"a":${'['.repeat(48)}1${']'.repeat(48)}}`],
		['one list more', `{"a":${'['.repeat(49)}1${']'.repeat(49)}}`, `{"a":${'['.repeat(48)}"…"${']'.repeat(48)}}`],
		['lists beside each other', `{"a":[${'[],'.repeat(60)}[]]}`, `{"a":[${'[],'.repeat(60)}[]]}`],
	])('counts %s', (_, text, read) => {
		expect(readJsonObject(text)).toEqual(JSON.parse(read));
	});
});

it('a list of a thousand elements is looked at one by one, a longer one is left as it came', () => {
	const reply = (length: number) =>
		readReply({
			pre_pay_cash_remaining: '1',
			subscription_details: { modeling_app: { features: [...Array<object>(length - 1).fill({ info: 'a' }), 5] } },
		});
	expect(reply(1000).misfits).toEqual(['subscription_details.modeling_app.features.999']);
	expect(reply(1001).misfits).toEqual(['subscription_details.modeling_app.features']);
});

describe('a count of credits and a fraction', () => {
	it.each<[count: unknown, fits: boolean]>([
		[12, true],
		['12', true],
		[1.5, false],
		['x12', false],
		['12x', false],
		['-12', false],
		['', false],
	])('%p is a count: %p', (count, fits) => {
		const { balance, misfits } = readReply({ stable_api_credits_remaining: count });
		expect(balance).toEqual({ stable_api_credits_remaining: count });
		expect(misfits).toEqual(fits ? [] : ['stable_api_credits_remaining']);
	});

	it.each<[fraction: unknown, fits: boolean]>([
		[12.5, true],
		['12', true],
		['-12.25', true],
		['12e5', true],
		['1.25E-12', true],
		['12e+12', true],
		['x12', false],
		['12x', false],
		['12.', false],
		['1e', false],
	])('%p is a fraction: %p', (fraction, fits) => {
		const json = {
			stable_api_credits_remaining: 1,
			subscription_details: { modeling_app: { annual_discount: fraction } },
		};
		const { balance, misfits } = readReply(json);
		expect(balance).toEqual(json);
		expect(misfits).toEqual(fits ? [] : ['subscription_details.modeling_app.annual_discount']);
	});
});

describe('numbers of sixty characters', () => {
	it.each([
		[60, 1],
		[61, `1.${'0'.repeat(59)}`],
	])('are read, longer ones come as their digits (%d)', (length, value) => {
		expect(readJsonObject(`{"a":1.${'0'.repeat(length - 2)}}`)).toEqual({ a: value });
	});
});

describe('replies of every shape', () => {
	const amountNames = [
		...allModels.flatMap(({ fields }) =>
			fields.flatMap(({ wire, credits }) => (credits === undefined ? [wire] : [wire, credits])),
		),
		'total_due',
	];
	const digits = fc
		.tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.nat({ max: 9999 }))
		.map(([minus, whole, decimals]) => `${minus ? '-' : ''}${whole}.${String(decimals).padStart(4, '0')}`);
	const scalar = fc.oneof(
		fc.constant('null'),
		fc.string().map((text) => JSON.stringify(text)),
		digits,
		digits.map((text) => `"${text}"`),
		fc.boolean().map(String),
		fc.constantFrom('1e-7', '1e21', '"flat"', '"team"', '"organization"', '"2024-04-29T19:59:55.022Z"'),
	);
	const name = fc.oneof(
		fc.constantFrom(
			'type',
			'price',
			'interval',
			'info',
			'features',
			'name',
			'modeling_app',
			'subscription_details',
			'zoo_tools_included',
			'support_tier',
			'saml_sso',
			'action_type',
		),
		fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== '__proto__'),
	);
	const { value } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
		value: fc.oneof({ maxDepth: 4 }, scalar, tie('object'), tie('list')),
		object: fc
			.uniqueArray(fc.tuple(name, tie('value')), { selector: ([key]) => key, maxLength: 5 })
			.map((members) => `{${members.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`),
		list: fc.array(tie('value'), { maxLength: 4 }).map((members) => `[${members.join(',')}]`),
	}));

	/** A complete reply, with some members dropped, replaced by anything, renamed, or joined by strangers, at any depth. */
	type Change = { readonly kind: 'drop' | 'rename' } | { readonly kind: 'replace' | 'add'; readonly text: string };
	const change: fc.Arbitrary<Change | undefined> = fc.oneof(
		{ weight: 12, arbitrary: fc.constant(undefined) },
		{ weight: 1, arbitrary: fc.constantFrom<Change>({ kind: 'drop' }, { kind: 'rename' }) },
		{ weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('replace', 'add'), text: value }) },
	);

	function vary(tree: unknown, next: () => Change | undefined): string {
		if (Array.isArray(tree)) return `[${tree.map((each) => vary(each, next)).join(',')}]`;
		if (typeof tree !== 'object' || tree === null) return JSON.stringify(tree);
		const members = Object.entries(tree).flatMap(([key, inner]) => {
			const is = next();
			if (is?.kind === 'drop') return [];
			if (is?.kind === 'replace') return [`${JSON.stringify(key)}:${is.text}`];
			const text = `${JSON.stringify(is?.kind === 'rename' ? `${key}_v2` : key)}:${vary(inner, next)}`;
			return is?.kind === 'add' ? [text, `${JSON.stringify(`${key}_too`)}:${is.text}`] : [text];
		});
		return `{${members.join(',')}}`;
	}

	const varied = fc
		.tuple(
			fc.constantFrom(DOCUMENTED_REPLY, API_CREDITS_REPLY.replace(SECRET, 'x')),
			fc.array(change, { minLength: 60, maxLength: 60 }),
		)
		.map(([text, changes]) => {
			const queue = changes.values();
			return vary(JSON.parse(text), () => queue.next().value);
		});
	const anyText = fc.oneof(
		varied,
		fc
			.uniqueArray(fc.tuple(fc.oneof(fc.constantFrom(...amountNames), name), value), { selector: ([key]) => key })
			.map((members) => `{${members.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`),
	);

	/** What must be the same before and after: any tree, with numbers and numeric texts by their value. */
	function canonical(tree: unknown): unknown {
		if (Array.isArray(tree)) return tree.map(canonical);
		if (typeof tree === 'object' && tree !== null)
			return Object.fromEntries(
				Object.entries(tree).map(([key, inner]) => [
					key,
					key === 'action_client_secret' && inner !== null ? '***' : canonical(inner),
				]),
			);
		return Usd.fromReply(tree)?.toString() ?? tree;
	}

	it('never throw, keep every field, known or not, and lose no amount', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				const json = readJsonObject(text);
				expect(json).toBeDefined();
				const { balance, misfits } = readReply(json ?? {});
				expect(canonical(balance)).toEqual(canonical(json));
				for (const path of misfits) expect(path).not.toBe('');
			}),
			{ numRuns: 700 },
		);
	});

	it('have every readable amount of their model as decimal text', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				const json = readJsonObject(text) ?? {};
				const { balance, model } = readReply(json);
				for (const field of model?.fields ?? []) {
					const wire = amountIn(json, field);
					if (wire) expect((balance as Record<string, unknown>)[field.wire]).toBe(wire.toString());
				}
			}),
			{ numRuns: 400 },
		);
	});

	it('are read or found unreadable whatever the text is', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.json(),
					fc.json({ maxDepth: 5 }).map((text) => text.slice(0, -1)),
				),
				(text) => {
					const json = readJsonObject(text);
					if (json) expect(canonical(readReply(json).balance)).toEqual(canonical(json));
					else expect(/^\s*\{[^]*\}\s*$/.test(text) && isHarmlessJson(text)).toBe(false);
				},
			),
			{ numRuns: 1000 },
		);
	});

	it.each(['{"__proto":1}', '{"__proto__x":1}', '{"a":"__proto__"}', '{"a":"\\"__proto__\\":1"}'])(
		'are read when they are %s',
		(text) => {
			expect(readReply(readJsonObject(text) ?? {}).balance).toEqual(JSON.parse(text));
		},
	);

	it.each([
		'{"__proto__":1}',
		'{"a":[{"__proto__" : {}}]}',
		'{"__\\u0070roto_\\u005F":null}',
		'{"\\u005f\\u005fproto__":[]}',
	])('are not read when they are %s', (text) => {
		expect(JSON.parse(text)).toBeInstanceOf(Object);
		expect(readJsonObject(text)).toBeUndefined();
	});

	/** Whether a text is JSON, and no object in it would change its prototype. */
	function isHarmlessJson(text: string): boolean {
		let harmless = true;
		try {
			JSON.parse(text, (key, value: unknown) => {
				harmless &&= key !== '__proto__';
				return value;
			});
			return harmless;
		} catch {
			return false;
		}
	}
});

/** JSON as texts could have it: numbers of any length, escapes, space anywhere, names that nearly mean something. */
const jsonTexts = fc.letrec<{ value: string; object: string }>((tie) => {
	const space = fc.constantFrom('', ' ', '\n', '\t');
	const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,70})(\.\d{1,30})?([eE][+-]?\d{1,3})?$/);
	const text = fc.oneof(
		fc.string().map((each) => JSON.stringify(each)),
		fc.constantFrom('"\\u005f_proto__x"', '"\\"12345678901234567890"', '"{[:,"', '"a\\\\"'),
	);
	const members = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), space, tie('value')), {
		selector: ([name]) => name,
		maxLength: 4,
	});
	const object = members.map(
		(all) => `{${all.map(([name, gap, value]) => `"${name}"${gap}:${gap}${value}`).join(',')}}`,
	);
	const list = fc.array(fc.tuple(space, tie('value')), { maxLength: 4 });
	return {
		value: fc.oneof(
			{ maxDepth: 4 },
			digits,
			text,
			fc.constantFrom('true', 'false', 'null'),
			list.map((all) => `[${all.map(([gap, value]) => gap + value + gap).join(',')}]`),
			object,
		),
		object,
	};
});

it('is what a parser that looks at every character makes of it', () => {
	const number = (digits: string) => (digits.length <= 60 && isSafeNumber(digits) ? Number(digits) : digits);
	fc.assert(
		fc.property(jsonTexts.object, (text) => {
			expect(readJsonObject(text)).toEqual(parse(text, null, number));
		}),
	);
});

it('is nothing where that parser finds nothing, however little is wrong', () => {
	const readable = (text: string) => {
		try {
			return parse(text) !== undefined;
		} catch {
			return false;
		}
	};
	fc.assert(
		fc.property(
			jsonTexts.object,
			fc.nat(),
			fc.constantFrom('', '"', ',', ':', '1', '-', '.', '{', '}', ' '),
			(text, at, by) => {
				const place = at % text.length;
				const wrong = text.slice(0, place) + by + text.slice(place + 1);
				fc.pre(!readable(wrong));
				expect(readJsonObject(wrong)).toBeUndefined();
			},
		),
	);
});

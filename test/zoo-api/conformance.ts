/** Holds what goes over the wire against what Zoo's document says: the node's requests, and the stand-in's own answers. */
import Ajv from 'ajv';

import type { BalanceModel } from './balances';
import type { LoggedRequest } from './requests';
import { UUID, type Answer } from './routes';
import { bodySchemas, replySchemas, type Schema } from './schemas';
import type { ZooApiSettings } from './server';

const ajv = new Ajv({ allErrors: true, strictTypes: false });
const formats: Readonly<Record<NonNullable<Schema['format']>, true | ((text: string) => boolean)>> = {
	'date-time': (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text),
	uuid: (text) => UUID.test(text),
	uri: (text) => URL.canParse(text),
	email: (text) => /^[^\s@/]+@[^\s@/]+$/.test(text),
	decimal: (text) => /^-?\d+(\.\d+)?$/.test(text),
	// Numbers of any size.
	'money-usd': true,
	uint64: true,
};
for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);

/** What is wrong with a JSON text, in the validator's words; nothing if it keeps to the schema. */
export function breaches(text: string, schema: Schema): string[] {
	const validate = ajv.getSchema(keyOf(schema)) ?? ajv.addSchema(schema, keyOf(schema)).getSchema(keyOf(schema));
	if (!validate) throw new Error('A schema that was added is there');
	// Digits that a double cannot hold are checked as the double next to them.
	if (validate(JSON.parse(text))) return [];
	return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`.trim());
}

const keys = new Map<Schema, string>();

function keyOf(schema: Schema): string {
	const key = keys.get(schema) ?? `schema-${keys.size}`;
	keys.set(schema, key);
	return key;
}

/** What is wrong with an answer. */
export function answerBreaches({ status, body, tells }: Answer, model: BalanceModel): string[] {
	const text = body();
	if (status === 204) return text === '' ? [] : ['a body with a 204'];
	if (!tells) return breaches(text, replySchemas.refusal);
	const schema = tells === 'user' || tells === 'invoices' ? replySchemas[tells] : replySchemas[model][tells];
	return breaches(text, schema);
}

interface Call {
	readonly path: RegExp;
	readonly methods: readonly string[];
	readonly query?: Readonly<Record<string, RegExp>>;
}

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const totalDue = { include_total_due: /^(true|false)$/ };

/** The calls that Zoo publishes, as far as the node may make them. */
const calls: readonly Call[] = [
	{ path: new RegExp(`^/(org|user)s/${uuid}/payment/balance$`), methods: ['GET', 'PUT', 'OPTIONS'], query: totalDue },
	{ path: /^\/(org|user)\/payment\/balance$/, methods: ['GET', 'OPTIONS'], query: totalDue },
	{ path: /^\/(org|user)\/payment\/subscriptions$/, methods: ['GET', 'OPTIONS'] },
	{
		path: /^\/(org|user)\/payment\/invoices$/,
		methods: ['GET', 'OPTIONS'],
		query: { limit: /^[1-9]\d{0,8}$/, page_token: /./ },
	},
	{ path: /^\/users\/[^/\s]+$/, methods: ['GET', 'OPTIONS'] },
	{ path: /^\/user$/, methods: ['GET'] },
];

/** What is wrong with a request: call, query, headers or body. `model`: that of the body. */
export function requestBreaches(request: LoggedRequest, model: BalanceModel): string[] {
	const { method, path, query, headers, body } = request;
	const call = calls.find((each) => each.path.test(path) && each.methods.includes(method));
	if (!call) return [`${method} ${path} is not published`];
	const strange = Object.entries(query).filter(([name, value]) => !call.query?.[name]?.test(value));
	const found = strange.map(([name, value]) => `the query has ${name}=${value}`);
	if (!/^Bearer \S+$/.test(headers.authorization ?? '')) found.push('there is no bearer token');
	if (method !== 'PUT') return body === '' ? found : [...found, 'there is a body'];
	if (headers['content-type'] !== 'application/json')
		found.push(`the content type is ${headers['content-type'] ?? ''}`);
	return [...found, ...breaches(body, bodySchemas[model])];
}

/** For the stand-in's `onAnswer`: throws where an answer departs from Zoo's document. */
export function checkAnswers({ model = 'prePay', amountsAs }: ZooApiSettings): NonNullable<ZooApiSettings['onAnswer']> {
	return ({ method, target }, answer) => {
		// Amounts as text are in no published type of this model; a test has asked for them.
		if (model === 'apiCredits' && amountsAs === 'text') return;
		const found = answerBreaches(answer, model);
		if (found.length > 0) throw new Error(`The answer to ${method} ${target}: ${found.join('; ')}`);
	};
}

/** The same for requests, too, where all of them come from the node. */
export function checkBoth(settings: ZooApiSettings): NonNullable<ZooApiSettings['onAnswer']> {
	const checkAnswer = checkAnswers(settings);
	return (request, answer) => {
		checkAnswer(request, answer);
		// The node may have been told the wrong model.
		const found = requestBreaches(request, request.body.includes('_api_credits_') ? 'apiCredits' : 'prePay');
		if (found.length > 0) throw new Error(`${request.method} ${request.target}: ${found.join('; ')}`);
	};
}

/** What Zoo's document says of its replies and of the bodies it takes, as JSON Schemas of our own words, for both balance models. */

/** A JSON Schema; nullable is a type of its own there. */
export interface Schema {
	readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly additionalProperties?: boolean | Schema;
	readonly minProperties?: number;
	readonly items?: Schema;
	readonly enum?: readonly string[];
	readonly anyOf?: readonly Schema[];
	readonly format?: 'date-time' | 'uuid' | 'uri' | 'email' | 'decimal' | 'money-usd' | 'uint64';
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly minimum?: number;
	readonly maxItems?: number;
}

type Properties = Readonly<Record<string, Schema>>;

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const count: Schema = { type: 'integer', format: 'uint64', minimum: 0 };
const fraction: Schema = { type: 'number' };
const moment: Schema = { type: 'string', format: 'date-time' };
const uuid: Schema = { type: 'string', format: 'uuid' };
const address: Schema = { type: 'string', format: 'uri' };
const email: Schema = { type: 'string', format: 'email' };
const usd: Schema = { type: 'number', format: 'money-usd' };
/** The documentation page prints text where its types say number. */
const usdOrText: Schema = { anyOf: [{ type: 'string', format: 'decimal' }, usd] };
const labels: Schema = { type: 'object', additionalProperties: text };

const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const word = (...words: readonly string[]): Schema => ({ type: 'string', enum: words });
const list = (items: Schema): Schema => ({ type: 'array', items });

/** Nothing that is not described belongs into it, so that a field that Zoo has dropped is found. */
function object(required: Properties, optional: Properties = {}): Schema {
	return {
		type: 'object',
		properties: { ...required, ...optional },
		required: Object.keys(required),
		additionalProperties: false,
	};
}

function price(money: Schema, intervals: Schema, agreed: string): Schema {
	const regular = (type: string) => object({ type: word(type), price: money, interval: intervals });
	return { anyOf: [regular('flat'), regular('per_user'), object({ type: word(agreed) })] };
}

const planType: Schema = {
	anyOf: [object({ type: word('individual') }), object({ type: word('organization'), saml_sso: flag })],
};
const training = word('always', 'default_on', 'default_off');
const features: Schema = { ...list(object({ info: { type: 'string', minLength: 1, maxLength: 80 } })), maxItems: 15 };

const subscription = object(
	{
		modeling_app: object(
			{
				description: text,
				name: text,
				price: price(usd, word('day', 'month', 'week', 'year', 'unknown'), 'contract'),
				support_tier: word('community', 'standard_email', 'priority_email', 'premium'),
				training_data_behavior: training,
				type: planType,
			},
			{
				annual_discount: orNull(fraction),
				billing_mode: word('standard', 'contract'),
				display_name: text,
				endpoints_included: list(word('modeling', 'ml', 'file')),
				features,
				ml_custom_models: flag,
				monthly_pay_as_you_go_api_credits: count,
				monthly_pay_as_you_go_api_credits_monetary_value: usd,
				pay_as_you_go_api_credit_price: usd,
				share_links: list(word('public', 'password_protected', 'organization_only')),
				zoo_tools_included: list(word('modeling_app', 'text_to_cad')),
			},
		),
	},
	{ action_client_secret: orNull(text), action_type: orNull(word('payment_intent', 'setup_intent')) },
);

const apiCreditsBalance = object(
	{
		created_at: moment,
		monthly_api_credits_remaining: count,
		monthly_api_credits_remaining_monetary_value: usd,
		stable_api_credits_remaining: count,
		stable_api_credits_remaining_monetary_value: usd,
		updated_at: moment,
	},
	{
		monthly_api_credits_refresh_at: orNull(moment),
		subscription_details: orNull(subscription),
		subscription_id: orNull(text),
		total_due: orNull(usd),
	},
);

const documentedPrice = price(usdOrText, word('day', 'month', 'week', 'year'), 'enterprise');

const documentedSubscription = object(
	{},
	{
		modeling_app: object(
			{},
			{
				description: text,
				features,
				name: word('free', 'pro', 'team', 'enterprise'),
				pay_as_you_go_credits: usdOrText,
				price: documentedPrice,
				support_tier: word('community', 'standard', 'premium', 'priority'),
				training_data_behavior: training,
				type: planType,
				zoo_tools_included: list(word('text_to_cad', 'modeling_app', 'diff_chrome_extension')),
			},
		),
	},
);

/** The page marks every field optional. */
const documentedBalance = object(
	{},
	{
		created_at: moment,
		id: uuid,
		map_id: uuid,
		modeling_app_enterprise_price: documentedPrice,
		monthly_credits_remaining: usdOrText,
		pre_pay_cash_remaining: usdOrText,
		pre_pay_credits_remaining: usdOrText,
		subscription_details: documentedSubscription,
		subscription_id: text,
		total_due: usdOrText,
		updated_at: moment,
	},
);

const user = object(
	{ created_at: moment, id: uuid, image: address, updated_at: moment },
	{
		allow_pay_as_you_go: flag,
		block: orNull(
			word(
				'missing_payment_method',
				'payment_method_failed',
				'billing_threshold_reached',
				'pay_as_you_go_disabled',
				'upgrade_downgrade_abuse',
				'admin',
			),
		),
		block_message: orNull(text),
		can_train_on_data: flag,
		company: text,
		deletion_scheduled: flag,
		discord: text,
		email,
		email_verified: orNull(moment),
		first_name: text,
		github: text,
		is_onboarded: flag,
		is_service_account: flag,
		last_name: text,
		name: text,
		phone: text,
		username: text,
	},
);

const discount = object({
	coupon: object(
		{},
		{
			amount_off: orNull(usd),
			id: text,
			metadata: labels,
			name: orNull(text),
			percent_off: orNull(fraction),
		},
	),
});

export const invoice = object(
	{ created_at: moment },
	{
		amount_due: usd,
		amount_paid: usd,
		amount_refunded: usd,
		amount_remaining: usd,
		attempt_count: count,
		attempted: flag,
		billing_reason: orNull(text),
		collection_method: orNull(text),
		currency: text,
		customer_email: email,
		customer_id: text,
		default_payment_method: text,
		description: text,
		discounts: list(discount),
		id: text,
		lines: list(
			object({}, { amount: usd, currency: text, description: text, id: text, invoice_item: text, metadata: labels }),
		),
		metadata: labels,
		number: text,
		paid: flag,
		pdf: orNull(address),
		receipt_number: text,
		refund_status: orNull(word('partially_refunded', 'refunded')),
		statement_descriptor: text,
		status: orNull(word('draft', 'open', 'paid', 'uncollectible', 'void', 'unknown')),
		subscription_id: orNull(text),
		subtotal: usd,
		tax: usd,
		total: usd,
		url: orNull(address),
	},
);

/** Whatever it refuses. */
const refusal = object({ message: text, request_id: text }, { error_code: text });

/** Replies by what they tell. */
export const replySchemas = {
	refusal,
	user,
	invoices: object({ items: list(invoice) }, { next_page: orNull(text) }),
	prePay: { balance: documentedBalance, subscription: documentedSubscription },
	apiCredits: { balance: apiCreditsBalance, subscription },
} as const;

/** Zoo takes an empty body for a change of nothing; whoever sends it has lost the amounts. */
const notEmpty = (body: Schema): Schema => ({ ...body, minProperties: 1 });

/** Bodies of a PUT to a balance. */
export const bodySchemas = {
	prePay: notEmpty(
		object(
			{},
			{
				monthly_credits_remaining: orNull(usdOrText),
				pre_pay_cash_remaining: orNull(usdOrText),
				pre_pay_credits_remaining: orNull(usdOrText),
			},
		),
	),
	apiCredits: notEmpty(
		object(
			{},
			{
				monthly_api_credits_remaining_monetary_value: orNull(usd),
				stable_api_credits_remaining_monetary_value: orNull(usd),
			},
		),
	),
} as const;

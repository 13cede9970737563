// What Zoo's replies hold, as zod schemas of both balance models; types and the editor's previews follow from here.

import * as z from 'zod/v4-mini';

import { balanceModels, type BalanceField, type ModelName } from './fields';
import { Usd } from './money';

/** Money in a reply: text or number on the wire, exact decimal text in the item. */
export const money = z.pipe(
	z.union([z.string(), z.number()]),
	z.transform((value, context) => {
		const amount = Usd.fromReply(value);
		if (amount) return amount.toString();
		context.issues.push({ code: 'custom', message: 'not a decimal amount', input: value });
		return z.NEVER;
	}),
);

// Zoo has moved fields between present, null and absent 18 times in two years; none of these may trouble a reader.
export const maybe = <T extends z.ZodMiniType>(schema: T) => z.nullish(schema);
export const text = maybe(z.string());
/** A count beyond what a number holds comes as its digits, and so does a fraction with more digits than that. */
export const whole = maybe(z.union([z.int(), z.string().check(z.regex(/^\d+$/))]));
export const fraction = maybe(z.union([z.number(), z.string().check(z.regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i))]));
export const flag = maybe(z.boolean());
export const moment = maybe(z.iso.datetime({ offset: true }));
const uuid = maybe(z.guid());

/** A list; one that is too long for all its elements to be looked at does not fit as a whole. */
export const list = <T extends z.ZodMiniType>(element: T) =>
	maybe(z.pipe(z.array(z.unknown()).check(z.maxLength(1000, { abort: true })), z.array(element)));

/** A price by the interval, or `agreed` on apart from Zoo's price list, which says nothing else. */
function price<const Interval extends string, const Agreed extends string>(
	intervals: readonly Interval[],
	agreed: readonly Agreed[],
) {
	const interval = maybe(z.enum(intervals));
	return maybe(
		z.discriminatedUnion('type', [
			z.looseObject({ type: z.literal('flat'), price: maybe(money), interval }),
			z.looseObject({ type: z.literal('per_user'), price: maybe(money), interval }),
			z.looseObject({ type: z.enum(agreed) }),
		]),
	);
}

/** What a subscription has in both models. */
function subscription() {
	return {
		description: text,
		features: list(z.looseObject({ info: text })),
		training_data_behavior: maybe(z.enum(['always', 'default_on', 'default_off'])),
		type: maybe(
			z.discriminatedUnion('type', [
				z.looseObject({ type: z.literal('individual') }),
				z.looseObject({ type: z.literal('organization'), saml_sso: flag }),
			]),
		),
		zoo_tools_included: list(z.string()),
	};
}

/** The amounts of a model by their wire names. */
function amountsOf<Name extends string>(fields: ReadonlyArray<BalanceField & { readonly wire: Name }>) {
	const named = fields.map((field) => [field.wire, maybe(money)] as const);
	return Object.fromEntries(named) as Record<Name, (typeof named)[number][1]>;
}

/** The same balances in whole credits, by their names. */
function countsOf<Name extends string>(fields: ReadonlyArray<BalanceField & { readonly credits: Name }>) {
	return Object.fromEntries(fields.map((field) => [field.credits, whole])) as Record<Name, typeof whole>;
}

const prePayPrice = () => price(['day', 'month', 'week', 'year'], ['enterprise']);

/** A subscription as documented. */
function prePaySubscription() {
	return z.looseObject({
		modeling_app: maybe(
			z.looseObject({
				...subscription(),
				name: maybe(z.enum(['free', 'pro', 'team', 'enterprise'])),
				pay_as_you_go_credits: maybe(money),
				price: prePayPrice(),
				support_tier: maybe(z.enum(['community', 'standard', 'premium', 'priority'])),
			}),
		),
	});
}

/** The balance as documented. */
function prePay() {
	return z.looseObject({
		...amountsOf(balanceModels.prePay.fields),
		created_at: moment,
		id: uuid,
		map_id: uuid,
		modeling_app_enterprise_price: prePayPrice(),
		subscription_details: maybe(prePaySubscription()),
		subscription_id: text,
		total_due: maybe(money),
		updated_at: moment,
	});
}

/**
 * A subscription as published since May 2025, with the fields that joined until August 2026 and what older hosts say.
 */
function apiCreditsSubscription() {
	return z.looseObject({
		action_client_secret: text,
		action_type: maybe(z.enum(['payment_intent', 'setup_intent'])),
		modeling_app: maybe(
			z.looseObject({
				...subscription(),
				annual_discount: fraction,
				billing_mode: maybe(z.enum(['standard', 'contract'])),
				display_name: text,
				endpoints_included: list(z.enum(['modeling', 'ml', 'file'])),
				ml_custom_models: flag,
				monthly_pay_as_you_go_api_credits: whole,
				monthly_pay_as_you_go_api_credits_monetary_value: maybe(money),
				name: text,
				pay_as_you_go_api_credit_price: maybe(money),
				pay_as_you_go_credits: maybe(money),
				price: price(['day', 'month', 'week', 'year', 'unknown'], ['contract', 'enterprise']),
				share_links: list(z.enum(['public', 'password_protected', 'organization_only'])),
				support_tier: maybe(
					z.enum(['community', 'standard_email', 'priority_email', 'premium', 'standard', 'priority']),
				),
			}),
		),
	});
}

/** The balance as published since then. */
function apiCredits() {
	return z.looseObject({
		...amountsOf(balanceModels.apiCredits.fields),
		...countsOf(balanceModels.apiCredits.fields),
		created_at: moment,
		monthly_api_credits_refresh_at: moment,
		subscription_details: maybe(apiCreditsSubscription()),
		subscription_id: text,
		total_due: maybe(money),
		updated_at: moment,
	});
}

export type PrePayBalance = z.infer<ReturnType<typeof prePay>>;
export type ApiCreditsBalance = z.infer<ReturnType<typeof apiCredits>>;
/** Zoo's balance as an item carries it: every amount a decimal text, unknown fields kept. */
export type Balance = PrePayBalance | ApiCreditsBalance;

export type ReplySchema = ReturnType<typeof prePay> | ReturnType<typeof apiCredits>;

/** Builds a schema for the first reply that needs it: n8n loads the node on every start and often only to show it. */
export function onDemand<Schema>(build: () => Schema): () => Schema {
	let built: Schema | undefined;
	return () => (built ??= build());
}

/** A subscription on its own, from a host of either model. */
export const subscriptionSchema = onDemand(apiCreditsSubscription);

const replySchemas: Record<ModelName, () => ReplySchema> = {
	prePay: onDemand(prePay),
	apiCredits: onDemand(apiCredits),
};

export function replySchema(model: ModelName): ReplySchema {
	return replySchemas[model]();
}

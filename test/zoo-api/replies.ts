/** The JSON texts of successful replies, complete for both balance models. */
import Big from 'big.js';
import { LosslessNumber } from 'lossless-json';

import { asReplyAmount, wholeCredits, type AmountStyle, type CreditRounding } from './amounts';
import { amountIn, totalDueOf, WRITABLE_AMOUNTS, type Balance, type BalanceModel } from './balances';
import { jsonText } from './json';

export interface ReplyStyle {
	readonly model: BalanceModel;
	readonly amountsAs: AmountStyle;
	/** USD; what one credit is worth, for the counts of whole credits. */
	readonly creditValue: Big;
	readonly rounding: CreditRounding;
	/** Stands in for a secret that a client must never show. */
	readonly actionClientSecret?: string;
}

export function balanceReply(balance: Balance, style: ReplyStyle, includeTotalDue: boolean): string {
	const reply =
		style.model === 'prePay' ? prePayReply(balance, style) : apiCreditsReply(balance, style, includeTotalDue);
	return jsonText(reply);
}

export function subscriptionReply(style: ReplyStyle): string {
	return jsonText(style.model === 'prePay' ? prePaySubscription(style) : apiCreditsSubscription(style));
}

/** `email`: as it was given with the user, where it was. */
export function userReply(id: string, email?: string): string {
	return jsonText({
		created_at: '2024-04-29T19:59:55.022Z',
		...(email !== undefined && { email }),
		id,
		image: `https://images.zoo.invalid/${id}.png`,
		name: 'Ada Example',
		updated_at: '2024-04-29T19:59:55.022Z',
	});
}

function prePayReply(balance: Balance, style: ReplyStyle): Record<string, unknown> {
	const money = moneyIn(style);
	return {
		created_at: balance.createdAt.toISOString(),
		id: balance.id,
		map_id: balance.ownerId,
		modeling_app_enterprise_price: { interval: 'month', price: money('100'), type: 'flat' },
		...writableAmounts(balance, style),
		subscription_details: prePaySubscription(style),
		subscription_id: 'sub_standin',
		total_due: asReplyAmount(totalDueOf(balance), style.amountsAs),
		updated_at: balance.updatedAt.toISOString(),
	};
}

function prePaySubscription(style: ReplyStyle): Record<string, unknown> {
	const money = moneyIn(style);
	const tier = {
		description: 'For teams that build together',
		features: [{ info: 'Shared projects' }],
		name: 'team',
		pay_as_you_go_credits: money('20'),
		price: { interval: 'month', price: money('99.5'), type: 'per_user' },
		support_tier: 'premium',
		training_data_behavior: 'default_off',
		type: { saml_sso: true, type: 'organization' },
		zoo_tools_included: ['text_to_cad', 'modeling_app'],
	};
	return { modeling_app: tier };
}

function apiCreditsReply(balance: Balance, style: ReplyStyle, includeTotalDue: boolean): Record<string, unknown> {
	return {
		created_at: balance.createdAt.toISOString(),
		monthly_api_credits_refresh_at: null,
		...creditCounts(balance, style),
		...writableAmounts(balance, style),
		subscription_details: apiCreditsSubscription(style),
		subscription_id: null,
		total_due: includeTotalDue ? asReplyAmount(totalDueOf(balance), style.amountsAs) : null,
		updated_at: balance.updatedAt.toISOString(),
	};
}

function apiCreditsSubscription(style: ReplyStyle): Record<string, unknown> {
	return {
		action_client_secret: style.actionClientSecret ?? null,
		action_type: style.actionClientSecret === undefined ? null : 'payment_intent',
		modeling_app: apiCreditsTier(style),
	};
}

function apiCreditsTier(style: ReplyStyle): Record<string, unknown> {
	return {
		annual_discount: new LosslessNumber('10.0'),
		billing_mode: 'contract',
		description: 'For companies with an agreement',
		display_name: 'Enterprise',
		endpoints_included: ['modeling', 'file'],
		features: [{ info: 'Shared projects' }],
		ml_custom_models: true,
		monthly_pay_as_you_go_api_credits: 1000,
		monthly_pay_as_you_go_api_credits_monetary_value: asReplyAmount(style.creditValue.times(1000), style.amountsAs),
		name: 'enterprise_2026',
		pay_as_you_go_api_credit_price: asReplyAmount(style.creditValue, style.amountsAs),
		price: { type: 'contract' },
		share_links: ['public', 'organization_only'],
		support_tier: 'premium',
		training_data_behavior: 'default_off',
		type: { saml_sso: true, type: 'organization' },
		zoo_tools_included: ['text_to_cad', 'modeling_app'],
	};
}

function moneyIn(style: ReplyStyle): (text: string) => string | LosslessNumber {
	return (text) => asReplyAmount(new Big(text), style.amountsAs);
}

function writableAmounts(balance: Balance, style: ReplyStyle): Record<string, unknown> {
	return Object.fromEntries(
		WRITABLE_AMOUNTS[style.model].map((name) => [name, asReplyAmount(amountIn(balance, name), style.amountsAs)]),
	);
}

function creditCounts(balance: Balance, style: ReplyStyle): Record<string, unknown> {
	return Object.fromEntries(
		WRITABLE_AMOUNTS.apiCredits.map((name) => {
			const credits = wholeCredits(amountIn(balance, name), style.creditValue, style.rounding);
			return [name.replace(/_monetary_value$/, ''), new LosslessNumber(credits.toFixed())];
		}),
	);
}

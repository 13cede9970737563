// The one table of balance fields: parameter, wire name, label and meaning of every amount in both balance models.

import type { Usd } from './money';

export interface BalanceField {
	/** The name that workflows store. */
	readonly parameter: string;
	/** The property in Zoo's bodies and replies. */
	readonly wire: string;
	readonly label: string;
	/** Half a sentence, for the editor and the README. */
	readonly meaning: string;
	/** The reply's property with the same balance in whole credits, in a model that counts them. */
	readonly credits?: string;
}

const prePayFields = [
	{
		parameter: 'monthlyCreditsRemaining',
		wire: 'monthly_credits_remaining',
		label: 'Monthly Credits (Pre-Pay)',
		meaning: 'What is left of the credits that are granted every month and do not carry over',
	},
	{
		parameter: 'prePayCashRemaining',
		wire: 'pre_pay_cash_remaining',
		label: 'Pre-Pay Cash',
		meaning: 'What is left of the money that the customer really paid and could withdraw',
	},
	{
		parameter: 'prePayCreditsRemaining',
		wire: 'pre_pay_credits_remaining',
		label: 'Pre-Pay Credits',
		meaning: 'What is left of the credits that bills are paid from, bought with the cash',
	},
] as const satisfies readonly BalanceField[];

const apiCreditsFields = [
	{
		parameter: 'monthlyApiCreditsRemainingMonetaryValue',
		wire: 'monthly_api_credits_remaining_monetary_value',
		label: 'API Credits (Monthly)',
		meaning: 'The value of what is left of the API credits that are granted every month and are used first',
		credits: 'monthly_api_credits_remaining',
	},
	{
		parameter: 'stableApiCreditsRemainingMonetaryValue',
		wire: 'stable_api_credits_remaining_monetary_value',
		label: 'API Credits (Stable)',
		meaning: 'The value of what is left of the API credits that do not expire; Zoo may have granted them',
		credits: 'stable_api_credits_remaining',
	},
] as const satisfies readonly BalanceField[];

export type ModelName = 'prePay' | 'apiCredits';

export interface BalanceModel {
	/** As previews store it. */
	readonly name: ModelName;
	readonly label: string;
	/** The word in Zoo's names by which a person knows it. */
	readonly mark: string;
	readonly description: string;
	readonly fields: readonly BalanceField[];
	/** An amount as JSON on the wire. */
	readonly onWire: (amount: Usd) => string;
	/** The field whose change can be derived from another's with a multiplier. */
	readonly derived?: { readonly from: BalanceField; readonly to: BalanceField };
	/** Whether `total_due` must be asked for. */
	readonly totalDueOnRequest: boolean;
}

/** The documented model: amounts travel as decimal strings. */
const prePay = {
	name: 'prePay',
	label: 'pre-pay amounts',
	mark: 'pre_pay',
	description: 'Monthly credits, pre-pay cash and pre-pay credits, as on the documentation page of the endpoint',
	fields: prePayFields,
	onWire: (amount: Usd) => `"${amount.toString()}"`,
	derived: { from: prePayFields[1], to: prePayFields[2] },
	totalDueOnRequest: false,
} satisfies BalanceModel;

/** What Zoo has published since 2025-05-04: amounts travel as JSON numbers. */
const apiCredits = {
	name: 'apiCredits',
	label: 'API credits',
	mark: 'api_credits',
	description: 'Monthly and stable API credits by their monetary value, as today’s API has them',
	fields: apiCreditsFields,
	onWire: (amount: Usd) => amount.toString(),
	totalDueOnRequest: true,
} satisfies BalanceModel;

export const balanceModels = { prePay, apiCredits } as const satisfies Record<ModelName, BalanceModel>;
export const allModels: readonly BalanceModel[] = Object.values(balanceModels);
export const allFields: readonly BalanceField[] = allModels.flatMap(({ fields }) => fields);

/** The model that most amounts of a reply belong to, those that are null counting less; undefined when it has none. */
export function modelOf(reply: Readonly<Record<string, unknown>>): BalanceModel | undefined {
	const weights = allModels.map((model) => ({
		model,
		weight: model.fields.reduce((sum, field) => sum + weightOf(reply, field), 0),
	}));
	const [heaviest] = weights.sort((one, other) => other.weight - one.weight);
	return heaviest && heaviest.weight > 0 ? heaviest.model : undefined;
}

function weightOf(reply: Readonly<Record<string, unknown>>, { wire, credits }: BalanceField): number {
	if (wire in reply && reply[wire] !== null) return 1;
	return wire in reply || (credits !== undefined && credits in reply) ? 0.1 : 0;
}

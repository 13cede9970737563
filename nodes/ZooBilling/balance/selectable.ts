// Which parts of Zoo's balance an item carries: identifiers, amounts, and what else can be selected.

import { allModels } from './fields';

export const identifiers: readonly string[] = ['id', 'map_id', 'subscription_id'];

export const amounts: readonly string[] = [
	...allModels.flatMap((model) =>
		model.fields.flatMap(({ wire, credits }) => (credits === undefined ? [wire] : [wire, credits])),
	),
	'total_due',
];

/** By Zoo's names, in both models; an item has its identifiers without being asked. */
export const selectable: readonly string[] = [
	...amounts,
	'created_at',
	'modeling_app_enterprise_price',
	'monthly_api_credits_refresh_at',
	'subscription_details',
	'updated_at',
].sort();

// Which fields of a balance an item can be limited to.

import { allModels } from '../../nodes/ZooBilling/balance/fields';
import { replySchema } from '../../nodes/ZooBilling/balance/schema';
import { amounts, identifiers, selectable } from '../../nodes/ZooBilling/balance/selectable';

it('are all that the schemas of both models know, in the order of the alphabet', () => {
	const known = allModels.flatMap(({ name }) => Object.keys(replySchema(name).shape));
	expect(selectable).toEqual([...new Set(known)].filter((name) => !identifiers.includes(name)).sort());
});

it('are beside those that tell whose balance it is', () => {
	expect(identifiers).toEqual(['id', 'map_id', 'subscription_id']);
});

it('have among them each amount, once, with the credits that it is worth', () => {
	expect(amounts).toEqual([
		'monthly_credits_remaining',
		'pre_pay_cash_remaining',
		'pre_pay_credits_remaining',
		'monthly_api_credits_remaining_monetary_value',
		'monthly_api_credits_remaining',
		'stable_api_credits_remaining_monetary_value',
		'stable_api_credits_remaining',
		'total_due',
	]);
});

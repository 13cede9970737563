// Requests to the Zoo API, from checked values to the exact bytes.

import type { FieldAmount } from '../balance/amounts';
import type { BalanceModel } from '../balance/fields';
import type { Owner } from '../balance/owner';

export interface ZooRequest {
	readonly method: 'GET' | 'PUT';
	/** Path and query, from the root of the host. */
	readonly path: string;
	/** JSON text. */
	readonly body?: string;
}

function balancePath({ kind, id }: Owner, includeTotalDue: boolean): string {
	const owner = id === undefined ? kind.ownPath : `${kind.path}/${id}`;
	return `${owner}/payment/balance${includeTotalDue ? '?include_total_due=true' : ''}`;
}

export function readBalance(owner: Owner, includeTotalDue = false): ZooRequest {
	return { method: 'GET', path: balancePath(owner, includeTotalDue) };
}

/** The body has the given amounts and nothing else, encoded as the model wants them. */
export function writeBalance(owner: Owner, model: BalanceModel, amounts: readonly FieldAmount[], includeTotalDue = false): ZooRequest {
	const members = amounts.map(({ field, amount }) => `"${field.wire}":${model.onWire(amount)}`);
	return { method: 'PUT', path: balancePath(owner, includeTotalDue), body: `{${members.join(',')}}` };
}

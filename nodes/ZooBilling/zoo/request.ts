// Requests to the Zoo API, from checked values to the exact bytes.

import type { FieldAmount } from '../balance/amounts';
import type { BalanceModel } from '../balance/fields';
import type { Owner } from '../balance/owner';

export interface ZooRequest {
	readonly method: 'GET' | 'PUT' | 'OPTIONS';
	/** Path and query, from the root of the host. */
	readonly path: string;
	/** JSON text. */
	readonly body?: string;
}

/** What every operation reads or writes unless it has an `endpoint` of its own. */
export const BALANCE_PATH = '/payment/balance';

/** `path`: what follows the owner's path, such as `/payment/balance`. */
export function read({ kind, id }: Owner, path: string): ZooRequest {
	return { method: 'GET', path: (id === undefined ? kind.ownPath : `${kind.path}/${id}`) + path };
}

/** Tells whose e-mail address it is. */
export function findUser(email: string): ZooRequest {
	return { method: 'GET', path: `/users/${encodeURIComponent(email)}` };
}

export function readBalance(owner: Owner, includeTotalDue = false): ZooRequest {
	return read(owner, BALANCE_PATH + (includeTotalDue ? '?include_total_due=true' : ''));
}

/** The body has the given amounts and nothing else, encoded as the model wants them. */
export function writeBalance(
	owner: Owner,
	model: BalanceModel,
	amounts: readonly FieldAmount[],
	includeTotalDue = false,
): ZooRequest {
	const members = amounts.map(({ field, amount }) => `"${field.wire}":${model.onWire(amount)}`);
	return { ...readBalance(owner, includeTotalDue), method: 'PUT', body: `{${members.join(',')}}` };
}

// What of a reply did not come out of the node.

import Big from 'big.js';
import { isLosslessNumber } from 'lossless-json';

import { isJsonObject } from '../zoo-api/json';

/** Paths of the values that are not there any more, `from` as lossless-json read it: numbers and texts by value, objects and lists by what is in them. */
export function lost(from: unknown, to: unknown, path = ''): string[] {
	if (isLosslessNumber(from) || (typeof from === 'string' && /^-?\d+(\.\d+)?$/.test(from)))
		return ['string', 'number'].includes(typeof to) && new Big(String(from)).eq(String(to)) ? [] : [path];
	if (Array.isArray(from) && Array.isArray(to) && from.length === to.length)
		return from.flatMap((each, index) => lost(each, to[index], `${path}.${index}`));
	if (isJsonObject(from) && isJsonObject(to))
		return Object.entries(from).flatMap(([name, each]) => lost(each, to[name], `${path}.${name}`));
	if (path.endsWith('.action_client_secret') && typeof from === 'string') return to === '***' ? [] : [path];
	return from === to ? [] : [path];
}

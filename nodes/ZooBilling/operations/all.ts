// All operations, in the order in which the editor lists them.

import { adjustBalance } from './adjustBalance';
import { applyPreview } from './applyPreview';
import { getBalance, getOwnBalance } from './getBalance';
import { getInvoices } from './getInvoices';
import { getSubscription } from './getSubscription';
import type { Operation } from './operation';
import { updateBalance } from './updateBalance';

export const operations: readonly Operation[] = [
	adjustBalance,
	applyPreview,
	getInvoices,
	getBalance,
	getOwnBalance,
	getSubscription,
	updateBalance,
];

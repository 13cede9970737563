// All operations, in the order in which the editor lists them.

import { adjustBalance } from './adjustBalance';
import { applyPreview } from './applyPreview';
import { getBalance, getOwnBalance } from './getBalance';
import type { Operation } from './operation';
import { updateBalance } from './updateBalance';

export const operations: readonly Operation[] = [adjustBalance, applyPreview, getBalance, getOwnBalance, updateBalance];

/** The SQLite database of an n8n, searched while n8n runs. */
import { join } from 'node:path';

import { z } from 'zod';

import type { CleanUp } from './clean-up';
import { NODE } from './install';
import { runToEnd } from './processes';

/** The columns, as `table.column`, in which at least one row contains the text. */
export async function columnsWith(text: string, database: string, cleanUp: CleanUp): Promise<string[]> {
	const args = ['--no-warnings', join(__dirname, 'database-columns.mts'), database, text];
	return z.array(z.string()).parse(JSON.parse(await runToEnd({ file: NODE, args }, cleanUp)));
}

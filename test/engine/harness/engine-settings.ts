/** Settings that n8n's engine reads from the environment while it loads, which it does after this. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ENCRYPTION_KEY = 'for-tests-only';

// Not the user's own n8n, and no folder more with every run.
const userFolder = resolve(__dirname, '../../../node_modules/.cache/n8n-engine');

process.env['N8N_USER_FOLDER'] = userFolder;
process.env['N8N_ENCRYPTION_KEY'] = ENCRYPTION_KEY;
// The harness records what is logged; printing it would only drown the results.
process.env['N8N_LOG_LEVEL'] = 'silent';
// Where a proxy is set, n8n would look for the stand-in behind it.
for (const name of ['NO_PROXY', 'no_proxy']) {
	process.env[name] = [...new Set([...(process.env[name] ?? '').split(','), '127.0.0.1', 'localhost'])]
		.filter(Boolean)
		.join(',');
}

// n8n would write this file itself; moved into place, it is never seen half-written by a parallel test.
const settings = join(userFolder, '.n8n', 'config');
const draft = `${settings}.${process.pid}`;
mkdirSync(join(userFolder, '.n8n'), { recursive: true });
writeFileSync(draft, JSON.stringify({ encryptionKey: ENCRYPTION_KEY }), { mode: 0o600 });
renameSync(draft, settings);

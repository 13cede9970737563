// The demo of the README, run as a newcomer runs it: outside of the tests' own runner.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

it('writes eight of its ten payments, refuses two, and never touches the n8n of whoever runs it', async () => {
	const home = join(root, 'node_modules/.cache/no-home');

	const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'test/demo/demo.ts'], {
		cwd: root,
		// What the tests have set for themselves is not there, and a proxy is, as in many a company.
		env: { PATH: process.env['PATH'], HOME: home, http_proxy: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' },
	});

	expect(stdout).toContain('10 payments: 8 written and confirmed, 2 refused; 9 PUT and 2 GET requests.');
	expect(stdout).not.toContain('encryption key');
});

// The audit of the bundled libraries, against a registry of its own: what it says when there is an advisory, none, or no answer.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** Runs the audit against a registry that gives this answer about advisories. */
async function audit(status: number, answer: unknown): Promise<{ code: number; output: string; asked: string[] }> {
	const asked: string[] = [];
	const registry = createServer((request, response) => {
		asked.push(`${request.method} ${request.url}`);
		// npm looks up the versions of whatever has an advisory, and of what depends on it.
		const name = decodeURIComponent(request.url ?? '').slice(1);
		const [code, body] = request.method === 'GET' ? [200, { name, 'dist-tags': {}, versions: {} }] : [status, answer];
		request
			.resume()
			.on('end', () => response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
	}).listen(0, '127.0.0.1');
	await once(registry, 'listening');
	const { port } = registry.address() as AddressInfo;
	const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_fetch_retries: '0' };
	return await new Promise((resolve) => {
		execFile(
			process.execPath,
			['--import', 'tsx', 'scripts/bundled.ts', '--advisories'],
			{ cwd: root, env },
			(error, stdout, stderr) => {
				registry.close();
				resolve({ code: Number(error?.code ?? 0), output: stdout + stderr, asked });
			},
		);
	});
}

const advisory = (range: string) => ({
	id: 1,
	url: 'http://127.0.0.1/advisory',
	title: 'Reads amounts wrongly',
	severity: 'high',
	vulnerable_versions: range,
	cwe: [],
	cvss: { score: 7, vectorString: null },
});

it('passes when the registry knows of nothing', async () => {
	const { code, output, asked } = await audit(200, {});
	expect(output).toContain('no known advisory for any of them');
	expect(code).toBe(0);
	expect(asked).toContain('POST /-/npm/v1/security/advisories/bulk');
});

it('fails with the name and the advisory of a bundled library', async () => {
	const { code, output } = await audit(200, { zod: [advisory('<=999.0.0')] });
	expect(output).toMatch(/zod \d+\.\d+\.\d+: .*Reads amounts wrongly/);
	expect(code).toBe(1);
});

it('passes over an advisory for a tool, which never reaches a user', async () => {
	const { code } = await audit(200, { gulp: [advisory('<=999.0.0')] });
	expect(code).toBe(0);
});

it('fails with the reason when the registry does not tell', async () => {
	const { code, output } = await audit(405, {});
	expect(output).toContain('the advisories are unknown, npm audit gave no report: 405 Method Not Allowed');
	expect(code).toBe(1);
});

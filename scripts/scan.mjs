// Runs n8n's community scan offline: over the packed tarball, as n8n would get it, and over the sources.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
try {
	const [packed] = JSON.parse(
		execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		}),
	);
	execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
	report(`tarball (${packed.files.length} files, ${packed.size} bytes)`, await analyzePackage(join(folder, 'package')));
	report('sources', await analyzePackage(process.cwd(), SOURCE_FILE_PATTERNS));
} finally {
	rmSync(folder, { recursive: true, force: true });
}

function report(what, { passed, details, message }) {
	console.log(`community scan of the ${what}: ${passed ? 'clean' : (details ?? message)}`);
	if (!passed) process.exitCode = 1;
}

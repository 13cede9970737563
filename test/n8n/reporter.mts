/** Prints each test as it ends and, last of all, the counts in one line. */
import { inspect } from 'node:util';

import type { TestEvent } from 'node:test/reporters';

export default async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
	const count = { passed: 0, failed: 0 };
	for await (const event of events) {
		if (event.type === 'test:diagnostic' && event.data.nesting > 0) yield `  note: ${event.data.message}\n`;
		if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
		const { name, details } = event.data;
		const failed = event.type === 'test:fail';
		// A suite fails with its tests, and counts by itself only when what it starts or cleans up failed.
		if (details.type === 'suite' && !(event.type === 'test:fail' && ofHook(event.data.details.error))) continue;
		count[failed ? 'failed' : 'passed'] += 1;
		yield `${failed ? '✖' : '✔'} ${name} (${Math.round(details.duration_ms)} ms)\n`;
		if (event.type === 'test:fail') yield `${inspect(event.data.details.error, { depth: 5 })}\n`;
	}
	yield `Tests: ${count.passed} passed, ${count.failed} failed\n`;
}

function ofHook(error: Error): boolean {
	return 'failureType' in error && error.failureType === 'hookFailed';
}

// Runs what judges mutants, as a plugin of Stryker: all tests in one process, which loads them anew for each mutant in a fraction of a second.

import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import vm from 'node:vm';

import { declareClassPlugin, declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import { build } from 'esbuild';
import { expect } from 'expect';

/** Milliseconds without anything to do, after which a test is taken for one that never ends. */
const IDLE = 500;
const UNHANDLED = ['unhandledRejection', 'uncaughtException'];

class Runner {
	capabilities() {
		return { reloadEnvironment: true };
	}

	async init() {
		const folder = path.resolve('test/mutation');
		const bundle = await build({
			entryPoints: [path.join(folder, 'judges.ts')],
			plugins: [standIns(folder)],
			bundle: true,
			format: 'cjs',
			packages: 'external',
			platform: 'node',
			write: false,
		});
		this.require = createRequire(path.join(folder, 'judges.ts'));
		this.script = new vm.Script(`((require, module, exports) => {${bundle.outputFiles[0].text}\n})`);
	}

	async dryRun() {
		const stryker = this.strykerWith({ mutantCoverage: { static: {}, perTest: {} } });
		const run = await this.run(stryker, () => true);
		return { ...run, mutantCoverage: stryker.mutantCoverage };
	}

	async mutantRun({ activeMutant, mutantActivation, hitLimit, testFilter, disableBail }) {
		const count = hitLimit === undefined ? {} : { hitCount: 0, hitLimit };
		const atLoad = mutantActivation === 'static' ? { activeMutant: activeMutant.id } : {};
		const stryker = this.strykerWith({ ...count, ...atLoad });
		const chosen = testFilter && new Set(testFilter);
		const run = await this.run(stryker, (id) => chosen?.has(id) ?? true, {
			bails: !disableBail,
			onLoaded: () => {
				stryker.activeMutant = activeMutant.id;
			},
		});
		const endless = determineHitLimitReached(stryker.hitCount, hitLimit);
		return toMutantRunResult(endless ?? run, disableBail);
	}

	/** What the mutants ask whether they are active, and tell that they were met; the same object for all of them. */
	strykerWith(state) {
		const stryker = (globalThis.__stryker__ ??= {});
		for (const name of Object.keys(stryker)) Reflect.deleteProperty(stryker, name);
		return Object.assign(stryker, state);
	}

	async run(stryker, isChosen, { bails = false, onLoaded = () => undefined } = {}) {
		const results = [];
		try {
			const { tests, first } = this.load();
			for (const prepare of first) await prepare();
			onLoaded();
			for (const test of tests.filter(({ id }) => isChosen(id))) {
				stryker.currentTestId = test.id;
				const result = await runTest(test);
				results.push(result);
				if (bails && result.status === TestStatus.Failed) break;
			}
		} catch (error) {
			return { status: 'error', errorMessage: String(error?.stack ?? error) };
		}
		return { status: 'complete', tests: results };
	}

	load() {
		const collected = new Collected();
		Object.assign(globalThis, { ...collected.globals(), expect });
		this.script.runInThisContext()(this.require, { exports: {} }, {});
		return collected;
	}
}

/** Libraries that take longer than a mutant is worth. */
function standIns(folder) {
	return {
		name: 'stand-ins',
		setup: (bundle) => {
			bundle.onResolve({ filter: /^(fast-check|n8n-workflow)$/ }, ({ path: name, importer }) => {
				const standIn = path.join(folder, `${name}.ts`);
				return importer === standIn ? undefined : { path: standIn };
			});
		},
	};
}

/** The tests in their order, each with what comes before it. */
class Collected {
	tests = [];
	/** What comes before all of them. */
	first = [];
	scopes = [];

	globals() {
		const it = each((name, run) => this.add(name, run));
		const describe = each((name, run) => {
			this.scopes.push({ name, before: [] });
			run();
			this.scopes.pop();
		});
		this.scopes.push({ name: '', before: [] });
		const beforeAll = (run) => this.first.push(run);
		return { it, test: it, describe, beforeAll, beforeEach: (run) => this.scopes.at(-1).before.push(run) };
	}

	add(name, run) {
		const names = [...this.scopes.map((scope) => scope.name), name].filter(Boolean);
		const before = this.scopes.flatMap((scope) => scope.before);
		this.tests.push({ id: `${this.tests.length} ${names.join(' ')}`, run, before });
	}
}

/** With `.each`, as Jest has it: rows, or single values; the names leave them out. */
function each(declare) {
	const eachOf = (rows) => (name, run) => {
		const areRows = rows.every(Array.isArray);
		for (const row of rows) declare(name, () => (areRows ? run(...row) : run(row)));
	};
	return Object.assign(declare, { each: eachOf });
}

async function runTest({ id, run, before }) {
	const begun = performance.now();
	const { promise: broken, reject } = withReject();
	const watch = setInterval(watching(reject), IDLE);
	for (const event of UNHANDLED) process.on(event, reject);
	const work = async () => {
		for (const prepare of before) await prepare();
		await run();
	};
	const failureMessage = await Promise.race([work(), broken]).catch((error) => String(error?.message ?? error));
	clearInterval(watch);
	for (const event of UNHANDLED) process.off(event, reject);
	const outcome =
		failureMessage === undefined ? { status: TestStatus.Success } : { status: TestStatus.Failed, failureMessage };
	return { id, name: id, timeSpentMs: performance.now() - begun, ...outcome };
}

/** Idle since it last looked: a busy machine makes nobody idle. No test waits for real time to pass. */
function watching(reject) {
	let before = performance.eventLoopUtilization();
	return () => {
		const now = performance.eventLoopUtilization();
		if (performance.eventLoopUtilization(now, before).utilization < 0.02) reject(new Error('It does not end'));
		before = now;
	};
}

function withReject() {
	let reject;
	const promise = new Promise((_, fail) => {
		reject = fail;
	});
	return { promise, reject };
}

/** What the editor shows is compared with the documentation, not here. */
const TEXTS = new Set(['action', 'describe', 'description', 'label', 'notice']);

const texts = {
	shouldIgnore: (path) => {
		const isText = path.isObjectProperty() && TEXTS.has(path.node.key.name);
		return isText ? 'a text for people' : undefined;
	},
};

export const strykerPlugins = [
	declareClassPlugin(PluginKind.TestRunner, 'judges', Runner),
	declareValuePlugin(PluginKind.Ignore, 'texts', texts),
];

// Jest's environment for the tests: suites of one worker share n8n's engine, which takes seconds to load, and with it the
// globals that it was loaded with. All else is new for each suite, the node under test included.
'use strict';

const Module = require('node:module');
const { join, resolve, sep } = require('node:path');
const vm = require('node:vm');

const { ModuleMocker } = require('jest-mock');

const root = resolve(module.path, '../..');
const built = join(root, 'dist') + sep;
const load = Module.createRequire(join(root, 'package.json'));
const { console: ownConsole } = globalThis;
const { exit } = process;

/** By `n8n.ts` every suite sets its own `sleep`, for n8n and the built node. */
const shared = { load, sleep: undefined };
globalThis[Symbol.for('n8n of this worker')] = shared;

const { _load: loadModule } = Module;
let workflow;
Module._load = function (request, ...more) {
	const loaded = loadModule.call(this, request, ...more);
	if (request !== 'n8n-workflow') return loaded;
	workflow ??= { ...loaded, sleep: async (...wait) => await shared.sleep(...wait) };
	return workflow;
};

// Jest compiles each file for a context; what stands for this very one must not make it another.
const here = vm.createContext();
const { compileFunction } = vm;
vm.compileFunction = (code, parameters, { parsingContext, ...options } = {}) =>
	compileFunction(code, parameters, parsingContext === here ? options : { ...options, parsingContext });

module.exports = class {
	constructor({ projectConfig }) {
		this.global = Object.assign(globalThis, projectConfig.globals);
		this.moduleMocker = new ModuleMocker(globalThis);
		for (const file of Object.keys(Module._cache))
			if (file.startsWith(built)) Reflect.deleteProperty(Module._cache, file);
	}

	async setup() {}

	/** Nothing of a suite is left for the next one: spies, and what Jest's runner keeps in the globals. */
	async teardown() {
		this.moduleMocker.restoreAllMocks();
		for (const key of Object.getOwnPropertySymbols(globalThis))
			if (/^[A-Z_]+$/.test(key.description)) Reflect.deleteProperty(globalThis, key);
		globalThis.console = ownConsole;
		process.exit = exit;
	}

	exportConditions() {
		return ['node', 'node-addons'];
	}

	getVmContext() {
		return here;
	}
};

// Before each suite: n8n as this worker has it, or loaded anew where the suite asks for an environment of its own; its `sleep`
// goes by the clock of the run, or really takes its time where there is none.

import { sleep } from '../engine/fake-clock';
import '../engine/harness/engine-settings';

/** What `environment.js` offers. */
const shared = Reflect.get(globalThis, Symbol.for('n8n of this worker')) as
	{ sleep: typeof sleep; load: (name: string) => object } | undefined;
if (shared) shared.sleep = sleep;

jest.mock('n8n-core', () => shared?.load('n8n-core') ?? jest.requireActual<object>('n8n-core'));
jest.mock(
	'n8n-workflow',
	() => shared?.load('n8n-workflow') ?? { ...jest.requireActual<object>('n8n-workflow'), sleep },
);

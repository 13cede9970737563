// Every property is tried with the same values in every run, so that a run says something about the change it follows.
// Other values on demand: `CHANCE=7 npm run jest`.

import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['CHANCE'] ?? 20240429) });

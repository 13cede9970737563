/** The sources bundled into an installed package, with source maps, and again whenever one of them is saved. */
import { join } from 'node:path';

import { context, formatMessages, type Message } from 'esbuild';

import { bundling } from '../../scripts/bundling.js';
import type { CleanUp } from './clean-up';
import type { N8nSettings } from './n8n';

type Report = (line: string) => void;
type Settings = Required<Pick<N8nSettings, 'environment' | 'prepare'>>;

/** n8n's settings for it: n8n looks for new files by itself, and reads the maps for its stack traces. */
export function hotReload(sources: string, report: Report, cleanUp: CleanUp): Settings {
	return {
		environment: { N8N_DEV_RELOAD: 'true' },
		prepare: async (packageFolder) => {
			const bundler = await context({
				...bundling,
				absWorkingDir: sources,
				outdir: join(packageFolder, 'dist'),
				sourcemap: 'linked',
				logLevel: 'silent',
				plugins: [
					...(bundling.plugins ?? []),
					{ name: 'report', setup: (build) => build.onEnd(async ({ errors }) => await tell(errors, report)) },
				],
			});
			await cleanUp.later(async () => await bundler.dispose());
			await bundler.rebuild();
			await bundler.watch();
		},
	};
}

async function tell(errors: Message[], report: Report): Promise<void> {
	const told = await formatMessages(errors, { kind: 'error' });
	report([`Bundled at ${new Date().toLocaleTimeString()}`, ...told].join('\n'));
}

/** A throw-away home for n8n: its settings, database and installed nodes, gone when the program ends. */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CleanUp } from './clean-up';

export class Home {
	private constructor(readonly folder: string) {}

	static async make(cleanUp: CleanUp): Promise<Home> {
		const folder = await mkdtemp(join(tmpdir(), 'zoo-billing-n8n-'));
		await cleanUp.later(async () => await rm(folder, { recursive: true, force: true, maxRetries: 3 }));
		const home = new Home(folder);
		await mkdir(home.temporary);
		return home;
	}

	/** Where n8n itself puts everything. */
	get n8nFolder(): string {
		return join(this.folder, '.n8n');
	}

	get database(): string {
		return join(this.n8nFolder, 'database.sqlite');
	}

	/** For whatever n8n would leave in the system's folder for such things. */
	get temporary(): string {
		return join(this.folder, 'tmp');
	}

	/** The files in it that hold this text as it stands: database, logs, anything. */
	async filesWith(text: string): Promise<string[]> {
		const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
		const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
		const holding = await Promise.all(paths.map(async (path) => (await readFile(path)).includes(text)));
		return paths.filter((_, index) => holding[index]);
	}
}

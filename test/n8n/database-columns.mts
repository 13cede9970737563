/** A program for n8n's own Node, for which the database driver is built: prints the columns that hold a text, as JSON. */
import sqlite3 from 'sqlite3';
import { z } from 'zod';

const names = z.array(z.object({ name: z.string() }));

/** The columns, as `table.column`, in which at least one row contains the text. */
async function columnsWith(text: string, database: string): Promise<string[]> {
	const db = await open(database);
	try {
		const found: string[] = [];
		const tables = names.parse(await all(db, "SELECT name FROM sqlite_master WHERE type = 'table'"));
		for (const { name: table } of tables) {
			const columns = names.parse(await all(db, `PRAGMA table_info("${table}")`));
			for (const { name: column } of columns) {
				const query = `SELECT 1 FROM "${table}" WHERE instr(CAST("${column}" AS TEXT), ?) LIMIT 1`;
				if ((await all(db, query, text)).length > 0) found.push(`${table}.${column}`);
			}
		}
		return found;
	} finally {
		await new Promise<void>((resolve) => db.close(() => resolve()));
	}
}

async function open(path: string): Promise<sqlite3.Database> {
	return await new Promise((resolve, reject) => {
		const db = new sqlite3.Database(path, sqlite3.OPEN_READONLY, (failure: Error | null) => {
			if (failure) reject(failure);
			else resolve(db);
		});
	});
}

async function all(db: sqlite3.Database, query: string, ...values: string[]): Promise<unknown[]> {
	return await new Promise((resolve, reject) => {
		db.all(query, values, (failure: Error | null, rows: unknown[]) => {
			if (failure) reject(failure);
			else resolve(rows);
		});
	});
}

const [database = '', text = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await columnsWith(text, database)));

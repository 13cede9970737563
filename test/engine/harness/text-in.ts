/** All text anywhere in a value, to see that a secret is nowhere in it. */

/** Also looks where JSON would not: into errors, maps, sets, hidden properties and circles. */
export function textIn(value: unknown): string {
	const texts: string[] = [];
	const seen = new Set<unknown>();
	const waiting: unknown[] = [value];
	while (waiting.length > 0) {
		const next = waiting.pop();
		if (typeof next === 'string') texts.push(next);
		if (typeof next !== 'object' || next === null || seen.has(next)) continue;
		seen.add(next);
		if (next instanceof Map || next instanceof Set) waiting.push(...next);
		if (ArrayBuffer.isView(next)) texts.push(Buffer.from(next.buffer, next.byteOffset, next.byteLength).toString());
		else for (const key of Reflect.ownKeys(next)) waiting.push(String(key), Reflect.get(next, key));
	}
	return texts.join('\n');
}

// An execution's memory as n8n's database keeps it, and what can become of it there.

import type { Dice } from './dice';
import { isRecord } from './said';

export type Memory = Record<string, unknown>;

/** As a database stores it. */
export function copied(memory: Memory): Memory {
	const copy: unknown = JSON.parse(JSON.stringify(memory));
	return isRecord(copy) ? copy : {};
}

/** Words and shapes that no version of the node writes. */
const DAMAGES: ReadonlyArray<readonly [name: string, value: unknown]> = [
	['doubt', 'odd'],
	['state', 'odd'],
	['adds', 'odd'],
	['mark', 'odd'],
	['version', 999],
	['balanceModel', 'odd'],
	['to', null],
	['from', 'odd'],
	['sent', 'odd'],
];

/** Damages one of the properties that the node knows by name, and says which; undefined where there is none. */
export function damage(memory: Memory, dice: Dice): string | undefined {
	const found = DAMAGES.flatMap(([name, value]) => ownersOf(memory, name).map((owner) => ({ owner, name, value })));
	if (found.length === 0) return undefined;
	const { owner, name, value } = dice.pick(found);
	owner[name] = value;
	return name;
}

/** What Zoo has answered may hold anything. */
function ownersOf(value: unknown, name: string): Memory[] {
	if (!isRecord(value)) return [];
	const inner = Object.entries(value).flatMap(([key, each]) => (key === 'result' ? [] : ownersOf(each, name)));
	return name in value ? [value, ...inner] : inner;
}

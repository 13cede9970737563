/** JSON in and out without losing a digit. */
import { isLosslessNumber, stringify } from 'lossless-json';

export function jsonText(value: unknown): string {
	return stringify(value) ?? 'null';
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

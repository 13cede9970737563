// Writes the tables of operations, fields and options into the documentation, from the code's own tables.

import { readFileSync, writeFileSync } from 'node:fs';

import type { INodeProperties } from 'n8n-workflow';

import { allModels } from '../nodes/ZooBilling/balance/fields';
import { Usd } from '../nodes/ZooBilling/balance/money';
import { ownerKinds } from '../nodes/ZooBilling/balance/owner';
import { optionProperties } from '../nodes/ZooBilling/editor/options';
import { nodeProperties } from '../nodes/ZooBilling/editor/properties';
import { operations } from '../nodes/ZooBilling/operations/all';
import type { Operation } from '../nodes/ZooBilling/operations/operation';
import { optionDefaults, type OptionName } from '../nodes/ZooBilling/operations/options';
import { BALANCE_PATH } from '../nodes/ZooBilling/zoo/request';

/** The pages that hold tables, between `<!-- table: name -->` and `<!-- end -->`. */
export const pages = ['README.md', 'docs/reference.md', 'docs/balance-models.md'];

const tables: Readonly<Record<string, () => string>> = {
	operations: () => operationTable(),
	operationsInShort,
	parameters: parameterTable,
	models: modelTable,
	fields: fieldTable,
	options: optionTable,
	mainOptions: () => mainOptionTable(['dryRun', 'maxAmount', 'onDifference', 'onlyIf', 'reference']),
};

/** The page with all its tables as the code has them. */
export function withTables(page: string): string {
	return page.replace(
		/(<!-- table: (\w+) -->\n)[^]*?(<!-- end -->)/g,
		(_, start: string, name: string, end: string) => {
			const table = tables[name];
			if (!table) throw new Error(`There is no table named ${name}`);
			return `${start}${table()}\n${end}`;
		},
	);
}

/** `listed`: the operations of the node. */
export function operationTable(listed: readonly Operation[] = operations): string {
	const rows = listed.map((operation) => {
		const { byId, preview, adds } = operation;
		const owner = byId || preview ? `${ownerKinds.org.path}/{id}` : ownerKinds.org.ownPath;
		const requests = adds === true || preview ? 'GET, then PUT' : operation.amounts ? 'PUT' : 'GET';
		return [
			`**${operation.label(ownerKinds.org)}**`,
			`\`${operation.name}\``,
			sentence(operation.description(ownerKinds.org)),
			operation.token(ownerKinds.org),
			`${requests} \`${owner}${operation.endpoint?.path ?? BALANCE_PATH}\``,
		];
	});
	return markdown(['Operation', 'Stored as', 'What it does', 'Token', 'Request'], rows);
}

/** For those who decide whether they need the node. */
function operationsInShort(): string {
	const rows = operations.map(({ label, description, token }) => [
		`**${label(ownerKinds.org)}**`,
		inShort(description(ownerKinds.org)),
		token(ownerKinds.org),
	]);
	return markdown(['Operation', 'What it does', 'Token'], rows);
}

const kinds: Readonly<Record<string, string>> = {
	boolean: 'on or off',
	collection: 'a collection',
	number: 'a number',
};

/** The parameters in the order of the editor, as for organizations, each name once; the options have a table of their own. */
function parameterTable(): string {
	const shown = nodeProperties.filter(({ type }) => type !== 'notice' && type !== 'hidden');
	const named = new Map<string, INodeProperties>();
	for (const property of shown) if (!named.has(property.name)) named.set(property.name, property);
	const rows = [...named.values()].map((property) => {
		const { displayName, name, type, required, options = [] } = property;
		const choices = options.flatMap((option) =>
			'value' in option ? [`\`${String(option.value)}\` (${option.name})`] : [],
		);
		const values = choices.length === 0 ? (kinds[type] ?? 'text') : choices.join(', ');
		const start = required === true ? 'required' : defaultText(property);
		return [`**${displayName}**`, `\`${name}\``, values, start, usersOf(name, shown)];
	});
	return markdown(['Parameter', 'Stored as', 'Values', 'Default', 'Operations'], rows);
}

/** The operations that show a parameter, in however many forms. */
function usersOf(name: string, shown: readonly INodeProperties[]): string {
	const forms = shown.filter((property) => property.name === name);
	const users = operations.filter((operation) =>
		forms.some(({ displayOptions }) => displayOptions?.show?.['operation']?.includes(operation.name) ?? true),
	);
	return users.length === operations.length ? 'all' : users.map((user) => `\`${user.name}\``).join(', ');
}

function modelTable(): string {
	const rows = allModels.map(({ label, name, description, fields, onWire }) => [
		`**${capital(label)}**`,
		`\`${name}\``,
		sentence(description),
		`\`{"${fields[0]?.wire ?? ''}":${onWire(Usd.of('93.39'))}}\``,
	]);
	return markdown(['Kind of balance', 'In previews', 'What it is', 'A body'], rows);
}

function fieldTable(): string {
	const rows = allModels.flatMap((model) =>
		model.fields.map((field) => [
			capital(model.label),
			`**${field.label}**`,
			`\`${field.parameter}\``,
			`\`${field.wire}\``,
			sentence(field.meaning),
		]),
	);
	return markdown(['Kind of balance', 'Field', 'Stored as', 'At Zoo', 'What it means'], rows);
}

/** By the label, in the order of the alphabet: each option as the editor has it, and the operations that have it. */
function optionsInUse(): Array<{ property: INodeProperties; users: ReadonlySet<string> }> {
	const found = new Map<string, { property: INodeProperties; users: Set<string> }>();
	for (const operation of operations) {
		for (const property of optionProperties(operation.options)) {
			const { users } = found.get(property.name) ?? { users: new Set() };
			found.set(property.name, {
				property,
				users: users.add(operation.label(ownerKinds.org).replace(' Org Balance', '')),
			});
		}
	}
	return [...found.values()].sort((one, other) => (one.property.displayName < other.property.displayName ? -1 : 1));
}

function optionTable(): string {
	const rows = optionsInUse().map(({ property, users }) => [
		`**${property.displayName}**`,
		`\`${property.name}\``,
		users.size === operations.length ? 'all' : [...users].join(', '),
		withoutIt(property.name),
		defaultText(property),
		sentence(property.description ?? ''),
	]);
	return markdown(['Option', 'Stored as', 'Operations', 'Without it', 'When added', 'What it does'], rows);
}

function mainOptionTable(names: readonly OptionName[]): string {
	const rows = optionsInUse()
		.filter(({ property }) => names.some((name) => name === property.name))
		.map(({ property }) => [`**${property.displayName}**`, inShort(property.description ?? '')]);
	return markdown(['Option', 'What it does'], rows);
}

/** What holds where nobody has added the option; times in seconds, as the editor has them. */
function withoutIt(name: string): string {
	const values: Readonly<Record<string, unknown>> = optionDefaults;
	const value = values[name];
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	const shown = typeof value === 'number' && value >= 1000 ? value / 1000 : value;
	return typeof shown === 'number' || typeof shown === 'string' ? `\`${shown}\`` : '–';
}

function defaultText({ type, default: value }: INodeProperties): string {
	if (type === 'boolean') return value === true ? 'on' : 'off';
	return typeof value === 'number' || (typeof value === 'string' && value !== '') ? `\`${value}\`` : '–';
}

/** What comes before the details. */
function inShort(text: string): string {
	return text.split(/[;,] /)[0] ?? '';
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
	return `${text}.`;
}

function markdown(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (require.main === module) for (const page of pages) writeFileSync(page, withTables(readFileSync(page, 'utf8')));

// Get Many Invoices: lists what the token's own organization or user was billed, page by page, one item an invoice.

import { balanceModels } from '../balance/fields';
import { invoiceSchema } from '../balance/invoice';
import type { Owner, OwnerKind } from '../balance/owner';
import { fit } from '../balance/reply';
import { readLimit, readOptions } from '../options';
import { replyHints } from '../output';
import { isRecord, Refusal } from '../refusal';
import type { Exchange } from '../zoo/exchange';
import { Failure, invalidInput, notRead, unreadable, type Subject } from '../zoo/failure';
import { read } from '../zoo/request';
import type { Operation, RawParameters, Result, Task } from './operation';

const PATH = '/payment/invoices';
const options = () => ['maxConcurrency', 'retryFor', 'timeout'] as const;

export const getInvoices: Operation = {
	name: 'getInvoices',
	label: () => 'Get Many Invoices',
	action: ({ name }) => `Get many ${name} invoices`,
	description: ({ noun }) =>
		`List what Zoo has billed the ${noun} of the token, one item an invoice; works with any token`,
	byId: false,
	endpoint: { path: PATH, reply: invoiceSchema },
	lists: true,
	options,
	prepare,
};

function prepare(raw: RawParameters, kind: OwnerKind, item: number): Task | Failure {
	const subject = { item, owner: { kind, id: undefined } };
	const limit = readLimit(raw['returnAll'], raw['limit']);
	if (limit instanceof Refusal) return invalidInput(subject, limit);
	const chosen = readOptions(raw['options'], options(), balanceModels.prePay);
	if (chosen instanceof Refusal) return invalidInput(subject, chosen);
	return {
		subject,
		options: chosen,
		writes: false,
		run: async ({ exchange }) => await run(exchange, subject, limit),
	};
}

async function run(exchange: Exchange, subject: Subject & { readonly owner: Owner }, limit: number): Promise<Result> {
	const invoices = await listAll(exchange, subject, limit);
	if (invoices instanceof Failure) return invoices;
	const read = invoices.map((invoice) => fit(invoiceSchema(), invoice));
	const misfits = [...new Set(read.flatMap((each) => each.misfits))];
	return { json: {}, items: read.map(({ value }) => value), hints: [], shapes: replyHints({ misfits }), wrote: false };
}

/** How many invoices one request asks for; Zoo may answer fewer. */
const PAGE = 100;

/** The first `limit` invoices in Zoo's order, all or none of them. */
async function listAll(
	exchange: Exchange,
	subject: Subject & { readonly owner: Owner },
	limit: number,
): Promise<Array<Record<string, unknown>> | Failure> {
	const invoices: Array<Record<string, unknown>> = [];
	const ids = new Set<unknown>();
	const tokens = new Set<string>();
	for (let token: string | undefined; ;) {
		const query = [
			`limit=${Math.min(PAGE, limit)}`,
			...(token === undefined ? [] : [`page_token=${encodeURIComponent(token)}`]),
		];
		const answer = await exchange.read(read(subject.owner, `${PATH}?${query.join('&')}`));
		if (answer.kind !== 'answered') return notRead(subject, answer, exchange, 'notRead');
		const { items, next_page: next } = answer.json;
		if (!Array.isArray(items) || !items.every(isRecord)) return unreadable(subject, 'a list of invoices', answer);
		for (const invoice of items) {
			// What is issued while pages are read may move an invoice to the next page, too.
			if (typeof invoice['id'] === 'string' && ids.has(invoice['id'])) continue;
			ids.add(invoice['id']);
			invoices.push(invoice);
			if (invoices.length === limit) return invoices;
		}
		if (typeof next !== 'string' || next === '') return invoices;
		if (tokens.has(next)) return unreadable(subject, 'an end to its list of invoices', answer);
		tokens.add(next);
		token = next;
	}
}

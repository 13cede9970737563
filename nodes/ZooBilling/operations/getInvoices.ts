// Get Many Invoices: lists what the token's own organization or user was billed, page by page, one item an invoice.

import { invoiceSchema } from '../balance/invoice';
import type { Owner, OwnerKind } from '../balance/owner';
import { fit } from '../balance/reply';
import { invalidInput } from '../outcome/inputFailures';
import { notRead, unreadable } from '../outcome/wireFailures';
import type { Task } from '../pass/item';
import type { Result } from '../outcome/result';
import type { Subject } from '../outcome/subject';
import { readLimit, readOptions } from './options';
import { replyHints } from '../outcome/output';
import { isRecord, Refusal } from '../text/refusal';
import type { RequestSession } from '../zoo/session';
import { read, type ZooRequest } from '../zoo/request';
import type { Answer } from '../zoo/retry';
import type { Operation, RawParameters, Token } from './operation';
import { type Failure, isFailure } from '../outcome/failure';

const PATH = '/payment/invoices';
const options = ['maxConcurrency', 'retryFor', 'timeout'] as const;

export const getInvoices: Operation = {
	name: 'getInvoices',
	label: () => 'Get Many Invoices',
	action: ({ name }) => `Get many ${name} invoices`,
	description: ({ noun }) => `List what Zoo has billed the ${noun} of the token, one item an invoice`,
	token: tokenFor,
	byId: false,
	endpoint: { path: PATH, reply: invoiceSchema },
	lists: true,
	options,
	prepare,
};

/** Zoo shows the invoices of an organization to its admins alone. */
function tokenFor({ name }: OwnerKind): Token {
	return name === 'org' ? 'admin' : 'any';
}

function prepare(raw: RawParameters, kind: OwnerKind, item: number): Task | Failure {
	const subject = { item, owner: { kind, id: undefined }, needsAdmin: tokenFor(kind) === 'admin' };
	const limit = readLimit(raw['returnAll'], raw['limit']);
	if (limit instanceof Refusal) return invalidInput(subject, limit);
	const chosen = readOptions(raw['options'], options);
	if (chosen instanceof Refusal) return invalidInput(subject, chosen);
	return {
		subject,
		options: chosen,
		run: async ({ exchange }) => await run(exchange, subject, limit),
	};
}

type OwnSubject = Subject & { readonly owner: Owner };
type Invoice = Record<string, unknown>;

async function run(exchange: RequestSession, subject: OwnSubject, limit: number): Promise<Result> {
	const invoices = await listAll(exchange, subject, limit);
	if (isFailure(invoices)) return invoices;
	const typed = invoices.map((invoice) => fit(invoiceSchema(), invoice));
	const misfits = [...new Set(typed.flatMap((each) => each.misfits))];
	return {
		kind: 'success',
		json: {},
		items: typed.map(({ value }) => value),
		hints: [],
		shapes: replyHints({ misfits }),
		wrote: false,
	};
}

/** How many invoices one request asks for; of more, long ones could come to more than a reply may have. */
export const PAGE = 20;

/**
 * The first `limit` invoices in Zoo's order, each once: what is issued while pages are read may move one to the next
 * page.
 */
async function listAll(exchange: RequestSession, subject: OwnSubject, limit: number): Promise<Invoice[] | Failure> {
	const byId = new Map<unknown, Invoice>();
	for (let token = ''; ;) {
		const page = await readPage(exchange, subject, pageOf(subject.owner, Math.min(PAGE, limit), token));
		if (isFailure(page)) return page;
		const { items, next, answer } = page;
		const before = byId.size;
		for (const invoice of items) byId.set(typeof invoice['id'] === 'string' ? invoice['id'] : invoice, invoice);
		if (byId.size >= limit || next === '') return [...byId.values()].slice(0, limit);
		if (typeof next !== 'string' || byId.size === before) {
			return unreadable(subject, 'an end to its list of invoices', answer);
		}
		token = next;
	}
}

interface InvoicePage {
	readonly items: readonly Invoice[];
	/** The token of the next page; empty for the last one. */
	readonly next: unknown;
	readonly answer: Answer;
}

async function readPage(
	exchange: RequestSession,
	subject: OwnSubject,
	request: ZooRequest,
): Promise<InvoicePage | Failure> {
	const answer = await exchange.read(request);
	if (answer.kind !== 'answered') return notRead(subject, answer, exchange);
	const { items, next_page: next } = answer.json;
	if (!Array.isArray(items) || !items.every(isRecord)) return unreadable(subject, 'a list of invoices', answer);
	return { items, next: next ?? '', answer };
}

function pageOf(owner: Owner, limit: number, token: string): ZooRequest {
	const from = token === '' ? '' : `&page_token=${encodeURIComponent(token)}`;
	return read(owner, `${PATH}?limit=${limit}${from}`);
}

// What happened in a world, as the rules need it: who wrote what, what was reported, and what no client could have noticed.

import type { Clock } from './clock';
import type { Amounts } from './money';
import type { Preview, Result } from './said';

/** What Zoo or the world can do to a write without any client noticing; it is counted, and excuses the items that it hit. */
export type Impossibility =
	/** A write lands more than ten seconds after its attempt has ended. */
	| 'tooLate'
	/** A look shows an old balance, and nothing that was seen before tells so. */
	| 'staleLook'
	/** Somebody else writes between an adjustment's look and its write. */
	| 'raced'
	/** Somebody takes back exactly what was added, and `updated_at` is absent or another amount explains it. */
	| 'takenBack'
	/** Zoo keeps another amount than a plain update asks for, and the answer that says so is lost. */
	| 'keptOther'
	/** Somebody else sets exactly the amounts that were to be set. */
	| 'sameByAnother'
	/** A gateway says no to the write that Zoo applied, and the same no to the look after it. */
	| 'believedClaim'
	/** A workflow says of a preview that nothing has sent it, and another process has. */
	| 'saidNo'
	/** A payment whose first result is put out was added by another process, which alone knows of it. */
	| 'addedElsewhere'
	/** A preview that was built on another one would have come to what stood there before both. */
	| 'builtOnPreview'
	/** The process died, and with it the memory of the node run. */
	| 'crash';

/** A preview that a dry run has put out, as a database keeps it. */
export interface Kept {
	readonly id: string;
	/** The item that the dry run has put out. */
	readonly json: string;
	/** What of it is applied. */
	readonly preview: Readonly<Record<string, unknown>>;
	readonly account: Account;
	/** What it was built on. */
	readonly look: Look | undefined;
	readonly by: Writer;
	/** Whether anybody has begun to apply it. */
	isTaken: boolean;
}

/** What an item that applies a preview is given. */
export interface Given {
	readonly kept: Kept;
	readonly sentBefore: 'no' | 'perhaps';
	/** The inbox's payment that it adds. */
	readonly payment?: string;
}

/** Which payment an item stands for. */
export interface Payment {
	readonly given: Given | undefined;
	/** Of what adds: whose balance it adds what to, and by which operation nobody asks. */
	readonly payment: string | undefined;
	/** Its payment reference. */
	readonly reference: string | undefined;
}

/** One item of one node run, across its passes; a crash begins a new one. */
export interface Writer extends Payment {
	readonly name: string;
	readonly execution: number;
	/** Node and run, or the tool's call. */
	readonly place: string;
	readonly isTool: boolean;
	readonly item: number;
	readonly attempts: Attempt[];
	readonly reports: Report[];
	readonly excuses: Set<Impossibility>;
	/** Whether nobody knows what became of its last attempt. */
	isInDoubt: boolean;
	/** Since when. */
	doubtSince: number;
	/** Whether a crash has taken its page. */
	isLost: boolean;
	/** Whether what n8n has stored of its execution has been damaged. */
	isDamaged: boolean;
	preview: Preview | undefined;
	/** The ID of its record, what the item asks for now, and what it did when it began or took up that record. */
	page: string | undefined;
	asks: string | undefined;
	begunAs: string | undefined;
	/** What it stood for then. */
	begunFor: Payment | undefined;
	/** What it was shown since its last attempt. */
	look: Look | undefined;
	/** Of 'Only If Balance Is', and milliseconds of 'Retry For', as the parameters are now. */
	conditions: Amounts;
	retryFor: number;
	/** Milliseconds of 'Timeout'. */
	timeout: number;
	/** Milliseconds of 'Valid For'. */
	validFor: number;
	given: Given | undefined;
	/** Whether the workflow has ever said that it may have been sent before. */
	isPerhaps: boolean;
	payment: string | undefined;
	reference: string | undefined;
	/** The payment reference whose first result it puts out when that was added before. */
	returnsFirst: string | undefined;
}

export interface Look {
	readonly account: Account;
	readonly version: number;
}

/** One PUT on the wire. */
export interface Attempt {
	readonly writer: Writer;
	readonly pass: Pass;
	readonly account: Account;
	readonly asked: Amounts;
	readonly sentAt: number;
	/** The page, its preview and the look that it was sent by. */
	readonly page: string | undefined;
	readonly preview: Preview | undefined;
	readonly look: Look | undefined;
	/** What of must not be done twice: a preview, a payment, a reference in a process. */
	readonly once: readonly string[];
	endedAt: number | undefined;
	answer: string;
	/** Versions of the balance that it made. */
	readonly applied: number[];
	/** Whether its answer told that it was applied. */
	isConfirmed: boolean;
	/** Whether its answer left open what became of it. */
	isOpen: boolean;
	/** Whether it must not be sent again in this pass. */
	isFinal: boolean;
}

/** One run of `execute()`. */
export interface Pass {
	readonly name: string;
	readonly execution: number;
	readonly process: number;
	readonly begunAt: number;
	readonly first: Map<Writer, number>;
	readonly requests: Map<Writer, number>;
	heldUntil: number;
	canceledAt: number | undefined;
}

export interface Version {
	readonly at: number;
	readonly amounts: Amounts;
	/** Microseconds since the world began. */
	readonly moment: number;
	readonly by: Attempt | string;
}

export interface Account {
	readonly name: string;
	/** With its port. */
	readonly host: string;
	readonly path: string;
	readonly idName: 'orgId' | 'userId';
	readonly id: string;
	readonly versions: Version[];
}

/** What the node said of an item at the end of a pass. */
export interface Report {
	readonly writer: Writer;
	readonly pass: Pass;
	readonly at: number;
	readonly result: Result;
	/** How many attempts the item had made by then. */
	readonly attempts: number;
	/** Whether the item asks for something else now than its page does. */
	readonly isChanged: boolean;
	/** The account that the parameters name now. */
	readonly account: Account | undefined;
	readonly adds: boolean;
}

export interface Broken {
	readonly rule: string;
	readonly what: string;
}

export class Chronicle {
	readonly writers: Writer[] = [];
	readonly attempts: Attempt[] = [];
	readonly reports: Report[] = [];
	readonly broken: Broken[] = [];
	readonly kept: Kept[] = [];
	readonly story: string[] = [];
	requests = 0;
	/** Requests and waits. */
	steps = 0;
	/** Whether it has become clear that the world does not end. */
	isEndless = false;
	endless: () => void = () => undefined;

	constructor(readonly clock: Clock) {}

	tell(what: string): void {
		this.story.push(`${(this.clock.time / 1000).toFixed(3).padStart(9)} s  ${what}`);
	}

	breaks(rule: string, what: string): void {
		this.broken.push({ rule, what });
		this.tell(`!! ${rule}: ${what}`);
	}
}

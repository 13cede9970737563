// Everything that can go wrong between the node and Zoo, as data: what happens on the wire, and what the node makes of it.

import type { Fault } from '../zoo-api/faults';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';

export const SECRET = 'pi_made_up_secret_Xy9';

/** `notLetIn`: not applied; `final`: a no for good; `wait`: a no for now; `perhaps`: it may have been applied; `seeOther`: so it may, and is not sent again. */
export type Kind = 'notLetIn' | 'final' | 'wait' | 'perhaps' | 'seeOther';

export interface FaultCase {
	readonly name: string;
	readonly kind: Kind;
	/** Made anew for each request that it hits. */
	readonly fault: (now: number) => Fault;
	/** The message up to `[item 0]`; for `wait` and `perhaps` only the cause in it. */
	readonly says: RegExp | string;
	readonly reason: string;
	/** What is said instead where the balance could be read, and so the owner is known. */
	readonly whereReadsWork?: { readonly says: string; readonly reason: string };
	/** Each attempt lasts until the time-out, in real time. */
	readonly slow?: boolean;
	/** For `wait` and `perhaps`: how many attempts fit into two and a half seconds; 4 by default. */
	readonly attempts?: number;
}

/** Zoo's own body, but with the token and a secret in it that a careless client would pass on. */
const status = (code: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
	kind: 'status',
	status: code,
	headers,
	body: { message: `No luck for ${EMPLOYEE_TOKEN}`, request_id: 'req-1', action_client_secret: SECRET },
});

const closed = 'the connection was closed before the reply was complete';
const late = 'no reply came within the time-out';
const unreadable = 'Zoo answered 200, but its reply cannot be read';
const perhapsStatuses = [408, 500, 502, 503, 504];

const inSeconds = (now: number, seconds: number) => new Date(now + seconds * 1000).toUTCString();

const perhaps: FaultCase[] = [
	{
		name: 'a time-out before the headers',
		fault: () => ({ kind: 'hang' }),
		says: late,
		reason: 'outcomeUnknown',
		slow: true,
	},
	{ name: 'a reset before the headers', fault: () => ({ kind: 'resetBeforeHeaders' }), says: closed },
	{ name: 'a reset in mid-body', fault: () => ({ kind: 'resetMidBody' }), says: /before the reply was complete/ },
	{
		name: 'a body that stalls',
		fault: () => ({ kind: 'stallMidBody' }),
		says: /time-out|before the reply was complete/,
		slow: true,
	},
	...perhapsStatuses.map((code) => ({ name: `${code}`, fault: () => status(code), says: `Zoo answered ${code}` })),
	{ name: '502 with an HTML page', fault: () => ({ kind: 'htmlPage', status: 502 }), says: 'Zoo answered 502' },
	{
		name: '503 with an unreadable Retry-After',
		fault: () => status(503, { 'Retry-After': 'soon' }),
		says: 'Zoo answered 503',
	},
	{ name: '503 with seconds', fault: () => status(503, { 'Retry-After': '1' }), says: 'Zoo answered 503', attempts: 3 },
	{
		name: '503 with a date',
		fault: (now: number) => status(503, { 'Retry-After': inSeconds(now, 30) }),
		says: 'Zoo answered 503',
		attempts: 1,
	},
	{ name: '200 with JSON that breaks off', fault: () => ({ kind: 'brokenJson' }), says: unreadable },
	{ name: '200 with an HTML page', fault: () => ({ kind: 'htmlPage' }), says: unreadable },
	{ name: '200 with nothing', fault: () => ({ kind: 'body', text: '' }), says: unreadable },
	{
		name: '200 with JSON that is no balance',
		fault: () => ({ kind: 'wrongShape', json: { hello: 1 } }),
		says: 'Zoo answered, but without the amounts that were written',
	},
].map((each) => ({ reason: 'outcomeUnknown', kind: 'perhaps', ...each }) as FaultCase);

const asksToWait: FaultCase[] = [
	{ name: '429', fault: () => status(429), says: 'Zoo answered 429' },
	{ name: '429 with seconds', fault: () => status(429, { 'Retry-After': '1' }), says: 'Zoo answered 429', attempts: 3 },
	{
		name: '429 with a date',
		fault: (now: number) => status(429, { 'Retry-After': inSeconds(now, 30) }),
		says: 'Zoo answered 429',
		attempts: 1,
	},
].map((each) => ({ kind: 'wait', reason: 'unavailable', ...each }) as const);

function final(elsewhere: () => string): FaultCase[] {
	const cases: Array<Omit<FaultCase, 'kind'> & Partial<FaultCase>> = [
		{
			name: '401',
			kind: 'notLetIn',
			fault: () => status(401),
			says: 'Zoo did not accept the API token',
			reason: 'tokenRefused',
		},
		{
			name: '403',
			kind: 'notLetIn',
			fault: () => status(403),
			says: 'The API token has no right to do this',
			reason: 'employeeTokenNeeded',
		},
		{
			name: '404',
			fault: () => status(404),
			says: 'Zoo does not know this organization',
			reason: 'ownerUnknown',
			whereReadsWork: { says: 'This Zoo host has no such endpoint (any more)', reason: 'endpointMissing' },
		},
		...[400, 406, 409, 422].map((code) => ({
			name: `${code}`,
			fault: () => status(code),
			says: `The balance was not changed: Zoo answered ${code}`,
			reason: 'refusedByZoo',
		})),
		...[301, 302, 307, 308].map((code) => ({
			name: `${code} to another host`,
			fault: (): Fault => ({ kind: 'redirect', status: code, location: `${elsewhere()}/orgs/${EMPLOYEE_TOKEN}` }),
			says: /^The balance was not changed: Zoo answered 30\d, a redirect to http\S+\/orgs\/\*\*\*, which is not followed so that the token goes to no other host \[item 0\]$/,
			reason: 'unreachable',
		})),
	];
	return cases.map((each) => ({ kind: 'final', ...each }));
}

/** `elsewhere`: gives the URL of another host, to which redirects point. */
export function allFaults(elsewhere: () => string): FaultCase[] {
	const seeOther: FaultCase = {
		name: '303 to another host',
		kind: 'seeOther',
		fault: () => ({ kind: 'redirect', status: 303, location: `${elsewhere()}/orgs/${EMPLOYEE_TOKEN}` }),
		says: /^The outcome is unknown: Zoo answered 303, a redirect to http\S+\/orgs\/\*\*\*, which is not followed so that the token goes to no other host \[item 0\]$/,
		reason: 'outcomeUnknown',
	};
	return [...perhaps, ...asksToWait, ...final(elsewhere), seeOther];
}

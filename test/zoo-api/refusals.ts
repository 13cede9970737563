/** Zoo's replies to requests it does not grant: a status with a JSON body. */
import { randomUUID } from 'node:crypto';

export interface Refusal {
	readonly status: number;
	readonly body: string;
}

const MESSAGES: Readonly<Record<number, string>> = {
	400: 'The request could not be understood',
	401: 'Missing or unknown API token',
	403: 'This token has no right to do that',
	404: 'Not found',
	405: 'Method not allowed',
	406: 'Not acceptable',
	408: 'Request timeout',
	422: 'The request could not be processed',
	429: 'Too many requests',
	500: 'Internal Server Error',
	502: 'Bad gateway',
	503: 'Service unavailable',
	504: 'Gateway timeout',
};

const CODES: Readonly<Record<number, string>> = {
	401: 'unauthorized',
	403: 'forbidden',
	404: 'not_found',
	500: 'internal_api_error',
};

export function refusal(status: number, message = MESSAGES[status] ?? `Status ${status}`): Refusal {
	const code = CODES[status];
	return {
		status,
		body: JSON.stringify({
			...(code === undefined ? {} : { error_code: code }),
			message,
			request_id: randomUUID(),
		}),
	};
}

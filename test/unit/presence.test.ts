// What OPTIONS says of an endpoint: asked once for each, whomever it is about, and believed only where it is plain.

import { presences } from '../../nodes/ZooBilling/zoo/presence';
import type { ZooRequest } from '../../nodes/ZooBilling/zoo/request';
import type { Sent } from '../../nodes/ZooBilling/zoo/retry';
import { ORG_ID, refusedConnection, replied, timedOut, USER_ID } from './given';

const get = (path: string): ZooRequest => ({ method: 'GET', path });

it.each<[string, Sent, string]>([
	['204', replied(204, ''), 'there'],
	['404', replied(404), 'absent'],
	['200, as a proxy may answer to anything', replied(200), 'unclear'],
	['401', replied(401), 'unclear'],
	['405', replied(405), 'unclear'],
	['503', replied(503), 'unclear'],
	['a time-out', timedOut, 'unclear'],
	['a refused connection', refusedConnection, 'unclear'],
])('answered with %s', async (_, sent, presence) => {
	const ask = presences(async () => await Promise.resolve(sent));
	expect(await ask(get('/org/payment/balance'))).toBe(presence);
});

it('is asked for once an endpoint, with the first path and without its query, however many ask at once', async () => {
	const asked: ZooRequest[] = [];
	const ask = presences(async (request) => {
		asked.push(request);
		return await Promise.resolve(replied(asked.length === 1 ? 204 : 404));
	});
	const paths = [`/orgs/${ORG_ID}/payment/balance?include_total_due=true`, `/orgs/${USER_ID}/payment/balance`];
	expect(await Promise.all([...paths, ...paths].map(async (path) => await ask(get(path))))).toEqual(
		Array(4).fill('there'),
	);
	expect(await ask({ method: 'PUT', path: `/users/${USER_ID}/payment/balance`, body: '{}' })).toBe('absent');
	expect(await ask(get('/users/kim%40example.com'))).toBe('absent');
	expect(asked).toEqual(
		[`/orgs/${ORG_ID}/payment/balance`, `/users/${USER_ID}/payment/balance`, '/users/kim%40example.com'].map(
			(path) => ({
				method: 'OPTIONS',
				path,
			}),
		),
	);
});

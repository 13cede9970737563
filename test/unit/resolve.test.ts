// Owners named by e-mail address: looked up once each, side by side, and nothing is sent for an item whose address leads nowhere.

import { ownerKinds, type Owner } from '../../nodes/ZooBilling/balance/owner';
import type { ItemSession, Task } from '../../nodes/ZooBilling/pass/item';
import { updateBalance } from '../../nodes/ZooBilling/operations/updateBalance';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { resolveOwners } from '../../nodes/ZooBilling/pass/resolve';
import { RequestSession } from '../../nodes/ZooBilling/zoo/session';
import { freeTraffic, refusedByZoo, replied, ScriptedWorld, USER_ID, type Turn } from './given';
import { type Failure, isFailure } from '../../nodes/ZooBilling/outcome/failure';

const OTHER_ID = '3f0c1e52-6a4d-4b7e-9c8f-2d1b5a6e7f80';

function check(userId: unknown, item: number, more: object = {}): Task | Failure {
	const raw = {
		userId,
		updateFields: { prePayCashRemaining: '1' },
		options: { retryFor: 0 },
		amountUnit: 'usd',
		...more,
	};
	return updateBalance.prepare(raw, ownerKinds.user, item);
}

async function resolve(tasks: ReadonlyArray<Task | Failure>, ...turns: Turn[]) {
	const world = new ScriptedWorld(turns);
	const traffic = freeTraffic();
	const resolved = await resolveOwners(tasks, ({ options }) => new RequestSession(world, traffic, options), 2);
	return { resolved, paths: world.requests.map(({ method, path }) => `${method} ${path}`) };
}

const ownerOf = (task: Task | Failure | undefined): Owner | undefined =>
	isFailure(task) ? undefined : task?.subject.owner;

it('each address is asked for once, and one user is one owner however it is named', async () => {
	const tasks = [
		check('kim@example.com', 0),
		check(USER_ID, 1),
		check('ada+1@example.com', 2),
		check('kim@example.com', 3),
	];
	const { resolved, paths } = await resolve(
		tasks,
		replied(200, { id: USER_ID.toUpperCase(), email: 'Kim@example.com' }),
		replied(200, { id: OTHER_ID }),
	);
	expect(paths).toEqual(['GET /users/kim%40example.com', 'GET /users/ada%2B1%40example.com']);
	expect(resolved.map(ownerOf)).toEqual([
		{ kind: ownerKinds.user, id: USER_ID, email: 'kim@example.com' },
		{ kind: ownerKinds.user, id: USER_ID },
		{ kind: ownerKinds.user, id: OTHER_ID, email: 'ada+1@example.com' },
		{ kind: ownerKinds.user, id: USER_ID, email: 'kim@example.com' },
	]);
	const lanes = resolved.map((task) => (isFailure(task) ? undefined : task.ownerKey));
	expect(lanes).toEqual([USER_ID, USER_ID, OTHER_ID, USER_ID].map((id) => `/users/${id}`));
});

it('without an address nothing is asked, and tasks and refusals stay what they were', async () => {
	const tasks = [check(USER_ID, 0), check('', 1)];
	const { resolved } = await resolve(tasks);
	expect(resolved).toEqual(tasks);
});

it('an item that is refused for something else is not asked about', async () => {
	const { paths } = await resolve([check('kim@example.com', 0, { updateFields: {} })]);
	expect(paths).toEqual([]);
});

it.each<[string, Turn, string, object]>([
	['is unknown', replied(404, {}), 'Zoo does not know this user [item 5]', { reason: 'ownerUnknown', httpStatus: 404 }],
	[
		'may not be asked for',
		refusedByZoo(403),
		'The API token has no right to do this [item 5]',
		{ reason: 'employeeTokenNeeded' },
	],
	['is not answered', replied(500), 'The user was not looked up: Zoo answered 500 [item 5]', { reason: 'unavailable' }],
	[
		'has no ID',
		replied(200, { id: 'me' }),
		'Zoo answered, but without the ID of this user [item 5]',
		{ reason: 'unreadableReply' },
	],
	[
		'is another’s',
		replied(200, { id: USER_ID, email: 'ada@example.com' }),
		'Zoo answered, but without the user of this address [item 5]',
		{ reason: 'unreadableReply' },
	],
])('an address that %s fails its items, each about itself', async (_, turn, what, details) => {
	const { resolved } = await resolve([check('kim@example.com', 5), check('kim@example.com', 6)], turn);
	expect(resolved[0]).toMatchObject({
		what,
		next: expect.stringContaining('Email: kim@example.com.'),
		details: {
			...details,
			outcome: 'notSent',
			userEmail: 'kim@example.com',
			asked: { pre_pay_cash_remaining: '1.00' },
		},
	});
	expect(resolved[1]).toMatchObject({ details: { item: 6 } });
	expect(JSON.stringify(resolved)).not.toContain('userId');
});

it('a task whose address was not looked up sends nothing', async () => {
	const task = check('kim@example.com', 0);
	const world = new ScriptedWorld([]);
	const exchange = new RequestSession(world, freeTraffic(), { timeout: 1, retryFor: 0 });
	if (isFailure(task)) throw new Error(task.what);
	const session: ItemSession = {
		exchange,
		lane: { preview: new Map() },
		host: 'zoo.test',
		registry: new OwnerRegistry(),
		begin: (preview) => {
			throw new Error(`Nothing may be begun: ${preview.ownerId}`);
		},
		leave: () => undefined,
	};
	expect(await task.run(session)).toMatchObject({
		details: { reason: 'unforeseen', outcome: 'notSent' },
	});
	expect(world.requests).toEqual([]);
});

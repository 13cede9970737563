// The gate: of two rules that both have an answer, the earlier one is heard, so that no two of them can change places.

import { ownerKeyOf } from '../../nodes/ZooBilling/balance/owner';
import { invalidInput } from '../../nodes/ZooBilling/outcome/inputFailures';
import { optionDefaults } from '../../nodes/ZooBilling/operations/options';
import type { Task } from '../../nodes/ZooBilling/pass/item';
import {
	rulesBeforeOrdering,
	rulesInsideTheLock,
	admit,
	admitLocked,
	type Admission,
} from '../../nodes/ZooBilling/records/gate';
import { OwnerRegistry } from '../../nodes/ZooBilling/records/ownerRegistry';
import { Refusal } from '../../nodes/ZooBilling/text/refusal';
import { paymentIn, type Preview } from '../../nodes/ZooBilling/writing/preview';
import { failureOf, org } from './given';
import { type Failure, isFailure } from '../../nodes/ZooBilling/outcome/failure';
import type { WriteRecord } from '../../nodes/ZooBilling/records/record';
import type { Success } from '../../nodes/ZooBilling/outcome/result';
import { openExecution } from '../../nodes/ZooBilling/records/executionScope';

const HOST = 'zoo.test';
const done: Success = { kind: 'success', json: { is: 'written' }, hints: [], wrote: true };
const unknown = failureOf('service', 'What [item 0]', 'Next.', {
	reason: 'outcomeUnknown',
	outcome: 'unknown',
	item: 0,
});
const refused: Failure = invalidInput({ item: 0, owner: org }, new Refusal('What', 'Next.'));

interface Asking {
	readonly amount?: string;
	readonly adds?: boolean;
	readonly reference?: string;
	readonly isOnce?: boolean;
}

function previewOf({ amount = '15.00', reference }: Asking): Preview {
	const owner = { resource: org.kind.name, ownerId: org.id ?? '' };
	const from = { pre_pay_cash_remaining: '10.00' };
	const to = { pre_pay_cash_remaining: amount };
	return { host: HOST, ...owner, balanceModel: 'prePay', from, to, ...(reference !== undefined && { reference }) };
}

function task(item: number, asking: Asking = {}): Task {
	const { adds = true, reference, isOnce = false } = asking;
	return {
		subject: { item, owner: org, ...(reference !== undefined && { reference }) },
		options: { ...optionDefaults, ...(isOnce && { repeatedReference: 'returnFirst' }) },
		ownerKey: ownerKeyOf(org),
		writes: { fingerprint: JSON.stringify(asking), adds, payment: paymentIn(previewOf(asking)) },
		run: async () => await Promise.reject(new Error('Nothing runs here')),
	};
}

/** An execution whose items, each of a run of its own node, came to these ends; its next node is asked. */
function after(ends: ReadonlyArray<readonly [Asking, Success | Failure]>, { nodeName = 'Next', zooBilling = {} } = {}) {
	const registry = new OwnerRegistry();
	const context: Record<string, unknown> = Object.keys(zooBilling).length > 0 ? { zooBilling } : {};
	for (const [number, [asking, end]] of ends.entries()) {
		const execution = openExecution(context, { nodeName: `Node ${number}`, run: 0, host: HOST }, registry);
		execution.begin(task(0, asking), previewOf(asking));
		execution.end(0, end);
	}
	return openExecution(context, { nodeName, run: 0, host: HOST }, registry);
}

const says = (admission: Admission | undefined): unknown => {
	if (!admission) return 'nothing';
	if (!('result' in admission)) return admission.resumed ? 'goes on' : 'begins';
	return isFailure(admission.result) ? admission.result.details.reason : 'its result';
};

describe('before anything is ordered', () => {
	const paid: Asking = { reference: 'pi_1' };
	const first = { nodeName: 'Node 0' };

	it.each<[string, string, () => Parameters<(typeof rulesBeforeOrdering)[0]>[0]]>([
		[
			'writtenOrLeftByAnEarlierPass',
			'refusedInput',
			() => ({ checked: refused, earlier: undefined, execution: after([[paid, done]], first) }),
		],
		[
			'memoryCannotBeRead',
			'repeatsAnItemOfThePass',
			() => ({ checked: task(1, paid), earlier: 'item 0', execution: after([], { zooBilling: { odd: true } }) }),
		],
		[
			'repeatsAnItemOfThePass',
			'repeatsWhatIsInDoubt',
			() => ({ checked: task(1, paid), earlier: 'item 0', execution: after([[paid, unknown]]) }),
		],
		[
			'repeatsWhatIsInDoubt',
			'repeatsAReference',
			() => ({ checked: task(1, paid), earlier: undefined, execution: after([[paid, unknown]]) }),
		],
		[
			'repeatsAReference',
			'begins',
			() => ({ checked: task(1, paid), earlier: undefined, execution: after([[paid, done]]) }),
		],
		[
			'overtakenByALaterItem',
			'begins',
			() => {
				const registry = new OwnerRegistry();
				const context = {};
				const place = { nodeName: 'Node', run: 0, host: HOST };
				const earlier = openExecution(context, place, registry);
				earlier.begin(task(3, { adds: false }), previewOf({}));
				earlier.end(3, done);
				return {
					checked: task(1, { adds: false }),
					earlier: undefined,
					execution: openExecution(context, place, registry),
				};
			},
		],
	])('%s is heard before %s', (name, later, given) => {
		const question = given();
		const said = (rule: string) => says(rulesBeforeOrdering.find((each) => each.name === rule)?.(question));

		const heard = says(admit(question.execution, question.checked, question.earlier));

		expect([said(name), said(later)]).not.toContain('nothing');
		expect(said(name)).not.toBe(said(later));
		expect(heard).toBe(said(name));
	});

	it('whatever no rule has held back begins', () => {
		expect(says(admit(after([]), task(0)))).toBe('begins');
	});
});

describe('inside the lock of an owner', () => {
	const paid: Asking = { reference: 'pi_1', isOnce: true };
	const other: Asking = { amount: '99.00', reference: 'pi_9' };

	it.each<[string, string, () => readonly [Task, ReturnType<typeof after>, WriteRecord | undefined]]>([
		[
			'completedMeanwhile',
			'ownerIsInDoubt',
			() => [
				task(0, paid),
				after([
					[paid, done],
					[other, unknown],
				]),
				undefined,
			],
		],
		[
			'ownerIsInDoubt',
			'referenceOfAnotherPayment',
			() => [
				task(0, { ...paid, amount: '20.00' }),
				after([
					[paid, done],
					[other, unknown],
				]),
				undefined,
			],
		],
		[
			'ownerIsInDoubt',
			'goesOn',
			() => [
				task(0, paid),
				after([
					[paid, unknown],
					[other, unknown],
				]),
				undefined,
			],
		],
		[
			'referenceOfAnotherPayment',
			'beginsNow',
			() => [task(0, { ...paid, amount: '20.00' }), after([[paid, done]]), undefined],
		],
		['goesOn', 'beginsNow', () => [task(0, paid), after([[paid, unknown]]), undefined]],
	])('%s is heard before %s', (name, later, given) => {
		const [asked, execution, resumed] = given();
		const known = execution.registry.payments
			.under(`reference ${HOST} ${asked.subject.reference ?? ''}`)
			.find((record) => paymentIn(record.preview) === asked.writes?.payment);
		const question = { task: asked, known, execution };
		const said = (rule: string) => says(rulesInsideTheLock.find((each) => each.name === rule)?.(question));
		const [one, two] = [said(name), said(later)];

		const heard = says(admitLocked(execution, asked, resumed));

		expect([one, two]).not.toContain('nothing');
		expect(one).not.toBe(two);
		expect(heard).toBe(one);
	});

	it('whatever no rule has held back begins', () => {
		expect(says(admitLocked(after([]), task(0), undefined))).toBe('begins');
	});
});

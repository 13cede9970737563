// A world from its dice: Zoo's rules and weather, who else writes, and the executions with their nodes, items and settings.

import type { RawParameters } from '../../nodes/ZooBilling/operations/operation';
import type { Dice } from './dice';
import { FIELDS, type ZooRules } from './zoo';

export interface ItemPlan {
	readonly raw: RawParameters;
	/** As Retry execution finds them after somebody has edited the workflow. */
	readonly changed: RawParameters | undefined;
	/** Which of the world's accounts it names, before and after the change. */
	readonly account: number;
	readonly changedAccount: number;
	/** Whether the ID is written in capitals. */
	readonly isLoud: boolean;
}

export interface NodePlan {
	readonly name: string;
	readonly operation: 'adjustBalance' | 'updateBalance';
	readonly isTool: boolean;
	/** The items of each run; of a tool, of each call. */
	readonly runs: ReadonlyArray<readonly ItemPlan[]>;
	readonly continueOnFail: boolean;
	/** How often n8n runs it at most. */
	readonly tries: number;
	readonly waitBetweenTries: number;
}

export interface ExecutionPlan {
	readonly startsAt: number;
	readonly nodes: readonly NodePlan[];
	/** How often somebody presses Retry after it has failed. */
	readonly retries: number;
	readonly retriesElsewhere: boolean;
	readonly cancelAfter: number | undefined;
	/** The process dies around this request or wait. */
	readonly crashAtStep: number | undefined;
}

export interface Intrusion {
	readonly at: number;
	readonly account: number;
	readonly kind: 'bill' | 'takeBack' | 'set' | 'add' | 'touch';
	/** Units. */
	readonly by: number;
}

export interface WorldPlan {
	readonly zoo: ZooRules;
	readonly accounts: ReadonlyArray<{
		readonly kind: 'org' | 'user';
		readonly id: string;
		readonly amounts: readonly number[];
	}>;
	readonly executions: readonly ExecutionPlan[];
	readonly intrusions: readonly Intrusion[];
	/** Without faults, other writers, crashes and cancellations: then nothing may end unknown. */
	readonly isCalm: boolean;
}

const CHANGES = ['10', '20', '50', '-10', '-20', '0.01', '0.37', '5', '0'];
const TARGETS = ['100', '120', '150', '80', '100.37', '0'];

export function planWorld(dice: Dice): WorldPlan {
	const isCalm = dice.roll(0.15);
	const model = dice.pick(['prePay', 'apiCredits'] as const);
	const zoo: ZooRules = {
		model,
		credit: model === 'apiCredits' && dice.roll(0.6) ? dice.pick([200, 100, 5000]) : undefined,
		cap: !isCalm && dice.roll(0.06) ? 1_250_000 : undefined,
		moments: dice.weigh([
			[5, 'micro'],
			[2, 'milli'],
			[1, 'absent'],
		] as const),
		weather: {
			writes: isCalm ? 0 : dice.pick([0, 0.1, 0.3, 0.6, 0.9]),
			looks: isCalm ? 0 : dice.pick([0, 0, 0.1, 0.3, 0.6]),
			stale: isCalm ? 0 : dice.pick([0, 0, 0, 0.3]),
			tooLate: !isCalm && dice.roll(0.05),
		},
	};
	const accounts = Array.from({ length: dice.whole(1, 3) }, (_, index) => ({
		kind: dice.pick(['org', 'user'] as const),
		id: `6075f6e9-c871-4f0f-930b-439bb777cd2${index}`,
		amounts: FIELDS[model].map(() => dice.pick([100, 100, 120, 150, 37, 10]) * 10_000),
	}));
	const count = dice.weigh([
		[3, 1],
		[1, 2],
	] as const);
	const executions = Array.from({ length: count }, (_, index) =>
		planExecution(dice, { zoo, accounts: accounts.length, isCalm, index }),
	);
	const intruders = isCalm || dice.roll(0.5) ? 0 : dice.whole(1, 4);
	const intrusions = Array.from({ length: intruders }, () => planIntrusion(dice, accounts.length));
	return { zoo, accounts, executions, intrusions, isCalm };
}

interface Setting {
	readonly zoo: ZooRules;
	readonly accounts: number;
	readonly isCalm: boolean;
	readonly index: number;
}

function planExecution(dice: Dice, setting: Setting): ExecutionPlan {
	const { isCalm, index } = setting;
	return {
		startsAt: index === 0 ? 0 : dice.between(0, dice.pick([500, 60_000])),
		nodes: Array.from(
			{
				length: dice.weigh([
					[4, 1],
					[2, 2],
					[1, 3],
				] as const),
			},
			(_, node) => planNode(dice, setting, node),
		),
		retries: dice.weigh([
			[2, 0],
			[3, 1],
			[1, 2],
		] as const),
		retriesElsewhere: dice.roll(0.3),
		cancelAfter: !isCalm && dice.roll(0.06) ? dice.between(0, 40_000) : undefined,
		crashAtStep: !isCalm && dice.roll(0.06) ? dice.whole(1, 20) : undefined,
	};
}

function planNode(dice: Dice, setting: Setting, node: number): NodePlan {
	const operation = dice.weigh([
		[3, 'adjustBalance'],
		[2, 'updateBalance'],
	] as const);
	const isTool = dice.roll(0.15);
	const plan = () => planItem(dice, setting, operation);
	const options = nodeOptions(dice);
	const run = () =>
		Array.from(
			{
				length: isTool
					? 1
					: dice.weigh([
							[2, 1],
							[3, 2],
							[3, 3],
							[1, 5],
						] as const),
			},
			plan,
		);
	const withOptions = (item: ItemPlan): ItemPlan => ({
		...item,
		raw: merged(item.raw, options),
		changed: item.changed && merged(item.changed, options),
	});
	return {
		name: `${operation === 'adjustBalance' ? 'Adjust' : 'Update'} ${setting.index}${'ABC'[node] ?? ''}`,
		operation,
		isTool,
		runs: Array.from(
			{
				length: isTool
					? dice.whole(1, 4)
					: dice.weigh([
							[5, 1],
							[1, 2],
						] as const),
			},
			() => run().map(withOptions),
		),
		continueOnFail: dice.roll(0.5),
		tries: isTool
			? 1
			: dice.weigh([
					[3, 1],
					[1, 2],
					[2, 3],
				] as const),
		waitBetweenTries: dice.pick([0, 1000, 5000]),
	};
}

/** Options that are usually the same for all items. */
function nodeOptions(dice: Dice): RawParameters {
	return {
		...(dice.roll(0.6) && { retryFor: dice.pick([0, 5, 20, 60]) }),
		...(dice.roll(0.5) && { timeout: dice.pick([1, 5, 30]) }),
		...(dice.roll(0.3) && { maxConcurrency: dice.pick([1, 2, 50]) }),
		...(dice.roll(0.3) && { onDifference: dice.pick(['fail', 'warn']) }),
		...(dice.roll(0.2) && { output: 'amounts' }),
	};
}

function merged(raw: RawParameters, options: RawParameters): RawParameters {
	return { ...raw, options: Object.assign({}, options, raw['options']) };
}

const PARAMETERS = {
	prePay: ['monthlyCreditsRemaining', 'prePayCashRemaining', 'prePayCreditsRemaining'],
	apiCredits: ['monthlyApiCreditsRemainingMonetaryValue', 'stableApiCreditsRemainingMonetaryValue'],
} as const;

function planItem(dice: Dice, { zoo, accounts, isCalm }: Setting, operation: NodePlan['operation']): ItemPlan {
	const other = zoo.model === 'prePay' ? ('apiCredits' as const) : ('prePay' as const);
	const model = !isCalm && dice.roll(0.03) ? other : zoo.model;
	const rolled = (): RawParameters => {
		const fields = PARAMETERS[model].filter(() => dice.roll(0.5));
		const chosen = fields.length > 0 ? fields : [PARAMETERS[model][1]];
		const values = operation === 'adjustBalance' ? CHANGES : TARGETS;
		const amounts = Object.fromEntries(chosen.map((name) => [name, dice.roll(0.02) ? '' : dice.pick(values)]));
		return {
			balanceModel: model,
			amountUnit: 'usd',
			[operation === 'adjustBalance' ? 'adjustFields' : 'updateFields']: amounts,
			options: {
				...(dice.roll(0.05) && { dryRun: true }),
				...(dice.roll(0.25) && { reference: `pi_${dice.whole(1, 6)}` }),
				...(dice.roll(0.12) && { onlyIf: { [dice.pick(chosen)]: dice.pick(['100', '120', '150']) } }),
			},
		};
	};
	const raw = rolled();
	const isChanged = dice.roll(0.12);
	const account = dice.whole(0, accounts - 1);
	return {
		isLoud: dice.roll(0.2),
		raw,
		changed: isChanged ? rolled() : undefined,
		account,
		changedAccount: isChanged && dice.roll(0.4) ? dice.whole(0, accounts - 1) : account,
	};
}

function planIntrusion(dice: Dice, accounts: number): Intrusion {
	return {
		at: dice.between(0, dice.pick([1000, 10_000, 100_000])),
		account: dice.whole(0, accounts - 1),
		kind: dice.weigh([
			[3, 'bill'],
			[2, 'takeBack'],
			[1, 'set'],
			[1, 'add'],
			[1, 'touch'],
		] as const),
		by: dice.pick([10, 20, 50, 5, 1, 7]) * 10_000,
	};
}

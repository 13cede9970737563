// A world from its dice: Zoo's rules and weather, who else writes, and the executions with their nodes, items and settings.

import type { Dice } from './dice';
import { FIELDS, type ZooRules } from './zoo';

/** An item's parameters, by their names in the node. */
export type RawParameters = Readonly<Record<string, unknown>>;

/** Two hosts that differ in their port alone, each in the spellings that credentials may have. */
export const HOSTS = [
	['https://api.zoo.dev', 'https://API.zoo.dev/', 'https://api.zoo.dev./docs'],
	['https://api.zoo.dev:8443', 'https://api.zoo.dev.:8443/'],
] as const;

export interface ItemPlan {
	readonly raw: RawParameters;
	/** As Retry execution finds them after somebody has edited the workflow. */
	readonly changed: RawParameters | undefined;
	/** Which of the world's accounts it names, before and after the change. */
	readonly account: number;
	readonly changedAccount: number;
	/** Whether the ID is written in capitals. */
	readonly isLoud: boolean;
	/** Which of the previews that were kept by then it applies, and what the workflow says of it. */
	readonly applies?: Applying;
}

interface Applying {
	readonly nth: number;
	/** `honest`: what is true when the item comes up first. */
	readonly sentBefore: 'no' | 'perhaps' | 'honest';
	/** Whether the workflow hands over all that the dry run has put out, as text. */
	readonly isText: boolean;
}

export interface NodePlan {
	readonly name: string;
	readonly operation: 'adjustBalance' | 'updateBalance' | 'applyPreview';
	/** Of its credential. */
	readonly baseUrl: string;
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
	readonly startsElsewhere: boolean;
	/**
	 * n8n's Engine 2.0 keeps nothing between nodes, does not tell them of a cancellation, and neither tries again nor
	 * takes up what has failed.
	 */
	readonly keepsContext: boolean;
	/** What somebody does to the workflow before Retry: to items' parameters; or nodes are pasted, or swap their names. */
	readonly edit: 'items' | 'pasted' | 'swapped';
	/** Something changes what n8n has stored of the execution's memory. */
	readonly isDamaged: boolean;
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

/** Payments that workers of several processes add by way of the payment inbox. */
export interface InboxPlan {
	readonly payments: ReadonlyArray<{ readonly account: number; readonly amount: string; readonly at: number }>;
	readonly workers: number;
	/** Seconds. */
	readonly lease: number;
	/** The share of uses of a worker after which its process dies soon, or stands still for minutes. */
	readonly trouble: number;
}

export interface WorldPlan {
	readonly zoo: ZooRules;
	readonly accounts: ReadonlyArray<{
		readonly kind: 'org' | 'user';
		readonly id: string;
		readonly amounts: readonly number[];
	}>;
	readonly hosts: number;
	readonly executions: readonly ExecutionPlan[];
	readonly inbox: InboxPlan | undefined;
	readonly intrusions: readonly Intrusion[];
	/** Without faults, other writers, crashes and cancellations: then nothing may end unknown. */
	readonly isCalm: boolean;
}

const CHANGES = ['10', '20', '50', '-10', '-20', '0.01', '0.37', '5', '0'];
const TARGETS = ['100', '120', '150', '80', '100.37', '0'];

/** The share of executions that Engine 2.0 runs. */
const OF_ENGINE_2 = 0.06;

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
	const kind = dice.weigh([
		[6, 'ordinary'],
		[2, 'previews'],
		[3, 'again'],
		[1, 'inbox'],
	] as const);
	const payments = Array.from({ length: dice.pick([1, 6, 6]) }, () => ({
		account: dice.whole(0, accounts.length - 1),
		amounts: { [PARAMETERS[model][1]]: dice.pick(CHANGES.slice(0, 3)) },
	}));
	const hosts = kind !== 'inbox' && dice.roll(0.1) ? 2 : 1;
	const setting = { zoo, accounts: accounts.length, hosts, isCalm, payments };
	const executions = kind === 'inbox' ? [] : planExecutions(dice, setting, kind);
	const intruders = isCalm || dice.roll(0.5) ? 0 : dice.whole(1, 4);
	const intrusions = Array.from({ length: intruders }, () => planIntrusion(dice, accounts.length));
	const inbox = kind === 'inbox' ? planInbox(dice, setting) : undefined;
	return { zoo, accounts, hosts, executions, inbox, intrusions, isCalm };
}

interface Payment {
	readonly account: number;
	readonly amounts: RawParameters;
}

interface Scene {
	readonly zoo: ZooRules;
	readonly accounts: number;
	readonly hosts: number;
	readonly isCalm: boolean;
	/** What the payment references stand for, unless an item is at odds with it. */
	readonly payments: readonly Payment[];
}

interface Setting extends Scene {
	readonly index: number;
	/** Dry runs only, what is made of them, or all hands that take up the same payment. */
	readonly stage: 'ordinary' | 'preview' | 'apply' | 'again';
}

function planExecutions(dice: Dice, scene: Scene, kind: 'ordinary' | 'previews' | 'again'): ExecutionPlan[] {
	if (kind === 'ordinary') {
		const count = dice.weigh([
			[3, 1],
			[1, 2],
		] as const);
		return Array.from({ length: count }, (_, index) => planExecution(dice, { ...scene, index, stage: 'ordinary' }));
	}
	const isAgain = kind === 'again';
	const applying = Array.from({ length: isAgain ? dice.whole(2, 5) : dice.whole(1, 3) }, (_, nth) =>
		planExecution(dice, { ...scene, index: nth + 1, stage: isAgain ? 'again' : 'apply' }),
	);
	return [planExecution(dice, { ...scene, index: 0, stage: 'preview' }), ...applying];
}

function planInbox(dice: Dice, { accounts, isCalm }: Scene): InboxPlan {
	return {
		payments: Array.from({ length: dice.whole(1, 5) }, () => ({
			account: dice.whole(0, accounts - 1),
			amount: dice.pick(['10', '20', '0.37', '5']),
			at: dice.between(0, dice.pick([1000, 100_000])),
		})),
		workers: dice.whole(1, 3),
		lease: 180,
		trouble: isCalm ? 0 : dice.pick([0, 0.05, 0.2]),
	};
}

function planExecution(dice: Dice, setting: Setting): ExecutionPlan {
	const { isCalm, index, stage } = setting;
	const keepsContext = !dice.roll(OF_ENGINE_2);
	return {
		startsAt: index === 0 ? 0 : dice.between(stage === 'ordinary' ? 0 : 400, dice.pick([500, 60_000, 200_000])),
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
		retries: keepsContext
			? dice.weigh([
					[2, 0],
					[3, 1],
					[1, 2],
				] as const)
			: 0,
		retriesElsewhere: dice.roll(0.3),
		startsElsewhere: index > 0 && dice.roll(0.15),
		keepsContext,
		edit: dice.weigh([
			[8, 'items'],
			[1, 'pasted'],
			[1, 'swapped'],
		] as const),
		isDamaged: dice.roll(0.04),
		cancelAfter: !isCalm && dice.roll(0.06) ? dice.between(0, 40_000) : undefined,
		crashAtStep: !isCalm && dice.roll(0.06) ? dice.whole(1, 20) : undefined,
	};
}

function planNode(dice: Dice, setting: Setting, node: number): NodePlan {
	const { stage, hosts } = setting;
	const operation = dice.weigh<NodePlan['operation']>([
		[stage === 'again' ? 6 : 3, 'adjustBalance'],
		[stage === 'again' ? 1 : 2, 'updateBalance'],
		[{ ordinary: 0, preview: 0, apply: 15, again: 6 }[stage], 'applyPreview'],
	]);
	const isTool = dice.roll(stage === 'again' ? 0.25 : 0.15);
	const plan = () => (operation === 'applyPreview' ? planApplying(dice) : planItem(dice, setting, operation));
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
		name: `${NAMES[operation]} ${setting.index}${'ABC'[node] ?? ''}`,
		operation,
		baseUrl: dice.pick(dice.roll(0.5) ? HOSTS[0] : (HOSTS[hosts - 1] ?? HOSTS[0])),
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

const NAMES = { adjustBalance: 'Adjust', updateBalance: 'Update', applyPreview: 'Apply' } as const;

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

export const PARAMETERS = {
	prePay: ['monthlyCreditsRemaining', 'prePayCashRemaining', 'prePayCreditsRemaining'],
	apiCredits: ['monthlyApiCreditsRemainingMonetaryValue', 'stableApiCreditsRemainingMonetaryValue'],
} as const;

function planApplying(dice: Dice): ItemPlan {
	const sentBefore = dice.weigh([
		[6, 'honest'],
		[1, 'no'],
		[3, 'perhaps'],
	] as const);
	return {
		isLoud: false,
		raw: { options: { ...(dice.roll(0.2) && { validFor: dice.pick([0, 1, 5, 30]) }) } },
		changed: undefined,
		account: 0,
		changedAccount: 0,
		applies: { nth: dice.pick([0, 0, 0, 1, 2, 3, 4, 5]), sentBefore, isText: dice.roll(0.5) },
	};
}

function planItem(dice: Dice, setting: Setting, operation: NodePlan['operation']): ItemPlan {
	const { zoo, accounts, isCalm, stage, payments } = setting;
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
				...(dice.roll(stage === 'preview' ? 0.95 : 0.05) && { dryRun: true }),
				...(dice.roll(0.25) && { reference: `pi_${dice.whole(1, payments.length)}` }),
				...(dice.roll(0.12) && { onlyIf: { [dice.pick(chosen)]: dice.pick(['100', '120', '150']) } }),
			},
		};
	};
	const often = stage === 'again' ? 0.6 : payments.length === 1 ? 0.4 : 0.1;
	const isPayment = operation === 'adjustBalance' && dice.roll(often);
	if (isPayment) return planPayment(dice, setting);
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

/** A payment that comes again and again, and is to be added once. */
function planPayment(dice: Dice, { zoo, payments, stage }: Setting): ItemPlan {
	const index = dice.whole(0, payments.length - 1);
	const { account, amounts } = payments[index] ?? { account: 0, amounts: {} };
	const reference = `pi_${index + 1}`;
	const dryRun = dice.roll(stage === 'preview' ? 0.95 : 0.05);
	// Where each repetition is refused, the reference alone tells that it is the same payment.
	const isReturned = stage !== 'again' || dice.roll(0.6);
	const options = { reference, ...(isReturned && { repeatedReference: 'returnFirst' }), ...(dryRun && { dryRun }) };
	const raw = { balanceModel: zoo.model, amountUnit: 'usd', adjustFields: amounts, options };
	return { isLoud: dice.roll(0.2), raw, changed: undefined, account, changedAccount: account };
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

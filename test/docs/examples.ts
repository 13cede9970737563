// The items that README and docs show, made by the built node against the stand-in for Zoo.

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { jsonOf, runZoo, startZoo, type ZooRun } from '../engine/zoo-run';
import type { ZooApi } from '../zoo-api/server';

const short = { output: 'amounts', reference: 'pi_3OqT2eKZ' };
const continues: ZooRun = { onError: 'continueRegularOutput' };
const topUp = { operation: 'adjustBalance', adjustFields: { prePayCashRemaining: '40.00' } };

interface Example {
	readonly parameters: INodeParameters;
	readonly run?: ZooRun;
	readonly before?: (zoo: ZooApi) => void;
}

const examples: Readonly<Record<string, Example>> = {
	written: {
		parameters: { updateFields: { prePayCashRemaining: '50.00', prePayCreditsRemaining: '62.50' }, options: short },
	},
	adjusted: { parameters: { ...topUp, options: { ...short, creditMultiplier: '1.25' } } },
	'dry-run': { parameters: { ...topUp, options: { dryRun: true } } },
	refused: {
		parameters: { updateFields: { prePayCashRemaining: '1.234' }, options: { reference: 'pi_3OqT2eKZ' } },
		run: continues,
	},
	unknown: {
		parameters: { updateFields: { prePayCashRemaining: '70.00' }, options: { reference: 'pi_3OqT2eKZ', retryFor: 0 } },
		run: continues,
		before: (zoo) => zoo.failNext({ kind: 'status', status: 502 }, { method: 'PUT' }),
	},
};

export const exampleNames = Object.keys(examples).sort();

export async function runExample(name: string): Promise<IDataObject | undefined> {
	const example = examples[name];
	if (!example) throw new Error(`No example is named ${name}`);
	await using zoo = await startZoo();
	example.before?.(zoo);
	return jsonOf(await runZoo(zoo, example.parameters, example.run))[0];
}

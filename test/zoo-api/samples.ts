/** Three made-up organizations, for whoever tries things by hand and for the workflows in examples/. */
import { WRITABLE_AMOUNTS, type BalanceModel } from './balances';
import type { ZooApi } from './server';

/** `amount`: what each kind of its balance starts with, in USD. */
export const SAMPLE_ORGS = [
	{ id: '7e29ccf7-8b3c-47db-8a17-bb53528382f4', name: 'Acme Rockets', amount: '100.00' },
	{ id: '3f0c1e52-6a4d-4b7e-9c8f-2d1b5a6e7f80', name: 'Bolt & Nut', amount: '0.00' },
	{ id: 'b5d2a9c4-1e3f-4d6a-8b7c-9e0f1a2b3c4d', name: 'Gear Works', amount: '25.50' },
] as const;

export function setSampleBalances(zoo: ZooApi, model: BalanceModel = 'prePay'): void {
	for (const { id, amount } of SAMPLE_ORGS) {
		zoo.setBalance('org', id, Object.fromEntries(WRITABLE_AMOUNTS[model].map((name) => [name, amount])));
	}
}

/** One line for each. */
export function listSampleOrgs(): string {
	return SAMPLE_ORGS.map(({ id, name, amount }) => `  ${id}  ${name}, ${amount} USD each`).join('\n');
}

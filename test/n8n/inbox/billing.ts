/** Somebody else who writes: takes a cent from every organization again and again, as Zoo's own billing might. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { ZooApi } from '../../zoo-api/server';

const CASH = 'pre_pay_cash_remaining';

export class Billing {
	/** Cents taken, by organization. */
	readonly taken = new Map<string, number>();
	private readonly over = new AbortController();
	private readonly running: Promise<void>;

	constructor(zoo: ZooApi, organizations: readonly string[], everyMs: number) {
		this.running = this.run(zoo, organizations, everyMs);
	}

	async end(): Promise<void> {
		this.over.abort();
		await this.running;
	}

	private async run(zoo: ZooApi, organizations: readonly string[], everyMs: number): Promise<void> {
		for (let turn = 0; !this.over.signal.aborted; turn += 1) {
			const organization = organizations[turn % organizations.length] ?? '';
			const now = BigInt((zoo.amountsOf('org', organization)[CASH] ?? '0.00').replace('.', ''));
			const left = String(now - 1n).padStart(3, '0');
			zoo.setBalance('org', organization, { [CASH]: `${left.slice(0, -2)}.${left.slice(-2)}` });
			this.taken.set(organization, (this.taken.get(organization) ?? 0) + 1);
			await sleep(everyMs / organizations.length, undefined, { signal: this.over.signal }).catch(() => undefined);
		}
	}
}

/** Starts the stand-in alone, with a few organizations, until Ctrl-C: `npx tsx test/zoo-api/start.ts --help`. */
import { parseArgs } from 'node:util';

import type { BalanceModel } from './balances';
import { listSampleOrgs, SAMPLE_ORGS, setSampleBalances } from './samples';
import { startZooApi, type ZooApi } from './server';
import {
	ADMIN_TOKEN,
	EMPLOYEE_ORG_ID,
	EMPLOYEE_TOKEN,
	MEMBER_ORG_ID,
	MEMBER_TOKEN,
	SERVICE_ACCOUNT_TOKEN,
} from './tokens';

const HELP = `Usage: npx tsx test/zoo-api/start.ts [--port N] [--model prePay|apiCredits]

A stand-in for Zoo's balance API on this computer. Port 0 (default) is any free one.
`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '0' },
			model: { type: 'string', default: 'prePay' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(HELP);
		return;
	}
	const model = modelNamed(values.model);
	const api = await startZooApi({ port: portNumber(values.port), model });
	setSampleBalances(api, model);
	process.stdout.write(welcome(api, model));
	process.once('SIGINT', () => void api.close());
}

function welcome(api: ZooApi, model: BalanceModel): string {
	return `Zoo stand-in (${model}) at ${api.url} until Ctrl-C

Tokens
  ${EMPLOYEE_TOKEN}  an employee of Zoo: may read and write every balance (own org ${EMPLOYEE_ORG_ID})
  ${MEMBER_TOKEN}  a member of org ${MEMBER_ORG_ID}: may read that org's balance and their own
  ${ADMIN_TOKEN}  an admin of that org: may read its invoices, too
  ${SERVICE_ACCOUNT_TOKEN}  a service account of that org: may read its balance

Organizations
${listSampleOrgs()}

Try
  curl -H 'Authorization: Bearer ${EMPLOYEE_TOKEN}' ${api.url}/orgs/${SAMPLE_ORGS[0].id}/payment/balance
`;
}

function modelNamed(text: string): BalanceModel {
	if (text === 'prePay' || text === 'apiCredits') return text;
	throw new Error(`--model is prePay or apiCredits, not ${text}`);
}

function portNumber(text: string): number {
	if (/^\d{1,5}$/.test(text)) return Number(text);
	throw new Error(`--port is a number, not ${text}`);
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});

/**
 * `npm run dev`: a real n8n with the node, the examples and a stand-in for Zoo, until Ctrl-C. It takes in a source file
 * when that is saved, and a debugger can attach to it.
 */
import { listSampleOrgs, SAMPLE_ORGS, setSampleBalances } from '../zoo-api/samples';
import { startZooApi, type ZooApi } from '../zoo-api/server';
import { EMPLOYEE_TOKEN } from '../zoo-api/tokens';
import { runProgram, type CleanUp } from './clean-up';
import { startInboxPlayground } from './inbox/playground';
import { importExamples, type CredentialInUse } from './examples';
import { Home } from './home';
import { hotReload } from './hot-reload';
import { N8n } from './n8n';
import { packProject, PROJECT } from './package-under-test';
import { OWNER, type Credential, type Rest } from './rest';
import { WEBHOOK_KEY } from './world';

/** Node's own choice, where debuggers look. */
const DEBUGGER = '127.0.0.1:9229';

async function main(cleanUp: CleanUp): Promise<void> {
	const home = await Home.make(cleanUp);
	const zoo = await startZoo(cleanUp);
	const tarball = await timed('Building and packing the node', async () => await packProject(home.folder, cleanUp));
	const reload = hotReload(PROJECT, (line) => process.stdout.write(`${line}\n`), cleanUp);
	const settings = { home, tarball, ...reload, nodeFlags: [`--inspect=${DEBUGGER}`] };
	const n8n = await timed('Starting n8n', async () => await N8n.start(settings, cleanUp));

	const examples = await importExamples(n8n.rest, {
		zooApi: await addCredential(n8n.rest, {
			name: 'Zoo stand-in',
			type: 'zooApi',
			data: { apiToken: EMPLOYEE_TOKEN, baseUrl: zoo.url },
		}),
		httpHeaderAuth: await addCredential(n8n.rest, {
			name: 'Callers of the webhook',
			type: 'httpHeaderAuth',
			data: WEBHOOK_KEY,
		}),
	});
	const inbox = await timed('Starting the payment inbox', async () => await startInboxPlayground(n8n, zoo, cleanUp));
	process.stdout.write(welcome(n8n.url, zoo.url, examples.size));
	process.stdout.write(inbox);
	await n8n.ended();
	throw new Error(`n8n ended by itself:\n${n8n.log}`);
}

async function startZoo(cleanUp: CleanUp): Promise<ZooApi> {
	const zoo = await startZooApi();
	await cleanUp.later(async () => await zoo.close());
	setSampleBalances(zoo);
	return zoo;
}

async function addCredential(rest: Rest, credential: Credential): Promise<CredentialInUse> {
	return { id: await rest.addCredential(credential), name: credential.name };
}

async function timed<T>(step: string, work: () => Promise<T>): Promise<T> {
	process.stdout.write(`${step} …\n`);
	const startedAt = Date.now();
	const result = await work();
	process.stdout.write(`${step}: done in ${Math.round((Date.now() - startedAt) / 1000)} s\n`);
	return result;
}

function welcome(address: string, zoo: string, examples: number): string {
	return `
n8n is ready: open ${address} and log in

  Email     ${OWNER.email}
  Password  ${OWNER.password}

The Zoo Billing node is installed, ${examples} example workflows are imported, and the credential
"Zoo stand-in" points at a stand-in for the Zoo API (${zoo}) that knows these organizations:

${listSampleOrgs()}

The example "Set org balance from a webhook" takes calls with the header that the credential
"Callers of the webhook" asks for: ${WEBHOOK_KEY.name}: ${WEBHOOK_KEY.value}
Once you have published it, this line sets a balance:

${callOfWebhook(address)}

Save a file in nodes/ or credentials/, and n8n has it within seconds, the open editor included; icons, the codex file
and output previews are taken in at the start. A debugger can attach to ${DEBUGGER}; it and stack traces know the lines
of the sources.
`;
}

function callOfWebhook(address: string): string {
	const [{ id }] = SAMPLE_ORGS;
	const body = JSON.stringify({
		organization: id,
		prePayCash: '50.00',
		prePayCredits: '62.50',
		reference: 'invoice 2026-0042',
	});
	return `  curl ${address}/webhook/zoo-org-balance -H '${WEBHOOK_KEY.name}: ${WEBHOOK_KEY.value}' -H 'content-type: application/json' -d '${body}'`;
}

void runProgram(main);

// The Zoo API credential: a bearer token that only goes to the credential's own host, over https.

import {
	ApplicationError,
	type IAuthenticate,
	type ICredentialDataDecryptedObject,
	type ICredentialTestRequest,
	type ICredentialType,
	type IHttpRequestOptions,
	type INodeProperties,
} from 'n8n-workflow';

import { Refusal } from '../nodes/ZooBilling/text/refusal';
import { DEFAULT_BASE_URL, readBaseUrl } from '../nodes/ZooBilling/zoo/baseUrl';
import { readToken } from '../nodes/ZooBilling/zoo/token';

export class ZooApi implements ICredentialType {
	name = 'zooApi';

	displayName = 'Zoo API';

	icon = { light: 'file:../icons/zooBilling.svg', dark: 'file:../icons/zooBilling.dark.svg' } as const;

	documentationUrl = 'https://zoo.dev/docs/api/authentication';

	properties: INodeProperties[] = [
		{
			displayName: 'API Token',
			name: 'apiToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'Made in your Zoo account; for unattended reads best that of a service account (svc-…). The own balance works with any token of the organization, its invoices with an admin’s, balances by ID with a Zoo employee’s.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: DEFAULT_BASE_URL,
			description: 'The https address of the Zoo API',
		},
	];

	authenticate: IAuthenticate = async (credentials, request) =>
		await Promise.resolve(authenticated(credentials, request));

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ $credentials.baseUrl }}',
			// Of a service account Zoo may know no user; the balance of its organization any member may read.
			url: '={{ /^[^!-~]*svc-/.test($credentials.apiToken) ? "/org/payment/balance" : "/user" }}',
			// A redirect would carry the token to another host.
			disableFollowRedirect: true,
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 400,
					message: 'Zoo could not make sense of this API token. Copy it again, whole, or make a new one.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message: 'Zoo does not know this API token. Check that it was copied whole and belongs to this Base URL.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						'Zoo lets this API token read nothing of its own. Make a new one in your Zoo account, or ask an admin of your organization for one.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message:
						'Zoo does not know whose this API token is, or this Base URL has no such call. Check both; of a service account also that its organization is still there.',
				},
			},
		],
	};
}

/**
 * The request with the token; a relative one, as in the credential test, gets the origin of the Base URL
 * without a pasted path.
 */
function authenticated(
	{ apiToken, baseUrl }: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
): IHttpRequestOptions {
	const origin = readBaseUrl(baseUrl);
	if (origin instanceof Refusal) throw said(origin);
	const token = readToken(apiToken);
	if (token instanceof Refusal) throw said(token);
	const url = 'uri' in request ? request.uri : request.url;
	if (typeof url !== 'string' || !URL.canParse(url, origin) || new URL(url, origin).origin !== origin) {
		throw said(
			new Refusal(
				"The request does not go to 'Base URL' of the credential, so the token was not sent",
				`Use this credential for ${origin} only.`,
			),
		);
	}
	const others = Object.entries(request.headers ?? {}).filter(([name]) => name.toLowerCase() !== 'authorization');
	return {
		...request,
		...(request.baseURL !== undefined && { baseURL: origin }),
		// In small letters: an n8n that does not know the next line's setting yet, such as 1.123.21 or 2.4.8, gives a
		// header of the usual spelling back to a redirected request from which its HTTP library has just taken it.
		headers: { ...Object.fromEntries(others), authorization: `Bearer ${token}` },
		sendCredentialsOnCrossOriginRedirect: false,
	};
}

function said({ what, next }: Refusal): ApplicationError {
	return new ApplicationError(`${what}. ${next}`, { level: 'warning' });
}

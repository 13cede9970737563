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
			description: 'Balances by ID need the token of a Zoo employee; the own balance needs any token',
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
			url: '/user',
			// A redirect would carry the token to another host.
			disableFollowRedirect: true,
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message: 'Zoo does not know this API token. Check that it was copied whole and belongs to this Base URL.',
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

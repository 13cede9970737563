/** Gives the engine one credential of the package under test, as n8n's store of credentials would. */
import {
	ICredentialsHelper,
	type ICredentialDataDecryptedObject,
	type ICredentials,
	type ICredentialType,
	type IHttpRequestOptions,
	type INodeProperties,
} from 'n8n-workflow';

export const CREDENTIAL_ID = 'credential-1';
export const CREDENTIAL_NAME = 'Zoo account';

export class OneCredential extends ICredentialsHelper {
	constructor(
		private readonly type: ICredentialType,
		private readonly data: ICredentialDataDecryptedObject,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.type;
		// The generic kind needs n8n's expressions; the package under test has a function.
		if (typeof authenticate !== 'function') throw new Error('Only an authenticate function is supported');
		return await authenticate(credentials, requestOptions);
	}

	async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		return await Promise.resolve({ ...this.data });
	}

	preAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	runPreAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	async getCredentials(): Promise<ICredentials> {
		return await notOffered('getCredentials');
	}

	async updateCredentials(): Promise<void> {
		await notOffered('updateCredentials');
	}

	async updateCredentialsOauthTokenData(): Promise<void> {
		await notOffered('updateCredentialsOauthTokenData');
	}

	getCredentialsProperties(): INodeProperties[] {
		return this.type.properties;
	}
}

async function notOffered(what: string): Promise<never> {
	return await Promise.reject(new Error(`${what} is nothing a node should need`));
}

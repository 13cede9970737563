// The least that a node can do for the same writes: a loop over n8n's HTTP helper, some at a time, the credential passed on, nothing checked.
'use strict';

class BareLoop {
	description = {
		displayName: 'Bare Loop',
		name: 'bareLoop',
		group: ['output'],
		version: 1,
		description: 'Writes without any care',
		defaults: { name: 'Bare Loop' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'zooApi', required: true }],
		properties: ['baseUrl', 'orgId', 'cash', 'credits', 'concurrency'].map((name) => ({
			displayName: name,
			name,
			type: 'string',
			default: '',
		})),
	};

	async execute() {
		const items = this.getInputData();
		const data = await this.getCredentials('zooApi');
		const credentialsDecrypted = { id: '', name: '', type: 'zooApi', data };
		const output = new Array(items.length);
		const write = async (item) => {
			const credits = this.getNodeParameter('credits', item);
			const json = await this.helpers.httpRequestWithAuthentication.call(
				this,
				'zooApi',
				{
					method: 'PUT',
					url: `${data.baseUrl}/orgs/${this.getNodeParameter('orgId', item)}/payment/balance`,
					body: {
						pre_pay_cash_remaining: this.getNodeParameter('cash', item),
						...(credits && { pre_pay_credits_remaining: credits }),
					},
					json: true,
				},
				{ credentialsDecrypted },
			);
			output[item] = { json, pairedItem: { item } };
		};
		let next = 0;
		const work = async () => {
			while (next < items.length) await write(next++);
		};
		await Promise.all(Array.from({ length: Number(this.getNodeParameter('concurrency', 0)) }, work));
		return [output];
	}
}

module.exports = { BareLoop };

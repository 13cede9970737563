// Stands in for n8n's library in the simulated node: errors as a node throws them.

interface Shown {
	readonly message?: string;
	readonly description?: string;
	readonly itemIndex?: number;
}

/** What stops a workflow. */
export class NodeError extends Error {
	description: string | undefined;
	readonly itemIndex: number | undefined;

	constructor(
		readonly node: unknown,
		what: string | { readonly message?: string },
		{ message, description, itemIndex }: Shown = {},
	) {
		super(message ?? (typeof what === 'string' ? what : what.message));
		this.description = description;
		this.itemIndex = itemIndex;
	}
}

export class NodeOperationError extends NodeError {}

export class NodeApiError extends NodeError {}

// Stands in for n8n's library, which takes longer to load than a mutant takes to judge; no test of the write path uses it.

export class NodeApiError extends Error {}
export class NodeOperationError extends Error {}

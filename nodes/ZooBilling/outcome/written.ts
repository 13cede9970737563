// What a written item carries beside Zoo's fields, as schemas: for the types and the editor's previews.

import * as z from 'zod/v4-mini';

/** What became of a write; it stands beside Zoo's fields in every written item. */
export const confirmationSchema = z.object({
	status: z.enum(['confirmed', 'different', 'unchanged', 'alreadyThere']),
	/** Zoo's reply to the write, or the balance as it was read back afterwards. */
	by: z.enum(['reply', 'readBack']),
	/** Whether Zoo rounded an amount to whole credits. */
	rounded: z.boolean(),
	orgId: z.optional(z.string()),
	userId: z.optional(z.string()),
	/** The e-mail address that the workflow named the user by. */
	userEmail: z.optional(z.string()),
	asked: z.record(z.string(), z.string()),
	differences: z.array(z.object({ field: z.string(), asked: z.string(), got: z.string() })),
	attempts: z.int(),
	callId: z.nullable(z.string()),
	sentAt: z.nullable(z.string()),
	confirmedAt: z.string(),
	reference: z.nullable(z.string()),
});
export type Confirmation = z.infer<typeof confirmationSchema>;

/** What an adjustment did to one field, in US dollars. */
export const adjustmentSchema = z.object({
	before: z.string(),
	requested: z.string(),
	/** What has really been added; less or more than requested where Zoo rounded to whole credits. */
	change: z.string(),
	after: z.string(),
	/** How the requested amount came about, where it was not given. */
	derivedFrom: z.optional(z.string()),
});
export type Adjustment = z.infer<typeof adjustmentSchema>;

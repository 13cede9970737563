// Seeds of worlds that some fault in the write path has broken; a change to how worlds are planned gives them other stories.

export const onceBroken: ReadonlyArray<readonly [seed: number, story: string]> = [
	[16, 'an attempt without an answer lands on what the next item has written'],
	[209, 'a look older than the answer to a write is believed'],
	[4566, 'a gateway says no to what Zoo has applied, and then asks to wait'],
	[27, 'a payment reference comes twice in one execution'],
	[133, 'a change below one credit looks like both amounts'],
	[3617, 'somebody takes back what an attempt without an answer has added'],
	[59, 'a busy proxy says 503 and when to come again, and Zoo applies the write after that'],
	[607, 'a payment comes again while nobody knows whether it was added'],
	[2991, 'a payment that another execution has added is told of, and its execution taken up elsewhere'],
	[421484, 'a worker that has seen nothing yet is shown a balance without the payment before'],
	[398666, 'a preview is applied after somebody has set the other balance model’s amounts'],
	[542519, 'an attempt lands too late, and makes just what another item asks for'],
	[604913, 'what a preview has added is taken back, and another amount had moved before'],
];

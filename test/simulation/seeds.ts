// Seeds of worlds that broke a rule once, with what they showed; a change to how worlds are planned gives them other stories.

export const onceBroken: ReadonlyArray<readonly [seed: number, story: string]> = [
	[59, 'an attempt without an answer lands on what the next item has written'],
	[134, 'a look older than the answer to a write is believed'],
	[10, 'a gateway says no to what Zoo has applied, and then asks to wait'],
	[332, 'a payment reference comes twice in one execution'],
	[433, 'a change below one credit looks like both amounts'],
	[4959, 'somebody takes back what an attempt without an answer has added'],
];

// Seeds of worlds that some fault in the write path has broken; a change to how worlds are planned gives them other stories.

export const onceBroken: ReadonlyArray<readonly [seed: number, story: string]> = [
	[6, 'the inbox applies a preview again while its first attempt is in doubt'],
	[38, 'an item of the same node applies the preview that an earlier item has left in doubt'],
	[46, 'Return First Result comes upon a payment that Apply has added'],
	[64, 'a payment reference comes again in another run while the first one is in doubt'],
	[72, 'Return First Result comes upon a payment that was added without it'],
	[78, 'a node that was cut and pasted is retried after it has added'],
	[123, 'a pasted node meets its own payment reference'],
	[152, 'a tool applies a preview again that another call has left in doubt'],
	[180, 'a pasted node is retried in another process'],
	[204, 'a preview is there already by its payment reference'],
	[1654, 'a preview of another process looks sent by what another item here has just written'],
	[339, 'Return First Result comes upon a payment that Apply has left in doubt'],
	[1622, 'an unknown word of doubt stands in what n8n has stored'],
	[1673, 'a payment is in doubt in another process'],
	[2244, 'a preview lands by one process after another one has applied it'],
	[5974, 'Return First Result comes upon a payment that was added, while its execution is in doubt of adding it again'],
	[9307, 'two nodes have swapped names, and what one has left in doubt is no payment of the other'],
	[33556, 'two previews have one reference, and one of them is in doubt in another execution'],
	[1511, 'a preview of another process looks sent by what another item here has written, as Zoo dates it'],
	[14591, 'a preview in doubt in another execution is taken up after somebody else here has written the same'],
];

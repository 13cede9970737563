// A bounded memory keeps the newest entries, and forgets the oldest first.

import { Newest } from '../../nodes/ZooBilling/newest';

it('forgets the oldest first, and what is set anew is new', () => {
	const newest = new Newest<number>(2);
	newest.set('a', 1);
	newest.set('b', 2);
	newest.set('a', 3);
	newest.set('c', 4);
	expect(['a', 'b', 'c'].map((key) => newest.get(key))).toEqual([3, undefined, 4]);
	newest.delete('a');
	expect(newest.get('a')).toBeUndefined();
});

it('keeps the newest 10,000 by itself', () => {
	const newest = new Newest<number>();
	for (let index = 0; index <= 10_000; index += 1) newest.set(`${index}`, index);
	expect([newest.get('0'), newest.get('1'), newest.get('10000')]).toEqual([undefined, 1, 10_000]);
});

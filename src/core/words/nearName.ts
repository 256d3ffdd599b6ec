/** The name that was meant, where a word nearly is one of them. */
export function nearName(word: string, names: readonly string[]): string | undefined {
	const plain = word.toLowerCase();
	const near = names
		.map((name) => ({ name, distance: distanceOf(plain, name.toLowerCase()) }))
		.sort((a, b) => a.distance - b.distance)[0];
	return near && near.distance <= Math.max(1, Math.floor(near.name.length / 3)) ? near.name : undefined;
}

/** How many letters to insert, drop, change or exchange with their neighbour (Damerau and Levenshtein's distance). */
function distanceOf(a: string, b: string): number {
	// A word that is much longer is none of them, and its table would be large.
	if (Math.abs(a.length - b.length) > b.length) return Number.POSITIVE_INFINITY;
	const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)];
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				least = Math.min(least, rows[i - 2]![j - 2]! + 1);
			row.push(least);
		}
		rows.push(row);
	}
	return rows[a.length]![b.length]!;
}

/** The first cycle found, as ids that each need the next one, the first repeated at the end. Needs are known steps. */
export function findCycle(needsOf: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
	const done = new Set<string>();
	for (const start of needsOf.keys()) {
		// Walked with our own stack: a plan of any length must not end the recursion.
		const path: { readonly id: string; next: number }[] = [];
		const onPath = new Set<string>();
		const enter = (id: string) => {
			path.push({ id, next: 0 });
			onPath.add(id);
		};
		if (!done.has(start)) enter(start);
		while (path.length > 0) {
			const top = path.at(-1)!;
			const need = needsOf.get(top.id)?.[top.next++];
			if (need === undefined) {
				done.add(top.id);
				onPath.delete(top.id);
				path.pop();
			} else if (onPath.has(need)) {
				const ids = path.map((each) => each.id);
				return [...ids.slice(ids.indexOf(need)), need];
			} else if (!done.has(need)) enter(need);
		}
	}
	return undefined;
}

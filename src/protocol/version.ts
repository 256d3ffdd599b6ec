/** Whether version `a` of the product came after `b`. What follows a `-` comes before the version itself. */
export function isNewer(a: string, b: string): boolean {
	const [left, right] = [partsOf(a), partsOf(b)];
	for (let at = 0; at < 3; at++) {
		const difference = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0);
		if (difference !== 0) return difference > 0;
	}
	if (left.early === right.early) return false;
	if (left.early === undefined || right.early === undefined) return left.early === undefined;
	return left.early.localeCompare(right.early, "en", { numeric: true }) > 0;
}

function partsOf(version: string): { readonly numbers: readonly number[]; readonly early: string | undefined } {
	const [whole = ""] = version.split("+");
	const [numbers = "", ...early] = whole.split("-");
	return {
		numbers: numbers.split(".").map((part) => Number.parseInt(part, 10) || 0),
		early: early.length > 0 ? early.join("-") : undefined,
	};
}

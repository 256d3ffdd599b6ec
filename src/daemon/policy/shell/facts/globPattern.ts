/** A name with `*` and `?` as a shell takes it. */
export function globPattern(name: string): RegExp {
	const source = name
		.replace(/[.+^$(){}|\\]/g, "\\$&")
		.replaceAll("*", ".*")
		.replaceAll("?", ".");
	try {
		return new RegExp(`^${source}$`);
	} catch {
		return /^/;
	}
}

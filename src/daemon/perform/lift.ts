/** What would lift a hold that a provider's failure places: what to change, and where. One row a code. */
const rows: Readonly<Record<string, (role: string) => string>> = {
	badRequest: (role) => `${otherModel(role)}, or correct the provider in config.jsonc; ${then}`,
	notFound: (role) => `${otherModel(role)}; ${then}`,
	unauthorized: (role) => `Hand over a key that it takes, or ${lower(otherModel(role))}; ${then}`,
	keyNeeded: (role) => `You can also ${lower(otherModel(role))}; ${then}`,
	noAgent: (role) => `${otherModel(role)}; ${then}`,
	contextLength: (role) => `${otherModel(role)} that reads more; ${then}`,
};
const then = "then resume the goal.";

export function liftOf(code: string, isRetried: boolean, role: string): string {
	if (isRetried) return `Resume tries now; another model for the ${role} in the roster goes on at once.`;
	return rows[code]?.(role) ?? `You can also ${lower(otherModel(role))}; ${then}`;
}

function otherModel(role: string): string {
	return `Choose another model for the ${role} in the roster`;
}

function lower(sentence: string): string {
	return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}

/** A word or a sentence with a capital letter at its beginning. */
export function capital(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A sentence as it goes on behind other words. What is quoted in it stays. */
export function uncapital(text: string): string {
	return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

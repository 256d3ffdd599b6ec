/**
 * What menus look at: what it is, then `;can.` with each request that is allowed now. Menus offer what is allowed and
 * nothing else, because the `when` of each names its request; a test compares them with the table.
 */
export function contextOf(what: string, allowed: readonly string[]): string {
	return [what, ...allowed.map((request) => `can.${request}`)].join(";");
}

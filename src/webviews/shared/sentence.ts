/** What a person is told of a refused request: the daemon's sentence. */
export function sentence(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
}

/** Why a playbook is refused. */
export interface PlaybookProblem {
	/** From 1, in the whole file. */
	readonly line: number;
	/** What is wrong, as half a sentence. */
	readonly message: string;
	/** What to do, as a sentence. */
	readonly fix: string;
}

/** One problem as people read it: `prepare.md:12: step “join” needs “collct”, which is no step. Name one of: collect.` */
export function describeProblem(path: string, problem: PlaybookProblem): string {
	return `${path}:${problem.line}: ${problem.message}. ${problem.fix}`;
}

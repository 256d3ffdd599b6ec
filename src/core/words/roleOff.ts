/** What it means that a role is off: who does its work from now on. Said before it is confirmed, and with it. */
export function roleOffMeans(role: string): string {
	return (
		meanings[role] ?? `The primary agent does the work of ${role} from now on, without the instructions of that role.`
	);
}

/** Why a role cannot be turned off; nothing where it can. */
export function roleOffRefusal(role: string): string | undefined {
	return role === "implementer"
		? "An agent has to do the steps, so the implementer cannot be turned off. Name another model for it, or let it inherit the primary agent."
		: undefined;
}

/** What it means that a reviewer is named again. */
export const reviewerOnMeans =
	"A reviewer looks at each step whose checks are green before it counts, and at the whole result before the goal is completed.";

const meanings: Readonly<Record<string, string>> = {
	planner: "The primary agent writes plans and the reflection from now on, without the instructions of the planner.",
	reviewer:
		"Without a reviewer green checks decide, also about what is being reviewed now; a step without checks is done on its agent's word, and counts as unverified.",
	researcher:
		"Sub-agents that are asked for as researchers are the primary agent's from now on, without the instructions of that role.",
};

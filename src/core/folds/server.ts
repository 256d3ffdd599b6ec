import type { Goal, ServerNote } from "../goal.ts";
import type { Folds } from "./fold.ts";

/** MCP servers: what was last told of each. */
export const serverFolds: Folds<"server"> = {
	"server.started": (goal, { server, revision, tools, leftOut }) =>
		noted(goal, server, { failed: undefined, started: { revision, tools, leftOut } }),
	"server.failed": (goal, { server, reason }) => noted(goal, server, { failed: reason, started: undefined }),
	"server.declined": (goal, { server, digest }) => noted(goal, server, { declined: digest }),
};

function noted(goal: Goal, server: string, note: ServerNote): Goal {
	return { ...goal, servers: { ...goal.servers, [server]: { ...goal.servers?.[server], ...note } } };
}

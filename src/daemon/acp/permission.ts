import type { PermissionOption, RequestPermissionOutcome } from "@agentclientprotocol/sdk";
import type { Permission } from "../agents/turnSession.ts";

/**
 * The word of the policy or the person, as one of the options that the agent offers. They are known by their kind: their
 * ids and their order are each agent's own. An answer for longer than once is never given: grants are kept here.
 */
export function permissionAnswer(
	permission: Permission,
	options: readonly Pick<PermissionOption, "kind" | "optionId">[],
): RequestPermissionOutcome {
	const cancelled = { outcome: "cancelled" } as const;
	if (permission.kind === "over") return cancelled;
	const kind = permission.kind === "allow" ? "allow_once" : "reject_once";
	const option = options.find((one) => one.kind === kind);
	if (!option) return cancelled;
	const reason = permission.kind === "deny" ? { _meta: { reason: permission.reason } } : {};
	return { outcome: "selected", optionId: option.optionId, ...reason };
}

import type { ToolCallId } from "../../core/ids.ts";
import type { Permission } from "../agents/turnSession.ts";

/** Agents in the middle of a turn that wait for a word about a call of their own, and the way by which it comes. */
export interface Permissions {
	/** `over` when the signal aborts first. */
	wait(toolCallId: ToolCallId, signal: AbortSignal): Promise<Permission>;
	/** Does nothing where no agent waits: its turn is over. */
	give(toolCallId: ToolCallId, permission: Permission): void;
}

export function openPermissions(): Permissions {
	const waiting = new Map<ToolCallId, (permission: Permission) => void>();
	return {
		wait(toolCallId, signal) {
			return new Promise((resolve) => {
				const over = () => settle({ kind: "over" });
				const settle = (permission: Permission) => {
					waiting.delete(toolCallId);
					signal.removeEventListener("abort", over);
					resolve(permission);
				};
				waiting.set(toolCallId, settle);
				signal.addEventListener("abort", over);
				if (signal.aborted) over();
			});
		},
		give: (toolCallId, permission) => waiting.get(toolCallId)?.(permission),
	};
}

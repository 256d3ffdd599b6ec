import { createHash } from "node:crypto";
import path from "node:path";
import type { Log } from "../platform/ports.ts";
import type { Changes } from "./changes.ts";
import { openChanges } from "./openChanges.ts";

/** One shadow repository a workspace, shared by its goals. */
export interface ShadowRepositories {
	/** That of the goal's workspace, or the sentence why there is none. */
	of(goal: { readonly workspace: string }): Promise<Changes | { readonly unavailable: string }>;
	close(): Promise<void>;
}

export function openShadowRepositories(home: string, log: Log): ShadowRepositories {
	const opened = new Map<string, ReturnType<ShadowRepositories["of"]>>();
	return {
		of({ workspace }) {
			const known = opened.get(workspace);
			if (known) return known;
			const name = createHash("sha256").update(workspace).digest("hex").slice(0, 16);
			const opening = openChanges({ workspace, folder: path.join(home, "changes", name), exclude: [home] });
			opened.set(workspace, opening);
			opening.catch(() => opened.delete(workspace));
			return opening;
		},
		async close() {
			for (const opening of opened.values()) {
				const changes = await opening.catch(() => undefined);
				if (!changes || "unavailable" in changes) continue;
				await changes.pack().catch((cause) => log.debug(`packing: ${String(cause)}`));
				await changes.close();
			}
		},
	};
}

import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Act } from "./acpProgramMain.ts";

/** As it stands under “agents” in config.jsonc: it is chosen as `agent-scripted/default`. */
export function acpProgram(acts: readonly Act[]): object {
	const program = path.join(import.meta.dirname, "acpProgramMain.ts");
	return {
		id: "scripted",
		command: [process.execPath, "--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href, program],
		env: { SCRIPT: JSON.stringify(acts) },
	};
}

export const scriptedChoice = { provider: "agent-scripted", model: "default" };

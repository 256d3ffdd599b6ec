import { execFile } from "node:child_process";
import { withoutGit } from "./git.ts";

/** What `core.excludesFile` names: the only question ever asked of the user's configuration. Asking runs nothing of it. */
export function findUserRules(command: string, workspace: string): Promise<string | undefined> {
	return new Promise((resolve) => {
		const options = { cwd: workspace, env: withoutGit(process.env), windowsHide: true };
		execFile(command, ["config", "--path", "--get", "core.excludesFile"], options, (error, output) =>
			resolve(error ? undefined : output.replace(/\n$/, "") || undefined),
		);
	});
}

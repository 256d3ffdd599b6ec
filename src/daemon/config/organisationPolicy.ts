import { readFileSync } from "node:fs";
import path from "node:path";
import type { PolicyRule } from "../../core/policy/rule.ts";
import type { Env } from "../platform/ports.ts";
import { parsePolicy } from "./policyNodes.ts";

/**
 * The rules that an organisation lays on everybody of a machine, in a file that only its administrators can write. They
 * may only tighten. It is read when the daemon starts; what cannot be read lets nothing happen.
 */
export type OrganisationPolicy =
	| { readonly file: string; readonly rules: readonly PolicyRule[] }
	| { readonly file: string; readonly unreadable: string };

export function readOrganisationPolicy(file: string): OrganisationPolicy | undefined {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ENOTDIR") return undefined;
		return { file, unreadable: closed(`${file} cannot be read (${code ?? cause})`) };
	}
	const { policy, problems } = parsePolicy(text);
	const [first] = problems;
	if (first || !policy)
		return { file, unreadable: closed(`${file}:${first?.line ?? 1}: ${first?.message ?? "it is empty."}`) };
	const loose = policy.rules.findIndex(({ effect }) => effect === "allow");
	if (loose >= 0)
		return {
			file,
			unreadable: closed(`${file}: rule ${loose + 1} allows something, and an organisation's may only tighten`),
		};
	if (Object.keys(policy.workspaces).length > 0)
		return { file, unreadable: closed(`${file} has rules of single folders: an organisation's hold everywhere`) };
	return { file, rules: policy.rules };
}

function closed(why: string): string {
	return `The organisation's policy does not hold as it is written, so nothing may happen: ${why.replace(/\.$/, "")}. Have it corrected, then restart the daemon.`;
}

/** Where each platform keeps what its administrators say of a program. */
export function organisationPolicyFile(env: Env, platform: NodeJS.Platform = process.platform): string {
	if (platform === "darwin") return "/Library/Application Support/mission-control/policy.jsonc";
	if (platform === "win32") return path.join(env.ProgramData ?? "C:\\ProgramData", "mission-control", "policy.jsonc");
	return "/etc/mission-control/policy.jsonc";
}

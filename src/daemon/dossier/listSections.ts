import { capital } from "../../core/words/capital.ts";
import { modeChangeText } from "../../core/words/modeChange.ts";
import type { ChangeView } from "../../protocol/view.ts";
import { code, inline, quote } from "./agentText.ts";
import type { DossierData } from "./dossierData.ts";
import type { GrantRecord } from "./grantProjection.ts";
import { count, listed, number, sentence, time } from "./words.ts";

export function reports({ goal, reports: { reports: given, leftOut } }: DossierData): string {
	// The plan that holds stands above its steps.
	const all = given.filter(({ text }) => text !== goal.plan?.summary);
	if (all.length === 0) return "";
	const roles = [...new Set(all.map(({ role }) => role))];
	const parts = roles.flatMap((role) => [
		`### ${capital(inline(role))}`,
		...all
			.filter((report) => report.role === role)
			.map(({ at, step, attempt, text }) => {
				const which = attempt !== undefined && attempt > 1 ? `, attempt ${attempt}` : "";
				return `**${inline(step ?? "Report")}**${which}, ${time(at)}\n\n${quote(text)}`;
			}),
	]);
	const note = leftOut > 0 ? [`${count(leftOut, "older report")} in the log.`] : [];
	return ["## Reports", ...note, ...parts].join("\n\n");
}

export function decisions(data: DossierData): string {
	const list = listed([data.decisions, data.routineDecisions], "decision");
	const parts = [list, grants(data.grants)].filter((part) => part !== "");
	return parts.length === 0 ? "" : ["## Decisions", ...parts].join("\n\n");
}

function grants(all: readonly GrantRecord[]): string {
	if (all.length === 0) return "";
	const lines = all.map(({ at, scope, kind, subject, by, revoked, lapsed }) => {
		const what = {
			command: code(subject),
			write: `${code(subject)} inside the workspace`,
			server: `the MCP server ${code(subject)}`,
			external: `every call of ${code(subject)}`,
			host: `pages of ${code(subject)}`,
			playbook: `everything in the playbook's text (SHA-256 ${code(subject.slice(0, 16))})`,
		}[kind];
		const end = revoked
			? ` Revoked ${time(revoked.at)}${revoked.by ? ` by ${inline(revoked.by)}` : ""}: ${inline(revoked.reason)}`
			: lapsed
				? ` It ended at ${time(lapsed.at)}, when ${code(lapsed.path)} changed.`
				: "";
		return sentence(`- ${what}, for this ${scope}, since ${time(at)}, by ${inline(by)}.${end}`);
	});
	return ["### Standing grants", lines.join("\n")].join("\n\n");
}

/** Which files told agents how to work here, by the digest of what they said. */
export function instructions({ guidance: { files, leftOut, notes, skills } }: DossierData): string {
	const lines = files.map(({ path, sha256, bytes, cut, threads }) => {
		const size = `${number(bytes)} bytes${cut ? ", of which the beginning" : ""}`;
		return `- ${code(path)} (${size}), SHA-256 ${code(sha256.slice(0, 16))}, to ${count(threads, "thread")}`;
	});
	if (leftOut > 0) lines.push(`- and ${count(leftOut, "file")} more`);
	if (skills.length > 0) lines.push(`- skills by name: ${skills.map((path) => code(path)).join(", ")}`);
	lines.push(...notes.map((note) => `- left out: ${inline(note)}`));
	return lines.length === 0 ? "" : ["## Instructions of the workspace", lines.join("\n")].join("\n\n");
}

export function changes({ goal, changes: all }: DossierData): string {
	if (goal.files.untracked && all.length === 0)
		return `## Changes\n\n${sentence(`Changes are not tracked: ${inline(goal.files.untracked)}`)}`;
	if (all.length === 0) return "";
	const parts = all.map(({ who, files, more }) => {
		const rest = more > 0 ? `\n- and ${count(more, "file")} more` : "";
		return `### ${inline(who)}\n\n${files.map(change).join("\n")}${rest}`;
	});
	return ["## Changes", ...parts].join("\n\n");
}

function change(view: ChangeView): string {
	const { status, path, from, added, removed } = view;
	const lines = added === undefined ? "" : ` (+${number(added)} −${number(removed ?? 0)})`;
	const rights = modeChangeText(view);
	const mode = rights ? `, ${rights}` : "";
	const before = view.leftOut ? ", not recorded before" : "";
	return `- ${status} ${code(path)}${from ? ` from ${code(from)}` : ""}${lines}${mode}${before}`;
}

export function problems(data: DossierData): string {
	const list = listed([data.problems, data.routineProblems], "problem");
	return list === "" ? "" : `## What went wrong on the way\n\n${list}`;
}

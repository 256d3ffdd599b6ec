import { mergeChanges } from "../../protocol/changes.ts";
import type { EventType, RecordedEvent } from "../../protocol/events.ts";
import { outputTail, type Step } from "../../protocol/goal.ts";
import { formatModelRef } from "../../protocol/modelRef.ts";
import { planSteps } from "../../protocol/readiness.ts";
import { goalState, progress, stateReason } from "../../protocol/state.ts";
import { actorName } from "../../protocol/values.ts";
import { viewCheck } from "../../protocol/view.ts";
import type { DossierData } from "./dossierData.ts";

/** The dossier as Markdown: what state and why, the step board, evidence, decisions, changes, usage, reflection. */
export function markdownDossier(data: DossierData): string {
	const sections = [head, board, evidence, reports, decisions, changes, problems, usage, reflection];
	return `${sections
		.map((section) => section(data))
		.filter((text) => text !== "")
		.join("\n\n")}\n`;
}

function head({ goal }: DossierData): string {
	const { done, total } = progress(goal);
	const facts = [
		["State", `**${goalState(goal).replace("_", " ")}**. ${stateReason(goal)}`],
		["Steps", `${done} of ${total} done`],
		["Workspace", code(goal.workspace)],
		["Agent", code(formatModelRef(goal.settings.agent))],
		...(goal.playbook
			? [["Playbook", `${code(goal.playbook.path)}, SHA-256 ${code(goal.playbook.sha256.slice(0, 16))}`]]
			: []),
		["Launched", time(goal.launchedAt)],
		["Last event", `${goal.seq}, ${time(goal.updatedAt)}`],
	];
	return [
		`# ${line(goal.title)}`,
		quote(goal.prompt),
		facts.map(([name, value]) => `- ${name}: ${value}`).join("\n"),
	].join("\n\n");
}

function board({ goal }: DossierData): string {
	const steps = planSteps(goal);
	if (steps.length === 0) return "## Steps\n\nThere is no plan yet.";
	const rows = steps.map((step, index) => {
		const checks = step.checks.map(({ checkId, command }) => {
			const check = goal.checks[checkId];
			return `${code(command)} ${check ? viewCheck(check).state : "pending"}`;
		});
		const needs = step.needs.map((need) => goal.plan?.order.indexOf(need)).map((at) => (at ?? 0) + 1);
		return `| ${index + 1} | ${cell(step.title)} | ${stateWord(step)} | ${step.attempts.length} | ${needs.join(", ")} | ${cell(checks.join("; "))} |`;
	});
	return [
		"## Steps",
		["| | Step | State | Attempts | Needs | Checks |", "|---|---|---|---|---|---|", ...rows].join("\n"),
	].join("\n\n");
}

function stateWord(step: Step): string {
	if (step.state === "completed") return step.verified ? "done, verified" : "done, unverified";
	return step.state.replace("_", " ");
}

function evidence({ goal, events }: DossierData): string {
	const runs = of(events, "check.completed").map((event) => {
		const tree = event.tree ? ` on tree ${code(event.tree.slice(0, 10))}` : " on files that are not tracked";
		const verdict = event.ok ? "green" : `red, exit ${event.exitCode}`;
		const tail = event.ok ? "" : `\n${fence(outputTail(event.output, 1000))}`;
		return `- ${time(event.at)} ${code(event.command)}: **${verdict}**${tree}.${tail}`;
	});
	const stale = Object.values(goal.checks).filter((check) => check.state === "stale");
	if (runs.length === 0) return "## Evidence\n\nNo check has run. What is done here is done on the agents' word.";
	const note =
		stale.length > 0
			? `\n\nStale, because files changed afterwards: ${stale.map((check) => code(check.command)).join(", ")}.`
			: "";
	return `## Evidence\n\n${runs.join("\n")}${note}`;
}

function reports({ goal, events }: DossierData): string {
	const texts = of(events, "step.reported").map((event) => {
		const step = goal.steps[event.stepId];
		return `### ${line(step?.title ?? event.stepId)}, attempt ${event.attempt} (${step?.role ?? "agent"})\n\n${quote(event.report)}`;
	});
	return texts.length === 0 ? "" : ["## Reports", ...texts].join("\n\n");
}

function decisions({ events }: DossierData): string {
	const asked = new Map(of(events, "approval.requested").map((event) => [event.approvalId, event]));
	const rows = events.flatMap((event): string[] => {
		switch (event.type) {
			case "approval.answered": {
				const about = asked.get(event.approvalId);
				const what = about?.command ? code(about.command) : line(about?.summary ?? event.approvalId);
				const scope = event.scope && event.scope !== "once" ? ` for this ${event.scope}` : "";
				const reason = event.reason ? ` Reason: ${line(event.reason)}` : "";
				return [`- ${time(event.at)} **${event.answer}**${scope}: ${what}, by ${actorName(event.by)}.${reason}`];
			}
			case "approval.expired":
			case "approval.superseded": {
				const about = asked.get(event.approvalId);
				const why = event.type === "approval.expired" ? "expired" : `no longer counts: ${line(event.reason)}`;
				return [`- ${time(event.at)} ${line(about?.summary ?? event.approvalId)}: ${why}.`];
			}
			case "grant.added":
				return event.kind === "playbook"
					? [`- ${time(event.at)} Granted at launch: everything in this playbook's text, by ${actorName(event.by)}.`]
					: [];
			case "plan.approved":
				return event.by ? [`- ${time(event.at)} Plan ${event.revision} approved by ${actorName(event.by)}.`] : [];
			case "plan.returned":
				return [`- ${time(event.at)} Plan ${event.revision} sent back by ${actorName(event.by)}: ${line(event.note)}`];
			case "step.undone": {
				const left = event.files.filter((file) => file.action === "conflict");
				const except =
					left.length === 0
						? ""
						: ` Left alone, because they had changed since: ${left.map(({ path }) => code(path)).join(", ")}.`;
				return [
					`- ${time(event.at)} Step ${code(event.stepId)} undone by ${actorName(event.by)}: what it changed was taken back.${except}`,
				];
			}
			case "step.skipped":
			case "step.retried":
				return event.by
					? [
							`- ${time(event.at)} Step ${code(event.stepId)} ${event.type === "step.skipped" ? "skipped" : `told to ${event.how}`} by ${actorName(event.by)}.`,
						]
					: [];
			case "goal.cancelled":
				return [
					`- ${time(event.at)} Cancelled by ${actorName(event.by)}.${event.reason ? ` ${line(event.reason)}` : ""}`,
				];
			case "goal.reopened":
				return [`- ${time(event.at)} Reopened by ${actorName(event.by)}.`];
			case "hold.placed":
				return event.cause === "person" ? [`- ${time(event.at)} ${line(event.reason)}`] : [];
			default:
				return [];
		}
	});
	return rows.length === 0 ? "" : `## Decisions\n\n${rows.join("\n")}`;
}

function changes({ goal, events }: DossierData): string {
	if (goal.files.untracked) return `## Changes\n\nChanges are not tracked: ${goal.files.untracked}`;
	const files = mergeChanges(of(events, "file.changed"));
	if (files.length === 0) return "";
	const rows = files.map((change) => {
		const step = change.stepId ? goal.steps[change.stepId]?.title : undefined;
		const who =
			change.by === "outside"
				? "outside of the goal"
				: change.by === "check"
					? "a check"
					: change.by === "undo"
						? "undo"
						: (step ?? "");
		return `| ${change.status} | ${cell(code(change.path))} | ${cell(who)} |`;
	});
	const skipped = goal.files.skipped.map(({ path, reason }) => `${code(path)} (${reason})`);
	const note = skipped.length > 0 ? `\n\nNot covered: ${skipped.join(", ")}.` : "";
	return `## Changes\n\n| | File | By |\n|---|---|---|\n${rows.join("\n")}${note}`;
}

function problems({ events }: DossierData): string {
	const rows = events.flatMap((event): string[] => {
		switch (event.type) {
			case "attempt.failed":
				return [`- ${time(event.at)} Attempt ${event.attempt} of ${code(event.stepId)}: ${line(event.diagnosis)}`];
			case "tool.interrupted":
				return [`- ${time(event.at)} Interrupted, outcome unknown: ${line(event.reason)}`];
			case "provider.failed":
				return [`- ${time(event.at)} ${event.provider}: ${line(event.reason)}`];
			default:
				return [];
		}
	});
	return rows.length === 0 ? "" : `## What went wrong on the way\n\n${rows.join("\n")}`;
}

function usage({ goal }: DossierData): string {
	const money = (usd: number | null) => (usd === null ? "no price known" : `${usd.toFixed(4)} USD`);
	const rows = Object.entries(goal.usage.byModel).map(
		([model, part]) =>
			`| ${cell(code(model))} | ${part.turns} | ${part.inputTokens} | ${part.outputTokens} | ${money(part.costUsd)} |`,
	);
	if (rows.length === 0) return "";
	const total = `${goal.usage.toolCalls} tool calls, ${goal.usage.turns} turns.`;
	return `## Usage\n\n${total}\n\n| Model | Turns | Input tokens | Output tokens | Cost |\n|---|---|---|---|---|\n${rows.join("\n")}`;
}

function reflection({ events }: DossierData): string {
	const last = of(events, "reflection.written").at(-1);
	return last ? `## Reflection\n\n${quote(last.reflection)}` : "";
}

function of<T extends EventType>(events: readonly RecordedEvent[], type: T): RecordedEvent<T>[] {
	return events.filter((event) => event.type === type) as unknown as RecordedEvent<T>[];
}

function time(iso: string): string {
	return iso.replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

function line(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}

function cell(text: string): string {
	return line(text).replaceAll("|", "\\|");
}

/** Text of an agent or a person, as text: it cannot become a heading or a picture of the account. */
function quote(text: string): string {
	return text
		.trim()
		.split("\n")
		.map((one) => `> ${one}`)
		.join("\n");
}

function code(text: string): string {
	const flat = line(text);
	const ticks = flat.includes("`") ? "``" : "`";
	return `${ticks}${ticks.length > 1 ? " " : ""}${flat}${ticks.length > 1 ? " " : ""}${ticks}`;
}

function fence(text: string): string {
	const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
	const ticks = "`".repeat(longest + 1);
	return `${ticks}\n${text.trimEnd()}\n${ticks}`;
}

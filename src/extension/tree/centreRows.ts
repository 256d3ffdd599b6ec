import type { PolicyRule } from "../../core/policy/rule.ts";
import { ruleText } from "../../core/policy/ruleText.ts";
import { ruleWords } from "../../core/policy/ruleWords.ts";
import { approvalMarks } from "../../core/words/marks.ts";
import type { GrantView, RecordedApproval } from "../../protocol/view.ts";
import { answeredBy, riskWord } from "../approvals/approvalText.ts";
import { commandLine, plainLine } from "../approvals/visibleText.ts";
import { contextOf } from "../menus/rowContext.ts";
import { dayOrTime } from "../words/times.ts";
import { t, tLabel } from "../words/words.ts";
import type { CentreNode, RuleView, Section } from "./centreNodes.ts";
import type { Row } from "./row.ts";
import { iconOf, rowOf } from "./rows.ts";

export function centreRowOf(node: CentreNode, now: number): Row {
	switch (node.kind) {
		case "section":
			return {
				id: `section:${node.section}`,
				label: sectionTitle(node.section),
				description: node.count.toLocaleString("en"),
				icon: { codicon: sectionIcons[node.section] },
				context: contextOf("section", [node.section]),
				fold: ["waiting", "grants", "rules"].includes(node.section) ? "open" : "folded",
			};
		case "approval": {
			const row = rowOf(node, { now, folders: [] });
			return { ...row, id: `centre:${row.id}`, description: plainLine(node.goal.title, 60) };
		}
		case "record":
			return recordRow(node.record, now);
		case "grant":
			return grantRow(node.grant, now);
		case "rule":
			return ruleRow(node.given);
		case "more":
			return {
				id: `more:${node.section}`,
				label: t("Show more"),
				description: t("{0} more", node.more.toLocaleString("en")),
				icon: { codicon: "ellipsis" },
				context: contextOf("more", []),
				fold: "leaf",
				click: "missionControl.showMoreApprovals",
			};
	}
}

const sectionIcons: Readonly<Record<Section, string>> = {
	waiting: "shield",
	setAside: "bell-slash",
	grants: "key",
	rules: "law",
	answered: "checklist",
	over: "history",
};

export function sectionTitle(section: Section): string {
	const titles = {
		waiting: t("Waiting for you"),
		setAside: t("Set aside"),
		grants: t("Grants"),
		rules: t("Rules"),
		answered: t("Answered"),
		over: t("Expired or withdrawn"),
	};
	return titles[section];
}

function recordRow(record: RecordedApproval, now: number): Row {
	const { approvalId, goalTitle, command, summary, risk, reasons, state, requestedAt, answeredAt, reason } = record;
	const mark = approvalMarks[record.setAside ? "setAside" : state];
	const what = answeredBy(record) ?? tLabel(mark.word);
	const when = dayOrTime(answeredAt ?? requestedAt, now);
	const title = plainLine(goalTitle, 60);
	return {
		id: `record:${approvalId}`,
		label: commandLine(command ?? summary, 60),
		description: [what, when, title].join(" · "),
		tooltip: [
			commandLine(command ?? summary, 300),
			[`${riskWord(risk)}.`, ...reasons.map((one) => plainLine(one, 160))].join(" "),
			t("Asked {0}; {1}, {2}.", dayOrTime(requestedAt, now), what, when),
			...(reason ? [t("“{0}”", plainLine(reason, 300))] : []),
			title,
		].join("\n"),
		icon: iconOf(mark),
		spoken: [commandLine(command ?? summary, 200), what, when, riskWord(risk), title].join(", "),
		context: contextOf("record", [state]),
		fold: "leaf",
		click: "missionControl.showRecordedApproval",
	};
}

function grantRow(grant: GrantView, now: number): Row {
	const { grantId, uses, lastUse, addedAt, by, workspace, goalTitle } = grant;
	const label = commandLine(grantLabel(grant), 60);
	const where = workspace === undefined ? plainLine(goalTitle ?? "", 60) : lastName(workspace);
	const used = [
		uses === 0 ? t("not used yet") : uses === undefined ? "" : t("used {0}×", uses.toLocaleString("en")),
		lastUse && t("last {0}", dayOrTime(lastUse.at, now)),
	];
	const description = [...used, where].filter(Boolean).join(" · ");
	return {
		id: `grant:${grantId}`,
		label,
		description,
		tooltip: [
			commandLine(grantLabel(grant), 300),
			workspace === undefined ? t("Allowed for the goal {0}", where) : t("Allowed for every goal in {0}", workspace),
			t("Given {0} by {1}", dayOrTime(addedAt, now), by ?? ""),
		].join("\n"),
		icon: { codicon: "key" },
		spoken: [t("Grant"), label, description].join(", "),
		context: contextOf("grant", [lastUse ? "used" : "unused"]),
		fold: "leaf",
		click: lastUse && "missionControl.showGrantUse",
	};
}

function ruleRow({ rule, level, workspace, file }: RuleView): Row {
	const label = plainLine(ruleWords(rule), 80);
	const where =
		level === "organisation"
			? t("of the organisation")
			: workspace === undefined
				? t("in every folder")
				: lastName(workspace);
	const why = rule.why === undefined ? [] : [plainLine(rule.why, 300)];
	return {
		id: `rule:${level}:${workspace ?? ""}:${JSON.stringify(rule)}`,
		label,
		description: where,
		tooltip: [plainLine(ruleWords(rule), 300), ...why, ruleText(rule), workspace ?? where, file ?? ""]
			.filter(Boolean)
			.join("\n"),
		icon: { codicon: effectIcons[rule.effect] },
		spoken: [t("Rule"), label, where, ...why].join(", "),
		context: contextOf("rule", [level === "organisation" ? "organisation" : "own"]),
		fold: "leaf",
		click: "missionControl.openRule",
	};
}

const effectIcons: Readonly<Record<PolicyRule["effect"], string>> = {
	allow: "check",
	ask: "question",
	deny: "circle-slash",
};

function grantLabel({ kind, subject }: GrantView): string {
	switch (kind) {
		case "playbook":
			return t("All of the playbook");
		case "write":
			return t("{0} inside the workspace", subject);
		case "server":
			return t("MCP server {0}", subject);
		case "external":
			return t("Every call of {0}", subject);
		case "host":
			return t("Pages of {0}", subject);
		default:
			return subject;
	}
}

function lastName(folder: string): string {
	return folder.split(/[\\/]/).filter(Boolean).at(-1) ?? folder;
}

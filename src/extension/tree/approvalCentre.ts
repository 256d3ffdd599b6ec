import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import { type ApprovalFilter, parseApprovalFilter } from "../../core/words/approvalFilter.ts";
import type { Approvals } from "../approvals/approvals.ts";
import type { Daemon } from "../connection/daemon.ts";
import type { Goals } from "../connection/goals.ts";
import { setContext } from "../menus/setContext.ts";
import { t } from "../words/words.ts";
import { type CentreNode, centreNodes, type RuleView } from "./centreNodes.ts";
import { centreRowOf } from "./centreRows.ts";
import { treeItem } from "./treeItem.ts";

/** The section of all approvals and grants. Nothing is asked for it while nobody looks at it. */
export interface ApprovalCentre extends vscode.Disposable {
	/** As a person types it; empty for none. */
	readonly filter: string;
	/** Refused with a sentence where it cannot be meant. */
	setFilter(typed: string): string | undefined;
	showMore(): void;
	refresh(): void;
	/** The rows themselves, for tests. */
	readonly provider: vscode.TreeDataProvider<CentreNode>;
}

const pageRows = 50;
const maxRows = 1000;
const drawAfterMs = 300;

export function createApprovalCentre(daemon: Daemon, goals: Goals, approvals: Approvals): ApprovalCentre {
	const changed = new vscode.EventEmitter<undefined>();
	let typed = "";
	let filter: ApprovalFilter = {};
	let shown = pageRows;
	let roots: Promise<readonly CentreNode[]> | undefined;

	async function read(): Promise<readonly CentreNode[]> {
		if (daemon.connection.state !== "connected") return [];
		const [history, { grants }, rules] = await Promise.all([
			daemon.read("approval/history", { filter, limit: shown }),
			daemon.read("grant/list", { all: true }),
			readRules(),
		]);
		const nodes = centreNodes({ ...history, grants, rules }, filter, ({ goalId, approvalId }) =>
			approvals.find(goalId, approvalId),
		);
		view.message = nodes.length > 0 ? undefined : emptyText(typed);
		return nodes;
	}

	/** Those of everywhere, and of the folders of this window. */
	async function readRules(): Promise<RuleView[]> {
		const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
		const everywhere = await daemon.read("policy/read", {});
		const own = await Promise.all(
			folders.map(async (workspace) => {
				const { levels } = await daemon.read("policy/read", { workspace });
				return levels.map((level) => ({ ...level, workspace }));
			}),
		);
		const all = [...everywhere.levels, ...own.flat().filter(({ level }) => level === "workspace")];
		return all.flatMap(({ rules, level, ...where }) =>
			level === "autonomy" ? [] : rules.map((rule) => ({ rule, level, ...where })),
		);
	}

	const provider: vscode.TreeDataProvider<CentreNode> = {
		onDidChangeTreeData: changed.event,
		getTreeItem: (node) => treeItem(centreRowOf(node, Date.now()), node),
		async getChildren(node) {
			if (node) return node.kind === "section" ? [...node.rows] : [];
			roots ??= read();
			return [...(await roots.catch(() => []))];
		},
	};
	const view = vscode.window.createTreeView("missionControl.approvals", { treeDataProvider: provider });

	let timer: NodeJS.Timeout | undefined;
	const draw = (afterMs = drawAfterMs) => {
		roots = undefined;
		if (!view.visible || timer) return;
		timer = setTimeout(() => {
			timer = undefined;
			roots = undefined;
			changed.fire(undefined);
		}, afterMs);
	};
	const stops = [goals.onChange(() => draw()), daemon.onConnection(() => draw())];
	daemon.whileOpen(({ client }) => client.onNotice("config/changed", () => draw(0)));
	const visibility = view.onDidChangeVisibility(({ visible }) => visible && draw(0));

	return {
		provider,
		get filter() {
			return typed;
		},
		setFilter(next) {
			const { problem, ...parsed } = parseApprovalFilter(next);
			if (problem !== undefined) return problem;
			typed = next.trim();
			filter = parsed.filter;
			shown = pageRows;
			// People know goals by their titles.
			view.description = typed.replace(/\bgoal:(\S+)/, (all, id) => goals.summary(id as GoalId)?.title ?? all);
			setContext("approvalsFiltered", typed !== "");
			draw(0);
			return undefined;
		},
		showMore() {
			shown = Math.min(maxRows, shown + pageRows);
			draw(0);
		},
		refresh: () => draw(0),
		dispose() {
			clearTimeout(timer);
			for (const stop of stops) stop();
			visibility.dispose();
			view.dispose();
			changed.dispose();
		},
	};
}

function emptyText(typed: string): string {
	return typed === ""
		? t("What agents ask, what you answered, and what you approved for longer stands here, with your rules.")
		: t("Nothing fits “{0}”.", typed);
}

import type { GoalRequest } from "../../core/rules/controls.ts";
import type { OwnAnswer } from "../menus/contextKeys.ts";
import { all, either, flag, is, type When } from "../menus/when.ts";

/** What the manifest says of a command: `npm run docs` writes it into package.json, titles into package.nls.json. */
export interface Contribution {
	readonly title: string;
	/** A codicon. */
	readonly icon?: string;
	/** When the palette offers it; absent for always. */
	readonly palette?: When;
	readonly menus?: readonly (MenuItem | readonly MenuItem[])[];
	readonly key?: { readonly key: string; readonly when: When };
}

export interface MenuItem {
	readonly menu:
		| "view/title"
		| "view/item/context"
		| "explorer/context"
		| "editor/context"
		| "editor/title/context"
		| "editor/title";
	readonly when: When;
	/** Group and place in it: `navigation@1`. */
	readonly group: string;
}

/** Some goal, or something that waits, allows it. */
export function can(request: GoalRequest | OwnAnswer): When {
	return flag(`missionControl.can.${request}`);
}

/** In the rows of the trees that this is true of, once in each group. */
export function inRows(when: When, ...groups: readonly string[]): readonly MenuItem[] {
	return groups.map((group) => ({ menu: "view/item/context", when: all(either(inGoals, inApprovals), when), group }));
}

/** Above the tree. */
export function overGoals(group: string, ...more: readonly When[]): MenuItem {
	return { menu: "view/title", when: all(inGoals, ...more), group };
}

/** Above the section of approvals. */
export function overApprovals(group: string, ...more: readonly When[]): MenuItem {
	return { menu: "view/title", when: all(inApprovals, ...more), group };
}

export function overFeed(group: string): MenuItem {
	return { menu: "view/title", when: is("view", "missionControl.feed"), group };
}

export function onTab(group: string, when: When): MenuItem {
	return { menu: "editor/title", when, group };
}

export function inMenu(menu: MenuItem["menu"], group: string, ...when: readonly When[]): MenuItem {
	return { menu, when: all(...when), group };
}

const inGoals = is("view", "missionControl.goals");
const inApprovals = is("view", "missionControl.approvals");

/** The document that shows all of an approval. */
export const approvalDocument = is("resourceScheme", "mission-approval");
export const overviewTab = is("activeWebviewPanelId", "missionControl.overview");
export const threadTab = is("activeWebviewPanelId", "missionControl.thread");

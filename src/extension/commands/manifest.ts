import { all, flag, is, isNot, noFlag, type When } from "../menus/when.ts";
import { commands } from "./commands.ts";
import type { Contribution, MenuItem } from "./contribution.ts";

/** What the manifest declares of commands, as VS Code reads it: made from their rows. */
export interface Manifest {
	readonly commands: readonly { command: string; title: string; category: string; icon?: string }[];
	readonly menus: { readonly [M in MenuItem["menu"] | "commandPalette"]: readonly MenuRow[] };
	readonly keybindings: readonly { command: string; key: string; when: When }[];
	readonly viewsWelcome: readonly { view: string; when: When; contents: string }[];
}

interface MenuRow {
	readonly command: string;
	readonly when: When;
	readonly group?: string;
}

const rows: readonly (readonly [string, Contribution])[] = Object.entries(commands);

export function manifest(): Manifest {
	const inMenu = (menu: MenuItem["menu"]) =>
		rows.flatMap(([name, { menus = [] }]) =>
			menus
				.flat()
				.filter((item) => item.menu === menu)
				.map(({ when, group }): MenuRow => ({ command: idOf(name), when, group })),
		);
	return {
		commands: rows.map(([name, { icon }]) => ({
			command: idOf(name),
			title: `%${titleKey(name)}%`,
			category: "Mission Control",
			...(icon && { icon: `$(${icon})` }),
		})),
		menus: {
			"view/title": inMenu("view/title"),
			"view/item/context": inMenu("view/item/context"),
			"explorer/context": inMenu("explorer/context"),
			"editor/context": inMenu("editor/context"),
			"editor/title/context": inMenu("editor/title/context"),
			"editor/title": inMenu("editor/title"),
			commandPalette: rows.flatMap(([name, { palette }]) => (palette ? [{ command: idOf(name), when: palette }] : [])),
		},
		keybindings: rows.flatMap(([name, { key }]) => (key ? [{ command: idOf(name), ...key }] : [])),
		viewsWelcome,
	};
}

/** Titles by their keys in package.nls.json. */
export function titles(): Readonly<Record<string, string>> {
	return Object.fromEntries(rows.map(([name, { title }]) => [titleKey(name), title]));
}

const hasFolder = isNot("workspaceFolderCount", 0);
const isTrusted = flag("isWorkspaceTrusted");

/** What stands in the place of the tree while it is empty. */
const viewsWelcome = [
	welcome("noFolder", is("workspaceFolderCount", 0)),
	welcome("restricted", hasFolder, noFlag("isWorkspaceTrusted")),
	welcome(
		"noGoals",
		hasFolder,
		isTrusted,
		is("missionControl.connection", "connected"),
		flag("missionControl.goalsKnown"),
	),
	welcome("noDaemon", hasFolder, isTrusted, is("missionControl.connection", "stopped")),
];

function welcome(name: string, ...when: readonly When[]) {
	return { view: "missionControl.goals", when: all(...when), contents: `%welcome.${name}%` };
}

function idOf(name: string): string {
	return `missionControl.${name}`;
}

function titleKey(name: string): string {
	return `command.${name}`;
}

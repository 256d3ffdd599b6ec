import { isExternalCall } from "../../core/rules/externalCalls.ts";

/** The codicon of a tool, by the name it is called with; the same in feed and thread. */
export function toolIcon(name: string): string {
	return icons[name] ?? (isExternalCall({ name }) ? "plug" : "tools");
}

const icons: Readonly<Record<string, string>> = {
	runCommand: "terminal",
	readFile: "file",
	writeFile: "edit",
	editFile: "edit",
	listFiles: "list-tree",
	findText: "search",
	updateTodos: "checklist",
	delegate: "organization",
	readSkill: "book",
	askPerson: "question",
	fetchUrl: "globe",
};

import path from "node:path";

/**
 * What no command of an agent may name, whatever anyone approved: the folder in which the daemon keeps goals and its
 * token, the command line with which a person decides, and the places from which git runs programs. This reads the text
 * of the command, so a determined program can still get there; without a sandbox that is the limit, and the README says so.
 */
export function forbiddenCommand(command: string, dataFolder: string, home: string | undefined): string | undefined {
	const names = [
		dataFolder,
		home && dataFolder.startsWith(home + path.sep) ? `~${dataFolder.slice(home.length)}` : undefined,
	];
	const text = command.replace(/\\(.)/g, "$1").replace(/["']/g, "");
	if (names.some((name) => name !== undefined && text.includes(name)) || /\bMISSION_HOME\b/.test(text)) {
		return "A command may not reach the folder in which the daemon keeps its goals.";
	}
	for (const { pattern, reason } of rows) if (pattern.test(text)) return reason;
	return undefined;
}

const rows: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
	{
		pattern:
			/(^|[\s;&|(/])mission(\s+(launch|approve|deny|answer|resume|raise|roster|policy|grants|daemon|plan|retry|rerun|skip|cancel|delete|pause|send)\b)/,
		reason: "An agent may not use the mission command line: decisions are the person's.",
	},
	{
		pattern: /\bdaemon\.json\b|\bmission-control\/(dist\/)?cli\.js/,
		reason: "An agent may not speak to the daemon: decisions are the person's.",
	},
	{
		pattern: /\.git\/(hooks|config)\b|core\.hooksPath/i,
		reason: "A command may not touch .git/hooks or .git/config, from which git runs programs.",
	},
];

/**
 * How a person does what a sentence tells them to. One sentence of the daemon is read in the terminal, in VS Code, where
 * nobody can type a flag, and in the log long after; so it names the way in both, and takes both from this table.
 */
export interface Way {
	/** As it is typed: a command, or a flag of a launch. */
	readonly terminal: string;
	/** The title of a command of VS Code, or a label of a form or view. */
	readonly editor: string;
	/** Where in VS Code, if it is no command. */
	readonly where?: string;
}

export const ways = {
	goals: { terminal: "mission list", editor: "Goals", where: "the side bar" },
	waiting: { terminal: "mission approvals", editor: "Show What Waits for You" },
	resume: { terminal: "mission resume", editor: "Resume Goal" },
	presets: { terminal: "mission presets", editor: "Presets…" },
	providers: { terminal: "mission providers", editor: "Agents", where: "the launch form" },
	input: { terminal: "--input", editor: "Inputs", where: "the launch form" },
	agent: { terminal: "--agent", editor: "Primary agent", where: "the launch form" },
	roles: { terminal: "mission roles", editor: "Roles", where: "the launch form" },
	roleFile: { terminal: "--role", editor: "Roles", where: "the launch form" },
	roster: { terminal: "--roster", editor: "Roles", where: "the launch form" },
	config: { terminal: "mission doctor", editor: "Open Config" },
	servers: { terminal: "mission tools", editor: "MCP Server Inputs…" },
	serverInput: { terminal: "mission tools input", editor: "Enter…", where: "the question" },
	providerKey: { terminal: "mission providers key", editor: "Set Provider Key…" },
	daemonLog: { terminal: "mission daemon run", editor: "Show Log" },
	startDaemon: { terminal: "mission daemon start", editor: "Start Goal Daemon" },
	stopDaemon: { terminal: "mission daemon stop", editor: "Stop Goal Daemon" },
	undo: { terminal: "mission undo --use-folder", editor: "Undo Step…" },
} as const satisfies Record<string, Way>;

/** “`mission list` and “Goals” in the side bar of VS Code”: subject of a sentence in the plural. `given` is typed behind it. */
export function bothWays(way: Way, given = ""): string {
	return `\`${typed(way, given)}\` and ${inEditor(way)}`;
}

/** “`mission resume` or “Resume Goal” in VS Code”. */
export function eitherWay(way: Way, given = ""): string {
	return `\`${typed(way, given)}\` or ${inEditor(way)}`;
}

function typed({ terminal }: Way, given: string): string {
	return given ? `${terminal} ${given}` : terminal;
}

function inEditor({ editor, where }: Way): string {
	return `“${editor}” in ${where ? `${where} of ` : ""}VS Code`;
}

/**
 * What a playbook would do, read off its text for a person who is about to approve it: its `sh`, `bash`, `write` and
 * `check` fences after the first step's heading. Whether the playbook is right is the daemon's to say.
 */
export interface PlaybookActionText {
	readonly action: string;
	readonly text: string;
	/** From 1. */
	readonly line: number;
}

export function playbookActions(playbook: string): readonly PlaybookActionText[] {
	const actions: PlaybookActionText[] = [];
	let isInStep = false;
	let open:
		| { readonly fence: string; readonly info: string; readonly line: number; readonly lines: string[] }
		| undefined;
	playbook.split(/\r\n|\n|\r/).forEach((line, index) => {
		if (open) {
			const closing = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(line)?.[1];
			if (!closing?.startsWith(open.fence)) {
				open.lines.push(line);
				return;
			}
			const action = actionOf(open.info);
			if (action && isInStep) actions.push({ action, text: open.lines.join("\n"), line: open.line });
			open = undefined;
			return;
		}
		const opening = /^ {0,3}(`{3,}|~{3,})\s*(.*)$/.exec(line);
		if (opening) open = { fence: opening[1] ?? "", info: (opening[2] ?? "").trim(), line: index + 1, lines: [] };
		else if (/^ {0,3}##(\s|$)/.test(line)) isInStep = true;
	});
	return actions;
}

function actionOf(info: string): string | undefined {
	if (/^(sh|bash)(\s|$)/.test(info)) return "command";
	if (/^write\s/.test(info)) return info.replace(/\s+/, " ");
	return /^check(\s|$)/.test(info) ? "check" : undefined;
}

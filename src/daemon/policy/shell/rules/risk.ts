import type { Risk } from "../../../../core/values.ts";
import type { ParsedCommand } from "../parse/parseCommand.ts";

/**
 * A first reading of what a command may do, for the person who decides. It only informs: whatever it says, a command
 * without a grant asks. Rows are tried in order of severity; every row that matches gives a reason.
 */
const rows: readonly { readonly risk: Risk; readonly pattern: RegExp; readonly reason: string }[] = [
	{ risk: "dangerous", pattern: /(^|[\s;&|(])(sudo|doas|su|pkexec)\s/, reason: "asks for other rights" },
	{ risk: "dangerous", pattern: /\brm\s+(-[a-zA-Z]*\s+)*-[a-zA-Z]*[rR]/, reason: "deletes folders" },
	{ risk: "dangerous", pattern: /\b(mkfs\S*|dd|shred|fdisk|parted)\s/, reason: "writes to disks" },
	{
		risk: "dangerous",
		pattern: /\|\s*(sudo\s+)?((ba|z|da|k)?sh|python\d?|node|perl|ruby)\b/,
		reason: "runs what another command prints",
	},
	{ risk: "dangerous", pattern: /(^|[\s;&|(])(eval|source|\.)\s/, reason: "runs text as a command" },
	{
		risk: "dangerous",
		pattern: /\b((ba|z|da|k)?sh|python\d?|node|perl|ruby)\s+-(c|e)\b/,
		reason: "runs a program inside a program",
	},
	{
		risk: "dangerous",
		pattern: /\bgit\s+(push|clean|reset\s+--hard)/,
		reason: "changes or throws away history or files",
	},
	{
		risk: "dangerous",
		pattern: /\b(shutdown|reboot|halt|kill|pkill|killall)\b/,
		reason: "ends processes or the machine",
	},
	{ risk: "network", pattern: /\b(curl|wget|nc|ssh|scp|rsync|ftp|telnet)\b/, reason: "uses the network" },
	{
		risk: "network",
		pattern: /\b(npm|pnpm|yarn|pip\d?|cargo|go|gem|brew|apt|apt-get)\s+(i|install|add|get|ci|update|upgrade)\b/,
		reason: "installs from the network",
	},
	{ risk: "network", pattern: /\bgit\s+(fetch|pull|clone)\b/, reason: "uses the network" },
	{ risk: "write", pattern: /(^|[^0-9&>])>{1,2}(?!\s*(&|\/dev\/null))/, reason: "redirects into a file" },
	{ risk: "write", pattern: /\$\(|`/, reason: "contains a command inside the command" },
];
const order: readonly Risk[] = ["read", "write", "network", "dangerous"];

export function commandRisk({ text }: ParsedCommand): { readonly risk: Risk; readonly reasons: readonly string[] } {
	const found = rows.filter((row) => row.pattern.test(text));
	const risk = found.reduce<Risk>(
		(worst, row) => (order.indexOf(row.risk) > order.indexOf(worst) ? row.risk : worst),
		"write",
	);
	const reasons = [...new Set(found.map((row) => row.reason))];
	return { risk, reasons: reasons.length > 0 ? reasons : ["nothing shows that it only reads"] };
}

import { existsSync } from "node:fs";
import path from "node:path";

/** The ripgrep that the editor carries, wherever this version of it keeps it: the daemon searches with it. */
export function editorRipgrep(appRoot: string): string | undefined {
	const program = process.platform === "win32" ? "rg.exe" : "rg";
	const places = [
		`@vscode/ripgrep-universal/bin/${process.platform}-${process.arch}`,
		"@vscode/ripgrep/bin",
		"vscode-ripgrep/bin",
	];
	const roots = ["node_modules", "node_modules.asar.unpacked"];
	return roots
		.flatMap((root) => places.map((place) => path.join(appRoot, root, place, program)))
		.find((candidate) => existsSync(candidate));
}

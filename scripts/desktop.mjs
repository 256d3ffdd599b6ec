/* The desktop VS Code of this machine, if it has one and a display to show it on. */
import fs from "node:fs";
import path from "node:path";
import { onPath } from "./paths.mjs";

export function hasDisplay() {
	if (process.platform !== "linux") return true;
	return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** The `code` command, which opens windows. */
export function desktopCommand() {
	return hasDisplay() ? onPath("code", "code-insiders") : undefined;
}

/**
 * The program behind the `code` command, which is what runs tests: the command itself returns before they end. Where the
 * program lies relative to the command is the same in every package of VS Code for a platform.
 */
export function desktopProgram() {
	const command = desktopCommand();
	if (!command) return;
	const bin = path.dirname(fs.realpathSync(command));
	const name = path.basename(command).replace(/\.cmd$/i, "");
	const candidates = {
		darwin: ["../../../MacOS/Electron", "../../../MacOS/Code"],
		linux: [`../${name}`],
		win32: ["../Code.exe", "../Code - Insiders.exe"],
	}[process.platform];
	return candidates?.map((file) => path.resolve(bin, file)).find((file) => fs.existsSync(file));
}

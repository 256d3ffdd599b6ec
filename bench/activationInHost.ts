import { writeFileSync } from "node:fs";
import * as vscode from "vscode";

/** Runs inside the extension host: the extension is active since the window opened, and says how long that took. */
export async function run(): Promise<void> {
	const extension = vscode.extensions.getExtension<{ readonly activationMs: number }>(
		"mission-control.mission-control",
	);
	if (!extension) throw new Error("The extension is not installed.");
	const { activationMs } = await extension.activate();
	writeFileSync(process.env.MISSION_BENCH_REPORT!, String(activationMs));
}

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GoalId } from "../../core/ids.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption } from "../input/given.ts";
import { asFailure, exitCodes, Failure, wrongUsage } from "../terminal/failure.ts";
import { showGoal } from "./show.ts";

/** The plan in the person's own editor, or from a file. What is refused is not lost: its file stays where it was written. */
export async function editPlan(context: Context, goalId: GoalId, options: OptionValues): Promise<void> {
	const file = textOption(options, "file");
	if (file !== undefined) {
		const markdown = file === "-" ? await context.readStdin() : readText(path.resolve(context.cwd, file));
		showGoal(context, await context.ask("plan/edit", { goalId, markdown }));
		return;
	}
	const { markdown } = await context.ask("plan/get", { goalId });
	if (markdown === "") throw new Failure("notNow", "There is no plan yet.", exitCodes.refused);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-plan-"));
	const draft = path.join(folder, "plan.md");
	writeFileSync(draft, markdown);
	await edit(draft, context.env);
	const edited = readText(draft);
	try {
		showGoal(context, await context.ask("plan/edit", { goalId, markdown: edited }));
	} catch (cause) {
		const { code, message, exitCode } = asFailure(cause);
		const again = `Your text is kept: correct it and run \`mission plan ${goalId} edit --file ${draft}\`.`;
		throw new Failure(code, `${message} ${again}`, exitCode);
	}
	rmSync(folder, { recursive: true, force: true });
}

function readText(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		throw wrongUsage(`${file} cannot be read: ${(cause as Error).message}.`);
	}
}

/** Through a shell, because people write `code --wait` into these variables. */
async function edit(file: string, env: NodeJS.ProcessEnv): Promise<void> {
	const editor = env.VISUAL || env.EDITOR;
	if (!editor)
		throw wrongUsage(
			"Set EDITOR to the editor to use, or give the plan with --file. `mission plan GOAL show` prints it.",
		);
	const child = spawn(`${editor} "$MISSION_PLAN_FILE"`, {
		shell: true,
		stdio: "inherit",
		env: { ...env, MISSION_PLAN_FILE: file },
	});
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once("error", reject);
		child.once("exit", resolve);
	});
	if (code !== 0)
		throw new Failure("notNow", `The editor ended with code ${code}, so the plan stays as it was.`, exitCodes.failed);
}

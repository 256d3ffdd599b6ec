import { randomUUID } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../protocol/ids.ts";
import { type Input, type Methods, maxPromptChars } from "../../protocol/methods.ts";
import type { PartialLaunchSettings } from "../../protocol/settings.ts";
import { readAgent } from "../agentName.ts";
import type { OptionValues } from "../commands.ts";
import type { Context } from "../context.ts";
import { wrongUsage } from "../failure.ts";
import { listOption, numberOption, textOption, typedOrRead } from "../given.ts";
import { indent } from "../layout.ts";
import { paint } from "../output.ts";
import { playbookActions } from "../playbookActions.ts";
import { followFeed } from "./feed.ts";

export async function launch(
	context: Context,
	typedPrompt: string | undefined,
	options: OptionValues,
): Promise<number | undefined> {
	const { output } = context;
	const prompt = (await typedOrRead(typedPrompt, context.readStdin)) ?? "";
	const playbook = readPlaybook(context, textOption(options, "playbook"));
	const grantPlaybook = options.grant === "playbook";
	if (!playbook && prompt.trim() === "") {
		throw wrongUsage("The prompt is empty. Write what is to be reached, or name a playbook with --playbook.");
	}
	if (!playbook && grantPlaybook) throw wrongUsage("--grant playbook approves a playbook: name it with --playbook.");
	const params: Input<Methods, "goal/launch"> = {
		prompt,
		title: textOption(options, "title"),
		workspace: workspaceFolder(context, textOption(options, "workspace")),
		settings: await settingsOf(context, options),
		playbook,
		grantPlaybook,
		// With an id of its own a launch can be asked for again after the connection broke, and stays one goal.
		requestId: textOption(options, "requestId") ?? randomUUID(),
	};
	const granted = playbook && grantPlaybook ? playbookActions(playbook.text) : undefined;
	if (playbook && granted) {
		output.note(`Approved, exactly as written in ${playbook.path}:`);
		for (const { action, text } of granted) output.note(indent(`${action}${text ? `\n${indent(text)}` : ""}`));
	}
	const { goalId } = await context.ask("goal/launch", params);
	const answer = granted ? { goalId, granted } : { goalId };
	if (options.follow === true) return follow(context, goalId, answer);
	output.result(answer, () => `Launched ${paint.bold(goalId)}\n${hint(goalId)}`);
	return undefined;
}

function follow(context: Context, goalId: GoalId, answer: object): Promise<number> {
	context.output.line(answer, `Launched ${paint.bold(goalId)}`);
	return followFeed(context, goalId);
}

function hint(goalId: string): string {
	return paint.dim(`mission feed ${goalId} --follow shows what happens; mission approvals what waits for you.`);
}

/** As the daemon will know it: absolute, and without links, so that one folder has one name. */
function workspaceFolder(context: Context, typed: string | undefined): string {
	const folder = path.resolve(context.cwd, typed ?? ".");
	try {
		const real = realpathSync(folder);
		if (statSync(real).isDirectory()) return real;
	} catch {
		throw wrongUsage(`The workspace ${folder} is not there. Name a folder with --workspace.`);
	}
	throw wrongUsage(`The workspace ${folder} is a file. Name a folder with --workspace.`);
}

function readPlaybook(
	context: Context,
	typed: string | undefined,
): { readonly path: string; readonly text: string } | undefined {
	if (typed === undefined) return undefined;
	const file = path.resolve(context.cwd, typed);
	const text = readText(file, "playbook");
	if (text.length > maxPromptChars)
		throw wrongUsage(`The playbook ${file} has more than ${maxPromptChars} characters.`);
	return { path: file, text };
}

function readText(file: string, what: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		const why = code === "ENOENT" ? "is not there" : code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
		throw wrongUsage(`The ${what} ${file} ${why}.`);
	}
}

async function settingsOf(context: Context, options: OptionValues): Promise<PartialLaunchSettings> {
	const budget = {
		usd: numberOption(options, "budgetUsd", "--budget-usd"),
		tokens: numberOption(options, "budgetTokens", "--budget-tokens"),
		minutes: numberOption(options, "budgetMinutes", "--budget-minutes"),
		turns: numberOption(options, "budgetTurns", "--budget-turns"),
	};
	const checks = listOption(options, "check");
	const roster = textOption(options, "roster");
	const agent = textOption(options, "agent");
	// What is left out stays out, so that a playbook's or a default's value counts.
	return JSON.parse(
		JSON.stringify({
			priority: options.priority,
			autonomy: options.autonomy,
			planApproval: options.planApproval,
			restart: options.restart,
			agent: agent === undefined ? undefined : await readAgent(context, agent),
			budget: Object.values(budget).some((limit) => limit !== undefined) ? budget : undefined,
			checks,
			assignments: roster === undefined ? undefined : await rosterOf(path.resolve(context.cwd, roster)),
		}),
	);
}

async function rosterOf(file: string): Promise<PartialLaunchSettings["assignments"]> {
	const { readRoster } = await import("../rosterFile.ts");
	return readRoster(readText(file, "roster file"), file);
}

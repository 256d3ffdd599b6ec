import { randomUUID } from "node:crypto";
import type { GoalId } from "../../core/ids.ts";
import { inputWords } from "../../core/inputs.ts";
import type { Input, Methods } from "../../protocol/methods.ts";
import { type PlaybookActionText, playbookActions } from "../../protocol/playbookActions.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { listOption, textOption, typedOrRead, workspaceFolder } from "../input/given.ts";
import { givenImages, namedImages } from "../input/imageFiles.ts";
import { launchSettings } from "../input/launchSettings.ts";
import { type GivenPlaybook, readPlaybook } from "../input/playbookFile.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { indent } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";
import { followFeed } from "./feed.ts";

export async function launch(context: Context, typedPrompt: string | undefined, options: OptionValues): Promise<void> {
	const { output } = context;
	if (options.preview === true) {
		const playbook = await readPlaybook(context, options);
		return (await import("./preview.ts")).preview(context, options, playbook);
	}
	const prompt = (await typedOrRead(typedPrompt, context.readStdin)) ?? "";
	const playbook = await readPlaybook(context, options);
	const grantPlaybook = options.grant === "playbook";
	if (!playbook && prompt.trim() === "") {
		throw wrongUsage("The prompt is empty. Write what is to be reached, or name a playbook with --playbook.");
	}
	if (!playbook && grantPlaybook) throw wrongUsage("--grant playbook approves a playbook: name it with --playbook.");
	const images = givenImages(namedImages(context, options));
	const params: Input<Methods, "goal/launch"> = {
		prompt,
		title: textOption(options, "title"),
		workspace: workspaceFolder(context, textOption(options, "workspace")),
		settings: await launchSettings(context, options),
		preset: textOption(options, "preset"),
		roles: [...(listOption(options, "role") ?? [])],
		playbook,
		images,
		grantPlaybook,
		// With an id of its own a launch can be asked for again after the connection broke, and stays one goal.
		requestId: textOption(options, "requestId") ?? randomUUID(),
	};
	const granted = playbook && grantPlaybook ? await whatIsGranted(context, params, playbook) : undefined;
	// Who is named is asked first, so that the launch can say who may give no answer; what is wrong, it says itself.
	const { settings = {}, preset, workspace, roles } = params;
	const launch = { settings, hasImages: images.length > 0 };
	await context.ask("launch/prepare", { workspace, preset, playbook, roles, launch }).catch(() => undefined);
	const { goalId, notes } = await context.ask("goal/launch", params);
	for (const note of notes) output.aside(note);
	const answer = { goalId, ...(granted && { granted }), ...(notes.length > 0 && { notes }) };
	if (options.follow === true) return follow(context, goalId, answer);
	output.result(answer, () => `Launched ${paint.bold(goalId)}\n${hint(goalId)}`);
}

/** What the daemon reads in the playbook, which is what it will carry out; a playbook that it refuses is not approved. */
async function whatIsGranted(
	{ ask, output }: Context,
	{ workspace, preset, settings, roles }: Input<Methods, "goal/launch">,
	playbook: GivenPlaybook,
): Promise<readonly PlaybookActionText[] | undefined> {
	const { agent, assignments } = settings ?? {};
	const prepared = await ask("launch/prepare", { workspace, preset, playbook, agent, assignments, roles });
	if (!prepared.playbook || prepared.problems.some(({ path }) => path === playbook.path)) return undefined;
	const granted = playbookActions(prepared.playbook);
	output.aside(`Approved, exactly as written in ${playbook.path}:`);
	for (const value of prepared.playbook.values) output.aside(indent(`with ${inputWords(value)}`));
	const agents = prepared.playbook.agents.length;
	if (agents > 0)
		output.aside(
			indent(`${agents === 1 ? "1 step is" : `${agents} steps are`} for agents: what they do is asked about as ever.`),
		);
	for (const { action, text } of granted) output.aside(indent(`${action}${text ? `\n${indent(text.trimEnd())}` : ""}`));
	return granted;
}

function follow(context: Context, goalId: GoalId, answer: object): Promise<void> {
	context.output.line(answer, `Launched ${paint.bold(goalId)}`);
	return followFeed(context, goalId);
}

function hint(goalId: string): string {
	return paint.dim(`mission feed ${goalId} --follow shows what happens; mission approvals what waits for you.`);
}

import { type InputSpec, type InputValue, inputWords } from "../../core/inputs.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import type { Assignment, NotRun, PlanStep } from "../../core/values.ts";
import { notRunLines } from "../../core/words/notRun.ts";
import { sourceText } from "../../core/words/sources.ts";
import { type PlaybookPreview, stepActions } from "../../protocol/playbookActions.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { listOption, textOption, workspaceFolder } from "../input/given.ts";
import { imageLines, namedImages } from "../input/imageFiles.ts";
import { launchSettings } from "../input/launchSettings.ts";
import type { GivenPlaybook } from "../input/playbookFile.ts";
import { exitCodes, Failure } from "../terminal/failure.ts";
import { indent, table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

/** What this very launch would take, value by value, with where each is from, and where a form would begin otherwise. */
export async function preview(
	context: Context,
	options: OptionValues,
	playbook: GivenPlaybook | undefined,
): Promise<void> {
	const workspace = workspaceFolder(context, textOption(options, "workspace"));
	const said = await launchSettings(context, options);
	const preset = textOption(options, "preset");
	const images = namedImages(context, options);
	const roles = [...(listOption(options, "role") ?? [])];
	const launch = { settings: said, hasImages: images.length > 0 };
	const { preview, ...form } = await context.ask("launch/prepare", { workspace, preset, playbook, roles, launch });
	if (!preview) throw new Error("The daemon did not say what the launch would take.");
	const { settings, sources, notes, refusal } = preview;
	for (const note of notes) context.output.aside(note);
	for (const { path, line, message, fix } of form.problems)
		context.output.aside(`${path}:${line}: ${message}${fix ? ` ${fix}` : ""}`);
	const shown = images.map(({ base64: _, ...image }) => image);
	context.output.result(
		{
			...(shown.length > 0 && { images: shown }),
			...form,
			notes,
			settings,
			sources,
			form: { settings: form.settings, sources: form.sources, notes: form.notes },
		},
		() => {
			const rows = table(
				(Object.keys(texts) as (keyof LaunchSettings)[]).flatMap((key) => {
					const [taken, inForm] = [texts[key](settings), texts[key](form.settings)];
					const from = key === "assignments" && roles.length > 0 ? "with role files" : sourceText(sources[key]);
					const other =
						form.playbook || taken === inForm || sources[key].kind === "launch"
							? ""
							: `a form begins with ${inForm} (${sourceText(form.sources[key])})`;
					const row = [words[key], taken, paint.dim(from), paint.dim(other)];
					return key === "assignments" ? [row, ...settings.assignments.map((one) => roleRow(one, from))] : [row];
				}),
			);
			const shown = imageLines(images).map((line) => `${paint.dim("image")} ${line}`);
			return [[rows, ...shown].join("\n"), ...(form.playbook ? [playbookText(form.playbook)] : [])].join("\n\n");
		},
	);
	if (refusal) throw new Failure(refusal.code, refusal.message, exitCodes.refused);
}

/** What would run: each step with its commands, writes and checks, in the order written. */
function playbookText(playbook: PlaybookPreview): string {
	const { title, steps, notRun, inputs, values, agents } = playbook;
	const positions = new Map(steps.map(({ stepId }, index) => [stepId, index + 1]));
	const told = steps.map((step, index) => {
		const { title, needs } = step;
		const after = needs.length === 0 ? "at once" : `after ${needs.map((step) => positions.get(step)).join(", ")}`;
		return [
			`${index + 1} ${paint.bold(title)}  ${paint.dim([after, workerText(step, agents)].filter(Boolean).join(", "))}`,
			...stepActions(step).flatMap(({ action, text }) => [indent(paint.dim(action)), indent(text.trimEnd(), "    ")]),
			...notRunText(step.notRun),
		].join("\n");
	});
	return [
		paint.bold(title),
		...inputs.map((input) => indent(inputText(input, values))),
		...notRunText(notRun),
		...told,
	].join("\n");
}

function inputText({ name, type, variable, description, options }: InputSpec, values: readonly InputValue[]): string {
	const value = values.find((one) => one.name === name);
	const said = value ? inputWords(value) : paint.yellow(`${variable} has no value yet`);
	const about = [options ? options.join(" | ") : type, description].filter(Boolean).join(": ");
	return `${paint.dim("input")} ${name}  ${said}  ${paint.dim(about)}`;
}

/** Who does it, where it does not run by itself. */
function workerText({ stepId, role, actions }: PlanStep, agents: PlaybookPreview["agents"]): string {
	if (actions) return "";
	const agent = agents.find((one) => one.stepId === stepId)?.agent;
	return agent ? `by ${role} (${formatModelRef(agent)})` : `by ${role}, and no agent is set up for it`;
}

function notRunText(items: readonly NotRun[] = []): readonly string[] {
	return notRunLines(items, items.length).map((line) => indent(`${paint.yellow("not run")}  ${line}`));
}

const words: Readonly<Record<keyof LaunchSettings, string>> = {
	agent: "agent",
	assignments: "roles",
	autonomy: "autonomy",
	planApproval: "plan approval",
	priority: "priority",
	restart: "restart",
	proposedServers: "proposed MCP servers",
	sandbox: "sandbox",
	budget: "budget",
	checks: "checks",
};

const texts: { readonly [K in keyof LaunchSettings]: (settings: LaunchSettings) => string } = {
	agent: ({ agent }) => formatModelRef(agent),
	assignments: ({ assignments }) => assignments.map(({ role }) => role).join(", ") || "as the agent",
	autonomy: ({ autonomy }) => autonomy,
	planApproval: ({ planApproval }) => planApproval,
	priority: ({ priority }) => priority,
	restart: ({ restart }) => restart,
	proposedServers: ({ proposedServers }) => (proposedServers === "ask" ? "asked about" : "left out"),
	sandbox: ({ sandbox }) => sandboxWords[sandbox],
	budget: ({ budget }) =>
		Object.entries(budget)
			.map(([resource, limit]) => `${limit} ${resource}`)
			.join(", ") || "no limit",
	checks: ({ checks }) => checks.join("; ") || "none",
};

/** With its own agent, where it has one. */
function roleRow({ role, enabled, provider, model, effort }: Assignment, from: string): readonly string[] {
	const agent = provider && model ? formatModelRef({ provider, model, effort }) : "as the agent";
	return [indent(role), enabled ? agent : "off", paint.dim(from)];
}

const sandboxWords: Readonly<Record<LaunchSettings["sandbox"], string>> = {
	off: "off",
	auto: "where this machine has one",
	required: "required",
};

import type { GoalId } from "../../core/ids.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption, workspaceFolder } from "../input/given.ts";
import { resolveGoal } from "../input/resolve.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

type Server = Result<Methods, "server/list">["servers"][number];

export async function tools(
	context: Context,
	action: string,
	name: string | undefined,
	id: string | undefined,
	options: OptionValues,
): Promise<void> {
	const goal = textOption(options, "goal");
	const goalId = goal === undefined ? undefined : await resolveGoal(context, goal);
	const workspace = goalId ? undefined : workspaceFolder(context, textOption(options, "workspace"));
	if (action === "list") await list(context, workspace, goalId);
	else if (action === "input") await input(context, workspace, goalId, name, id, options.forget === true);
	else throw wrongUsage(`“${action}” cannot be done with tools: list and input can.`);
}

async function list(context: Context, workspace: string | undefined, goalId: GoalId | undefined): Promise<void> {
	const { servers, problems } = await context.ask("server/list", { workspace, goalId });
	for (const { file, line, message } of problems) context.output.note(`${file}:${line}: ${message}`);
	context.output.result(servers, () =>
		servers.length === 0
			? "No MCP server is named in config.jsonc, .vscode/mcp.json or .mcp.json: agents have the daemon's own tools."
			: table(servers.map(row)),
	);
}

function row({ name, state, tools: count, reason, inputs, what, file, line }: Server): string[] {
	const { word, color } = states[state];
	const stands = state === "running" && count !== undefined ? `${count} tools` : reason;
	const missing = inputs.filter(({ isGiven }) => !isGiven).map(({ id }) => id);
	const needs = missing.length > 0 && state !== "needsInput" ? `It needs ${missing.join(", ")}.` : undefined;
	const how = missing.length > 0 ? `\`mission tools input ${quoted(name)}\` takes it.` : undefined;
	const about = [stands, needs, how].filter((one) => one !== undefined).join(" ");
	return [name, paint[color](word), about, paint.dim(`${file}:${line}`), paint.dim(what)];
}

function quoted(name: string): string {
	return /^[\w.@/-]+$/.test(name) ? name : `"${name}"`;
}

const states: Readonly<
	Record<Server["state"], { readonly word: string; readonly color: "green" | "yellow" | "red" | "dim" }>
> = {
	proposed: { word: "asks first", color: "yellow" },
	declined: { word: "not used", color: "dim" },
	needsInput: { word: "needs input", color: "yellow" },
	ready: { word: "ready", color: "green" },
	running: { word: "running", color: "green" },
	failed: { word: "not there", color: "red" },
};

/** The value is typed unseen, or comes on standard input: an argument stands in the shell's history and in lists of processes. */
async function input(
	context: Context,
	workspace: string | undefined,
	goalId: GoalId | undefined,
	name: string | undefined,
	id: string | undefined,
	forget: boolean,
): Promise<void> {
	if (name === undefined) throw wrongUsage("Name the MCP server: `mission tools` lists them.");
	const folder = goalId ? (await context.ask("goal/get", { goalId })).workspace : workspace;
	const { servers } = await context.ask("server/list", { workspace: folder });
	const server = servers.find((one) => one.name === name);
	if (!server) throw wrongUsage(`There is no MCP server “${name}” here: \`mission tools\` lists them.`);
	const wanted = server.inputs.filter((one) => (id === undefined ? forget || !one.isGiven : one.id === id));
	if (wanted.length === 0) {
		const known = server.inputs.map((one) => one.id).join(", ");
		throw wrongUsage(
			known === "" ? `${name} asks for no input.` : `${name} asks for ${known}: name the one to hand over again.`,
		);
	}
	if (!forget && wanted.length > 1 && !process.stdin.isTTY)
		throw wrongUsage(
			`Name one input, because standard input holds one value: ${wanted.map((one) => one.id).join(", ")}.`,
		);
	const goals = new Set<string>();
	for (const one of wanted) {
		const value = forget
			? undefined
			: (await context.readSecret(`${one.description ?? one.id} (it is not shown): `)).trim();
		if (value === "") throw wrongUsage("There was no value. Type it, or give it on standard input.");
		const given = { workspace: server.source === "config" ? undefined : folder, server: name, id: one.id, value };
		for (const goal of (await context.ask("server/input", given)).goals) goals.add(goal);
	}
	const goOn = goals.size > 0 ? ` ${[...goals].join(", ")} ${goals.size === 1 ? "goes" : "go"} on.` : "";
	const ids = wanted.map((one) => one.id);
	context.output.result(
		{ server: name, inputs: ids, kept: !forget, goals: [...goals] },
		forget
			? `What ${name} was given for ${ids.join(", ")} is forgotten.`
			: `The daemon has ${ids.join(", ")} for ${name}, in memory, until it ends.${goOn}`,
	);
}

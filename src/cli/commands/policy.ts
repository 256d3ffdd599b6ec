import path from "node:path";
import { ruleWords } from "../../core/policy/ruleWords.ts";
import type { Autonomy } from "../../core/values.ts";
import type { LevelRules, SimulatedAct, Simulation, TestedCommand } from "../../protocol/policy.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { readText, textOption, workspaceFolder } from "../input/given.ts";
import { answeredNo, wrongUsage } from "../terminal/failure.ts";
import { count, indent, oneLine, table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

export async function policy(
	context: Context,
	action: string,
	what: string | undefined,
	options: OptionValues,
): Promise<void> {
	const act = actions[action];
	if (!act) throw wrongUsage(`“${action}” cannot be done with the policy: ${Object.keys(actions).join(", ")} can.`);
	await act(context, what, options);
}

const actions: Readonly<
	Record<string, (context: Context, what: string | undefined, options: OptionValues) => Promise<void>>
> = { show, check, set, remove, test, simulate };

async function show(context: Context, what: string | undefined, options: OptionValues): Promise<void> {
	if (what !== undefined) throw wrongUsage("`mission policy show` takes nothing behind it.");
	const workspace = workspaceFolder(context, textOption(options, "workspace"));
	const { levels } = await context.ask("policy/read", { workspace, autonomy: autonomyOf(options) });
	const strictest = "Deny wins over ask, and ask over allow, whichever level says it. What no rule covers asks.";
	context.output.result(levels, () =>
		[...levels.map((level) => levelText(level, options)), paint.dim(strictest)].join("\n\n"),
	);
}

function levelText({ level, file, rules, problem }: LevelRules, options: OptionValues): string {
	const name = level === "autonomy" ? `autonomy: ${autonomyOf(options) ?? "aware"}` : level;
	const lines = rules.map((rule, at) => {
		const why = rule.why === undefined ? "" : paint.dim(`  ${rule.why}`);
		return `${String(at + 1).padStart(3)}  ${ruleWords(rule)}${why}`;
	});
	const said = problem ? [paint.red(problem)] : lines.length > 0 ? lines : ["no rules"];
	return [`${paint.bold(name)}${file ? paint.dim(`  ${file}`) : ""}`, indent(said.join("\n"))].join("\n");
}

async function check(context: Context, file: string | undefined): Promise<void> {
	const { text, shown } = policyFile(context, file, "check");
	const { problems } = await context.ask("policy/check", { text });
	const lines = problems.map(({ line, column, message }) => `${shown}:${line}:${column}: ${message}`);
	context.output.result(problems, () => (lines.length > 0 ? lines.join("\n") : "The policy has no mistakes."));
	if (problems.length > 0) throw answeredNo("badPolicy", lines[0]!);
}

async function set(context: Context, file: string | undefined, options: OptionValues): Promise<void> {
	const { text } = policyFile(context, file, "set");
	const typed = textOption(options, "workspace");
	const workspace = typed === undefined ? undefined : workspaceFolder(context, typed);
	const kept = await context.ask("policy/set", { text, workspace });
	const where = workspace ? `for ${workspace}` : "for every folder";
	context.output.result(
		kept,
		() => `Kept ${kept.rules} ${kept.rules === 1 ? "rule" : "rules"} ${where} in ${kept.file}.`,
	);
}

async function remove(context: Context, typed: string | undefined, options: OptionValues): Promise<void> {
	const number = Number(typed);
	if (!Number.isInteger(number) || number < 1)
		throw wrongUsage("Name the rule by its number, as `mission policy show` lists it: `mission policy remove 1`.");
	const given = textOption(options, "workspace");
	const workspace = given === undefined ? undefined : workspaceFolder(context, given);
	const { levels } = await context.ask("policy/read", { workspace });
	const level = workspace === undefined ? "user" : "workspace";
	const rules = levels.find((one) => one.level === level)?.rules ?? [];
	const rule = rules[number - 1];
	const where = workspace ? `for ${workspace}` : "for every folder";
	if (!rule) throw wrongUsage(`There is no rule ${number} ${where}: ${count(rules.length, "rule")} stand there.`);
	const left = await context.ask("policy/remove", { rule, workspace });
	context.output.result({ ...left, rule }, () => `Removed ${where} from ${left.file}: ${ruleWords(rule)}`);
}

async function test(context: Context, command: string | undefined, options: OptionValues): Promise<void> {
	if (command === undefined) throw wrongUsage('Name the command: `mission policy test "git push"`, or - for many.');
	const at = {
		workspace: workspaceFolder(context, textOption(options, "workspace")),
		autonomy: autonomyOf(options),
	};
	if (command !== "-") {
		const { results } = await context.ask("policy/test", { commands: [command], ...at });
		context.output.result(results[0], () => trialText(results[0]!));
		return;
	}
	const commands = (await context.readStdin()).split("\n").flatMap(commandInLine);
	for (let begin = 0; begin < commands.length; begin += perRequest) {
		const { results } = await context.ask("policy/test", {
			commands: commands.slice(begin, begin + perRequest),
			...at,
		});
		for (const result of results) context.output.line(result, () => JSON.stringify(result));
	}
}

async function simulate(context: Context, file: string | undefined, options: OptionValues): Promise<void> {
	const { text } = policyFile(context, file, "simulate");
	const typed = textOption(options, "workspace");
	const workspace = typed === undefined ? undefined : workspaceFolder(context, typed);
	const simulation = await context.ask("policy/simulate", { text, workspace, autonomy: autonomyOf(options) });
	context.output.result(simulation, () => simulationText(simulation));
}

function simulationText(simulation: Simulation): string {
	const { goals, acts, isWhole, past, now, would, rules, differences, more } = simulation;
	if (acts === 0) return "No goal has done anything yet that these rules could be tried on.";
	const row = (name: string, { allow, ask, deny }: Simulation["now"]) => [name, `${allow}`, `${ask}`, `${deny}`];
	const rest = isWhole ? "" : ", the newest";
	const parts = [
		`${count(acts, "act")} of ${count(goals, "goal")}${rest}:`,
		indent(
			table(
				[row("as it happened", past), row("by the rules in force", now), row("by this policy", would)],
				["", "allowed", "asked", "denied"],
			),
		),
	];
	if (rules.length > 0)
		parts.push("Rules that decided:", indent(table(rules.map(({ rule, times }) => [`${times}×`, rule]))));
	const against = differences.filter((one) => one.answeredOtherwise);
	const others = differences.filter((one) => !one.answeredOtherwise);
	if (against.length > 0) parts.push("A person answered otherwise:", indent(actsText(against)));
	if (others.length > 0) parts.push("Otherwise than by the rules in force:", indent(actsText(others)));
	if (differences.length === 0) parts.push("Nothing would have come out otherwise.");
	const unshown = more + Math.max(0, against.length - maxListed) + Math.max(0, others.length - maxListed);
	if (unshown > 0) parts.push(paint.dim(`and ${unshown} more; --json has up to 1000 of them.`));
	return parts.join("\n");
}

function actsText(acts: readonly SimulatedAct[]): string {
	const rows = acts
		.slice(0, maxListed)
		.map(({ times, summary, outcome, by, now, would, risk }) => [
			`${paint.dim(now.verdict)} → ${colours[would.verdict](would.verdict)}`,
			`${times}×`,
			risk,
			oneLine(summary, maxSummary),
			paint.dim(`${outcome}${by === undefined ? "" : ` by ${by}`}`),
		]);
	return table(rows);
}

const maxListed = 20;
const maxSummary = 60;
const colours = { allow: paint.green, ask: paint.yellow, deny: paint.red } as const;

const perRequest = 200;

function commandInLine(line: string, at: number): string[] {
	if (line.trim() === "") return [];
	let read: unknown;
	try {
		read = JSON.parse(line);
	} catch {
		read = undefined;
	}
	if (typeof read !== "string") throw wrongUsage(`Line ${at + 1} is no JSON string: write "git push", in quotes.`);
	return [read];
}

function trialText({ risk, reasons, verdict, rule }: TestedCommand): string {
	const colour = colours[verdict];
	const why = reasons.length > 0 ? `: ${reasons.join("; ")}` : "";
	return [`${colour(verdict)}  ${risk}${why}`, rule ? indent(paint.dim(`by ${rule}`)) : ""].filter(Boolean).join("\n");
}

function policyFile(context: Context, file: string | undefined, action: string): { text: string; shown: string } {
	if (file === undefined) throw wrongUsage(`Name the file with the rules: \`mission policy ${action} FILE\`.`);
	return { text: readText(path.resolve(context.cwd, file), "policy"), shown: file };
}

function autonomyOf(options: OptionValues): Autonomy | undefined {
	return textOption(options, "autonomy") as Autonomy | undefined;
}

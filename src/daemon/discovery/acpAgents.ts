import { readFileSync } from "node:fs";
import path from "node:path";
import { commandEnvironment } from "../commands/commandEnvironment.ts";
import type { Config } from "../config/config.ts";
import { type ConfiguredAgent, filledIn } from "../config/configuredAgent.ts";
import type { Env } from "../platform/ports.ts";
import { type AcpRow, acpRows, configuredAgentName } from "../providers/acpRows.ts";
import { findNode } from "./findNode.ts";
import { findProgram } from "./findProgram.ts";
import { nodeScript, packageOf } from "./nodeScript.ts";

/** An agent of the Agent Client Protocol as it can be started here. Nothing of it has been run yet. */
export interface FoundAcpAgent {
	/** As a person names it before the `/`. */
	readonly id: string;
	readonly name: string;
	/** Absolute. Where the agent is a script for Node, the Node that fits. */
	readonly program: string;
	readonly args: readonly string[];
	/** Complete. It holds keys: not for logs. */
	readonly environment: Readonly<Record<string, string>>;
	/** The session mode that has to be set. */
	readonly mode?: string;
	/** Takes the model as an argument behind this one; otherwise it is an option of the session. */
	readonly modelFlag?: string;
	/** Of its package. */
	readonly version?: string;
	readonly source: "path" | "config";
	/** Its turn is to be ended when it ran a tool without having asked. */
	readonly refuseUnasked: boolean;
	/** What its own settings lack, with what to do, where there is no key and no sign of a login. */
	readonly signIn?: string;
}

export interface AcpProblem {
	readonly name: string;
	/** Why it cannot be started and what to do. */
	readonly problem: string;
	/** Nothing of it is on this machine, as far as anybody looked. */
	readonly isMissing: boolean;
}

type Configured = Pick<Config, "acpAgents">;

/** Ids of all that can be named, whether they are here or not: the known ones first. */
export function acpAgentIds({ acpAgents }: Configured): readonly string[] {
	return [...new Set([...acpRows.map(({ id }) => id), ...acpAgents.map(({ id }) => configuredAgentName(id))])];
}

/** The agent as it would be started now. Only looks, and asks a Node on the path for its version, once. */
export function findAcpAgent(id: string, config: Configured, env: Env): FoundAcpAgent | AcpProblem {
	const row = acpRows.find((one) => one.id === id);
	const configured = config.acpAgents.find((one) => configuredAgentName(one.id) === id);
	if (!row && !configured)
		return {
			name: id,
			problem: `There is no agent “${id}”: name it under “agents” in config.jsonc, or choose another one.`,
			isMissing: true,
		};
	const name = configured?.name ?? row?.name ?? configured!.id;
	const commands = configured?.command ? [configured.command] : (row?.commands ?? []);
	const here = commands.flatMap(([program, ...args]) => {
		const file = findProgram(program, env);
		return file ? [{ file, args }] : [];
	})[0];
	if (!here) return { name, problem: notHere(name, commands, row, configured), isMissing: true };
	const { version, leastNode } = packageOf(here.file);
	const environment: Record<string, string> = {
		...commandEnvironment(env),
		...passed(row, env),
		...row?.environment,
		...filledIn(configured?.env, env),
	};
	const start = withNode({ ...here, least: leastNode ?? row?.leastNode }, name, env, configured);
	if ("problem" in start) return start;
	if (start.node) {
		const key = Object.keys(environment).find((variable) => variable.toUpperCase() === "PATH")!;
		environment[key] = [path.dirname(start.node), environment[key]].join(path.delimiter);
	}
	const signIn = row && configured?.env === undefined ? loginProblem(row, env) : undefined;
	return {
		id,
		name,
		program: start.program,
		args: start.args,
		environment,
		mode: configured?.mode ?? row?.mode,
		modelFlag: row?.modelFlag,
		version,
		source: configured ? "config" : "path",
		refuseUnasked: configured?.refuseUnasked ?? false,
		signIn,
	};
}

interface Start {
	readonly program: string;
	readonly args: readonly string[];
	/** What it runs by; first on its path too, for what it starts. */
	readonly node?: string;
}

/** A script for Node is started by a Node that is new enough for it; any other program by itself. */
function withNode(
	{ file, args, least }: { readonly file: string; readonly args: readonly string[]; readonly least?: number },
	name: string,
	env: Env,
	configured: ConfiguredAgent | undefined,
): Start | AcpProblem {
	const script = nodeScript(file);
	// A shell script around Node, as some package managers write it, takes the Node of its path.
	if (!script && configured?.node === undefined) return { program: file, args };
	const found = findNode(least ?? 0, env, configured?.node);
	if ("node" in found)
		return script
			? { program: found.node, args: [...script.nodeArgs, file, ...args], node: found.node }
			: { program: file, args, node: found.node };
	const { tooOld } = found;
	const has = tooOld ? `here is only ${tooOld.version} (${tooOld.node})` : "none is on the daemon's path";
	const asked = configured?.node === undefined ? "" : ` “${configured.node}” of config.jsonc is no program.`;
	return {
		name,
		problem: `${name} needs Node${least ? ` ${least} or newer` : ""}, and ${has}.${asked} Install one, or say where it is: “node” of “${configured?.id ?? idOf(name)}” under “agents” in config.jsonc.`,
		isMissing: false,
	};
}

function idOf(name: string): string {
	return acpRows.find((row) => row.name === name)?.id ?? name;
}

function notHere(
	name: string,
	commands: readonly (readonly string[])[],
	row: AcpRow | undefined,
	configured: ConfiguredAgent | undefined,
): string {
	const programs = commands.map(([program]) => `“${program}”`).join(" and ");
	if (configured?.command)
		return `${name} cannot be started: ${programs} is no program on the daemon's path. Correct “command” under “agents” in config.jsonc.`;
	return `${name} is not here: ${programs} is not on the daemon's path. Install it with \`${installCommand(row!)}\`, or name its command under “agents” in config.jsonc.`;
}

/** What a person types to have it; nobody else does. */
export function installCommand({ npm }: Pick<AcpRow, "npm">): string {
	return `npm install -g ${npm.package}`;
}

function passed(row: AcpRow | undefined, env: Env): Record<string, string> {
	const names = row ? [...row.keyNames, ...row.passes] : [];
	const isPassed = (variable: string) =>
		!/^MISSION_/i.test(variable) &&
		names.some((name) => (name.endsWith("*") ? variable.startsWith(name.slice(0, -1)) : variable === name));
	return Object.fromEntries(
		Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && isPassed(entry[0])),
	);
}

function loginProblem({ name, keyNames, login }: AcpRow, env: Env): string | undefined {
	if (keyNames.some((key) => env[key]?.trim())) return undefined;
	if (login.signs.length === 0 || (login.inKeychain && process.platform === "darwin")) return undefined;
	const home = env.HOME ?? env.USERPROFILE ?? "";
	const isThere = login.signs.some(({ folder, folderName, file, holds }) => {
		const text = textOf(path.join((folderName && env[folderName]) || path.join(home, folder), file));
		return text !== undefined && (holds === undefined || holds.test(text));
	});
	if (isThere) return undefined;
	return `${name} has no login here: ${login.how}, or give the daemon ${keyNames[0]} in its environment.`;
}

function textOf(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}

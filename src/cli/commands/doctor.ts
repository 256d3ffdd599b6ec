import { execFile } from "node:child_process";
import { accessSync, constants, statfsSync } from "node:fs";
import { promisify } from "node:util";
import { makeHome } from "../../client/home.ts";
import { type ConfigState, configSentence } from "../../protocol/config.ts";
import type { Context } from "../input/context.ts";
import { answeredNo } from "../terminal/failure.ts";
import { indent, oneLine } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

/** What goals need here, each found or not, with what to do about it. */
interface Finding {
	readonly name: string;
	/** `missing` only where goals cannot run without it, or a person wrote what cannot be meant. */
	readonly state: "ok" | "limited" | "missing";
	readonly detail: string;
	readonly advice?: string;
}

const minFreeBytes = 200 * 1024 * 1024;

export async function doctor(context: Context): Promise<void> {
	const findings = (
		await Promise.all([node(), git(), ripgrep(), shell(context), dataFolder(context), daemon(context)])
	).flat();
	const missing = findings.filter(({ state }) => state === "missing");
	context.output.result({ ok: missing.length === 0, findings }, () => findings.map(findingText).join("\n"));
	if (missing.length > 0)
		throw answeredNo(
			"notUsable",
			`${missing.map(({ name, detail }) => `${name}: ${detail.replace(/\.$/, "")}`).join("; ")}.`,
		);
}

function findingText({ name, state, detail, advice }: Finding): string {
	const sign = { ok: paint.green("✓"), limited: paint.yellow("!"), missing: paint.red("✗") }[state];
	return `${sign} ${paint.bold(name)}  ${detail}${advice ? `\n${indent(paint.dim(advice))}` : ""}`;
}

function node(): Finding {
	const [major = 0] = process.versions.node.split(".").map(Number);
	if (major >= 20) return { name: "node", state: "ok", detail: process.versions.node };
	return {
		name: "node",
		state: "missing",
		detail: `${process.versions.node} is too old`,
		advice: "Install Node 20 or newer.",
	};
}

async function git(): Promise<Finding> {
	const version = await firstLine("git", ["--version"]);
	if (version) return { name: "git", state: "ok", detail: version.replace(/^git version /, "") };
	const advice = "Goals run without it, but what they change on disk is not tracked: install git.";
	return { name: "git", state: "limited", detail: "not found", advice };
}

async function ripgrep(): Promise<Finding> {
	const version = await firstLine("rg", ["--version"]);
	if (version) return { name: "ripgrep", state: "ok", detail: version.replace(/^ripgrep /, "") };
	const advice = "Searching in files is slower without it: install ripgrep.";
	return { name: "ripgrep", state: "limited", detail: "not found", advice };
}

async function shell({ env }: Context): Promise<Finding> {
	if (process.platform === "win32") {
		const advice = "A command that was under way when the machine went down may have to be looked at by you.";
		return { name: "shell", state: "limited", detail: env.ComSpec ?? "cmd.exe", advice };
	}
	const found = await firstLine("/bin/sh", ["-c", "echo found"]);
	if (found === "found") return { name: "shell", state: "ok", detail: "/bin/sh" };
	return { name: "shell", state: "missing", detail: "/bin/sh does not run", advice: "Commands need a POSIX shell." };
}

function dataFolder({ home }: Context): Finding {
	try {
		makeHome(home);
		accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
		const { bavail, bsize } = statfsSync(home);
		const freeBytes = bavail * bsize;
		const detail = `${home}, ${Math.round(freeBytes / 1024 / 1024 / 102.4) / 10} GB free`;
		if (freeBytes >= minFreeBytes) return { name: "data folder", state: "ok", detail };
		return { name: "data folder", state: "limited", detail, advice: "The record of goals needs room: free some." };
	} catch (cause) {
		return {
			name: "data folder",
			state: "missing",
			detail: `${home} cannot be written: ${cause instanceof Error ? cause.message : cause}`,
			advice: "Set MISSION_HOME to a folder of yours.",
		};
	}
}

/** Starts it, as any command would; with it come the agents, which only the daemon knows. */
async function daemon(context: Context): Promise<Finding[]> {
	try {
		const { version, pid } = await context.ask("daemon/status", {});
		const config = await context.ask("config/read", {});
		const { providers } = await context.ask("provider/list", {});
		return [
			{ name: "daemon", state: "ok", detail: `version ${version}, process ${pid}` },
			...configFindings(config),
			...providers
				.filter(({ usable, source, install }) => usable || source === "config" || (source === "acp" && !install))
				.map(
					({ id, usable, name, version, models, reason }): Finding => ({
						name: `agent ${id}`,
						state: usable ? "ok" : "limited",
						detail: usable
							? oneLine([name, version, models.join(", ") || "usable"].filter(Boolean).join(" "), 200)
							: (reason ?? "not usable"),
					}),
				),
		];
	} catch (cause) {
		const detail = cause instanceof Error ? cause.message : String(cause);
		return [{ name: "daemon", state: "missing", detail, advice: "`mission daemon run` shows what it does." }];
	}
}

/** A mistake is one that a person has to correct, whatever goals make of it meanwhile. */
function configFindings(config: ConfigState): Finding[] {
	if (config.problems.length === 0) return [{ name: "config", state: "ok", detail: config.path }];
	const advice = config.keptFrom
		? `Until it is corrected, the settings that were read at ${config.keptFrom} hold (${config.path}).`
		: `It is in ${config.path}.`;
	return config.problems.map((problem) => ({
		name: "config",
		state: "missing",
		detail: configSentence(problem),
		advice: problem.blocks && !config.keptFrom ? `Nothing is launched until it is corrected. ${advice}` : advice,
	}));
}

/** Nothing when the program is not there or does not end well. */
async function firstLine(program: string, args: readonly string[]): Promise<string | undefined> {
	try {
		const { stdout } = await promisify(execFile)(program, [...args], { timeout: 5_000, windowsHide: true });
		return stdout.split("\n")[0]?.trim();
	} catch {
		return undefined;
	}
}

import path from "node:path";
import * as v from "valibot";
import { isExternalCall } from "../../../core/rules/externalCalls.ts";
import type { Risk } from "../../../core/values.ts";
import type { Tool } from "../../tools/tool.ts";
import { readAct } from "../proposal.ts";
import type { Act } from "../rules/act.ts";
import { commandActs } from "../rules/commandActs.ts";
import { parseCommand } from "../shell/parse/parseCommand.ts";
import { forbiddenCommand } from "../shell/rules/forbidden.ts";
import { commandRisk } from "../shell/rules/risk.ts";
import type { PastAct } from "./pastActs.ts";

/** What a call comes to, as rules look at it. */
export interface ReadCall {
	readonly acts: readonly Act[];
	readonly risk: Risk;
	/** It only looks at files: it passes where no rule speaks of it. */
	readonly isLook: boolean;
	/** No rule can let it happen. */
	readonly isForbidden: boolean;
}

/** A call of an agent's, and where. */
export interface AskedCall extends Pick<PastAct, "workspace" | "risk"> {
	readonly call: Pick<PastAct["call"], "name" | "args" | "effect" | "owner">;
}

export interface CallReader {
	/** Undefined of what nobody judges: a list of what is to do, a question. */
	read(past: AskedCall): Promise<ReadCall | undefined>;
}

/** The same command is read once. */
export function openCallReader(
	tools: readonly Tool[],
	at: { readonly home: string | undefined; readonly dataFolder: string },
): CallReader {
	const known = new Map<string, Promise<ReadCall>>();
	const byName = new Map(tools.map((tool) => [tool.name, tool]));

	function readCommand(text: string, tool: string, workspace: string): Promise<ReadCall> {
		const key = JSON.stringify([text, tool, workspace]);
		const reading = known.get(key) ?? judgeCommand(text, tool, workspace);
		known.set(key, reading);
		return reading;
	}

	async function judgeCommand(text: string, tool: string, workspace: string): Promise<ReadCall> {
		const command = parseCommand(text, { workspace, home: at.home });
		const judged = await commandRisk(command);
		const { risk } = judged;
		const isForbidden = (await forbiddenCommand(command, at.dataFolder)) !== undefined;
		return { acts: commandActs(command, tool, judged), risk, isLook: false, isForbidden };
	}

	return {
		async read(past) {
			const { call, workspace } = past;
			const { name, args, effect } = call;
			const isOwn = call.owner !== "agent";
			const tool = isOwn ? byName.get(name) : undefined;
			if (typeof args.command === "string" && (!isOwn || tool?.kind === "command"))
				return readCommand(args.command, name, workspace);
			if (isOwn && isExternalCall(call)) return certain({ kind: "call", tool: name, risk: past.risk ?? "write" });
			if (!isOwn) {
				const paths = pathsOf(args);
				if (effect === "none") return look(name, paths);
				if (effect === "workspace" && paths.length > 0) return edit(name, paths);
				return { acts: [{ kind: "call", tool: name, risk: "write", isCertain: false }], risk: "write", ...plain };
			}
			const given = tool && v.safeParse(tool.params as v.GenericSchema, args);
			if (!given?.success) return undefined;
			const value = given.output as never;
			if (tool?.kind === "read") return look(name, [tool.path(value)]);
			if (tool?.kind === "edit") return edit(name, [tool.path(value)]);
			if (tool?.kind === "fetch")
				return certain({ kind: "fetch", tool: name, risk: "network", host: tool.url(value).hostname });
			return undefined;
		},
	};
}

const plain = { isLook: false, isForbidden: false };

function certain(act: Omit<Act, "isCertain">): ReadCall {
	return { acts: [{ ...act, isCertain: true }], risk: act.risk, ...plain };
}

function look(tool: string, paths: readonly string[]): ReadCall {
	return { acts: [readAct(tool, paths)], risk: "read", isLook: true, isForbidden: paths.some(isOutside) };
}

function edit(tool: string, paths: readonly string[]): ReadCall {
	return { ...certain({ kind: "edit", tool, risk: "write", paths }), isForbidden: paths.some(isOutside) };
}

/** Tools for files stay inside the workspace, whatever rules say. */
function isOutside(file: string): boolean {
	return path.isAbsolute(file) || path.normalize(file).split(path.sep)[0] === "..";
}

function pathsOf({ path: one, paths }: Readonly<Record<string, unknown>>): readonly string[] {
	const several = Array.isArray(paths) ? paths : [];
	return [...new Set([one, ...several].filter((given) => typeof given === "string"))];
}

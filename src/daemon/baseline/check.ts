import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { Refusal } from "../../core/refusal.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { Commands } from "../commands/commands.ts";
import { goalSandbox, insideFor } from "../policy/sandbox/goalSandbox.ts";
import { parseCommand } from "../policy/shell/parse/parseCommand.ts";
import { commandRisk } from "../policy/shell/rules/risk.ts";
import type { BaselineParts } from "./baseline.ts";

/** Names the spools of these runs, so that those of a daemon that died can be told from a goal's. */
const prefix = "baseline-";
const ownPrefix = `${prefix}${process.pid}-`;

/** Of the output, each end. */
const shownChars = 16_000;
const keptBytes = 1024 * 1024;

/**
 * Whether a check is red before anything was done. It runs as a goal's checks do, under the same runner, in the same
 * environment; but it is waited for no longer than the client that asked.
 */
export async function runBaselineCheck(
	asked: { readonly folder: string; readonly command: string; readonly signal: AbortSignal },
	{ commands, environment, timeoutMs, sandbox, sandboxWish }: BaselineParts,
): Promise<Result<Methods, "baseline/check">> {
	const { folder, command, signal } = asked;
	if (command.trim() === "") throw new Refusal("emptyCheck", "The check is empty. Name the command that it runs.");
	const walls = await goalSandbox(sandbox, { mode: sandboxWish.use ?? "off", workspace: folder }, sandboxWish);
	if (walls.kind === "refused") throw new Refusal("noSandbox", walls.reason);
	const { risk } = await commandRisk(parseCommand(command, { workspace: folder, home: environment.HOME }));
	const inside = insideFor(walls, risk);
	const within = inside && { workspace: folder, network: inside.network };
	const id = `${ownPrefix}${randomUUID()}`;
	const stop = () => void commands.stop(id).catch(() => undefined);
	signal.addEventListener("abort", stop, { once: true });
	try {
		const outcome = await commands.run(
			{ id, command, cwd: folder, env: environment, timeoutMs, maxBytes: keptBytes, sandbox: within },
			{ begin: !signal.aborted },
		);
		if (outcome.kind === "notStarted") throw new Refusal("notStarted", outcome.reason);
		if (outcome.kind === "notBegun" || outcome.kind === "unknown")
			throw new Refusal("stopped", "The check was ended before it was done. Run it again.");
		const { head, tail, bytes, path } = outcome.output;
		// What is kept of a long output is for a goal's events to name; it is not asked for here.
		if (path) await rm(path, { force: true });
		return {
			exitCode: outcome.kind === "exited" && !outcome.timedOut ? outcome.exitCode : undefined,
			durationMs: outcome.durationMs,
			output: bounded(head, tail, bytes),
			...(outcome.kind === "exited" && outcome.timedOut && { timedOut: true }),
		};
	} finally {
		signal.removeEventListener("abort", stop);
		await commands.forget(id).catch(() => undefined);
	}
}

/** Runs that an earlier daemon left when it was killed, or this one leaves when it ends: nothing waits for them any more. */
export async function endBaselineChecks(
	commands: Pick<Commands, "running" | "stop" | "forget">,
	whose: "earlier" | "own",
): Promise<void> {
	const isMeant = (id: string) => id.startsWith(prefix) && id.startsWith(ownPrefix) === (whose === "own");
	const left = (await commands.running()).filter(isMeant);
	await Promise.all(left.map((id) => commands.stop(id).then(() => commands.forget(id))));
}

function bounded(head: string, tail: string, bytes: number): string {
	const text = tail === "" ? head : `${head}\n… (${bytes} bytes in all) …\n${tail}`;
	if (text.length <= 2 * shownChars) return text;
	return `${text.slice(0, shownChars)}\n… (${bytes} bytes in all) …\n${text.slice(-shownChars)}`;
}

import type { ToolCall } from "../../core/goal.ts";
import { goalHold } from "../../core/rules/holds.ts";
import { askToRun } from "../engine/questions/tool.ts";
import { textOutput } from "../engine/texts/textOutput.ts";
import { judge, type LetPass } from "../policy/judge.ts";
import { fetchProposal } from "../policy/proposal.ts";
import { type FetchTool, ToolError } from "../tools/tool.ts";
import { webAddress } from "../tools/webAddress.ts";
import { getPage } from "../tools/webPage.ts";
import { failure, finish } from "./callOutcome.ts";
import type { ActivityContext } from "./parts.ts";
import { originOf } from "./proposing.ts";
import { standing } from "./standing.ts";

const maxRedirects = 5;

/**
 * A page of the web. Each host is judged, also one that another leads to; what a person approved is the address that
 * they saw, and there it goes on. It only reads, so it needs no intent: after a crash it is simply made again.
 */
export async function performFetch(
	context: ActivityContext,
	call: ToolCall,
	tool: FetchTool,
	args: never,
): Promise<void> {
	const { parts, signal } = context;
	const started = parts.clock.now();
	try {
		let url = call.approvedUrl === undefined ? tool.url(args) : new URL(call.approvedUrl);
		let from: URL | undefined;
		let by: LetPass = {};
		for (let hop = 0; ; hop++) {
			if (from?.host !== url.host) {
				const permitted = await permit(context, call, url, from);
				if (permitted === "waits") return;
				if ("refused" in permitted) return await finish(context, call, failure(permitted.refused, permitted.refused));
				by = { ...by, ...permitted };
			}
			const answer = await getPage(url, {
				signal,
				timeoutMs: parts.fetchMs ?? defaultMs,
				privateHosts: parts.privateHosts ?? [],
			});
			if (answer.kind === "page") {
				const text = await tool.text(args, answer.page, url);
				const durationMs = parts.clock.now() - started;
				const ok = answer.page.status < 400;
				return await finish(context, call, { ok, output: textOutput(text), durationMs, letPass: by });
			}
			if (hop === maxRedirects)
				throw new ToolError(`${url.host} leads from one address to the next: more than ${maxRedirects}.`);
			from = url;
			url = webAddress(answer.to);
		}
	} catch (cause) {
		// Told to stop, it has no outcome: it is made again when the goal goes on.
		if (signal.aborted) return;
		if (!(cause instanceof ToolError)) throw cause;
		await finish(context, call, { ...failure(cause.message), durationMs: parts.clock.now() - started });
	}
}

const defaultMs = 30_000;

async function permit(
	{ parts, driver }: ActivityContext,
	call: ToolCall,
	url: URL,
	from: URL | undefined,
): Promise<LetPass | "waits" | { readonly refused: string }> {
	const about = { tool: call.name, approved: undefined, origin: originOf(driver.goal(), call) };
	const proposal = fetchProposal({ url, from }, about);
	let permitted: Awaited<ReturnType<typeof permit>> = "waits";
	await driver.commit((goal) => {
		const now = goal.calls[call.toolCallId];
		if (!now || now.decided || (now.state !== "requested" && now.state !== "approved")) return [];
		if (goal.end || goalHold(goal) || goal.undo) return [];
		const approved = now.approved === proposal.digest ? now.approved : undefined;
		const verdict = judge(goal, { ...proposal, approved }, standing(parts, goal));
		if (verdict.kind === "allow") permitted = { rule: verdict.rule, grant: verdict.grant };
		if (verdict.kind === "refuse") permitted = { refused: verdict.reason };
		return verdict.kind === "ask" ? [askToRun({ call }, proposal, verdict, parts.newId, parts.clock.now())] : [];
	});
	return permitted;
}

import type { Goal } from "../../core/goal.ts";
import type { ThreadId } from "../../core/ids.ts";
import type { Receipt } from "../../core/rules/receipt.ts";
import { threadName } from "../../core/words/threadName.ts";
import { cell, code, inline } from "./agentText.ts";
import type { DossierData } from "./dossierData.ts";
import { count, money, number } from "./words.ts";

/** What it cost: by role, model and step, which each add up to the whole, and by thread. */
export function usage({ goal, usage: { bySubject, threads, threadsLeftOut, receipts, prices } }: DossierData): string {
	const { turns, toolCalls, inputTokens, outputTokens, costUsd, byRole, byModel } = goal.usage;
	const { cachedInputTokens, cacheWriteTokens, reasoningTokens } = goal.usage;
	const { estimatedTokens } = goal.usage;
	if (turns + toolCalls === 0) return "";
	const failed = bySubject.reduce((sum, one) => sum + one.failedCalls, 0);
	const calls = `${count(toolCalls, "tool call")}${failed > 0 ? `, ${number(failed)} of them failed or refused` : ""}`;
	const thinks = inputTokens + outputTokens > 0;
	if (!thinks) return `## Usage\n\n${calls}. No model was asked.`;
	const cached = [
		...(cachedInputTokens ? [`${number(cachedInputTokens)} of them from the provider's cache`] : []),
		...(cacheWriteTokens ? [`${number(cacheWriteTokens)} kept in it for later`] : []),
	];
	const read = `${number(inputTokens)} tokens read${cached.length > 0 ? ` (${cached.join(", ")})` : ""}`;
	const thought = reasoningTokens ? ` (${number(reasoningTokens)} of them to think)` : "";
	const written = `${number(outputTokens)} written${thought}`;
	const whole = `${count(turns, "turn")}, ${calls}. ${read}, ${written}. Cost: ${money(costUsd)}.`;
	const named = (parts: typeof byRole, asCode: boolean) =>
		Object.entries(parts).map(([name, part]) => ({ name: asCode ? code(name) : inline(name), ...part }));
	const steps = bySubject.map(({ subject, ...part }) => ({ name: inline(subject), ...part }));
	const others = receipts.map(
		({ asked, answered, receipt, turns: times }) =>
			`- ${receiptLines[receipt](code(asked), code(answered))}: ${count(times, "turn")}.`,
	);
	const models = named(byModel, true);
	return [
		"## Usage",
		models.length === 1 ? `${whole} All by ${models[0]?.name}.` : whole,
		estimatedTokens
			? `${number(estimatedTokens)} of these tokens are estimated: the endpoint did not count them, or counted less than was certainly sent and received.`
			: "",
		others.join("\n"),
		prices.slice(0, pricesShown).map(priceLine).join("\n"),
		table("Step", steps),
		table("Role", named(byRole, false)),
		table("Model", models),
		threadTable(goal, threads, threadsLeftOut),
	]
		.filter(Boolean)
		.join("\n\n");
}

/** Who answered where the name is another than the one that was asked. */
const receiptLines: Readonly<Record<Receipt, (asked: string, answered: string) => string>> = {
	asAsked: (asked, answered) => `${asked} was asked and ${answered} answered, which is the same model`,
	own: (asked, answered) => `${asked} chose its model itself, and ${answered} answered`,
	untold: (asked) => `${asked} chose its model itself, and did not say which one answered`,
	other: (asked, answered) => `${asked} was asked and ${answered} answered`,
};

const pricesShown = 30;

/** Where a cost comes from, so that a reader can check it. */
function priceLine({ model, price }: DossierData["usage"]["prices"][number]): string {
	if (!price) return `- No price is known for ${code(model)}, so what it cost is not known either.`;
	const cached = [
		price.cachedInput === undefined ? "" : `, $${price.cachedInput} read from the cache`,
		price.cacheWrite === undefined ? "" : `, $${price.cacheWrite} kept in it`,
	].join("");
	const from = sourceWords[price.source ?? "goal"];
	return `- ${code(model)} was priced at $${price.input} a million tokens read${cached}, $${price.output} written, ${from}.`;
}

const sourceWords = {
	config: "as config.jsonc says",
	catalogue: "as the catalogue of models says",
	goal: "as was said for this goal",
};

interface Row {
	readonly name: string;
	readonly turns: number;
	readonly inputTokens: number;
	readonly outputTokens: number;
	readonly cachedInputTokens?: number;
	readonly costUsd: number | null;
}

/** One row would say again what the sentence above says. */
function table(of: string, rows: readonly Row[]): string {
	if (rows.length < 2) return "";
	// A column of nothing says nothing.
	const isCached = rows.some(({ cachedInputTokens }) => cachedInputTokens);
	const lines = rows.map(({ name, turns, inputTokens, cachedInputTokens = 0, outputTokens, costUsd }) => {
		const cached = isCached ? ` ${number(cachedInputTokens)} |` : "";
		return `| ${cell(name)} | ${number(turns)} | ${number(inputTokens)} |${cached} ${number(outputTokens)} | ${money(costUsd)} |`;
	});
	const head = `| ${of} | Turns | Tokens read |${isCached ? " From the cache |" : ""} Tokens written | Cost |`;
	return [head, `|---|--:|--:|${isCached ? "--:|" : ""}--:|--:|`, ...lines].join("\n");
}

function threadTable(goal: Goal, threads: DossierData["usage"]["threads"], leftOut: number): string {
	const lines = threads.map(({ threadId, role, step, attempt, model, turns, calls, inputTokens, outputTokens }) => {
		const work = step ? `${inline(step)}${attempt ? `, attempt ${attempt}` : ""}` : inline(purposeOf(goal, threadId));
		const tokens = number(inputTokens + outputTokens);
		return `| ${cell(inline(role))} | ${cell(work)} | ${cell(code(model))} | ${turns} | ${calls} | ${tokens} |`;
	});
	const note = leftOut > 0 ? `${count(leftOut, "older thread")} in the log.` : "";
	return [
		"### Threads",
		note,
		["| Role | For | Model | Turns | Calls | Tokens |", "|---|---|---|--:|--:|--:|", ...lines].join("\n"),
	]
		.filter(Boolean)
		.join("\n\n");
}

/** What a thread without a step is for. A sub-agent works for what its parent does; its title stands beside its role. */
function purposeOf(goal: Goal, threadId: ThreadId): string {
	const thread = goal.threads[threadId];
	if (!thread) return "";
	return thread.parentThreadId ? purposeOf(goal, thread.parentThreadId) : threadName(goal, thread);
}

import { type Effort, efforts } from "../../core/values.ts";
import type { Provider } from "../providers/provider.ts";

/**
 * Which reasoning efforts a provider's models take, and in which words they are asked for: one row a provider, known by
 * its address or its id. What nobody knows is passed on as it was asked, as `reasoning_effort`.
 */
interface Row {
	readonly id: string;
	/** How its address is recognised, whatever id it was given. */
	readonly host?: RegExp;
	readonly takes: readonly Effort[];
	/** Models that take other ones; the first that fits counts. */
	readonly models?: readonly (readonly [name: RegExp, takes: readonly Effort[]])[];
	readonly shape?: Shape;
}

/** What goes into the body of a request. */
type Shape = (effort: Effort) => Readonly<Record<string, unknown>>;

const plain: Shape = (effort) => ({ reasoning_effort: effort });
const nested: Shape = (effort) => ({ reasoning: { effort } });

const lowToHigh: readonly Effort[] = ["low", "medium", "high"];
const none: readonly Effort[] = [];

const rows: readonly Row[] = [
	{
		id: "openai",
		host: /(^|\.)openai\.com$/,
		takes: efforts,
		models: [
			[/^(gpt-[34]|chatgpt|gpt-5[\w.]*-chat)/, none],
			[/^o\d/, lowToHigh],
			[/^gpt-5(-|$)/, ["minimal", ...lowToHigh]],
		],
	},
	{ id: "anthropic", host: /(^|\.)anthropic\.com$/, takes: none },
	{
		id: "google",
		host: /^generativelanguage\.googleapis\.com$/,
		takes: ["none", "minimal", ...lowToHigh],
		models: [[/gemini-(1|2\.0)/, none]],
	},
	{ id: "openrouter", host: /(^|\.)openrouter\.ai$/, takes: efforts, shape: nested },
	{
		id: "groq",
		host: /(^|\.)groq\.com$/,
		takes: none,
		models: [[/gpt-oss/, lowToHigh]],
	},
	{ id: "mistral", host: /(^|\.)mistral\.ai$/, takes: none },
	{ id: "deepseek", host: /(^|\.)deepseek\.com$/, takes: none },
	{ id: "xai", host: /(^|\.)x\.ai$/, takes: none, models: [[/grok-3-mini/, ["low", "high"]]] },
	{ id: "together", host: /(^|\.)together\.(xyz|ai)$/, takes: none, models: [[/gpt-oss/, lowToHigh]] },
	{ id: "ollama", takes: ["none", ...lowToHigh] },
	{ id: "lmstudio", takes: none },
	{ id: "vllm", takes: lowToHigh },
];

type Named = Pick<Provider, "id" | "baseUrl" | "efforts">;

/** Those that some model of the provider takes; of one model, where it is named. Empty where none is taken. */
export function effortsOf(provider: Named, model?: string): readonly Effort[] {
	if (provider.efforts) return provider.efforts;
	const row = rowOf(provider);
	if (!row) return efforts;
	if (model !== undefined) {
		const bare = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
		return row.models?.find(([name]) => name.test(bare))?.[1] ?? row.takes;
	}
	const some = new Set([...row.takes, ...(row.models ?? []).flatMap(([, takes]) => takes)]);
	return efforts.filter((effort) => some.has(effort));
}

/** What asks for the effort; undefined when the model takes no such one. */
export function effortInBody(provider: Named, model: string, effort: Effort): ReturnType<Shape> | undefined {
	if (!effortsOf(provider, model).includes(effort)) return undefined;
	return (rowOf(provider)?.shape ?? plain)(effort);
}

/** Why an effort is left out, as a sentence; undefined when it is not. */
export function effortProblem(provider: Named, model: string, effort: Effort): string | undefined {
	const takes = effortsOf(provider, model);
	if (takes.includes(effort)) return undefined;
	const name = `${provider.id}/${model}`;
	return takes.length === 0
		? `${name} takes no reasoning effort, so “${effort}” is left out.`
		: `${name} takes no reasoning effort “${effort}” (only ${takes.join(", ")}), so it is left out.`;
}

function rowOf({ id, baseUrl }: Named): Row | undefined {
	const host = hostOf(baseUrl);
	const byHost = rows.find((row) => row.host?.test(host));
	if (byHost) return byHost;
	// An id alone tells what a server on this machine is, but not what somebody's proxy of that name is.
	return rows.find((row) => row.id === id && row.host === undefined);
}

function hostOf(baseUrl: string): string {
	try {
		return new URL(baseUrl).hostname;
	} catch {
		return "";
	}
}

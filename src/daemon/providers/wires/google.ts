import type { Effort } from "../../../core/values.ts";
import { geminiDialect } from "../../endpoint/dialects.ts";
import { endpointCalls, noKey } from "./endpointCalls.ts";
import type { OpenModel, SignedFields } from "./wire.ts";
import { writtenOut } from "./writtenOut.ts";

const signs: SignedFields = {
	namespace: "google",
	reasoning: ["thoughtSignature"],
	text: ["thoughtSignature"],
	call: ["thoughtSignature"],
};

/** Google's Gemini API. */
export async function loadGoogle(): Promise<OpenModel> {
	const [{ createGoogleGenerativeAI }, { modelFetch }] = await Promise.all([
		import("@ai-sdk/google"),
		import("../../endpoint/modelFetch.ts"),
	]);
	return ({ provider, model, apiKey, effort }) => {
		const { begin, fetch } = endpointCalls(modelFetch, geminiDialect, apiKey ? undefined : "x-goog-api-key");
		const create = createGoogleGenerativeAI({
			baseURL: provider.baseUrl.replace(/\/+$/, ""),
			apiKey: apiKey || noKey,
			fetch,
		});
		const thinkingConfig = thinking(model, effort?.level);
		return {
			model: create(model),
			begin,
			signs,
			writeSchema: writtenOut,
			images: { inResults: true, types: ["image/png", "image/jpeg", "image/webp"] },
			prepare: (options) => ({
				...options,
				...(thinkingConfig && { providerOptions: { google: { thinkingConfig } } }),
			}),
		};
	};
}

/** Since its third generation Gemini is told a level; before, a number of tokens. Those before 2.5 do not think. */
function thinking(model: string, effort: Effort | undefined) {
	const generation = Number(/gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1] ?? Number.NaN);
	const thinks = generation >= 2.5;
	const shown = thinks ? { includeThoughts: effort !== "none" } : {};
	if (effort === undefined) return thinks ? shown : undefined;
	if (generation < 3) return { ...shown, thinkingBudget: budgets[effort] };
	return { ...shown, thinkingLevel: levels[effort] };
}

const budgets: Readonly<Record<Effort, number>> = {
	none: 0,
	minimal: 512,
	low: 1024,
	medium: 8192,
	high: 24_576,
	xhigh: 24_576,
};

const levels: Readonly<Record<Effort, string>> = {
	none: "minimal",
	minimal: "minimal",
	low: "low",
	medium: "medium",
	high: "high",
	xhigh: "high",
};

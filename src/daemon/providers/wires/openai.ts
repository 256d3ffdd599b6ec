import { responsesDialect } from "../../endpoint/dialects.ts";
import { endpointCalls, noKey } from "./endpointCalls.ts";
import type { OpenModel, SignedFields } from "./wire.ts";

/** Nothing is kept at OpenAI's: its reasoning comes encrypted, and goes back with the conversation. */
const signs: SignedFields = {
	namespace: "openai",
	reasoning: ["itemId", "reasoningEncryptedContent"],
	text: ["phase"],
	call: [],
};

/** OpenAI's responses. */
export async function loadOpenai(): Promise<OpenModel> {
	const [{ createOpenAI }, { modelFetch }] = await Promise.all([
		import("@ai-sdk/openai"),
		import("../../endpoint/modelFetch.ts"),
	]);
	return ({ provider, model, apiKey, effort }) => {
		const { begin, fetch } = endpointCalls(modelFetch, responsesDialect, apiKey ? undefined : "authorization");
		const create = createOpenAI({ baseURL: provider.baseUrl.replace(/\/+$/, ""), apiKey: apiKey || noKey, fetch });
		return {
			model: create.responses(model),
			begin,
			signs,
			images: { inResults: true },
			prepare: (options) => ({
				...options,
				// Without this it takes schemas as strict, and makes every optional argument a required one.
				tools: options.tools?.map((tool) => (tool.type === "function" ? { ...tool, strict: false } : tool)),
				providerOptions: {
					openai: {
						store: false,
						reasoningSummary: "auto",
						// A model that the package does not know takes an effort all the same, where one was chosen.
						...(effort && { reasoningEffort: effort.level, forceReasoning: true }),
					},
				},
			}),
		};
	};
}

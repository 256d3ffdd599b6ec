import { type Asking, askEndpoint } from "../../endpoint/askEndpoint.ts";
import type { OpenModel } from "./wire.ts";

/** OpenAI's chat completions, which most servers speak. The packages lie in files of their own, read when first needed. */
export async function loadOpenaiCompatible(): Promise<OpenModel> {
	const [{ createOpenAICompatible }, { modelFetch }] = await Promise.all([
		import("@ai-sdk/openai-compatible"),
		import("../../endpoint/modelFetch.ts"),
	]);
	return ({ provider, model, apiKey, effort }) => {
		/** Each call under way, by its signal, which is all of it that the package hands on. */
		const calls = new WeakMap<AbortSignal, Omit<Asking, "fetch">>();
		const create = createOpenAICompatible({
			name: provider.id,
			baseURL: provider.baseUrl.replace(/\/+$/, ""),
			apiKey,
			includeUsage: true,
			supportsStructuredOutputs: provider.structuredOutput,
			fetch(input, init = {}) {
				const call = init.signal ? calls.get(init.signal) : undefined;
				return call ? askEndpoint(input, init, { ...call, fetch: modelFetch }) : modelFetch(input, init);
			},
			transformRequestBody: (body) => ({ ...body, ...effort }),
		});
		return { model: create(model), begin: (abortSignal, call) => void calls.set(abortSignal, call) };
	};
}

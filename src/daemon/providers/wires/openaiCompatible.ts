import { chatDialect } from "../../endpoint/dialects.ts";
import { endpointCalls } from "./endpointCalls.ts";
import type { OpenModel } from "./wire.ts";

/** OpenAI's chat completions, which most servers speak. The packages lie in files of their own, read when first needed. */
export async function loadOpenaiCompatible(): Promise<OpenModel> {
	const [{ createOpenAICompatible }, { modelFetch }] = await Promise.all([
		import("@ai-sdk/openai-compatible"),
		import("../../endpoint/modelFetch.ts"),
	]);
	return ({ provider, model, apiKey, effort }) => {
		const { begin, fetch } = endpointCalls(modelFetch, chatDialect);
		const create = createOpenAICompatible({
			name: provider.id,
			baseURL: provider.baseUrl.replace(/\/+$/, ""),
			apiKey,
			includeUsage: true,
			supportsStructuredOutputs: provider.structuredOutput,
			fetch,
			transformRequestBody: (body) => ({ ...body, ...effort?.body }),
		});
		return { model: create(model), begin };
	};
}

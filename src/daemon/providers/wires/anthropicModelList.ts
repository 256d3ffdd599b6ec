import { openaiModelList } from "./openaiModelList.ts";
import type { ModelList } from "./wire.ts";

/** `GET /models`, answered as OpenAI's is, a page of which holds a thousand at most. */
export const anthropicModelList: ModelList = {
	request: (baseUrl, key) => ({
		url: `${baseUrl.replace(/\/+$/, "")}/models?limit=1000`,
		headers: { "anthropic-version": "2023-06-01", ...(key !== undefined && { "x-api-key": key }) },
	}),
	names: openaiModelList.names,
};

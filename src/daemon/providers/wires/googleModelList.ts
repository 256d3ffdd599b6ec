import type { ModelList } from "./wire.ts";

interface Listed {
	readonly name?: unknown;
	readonly supportedGenerationMethods?: unknown;
}

/** `GET /models`, answered by `{ "models": [{ "name": "models/…" }] }`, those for pictures and embeddings among them. */
export const googleModelList: ModelList = {
	request: (baseUrl, key) => ({
		url: `${baseUrl.replace(/\/+$/, "")}/models?pageSize=1000`,
		headers: { ...(key !== undefined && { "x-goog-api-key": key }) },
	}),
	names(body) {
		try {
			const { models } = JSON.parse(body) as { models?: unknown };
			if (!Array.isArray(models)) return undefined;
			return (models as (Listed | null)[])
				.filter(writes)
				.map((one) => String(one?.name ?? "").replace(/^models\//, ""));
		} catch {
			return undefined;
		}
	},
};

function writes(one: Listed | null): boolean {
	const methods = one?.supportedGenerationMethods;
	return !Array.isArray(methods) || methods.includes("generateContent");
}

import type { ModelList } from "./wire.ts";

/** `GET /models`, answered by `{ "data": [{ "id": … }] }`. */
export const openaiModelList: ModelList = {
	request: (baseUrl, key) => ({
		url: `${baseUrl.replace(/\/+$/, "")}/models`,
		headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }) },
	}),
	names(body) {
		try {
			const { data } = JSON.parse(body) as { data?: unknown };
			return Array.isArray(data) ? data.map((one) => (one as { id?: unknown } | null)?.id) : undefined;
		} catch {
			return undefined;
		}
	},
};

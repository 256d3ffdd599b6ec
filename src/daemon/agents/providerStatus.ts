import type { Provider } from "../config/configSchema.ts";
import type { KeyChain } from "../config/providerKeys.ts";
import { connectionProblem, failureOf, unreachable } from "./modelFailure.ts";

/** Whether a provider can be used now, and why not: its key, and one short look at its list of models. */
export interface ProviderStatus {
	readonly id: string;
	readonly kind: string;
	/** Those configured; else those it says it has. */
	readonly models: string[];
	readonly usable: boolean;
	readonly reason?: string;
}

const timeoutMs = 1500;
const maxModels = 200;

export async function providerStatus(provider: Provider, keys: KeyChain): Promise<ProviderStatus> {
	const { id, kind, baseUrl } = provider;
	const models = [...(provider.models ?? [])];
	const unusable = (reason: string) => ({ id, kind, models, usable: false, reason: keys.redact(reason) });
	const key = await keys.resolveKey(provider);
	if (key.kind === "missing") return unusable(key.reason);
	try {
		const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/models`, {
			headers: key.kind === "key" ? { authorization: `Bearer ${key.key.reveal()}` } : {},
			signal: AbortSignal.timeout(timeoutMs),
		});
		const body = await response.text();
		if (response.status === 401 || response.status === 403) {
			const keySource = provider.apiKeyEnv ?? (provider.apiKeyCommand && "the command in apiKeyCommand");
			const asked = { provider: id, model: "", baseUrl, keySource, began: false };
			return unusable(failureOf({ statusCode: response.status }, asked).reason);
		}
		// Not every endpoint lists its models: that it answered is enough.
		return { id, kind, models: models.length > 0 ? models : listed(body), usable: true };
	} catch (cause) {
		return unusable(unreachable({ provider: id, baseUrl }, connectionProblem(cause) ?? "the connection failed").reason);
	}
}

function listed(body: string): string[] {
	try {
		const { data } = JSON.parse(body) as { data?: readonly { id?: unknown }[] };
		const ids = (data ?? []).map(({ id }) => id).filter((id) => typeof id === "string");
		return ids.slice(0, maxModels);
	} catch {
		return [];
	}
}

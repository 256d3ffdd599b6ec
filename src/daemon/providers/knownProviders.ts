import type { Env } from "../platform/ports.ts";
import type { Provider } from "./provider.ts";

/**
 * Providers that everybody knows, one row each: where they answer, and which variables their keys are commonly kept in.
 * A row is all it takes; config.jsonc wins over it where it names the same id.
 */
export interface KnownProvider {
	readonly id: string;
	readonly name: string;
	readonly baseUrl: string;
	/** The first that is set counts. A server on this machine asks for none. */
	readonly keyNames: readonly string[];
	/** A variable in which the vendor's own tools look for another address. */
	readonly baseUrlName?: string;
	/** It runs on this machine: asked without configuration. */
	readonly isLocal?: true;
	/** Its list of models does not answer to the key alone, so that nothing is learned by asking for it. */
	readonly hidesModels?: true;
}

const hosted: readonly Omit<KnownProvider, "isLocal">[] = [
	{
		id: "openai",
		name: "OpenAI",
		baseUrl: "https://api.openai.com/v1",
		keyNames: ["OPENAI_API_KEY"],
		baseUrlName: "OPENAI_BASE_URL",
	},
	{
		id: "anthropic",
		name: "Anthropic",
		baseUrl: "https://api.anthropic.com/v1",
		keyNames: ["ANTHROPIC_API_KEY"],
		hidesModels: true,
	},
	{
		id: "google",
		name: "Google Gemini",
		baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
		keyNames: ["GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
	},
	{
		id: "openrouter",
		name: "OpenRouter",
		baseUrl: "https://openrouter.ai/api/v1",
		keyNames: ["OPENROUTER_API_KEY"],
	},
	{ id: "groq", name: "Groq", baseUrl: "https://api.groq.com/openai/v1", keyNames: ["GROQ_API_KEY"] },
	{ id: "mistral", name: "Mistral", baseUrl: "https://api.mistral.ai/v1", keyNames: ["MISTRAL_API_KEY"] },
	{ id: "deepseek", name: "DeepSeek", baseUrl: "https://api.deepseek.com/v1", keyNames: ["DEEPSEEK_API_KEY"] },
	{ id: "xai", name: "xAI", baseUrl: "https://api.x.ai/v1", keyNames: ["XAI_API_KEY"] },
	{ id: "together", name: "Together", baseUrl: "https://api.together.xyz/v1", keyNames: ["TOGETHER_API_KEY"] },
];

/** Only addresses of this machine: nothing else is asked without a key or a line of configuration. */
export const localServers = {
	ollama: { name: "Ollama", baseUrl: "http://127.0.0.1:11434/v1" },
	lmstudio: { name: "LM Studio", baseUrl: "http://127.0.0.1:1234/v1" },
	vllm: { name: "vLLM", baseUrl: "http://127.0.0.1:8000/v1" },
} as const;
export type LocalServer = keyof typeof localServers;

const local = (Object.keys(localServers) as LocalServer[]).map(
	(id): KnownProvider => ({ id, ...localServers[id], keyNames: [], isLocal: true }),
);

export const knownProviders: readonly KnownProvider[] = [...hosted, ...local];

/** As a provider of the configuration would be. */
export function asProvider(known: KnownProvider, env: Env, baseUrl = known.baseUrl): Provider {
	const apiKeyEnv = known.keyNames.find((name) => env[name]?.trim()) ?? known.keyNames[0];
	const address = (known.baseUrlName && env[known.baseUrlName]) || baseUrl;
	return { id: known.id, kind: "openai-compatible", baseUrl: address, apiKeyEnv, structuredOutput: true };
}

/** Providers that need no configuration, because the environment says all there is to say. */
export function providersOfEnvironment(env: Env): readonly Provider[] {
	const isNamed = ({ keyNames, baseUrlName }: KnownProvider) =>
		keyNames.some((name) => env[name]?.trim()) || (baseUrlName !== undefined && Boolean(env[baseUrlName]));
	return hosted.filter(isNamed).map((known) => asProvider(known, env));
}

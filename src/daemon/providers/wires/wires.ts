import type { WireName } from "../providerRow.ts";
import { anthropicModelList } from "./anthropicModelList.ts";
import { googleModelList } from "./googleModelList.ts";
import { openaiModelList } from "./openaiModelList.ts";
import type { Wire } from "./wire.ts";

/** The wire formats, each with its client, which is loaded when the first model is asked. */
export const wires: Readonly<Record<WireName, Wire>> = {
	"openai-compatible": {
		protocol: "the OpenAI protocol",
		modelList: openaiModelList,
		load: async () => (await import("./openaiCompatible.ts")).loadOpenaiCompatible(),
	},
	openai: {
		protocol: "OpenAI's responses",
		modelList: openaiModelList,
		fallback: "openai-compatible",
		load: async () => (await import("./openai.ts")).loadOpenai(),
	},
	anthropic: {
		protocol: "Anthropic's messages",
		modelList: anthropicModelList,
		load: async () => (await import("./anthropic.ts")).loadAnthropic(),
	},
	google: {
		protocol: "the Gemini API",
		modelList: googleModelList,
		load: async () => (await import("./google.ts")).loadGoogle(),
	},
};

import type { WireName } from "../providerRow.ts";
import { openaiModelList } from "./openaiModelList.ts";
import type { Wire } from "./wire.ts";

/** The wire formats, each with its client, which is loaded when the first model is asked. */
export const wires: Readonly<Record<WireName, Wire>> = {
	"openai-compatible": {
		protocol: "the OpenAI protocol",
		modelList: openaiModelList,
		load: async () => (await import("./openaiCompatible.ts")).loadOpenaiCompatible(),
	},
};

import * as v from "valibot";
import { Effort } from "../../core/values.ts";
import { wireNames } from "./providerRow.ts";

/** A provider as a person may write it into config.jsonc; others are made alike from what is known of them. */
export const described = <T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text));
const Price = v.pipe(v.number(), v.minValue(0));

const Prices = v.object({
	input: described(Price, "USD for a million tokens that the model reads."),
	output: described(Price, "USD for a million tokens that the model writes."),
	cachedInput: described(v.optional(Price), "USD for a million tokens that the provider had kept from before."),
	cacheWrite: described(
		v.optional(Price),
		"USD for a million tokens that the provider keeps for later. Without it: as much more than input as in the catalogue, or at Anthropic's.",
	),
});

export const Provider = v.object({
	id: described(
		v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, "use lower-case letters, digits, dots and dashes")),
		"The name of the provider in provider/model.",
	),
	kind: described(
		v.optional(v.picklist(wireNames), "openai-compatible"),
		"The protocol it speaks: OpenAI's chat completions (Ollama, LM Studio, vLLM, OpenRouter, Azure and many others), OpenAI's responses, Anthropic's messages, or Google's Gemini API.",
	),
	baseUrl: described(
		v.pipe(v.string(), v.regex(/^https?:\/\/\S+$/, "write an address that begins with http:// or https://")),
		"The address below which the protocol answers, its version included, such as http://127.0.0.1:11434/v1: /chat/completions for openai-compatible, /responses for openai, /messages for anthropic, /models for google.",
	),
	apiKeyEnv: described(
		v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "name an environment variable"))),
		"The environment variable of the daemon that holds the key.",
	),
	apiKeyCommand: described(
		v.optional(v.pipe(v.string(), v.nonEmpty())),
		"A command that prints the key; run when a key is needed.",
	),
	models: described(
		v.optional(v.array(v.pipe(v.string(), v.nonEmpty()))),
		"The models to choose from. A model that is not listed may be named too.",
	),
	prices: described(
		v.optional(v.record(v.string(), Prices)),
		"What models cost, by name; it wins over the catalogue that comes with the daemon. Without a price a turn's cost is unknown, and a budget in USD cannot hold it.",
	),
	contextWindows: described(
		v.optional(v.record(v.string(), v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(100_000_000)))),
		"How many tokens models read and write at most in one request, by name; it wins over the catalogue. A thread that comes near it is compacted.",
	),
	images: described(
		v.optional(v.union([v.boolean(), v.record(v.string(), v.boolean())])),
		"Whether its models see images, or each model by name; it wins over the catalogue. Where neither says it, images are sent, and a refusal is learned.",
	),
	structuredOutput: described(
		v.optional(v.boolean(), true),
		"Whether plans are asked for with a JSON schema. A provider that refuses it is asked without.",
	),
	promptCaching: described(
		v.optional(v.boolean()),
		"Whether conversations are marked for the provider's cache where that has to be asked for, as on anthropic. What is kept costs more once, and much less each time it is read again.",
	),
	efforts: described(
		v.optional(v.union([v.array(Effort), v.record(v.string(), v.array(Effort))])),
		"The reasoning efforts that its models take, or those of each model by name; it wins over what is known of the provider. An empty list: none.",
	),
});
export type Provider = v.InferOutput<typeof Provider>;

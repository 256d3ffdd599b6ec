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
});

export const Provider = v.object({
	id: described(
		v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, "use lower-case letters, digits, dots and dashes")),
		"The name of the provider in provider/model.",
	),
	kind: described(
		v.optional(v.picklist(wireNames), "openai-compatible"),
		"The protocol it speaks: Ollama, LM Studio, vLLM, OpenRouter, OpenAI and many others.",
	),
	baseUrl: described(
		v.pipe(v.string(), v.regex(/^https?:\/\/\S+$/, "write an address that begins with http:// or https://")),
		"The address below which /chat/completions answers, such as http://127.0.0.1:11434/v1.",
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
	structuredOutput: described(
		v.optional(v.boolean(), true),
		"Whether plans are asked for with a JSON schema. A provider that refuses it is asked without.",
	),
	efforts: described(
		v.optional(v.array(Effort)),
		"The reasoning efforts that its models take; it wins over what is known of the provider. An empty list: none.",
	),
});
export type Provider = v.InferOutput<typeof Provider>;

import type { LanguageModelV3, LanguageModelV3CallOptions } from "@ai-sdk/provider";
import type { Image } from "../../../core/image.ts";
import type { Asking } from "../../endpoint/askEndpoint.ts";
import type { AskedEffort } from "../efforts.ts";
import type { Provider } from "../provider.ts";
import type { WireName } from "../providerRow.ts";

/** One way of writing requests to models, and of reading the answers. */
export interface Wire {
	/** As a person may look it up: `the OpenAI protocol`. */
	readonly protocol: string;
	readonly modelList: ModelList;
	/** Spoken in its place by a server that does not know this one, which says so with 404. */
	readonly fallback?: WireName;
	/** What opens its models; loaded when the first is needed. */
	load(): Promise<OpenModel>;
}

/** How a server is asked which models it has. */
export interface ModelList {
	request(
		baseUrl: string,
		key: string | undefined,
	): { readonly url: string; readonly headers: Readonly<Record<string, string>> };
	/** The names as they came, unchecked; undefined when the body is no list of models. */
	names(body: string): readonly unknown[] | undefined;
}

export type OpenModel = (options: {
	readonly provider: Provider;
	readonly model: string;
	readonly apiKey: string | undefined;
	/** What asks for the effort that was chosen. */
	readonly effort: AskedEffort | undefined;
}) => OpenedModel;

export interface OpenedModel {
	readonly model: LanguageModelV3;
	/** Before a call is sent, which is known by its signal: what was learned of the endpoint, and whom to tell of what comes. */
	begin(abortSignal: AbortSignal, call: EndpointCall): void;
	/** A schema as this wire knows it; absent where that is all of JSON Schema. */
	writeSchema?(schema: JsonSchema): JsonSchema;
	/** What this wire wants beside what is asked of every model. */
	prepare?(options: LanguageModelV3CallOptions): LanguageModelV3CallOptions;
	/** Absent where a result is nothing but text. */
	readonly images?: TakesImages;
	/** What it wants to see again of its answers; absent where reasoning is not sent back. */
	readonly signs?: SignedFields;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Of the metadata of an answer's parts, by the name under which the wire's package keeps its own. */
export interface SignedFields {
	readonly namespace: string;
	readonly reasoning: readonly string[];
	readonly text: readonly string[];
	readonly call: readonly string[];
}

/** How images that calls came to are shown to its models. */
export interface TakesImages {
	/** They stand in the results; otherwise they follow in a message of their own. */
	readonly inResults: boolean;
	/** Those that its models read; absent: all that we know. */
	readonly types?: readonly Image["mediaType"][];
	/** Of all in one request together. */
	readonly maxBytes?: number;
}

export type EndpointCall = Omit<Asking, "fetch" | "dialect">;

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as v from "valibot";
import type { Effort } from "../../core/values.ts";
import { writeDurably } from "../platform/durableFile.ts";
import type { Adaptation } from "./adaptationRow.ts";
import { shownUrl } from "./modelFailure.ts";

/**
 * What refusals taught of endpoints, by address and model, so that each is refused once. Kept in the data folder; it is
 * forgotten when the provider is configured anew, and after a while, because servers learn, too.
 */
export interface Learned {
	of(endpoint: Endpoint, model: string): readonly Adaptation[];
	learn(endpoint: Endpoint, model: string, adaptation: Adaptation): void;
}

/** What a request depends on of a provider's configuration: prices and lists of models change nothing in it. */
export interface Endpoint {
	readonly id: string;
	readonly kind: string;
	readonly baseUrl: string;
	readonly structuredOutput: boolean;
	readonly efforts?: readonly Effort[] | Readonly<Record<string, readonly Effort[]>>;
	readonly images?: boolean | Readonly<Record<string, boolean>>;
}

const keptMs = 30 * 24 * 60 * 60 * 1000;
const keptEntries = 500;

const Stored = v.array(
	v.object({
		/** For whoever reads the file: the address without what might be secret in it. */
		address: v.string(),
		model: v.string(),
		/** A digest of the provider's configuration. */
		provider: v.string(),
		parameter: v.string(),
		instead: v.string(),
		at: v.string(),
	}),
);
type Entry = v.InferOutput<typeof Stored>[number];

export interface LearnedOptions {
	readonly now?: () => number;
	/** The file cannot be read or written: what is learned is gone when the daemon ends. */
	onProblem(sentence: string): void;
}

export function openLearned(file: string, { now = Date.now, onProblem }: LearnedOptions): Learned {
	let entries: readonly Entry[] = read();
	const isFresh = ({ at }: Entry) => Math.abs(now() - Date.parse(at)) < keptMs;

	return {
		of(endpoint, model) {
			const digest = digestOf(endpoint);
			return entries.filter((entry) => entry.provider === digest && entry.model === model && isFresh(entry));
		},
		learn(endpoint, model, { parameter, instead }) {
			const address = shownUrl(endpoint.baseUrl);
			const at = new Date(now()).toISOString();
			const entry = { address, model, provider: digestOf(endpoint), parameter, instead, at };
			const isSame = (other: Entry) =>
				other.address === address && other.model === model && other.parameter === parameter;
			entries = [...entries.filter((other) => !isSame(other) && isFresh(other)), entry].slice(-keptEntries);
			try {
				writeDurably(file, `${JSON.stringify(entries, null, "\t")}\n`);
			} catch (cause) {
				onProblem(`${file} cannot be written, so what was learned of ${model} is not kept: ${String(cause)}`);
			}
		},
	};

	function read(): readonly Entry[] {
		try {
			return v.parse(Stored, JSON.parse(readFileSync(file, "utf8")));
		} catch (cause) {
			if ((cause as NodeJS.ErrnoException).code !== "ENOENT")
				onProblem(`${file} cannot be read, so what was learned of endpoints is learned again: ${String(cause)}`);
			return [];
		}
	}
}

function digestOf({ id, kind, baseUrl, structuredOutput, efforts, images }: Endpoint): string {
	const seen = images === undefined ? [] : [images];
	const request = JSON.stringify([id, kind, baseUrl, structuredOutput, efforts, ...seen]);
	return createHash("sha256").update(request).digest("hex").slice(0, 16);
}

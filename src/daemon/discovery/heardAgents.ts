import { readFileSync } from "node:fs";
import * as v from "valibot";
import { Effort } from "../../core/values.ts";
import { writeDurably } from "../platform/durableFile.ts";
import type { AgentOffers } from "./agentOffers.ts";

/** What agents offered when they were last spoken with, kept in the data folder: to list it none has to be started. */
export interface HeardAgents {
	of(id: string): AgentOffers | undefined;
	hear(id: string, offers: AgentOffers): void;
}

const Stored = v.record(v.string(), v.object({ models: v.array(v.string()), efforts: v.optional(v.array(Effort)) }));

export function openHeardAgents(file: string, onProblem: (sentence: string) => void): HeardAgents {
	let heard: v.InferOutput<typeof Stored> | undefined;
	const read = () => {
		if (heard) return heard;
		try {
			heard = v.parse(Stored, JSON.parse(readFileSync(file, "utf8")));
		} catch (cause) {
			if ((cause as NodeJS.ErrnoException).code !== "ENOENT")
				onProblem(`${file} cannot be read, so the models of agents are heard again: ${String(cause)}`);
			heard = {};
		}
		return heard;
	};
	return {
		of: (id) => (Object.hasOwn(read(), id) ? read()[id] : undefined),
		hear(id, { models, efforts }) {
			const offers = { models: [...models], ...(efforts && { efforts: [...efforts] }) };
			if (JSON.stringify(read()[id]) === JSON.stringify(offers)) return;
			heard = { ...read(), [id]: offers };
			try {
				writeDurably(file, `${JSON.stringify(heard, null, "\t")}\n`);
			} catch (cause) {
				onProblem(`${file} cannot be written, so the models of ${id} are not kept: ${String(cause)}`);
			}
		},
	};
}

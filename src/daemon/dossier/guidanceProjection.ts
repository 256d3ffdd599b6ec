import type { RecordedEvent } from "../../core/events.ts";

/** A file of instructions as it was handed to agents: one that changed is another. */
export interface GuidanceRecord {
	readonly path: string;
	readonly sha256: string;
	readonly bytes: number;
	readonly cut: boolean;
	/** To how many threads. */
	readonly threads: number;
}

export interface GuidanceRecords {
	readonly files: readonly GuidanceRecord[];
	readonly leftOut: number;
	/** Why others were left out. */
	readonly notes: readonly string[];
	readonly skills: readonly string[];
}

const kept = 100;

export function createGuidanceProjection() {
	const files = new Map<string, GuidanceRecord>();
	const notes = new Set<string>();
	const skills = new Set<string>();
	let leftOut = 0;
	return {
		add(event: RecordedEvent): void {
			if (event.type !== "guidance.given") return;
			for (const { path, sha256, bytes, why, cut = false } of event.files) {
				if (why === "gone") continue;
				const key = `${path}\n${sha256}`;
				const threads = (files.get(key)?.threads ?? 0) + 1;
				if (threads > 1 || files.size < kept) files.set(key, { path, sha256, bytes, cut, threads });
				else leftOut += 1;
			}
			for (const note of event.notes ?? []) if (notes.size < kept) notes.add(note);
			for (const { path } of event.skills ?? []) if (skills.size < kept) skills.add(path);
		},
		records: (): GuidanceRecords => ({ files: [...files.values()], leftOut, notes: [...notes], skills: [...skills] }),
	};
}

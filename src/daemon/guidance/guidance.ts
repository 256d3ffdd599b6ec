import path from "node:path";
import type { EventBody, RecordedEvent } from "../../core/events.ts";
import { type GuidanceFile, type GuidanceKind, guidanceKinds } from "../../core/guidance.ts";
import { type Place, relativeInside } from "../tools/workspacePath.ts";
import type { LeftOut } from "./guidanceFile.ts";
import { type SkillReading, startText, type Told, toldLaterText } from "./guidanceText.ts";
import { type Instruction, instructionsFor } from "./instructionFiles.ts";
import { readSkillName } from "./readSkill.ts";
import { findSkills } from "./skills.ts";

/**
 * What a thread is to be told of the workspace's instructions before its next turn. What it was told stands in its events,
 * text and all, so that a prompt is the same after a restart, and begins alike from turn to turn; what is new or has
 * changed is told behind it, once.
 */
export type Guidance = Omit<EventBody<"guidance.given">, "threadId">;

export interface Asked extends Place {
	/** The events of the thread. */
	readonly transcript: readonly RecordedEvent[];
	/** What its agent reads without being told. */
	readonly readsItself?: readonly GuidanceKind[];
	/** By what its agent reads skills: the tool for it, or their files; `undefined` for one that works on nothing. */
	readonly skillsBy: SkillReading | undefined;
}

/** Undefined when there is nothing to tell. */
export async function dueGuidance({
	transcript,
	readsItself = [],
	skillsBy,
	...place
}: Asked): Promise<Guidance | undefined> {
	const given = transcript.filter((event) => event.type === "guidance.given");
	const isStart = given.length === 0 && !transcript.some((event) => event.type === "turn.completed");
	const wanted = guidanceKinds.filter((kind) => !readsItself.includes(kind));
	const instructions = await instructionsFor(place, touchedFiles(transcript, place.workspace));
	const files = instructions.files.filter(({ kind }) => wanted.includes(kind));
	const known = lastGiven(given);
	const due = isStart
		? files.map((file): Told => ({ ...file, why: "start" }))
		: [
				...files.flatMap((file): Told[] => {
					const before = known.get(file.path);
					if (before?.sha256 === file.sha256) return [];
					return [{ ...file, why: before ? "changed" : "touched" }];
				}),
				...gone(known, instructions.files, instructions.leftOut),
			];
	const found =
		isStart && skillsBy && wanted.includes("skills") ? await findSkills(place) : { skills: [], leftOut: [] };
	const { told, leftOut } = within(due, totalChars(given));
	if (told.length === 0 && found.skills.length === 0) return undefined;
	const text = isStart ? startText(told, found.skills, skillsBy) : toldLaterText(told);
	const notes = isStart ? [...instructions.leftOut, ...found.leftOut, ...leftOut] : leftOut;
	return {
		files: told.map(({ path, kind, sha256, bytes, why, cut }) => ({
			path,
			kind,
			sha256,
			bytes,
			why,
			...(cut && { cut }),
		})),
		...(found.skills.length > 0 && {
			skills: found.skills.map(({ name, folder }) => ({ name, path: `${folder}/SKILL.md` })),
		}),
		...(notes.length > 0 && { notes: notes.slice(0, maxNotes).map(noteOf) }),
		text,
	};
}

const maxNotes = 30;

export function noteOf({ path, problem }: LeftOut): string {
	return `${path}: ${problem.replace(/\.$/, "")}.`;
}

/** With what its thread began: it stands before the conversation, where it stays the same. */
export function isStartOf(event: EventBody<"guidance.given">): boolean {
	return event.files.every(({ why }) => why === "start");
}

/** Whether a thread was told of skills, which it can then read. */
export function knowsSkills(transcript: readonly RecordedEvent[]): boolean {
	return transcript.some((event) => event.type === "guidance.given" && (event.skills?.length ?? 0) > 0);
}

/** Paths that the thread read or edited, in the workspace, with `/`. What was refused was not touched. */
function touchedFiles(transcript: readonly RecordedEvent[], workspace: string): readonly string[] {
	const refused = new Set(
		transcript.flatMap((event) =>
			event.type === "tool.completed" && event.refused !== undefined ? [event.toolCallId] : [],
		),
	);
	const files = new Set<string>();
	for (const event of transcript) {
		if (event.type !== "tool.requested" || event.name === readSkillName || refused.has(event.toolCallId)) continue;
		const named = event.args.path;
		if (typeof named !== "string" || named.includes("\0") || named.length > 4096) continue;
		const file = relativeInside(workspace, path.resolve(workspace, named));
		if (file !== undefined && file !== ".") files.add(file);
	}
	return [...files];
}

function lastGiven(given: readonly RecordedEvent<"guidance.given">[]): ReadonlyMap<string, GuidanceFile> {
	const files = new Map<string, GuidanceFile>();
	for (const event of given)
		for (const file of event.files) {
			if (file.why === "gone") files.delete(file.path);
			else files.set(file.path, file);
		}
	return files;
}

/** One that only cannot be read at the moment is not gone. */
function gone(
	known: ReadonlyMap<string, GuidanceFile>,
	files: readonly Instruction[],
	leftOut: readonly LeftOut[],
): readonly Told[] {
	const there = new Set([...files, ...leftOut].map((file) => file.path));
	return [...known.values()]
		.filter((file) => !there.has(file.path))
		.map((file) => ({ ...file, sha256: "", bytes: 0, text: "", cut: false, why: "gone" }));
}

/** All that one thread is told, in characters. */
const maxChars = 60_000;

function totalChars(given: readonly RecordedEvent<"guidance.given">[]): number {
	return given.reduce((sum, event) => sum + event.text.length, 0);
}

function within(
	due: readonly Told[],
	before: number,
): { readonly told: readonly Told[]; readonly leftOut: readonly LeftOut[] } {
	const told: Told[] = [];
	const leftOut: LeftOut[] = [];
	let chars = before;
	for (const file of due) {
		if (chars + file.text.length > maxChars)
			leftOut.push({ path: file.path, problem: `there are more than ${maxChars} characters of instructions` });
		else {
			chars += file.text.length;
			told.push(file);
		}
	}
	return { told, leftOut };
}

import type { RecordedEvent } from "../../core/events.ts";
import { imageText } from "../../core/image.ts";

/**
 * What the daemon knows by itself of a thread, in words for the model that goes on with it: what the person said, what was
 * carried out with which outcome, which files changed, what checks said. Made from the log each time, never from an
 * earlier summary, so that nothing fades. Bounded: the newest is kept, and what is left out is counted.
 */
export function threadAccount(
	transcript: readonly RecordedEvent[],
	ofStep: readonly RecordedEvent[],
	maxChars: number,
): string {
	const { done, looked } = actions(transcript);
	const sections: readonly [title: string, lines: readonly string[], share: number][] = [
		["Carried out and recorded by the daemon, the newest last. Do not do it again", done, 0.5],
		["The person said", said(transcript), 0.2],
		["Files that this step has changed", changedFiles(ofStep), 0.15],
		["Last results of checks", checkResults(ofStep), 0.1],
		["Looked at", looked, 0.05],
	];
	return sections
		.filter(([, lines]) => lines.length > 0)
		.map(([title, lines, share]) => `${title}:\n${bounded(lines, Math.floor(maxChars * share))}`)
		.join("\n\n");
}

const lineChars = 200;

function actions(transcript: readonly RecordedEvent[]): { readonly done: string[]; readonly looked: string[] } {
	const outcomes = new Map<string, string>();
	for (const event of transcript) {
		if (event.type === "tool.completed") outcomes.set(event.toolCallId, outcomeOf(event));
		else if (event.type === "tool.interrupted" && event.outcome === "unknown")
			outcomes.set(event.toolCallId, "outcome unknown, verify it");
	}
	const done: string[] = [];
	const looked = new Set<string>();
	for (const event of transcript) {
		if (event.type !== "tool.requested") continue;
		const action = `${event.name} ${line(event.summary)}`;
		if (event.effect === "none" && event.name !== "delegate") looked.add(action);
		else done.push(`${action}: ${outcomes.get(event.toolCallId) ?? "not carried out"}`);
	}
	return { done, looked: [...looked] };
}

function outcomeOf({ ok, exitCode, refused }: RecordedEvent<"tool.completed">): string {
	if (refused !== undefined) return `not carried out (${line(refused)})`;
	if (exitCode !== undefined) return `ended with exit code ${exitCode}`;
	return ok ? "done" : "failed";
}

function said(transcript: readonly RecordedEvent[]): string[] {
	return transcript.flatMap((event) =>
		event.type === "message.added" && event.from === "person"
			? [[line(event.text, 1000), ...(event.images ?? []).map((image) => `[Image: ${imageText(image)}]`)].join(" ")]
			: [],
	);
}

function changedFiles(events: readonly RecordedEvent[]): string[] {
	const last = new Map<string, string>();
	for (const event of events) {
		if (event.type !== "file.changed" || event.by !== "agent") continue;
		last.delete(event.path);
		last.set(event.path, `${event.path} (${event.status})`);
	}
	return [...last.values()];
}

function checkResults(events: readonly RecordedEvent[]): string[] {
	const last = new Map<string, string>();
	for (const event of events) {
		if (event.type === "check.completed")
			last.set(event.command, `${line(event.command)}: ${event.ok ? "green" : `red, exit code ${event.exitCode}`}`);
	}
	return [...last.values()];
}

/** The newest lines that fit, at least one; the same line twice in a row is said once. */
function bounded(lines: readonly string[], maxChars: number): string {
	const told: { text: string; times: number }[] = [];
	for (const text of lines) {
		const last = told.at(-1);
		if (last?.text === text) last.times++;
		else told.push({ text, times: 1 });
	}
	const kept: string[] = [];
	let room = maxChars;
	for (const { text, times } of told.toReversed()) {
		const shown = times > 1 ? `- ${text} (${times} times)` : `- ${text}`;
		room -= shown.length + 1;
		if (room < 0 && kept.length > 0) break;
		kept.unshift(shown);
	}
	const left = told.length - kept.length;
	return [...(left > 0 ? [`- (${left} earlier ones are left out here)`] : []), ...kept].join("\n");
}

function line(text: string, maxChars = lineChars): string {
	const one = text.replace(/\s+/g, " ").trim();
	return one.length > maxChars ? `${one.slice(0, maxChars)}…` : one;
}

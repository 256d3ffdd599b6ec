import type { Attempt, Step, Thread } from "../goal.ts";

/**
 * Work that goes round in circles: the same call with the same result, or attempts that fail in the same way, so many
 * times in a row. In an outcome numbers, times, hashes and whole paths differ from run to run and make no difference.
 */
const alikeLimit = 3;
/** Once it was told, an agent may try the same this often in all before a person is asked. */
const stuckLimit = 5;
/** Times that an agent is told in one attempt; after that a person is asked at once. */
const toldLimit = 2;

/** The agent repeats itself, and was not told yet. */
export function isToBeTold({ same, told = 0 }: Thread): boolean {
	return same !== undefined && same.times >= alikeLimit && !same.told && told < toldLimit;
}

/**
 * The agent repeats itself although it was told: only a person can help. Of one that plans or reviews only the answer
 * counts, and how often that may be unusable has a limit of its own.
 */
export function isStuck({ purpose, same, told = 0 }: Thread): boolean {
	if (purpose !== "work" || !same || same.times < alikeLimit) return false;
	return same.told ? same.times >= stuckLimit : told >= toldLimit;
}

/** What an agent is told that repeats itself. */
export function stagnationMessage({ same }: Thread): string {
	return `You made the same call ${same?.times ?? alikeLimit} times in a row, and it went the same way each time: ${same?.summary ?? ""}\nDo something else. If nothing can be done about it, end your work and report what stands in the way.`;
}

/** For the person who is asked. */
export function stuckReason({ same }: Thread): string {
	return `The agent made the same call ${same?.times ?? stuckLimit} times in a row, with the same result: ${same?.summary ?? ""}`;
}

/** What the last attempts of a step have in common, in sentences. */
export function attemptsInCommon(step: Step): readonly string[] {
	const last = step.attempts.slice(-alikeLimit);
	if (last.length < alikeLimit || !last.every((attempt) => attempt.state === "failed")) return [];
	const alike = new Set(last.map(({ diagnosis }) => normalized(diagnosis ?? ""))).size === 1 && last[0]?.diagnosis;
	return [
		...(alike ? [`The last ${alikeLimit} attempts failed in the same way.`] : []),
		...(last.every(changedNothing) ? [`None of the last ${alikeLimit} attempts changed a file.`] : []),
	];
}

function changedNothing({ changes }: Attempt): boolean {
	return changes === 0;
}

/**
 * What was asked for, exactly, and what came of it, as far as it tells one outcome from another: who counts up or goes
 * through a list does not repeat himself.
 */
export function likeness(asked: readonly unknown[], outcome: readonly unknown[]): string {
	return hash(`${JSON.stringify(asked)}\n${normalized(outcome.map(String).join("\n"))}`);
}

export function normalized(text: string): string {
	return text
		.replace(/(?<![\w./\\-])(?:[A-Za-z]:)?[\\/][^\s"'`:,;()]*/g, "<path>")
		.replace(/\b[0-9a-f]{7,64}\b/gi, "#")
		.replace(/\d+(?:[.,:]\d+)*/g, "#")
		.replace(/\s+/g, " ")
		.trim();
}

/** 53 bits are plenty for telling a few calls apart; nothing is trusted to it. */
function hash(text: string): string {
	let high = 0xdeadbeef;
	let low = 0x41c6ce57;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		high = Math.imul(high ^ code, 2654435761);
		low = Math.imul(low ^ code, 1597334677);
	}
	return (2 ** 21 * (low & 0x1fffff) + (high >>> 0)).toString(36);
}

import type { GoalId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import { holdsForKey } from "../../core/rules/holds.ts";
import type { Actor } from "../../core/values.ts";
import { bothWays, ways } from "../../core/ways.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import type { Log } from "../platform/ports.ts";
import type { KeyChain } from "../secrets/providerKeys.ts";

/** Keys that clients hand over, and the goals that waited for them. No key is in an answer, an event or a line of the log. */
export interface HandedKeys {
	/** Whether a provider of this name could be used with a key. */
	takes(provider: string): boolean;
	/** Takes the key over, or forgets it; resolves with the goals that go on. */
	take(provider: string, key: string | undefined, by: Actor): Promise<readonly GoalId[]>;
}

export function openHandedKeys(parts: {
	readonly agents: {
		giveKey(provider: string, key: string | undefined): boolean;
		takesKey(provider: string): boolean;
	};
	readonly keys: Pick<KeyChain, "isGiven">;
	readonly supervisor: Supervisor;
	readonly log: Log;
}): HandedKeys {
	const { agents, keys, supervisor, log } = parts;
	const givers = new Map<string, Actor>();

	/** Holds for a refused key are lifted by another one only. */
	async function lift(goalId: GoalId, provider: string, isNew: boolean, by: Actor): Promise<boolean> {
		const lifted = (goal: Awaited<ReturnType<Supervisor["goal"]>>) =>
			holdsForKey(goal, provider).filter((hold) => isNew || !hold.needsKey?.refused);
		if (lifted(await supervisor.goal(goalId)).length === 0) return false;
		await supervisor.commit(goalId, (goal) =>
			lifted(goal).map((hold) => ({ type: "hold.lifted", holdId: hold.holdId, by })),
		);
		return true;
	}

	/** A turn may have found no key in the moment before it came. */
	let isWatching = false;
	function watch(): void {
		if (isWatching) return;
		isWatching = true;
		supervisor.onSummary(({ goalId, deleted }) => {
			if (!deleted) void lateLift(goalId).catch((cause) => log.debug(`${goalId}: ${String(cause)}`));
		});
	}

	async function lateLift(goalId: GoalId): Promise<void> {
		const waiting = holdsForKey(await supervisor.goal(goalId)).map((hold) => hold.needsKey?.provider);
		for (const provider of waiting) {
			const by = provider !== undefined && keys.isGiven(provider) ? givers.get(provider) : undefined;
			if (by) await lift(goalId, provider!, false, by);
		}
	}

	return {
		takes: agents.takesKey,
		async take(provider, given, by) {
			if (!agents.takesKey(provider))
				throw new Refusal(
					"unknownProvider",
					`There is no provider of this name. ${bothWays(ways.providers)} list them.`,
				);
			const key = given?.trim();
			if (key !== undefined && !isKey(key))
				throw new Refusal(
					"badKey",
					"This is not a key: a key is one line without spaces, and has at least 6 characters. Nothing was kept.",
				);
			const isNew = agents.giveKey(provider, key);
			if (key === undefined) {
				givers.delete(provider);
				return [];
			}
			givers.set(provider, by);
			watch();
			const lifted = await Promise.all(
				supervisor
					.summaries()
					.filter(({ state }) => state !== "completed" && state !== "failed" && state !== "cancelled")
					.map(async ({ goalId }) => ((await lift(goalId, provider, isNew, by)) ? goalId : undefined)),
			);
			return lifted.filter((goalId) => goalId !== undefined);
		},
	};
}

/** What can stand in a header, and is long enough to be taken out of texts again. */
function isKey(text: string): boolean {
	return /^[\x21-\x7e]{6,}$/.test(text);
}

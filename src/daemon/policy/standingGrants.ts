import { readFileSync } from "node:fs";
import * as v from "valibot";
import { eventBodies } from "../../core/events.ts";
import type { Goal, Grant } from "../../core/goal.ts";
import { type GoalId, GoalIdSchema } from "../../core/ids.ts";
import { FolderIdentity } from "../../core/values.ts";
import { writeDurably } from "../platform/durableFile.ts";
import { isSameFolder } from "./folderIdentity.ts";

/**
 * What a person approved for a folder, whichever goal works in it. The goal in which it was approved has it in its log;
 * this file in the data folder carries it to the others, and outlives that goal.
 */
export interface StandingGrants {
	/** Of a folder: the one that it was given for, and no other that came to stand at its path. */
	of(place: Pick<Goal, "workspace" | "folder">): readonly StandingGrant[];
	all(): readonly StandingGrant[];
	/** Durable when it returns. Adding the same again changes nothing. */
	add(grant: StandingGrant): void;
	/** The grant that stands no more; undefined when there was none. */
	revoke(grantId: string): StandingGrant | undefined;
}

export interface StandingGrant extends Grant {
	readonly workspace: string;
	/** What the folder was known by. */
	readonly folder?: FolderIdentity;
	/** In which goal it was given. */
	readonly goalId: GoalId;
}

const Stored = v.array(
	v.object({
		...eventBodies["grant.added"].entries,
		addedAt: v.string(),
		workspace: v.string(),
		folder: v.optional(FolderIdentity),
		goalId: GoalIdSchema,
	}),
);

/** A file that cannot be read grants nothing: what it covered is asked about again. */
export function openStandingGrants(file: string, onProblem: (sentence: string) => void): StandingGrants {
	let grants: readonly StandingGrant[] = read();
	return {
		of: ({ workspace, folder }) =>
			grants.filter(
				(grant) => grant.workspace === workspace && (!grant.folder || !folder || isSameFolder(grant.folder, folder)),
			),
		all: () => grants,
		add(grant) {
			if (!grants.some(({ grantId }) => grantId === grant.grantId)) keep([...grants, grant]);
		},
		revoke(grantId) {
			const revoked = grants.find((grant) => grant.grantId === grantId);
			if (revoked) keep(grants.filter((grant) => grant !== revoked));
			return revoked;
		},
	};

	function read(): readonly StandingGrant[] {
		try {
			return v.parse(Stored, JSON.parse(readFileSync(file, "utf8")));
		} catch (cause) {
			if ((cause as NodeJS.ErrnoException).code !== "ENOENT")
				onProblem(`${file} cannot be read, so nothing is approved for a whole folder: ${String(cause)}`);
			return [];
		}
	}

	/** Written whole or not at all. */
	function keep(next: readonly StandingGrant[]): void {
		writeDurably(file, JSON.stringify(next, null, "\t"));
		grants = next;
	}
}

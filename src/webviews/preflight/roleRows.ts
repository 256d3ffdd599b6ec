import type { Source } from "../../core/settings.ts";
import type { Assignment, Effort } from "../../core/values.ts";
import type { LaunchPreparation, RoleOffer } from "../../protocol/launchDefaults.ts";
import type { Draft, RoleEdit } from "./draft.ts";

export interface RoleRow {
	readonly key: string;
	readonly role: string;
	/** Added here, so that it has a name to write and can be taken away. */
	readonly isAdded: boolean;
	/** Works even where no launch names it. */
	readonly isBuiltIn: boolean;
	readonly about: string;
	readonly enabled: boolean;
	readonly agent?: { readonly provider: string; readonly model: string };
	readonly effort?: Effort;
	readonly instructions: string;
	readonly source: Source;
	readonly isEdited: boolean;
	/** Says what its source says: switching a role on or off changes nothing of that. */
	readonly isAsOffered: boolean;
	readonly from?: string;
	readonly base?: Assignment;
}

const alwaysThere = ["planner", "implementer"];

/** The roles that every launch knows, then those of presets and files, then those added here. */
export function rowsOf(draft: Draft, prepared: LaunchPreparation): readonly RoleRow[] {
	const known = prepared.roles.map((offer) => {
		const base = prepared.settings.assignments.find(({ role }) => role === offer.role);
		return rowOf(offer, base, draft.roles[offer.role]);
	});
	const added = draft.added.map(({ key, name }) => {
		const own: RoleOffer = { role: name, about: "", source: { kind: "launch" } };
		return { ...rowOf(own, undefined, { enabled: true, ...draft.roles[key] }), key, isAdded: true };
	});
	return [...known, ...added];
}

function rowOf(offer: RoleOffer, base: Assignment | undefined, edit: RoleEdit = {}): RoleRow {
	const isBuiltIn = alwaysThere.includes(offer.role);
	const from = base ?? offer.settings;
	const given = from?.provider && from.model ? { provider: from.provider, model: from.model } : undefined;
	const agent = edit.agent === undefined ? given : (edit.agent ?? undefined);
	const effort = edit.effort ?? (edit.agent === undefined ? from?.effort : edit.agent?.effort);
	return {
		key: offer.role,
		role: offer.role,
		isAdded: false,
		isBuiltIn,
		about: offer.about,
		enabled: edit.enabled ?? (base ? base.enabled : isBuiltIn),
		agent: agent && { provider: agent.provider, model: agent.model },
		effort: effort || undefined,
		instructions: edit.instructions ?? base?.instructions ?? offer.instructions ?? "",
		source: offer.source,
		isEdited: Object.values(edit).some((value) => value !== undefined),
		isAsOffered: [edit.agent, edit.effort, edit.instructions].every((value) => value === undefined),
		from: offer.from,
		base,
	};
}

/** Who is named in the launch: all roles that work, and those that were turned off. */
export function assignmentsOf(rows: readonly RoleRow[]): Assignment[] {
	return rows.flatMap((row) => {
		const says = row.agent ?? row.effort ?? (row.instructions || undefined);
		const isLeftAlone = row.isBuiltIn ? row.enabled && !says : !row.enabled;
		if (isLeftAlone && !row.base) return [];
		const offered = row.base?.source ?? (row.source.kind === "roleFile" ? "roleFile" : "launch");
		return [
			{
				role: row.role.trim(),
				...(row.agent ?? { inherits: true }),
				effort: row.effort,
				enabled: row.enabled,
				instructions: row.instructions.trim() || undefined,
				source: row.isAsOffered ? offered : "launch",
				from: row.isAsOffered ? (row.base?.from ?? row.from) : undefined,
			},
		];
	});
}

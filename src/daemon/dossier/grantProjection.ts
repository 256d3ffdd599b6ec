import type { EventBody, RecordedEvent } from "../../core/events.ts";
import type { GrantId } from "../../core/ids.ts";
import { actorName } from "../../core/values.ts";

/** Every standing yes, and how it ended. */
export interface GrantRecord extends Pick<EventBody<"grant.added">, "scope" | "kind" | "subject"> {
	readonly at: string;
	readonly by: string;
	/** A file that the command names was changed: it is asked about again. */
	readonly lapsed?: { readonly at: string; readonly path: string };
	readonly revoked?: { readonly at: string; readonly by?: string; readonly reason: string };
}

const kept = 200;

export function createGrantProjection() {
	const records = new Map<GrantId, GrantRecord>();
	const named = new Map<string, GrantId[]>();
	return {
		add(event: RecordedEvent): void {
			if (event.type === "grant.added") {
				const { at, scope, kind, subject, by } = event;
				records.set(event.grantId, { at, scope, kind, subject, by: actorName(by) });
				for (const path of Object.keys(event.files)) named.set(path, [...(named.get(path) ?? []), event.grantId]);
				const [oldest] = records.keys();
				if (records.size > kept && oldest) records.delete(oldest);
			}
			if (event.type === "file.changed") {
				const { at, path } = event;
				for (const grantId of named.get(path) ?? []) {
					const lapsing = records.get(grantId);
					if (lapsing) records.set(grantId, { lapsed: { at, path }, ...lapsing });
				}
				named.delete(path);
			}
			const record = event.type === "grant.revoked" ? records.get(event.grantId) : undefined;
			if (event.type !== "grant.revoked" || !record) return;
			const { at, by, reason } = event;
			records.set(event.grantId, { ...record, revoked: { at, by: by && actorName(by), reason } });
		},
		records: (): readonly GrantRecord[] => [...records.values()],
	};
}

import type { ComponentChildren } from "preact";

/** What an icon's colour means. The word beside it says the same. */
export type Tone = "done" | "active" | "wait" | "fail" | "idle" | "agent";

/** A codicon, or one of the three marks that codicons lack. */
export type IconName = keyof typeof own | (string & {});

export interface Mark {
	readonly icon: IconName;
	readonly tone: Tone;
}

/** Icons have no name of their own: what they say stands in words beside them. */
export function Icon({ icon, tone = "idle", spin }: { icon: IconName; tone?: Tone; spin?: boolean }) {
	const drawn = own[icon as keyof typeof own];
	if (!drawn) return <i class={`icon codicon codicon-${icon} tone-${tone}${spin ? " spin" : ""}`} aria-hidden="true" />;
	return (
		<svg class={`icon tone-${tone}`} viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden="true">
			{drawn}
		</svg>
	);
}

const own = {
	/** In review: half done. */
	"half-disc": (
		<>
			<circle cx="8" cy="8" r="6.4" />
			<path d="M8 4.2a3.8 3.8 0 0 1 0 7.6z" fill="currentColor" stroke="none" />
		</>
	),
	/** Was true once. */
	stale: (
		<>
			<circle cx="8" cy="8" r="6.4" stroke-dasharray="2.5 1.52" />
			<path d="M8 4.6V8l2.4 1.6" />
		</>
	),
	/** Will not be done. */
	skipped: <circle cx="8" cy="8" r="6.4" stroke-dasharray="2.5 1.52" />,
} satisfies Record<string, ComponentChildren>;

import type { ComponentChildren } from "preact";
import type { MarkIcon, Tone } from "../../core/words/marks.ts";

/** A codicon, and what its colour means: `tone-…` in tokens.css. The word beside it says the same. */
export interface Shape {
	readonly icon: MarkIcon | (string & {});
	readonly tone: Tone;
}

/** Icons have no name of their own: what they say stands in words beside them. */
export function Icon({ icon, tone = "idle", spin }: { icon: Shape["icon"]; tone?: Tone; spin?: boolean }) {
	const drawn = own[icon as keyof typeof own];
	if (!drawn) return <i class={`icon codicon codicon-${icon} tone-${tone}${spin ? " spin" : ""}`} aria-hidden="true" />;
	return (
		<svg class={`icon tone-${tone}`} viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden="true">
			{drawn}
		</svg>
	);
}

/** Three states are drawn by us, as weighty as the icons beside them. */
const own = {
	"color-mode": (
		<>
			<circle cx="8" cy="8" r="6.4" />
			<path d="M8 4.2a3.8 3.8 0 0 1 0 7.6z" fill="currentColor" stroke="none" />
		</>
	),
	history: (
		<>
			<circle cx="8" cy="8" r="6.4" stroke-dasharray="2.5 1.52" />
			<path d="M8 4.6V8l2.4 1.6" />
		</>
	),
	"issue-draft": <circle cx="8" cy="8" r="6.4" stroke-dasharray="2.5 1.52" />,
} satisfies { readonly [I in MarkIcon]?: ComponentChildren };

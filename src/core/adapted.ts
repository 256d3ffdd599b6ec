import type { EventBody } from "./events.ts";
import { formatModelRef } from "./modelRef.ts";

/** What a goal's person was told of an endpoint that is asked otherwise: once a goal. */
export function adaptedKey({
	asked: { provider, model },
	parameter,
	instead,
}: Pick<EventBody<"provider.adapted">, "asked" | "parameter" | "instead">): string {
	return `${formatModelRef({ provider, model })} ${parameter}: ${instead}`;
}

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * Some of the toolkit's parts tell of a change also when it was the page that made it. What is shown is kept here, so
 * that only what a person changes is passed on.
 */
export function useShownValue<T>(field: RefObject<HTMLElement | null>, property: "value" | "checked", value: T) {
	const shown = useRef(value);
	shown.current = value;
	useLayoutEffect(() => {
		const element = field.current as (HTMLElement & Record<string, unknown>) | null;
		if (element && element[property] !== value) element[property] = value;
	});
	/** What the person chose, or undefined where nothing differs from what is shown. */
	return (event: Event): T | undefined => {
		const chosen = (event.currentTarget as HTMLElement & Record<string, unknown>)[property] as T;
		return chosen === shown.current ? undefined : chosen;
	};
}

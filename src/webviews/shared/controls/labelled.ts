import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** A toolkit field names itself when it is connected ("Text field"); this gives it its own name after that. */
export function useLabel(label: string): RefObject<HTMLElement | null> {
	const field = useRef<HTMLElement>(null);
	useLayoutEffect(() => field.current?.setAttribute("aria-label", label), [label]);
	return field;
}

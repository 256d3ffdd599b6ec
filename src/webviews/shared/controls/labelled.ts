import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** A toolkit field names itself when it is connected ("Text field"); this gives it its own name after that. */
export function useLabel(label: string, invalid = false): RefObject<HTMLElement | null> {
	const field = useRef<HTMLElement>(null);
	useLayoutEffect(() => field.current?.setAttribute("aria-label", label), [label]);
	useLayoutEffect(() => {
		if (invalid) field.current?.setAttribute("aria-invalid", "true");
		else field.current?.removeAttribute("aria-invalid");
	}, [invalid]);
	return field;
}

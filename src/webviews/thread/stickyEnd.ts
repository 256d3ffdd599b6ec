import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Keeps the end in view only for a reader who is there. */
export function useStickyEnd(changes: readonly unknown[]) {
	const scroller = useRef<HTMLDivElement>(null);
	const atEnd = useRef(true);
	const [ready, setReady] = useState(false);
	useEffect(() => {
		const element = scroller.current;
		if (!element) return;
		let lastTop = element.scrollTop;
		// Only a reader scrolls up; text that comes below moves the end away, and the reader stays with it.
		const onScroll = () => {
			if (element.scrollTop + element.clientHeight >= element.scrollHeight - 8) atEnd.current = true;
			else if (element.scrollTop < lastTop) atEnd.current = false;
			lastTop = element.scrollTop;
		};
		const stay = () => {
			if (atEnd.current) element.scrollTop = element.scrollHeight;
		};
		const onResize = new ResizeObserver(stay);
		const onContent = new MutationObserver(stay);
		element.addEventListener("scroll", onScroll);
		onResize.observe(element);
		onContent.observe(element, { childList: true, subtree: true, characterData: true });
		setReady(true);
		return () => {
			element.removeEventListener("scroll", onScroll);
			onResize.disconnect();
			onContent.disconnect();
		};
	}, []);
	useLayoutEffect(() => {
		const element = scroller.current;
		if (element && atEnd.current) element.scrollTop = element.scrollHeight;
	}, [...changes, ready]);
	return scroller;
}

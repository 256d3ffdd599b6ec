import { useEffect, useMemo, useState } from "preact/hooks";
import type { GoalId } from "../../core/ids.ts";
import { type GoalWatch, watchGoal } from "./goalWatch.ts";
import type { Host } from "./host.ts";

/** The goal, watched for as long as the component shows it; renders again at most once a frame. */
export function useGoal(host: Host, goalId: GoalId): GoalWatch {
	const watch = useMemo(() => watchGoal(host, goalId), [host, goalId]);
	const renderAgain = useRenderAgain();
	useEffect(() => {
		let frame = 0;
		const stop = watch.subscribe(() => {
			frame ||= requestAnimationFrame(() => {
				frame = 0;
				renderAgain();
			});
		});
		renderAgain();
		return () => {
			stop();
			cancelAnimationFrame(frame);
			watch.close();
		};
	}, [watch]);
	return watch;
}

export function useRenderAgain(): () => void {
	const [, setTurn] = useState(0);
	return useMemo(() => () => setTurn((turn) => turn + 1), []);
}

/** The time, every `everyMs` while `running`. */
export function useNow(everyMs: number, running = true): number {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		if (!running) return;
		setNow(Date.now());
		const timer = setInterval(() => setNow(Date.now()), everyMs);
		return () => clearInterval(timer);
	}, [everyMs, running]);
	return running ? now : Date.now();
}

/** Whether a wait has lasted: nothing is shown for the first 300 ms of it. */
export function useLasting(waiting: boolean): boolean {
	const [lasting, setLasting] = useState(false);
	useEffect(() => {
		if (!waiting) {
			setLasting(false);
			return;
		}
		const timer = setTimeout(() => setLasting(true), 300);
		return () => clearTimeout(timer);
	}, [waiting]);
	return waiting && lasting;
}

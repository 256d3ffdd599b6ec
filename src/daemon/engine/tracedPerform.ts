import { type Trace, timed } from "../platform/trace.ts";
import type { Perform } from "./driver.ts";

export function tracedPerform(perform: Perform, trace: Trace): Perform {
	return (activity, driver, signal) => {
		const subject = Object.entries(activity).flatMap(([name, value]) => (name.endsWith("Id") ? [value] : []));
		const what = ["effect:", activity.kind, ...subject, "of", driver.goal().goalId].join(" ");
		return timed(trace, what, () => perform(activity, driver, signal));
	};
}

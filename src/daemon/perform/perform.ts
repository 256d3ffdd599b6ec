import type { Perform } from "../engine/driver.ts";
import { performUndo } from "../undo/performUndo.ts";
import { performCall } from "./call.ts";
import { performCheck } from "./check.ts";
import { performFinish } from "./finish.ts";
import type { PerformParts } from "./parts.ts";
import { performReview } from "./review.ts";
import { performSnapshot } from "./snapshot.ts";
import { performTurn } from "./turn.ts";

/** Carries out whatever `next` says is ready; a new kind of deed is a new row here. */
export function performWith(parts: PerformParts): Perform {
	return (deed, driver, signal) => {
		const performing = { parts, driver, signal };
		switch (deed.kind) {
			case "turn":
				return performTurn(performing, deed.threadId);
			case "call":
				return performCall(performing, deed.toolCallId);
			case "check":
				return performCheck(performing, deed.checkId);
			case "snapshot":
				return performSnapshot(performing);
			case "undo":
				return performUndo(performing);
			case "review":
				return performReview(performing, deed.stepId);
			case "finish":
				return performFinish(performing);
		}
	};
}

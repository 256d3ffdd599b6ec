import { runSurface, type Surface } from "../shared/surface.tsx";
import { ThreadPage } from "./threadPage.tsx";
import "./thread.css";

/** One thread: who speaks to whom about what, what was done, what waits; to read and to steer. */
runSurface(({ surface }: { surface: Surface }) =>
	surface.goalId === undefined ? (
		<p class="empty">No thread is chosen. Open one from the goals view, the feed or a notification.</p>
	) : (
		<ThreadPage
			key={`${surface.goalId} ${surface.threadId ?? ""}`}
			surface={surface}
			goalId={surface.goalId}
			threadId={surface.threadId}
		/>
	),
);

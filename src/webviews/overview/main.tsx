import { runSurface, type Surface } from "../shared/surface.tsx";
import { OverviewPage } from "./overviewPage.tsx";
import "./overview.css";

/** One goal on one page: what state and why, what waits for the person, what is next, the rest. */
runSurface(({ surface }: { surface: Surface }) =>
	surface.goalId === undefined ? (
		<p class="empty">No goal is chosen. Open one from the goals view.</p>
	) : (
		<OverviewPage key={surface.goalId} surface={surface} goalId={surface.goalId} />
	),
);

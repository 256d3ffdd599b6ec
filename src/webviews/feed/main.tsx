import { runSurface, type Surface } from "../shared/surface.tsx";
import { FeedPage } from "./feedPage.tsx";
import { GoalPicker } from "./goalPicker.tsx";
import "./feed.css";

/** The feed of a goal in the panel: everything that happens, as it happens. Without a goal it offers one. */
runSurface(({ surface }: { surface: Surface }) =>
	surface.goalId === undefined ? (
		<GoalPicker surface={surface} />
	) : (
		<FeedPage key={surface.goalId} surface={surface} goalId={surface.goalId} />
	),
);

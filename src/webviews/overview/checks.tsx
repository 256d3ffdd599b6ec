import type { Check, Goal } from "../../core/goal.ts";
import type { CheckId } from "../../core/ids.ts";
import { checkRefusal, goalRefusal } from "../../core/rules/controls.ts";
import { CheckRow } from "../shared/checkRow.tsx";
import { Link } from "../shared/link.tsx";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";

/** Every check of the goal and of its steps, what needs a look first. */
export function Checks(props: {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly onRefused: (sentence: string | undefined) => void;
}) {
	const { webview, goal, onRefused } = props;
	const checks = Object.values(goal.checks);
	if (checks.length === 0) return null;
	const stale = checks.filter((check) => check.state === "stale");
	const run = (checkIds: readonly CheckId[]) =>
		Promise.all(checkIds.map((checkId) => webview.host.request("check/run", { goalId: goal.goalId, checkId })))
			.then(() => onRefused(undefined))
			.catch((cause) => onRefused(sentence(cause)));
	return (
		<section class="block" aria-labelledby="checks">
			<div class="section-head">
				<h2 id="checks">{t("Checks")}</h2>
				<span class="grow" />
				{stale.length > 0 && goalRefusal("runChecks", goal) === undefined ? (
					<Link class="small" onOpen={() => void run(stale.map((check) => check.checkId))}>
						{t("Run Stale")}
					</Link>
				) : null}
			</div>
			{checks.map((check) => (
				<CheckRow
					key={check.checkId}
					check={check}
					detail={detailOf(check)}
					action={
						check.state === "red" && checkRefusal(goal, check) === undefined ? (
							<Link label={t("Run {0} again", check.command)} onOpen={() => void run([check.checkId])}>
								{t("Run Again")}
							</Link>
						) : undefined
					}
				/>
			))}
		</section>
	);
}

function detailOf(check: Check): string | undefined {
	if (check.state === "stale") return t("was green; files changed since");
	return undefined;
}

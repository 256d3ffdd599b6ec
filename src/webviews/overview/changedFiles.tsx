import { useState } from "preact/hooks";
import type { Goal } from "../../core/goal.ts";
import type { ChangeView } from "../../protocol/view.ts";
import { plural } from "../shared/format.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";

const shownAtFirst = 10;

/** Each changed file once, with its diff a click away. */
export function ChangedFiles(props: {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly changes: readonly ChangeView[];
	readonly untracked: string | undefined;
}) {
	const { webview, goal, changes, untracked } = props;
	const { goalId } = goal;
	const [all, setAll] = useState(false);
	if (changes.length === 0 && !untracked) return null;
	const shown = all ? changes : changes.slice(0, shownAtFirst);
	return (
		<section class="block" aria-labelledby="files">
			<div class="section-head">
				<h2 id="files">{t("Changed files")}</h2>
				<span class="quiet small">{changes.length}</span>
			</div>
			{untracked ? (
				<p class="row small">
					<Icon icon="warning" tone="wait" />
					{t("Changes are not tracked: {0}", untracked)}
				</p>
			) : null}
			<ul class="files">
				{shown.map((change) => (
					<li key={change.path} class="row">
						<Icon icon="diff-single" tone="active" />
						<Link
							class="cut"
							onOpen={() =>
								webview.open({ kind: "change", goalId, path: change.path, before: change.before, after: change.after })
							}
						>
							{change.path}
						</Link>
						<span class="quiet small nowrap">
							{[statusWords[change.status](), writer(change)].filter(Boolean).join(" · ")}
						</span>
						<span class="grow" />
						{change.added === undefined ? null : (
							<span class="small num nowrap">
								<span class="added">+{change.added}</span> <span class="removed">−{change.removed ?? 0}</span>
							</span>
						)}
					</li>
				))}
			</ul>
			{changes.length > shownAtFirst ? (
				<button type="button" class="link small" aria-expanded={all} onClick={() => setAll(!all)}>
					{all ? t("Show fewer") : plural(changes.length - shownAtFirst, "{0} more file", "{0} more files")}
				</button>
			) : null}
		</section>
	);
}

const statusWords: { readonly [S in ChangeView["status"]]: () => string } = {
	added: () => t("added"),
	modified: () => "",
	deleted: () => t("deleted"),
	renamed: () => t("renamed"),
};

function writer(change: ChangeView): string | undefined {
	return change.by === "outside"
		? t("outside the goal")
		: change.by === "check"
			? t("by a check")
			: change.by === "undo"
				? t("by undo")
				: undefined;
}

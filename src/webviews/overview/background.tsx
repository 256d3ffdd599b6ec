import { useEffect, useState } from "preact/hooks";
import type { Goal } from "../../core/goal.ts";
import { elapsed } from "../../core/words/duration.ts";
import { backgroundMarks } from "../../core/words/marks.ts";
import { type BackgroundView, viewBackground } from "../../protocol/view.ts";
import { clock, who } from "../shared/format.ts";
import type { Host } from "../shared/host.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t, tLabel } from "../shared/words.ts";

/** Of those that are over. */
const overShown = 3;
const askAgainMs = 2000;

/** Commands that agents run in the background: since when, what they printed last, and an end to them. */
export function Background(props: {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly now: number;
	readonly onRefused: (sentence: string | undefined) => void;
}) {
	const { webview, goal, now, onRefused } = props;
	const { goalId } = goal;
	const lines = useLastLines(webview.host, goal);
	const all = viewBackground(goal, (toolCallId) => lines[toolCallId]);
	const running = all.filter((one) => one.state !== "ended");
	const shown = [...running, ...all.filter((one) => one.state === "ended").slice(0, overShown)];
	if (shown.length === 0) return null;
	const stop = ({ toolCallId }: BackgroundView) =>
		void webview.host.request("background/stop", { goalId, toolCallId }).then(
			() => onRefused(undefined),
			(cause) => onRefused(sentence(cause)),
		);
	return (
		<section class="block" aria-labelledby="background">
			<div class="section-head">
				<h2 id="background">{t("In the background")}</h2>
				<span class="quiet small">{running.length}</span>
			</div>
			{shown.map((one) => (
				<div key={one.toolCallId} class="check-row" data-background={one.toolCallId}>
					<Icon {...backgroundMarks[one.state]} />
					<code class="plain cut" title={one.command}>
						{one.command}
					</code>
					<span class={`row num nowrap${one.state === "running" ? "" : " quiet"}`}>
						{one.state === "running" ? (
							<Link label={t("Stop {0}", one.command)} onOpen={() => stop(one)}>
								{t("Stop")}
							</Link>
						) : null}
						{stateOf(one, now)}
					</span>
					{detailOf(one) ? <span class="detail">{detailOf(one)}</span> : null}
				</div>
			))}
		</section>
	);
}

function stateOf({ state, startedAt, exitCode }: BackgroundView, now: number): string {
	if (state === "running")
		return t("since {0} · {1}", clock(startedAt), elapsed(Math.max(0, now - Date.parse(startedAt))));
	if (state === "ended" && exitCode !== undefined) return t("ended with exit code {0}", exitCode);
	return tLabel(backgroundMarks[state].word);
}

function detailOf({ state, stoppedBy, lastLine }: BackgroundView): string | undefined {
	const by = stoppedBy && state === "ended" ? t("stopped by {0}", who(stoppedBy)) : undefined;
	return [by, lastLine].filter(Boolean).join(" · ") || undefined;
}

/** What those that run printed last, which no event says: asked for again and again while one runs. */
function useLastLines(host: Host, { goalId, background = {} }: Goal): Readonly<Record<string, string | undefined>> {
	const [lines, setLines] = useState<Readonly<Record<string, string | undefined>>>({});
	const running = Object.values(background)
		.filter(({ ended }) => !ended)
		.map(({ toolCallId }) => toolCallId)
		.join(" ");
	useEffect(() => {
		if (running === "") return;
		let timer: ReturnType<typeof setTimeout> | undefined;
		let over = false;
		const ask = async () => {
			try {
				const { commands } = await host.request("background/list", { goalId });
				if (!over) setLines(Object.fromEntries(commands.map((one) => [one.toolCallId, one.lastLine])));
			} catch (cause) {
				console.warn(cause);
			}
			if (!over) timer = setTimeout(ask, askAgainMs);
		};
		void ask();
		return () => {
			over = true;
			clearTimeout(timer);
		};
	}, [host, goalId, running]);
	return lines;
}

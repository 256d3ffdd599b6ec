import type { ComponentChildren } from "preact";
import type { Goal } from "../../core/goal.ts";
import { triesAgainAt } from "../../core/rules/goalState.ts";
import { capital } from "../../core/words/capital.ts";
import { markOfGoal } from "../../core/words/markOf.ts";
import { stateReason } from "../../core/words/stateReason.ts";
import { waitText } from "../../core/words/waiting.ts";
import type { Connection } from "../../protocol/webview.ts";
import { clock, localTimes } from "./format.ts";
import { useNow } from "./hooks.ts";
import type { Host } from "./host.ts";
import { Icon } from "./icon.tsx";
import { Link } from "./link.tsx";
import { t, tLabel } from "./words.ts";

/** What state, and why: the first thing to read in a webview. Without the daemon, the last known state stays below it. */
export function StateLine(props: {
	readonly goal: Goal;
	readonly connection: Connection;
	readonly host: Host;
	readonly children?: ComponentChildren;
}) {
	const { goal, connection, host } = props;
	const again = triesAgainAt(goal);
	const now = useNow(1000, again !== undefined);
	if (connection.state !== "connected") return <Disconnected connection={connection} host={host} />;
	const mark = markOfGoal(goal);
	const word = capital(mark.word);
	return (
		<div class="state-line" role="status">
			<Icon icon={mark.icon} tone={mark.tone} />
			<span class="strong nowrap">{capital(tLabel(mark.word))}</span>
			<span class="why">{localTimes(stateReason(goal)).replace(`${word}: `, "")}</span>
			{again !== undefined && Date.parse(again) > now && (
				// Spoken once, with the sentence before it; not each second.
				<span class="quiet nowrap countdown" aria-hidden="true">
					{t("in {0}", waitText(Date.parse(again) - now))}
				</span>
			)}
			<span class="grow" />
			{props.children}
		</div>
	);
}

export function Disconnected({ connection, host }: { connection: Connection; host: Host }) {
	const seen = connection.lastSeen ? ` ${t("Last seen {0}.", clock(connection.lastSeen))}` : "";
	return (
		<div class="state-line" role="status">
			<Icon icon="debug-disconnect" tone="wait" />
			<span class="strong nowrap">{t("Not connected.")}</span>
			<span class="why">
				{seen} {connection.state === "connecting" ? t("Trying again.") : t("The daemon is not running.")}
			</span>
			<Link onOpen={() => void host.request("webview/startDaemon", {}).catch(() => undefined)}>{t("Start")}</Link>
		</div>
	);
}

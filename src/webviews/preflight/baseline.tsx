import { useEffect, useRef, useState } from "preact/hooks";
import { duration, elapsed } from "../../core/words/duration.ts";
import { baselineMarks } from "../../core/words/marks.ts";
import type { BaselinePart, BaselineRow } from "../../protocol/baseline.ts";
import { firstLine } from "../shared/format.ts";
import { useNow } from "../shared/hooks.ts";
import { Icon, type Shape } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import { Row } from "./baselineRow.tsx";
import type { CheckedToday, Draft, Providers } from "./draft.ts";
import { ProviderRows } from "./providerRows.tsx";

/**
 * What is there before anything runs. Every part is asked for by itself and stands in its row when it is known; nothing
 * waits for it, least of all the form.
 */
export function Baseline(props: {
	readonly webview: Webview;
	readonly workspace: string;
	readonly checks: readonly string[];
	/** Providers that the form names. */
	readonly named: readonly string[];
	/** A sentence where the agents could not be asked for. */
	readonly providers: Providers | string | undefined;
	readonly checked: Draft["checked"];
	readonly onChecked: (key: string, checked: CheckedToday) => void;
}) {
	const { webview, workspace, checks, providers, checked, onChecked } = props;
	const parts = useParts(webview, workspace);
	const done = Object.keys(parts).length + (providers === undefined ? 0 : 1);
	const total = partNames.length + 1;
	return (
		<aside aria-label={t("Baseline before launch")}>
			<div class="row baseline-head">
				<h2>{t("Baseline")}</h2>
				<span class="grow" />
				<span class="quiet small num nowrap" role="status">
					{done < total ? t("{0} of {1}", done, total) : t("all looked at")}
				</span>
				{done < total ? <Icon icon="loading" tone="active" spin /> : null}
			</div>
			<h3>{t("Workspace")}</h3>
			{partNames.map((name) => {
				const found = parts[name];
				if (!found) return <Row key={name} mark={looking} label={partLabels[name]()} value={t("looking")} />;
				if (typeof found === "string")
					return <Row key={name} mark={baselineMarks.note} label={partLabels[name]()} detail={found} />;
				return found.map((row) => (
					<Row
						key={`${name}.${row.id}`}
						mark={baselineMarks[row.state]}
						label={row.label}
						value={<Value webview={webview} row={row} />}
						detail={row.detail}
					/>
				));
			})}
			<h3>{t("Agents")}</h3>
			{providers === undefined ? (
				<Row mark={looking} label={t("Providers")} value={t("looking")} />
			) : typeof providers === "string" ? (
				<Row mark={baselineMarks.note} label={t("Providers")} detail={providers} />
			) : providers.providers.length === 0 ? (
				<Row mark={baselineMarks.note} label={t("No provider is set up")} />
			) : (
				<ProviderRows webview={webview} providers={providers} named={props.named} />
			)}
			{checks.length > 0 ? <h3>{t("Checks today")}</h3> : null}
			{checks.map((command) => {
				const key = `${workspace}\n${command}`;
				const known = checked?.[key];
				return (
					<CheckToday
						key={key}
						webview={webview}
						workspace={workspace}
						command={command}
						outcome={known && isToday(known.at) ? known.outcome : undefined}
						onOutcome={(outcome) => onChecked(key, { at: Date.now(), outcome })}
					/>
				);
			})}
		</aside>
	);
}

/** With the way to where something can be done about it. */
function Value({ webview, row }: { readonly webview: Webview; readonly row: BaselineRow }) {
	const target = row.id === "git.dirty" && row.state === "ok" ? undefined : targets[row.id];
	if (!target) return <>{row.value}</>;
	return (
		<>
			{row.value ? `${row.value} · ` : ""}
			<Link class="small" label={t("Show {0}", row.label)} onOpen={() => webview.open({ kind: target })}>
				{t("Show")}
			</Link>
		</>
	);
}

const targets: Readonly<Record<string, "sourceControl" | "serverInputs">> = {
	"git.dirty": "sourceControl",
	"mcp.inputs": "serverInputs",
};

type Part = BaselinePart;
type Rows = readonly BaselineRow[];

const partLabels: { readonly [P in Part]: () => string } = {
	git: () => "Git",
	tracking: () => t("Change tracking"),
	tools: () => t("Tools"),
	disk: () => t("Disk"),
	sandbox: () => t("Sandbox"),
	guidance: () => t("Instructions"),
};
const partNames = Object.keys(partLabels) as Part[];

const looking: Shape = { icon: "circle-large", tone: "idle" };

function useParts(webview: Webview, workspace: string): { readonly [P in Part]?: Rows | string } {
	const [found, setFound] = useState<{ readonly [P in Part]?: Rows | string }>({});
	useEffect(() => {
		let over = false;
		setFound({});
		const take = (part: Part, rows: Rows | string) => {
			if (!over) setFound((known) => ({ ...known, [part]: rows }));
		};
		for (const part of partNames)
			webview.host.request("baseline/read", { workspace, part }).then(
				({ rows }) => take(part, rows),
				(cause) => take(part, sentence(cause)),
			);
		return () => {
			over = true;
		};
	}, [webview.host, workspace]);
	return found;
}

function isToday(at: number): boolean {
	return new Date(at).toDateString() === new Date().toDateString();
}

/** Run when the person asks for it: a check that is red already is for the goal to turn green. */
function CheckToday(props: {
	readonly webview: Webview;
	readonly workspace: string;
	readonly command: string;
	readonly outcome: CheckedToday["outcome"] | undefined;
	readonly onOutcome: (outcome: CheckedToday["outcome"]) => void;
}) {
	const { webview, workspace, command, outcome } = props;
	const [startedAt, setStartedAt] = useState<number>();
	const gone = useRef(false);
	const onOutcome = useRef(props.onOutcome);
	onOutcome.current = props.onOutcome;
	useEffect(
		() => () => {
			gone.current = true;
		},
		[],
	);
	const now = useNow(1000, startedAt !== undefined);
	async function run(): Promise<void> {
		setStartedAt(Date.now());
		const told = await webview.host
			.request("baseline/check", { workspace, command })
			.then(({ output, ...rest }) => ({ ...rest, output: firstLine(output.trim()) }))
			.catch((cause: unknown) => sentence(cause));
		if (gone.current) return;
		setStartedAt(undefined);
		onOutcome.current(told);
	}
	const label = (
		<code class="plain cut" title={command}>
			{command}
		</code>
	);
	if (startedAt !== undefined)
		return <Row mark={{ icon: "loading", tone: "active" }} spin label={label} value={elapsed(now - startedAt)} />;
	const again = (
		<Link class="small" label={outcome ? t("Run {0} again", command) : t("Run {0}", command)} onOpen={() => void run()}>
			{outcome ? t("Run again") : t("Run")}
		</Link>
	);
	if (outcome === undefined) return <Row mark={looking} label={label} value={again} />;
	if (typeof outcome === "string")
		return <Row mark={baselineMarks.problem} label={label} value={again} detail={outcome} />;
	const took = duration(outcome.durationMs);
	if (outcome.exitCode === 0)
		return (
			<Row
				mark={baselineMarks.ok}
				label={label}
				value={
					<>
						{took} · {again}
					</>
				}
			/>
		);
	const why = outcome.timedOut ? t("it took too long") : firstLine(outcome.output.trim());
	return (
		<Row
			mark={{ icon: "error", tone: "fail" }}
			label={label}
			value={
				<>
					{outcome.exitCode === undefined ? t("no end") : t("exit {0}", outcome.exitCode)} · {again}
				</>
			}
			detail={
				why
					? t("Already red before launch: {0}. The goal has to turn it green.", why.replace(/[.\s]+$/, ""))
					: t("Already red before launch. The goal has to turn it green.")
			}
		/>
	);
}

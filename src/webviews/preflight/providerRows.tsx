import { useEffect, useRef, useState } from "preact/hooks";
import { duration, elapsed } from "../../core/words/duration.ts";
import { baselineMarks } from "../../core/words/marks.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import { plural } from "../shared/format.ts";
import { useNow } from "../shared/hooks.ts";
import { Link } from "../shared/link.tsx";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import { Row } from "./baselineRow.tsx";
import type { Provider, Providers } from "./draft.ts";

/** What can be used, what the form names, what is configured, and programs that are here; the rest is there when it is asked for. */
export function ProviderRows(props: {
	readonly webview: Webview;
	readonly providers: Providers;
	readonly named: readonly string[];
}) {
	const { webview, providers, named } = props;
	const [all, setAll] = useState(false);
	const isWanted = ({ id, usable, source, kind, install }: Provider) =>
		usable || source === "config" || named.includes(id) || (kind === "acp" && install === undefined);
	const wanted = providers.providers.filter(isWanted);
	const others = providers.providers.filter((provider) => !isWanted(provider));
	return (
		<>
			{[...wanted, ...(all ? others : [])].map((provider) => (
				<ProviderRow key={provider.id} webview={webview} provider={provider} />
			))}
			{wanted.length === 0 && !all ? <Row mark={baselineMarks.note} label={t("None can be used here")} /> : null}
			{others.length > 0 ? (
				<button type="button" class="link small" aria-expanded={all} onClick={() => setAll(!all)}>
					{all
						? t("Only those that count here")
						: plural(others.length, "{0} more agent not set up, and why", "{0} more agents not set up, and why")}
				</button>
			) : null}
		</>
	);
}

function ProviderRow({ webview, provider }: { readonly webview: Webview; readonly provider: Provider }) {
	const { id, name = id, usable, latencyMs, reason, kind, needsLogin, source } = provider;
	if (kind === "acp" && (usable || needsLogin)) return <ProgramRow webview={webview} provider={provider} />;
	if (!usable) return <Row mark={baselineMarks.problem} label={name} value={lacking(provider)} detail={reason} />;
	const ready = source === "editor" ? t("VS Code, ready") : t("ready");
	const value = latencyMs === undefined ? ready : `${Math.round(latencyMs)} ms`;
	return <Row mark={baselineMarks.ok} label={name} value={value} />;
}

type Trial = Result<Methods, "provider/try">;

/** An agent that is a program: whether it starts is known when it was tried, which a person asks for. */
function ProgramRow({ webview, provider }: { readonly webview: Webview; readonly provider: Provider }) {
	const { id, name = id, version, usable } = provider;
	const [trial, setTrial] = useState<Trial | string>();
	const [startedAt, setStartedAt] = useState<number>();
	const now = useNow(1000, startedAt !== undefined);
	const gone = useRef(false);
	useEffect(
		() => () => {
			gone.current = true;
		},
		[],
	);
	async function start(): Promise<void> {
		setStartedAt(Date.now());
		const told = await webview.host
			.request("provider/try", { provider: id })
			.catch((cause: unknown) => sentence(cause));
		if (gone.current) return;
		setStartedAt(undefined);
		setTrial(told);
	}
	const label = <span title={version}>{name}</span>;
	const isTrying = startedAt !== undefined;
	const tryIt = (
		<Link
			class="small"
			disabled={isTrying}
			label={trial === undefined ? t("Try {0}", name) : t("Try {0} again", name)}
			onOpen={() => void start()}
		>
			{t("Try")}
		</Link>
	);
	const told: Partial<Trial> | undefined = typeof trial === "string" ? { reason: trial } : trial;
	const isGood = told ? told.ok === true : usable;
	const ready = told?.tookMs === undefined ? t("ACP, ready") : t("starts in {0}", duration(told.tookMs));
	const word = isGood ? ready : lacking(told ?? provider);
	return (
		<Row
			mark={isTrying ? trying : isGood ? baselineMarks.ok : baselineMarks.problem}
			spin={isTrying}
			label={label}
			value={
				<>
					{/* Empty while it is tried, so that the word is told also when it is the same again. */}
					<span role="status">{isTrying ? null : word}</span>
					{isTrying ? elapsed(now - startedAt) : null} · {tryIt}
				</>
			}
			detail={isGood || isTrying ? undefined : (told?.reason ?? provider.reason)}
		/>
	);
}

const trying = { icon: "loading", tone: "active" } as const;

function lacking({ needsKey, needsLogin, install }: Partial<Provider>): string {
	if (needsKey) return t("no key");
	if (needsLogin) return t("not signed in");
	return install ? t("not here") : t("not usable");
}

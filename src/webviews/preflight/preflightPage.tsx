import { useEffect, useRef, useState } from "preact/hooks";
import { agentKind } from "../../core/agentKinds.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import type { Result } from "../../protocol/methods.ts";
import { maxPromptChars } from "../../protocol/methods.ts";
import type { FormSeed, PlaybookText, WebviewMethods } from "../../protocol/webview.ts";
import { useLasting } from "../shared/hooks.ts";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import { type Draft, draftFrom, type Providers } from "./draft.ts";
import { LaunchForm } from "./launchForm.tsx";
import type { ChosenPlaybook } from "./playbookModel.ts";

type Start = Result<WebviewMethods, "form/start">;

/** Keeps what was said, and asks the daemon what the rest is. */
export function PreflightPage({ webview }: { webview: Webview }) {
	const [draft, setDraft] = useState<Draft>(() => draftFrom(webview.memory));
	const [start, setStart] = useState<Start>();
	const [refusal, setRefusal] = useState<string>();
	const { host } = webview;
	useKept(webview, draft);
	useEffect(() => {
		host.request("form/start", {}).then(
			(known) => {
				setStart(known);
				if (known.seed) setDraft((was) => seeded(was, known.seed!));
			},
			(cause) => setRefusal(sentence(cause)),
		);
		return host.on("form/seed", (seed) => setDraft((was) => seeded(was, seed)));
	}, [host]);
	const folders = start?.folders ?? [];
	const workspace = start ? folderOf(draft.workspace, folders) : undefined;
	const looks = useLooks();
	const playbook = usePlaybook(webview, workspace, draft.playbook, looks);
	const { prepared, problem, refusal: refused } = usePrepared(webview, workspace, draft.preset, playbook?.read, looks);
	const { providers, providersRefusal, lookAgain } = useProviders(webview, start !== undefined);
	const waiting = useLasting(!prepared && !problem && !refusal);
	if (start && !workspace) return <p class="empty">{t("A goal works in a folder. Open one, then launch.")}</p>;
	if (!prepared || !workspace)
		return refusal || problem ? <p class="empty">{refusal ?? problem}</p> : waiting ? <div class="progress" /> : null;
	return (
		<LaunchForm
			webview={webview}
			draft={draft}
			change={(fields) => setDraft((was) => ({ ...was, ...fields }))}
			replace={setDraft}
			workspace={workspace}
			folders={folders}
			prepared={prepared}
			chosen={playbook && { ...playbook, refusal: playbook.refusal ?? refused }}
			refusal={problem}
			providers={providers}
			providersRefusal={providersRefusal}
			lookAgain={lookAgain}
		/>
	);
}

/** The folder that was chosen, also one inside a folder of the window, as the explorer hands it over; else the first. */
function folderOf(wanted: string | undefined, folders: Start["folders"]): string | undefined {
	if (wanted === undefined) return folders[0]?.path;
	const isThere = folders.some(
		({ path }) => wanted === path || (wanted.startsWith(path) && isSlash(wanted[path.length])),
	);
	return isThere ? wanted : folders[0]?.path;
}

function isSlash(character: string | undefined): boolean {
	return character === "/" || character === "\\";
}

/** What the form was opened from comes after what had been written already; what is too long is told and left out. */
function seeded(draft: Draft, seed: FormSeed): Draft {
	const { prompt = "", workspace = draft.workspace } = seed;
	const isThere = prompt.trim() === "" || draft.prompt.includes(prompt);
	const both = [draft.prompt.trimEnd(), prompt].filter((text) => text !== "").join("\n\n");
	if (both.length > maxPromptChars) return { ...draft, workspace, leftOutChars: prompt.length };
	return { ...draft, workspace, prompt: isThere ? draft.prompt : both };
}

/** Kept over reloads and closing: the form is where it was left. A prompt that cannot be launched is not kept. */
function useKept(webview: Webview, draft: Draft): void {
	const latest = useRef(draft);
	const kept = useRef(draft);
	latest.current = draft;
	useEffect(() => {
		const keep = () => {
			if (kept.current === latest.current) return;
			kept.current = latest.current;
			const { leftOutChars: _, ...said } = latest.current;
			webview.remember(said.prompt.length > maxPromptChars ? { ...said, prompt: "" } : said);
		};
		// A page that is closed has no time left: what is short is kept at once.
		const timer = setTimeout(keep, draft.prompt.length < longPromptChars ? 0 : 300);
		window.addEventListener("pagehide", keep);
		window.addEventListener("blur", keep);
		return () => {
			clearTimeout(timer);
			window.removeEventListener("pagehide", keep);
			window.removeEventListener("blur", keep);
		};
	}, [draft]);
}

const longPromptChars = 20_000;

/** How often the person came back to the form: presets and playbooks may have changed meanwhile. */
function useLooks(): number {
	const [looks, setLooks] = useState(0);
	useEffect(() => {
		const lookAgain = () => setLooks((count) => count + 1);
		window.addEventListener("focus", lookAgain);
		return () => window.removeEventListener("focus", lookAgain);
	}, []);
	return looks;
}

/** The playbook's file as it is saved. What was read before stands until there is an answer, but never for another file. */
function usePlaybook(
	webview: Webview,
	workspace: string | undefined,
	file: string | undefined,
	looks: number,
): ChosenPlaybook | undefined {
	const [known, setKnown] = useState<ChosenPlaybook>();
	useEffect(() => {
		if (file === undefined || workspace === undefined) return;
		let over = false;
		webview.host.request("form/readPlaybook", { file, workspace }).then(
			(read) => !over && setKnown({ file, read }),
			(cause) => !over && setKnown({ file, refusal: sentence(cause) }),
		);
		return () => {
			over = true;
		};
	}, [webview.host, workspace, file, looks]);
	if (file === undefined) return undefined;
	return known?.file === file ? known : { file };
}

interface KnownPreparation {
	readonly prepared?: LaunchPreparation;
	/** Why the values could not be asked for. */
	readonly problem?: string;
	/** What is wrong in the playbook. */
	readonly refusal?: string;
	/** The digest of the playbook that they are for. */
	readonly of?: string;
}

/**
 * Asked for anew with another folder, preset or playbook, and when the person comes back to the form. Until there is an
 * answer the values from before stand; those of another playbook, or of another text of it, are none of this one.
 */
function usePrepared(
	webview: Webview,
	workspace: string | undefined,
	preset: string | undefined,
	playbook: PlaybookText | undefined,
	looks: number,
): KnownPreparation {
	const [known, setKnown] = useState<KnownPreparation>({});
	const isConnected = webview.connection.state === "connected";
	const of = playbook && `${playbook.path} ${playbook.sha256}`;
	useEffect(() => {
		if (workspace === undefined) return;
		let over = false;
		const prepare = (given?: { readonly path: string; readonly text: string }) =>
			webview.host.request("launch/prepare", { workspace, preset, playbook: given });
		async function ask(): Promise<KnownPreparation> {
			if (!playbook) return { prepared: await prepare() };
			try {
				return { prepared: await prepare({ path: playbook.path, text: playbook.text }), of };
			} catch (cause) {
				// The rest of the form is there all the same.
				return { prepared: await prepare(), refusal: sentence(cause), of };
			}
		}
		ask().then(
			(next) => !over && setKnown(next),
			(cause) => !over && setKnown(({ problem: _, ...was }) => ({ ...was, problem: sentence(cause) })),
		);
		return () => {
			over = true;
		};
	}, [webview.host, workspace, preset, of, isConnected, looks]);
	if (known.of === of) return known;
	return { ...known, refusal: undefined, prepared: known.prepared && { ...known.prepared, playbook: undefined } };
}

/** Without the agent of playbooks, which takes no prompt. */
function forPrompts({ providers, ...rest }: Providers): Providers {
	return { ...rest, providers: providers.filter(({ id }) => agentKind({ provider: id }).takesRoles) };
}

interface KnownProviders {
	readonly providers?: Providers;
	readonly providersRefusal?: string;
}

function useProviders(webview: Webview, isStarted: boolean): KnownProviders & { lookAgain(): void } {
	const [known, setKnown] = useState<KnownProviders>({});
	const [looks, setLooks] = useState(0);
	const isConnected = webview.connection.state === "connected";
	useEffect(() => {
		if (!isStarted) return;
		let over = false;
		webview.host.request("provider/list", { refresh: looks > 0 }).then(
			(providers) => !over && setKnown({ providers: forPrompts(providers) }),
			(cause) => !over && setKnown(({ providers }) => ({ providers, providersRefusal: sentence(cause) })),
		);
		return () => {
			over = true;
		};
	}, [webview.host, isStarted, isConnected, looks]);
	return { ...known, lookAgain: () => setLooks((times) => times + 1) };
}
